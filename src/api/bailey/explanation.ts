/** An answer of `explain`: the steps a connection takes as data, and the same as lines to read. */
import { ephemeralPorts, type Journey, type Leg } from "../../policy/journey.ts";
import { type Because, publicOf, type Step } from "../../policy/judge.ts";
import { type AclEntry, type Direction, type GroupRule, type Hop, isInterface, type Network, type Peer, type Values } from "../../policy/network.ts";
import { owns } from "../../policy/route.ts";
import { formatCidr, formatIp, type Ip } from "../../values/ip.ts";
import type { Range } from "../../values/ports.ts";
import { hasPorts, hasTypes, protocolName, protocolNumbers } from "../../values/protocol.ts";
import type { Ends } from "./ends.ts";

export interface ExplainedStep {
  readonly gate: Step["gate"] | "interface" | "loopback" | "router" | "service" | "appliance" | "beyond";
  readonly at: string;
  readonly action: "allow" | "deny";
  /** The deciding rule's id, or the reason where no rule decided. */
  readonly because: string;
  /** What the rule says. */
  readonly rule?: string;
  /** The groups none of whose rules matches. */
  readonly groups?: readonly string[];
}

export interface Explanation {
  readonly verdict: "ACCEPT" | "REJECT";
  readonly there: readonly ExplainedStep[];
  readonly back?: readonly ExplainedStep[];
  readonly decided: ExplainedStep;
  readonly refusedPorts?: readonly Range[];
  readonly text: readonly string[];
}

/** A connection's first packet. */
export interface Asked extends Ends {
  readonly protocol: number;
  /** Destination port, or ICMP type<<8|code; 0 where the protocol has neither. */
  readonly value: number;
  readonly sourcePort?: number;
}

/** The answer where one step decides. */
export const settled = (asked: Asked, step: ExplainedStep): Explanation => ({
  verdict: verdictOf(step),
  there: [step],
  decided: step,
  text: [headline(asked), stepText(step), verdictText(step)],
});

/** What becomes of a packet that has left all networks for an address. */
export type FateBeyond = (ip: Ip) => { readonly action: ExplainedStep["action"]; readonly because: string };

/**
 * The answer where routes and filters decide; `client` is the address that replies go to. `beyond`: absent where nobody
 * knows.
 */
export function travelled(asked: Asked, client: Ip, journey: Journey, beyond?: FateBeyond): Explanation {
  const outside = journey.beyond ? outsideStep(journey, beyond) : undefined;
  const there = [...journey.there.flatMap((leg) => explainedLeg(leg, false)), ...(outside ? [outside] : [])];
  const back = outside?.action === "deny" ? undefined : journey.back?.flatMap((leg) => explainedLeg(leg, true));
  const decided = decisive(back && journey.verdict === "drop" ? back : there);
  const ports = asked.sourcePort === undefined ? ephemeralPorts : { from: asked.sourcePort, to: asked.sourcePort };
  const translator = journey.there.find(({ nat }) => nat)?.nat?.id;
  const replies = `reply to ${formatIp(client)}${hasPorts(asked.protocol) ? `, source port ${rangeText(ports)}` : ""}`;
  const { refusedPorts } = journey;
  return {
    verdict: verdictOf(decided),
    there,
    ...(back && { back }),
    decided,
    ...(refusedPorts && { refusedPorts }),
    text: [
      headline(asked),
      ...there.map(stepText),
      ...(back ? [replies, ...back.map(stepText)] : []),
      ...(refusedPorts ? [`refused only for replies to ${translator === undefined ? "source ports" : `${translator} at ports`} ${refusedPorts.map(rangeText).join(", ")}`] : []),
      verdictText(decided),
    ],
  };
}

function outsideStep({ there }: Journey, beyond: FateBeyond | undefined): ExplainedStep | undefined {
  const destination = there.at(-1)?.packet.destination;
  return destination && beyond && { gate: "beyond", at: formatIp(destination), ...beyond(destination) };
}

/** The step that made the verdict: the refusal, or the last rule that let it through. */
function decisive(steps: readonly ExplainedStep[]): ExplainedStep {
  const last = steps.at(-1);
  if (!last) throw new Error("a judgement without a step");
  return last.action === "deny" ? last : (steps.findLast(({ rule }) => rule !== undefined) ?? last);
}

/** One network's part of the way, with what becomes of addresses at its ends. */
function explainedLeg(leg: Leg, reply: boolean): ExplainedStep[] {
  const { network, from, to, packet, nat, judgement } = leg;
  const steps = judgement.trace.map((step): ExplainedStep => {
    const own = explained(network, step);
    const change = step.because === "passes" ? (crossing(leg, step) ?? rewriting(leg, step.gate, reply)) : undefined;
    return change === undefined ? own : { ...own, because: change };
  });
  const crossed = judgement.verdict === "accept" && to && isInterface(to) && !owns(to, packet.destination) && !nat;
  const begins = isInterface(from) && !owns(from, packet.source) && !nat && reply;
  if (begins) steps.unshift(sendsOn(from.id));
  return crossed && !reply ? [...steps, sendsOn(to.id)] : steps;
}

const sendsOn = (at: string): ExplainedStep => ({ gate: "appliance", at, action: "allow", because: "where its host sends it on" });

/** Which network a peering leads to, or from. */
function crossing({ from, to }: Leg, { gate, at }: Step): string | undefined {
  if (gate !== "peering") return undefined;
  if (to && !isInterface(to) && to.kind === "peering" && to.id === at) return `to ${to.network}`;
  return !isInterface(from) && from.kind === "peering" ? `from ${from.network}` : undefined;
}

