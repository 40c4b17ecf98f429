/**
 * What a network says about one packet, and why. The verdict is the last step of the trace, so an explanation cannot
 * disagree with it.
 */
import { type Cidr, cidrOf, type Family, holds, type Ip, sameIp } from "../values/ip.ts";
import { within } from "../values/ports.ts";
import {
  type Acl,
  type Direction,
  type End,
  type GroupRule,
  groupsOf,
  type Interface,
  type Internet,
  isInterface,
  isOpen,
  isWorld,
  type Nat,
  type Network,
  type Peering,
  untrackable,
  type Values,
} from "./network.ts";
import { owns, wayFromNat, wayOf, type Way } from "./route.ts";
import { TCP, UDP, ICMP } from "../values/protocol.ts";

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

export type Gate =
  | "source check"
  | "groups out"
  | "acl out"
  | "route"
  | "nat"
  | "internet"
  | "peering"
  | "acl in"
  | "destination check"
  | "groups in";

export type Because =
  | { readonly rule: string; readonly owner: string }
  | "own address"
  | "not its own address"
  | "check is off"
  | "tracked connection"
  | "same subnet"
  | "no rule matches"
  /** Of uplinks and NATs. */
  | "passes"
  | "no such route"
  | "goes another way"
  | "source is not outside"
  | "destination is not outside"
  | "no public address"
  | "opened from outside"
  | "not of its network"
  | "protocol is not translated"
  | "belongs to no connection";

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
  readonly from: End;
  /** Absent where nothing is at the end of its way. */
  readonly to?: End;
  /** With private addresses at both ends, as the lists of the ends' subnets see it. */
  readonly packet: Packet;
  /** The NAT that translates the connection. */
  readonly nat?: Nat;
  /** Of a reply through a NAT: the destination port it has before it is translated back. */
  readonly translated?: number;
  /** Whether the packet goes the way of the connection's first packet. */
  readonly reply: boolean;
  readonly tracked: Tracked;
  /**
   * A packet that belongs to no connection of its own (an ICMP error, an invalid one, one sent in another's name by an
   * interface whose check is off): judged by rules, remembers nothing.
   */
  readonly stateless?: boolean;
  /** Such a packet that is an error about a connection that is known, and translated with it. */
  readonly error?: boolean;
}

/**
 * Where a packet's connection is remembered. What crosses an appliance (an interface without source/destination check)
 * passes twice with the same addresses and ports, and each leg, between the appliance and the end whose address it is,
 * has connections of its own. Where neither end's address is in the packet nothing is remembered: rules alone decide.
 */
export type Leg = "ordinary" | "alone" | { readonly appliance: Interface; readonly end: End };

export function legOf(from: End, to: End, packet: Pick<Packet, "source" | "destination">): Leg {
  const sender = isInterface(from) && !owns(from, packet.source) ? from : undefined;
  const receiver = isInterface(to) && !owns(to, packet.destination) ? to : undefined;
  if (sender && receiver) return "alone";
  if (sender) return { appliance: sender, end: to };
  return receiver ? { appliance: receiver, end: from } : "ordinary";
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
  /** Whether the walk goes on. */
  const passes = (step: Step): boolean => step.action === "allow" && trace.push(step) > 0;

  const source = isInterface(from) ? checkAddress("source check", from, packet.source) : enter(network, from, crossing);
  if (!passes(source)) return done(source);

  if (isInterface(from)) {
    const leaving = passGroups(network, crossing, from, "out", reply ? "responder" : "originator");
    if (!passes(leaving.step)) return done(leaving.step);
    tracked = remember(tracked, reply ? "responder" : "originator", leaving.track);
  }
  for (const step of passBoundaries(network, crossing)) if (!passes(step)) return done(step);

  if (!to) return done({ gate: "route", at: network.id, action: "deny", because: "no such route" });
  const last = isInterface(to) ? checkAddress("destination check", to, packet.destination) : leave(network, to, crossing);
  if (!isInterface(to) || last.action === "deny") return done(last);
  trace.push(last);
  const arriving = passGroups(network, crossing, to, "in", reply ? "originator" : "responder");
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
  { packet, reply, tracked, stateless }: Crossing,
  at: Interface,
  direction: Direction,
  side: keyof Tracked,
): { step: Step; track: boolean } {
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
  return members !== undefined && members.addresses.some((ip) => sameIp(ip, peer));
}

function matches(protocol: number | "all", values: Values, packet: Packet): boolean {
  return (protocol === "all" || protocol === packet.protocol) && (values === "any" || within(values, packet.value));
}

/**
 * Lists stand at the subnets' boundaries: traffic inside a subnet meets none. What goes through a NAT passes the NAT's
 * subnet on its way, and there its reply has the port it was translated to.
 */
function* passBoundaries(network: Network, crossing: Crossing): Generator<Step> {
  const { from, to, packet, nat, reply, translated } = crossing;
  const [home, far] = [subnetOf(from), to && subnetOf(to)];
  const list = (subnet: string, direction: Direction, seen: Packet): Step =>
    readList(network.acls.get(network.subnets.get(subnet)?.acl ?? ""), direction, seen, subnet);

  const beside = !to && home !== undefined && network.subnets.get(home)?.cidrs.some((cidr) => holds(cidr, packet.destination));
  if (home !== undefined && (home === far || beside)) {
    yield { gate: "acl out", at: home, action: "allow", because: "same subnet" };
    return;
  }
  if (home !== undefined && home !== nat?.subnet) yield list(home, "out", packet);
  yield* takeRoute(network, crossing);
  if (nat) {
    const before = reply && translated !== undefined ? { ...packet, value: translated } : packet;
    if (home !== nat.subnet) yield list(nat.subnet, "in", before);
    yield translate(network, nat, crossing);
    if (far !== nat.subnet) yield list(nat.subnet, "out", packet);
    const way = reply ? undefined : wayFromNat(network, nat.id, packet.destination);
    if (way?.route) yield { gate: "route", at: way.table ?? nat.subnet, action: "allow", because: taken(way, way.route) };
  }
  if (far !== undefined && far !== nat?.subnet) yield list(far, "in", packet);
}

