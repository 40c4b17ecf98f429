/** Model → network: the one place that knows what Amazon's configuration means for packets. */
import type {
  AclEntry as ModelEntry,
  ConnectionTracking,
  NetworkAcl,
  NetworkInterface,
  PrefixList as ModelPrefixList,
  RouteTable,
  SecurityGroup,
  SecurityGroupRule,
  Subnet as ModelSubnet,
  Vpc,
} from "../model/resource.ts";
import { addressesOf, allowanceOf } from "../model/network-interface.ts";
import { everywhere, find, listed, need, tableOf, type Table, type World } from "../model/world.ts";
import { routeTableOf } from "../model/route-table.ts";
import { blocksOf } from "../model/vpc.ts";
import { blocksOfSubnet } from "../model/subnet.ts";
import { type Cidr, cidrOf, covers } from "../values/ip.ts";
import { derived, type Entries } from "../values/derived.ts";
import { once } from "../values/once.ts";
import { hasPorts, hasTypes, ICMPV6, parseProtocol, type Protocol } from "../values/protocol.ts";
import { lowerMembers } from "./members.ts";
import { byId, keptMap, lowerWays } from "./ways.ts";
import { type Acl, type AclEntry, defaultIdle, type Group, type GroupRule, groupSets, type Idle, type Interface, type Members, type Network, type Peer, type PrefixList, type Subnet, type Values } from "./network.ts";

/** Every network that has an interface to filter, or a link to another, by VPC id. */
export function lower(world: World): ReadonlyMap<string, Network> {
  const networks = new Map<string, Network>();
  for (const vpc of everywhere(world, "vpc")) {
    const network = lowerVpc(world, vpc);
    if (network.interfaces.size + network.peerings.size > 0) networks.set(vpc.id, network);
  }
  return networks;
}

/** One VPC's network: its interfaces, the groups they are in, the groups those refer to, and the lists of its subnets. */
export function lowerVpc(world: World, vpc: Vpc): Network {
  const interfaces = lowerInterfaces(listed(world, "interfacesOfVpc", vpc.id));
  const groups = new Map(groupsInUse(interfaces).map((id) => [id, lowerGroup(world, id)]));
  const members = new Map<string, Members>();
  const prefixes = new Map<string, PrefixList>();
  for (const group of groups.values()) {
    for (const id of groupsReferredTo(group)) if (!members.has(id)) members.set(id, lowerMembers(world, id, vpc));
    for (const id of listsReferredTo(group)) if (!prefixes.has(id)) prefixes.set(id, lowerPrefixList(need(world, "prefix-list", id)));
  }
  const subnets = new Map<string, Subnet>();
  const acls = new Map<string, Acl>();
  for (const subnet of byId(listed(world, "subnetsOfVpc", vpc.id))) {
    subnets.set(subnet.id, lowerSubnet(subnet, routeTableOf(world, subnet)));
    if (!acls.has(subnet.acl)) acls.set(subnet.acl, lowerAcl(need(world, "network-acl", subnet.acl)));
  }
  return { id: vpc.id, interfaces, subnets: keptMap(vpc, "subnets", subnets), groups, members, prefixes, acls, cidrs: lowerBlocks(vpc), ...lowerWays(world, vpc), ...(isCounted(world, vpc) && { counted: true }) };
}

/** Whether some flow log covers something in the VPC. */
const isCounted = (world: World, vpc: Vpc): boolean =>
  tableOf(world, "flow-log").some(({ resourceId: id }) => (find(world, "subnet", id) ?? find(world, "network-interface", id))?.vpc === vpc.id || id === vpc.id);

const lowerBlocks = once((vpc: Vpc): readonly Cidr[] => blocksOf(vpc));

const lowerInterfaces: (table: Table<"network-interface">) => Entries<Interface> = derived((resource: NetworkInterface) =>
  resource.natGateway === undefined ? lowerInterface(resource) : undefined,
);

/** Ids of the groups some interface is in. */
const groupsInUse = (interfaces: Entries<Interface>): readonly string[] => idsIn(groupSets(interfaces));
const idsIn = once((sets: ReturnType<typeof groupSets>): readonly string[] => [...new Set([...sets.values()].flatMap(({ groups }) => groups))].sort());

/** Ids of the groups a group's rules refer to. */
const groupsReferredTo = once((group: Group): readonly string[] => [
  ...new Set([...group.in, ...group.out].flatMap(({ peer }) => ("members" in peer ? [peer.members] : []))),
]);

/** Ids of the prefix lists they refer to. */
const listsReferredTo = once((group: Group): readonly string[] => [
  ...new Set([...group.in, ...group.out].flatMap(({ peer }) => ("prefixes" in peer ? [peer.prefixes] : []))),
]);

/** The router's end of an interface's link: IFNAMSIZ leaves 15 characters, 12 of them random. */
export const deviceName = (interfaceId: string): string => `eni${interfaceId.slice(-12)}`;

