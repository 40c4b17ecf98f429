/** A case in the other family: IPv4 becomes IPv6, ICMP becomes ICMPv6, and what was open to one world to the other. */
import type { Acl, AclEntry, Group, GroupRule, Interface, Network, Values } from "../../src/policy/network.ts";
import { type Cidr, type Ip, parseCidr } from "../../src/values/ip.ts";
import type { Protocol } from "../../src/values/protocol.ts";
import type { Sent } from "../conntrack.ts";

const site = parseCidr("2001:db8:4:4::/96")?.base ?? 0n;
/** Echo, its reply, destination unreachable (fragmentation needed: packet too big), and a second kind of request. */
const types: Readonly<Record<number, number>> = { 8: 128, 0: 129, 3: 2, 13: 139 };

export const otherIp = (ip: Ip): Ip => (ip.family === 4 ? { family: 6, bits: site | ip.bits } : ip);

function otherCidr({ family, base, length }: Cidr): Cidr {
  if (length === 0) return { family: family === 4 ? 6 : 4, base: 0n, length };
  return family === 4 ? { family: 6, base: site | base, length: 96 + length } : { family, base, length };
}

const otherProtocol = <P extends Protocol>(protocol: P): P | 58 => (protocol === 1 ? 58 : protocol);

function otherType(value: number): number {
  const type = types[value >> 8];
  if (type === undefined) throw new Error(`ICMP type ${value >> 8} has no twin`);
  return (type << 8) | (value & 255);
}

function otherValues(protocol: Protocol, values: Values): Values {
  if (protocol !== 1 || values === "any") return values;
  const whole = values.to - values.from === 255;
  const from = otherType(values.from);
  return { from, to: whole ? from | 255 : otherType(values.to) };
}

const otherMatch = <M extends GroupRule | AclEntry>(match: M): M => ({
  ...match,
  protocol: otherProtocol(match.protocol),
  values: otherValues(match.protocol, match.values),
  ...("peer" in match && "cidr" in match.peer ? { peer: { cidr: otherCidr(match.peer.cidr) } } : {}),
  ...("cidr" in match ? { cidr: otherCidr(match.cidr) } : {}),
});

const both = <T extends Group | Acl>(whole: T): T => ({ ...whole, in: whole.in.map(otherMatch), out: whole.out.map(otherMatch) });
const values = <V>(table: Iterable<[string, V]>, change: (value: V) => V): Map<string, V> =>
  new Map([...table].map(([key, value]) => [key, change(value)]));
const own = ({ addresses }: { readonly addresses: readonly Ip[] }): Ip[] => addresses.filter(({ family }) => family === 4).map(otherIp);

export const otherNetwork = (network: Network): Network => ({
  ...network,
  interfaces: values(network.interfaces, (each): Interface => ({ ...each, addresses: own(each) })),
  groups: values(network.groups, both),
  members: values(network.members, (each) => ({ ...each, addresses: own(each) })),
  acls: values(network.acls, both),
});

export function otherSent(sent: Sent): Sent {
  const value = sent.protocol === 1 ? otherType(sent.value) : sent.value;
  const ends = { source: otherIp(sent.source), destination: otherIp(sent.destination) };
  const about = sent.about ? { about: otherSent(sent.about) } : {};
  return { ...sent, ...ends, protocol: otherProtocol(sent.protocol), value, ...about };
}
