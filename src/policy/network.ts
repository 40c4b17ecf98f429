/**
 * The intermediate representation: what a network's configuration means for packets, in terms any packet filter knows.
 * `lower` makes it, and everything that speaks of verdicts (judge, compiler, analyser, flow records) reads it.
 *
 * The pipeline of a packet from interface A to interface B:
 *   source check of A → groups of A, out → if they are in different subnets: list of A's subnet, out, then list of
 *   B's subnet, in → groups of B, in.
 * Either end may be an uplink, where another network or the internet begins: it has neither groups nor lists. Addresses
 * are always the private ones: the internet's are rewritten on its side of the lists. A packet that goes out through a
 * NAT also meets the lists of the NAT's subnet, in and out, and so does its reply.
 * Groups are stateful and allow only; lists are stateless, ordered, allow or deny. Whatever is not allowed is refused.
 */
import { Map as PersistentMap } from "immutable";
import { type Entries, summed } from "../values/derived.ts";
import type { Cidr, Family, Ip } from "../values/ip.ts";
import { once } from "../values/once.ts";
import type { Range } from "../values/ports.ts";
import type { Protocol } from "../values/protocol.ts";

/** The values a match looks at: destination ports, or ICMP type<<8|code. `any`: it does not look. */
export type Values = Range | "any";

export type Direction = "in" | "out";

/** Who is at the other end: an address in the prefix, in the prefix list of that id, or of a member of that group. */
export type Peer = { readonly cidr: Cidr } | { readonly prefixes: string } | { readonly members: string };

/** An allow rule of a group. */
export interface GroupRule {
  readonly id: string;
  readonly protocol: Protocol;
  readonly values: Values;
  readonly peer: Peer;
}

export interface Group {
  readonly id: string;
  readonly in: readonly GroupRule[];
  readonly out: readonly GroupRule[];
}

/** The private addresses of the interfaces that are in a group, sorted, each once. */
export interface Members {
  readonly id: string;
  readonly addresses: readonly Ip[];
}

/** A list of prefixes that rules refer to by its id. None of them holds another. */
export interface PrefixList {
  readonly id: string;
  readonly cidrs: readonly Cidr[];
}

/** One numbered line of an access control list; the first that matches decides. */
export interface AclEntry {
  readonly id: string;
  readonly action: "allow" | "deny";
  readonly protocol: Protocol;
  readonly values: Values;
  readonly cidr: Cidr;
}

export interface Acl {
  readonly id: string;
  /** In order of evaluation. */
  readonly in: readonly AclEntry[];
  readonly out: readonly AclEntry[];
}

export interface Subnet {
  readonly id: string;
  /** Key in Network.acls. */
  readonly acl: string;
  /** Its blocks: what goes from one of its addresses to another meets neither list nor route. */
  readonly cidrs: readonly Cidr[];
  /** Key in Network.tables; one that is not there has only the local routes. */
  readonly table: string;
}

/** Where a route leads: `blackhole` where what it names is gone. */
export type Hop =
  | { readonly to: "local" | "blackhole" | "internet" | "egress-only" }
  | { readonly to: "nat" | "peering" | "appliance"; readonly id: string };

export interface Route {
  readonly destination: Cidr;
  readonly hop: Hop;
  /** The destination as its owner wrote it: a prefix, or the id of a prefix list. */
  readonly written: string;
}

export interface RouteTable {
  readonly id: string;
  /** Longest prefix first, no destination twice: the first that holds an address decides. */
  readonly routes: readonly Route[];
  /** For replies alone, before the routes: to other networks' NATs, each by its address. Absent: there are none. */
  readonly returns?: readonly Route[];
}

/** An address that the internet knows by another one. */
export interface PublicAddress {
  readonly private: Ip;
  readonly public: Ip;
}

/** The way to the internet: one device, whichever gateways use it. */
export interface Internet {
  readonly kind: "internet";
  /** Of the gateway that stands for it in explanations. */
  readonly id: string;
  readonly device: string;
  readonly index: number;
  /** Whether connections may be opened from outside, and IPv4 go through: not with an egress-only gateway alone. */
  readonly open: boolean;
  /** Key in Network.tables: routes what comes in. Absent: the local routes do. */
  readonly table?: string;
  /** Of interfaces and public NATs, each private and each public address once. */
  readonly addresses: readonly PublicAddress[];
}

/** A link to another network. */
export interface Peering {
  readonly kind: "peering";
  readonly id: string;
  readonly device: string;
  readonly index: number;
  /** The other network. */
  readonly network: string;
  /** Its blocks: what comes from there has a source in them. */
  readonly cidrs: readonly Cidr[];
}

export type Uplink = Internet | Peering;

/** Lets what is inside a subnet open connections outside under its own address. */
export interface Nat {
  readonly id: string;
  /** 1 to 8191, unique in the network. */
  readonly number: number;
  readonly subnet: string;
  /** At least one; the public one is absent in a private NAT, which cannot reach the internet. */
  readonly addresses: readonly { readonly private: Ip; readonly public?: Ip }[];
}

