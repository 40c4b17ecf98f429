/**
 * The intermediate representation: what a network's configuration means for packets, in terms any packet filter knows.
 * `lower` makes it, and everything that speaks of verdicts (judge, compiler, analyser, flow records) reads it.
 *
 * The pipeline of a packet from interface A to interface B:
 *   source check of A → groups of A, out → if they are in different subnets: list of A's subnet, out, then list of
 *   B's subnet, in → groups of B, in.
 * Groups are stateful and allow only; lists are stateless, ordered, allow or deny. Whatever is not allowed is refused.
 */
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
  /** Source/destination check. */
  readonly checked: boolean;
  /** Where it is not `defaultIdle`. */
  readonly idle?: Idle;
}

/** One network's whole policy. Parts keep their identity while nothing in them changes. */
export interface Network {
  readonly id: string;
  readonly interfaces: ReadonlyMap<string, Interface>;
  readonly subnets: ReadonlyMap<string, Subnet>;
  readonly groups: ReadonlyMap<string, Group>;
  /** Of every group that some rule refers to. */
  readonly members: ReadonlyMap<string, Members>;
  /** Every prefix list that some rule refers to. */
  readonly prefixes: ReadonlyMap<string, PrefixList>;
  readonly acls: ReadonlyMap<string, Acl>;
}

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
