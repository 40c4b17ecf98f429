/** `logs diagnose` and `logs why-rejected`: what refuses, and what would admit. */
import type { Diagnoses, Diagnosis } from "../api/bailey/diagnose.ts";
import type { Explanation } from "../api/bailey/explanation.ts";
import type { Flows } from "../io/flow-query.ts";
import { parseProtocol } from "../values/protocol.ts";
import { isRefusal, type Refusal } from "../values/refuse.ts";
import { command, misuse, regionFlag } from "./command.ts";
import { type Finding, findingsOf, findingText } from "./logs-findings.ts";
import { readFlow } from "./logs-flow.ts";
import { judge, type Judged, lacks, type Region, regionOf } from "./logs-observed.ts";
import { mostRefused, readLimit } from "./logs-query.ts";
import { sourceFlags, type Telling, type Window, withFlows } from "./logs-source.ts";
import { observedNeeds, refusedFlows, type Selection } from "./logs-sql.ts";
import { basisOf, type Permissive, permissiveRules, rulesInUse } from "./logs-usage.ts";

const jsonFlag = { type: "boolean", about: "answer in JSON; fields are only ever added" } as const;

interface Diagnosed {
  readonly finding: Finding;
  readonly diagnosis?: Diagnosis;
}

export async function refusedIn(flows: Flows, window: Window, selection: Selection, region: Region, telling: Telling): Promise<Judged[] | Refusal> {
  const missing = lacks(flows.columns, observedNeeds);
  if (missing) return missing;
  const judged: Judged[] = [];
  for await (const each of judge(flows, refusedFlows(window, selection, mostRefused), "REJECT", region)) {
    judged.push(each);
    if (judged.length % 10_000 === 0) telling.say(`judged ${judged.length.toLocaleString("en-US")} kinds of refused traffic`);
  }
  if (judged.length === mostRefused) process.stderr.write(`bailey: only the ${mostRefused} kinds of traffic with most packets were judged\n`);
  return judged;
}

/** What would admit each of the findings, as the region finds it. */
export async function diagnosed(findings: readonly Finding[], region: Region): Promise<Diagnosed[] | Refusal> {
  const answer = await region("diagnose", { cases: findings.map(({ samples }) => samples) });
  if (isRefusal(answer)) return answer;
  const { diagnoses } = answer as Diagnoses;
  return findings.map((finding, at) => ({ finding, ...(diagnoses[at] && { diagnosis: diagnoses[at] }) }));
}

/** More findings are not told at once. */
const mostFindings = 100;

export const diagnoseLogs = command({
  name: "logs diagnose",
  summary: "for what is refused, the rule or entry that does it and the smallest change; for the rest, rules too wide",
  usage: "[--since 1h] [--limit N] [--json]",
  about: `
Sums up refused traffic by what refuses it: no rule of which groups, or the one entry of an ACL; whether it is only the
answers that are refused (the forgotten ephemeral ports); and the commands that would admit it, no wider than needed.
The running region judges by its present policy. Of admitted traffic: which rules are wider than anything seen.`,
  flags: {
    limit: { type: "string", value: "N", about: "how many findings, up to 100 (default: 10)" },
    region: regionFlag,
    json: jsonFlag,
    ...sourceFlags,
  },
  examples: ["./bailey logs diagnose --since 1h", "./bailey logs diagnose --json | jq -r '.refused[].diagnosis.commands[]'"],
  positionals: 0,
  async run({ limit, json, ...values }) {
    const most = readLimit(limit, 10);
    if (isRefusal(most)) return most;
    const region = regionOf(values);
    return withFlows(values, async (flows, window, telling) => {
      const judged = await refusedIn(flows, window, {}, region, telling);
      if (isRefusal(judged)) return judged;
      const findings = findingsOf(judged);
      const refused = await diagnosed(findings.slice(0, Math.min(most, mostFindings)), region);
      if (isRefusal(refused)) return refused;
      const inUse = await rulesInUse(flows, window, region, telling);
      if (isRefusal(inUse)) return inUse;
      telling.end();
      const wide = permissiveRules(inUse);
      const report = { refused, more: findings.length - refused.length, permissive: wide, basis: basisOf(inUse) };
      process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : `${diagnosisText(report).join("\n")}\n`);
      return 0;
    });
  },
});

interface Report {
  readonly refused: readonly Diagnosed[];
  readonly more: number;
  readonly permissive: readonly Permissive[];
  readonly basis: string;
}

export function diagnosisText({ refused, more, permissive, basis }: Report): string[] {
  const lines = [refused.length === 0 ? "Nothing is refused." : "Refused:"];
  for (const [at, { finding, diagnosis }] of refused.entries()) {
    const [first = "", ...rest] = findingText(finding, diagnosis);
    lines.push(`${String(at + 1).padStart(3)}. ${first}`, ...rest.map((line) => `     ${line}`));
  }
  if (more > 0) lines.push(`     ${more} more: --limit shows them`);
  lines.push("", permissive.length === 0 ? "No rule is wider than what was seen." : "Wider than anything seen:");
  for (const { rule, peers, tighter } of permissive) {
    const [only] = tighter;
    const enough = tighter.length === 1 && only ? only.text : `${tighter.length} tighter rules`;
    lines.push(`  ${rule.id} of ${rule.owner}: ${rule.text}; used by ${peers} ${peers === 1 ? "peer" : "peers"}, ${enough} would do`);
  }
  if (permissive.length > 0) lines.push("  bailey logs permissive-rules shows them");
  return [...lines, `(${basis})`];
}

