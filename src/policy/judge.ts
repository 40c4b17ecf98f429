/**
 * What a network says about one packet, and why. The verdict is the last step of the trace, so an explanation cannot
 * disagree with it.
 */
import { type Family, holds, type Ip } from "../values/ip.ts";
import { within } from "../values/ports.ts";
import {
  type Acl,
  type Direction,
  type GroupRule,
  groupsOf,
  type Interface,
  isOpen,
  isWorld,
  type Network,
  untrackable,
  type Values,
} from "./network.ts";

/** `value` is the destination port, or ICMP type<<8|code; 0 where the protocol has neither. */
export interface Packet {
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: number;
  readonly value: number;
}

/** What a connection remembers: at which of its two interfaces it was admitted as a tracked one. */
export interface Tracked {
  readonly originator: boolean;
  readonly responder: boolean;
}
export const untracked: Tracked = { originator: false, responder: false };

export type Gate = "source check" | "groups out" | "acl out" | "acl in" | "groups in" | "destination check";

export type Because =
  | { readonly rule: string; readonly owner: string }
  | "own address"
  | "not its own address"
  | "check is off"
  | "tracked connection"
  | "same subnet"
  | "no rule matches";

export interface Step {
  readonly gate: Gate;
  /** The interface or list that stands at this gate. */
  readonly at: string;
  readonly action: "allow" | "deny";
  readonly because: Because;
}

export interface Judgement {
  readonly verdict: "accept" | "drop";
  readonly trace: readonly [...Step[], Step];
  /** What the connection remembers afterwards; unchanged by a drop. */
  readonly tracked: Tracked;
}

export interface Crossing {
  readonly from: Interface;
  readonly to: Interface;
  readonly packet: Packet;
  /** Whether the packet goes the way of the connection's first packet. */
  readonly reply: boolean;
  readonly tracked: Tracked;
  /**
   * A packet that belongs to no connection of its own (an ICMP error, an invalid one, one sent in another's name by an
   * interface whose check is off): judged by rules, remembers nothing.
   */
  readonly stateless?: boolean;
}

const owns = ({ addresses }: Interface, ip: Ip): boolean =>
  addresses.some(({ family, bits }) => family === ip.family && bits === ip.bits);

/**
 * Where a packet's connection is remembered. What crosses an appliance (an interface without source/destination check)
 * passes twice with the same addresses and ports, and each leg, between the appliance and the end whose address it is,
 * has connections of its own. Where neither end's address is in the packet nothing is remembered: rules alone decide.
 */
export type Leg = "ordinary" | "alone" | { readonly appliance: Interface; readonly end: Interface };

export function legOf(from: Interface, to: Interface, packet: Pick<Packet, "source" | "destination">): Leg {
  const [foreignSource, foreignDestination] = [!owns(from, packet.source), !owns(to, packet.destination)];
  if (foreignSource && foreignDestination) return "alone";
  if (foreignSource) return { appliance: from, end: to };
  return foreignDestination ? { appliance: to, end: from } : "ordinary";
}

/** Walks the gates in order; the first that denies ends the walk. */
export function judge(network: Network, crossing: Crossing): Judgement {
  const { from, to, packet, reply } = crossing;
  const trace: Step[] = [];
  let tracked = crossing.tracked;
  const done = (step: Step): Judgement => ({
    verdict: step.action === "allow" ? "accept" : "drop",
    trace: [...trace, step],
    tracked: step.action === "allow" && !crossing.stateless ? tracked : crossing.tracked,
  });

  const source = checkAddress("source check", from, packet.source);
  if (source.action === "deny") return done(source);
  trace.push(source);

  const leaving = passGroups(network, crossing, "out", reply ? "responder" : "originator");
  if (leaving.step.action === "deny") return done(leaving.step);
  trace.push(leaving.step);
  tracked = remember(tracked, reply ? "responder" : "originator", leaving.track);

  for (const step of passLists(network, from, to, packet)) {
    if (step.action === "deny") return done(step);
    trace.push(step);
  }

  const destination = checkAddress("destination check", to, packet.destination);
  if (destination.action === "deny") return done(destination);
  trace.push(destination);

  const arriving = passGroups(network, crossing, "in", reply ? "originator" : "responder");
  tracked = remember(tracked, reply ? "originator" : "responder", arriving.track);
  return done(arriving.step);
}

const remember = (tracked: Tracked, side: keyof Tracked, track: boolean): Tracked =>
  track ? { ...tracked, [side]: true } : tracked;