/** What a gate that lets a packet pass makes of its addresses. */
function rewriting({ from, to, packet, nat }: Leg, gate: Step["gate"], reply: boolean): string | undefined {
  if (gate === "nat" && nat) {
    const given = nat.addresses[0]?.private;
    if (!given) return undefined;
    return reply ? `${formatIp(given)} becomes ${formatIp(packet.destination)} again` : `${formatIp(packet.source)} becomes ${formatIp(given)}`;
  }
  if (gate !== "internet" || packet.source.family === 6) return undefined;
  if (to && !isInterface(to) && to.kind === "internet") {
    const inner = nat?.addresses[0]?.private ?? packet.source;
    const outer = publicOf(to, inner);
    return outer && `${formatIp(inner)} becomes ${formatIp(outer)}`;
  }
  if (isInterface(from) || from.kind !== "internet") return undefined;
  const inner = nat?.addresses[0]?.private ?? packet.destination;
  const outer = publicOf(from, inner);
  return outer && `${formatIp(outer)} becomes ${formatIp(inner)}`;
}

/** A step of the judge's, with what its rule says. */
export function explained(network: Network, { gate, at, action, because }: Step): ExplainedStep {
  if (typeof because !== "string") {
    const rule = ruleText(network, gate, because);
    return { gate, at: because.owner, action, because: because.rule, ...(rule !== undefined && { rule }) };
  }
  const groups = because === "no rule matches" ? network.interfaces.get(at)?.groups : undefined;
  return { gate, at, action, because, ...(groups && { groups }) };
}

/** The rule as its owner wrote it. */
function ruleText(network: Network, gate: Step["gate"], { rule: id, owner }: Exclude<Because, string>): string | undefined {
  if (gate === "route" || gate === "nat") {
    const table = network.tables.get(owner);
    const route = [...(table?.returns ?? []), ...(table?.routes ?? [])].find(({ written }) => written === id);
    return route && hopText(route.hop, network);
  }
  const direction = gate === "groups out" || gate === "acl out" ? "out" : "in";
  const rule: GroupRule | AclEntry | undefined =
    network.groups.get(owner)?.[direction].find((each) => each.id === id) ??
    network.acls.get(owner)?.[direction].find((each) => each.id === id);
  return rule && ruleWords(rule, direction);
}

/** What a rule or an entry says, such as `allow tcp 80 from 10.0.1.0/24`. */
export function ruleWords(rule: GroupRule | AclEntry, direction: Direction): string {
  const action = "action" in rule ? rule.action : "allow";
  const traffic = `${protocolText(rule.protocol)}${valueText(rule.protocol, rule.values)}`;
  return `${action} ${traffic} ${direction === "out" ? "to" : "from"} ${peerText("peer" in rule ? rule.peer : rule)}`;
}

function hopText(hop: Hop, { internet }: Network): string {
  if ("id" in hop) return `to ${hop.id}`;
  if (hop.to === "internet" || hop.to === "egress-only") return `to ${internet?.id ?? hop.to}`;
  return hop.to === "local" ? "to the network itself" : "to what is gone";
}

function peerText(peer: Peer): string {
  if ("cidr" in peer) return formatCidr(peer.cidr);
  return "members" in peer ? peer.members : peer.prefixes;
}

const verdictOf = ({ action }: ExplainedStep): Explanation["verdict"] => (action === "allow" ? "ACCEPT" : "REJECT");

const headline = ({ from, to, protocol, value }: Asked): string =>
  `${endText(from)} → ${endText(to)}, ${protocolText(protocol)}${valueText(protocol, { from: value, to: value })}`;

function endText(end: Ends["to"]): string {
  if (end.kind === "nobody") return formatIp(end.ip);
  if (end.kind === "gone") return end.instance.id;
  return `${end.instance ? `${end.instance.id} ` : ""}${end.resource.id} (${formatIp(end.ip)})`;
}

const stepText = (step: ExplainedStep): string =>
  `  ${step.gate.padEnd(17)}  ${step.at.padEnd(24)}  ${step.action.padEnd(5)}  ${reasonText(step)}${step.rule ? `  ${step.rule}` : ""}`;

const verdictText = (step: ExplainedStep): string => `${verdictOf(step)}: ${decisionText(step)}`;

/** Where it was decided and by what, in one line. */
export const decisionText = (step: ExplainedStep): string =>
  `${step.gate} at ${step.at}, ${reasonText(step)}${step.rule ? ` (${step.rule})` : ""}`;

const reasonText = ({ because, groups }: ExplainedStep): string =>
  groups ? `no rule of ${groups.join(", ")} matches` : because;

function protocolText(protocol: number | "all"): string {
  if (protocol === "all") return "all traffic";
  const known = Object.values(protocolNumbers).some((number) => number === protocol);
  return known ? protocolName(protocol) : `protocol ${protocol}`;
}

const rangeText = ({ from, to }: Range): string => (from === to ? String(from) : `${from}-${to}`);

function valueText(protocol: number | "all", values: Values): string {
  if (values === "any" || protocol === "all" || !(hasPorts(protocol) || hasTypes(protocol))) return "";
  if (hasPorts(protocol)) return ` ${rangeText(values)}`;
  const type = values.from >> 8;
  return values.from === values.to ? ` type ${type} code ${values.from & 255}` : ` type ${type}`;
}