const selectionFlags = {
  interface: { type: "string", value: "ENI", about: "where it was refused" },
  source: { type: "string", value: "ADDRESS", about: "in the packets" },
  destination: { type: "string", value: "ADDRESS", about: "in the packets" },
  protocol: { type: "string", value: "P", about: "tcp, udp, icmp, icmpv6 or a protocol number" },
  port: { type: "string", value: "N", about: "destination port" },
  "source-port": { type: "string", value: "N", about: "source port" },
} as const;

type SelectionValues = { readonly [K in keyof typeof selectionFlags]?: string };

/** What the flags, or else the words of a flow, say is asked about. */
export function selectionOf(values: SelectionValues, words: readonly string[]): Selection | Refusal {
  const named = words.length === 0 ? {} : readFlow(words.join(" "));
  if (isRefusal(named)) return named;
  const protocol = values.protocol === undefined ? undefined : parseProtocol(values.protocol);
  if (values.protocol !== undefined && (protocol === undefined || protocol === "all")) {
    return misuse(`--protocol is tcp, udp, icmp, icmpv6 or a number from 0 to 255, not '${values.protocol}'`);
  }
  const ports: { port?: number; sourcePort?: number } = {};
  for (const [flag, member] of [["port", "port"], ["source-port", "sourcePort"]] as const) {
    const text = values[flag];
    if (text === undefined) continue;
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) return misuse(`--${flag} is a number from 0 to 65535, not '${text}'`);
    ports[member] = Number(text);
  }
  const { interface: eni, source, destination } = values;
  const selection = {
    ...named,
    ...(eni !== undefined && { interface: eni }),
    ...(source !== undefined && { source }),
    ...(destination !== undefined && { destination }),
    ...(typeof protocol === "number" && { protocol }),
    ...ports,
  };
  return Object.keys(selection).length > 0 ? selection : misuse("a flow is expected, or flags that choose one");
}

export const whyRejected = command({
  name: "logs why-rejected",
  summary: "one refused flow: the judge's explanation of it, step by step",
  usage: `FLOW | [--interface ENI] [--source A] [--destination A] [--protocol P] [--port N]`,
  about: `
Finds the refusals of a flow in the records, and explains them by the running region's present policy: the walk of its
connection there and back, with the rule that decides, and what would admit it. Of several the one of most packets.`,
  flags: { ...selectionFlags, region: regionFlag, json: jsonFlag, ...sourceFlags },
  examples: [
    "./bailey logs why-rejected 'tcp 10.0.1.5:43210 > 10.0.2.10:5432'",
    "./bailey logs why-rejected --interface eni-0123456789abcdef0 --port 5432 --since 1h",
  ],
  positionals: 4,
  async run({ json, ...values }, words) {
    const selection = selectionOf(values, words);
    if (isRefusal(selection)) return selection;
    const region = regionOf(values);
    return withFlows(values, async (flows, window, telling) => {
      const judged = await eitherWay(selection, (asked) => refusedIn(flows, window, asked, region, telling));
      if (isRefusal(judged)) return judged;
      const findings = findingsOf(judged);
      const found = await diagnosed(findings.slice(0, 1), region);
      if (isRefusal(found)) return found;
      telling.end();
      const [first] = found;
      const explanation = first?.diagnosis?.explanation ?? (first ? undefined : await presently(selection, region));
      if (isRefusal(explanation)) return explanation;
      const answer = { ...first, ...(explanation && { explanation }), more: Math.max(0, findings.length - 1) };
      process.stdout.write(json ? `${JSON.stringify(answer, undefined, 2)}\n` : `${whyText(answer).join("\n")}\n`);
      return 0;
    });
  },
});

/** The refusals of what is asked about; where there are none, of what answers it. */
async function eitherWay(selection: Selection, find: (selection: Selection) => Promise<Judged[] | Refusal>): Promise<Judged[] | Refusal> {
  const found = await find(selection);
  return isRefusal(found) || found.length > 0 ? found : find(answersTo(selection));
}

/** The same flow the other way. */
export function answersTo({ source, destination, sourcePort, port, ...rest }: Selection): Selection {
  return {
    ...rest,
    ...(source !== undefined && { destination: source }),
    ...(destination !== undefined && { source: destination }),
    ...(sourcePort !== undefined && { port: sourcePort }),
    ...(port !== undefined && { sourcePort: port }),
  };
}

/** What becomes of such a flow now, where the records show no refusal of it. */
async function presently({ source, destination, protocol, port, sourcePort }: Selection, region: Region): Promise<Explanation | undefined | Refusal> {
  if (source === undefined || destination === undefined || protocol === undefined) return undefined;
  const question = { from: source, to: destination, protocol: String(protocol), ...(port !== undefined && { port }), ...(sourcePort !== undefined && { sourcePort }) };
  const answer = await region("explain", question);
  return isRefusal(answer) ? answer : (answer as Explanation);
}

interface Why {
  readonly finding?: Finding;
  readonly diagnosis?: Diagnosis;
  readonly explanation?: Explanation;
  readonly more: number;
}

export function whyText({ finding, diagnosis, explanation, more }: Why): string[] {
  const lines = finding ? findingText(finding, diagnosis) : ["The records show no refusal of it."];
  if (more > 0) lines.push(`${more} more: flags choose among them, bailey logs diagnose shows all`);
  return explanation ? [...lines, "", ...explanation.text] : lines;
}
