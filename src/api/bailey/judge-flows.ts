/** `judge-flows`: what the present policy says of traffic that flow records tell of, each at the interface it was seen at. */
import type { FlowDirection } from "../../analyse/observed.ts";
import { judgeOwnSide } from "../../analyse/own-side.ts";
import type { Scope } from "../../model/birth.ts";
import type { World } from "../../model/world.ts";
import { lower } from "../../policy/lower.ts";
import { isRefusal, type Refusal } from "../../values/refuse.ts";
import { decisionText, explained, type ExplainedStep } from "./explanation.ts";
import { locateFlow, readFlows } from "./flows-request.ts";

export interface JudgedFlow {
  readonly verdict: "ACCEPT" | "REJECT";
  readonly direction: FlowDirection;
  /** Whether it is judged as going from the server to the client. */
  readonly reply: boolean;
  /** The rules and entries that let it pass, or the entry that refuses it. */
  readonly rules: readonly string[];
  /** Of a REJECT. */
  readonly decided?: ExplainedStep & { readonly text: string };
}

export interface JudgedFlows {
  readonly revision: number;
  /** One for each flow, in the order asked; a text says why nothing can be said. */
  readonly judged: readonly (JudgedFlow | string)[];
}

export function judgeFlows(world: World, scope: Scope, input: unknown): JudgedFlows | Refusal {
  const flows = readFlows(input);
  if (isRefusal(flows)) return flows;
  const networks = lower(world);
  const judged = flows.map((flow): JudgedFlow | string => {
    const seen = locateFlow(world, scope, networks, flow);
    if (typeof seen === "string") return seen;
    const { verdict, steps, observed } = judgeOwnSide(seen.place, seen.observed, flow.action === "ACCEPT");
    const as = { direction: observed.direction, reply: observed.reply };
    const rules = steps.flatMap(({ because }) => (typeof because === "string" ? [] : [because.rule]));
    const denied = steps.find(({ action }) => action === "deny");
    if (verdict === "accept" || !denied) return { verdict: "ACCEPT", ...as, rules };
    const decided = explained(seen.place.network, denied);
    return { verdict: "REJECT", ...as, rules, decided: { ...decided, text: decisionText(decided) } };
  });
  return { revision: world.revision, judged };
}