const lowerInterface = once((resource: NetworkInterface): Interface => {
  const allowance = allowanceOf(resource);
  return {
    id: resource.id,
    device: deviceName(resource.id),
    index: resource.number,
    mac: resource.mac,
    subnet: resource.subnet,
    groups: resource.groups,
    addresses: addressesOf(resource),
    ...((resource.prefixes || resource.ipv6Prefixes) && {
      prefixes: [...(resource.prefixes ?? []), ...(resource.ipv6Prefixes ?? [])].map(cidrOf),
    }),
    checked: resource.sourceDestCheck,
    ...(resource.connectionTracking && { idle: idleOf(resource.connectionTracking) }),
    ...(allowance !== undefined && { allowance }),
  };
});

const idleOf = ({ tcpEstablished, udp, udpStream }: ConnectionTracking): Idle => ({
  tcp: tcpEstablished ?? defaultIdle.tcp,
  udp: udp ?? defaultIdle.udp,
  udpStream: udpStream ?? defaultIdle.udpStream,
});

const lowerSubnet = (subnet: ModelSubnet, table: RouteTable): Subnet => subnetOf(subnet, nameOf(table.id));
const subnetOf = once((subnet: ModelSubnet, table: { readonly id: string }): Subnet => ({
  id: subnet.id,
  acl: subnet.acl,
  cidrs: blocksOfSubnet(subnet).map(cidrOf),
  table: table.id,
}));

/** A name as an object, as what is remembered is remembered by objects. */
const names = new Map<string, { readonly id: string }>();
function nameOf(id: string): { readonly id: string } {
  const found = names.get(id) ?? { id };
  names.set(id, found);
  return found;
}

const lowerRules = once((group: SecurityGroup, rules: Table<"security-group-rule">): Group => {
  const all = byId(rules);
  return {
    id: group.id,
    in: all.filter((rule) => !rule.egress).map(lowerRule),
    out: all.filter((rule) => rule.egress).map(lowerRule),
  };
});

/** A group's rules, whether some interface has it or not. */
export const lowerGroup = (world: World, id: string): Group =>
  lowerRules(need(world, "security-group", id), listed(world, "rulesOfGroup", id));

/** The entries of the present version; one that another holds adds nothing. */
export const lowerPrefixList = once((list: ModelPrefixList): PrefixList => {
  const all = list.entries.map(({ cidr }) => cidrOf(cidr));
  return { id: list.id, cidrs: all.filter((cidr) => !all.some((other) => other.length < cidr.length && covers(other, cidr))) };
});

export const lowerAcl = once((acl: NetworkAcl): Acl => {
  const entries = (egress: boolean): AclEntry[] =>
    acl.entries
      .filter((entry) => entry.egress === egress)
      .toSorted((a, b) => a.number - b.number)
      .map((entry) => lowerEntry(acl.id, entry));
  return { id: acl.id, in: entries(false), out: entries(true) };
});

function lowerRule(rule: SecurityGroupRule): GroupRule {
  const protocol = protocolOf(rule.protocol);
  return { id: rule.id, protocol, values: valuesOf(protocol, rule.from, rule.to), peer: lowerPeer(rule) };
}

function lowerPeer({ peer }: SecurityGroupRule): Peer {
  if (peer.type === "cidr") return { cidr: cidrOf(peer.cidr) };
  return peer.type === "group" ? { members: peer.group } : { prefixes: peer.list };
}

/**
 * ICMPv6 in an entry with an IPv4 prefix matches whatever its type and code; TCP and UDP look at ports, ICMP at type
 * and code, everything else at neither.
 */
function lowerEntry(acl: string, entry: ModelEntry): AclEntry {
  const protocol = protocolOf(entry.protocol);
  const cidr = cidrOf(entry.cidr);
  const typed = entry.icmp && !(protocol === ICMPV6 && cidr.family === 4);
  const values = typed
    ? valuesOf(protocol, entry.icmp.type, entry.icmp.code)
    : entry.ports
      ? valuesOf(protocol, entry.ports.from, entry.ports.to)
      : "any";
  const direction = entry.egress ? "egress" : "ingress";
  return { id: `${acl}:${entry.number}:${direction}`, action: entry.action, protocol, values, cidr };
}

function valuesOf(protocol: Protocol, from: number, to: number): Values {
  if (hasPorts(protocol)) return { from: Math.max(0, from), to: to < 0 ? 65535 : to };
  if (!hasTypes(protocol) || from < 0) return "any";
  return to < 0 ? { from: from << 8, to: (from << 8) | 255 } : { from: (from << 8) | to, to: (from << 8) | to };
}

function protocolOf(text: string): Protocol {
  const protocol = parseProtocol(text);
  if (protocol === undefined) throw new Error(`the model holds a protocol that is none: ${text}`);
  return protocol;
}
