/**
 * Random networks, changes to them, and the packets at the edges of their rules. No interface has an allowance of
 * connections: the judge does not count, and the reader of compiled text knows no set that does.
 */
import { type Acl, type AclEntry, closed, type Direction, type Group, type GroupRule, type Interface, type Network, type Peer, type PrefixList, type Values } from "../src/policy/network.ts";
import { type Cidr, covers, type Family, firstOf, type Ip, lastOf, offset, widthOf } from "../src/values/ip.ts";
import { hasPorts, hasTypes, type Protocol } from "../src/values/protocol.ts";
import type { Sent } from "./conntrack.ts";
import { cidr, ip } from "./network.ts";
import type { Random } from "./random.ts";

/** What a world's rules are drawn from: nested and neighbouring prefixes, and the addresses at their edges. */
interface Pool {
  readonly prefixes: readonly Cidr[];
  readonly addresses: readonly Ip[];
}

const world: readonly Cidr[] = [cidr("0.0.0.0/0"), cidr("::/0")];
/** Addresses that are nobody's: hosts may not have them, and routers do not forward them. */
const reserved = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/16", "fe80::/10", "ff00::/8"].map(cidr);
const usable = (address: Ip): boolean =>
  address.bits >= 0n && address.bits < 1n << BigInt(widthOf(address.family)) && !reserved.some((each) => within(each, address));
const within = (prefix: Cidr, address: Ip): boolean =>
  prefix.family === address.family && firstOf(prefix).bits <= address.bits && address.bits <= lastOf(prefix).bits;

function prefixAround({ family, bits }: Ip, length: number): Cidr {
  const shift = BigInt(widthOf(family) - length);
  return { family, base: (bits >> shift) << shift, length };
}

function pool(random: Random): Pool {
  const prefixes: Cidr[] = [];
  for (const site of ["10.0.0.0", "172.31.255.0", "198.51.100.128", "2001:db8:0:1::", "fd00:0:0:ff::"].map(ip)) {
    const width = widthOf(site.family);
    const inside: Ip = { family: site.family, bits: site.bits + BigInt(random.below(1 << 14)) };
    for (let times = 0; times < 5; times++) prefixes.push(prefixAround(inside, random.between(site.family === 4 ? 1 : 2, width)));
    prefixes.push(prefixAround(inside, width - random.below(4)));
  }
  const edges = prefixes.flatMap((each) => [offset(firstOf(each), -1), firstOf(each), lastOf(each), offset(lastOf(each), 1)]);
  const addresses = new Map(edges.filter(usable).map((each) => [`${each.family} ${each.bits}`, each]));
  return { prefixes: [...prefixes, ...world], addresses: [...addresses.values()] };
}

const ports = [0, 1, 22, 79, 80, 81, 1023, 1024, 32767, 32768, 65534, 65535];
const types = [0, 3, 8, 11, 13, 128, 129, 255];
/** Only what connection tracking treats alike everywhere: TCP, UDP, ICMP of both families, and three it knows nothing of. */
const protocols: readonly Protocol[] = ["all", 1, 6, 17, 58, 50, 89, 99];

function valuesOf(random: Random, protocol: Protocol): Values {
  if (hasTypes(protocol)) {
    const type = random.pick(types) << 8;
    return random.pick<Values>(["any", { from: type, to: type | 255 }, { from: type | 3, to: type | 3 }, { from: type, to: type }]);
  }
  if (!hasPorts(protocol)) return "any";
  const [a, b] = [random.pick(ports), random.pick(ports)];
  return random.pick<Values>([{ from: a, to: a }, { from: Math.min(a, b), to: Math.max(a, b) }, { from: 0, to: 65535 }]);
}

let made = 0;

function groupRule(random: Random, { prefixes }: Pool, groups: readonly string[]): GroupRule {
  const protocol = random.pick(protocols);
  const peer: Peer = random.chance(0.25)
    ? { members: random.pick(groups) }
    : random.chance(0.15) ? { prefixes: random.pick(listIds) }
    : { cidr: random.pick(random.chance(0.4) ? world : prefixes) };
  return { id: `sgr-${++made}`, protocol, values: valuesOf(random, protocol), peer };
}

const listIds = ["pl-1", "pl-2"];

/** Prefixes of both families, none inside another. */
function prefixList(random: Random, { prefixes }: Pool, id: string): PrefixList {
  const drawn = random.sample(prefixes, random.between(0, 4));
  const cidrs = drawn.filter((each, at) => !drawn.some((other, place) => place !== at && covers(other, each) && (place < at || !covers(each, other))));
  return { id, cidrs };
}

/** What leaves connections untracked, where both directions have one. */
const openRule = (random: Random, prefix: Cidr): GroupRule => {
  const protocol = random.pick<Protocol>(["all", 6, 17]);
  return { id: `sgr-${++made}`, protocol, values: protocol === "all" ? "any" : { from: 0, to: 65535 }, peer: { cidr: prefix } };
};