function checkAddress(gate: "source check" | "destination check", at: Interface, ip: Ip): Step {
  if (!at.checked) return { gate, at: at.id, action: "allow", because: "check is off" };
  const own = owns(at, ip);
  return { gate, at: at.id, action: own ? "allow" : "deny", because: own ? "own address" : "not its own address" };
}

/**
 * Tracked connections skip the groups; others need a rule. The rule that admits the originator's packet says whether the
 * connection is tracked from now on; a reply that needs a rule leaves it as it is.
 */
function passGroups(
  network: Network,
  { from, to, packet, reply, tracked, stateless }: Crossing,
  direction: Direction,
  side: keyof Tracked,
): { step: Step; track: boolean } {
  const at = direction === "out" ? from : to;
  const gate: Gate = direction === "out" ? "groups out" : "groups in";
  if (tracked[side] && !stateless) {
    return { step: { gate, at: at.id, action: "allow", because: "tracked connection" }, track: true };
  }
  const found = findRule(network, at.groups, direction, packet);
  if (!found) return { step: { gate, at: at.id, action: "deny", because: "no rule matches" }, track: false };
  return {
    step: { gate, at: at.id, action: "allow", because: { rule: found.rule.id, owner: found.group } },
    track: !reply && !found.untracked,
  };
}

/** The rule that admits the packet: one open to the world first, as it can leave the connection untracked. */
function findRule(network: Network, ids: readonly string[], direction: Direction, packet: Packet) {
  const groups = groupsOf(network, ids);
  const first = (wanted: (rule: GroupRule) => boolean) => {
    for (const group of groups) {
      const rule = group[direction].find((each) => wanted(each) && admits(network, each, direction, packet));
      if (rule) return { rule, group: group.id };
    }
    return undefined;
  };
  if (untrackable.includes(packet.protocol)) {
    const open = first((rule) => isWorld(rule.peer));
    const back = { direction: direction === "in" ? "out" : "in", family: packet.source.family, protocol: packet.protocol } as const;
    if (open) return { ...open, untracked: isOpen(groups, back) };
  }
  const found = first(() => true);
  return found && { ...found, untracked: false };
}

function admits(network: Network, rule: GroupRule, direction: Direction, packet: Packet): boolean {
  const peer = direction === "in" ? packet.source : packet.destination;
  if (!matches(rule.protocol, rule.values, packet)) return false;
  if ("cidr" in rule.peer) return holds(rule.peer.cidr, peer);
  if ("prefixes" in rule.peer) {
    return network.prefixes.get(rule.peer.prefixes)?.cidrs.some((cidr) => holds(cidr, peer)) ?? false;
  }
  const members = network.members.get(rule.peer.members);
  return members !== undefined && members.addresses.some((ip) => ip.family === peer.family && ip.bits === peer.bits);
}

function matches(protocol: number | "all", values: Values, packet: Packet): boolean {
  return (protocol === "all" || protocol === packet.protocol) && (values === "any" || within(values, packet.value));
}

/** Lists stand at the subnet's boundary: traffic inside a subnet meets none. */
function* passLists(network: Network, from: Interface, to: Interface, packet: Packet): Generator<Step> {
  if (from.subnet === to.subnet) {
    yield { gate: "acl out", at: from.subnet, action: "allow", because: "same subnet" };
    return;
  }
  yield readList(network.acls.get(network.subnets.get(from.subnet)?.acl ?? ""), "out", packet, from.subnet);
  yield readList(network.acls.get(network.subnets.get(to.subnet)?.acl ?? ""), "in", packet, to.subnet);
}

/** First match decides; the family of an entry's prefix is part of the match. */
function readList(acl: Acl | undefined, direction: Direction, packet: Packet, subnet: string): Step {
  const gate: Gate = direction === "out" ? "acl out" : "acl in";
  const peer = direction === "in" ? packet.source : packet.destination;
  const entry = acl?.[direction].find(
    (each) => holds(each.cidr, peer) && matches(each.protocol, each.values, packet),
  );
  if (!acl || !entry) return { gate, at: acl?.id ?? subnet, action: "deny", because: "no rule matches" };
  return { gate, at: acl.id, action: entry.action, because: { rule: entry.id, owner: acl.id } };
}

/** The reply to a packet: ends swapped. `value` is what its sender chose: the first packet's source port, or the reply's ICMP type. */
export const replyTo = (packet: Packet, value: number): Packet => ({
  source: packet.destination,
  destination: packet.source,
  protocol: packet.protocol,
  value,
});

/** ICMP request types that are answered, and the type of the answer, by family. */
export const echoReplies: Readonly<Record<Family, Readonly<Record<number, number>>>> = {
  4: { 8: 0, 13: 14, 15: 16, 17: 18 },
  6: { 128: 129, 139: 140 },
};