const subnetOf = (end: End): string | undefined => (isInterface(end) ? end.subnet : undefined);

/** The route that takes the packet where it goes, where that is not the network's own. */
function* takeRoute(network: Network, { from, to, packet, nat, reply, stateless, error }: Crossing): Generator<Step> {
  // What comes back to a NAT is looked for in its memory, not in a table.
  if (nat && reply) return;
  const way = wayOf(network, from, packet.destination, reply && (!stateless || error));
  const at = isInterface(from) ? (network.subnets.get(from.subnet)?.table ?? from.subnet) : from.id;
  const toNat = way.hop.to === "nat" && way.hop.id === nat?.id;
  if ((!to || isInterface(to)) && way.hop.to === "local" && !nat) return;
  if (!(toNat || (!nat && to && way.to === to))) {
    const because = way.route ? taken(way, way.route) : way.to ? "goes another way" : "no such route";
    yield { gate: "route", at, action: "deny", because };
    return;
  }
  if (way.route) yield { gate: "route", at, action: "allow", because: taken(way, way.route) };
}

const taken = (way: Way, route: { readonly written: string }): Because => ({ rule: route.written, owner: way.table ?? "" });

const translatable = (packet: Packet, reply: boolean): boolean =>
  packet.source.family === 4 &&
  (packet.protocol === TCP || packet.protocol === UDP || (packet.protocol === ICMP && packet.value >> 8 === (reply ? 0 : 8)));

/** A NAT opens connections to what is outside, in protocols that can be told apart, and takes none. */
function translate(network: Network, nat: Nat, { to, packet, reply, stateless, error }: Crossing): Step {
  const step = (action: Step["action"], because: Because): Step => ({ gate: "nat", at: nat.id, action, because });
  if (stateless && !error) return step("deny", "belongs to no connection");
  if (!error && !translatable(packet, reply)) return step("deny", "protocol is not translated");
  if (reply) return step("allow", "passes");
  const way = wayFromNat(network, nat.id, packet.destination);
  if (!to || isInterface(to) || way.to !== to) return step("deny", way.route ? taken(way, way.route) : "no such route");
  if (to.kind === "internet" && !nat.addresses.some((each) => each.public)) return step("deny", "no public address");
  return step("allow", "passes");
}

/** What no packet of the internet comes from or goes to. */
export const insideCidrs: readonly Cidr[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map(cidrOf);
const isInside = (ip: Ip): boolean => insideCidrs.some((cidr) => holds(cidr, ip));

/** What an uplink lets in. */
function enter(network: Network, from: Internet | Peering, { packet, reply, stateless, error }: Crossing): Step {
  const step = (action: Step["action"], because: Because): Step => ({ gate: from.kind, at: from.id, action, because });
  if (from.kind === "peering") {
    const its = from.cidrs.some((cidr) => holds(cidr, packet.source)) && network.cidrs.some((cidr) => holds(cidr, packet.destination));
    return its ? step("allow", "passes") : step("deny", "not of its network");
  }
  if (isInside(packet.source) || network.cidrs.some((cidr) => holds(cidr, packet.source))) return step("deny", "source is not outside");
  if (packet.source.family === 4 && stateless && !error) return step("deny", "belongs to no connection");
  if (!from.open && !reply && !stateless) return step("deny", "opened from outside");
  return step("allow", "passes");
}

/** What an uplink lets out. */
function leave(network: Network, to: Internet | Peering, { from, packet, nat, reply, stateless, error }: Crossing): Step {
  const step = (action: Step["action"], because: Because): Step => ({ gate: to.kind, at: to.id, action, because });
  if (to.kind === "peering") {
    const its = to.cidrs.some((cidr) => holds(cidr, packet.destination)) && network.cidrs.some((cidr) => holds(cidr, packet.source));
    return its ? step("allow", "passes") : step("deny", "not of its network");
  }
  if (isInside(packet.destination) || network.cidrs.some((cidr) => holds(cidr, packet.destination))) {
    return step("deny", "destination is not outside");
  }
  if (packet.source.family === 4 && stateless && !error) return step("deny", "belongs to no connection");
  if (packet.source.family === 4 && !nat && !publicOf(to, packet.source)) return step("deny", "no public address");
  const egressOnly = !nat && wayOf(network, from, packet.destination).hop.to === "egress-only";
  if (egressOnly && (packet.source.family === 4 || (reply && !stateless))) return step("deny", "opened from outside");
  return step("allow", "passes");
}

/** What the internet knows a private address by. */
export const publicOf = (internet: Internet, ip: Ip): Ip | undefined =>
  internet.addresses.find((each) => sameIp(each.private, ip))?.public;

/** Who is behind a public address. */
export const privateOf = (internet: Internet, ip: Ip): Ip | undefined =>
  internet.addresses.find((each) => sameIp(each.public, ip))?.private;

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