function group(random: Random, from: Pool, id: string, ids: readonly string[], size: number): Group {
  const rules = () => [
    ...Array.from({ length: random.below(size + 1) }, () => groupRule(random, from, ids)),
    ...world.filter(() => random.chance(0.3)).map((each) => openRule(random, each)),
  ];
  return { id, in: rules(), out: rules() };
}

function aclEntry(random: Random, { prefixes }: Pool, acl: string): AclEntry {
  const protocol = random.pick(protocols);
  const of = random.pick(random.chance(0.4) ? world : prefixes);
  const values = protocol === 58 && of.family === 4 ? "any" : valuesOf(random, protocol);
  return { id: `${acl}:${++made}`, action: random.chance(0.4) ? "deny" : "allow", protocol, values, cidr: of };
}

function acl(random: Random, from: Pool, id: string, size: number): Acl {
  const open = world.map((each, at) => ({ id: `${id}:${at}`, action: "allow", protocol: "all", values: "any", cidr: each }) as const);
  const entries = () => [
    ...Array.from({ length: random.below(size + 1) }, () => aclEntry(random, from, id)),
    ...(random.chance(0.7) ? open : []),
  ];
  return { id, in: entries(), out: entries() };
}

/** Who is in each group some rule refers to. */
function withMembers(network: Omit<Network, "members">): Network {
  const rules = [...network.groups.values()].flatMap((each) => [...each.in, ...each.out]);
  const referred = new Set(rules.flatMap(({ peer }) => ("members" in peer ? [peer.members] : [])));
  const of = (id: string) => [...network.interfaces.values()].filter((each) => each.groups.includes(id)).flatMap((each) => each.addresses);
  return { ...network, members: new Map([...referred].map((id) => [id, { id, addresses: of(id) }])) };
}

export interface Size {
  readonly interfaces: number;
  readonly groups: number;
  /** Most rules of a group in one direction, and entries of a list. */
  readonly rules: number;
  /** Whether what flows is counted; by chance where it is not said. */
  readonly counted?: boolean;
}

export interface RandomWorld {
  readonly network: Network;
  /** The network after a change of something: rules, membership, lists, associations, checks. */
  change(): RandomWorld;
}

