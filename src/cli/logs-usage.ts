/** `logs unused-rules` and `logs permissive-rules`: the region's rules beside what the records show of their use. */
import type { RuleReport, RulesReport } from "../api/bailey/rules.ts";
import { ruleWords } from "../api/bailey/explanation.ts";
import { commandOf } from "../analyse/amendment.ts";
import { isTight, type Said, tighten } from "../analyse/tighten.ts";
import type { FlowDirection } from "../analyse/observed.ts";
import { UsageOfRules } from "../analyse/usage.ts";
import type { GroupRule, Peer } from "../policy/network.ts";
import type { Flows } from "../io/flow-query.ts";
import { parseCidr } from "../values/ip.ts";
import { isRefusal, type Refusal } from "../values/refuse.ts";
import { judge, lacks, type Region, type Traffic } from "./logs-observed.ts";
import { counted, timeText } from "./logs-findings.ts";
import { admittedFlows, observedNeeds } from "./logs-sql.ts";
import type { Telling, Window } from "./logs-source.ts";

/** The rules of a region and what admitted traffic used of them. */
export interface RulesInUse {
  readonly rules: readonly RuleReport[];
  readonly usage: UsageOfRules;
  /** Records, and those of them of which the logs say what rule decided, and of which nothing can be said. */
  readonly records: number;
  readonly named: number;
  readonly unjudged: number;
  /** Unix seconds, of these records. */
  readonly first: number;
  readonly last: number;
  readonly revision: number;
}

/** Judges all admitted traffic. Rejects with a QueryError. */
export async function rulesInUse(flows: Flows, window: Window, region: Region, telling: Telling): Promise<RulesInUse | Refusal> {
  const missing = lacks(flows.columns, observedNeeds);
  if (missing) return missing;
  const report = await region("rules");
  if (isRefusal(report)) return report;
  const { rules, revision } = report as RulesReport;
  const usage = new UsageOfRules();
  const count = { kinds: 0, records: 0, named: 0, unjudged: 0, first: Infinity, last: 0 };
  for await (const { traffic, judged } of judge(flows, admittedFlows(window), "ACCEPT", region)) {
    count.kinds++;
    count.records += traffic.records;
    count.first = Math.min(count.first, traffic.first);
    count.last = Math.max(count.last, traffic.last);
    if (isGroupRule(traffic.rule)) count.named += traffic.records;
    if (typeof judged === "string") count.unjudged += traffic.records;
    const as = typeof judged === "string" ? { direction: traffic.flow.direction, reply: traffic.flow.reply, rules: [] } : judged;
    usage.add({ ...usedBy(traffic, as), rules: decided(traffic, as.rules), reply: as.reply });
    if (count.kinds % 10_000 === 0) telling.say(`judged ${count.kinds.toLocaleString("en-US")} kinds of traffic`);
  }
  return { rules, usage, ...count, revision };
}

const isGroupRule = (rule: string | undefined): rule is string => rule?.startsWith("sgr-") ?? false;

/** The group's rule that the logs name counts, not the one that the present policy would find; lists are always judged. */
const decided = ({ rule }: Traffic, judged: readonly string[]): string[] =>
  isGroupRule(rule) ? [rule, ...judged.filter((id) => !isGroupRule(id))] : [...judged];

/** The other end and the server's port, where the judge may have found that it was the other end that answered. */
function usedBy({ flow, packets }: Traffic, { direction, reply }: { readonly direction?: FlowDirection | undefined; readonly reply: boolean }) {
  const { source, destination, protocol, port, clientPort } = flow;
  return { peer: direction === "egress" ? destination : source, protocol, port: reply === flow.reply ? port : clientPort, packets };
}

/** Rules of groups, and entries that allow, which no admitted traffic used. */
export const unusedRules = ({ rules, usage }: RulesInUse): RuleReport[] =>
  rules.filter(({ id, action }) => action === "allow" && !usage.of(id));

/** A rule wider than its use, and one of those that would do. */
export interface Permissive {
  readonly rule: RuleReport;
  readonly packets: number;
  readonly peers: number;
  readonly tighter: readonly { readonly text: string; readonly command: string }[];
}

/** Rules of groups that were used, for less than they admit; the most used first. */
export function permissiveRules({ rules, usage }: RulesInUse): Permissive[] {
  const found = rules.flatMap((rule): Permissive[] => {
    const used = rule.kind === "group" ? usage.of(rule.id) : undefined;
    if (!used || used.uses.length === 0) return [];
    const said = saidBy(rule);
    const tighter = tighten(said, used.uses);
    if (isTight(said, tighter)) return [];
    const peers = new Set(used.uses.map(({ peer }) => peer.bits)).size;
    return [{ rule, packets: used.packets, peers, tighter: tighter.map((each) => suggestion(rule, each)) }];
  });
  return found.toSorted((a, b) => b.packets - a.packets);
}

function saidBy({ protocol, values, peer }: RuleReport): Said {
  const cidr = parseCidr(peer);
  return { protocol, values: values ?? "any", ...(cidr && { peer: cidr }) };
}

function suggestion({ owner, direction, peer }: RuleReport, { protocol, values, peer: cidr }: Said): Permissive["tighter"][number] {
  const rule: GroupRule = { id: "", protocol, values, peer: cidr ? { cidr } : referenceOf(peer) };
  return { text: ruleWords(rule, direction), command: commandOf({ group: owner, direction, rule }) };
}

const referenceOf = (id: string): Peer => (id.startsWith("pl-") ? { prefixes: id } : { members: id });

/** The command that takes the rule away, once tighter ones are there. */
export const revocationOf = ({ id, owner, direction }: RuleReport): string =>
  `aws ec2 revoke-security-group-${direction === "in" ? "ingress" : "egress"} --group-id ${owner} --security-group-rule-ids ${id}`;

/** What was looked at and how it is known what decided, in a sentence. */
export function basisOf({ records, named, unjudged, first, last, revision }: RulesInUse): string {
  if (records === 0) return "the records show no admitted traffic";
  const unknown = unjudged === 0 ? "" : `; nothing can be said of ${counted(unjudged, "record")}, as their interfaces are gone or their ends unknown`;
  return `${counted(records, "record")} of admitted traffic, ${timeText(first)} to ${timeText(last)}; ${howDecided(records, named, revision)}${unknown}`;
}

function howDecided(records: number, named: number, revision: number): string {
  const policy = `the present policy (revision ${revision})`;
  if (named === 0) return `which rules let it pass is judged by ${policy}, as the records do not name them`;
  if (named === records) return `the records name the groups' rules, lists are judged by ${policy}`;
  return `${named} records name the group's rule, the others and lists are judged by ${policy}`;
}
