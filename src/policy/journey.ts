/** A connection's whole way, through every network it crosses: there by its first packet, back by the reply. */
import { type Family, holds, type Ip } from "../values/ip.ts";
import { type Range, union, within } from "../values/ports.ts";
import { hasPorts, hasTypes } from "../values/protocol.ts";
import { echoReplies, type Judgement, judge, type Packet, privateOf, publicOf, replyTo, untracked } from "./judge.ts";
import { type AclEntry, type End, type Group, type Internet, isInterface, type Nat, type Network, type Uplink, type Values } from "./network.ts";
import { isNats, owns, wayFromNat, wayOf } from "./route.ts";

/** The ports Linux clients use for a connection they open. */
export const ephemeralPorts: Range = { from: 32768, to: 60999 };
/** Those a NAT may give it. */
export const natPorts: Range = { from: 1024, to: 65535 };

export type Networks = ReadonlyMap<string, Network>;

export interface Question {
  /** An interface's id in a network, or the internet. */
  readonly from: { readonly network: string; readonly interface: string } | "internet";
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: number;
  /** Destination port, or ICMP type<<8|code; 0 where the protocol has neither. */
  readonly value: number;
  /** The client's port. Absent: every ephemeral port is asked about. */
  readonly sourcePort?: number;
}

/** The part of the way that lies in one network, between two of its ends. */
export interface Leg {
  readonly network: Network;
  readonly from: End;
  /** Absent where the way ends. */
  readonly to?: End;
  /** As the lists see it. */
  readonly packet: Packet;
  readonly judgement: Judgement;
  readonly nat?: Nat;
}

export interface Journey {
  readonly verdict: "accept" | "drop";
  /** In order. None where nobody on the internet has the address. */
  readonly there: readonly Leg[];
  /** Whether it ends beyond all networks. */
  readonly beyond: boolean;
  /** In order, from the far end. Absent when the first packet is dropped, or none comes back. */
  readonly back?: readonly Leg[];
  /** The ports whose replies are dropped while others' pass: the client's, or a NAT's where one translates. */
  readonly refusedPorts?: readonly Range[];
}

/** More than any way has that does not go round in circles. */
const mostLegs = 16;

/** The verdict is that of the leg that ends the connection: a request whose reply is dropped is a connection that fails. */
export function travel(networks: Networks, question: Question): Journey {
  const { protocol, value } = question;
  const { legs: there, beyond } = walk(networks, question);
  const last = there.at(-1);
  if (!last) return { verdict: beyond ? "accept" : "drop", there, beyond };
  if (last.judgement.verdict === "drop") return { verdict: "drop", there, beyond };

  if (!hasPorts(protocol)) {
    const answer = hasTypes(protocol) ? echoReplies[question.source.family][value >> 8] : 0;
    if (answer === undefined) return { verdict: "accept", there, beyond };
    const back = answered(networks, there, answer << 8, answer << 8);
    return { verdict: verdictOf(back), there, beyond, back };
  }
  const family = question.source.family;
  const asked = question.sourcePort === undefined ? ephemeralPorts : one(question.sourcePort);
  const translates = there.some(({ nat }) => nat);
  const own = segments(there, family, protocol, asked);
  const given = translates ? segments(there, family, protocol, natPorts) : [one(0)];
  const spans = own.flatMap((client) =>
    given.map((port) => ({ range: translates ? port : client, back: answered(networks, there, client.from, port.from) })),
  );
  const refused = spans.filter(({ back }) => verdictOf(back) === "drop");
  const shown = refused[0] ?? spans[0];
  if (!shown) return { verdict: "accept", there, beyond };
  return {
    verdict: verdictOf(shown.back),
    there,
    beyond,
    back: shown.back,
    ...(refused.length > 0 && refused.length < spans.length ? { refusedPorts: union(refused.map(({ range }) => range)) } : {}),
  };
}

const one = (port: number): Range => ({ from: port, to: port });
const verdictOf = (legs: readonly Leg[]): Judgement["verdict"] => legs.at(-1)?.judgement.verdict ?? "drop";

/** What is under way: where in which network, and the packet as it is there. */
interface Position {
  readonly network: Network;
  readonly from: End;
  readonly packet: Packet;
}

/** Network by network until it arrives, is dropped, or leaves them all. */
function walk(networks: Networks, question: Question): { readonly legs: readonly Leg[]; readonly beyond: boolean } {
  const legs: Leg[] = [];
  let at = begin(networks, question);
  while (at && legs.length < mostLegs) {
    const leg = legOf(at);
    legs.push(leg);
    const { to, packet } = leg;
    if (leg.judgement.verdict === "drop" || !to) return { legs, beyond: false };
    if (isInterface(to)) {
      if (owns(to, packet.destination)) return { legs, beyond: false };
      // An appliance, which sends it on.
      at = { network: at.network, from: to, packet };
    } else {
      at = beyondUplink(networks, to, sourceBeyond(leg, to));
      if (!at && to.kind === "internet") return { legs, beyond: true };
    }
  }
  return { legs, beyond: false };
}

/** The packet as it is beyond an uplink. */
function sourceBeyond({ packet, nat }: Leg, to: Uplink): Packet {
  const inner = nat?.addresses[0]?.private ?? packet.source;
  const outer = to.kind === "peering" ? inner : nat ? nat.addresses.find((each) => each.public)?.public : publicOf(to, packet.source);
  return { ...packet, source: outer ?? packet.source };
}

