/** Rules as narrow as what was really used of a wider one. */
import type { Values } from "../policy/network.ts";
import { type Cidr, formatCidr, formatIp, holds, type Ip, widthOf } from "../values/ip.ts";
import { within } from "../values/ports.ts";
import { hasPorts, type Protocol } from "../values/protocol.ts";
import { cover, coverNumbers } from "./cover.ts";

/** What a rule says; `peer` is absent where it refers to a group or a prefix list, which stays as it is. */
export interface Said {
  readonly protocol: Protocol;
  readonly values: Values;
  readonly peer?: Cidr;
}

/** A connection a rule admitted. */
export interface Use {
  readonly peer: Ip;
  readonly protocol: number;
  /** Destination port; nothing is known of ICMP's types. */
  readonly port: number;
}

/** More prefixes, ranges or rules than this help nobody. */
const most = 8;

/**
 * The rules that admit all of the uses and little else, none wider than the rule; the rule itself alone when it can't
 * be narrowed. Uses that the rule does not admit are no business of it.
 */
export function tighten(rule: Said, uses: readonly Use[]): Said[] {
  const admitted = uses.filter((use) => admits(rule, use));
  const protocols = [...new Set(admitted.map(({ protocol }) => protocol))].toSorted((a, b) => a - b);
  const narrow = protocols.flatMap((protocol) => tightenProtocol(rule, protocol, admitted.filter((use) => use.protocol === protocol)));
  return narrow.length === 0 ? [rule] : narrow;
}

const admits = ({ protocol, values, peer }: Said, use: Use): boolean =>
  (protocol === "all" || protocol === use.protocol) &&
  (values === "any" || !hasPorts(use.protocol) || within(values, use.port)) &&
  (peer === undefined || holds(peer, use.peer));

/** Whether tightening leaves the rule as it is. */
export const isTight = (rule: Said, tighter: readonly Said[]): boolean => tighter.length === 1 && key(tighter[0] ?? rule) === key(rule);

const key = ({ protocol, values, peer }: Said): string => JSON.stringify([protocol, values, peer ? formatCidr(peer) : ""]);

function tightenProtocol(rule: Said, protocol: number, uses: readonly Use[]): Said[] {
  if (!hasPorts(protocol)) return peersOf(rule, uses).map((peer) => ({ protocol, values: valuesOf(rule, protocol), ...peer }));
  const apart = sharedPeers(uses).flatMap((each) => portsAndPeers(rule, protocol, each));
  return apart.length <= most ? apart : portsAndPeers(rule, protocol, uses);
}

const valuesOf = (rule: Said, protocol: number): Values => (rule.protocol === protocol ? rule.values : "any");

function portsAndPeers(rule: Said, protocol: number, uses: readonly Use[]): Said[] {
  const ranges = coverNumbers(uses.map(({ port }) => port), most);
  return peersOf(rule, uses).flatMap((peer) => ranges.map((values) => ({ protocol, values, ...peer })));
}

/** The uses in parts: ports that the same peers use are one part. */
function sharedPeers(uses: readonly Use[]): Use[][] {
  const byPort = Map.groupBy(uses, ({ port }) => port);
  const peers = (each: readonly Use[]): string => [...new Set(each.map(({ peer }) => formatIp(peer)))].toSorted().join(" ");
  return [...Map.groupBy(byPort.values(), peers).values()].map((parts) => parts.flat());
}

/** Prefixes of those who used it. Where they hold half of what the rule does, it is meant for all of that. */
function peersOf({ peer }: Said, uses: readonly Use[]): { readonly peer?: Cidr }[] {
  if (!peer) return [{}];
  const prefixes = cover(uses.map((use) => use.peer), most);
  const size = ({ family, length }: Cidr): bigint => 1n << BigInt(widthOf(family) - length);
  const total = prefixes.reduce((sum, each) => sum + size(each), 0n);
  return total * 2n >= size(peer) ? [{ peer }] : prefixes.map((each) => ({ peer: each }));
}