const byId = <T extends { readonly id: string }>(all: readonly T[]): Map<string, T> => new Map(all.map((each) => [each.id, each]));
const named = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${prefix}-${at + 1}`);

/** A network with the devices d1, d2, …, whatever else is random. */
export function randomWorld(random: Random, size: Size): RandomWorld {
  const from = pool(random);
  const ids = { groups: named("sg", size.groups), acls: named("acl", 3), subnets: named("subnet", 3) };
  const addresses = random.sample(from.addresses, from.addresses.length);
  const share = Math.floor(addresses.length / size.interfaces);
  const interfaces = named("eni", size.interfaces).map((id, at): Interface => ({
    id,
    device: `d${at + 1}`,
    index: 100 + at,
    mac: `02:00:00:00:01:${(at + 1).toString(16).padStart(2, "0")}`,
    subnet: random.pick(ids.subnets),
    groups: random.sample(ids.groups, random.between(1, 3)),
    addresses: addresses.slice(at * share, (at + 1) * share),
    checked: !random.chance(0.15),
  }));
  const network = withMembers({
    ...closed,
    id: "vpc-lab",
    interfaces: byId(interfaces),
    subnets: byId(ids.subnets.map((id) => ({ id, acl: random.pick(ids.acls), cidrs: [], table: "" }))),
    prefixes: byId(listIds.map((id) => prefixList(random, from, id))),
    groups: byId(ids.groups.map((id) => group(random, from, id, ids.groups, size.rules))),
    acls: byId(ids.acls.map((id) => acl(random, from, id, size.rules))),
    ...((size.counted ?? random.chance(0.5)) && { counted: true as const }),
  });
  return changeable(random, from, size, network);
}

function changeable(random: Random, from: Pool, size: Size, network: Network): RandomWorld {
  return {
    network,
    change: () => {
      let { interfaces, subnets, groups, acls, prefixes } = network;
      const turned = size.counted === undefined && random.chance(0.1);
      const counted = turned ? !network.counted : network.counted === true;
      const ids = [...groups.keys()];
      for (let times = random.between(1, 3); times > 0; times--) {
        const one = random.pick([...interfaces.values()]);
        const subnet = random.pick([...subnets.values()]);
        const idle = { tcp: random.pick([60, 350, 432_000]), udp: random.pick([30, 60]), udpStream: random.pick([60, 180]) };
        const replaced = { ...one, ...random.pick([{ groups: random.sample(ids, random.between(1, 3)) }, { checked: !one.checked }, { idle }]) };
        random.pick([
          () => (groups = edited(groups, random.pick(ids), (id) => group(random, from, id, ids, size.rules))),
          () => (groups = edited(groups, random.pick(ids), (id) => withoutRule(random, groups.get(id) ?? group(random, from, id, ids, 0)))),
          () => (acls = edited(acls, random.pick([...acls.keys()]), (id) => acl(random, from, id, size.rules))),
          () => (subnets = edited(subnets, subnet.id, (id) => ({ id, acl: random.pick([...acls.keys()]), cidrs: [], table: "" }))),
          () => (prefixes = edited(prefixes, random.pick(listIds), (id) => prefixList(random, from, id))),
          () => (interfaces = edited(interfaces, one.id, () => replaced)),
        ])();
      }
      return changeable(random, from, size, withMembers({ ...closed, id: network.id, interfaces, subnets, groups, prefixes, acls, ...(counted && { counted }) }));
    },
  };
}

const edited = <T>(table: Iterable<[string, T]>, id: string, make: (id: string) => T): Map<string, T> => new Map(table).set(id, make(id));

function withoutRule(random: Random, whole: Group): Group {
  const direction: Direction = random.chance(0.5) ? "in" : "out";
  const gone = random.below(whole[direction].length);
  return { ...whole, [direction]: whole[direction].filter((_, at) => at !== gone) };
}

/** The values at a match's edges: each bound, one below, one above. */
function edgeValues(random: Random, protocol: number, values: Values): number {
  if (!hasPorts(protocol) && !hasTypes(protocol)) return 0;
  const { from, to } = values === "any" ? { from: random.below(65536), to: 0x0800 } : values;
  return Math.max(0, Math.min(65535, random.pick([from - 1, from, from, to, to, to + 1])));
}

const requests: Readonly<Record<number, readonly number[]>> = { 1: [8, 13, 15, 17], 58: [128, 139] };

/** A packet that just meets or just misses some rule or entry of the network, and the interface that sends it. */
export function edgePacket(random: Random, network: Network): { readonly from: Interface; readonly sent: Sent } {
  const all = [...network.interfaces.values()];
  const rules = [...network.groups.values(), ...network.acls.values()].flatMap((each) => [...each.in, ...each.out]);
  const rule = random.pick(rules);
  const prefix = "cidr" in rule ? rule.cidr : "cidr" in rule.peer ? rule.peer.cidr : undefined;
  const family: Family = prefix?.family ?? random.pick([4, 6]);
  const protocol = rule.protocol === "all" || random.chance(0.1) ? protocolFor(random, family) : rule.protocol;
  const known = all.flatMap((each) => each.addresses.filter((own) => own.family === family));
  const near = prefix && prefix.length > 0 ? known.filter((each) => within(wider(prefix), each)) : [];
  const [one, other] = [random.pick(near.length > 0 ? near : known), random.pick(known)];
  const [source, destination] = random.chance(0.5) ? [one, other] : [other, one];
  const appliances = all.filter((each) => !each.checked);
  const forging = random.chance(0.1) && appliances.length > 0;
  const owner = all.find((each) => each.addresses.includes(source)) ?? random.pick(all);
  const from = forging ? random.pick(appliances) : random.chance(0.03) ? random.pick(all) : owner;
  let value = edgeValues(random, protocol, rule.values);
  if (hasTypes(protocol) && random.chance(0.5)) value = (random.pick(requests[protocol] ?? [8]) << 8) | (value & 255);
  const sourcePort = hasPorts(protocol) ? random.between(1024, 65535) : 0;
  const flags = protocol === 6 && random.chance(0.15) ? random.pick([16, 18, 4, 17]) : 2;
  return { from, sent: { source, destination, protocol, value, sourcePort, flags, identifier: random.below(65536) } };
}

const protocolFor = (random: Random, family: Family): number => random.pick([6, 17, 50, 99, family === 4 ? 1 : 58]);
/** The prefix and what borders on it. */
const wider = (prefix: Cidr): Cidr => prefixAround(firstOf(prefix), Math.max(0, prefix.length - 2));

/** What the receiver of a packet sends back; undefined where nothing can be a reply. */
export function replyOf(sent: Sent, flags: number): Sent | undefined {
  const { source: destination, destination: source, protocol, value, sourcePort = 0 } = sent;
  const turned = { ...sent, source, destination, flags };
  if (hasPorts(protocol)) return { ...turned, value: sourcePort, sourcePort: value };
  if (!hasTypes(protocol)) return turned;
  const type = value >> 8;
  const asked = requests[protocol]?.includes(type);
  return asked ? { ...turned, value: ((protocol === 1 && type === 8 ? 0 : type + 1) << 8) | (value & 255) } : undefined;
}

/** An ICMP error about a packet, from whoever it was sent to. */
export function errorAbout(sent: Sent): Sent {
  const { source: destination, destination: source } = sent;
  const [protocol, value] = source.family === 4 ? [1, 0x0304] : [58, 0x0200];
  return { source, destination, protocol, value, about: sent };
}