/** Where an uplink leads a packet; undefined where no network has its destination. */
function beyondUplink(networks: Networks, uplink: Uplink, packet: Packet): Position | undefined {
  if (uplink.kind === "internet") return arrival(networks, packet);
  const network = networks.get(uplink.network);
  const from = network?.peerings.get(uplink.id);
  return network && from && { network, from, packet };
}

function begin(networks: Networks, { from, source, destination, protocol, value }: Question): Position | undefined {
  const packet = { source, destination, protocol, value };
  if (from === "internet") return arrival(networks, packet);
  const network = networks.get(from.network);
  const sender = network?.interfaces.get(from.interface);
  return network && sender && { network, from: sender, packet };
}

/** Where the internet brings a packet, with the private address it is for. */
function arrival(networks: Networks, packet: Packet): Position | undefined {
  for (const network of networks.values()) {
    const { internet } = network;
    if (!internet) continue;
    const destination = receiver(network, internet, packet.destination);
    if (destination) return { network, from: internet, packet: { ...packet, destination } };
  }
  return undefined;
}

function receiver({ cidrs }: Network, internet: Internet, ip: Ip): Ip | undefined {
  if (ip.family === 4) return privateOf(internet, ip);
  return cidrs.some((cidr) => holds(cidr, ip)) ? ip : undefined;
}

function legOf({ network, from, packet }: Position): Leg {
  const way = wayOf(network, from, packet.destination);
  const nat = way.hop.to === "nat" ? network.nats.get(way.hop.id) : undefined;
  // A NAT is found by replies alone, wherever else routes would lead.
  const sought = !nat && !isInterface(from) && isNats(network, packet.destination);
  const to = nat ? wayFromNat(network, nat.id, packet.destination).to : sought ? undefined : way.to;
  const ends = { ...(to && { to }), ...(nat && { nat }) };
  const judgement = judge(network, { from, packet, reply: false, tracked: untracked, ...ends });
  return { network, from, packet, judgement, ...ends };
}

/**
 * The reply along the same legs, from the last to the first, unless a table leads it by another uplink. Its destination
 * port is the client's, and beyond a NAT the one the NAT gave the connection.
 */
function answered(networks: Networks, there: readonly Leg[], client: number, given: number): Leg[] {
  const translator = there.findIndex(({ nat }) => nat);
  const back: Leg[] = [];
  for (const [at, leg] of [...there.entries()].toReversed()) {
    if (!leg.to) break;
    const packet = replyTo(leg.packet, translator >= 0 && at > translator ? given : client);
    if (leavesOtherwise(networks, leg, packet)) return [...back, ...ownWay(networks, there, { network: leg.network, from: leg.to, packet })];
    const ends = { from: leg.to, to: leg.from, ...(leg.nat && { nat: leg.nat, translated: given }) };
    const judgement = judge(leg.network, { ...ends, packet, reply: true, tracked: leg.judgement.tracked });
    back.push({ network: leg.network, packet, judgement, ...ends });
    if (judgement.verdict === "drop") break;
  }
  return back;
}

/**
 * Whether a reply leaves its network by another uplink than the connection came by, and arrives. Only one that nothing
 * translates can: connections that are keep their way.
 */
function leavesOtherwise(networks: Networks, { network, from, to, nat }: Leg, packet: Packet): boolean {
  if (nat || !to || !isInterface(to) || isInterface(from) || packet.source.family === 4) return false;
  const other = wayOf(network, to, packet.destination, true).to;
  return other !== undefined && other !== from && !isInterface(other) && beyondUplink(networks, other, packet) !== undefined;
}

/** The legs of a reply as tables lead it. */
function ownWay(networks: Networks, there: readonly Leg[], start: Position): Leg[] {
  const legs: Leg[] = [];
  for (let at: Position | undefined = start; at && legs.length < mostLegs; ) {
    const { network, from, packet }: Position = at;
    const { to } = wayOf(network, from, packet.destination, true);
    const tracked = there.find((leg) => leg.network === network)?.judgement.tracked ?? untracked;
    const judgement = judge(network, { from, ...(to && { to }), packet, reply: true, tracked });
    legs.push({ network, from, ...(to && { to }), packet, judgement });
    at = judgement.verdict === "accept" && to && !isInterface(to) ? beyondUplink(networks, to, packet) : undefined;
  }
  return legs;
}

/** The range cut wherever some rule or entry begins or ends, so that every port of a piece has one answer. */
function segments(legs: readonly Leg[], family: Family, protocol: number, range: Range): Range[] {
  const cuts = new Set([range.from]);
  const bound = (values: Values) => {
    if (values === "any") return;
    for (const cut of [values.from, values.to + 1]) if (within(range, cut)) cuts.add(cut);
  };
  const rules = (group: Group) => [...group.in, ...group.out];
  const entries = (list: readonly AclEntry[]) => list.filter((entry) => entry.cidr.family === family);
  for (const { groups, acls } of new Set(legs.map(({ network }) => network))) {
    for (const group of groups.values()) {
      for (const rule of rules(group)) if (rule.protocol === protocol) bound(rule.values);
    }
    for (const acl of acls.values()) {
      for (const entry of entries([...acl.in, ...acl.out])) if (entry.protocol === protocol) bound(entry.values);
    }
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  return sorted.map((from, at) => ({ from, to: (sorted[at + 1] ?? range.to + 1) - 1 }));
}
