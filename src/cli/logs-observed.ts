/** Traffic that the records show, brought before the region's judge some thousand kinds at a time. */
import type { RecordedFlow } from "../api/bailey/flows-request.ts";
import type { JudgedFlow, JudgedFlows } from "../api/bailey/judge-flows.ts";
import { type Flows, QueryError, type Row } from "../io/flow-query.ts";
import { isRefusal, type Refusal, refuse } from "../values/refuse.ts";
import { call } from "./call.ts";
import { stateDirectory } from "./state.ts";

/** The region that judges: its answer to a control request, known by the request's name, or a refusal. */
export type Region = (name: string, input?: object) => Promise<unknown>;

/** The region that runs on the state directory. */
export const regionOf =
  ({ state, region }: { readonly state?: string; readonly region?: string }): Region =>
  (name, input) => call(stateDirectory(state), input === undefined ? "GET" : "POST", `/_bailey/${name}`, input, region);

/** Flows that differ in nothing but the client's port. */
export interface Traffic {
  readonly flow: RecordedFlow;
  /** The client's ports lie between these. */
  readonly clientPorts: { readonly from: number; readonly to: number };
  readonly packets: number;
  readonly records: number;
  /** Unix seconds. */
  readonly first: number;
  readonly last: number;
  /** What decided, where the logs say it. */
  readonly rule?: string;
  readonly gate?: string;
  /** Of refused traffic: whether the same interface admitted the other way, and this way at another time. */
  readonly answered: boolean;
  readonly passed: boolean;
}

export interface Judged {
  readonly traffic: Traffic;
  /** Or why nothing can be said. */
  readonly judged: JudgedFlow | string;
  /** Of the policy. */
  readonly revision: number;
}

const atOnce = 1000;

/** Whether a question can be asked of logs with these columns: one of each list is needed. */
export function lacks(columns: ReadonlySet<string>, needs: readonly (readonly string[])[]): Refusal | undefined {
  const missing = needs.find((names) => !names.some((name) => columns.has(name)));
  if (!missing || columns.size === 0) return undefined;
  const [name = ""] = missing;
  return refuse("Columns", `the records have no ${name.replaceAll("_", "-")}, which this question needs`);
}

/** Runs one of the questions of logs-sql about traffic, and judges every row of its answer. */
export async function* judge(flows: Flows, sql: string, action: RecordedFlow["action"], region: Region): AsyncGenerator<Judged> {
  const answer = await flows.query(sql);
  if (isRefusal(answer)) throw new QueryError(answer.message);
  let waiting: Traffic[] = [];
  for await (const rows of answer.rows) {
    waiting.push(...rows.map((row) => trafficOf(answer.columns, row, action)));
    while (waiting.length >= atOnce) {
      yield* judgeSome(waiting.slice(0, atOnce), region);
      waiting = waiting.slice(atOnce);
    }
  }
  if (waiting.length > 0) yield* judgeSome(waiting, region);
}

async function* judgeSome(traffic: readonly Traffic[], region: Region): AsyncGenerator<Judged> {
  const answer = await region("judge-flows", { flows: traffic.map(({ flow }) => flow) });
  if (isRefusal(answer)) throw new QueryError(answer.message);
  const { judged, revision } = answer as JudgedFlows;
  for (const [at, each] of traffic.entries()) yield { traffic: each, judged: judged[at] ?? "not judged", revision };
}

function trafficOf(columns: readonly string[], row: Row, action: RecordedFlow["action"]): Traffic {
  const cells = new Map(columns.map((name, at) => [name, row[at] ?? null]));
  const text = (name: string): string => {
    const cell = cells.get(name);
    return typeof cell === "string" ? cell : "";
  };
  const number = (name: string): number => Number(cells.get(name) ?? 0);
  const optional = (name: string): string | undefined => (cells.get(name) === null ? undefined : text(name));
  const [direction, rule, gate] = ["flow_direction", "rule", "gate"].map(optional);
  return {
    flow: {
      interface: text("interface_id"),
      action,
      ...((direction === "ingress" || direction === "egress") && { direction }),
      source: text("source"),
      destination: text("destination"),
      protocol: number("protocol"),
      port: number("port"),
      clientPort: number("client"),
      reply: cells.get("reply") === true,
    },
    clientPorts: { from: number("client"), to: number("client_to") },
    packets: number("packets"),
    records: number("records"),
    first: number("first"),
    last: number("last"),
    ...(rule !== undefined && { rule }),
    ...(gate !== undefined && { gate }),
    answered: cells.get("answered") === true,
    passed: cells.get("passed") === true,
  };
}