/** Seconds a connection may be idle before it is forgotten. */
export interface Idle {
  /** Established TCP. */
  readonly tcp: number;
  /** UDP in one direction, or one question and its answer. */
  readonly udp: number;
  /** UDP that goes on both ways. */
  readonly udpStream: number;
}
export const defaultIdle: Idle = { tcp: 432_000, udp: 30, udpStream: 180 };

/** A network interface as the filter sees it. */
export interface Interface {
  readonly id: string;
  /** Name of the router's end of its link, unique in the network. */
  readonly device: string;
  /** Number of that device, unique in the network. */
  readonly index: number;
  readonly mac: string;
  /** Key in Network.subnets. */
  readonly subnet: string;
  /** Keys in Network.groups, in order. */
  readonly groups: readonly string[];
  /** Its own addresses, both families: routed to it, and the only sources it may use while `checked`. */
  readonly addresses: readonly Ip[];
  /** Blocks whose addresses are its own too. */
  readonly prefixes?: readonly Cidr[];
  /** Source/destination check. */
  readonly checked: boolean;
  /** Where it is not `defaultIdle`. */
  readonly idle?: Idle;
  /** How many connections it may have tracked at a time; absent: as many as there is room for. */
  readonly allowance?: number;
}

/** One network's whole policy. Parts keep their identity while nothing in them changes. */
export interface Network {
  readonly id: string;
  /** In no particular order. */
  readonly interfaces: Entries<Interface>;
  readonly subnets: ReadonlyMap<string, Subnet>;
  readonly groups: ReadonlyMap<string, Group>;
  /** Of every group that some rule refers to. */
  readonly members: ReadonlyMap<string, Members>;
  /** Every prefix list that some rule refers to. */
  readonly prefixes: ReadonlyMap<string, PrefixList>;
  readonly acls: ReadonlyMap<string, Acl>;
  /** All its blocks. */
  readonly cidrs: readonly Cidr[];
  readonly tables: ReadonlyMap<string, RouteTable>;
  readonly internet?: Internet;
  /** Whether somebody wants to know of its flows. */
  readonly counted?: true;
  readonly peerings: ReadonlyMap<string, Peering>;
  readonly nats: ReadonlyMap<string, Nat>;
}

/** Where a packet comes from or goes to, as one network sees it. */
export type End = Interface | Uplink;
export const isInterface = (end: End): end is Interface => !("kind" in end);

/** A network nobody can leave, beside what it says of itself. */
export const closed = {
  cidrs: [],
  tables: new Map<string, RouteTable>(),
  peerings: new Map<string, Peering>(),
  nats: new Map<string, Nat>(),
} as const;

/** Whether an address prefix is the whole of its family: `open to the world`. */
export const isWorld = (peer: Peer): peer is { readonly cidr: Cidr } => "cidr" in peer && peer.cidr.length === 0;

/** The protocols whose connections can go untracked: TCP and UDP. */
export const untrackable: readonly number[] = [6, 17];

/** What a group admits from anywhere to every port: one per direction, family and untrackable protocol. */
export interface Opening {
  readonly direction: Direction;
  readonly family: Family;
  readonly protocol: number;
}

const opens = (rule: GroupRule, family: Family, protocol: number): boolean =>
  isWorld(rule.peer) &&
  rule.peer.cidr.family === family &&
  (rule.protocol === "all" || rule.protocol === protocol) &&
  (rule.values === "any" || (rule.values.from === 0 && rule.values.to === 65535));

/** The openings of one group, in a fixed order. */
export const openingsOf = once((group: Group): readonly Opening[] => {
  const found: Opening[] = [];
  for (const direction of ["in", "out"] as const)
    for (const family of [4, 6] as const)
      for (const protocol of untrackable)
        if (group[direction].some((rule) => opens(rule, family, protocol))) found.push({ direction, family, protocol });
  return found;
});

/**
 * Whether a set of groups admits, in a direction, every packet of a family and protocol to and from anywhere: then
 * replies pass by rule alone, and a connection that an equally open rule admits in the other direction is not tracked.
 */
export const isOpen = (groups: readonly Group[], opening: Opening): boolean =>
  groups.some((group) =>
    openingsOf(group).some(
      (each) =>
        each.direction === opening.direction && each.family === opening.family && each.protocol === opening.protocol,
    ),
  );

/** The groups an interface is in, in order. */
export const groupsOf = (network: Network, ids: readonly string[]): Group[] =>
  ids.flatMap((id) => network.groups.get(id) ?? []);

/** A set of groups, and how many interfaces are in just these. */
export interface GroupSet {
  readonly groups: readonly string[];
  readonly interfaces: number;
}

/** The sets of groups that interfaces are in, each once, by the ids in order. */
export const groupSets = summed<Interface, PersistentMap<string, GroupSet>>(PersistentMap(), (sets, { groups }, times) => {
  const key = groups.join(" ");
  const known = sets.get(key) ?? { groups, interfaces: 0 };
  const interfaces = known.interfaces + times;
  return interfaces === 0 ? sets.delete(key) : sets.set(key, { ...known, interfaces });
});
