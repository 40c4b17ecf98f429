/**
 * A ruleset as data: the words this compiler needs of a packet filter, and no more. `nft.ts` alone knows how they are
 * spelled.
 */
import type { Entries } from "../values/derived.ts";
import type { Cidr, Family, Ip } from "../values/ip.ts";
import type { Range } from "../values/ports.ts";

/**
 * What of a packet a set's key or a match may be made of. `route` is the number of the device the packet's route leads
 * to, for hooks before routing; `type` is ICMP type<<8|code; the last three are of the packet's connection as its
 * ends know it: where its replies are sent, which is not the packet's source once that is translated, and its first packet.
 */
export type Field =
  | "iif" | "oif" | "iifIndex" | "oifIndex" | "route"
  | "saddr4" | "daddr4" | "saddr6" | "daddr6"
  | "protocol" | "port" | "type"
  | "replyDaddr4" | "originalDaddr4" | "replyPort"
  | "sport" | "flags" | "mark";

/** Bits of the connection's mark; the generation stands above them. */
export const seenOriginal = 1;
export const seenReply = 2;
export const trackedAtOriginator = 4;
export const trackedAtResponder = 8;
/** Bit of the packet's own mark: replies to it pass by rule alone. Beside it stand the tracked bits, until it is admitted. */
export const openBack = 1;
/** Generations fill the mark's upper 28 bits: 1 to 2^28 - 1. */
export const generationShift = 4;
export const generationLimit = 2 ** 28;

/** Numbers a packet's own mark can carry beside its bits. `way` is a routing domain's, and after routing a NAT's. */
export type Label = "reply" | "stream" | "way";
/** Where labels stand in the packet's mark, and how wide they are. */
export const labelBits: Readonly<Record<Label, { readonly shift: number; readonly width: number }>> = {
  reply: { shift: 4, width: 6 },
  stream: { shift: 10, width: 8 },
  way: { shift: 18, width: 14 },
};
export const labelShift = labelBits.way.shift;
/** NATs have the lower half of the numbers, domains the upper. */
export const natLimit = 2 ** (labelBits.way.width - 1);

export type Match =
  /** The fields, as one key, are in the set. */
  | { readonly lookup: readonly Field[]; readonly set: string }
  | { readonly family: Family }
  | { readonly protocol: number }
  | { readonly values: Range; readonly field: "port" | "replyPort" | "type" }
  | { readonly peer: "saddr" | "daddr"; readonly cidr: Cidr }
  /** Family and protocol are one of the pairs. */
  | { readonly oneOf: readonly { readonly family: Family; readonly protocol: number }[] }
  /**
   * `connection`: the packet opens or continues a connection of its own. `alone`: an error about one, or none; `error`
   * and `lone` are these two. `unknown`: nothing is known that it answers.
   */
  | { readonly standing: "connection" | "alone" | "error" | "lone" | "unknown" }
  | { readonly way: "original" | "reply" }
  /** All the bits are set in the connection's mark. */
  | { readonly remembers: number }
  /** The mark carries the generation and the seen bit: this way of the connection has been admitted under it. */
  | { readonly current: number; readonly seen: number }
  | { readonly outdated: number }
  /** All the bits are set in the packet's own mark. */
  | { readonly noted: number }
  /** None of the bits is. */
  | { readonly lacks: number }
  /** The packet opens a connection. */
  | { readonly fresh: true }
  /** The number that stands in the packet's own mark under that name; 0 where none does. */
  | { readonly labelled: number; readonly of: Label }
  /** The packet leaves by the device. */
  | { readonly out: string }
  | { readonly into: string }
  /** It is the first of its connection, which is not yet remembered. */
  | { readonly first: true }
  /** A TCP packet that does not open a connection. */
  | { readonly midstream: true }
  /** A TCP packet with SYN, FIN or RST. */
  | { readonly turning: true }
  /** Of a protocol that is neither TCP nor UDP. */
  | { readonly notPorts: true }
  /** One of so many, at random. */
  | { readonly oneIn: number };

export type Action =
  | { readonly goto: string }
  | { readonly jump: string }
  /** To the chain the map has for the key, or on to the next rule. */
  | { readonly dispatch: readonly Field[]; readonly map: string }
  | { readonly accept: true }
  | { readonly drop: true }
  /** Sets bits of the connection's mark. */
  | { readonly remember: number }
  /** Puts a new generation into the mark and forgets what was seen; tracked bits stay. */
  | { readonly renew: number }
  /** Sets bits of the packet's own mark, which lives for this walk only. */
  | { readonly note: number }
  /** Clears them. */
  | { readonly unnote: number }
  | { readonly label: number; readonly of: Label }
  /** Puts what the map has for the key into the packet's mark, or goes on to the next rule. */
  | { readonly stamp: readonly Field[]; readonly map: string }
  /** Sets bits of the packet's own mark, which is not looked at any more but to count the packet. */
  | { readonly addMark: number }
  /** Counts the packet in the set's element of that key, which is made when missing; without room, on to the next rule. */
  | { readonly count: readonly Field[]; readonly set: string }
  /** Counts the packet in a counter of that name. */
  | { readonly tally: string }
  /** Ends the connection at its sender. */
  | { readonly reset: true }
  /** Rewrites the connection's destination or source to what the map has for it, or goes on to the next rule. */
  | { readonly translate: "daddr4" | "saddr4"; readonly map: string }
  /** Rewrites the connection's source, and its port where it has one. */
  | { readonly masquerade: Ip; readonly ports?: Range }
  /** Gives the packet's new connection the timeout of that name. */
  | { readonly idle: string }
  /** Looks for the packet's connection in a zone of its own, 1 to 65535. */
  | { readonly zone: number }
  /** Back to the chain that jumped here. */
  | { readonly return: true }
  /** Keeps the packet out of connection tracking: it stands alone. */
  | { readonly untrack: true };

export interface Rule {
  readonly when: readonly Match[];
  readonly do: readonly Action[];
  /** Id of the configuration's rule it stands for. */
  readonly comment?: string;
}

export interface Hook {
  readonly at: "prerouting" | "input" | "forward" | "postrouting";
  /** `raw` is before connection tracking. `dstnat` and `srcnat` see the first packet of each connection. */
  readonly priority: "raw" | "filter" | "dstnat" | "srcnat";
}

export interface Chain {
  readonly name: string;
  /** A chain with a hook ends in drop, but one that translates. */
  readonly hook?: Hook;
  readonly rules: readonly Rule[];
}

export interface SetDefinition {
  readonly name: string;
  readonly key: readonly Field[];
  /** Elements may be ranges and prefixes; they must not overlap. */
  readonly intervals: boolean;
  /** A map from key to a chain to go to, or to a verdict. */
  readonly toChain: boolean;
  /** Elements come with the packets they count, and go when so many seconds brought none. */
  readonly keeps?: { readonly seconds: number; readonly most: number };
  /** A map from key to such a value. */
  readonly to?: "mark" | "address4";
  /** A look-up that finds an element counts the packet's connection there; it matches once there are more than its allowance. */
  readonly counts?: true;
}

export type KeyPart = string | number | Range | { readonly cidr: Cidr } | { readonly first: Ip; readonly last: Ip };

export interface Element {
  readonly set: string;
  readonly key: readonly KeyPart[];
  /** For a map: the chain, or the value. */
  readonly chain?: string;
  readonly value?: number | Ip;
  /** For a map, in place of a chain. */
  readonly verdict?: "return" | "drop";
  /** In a set that counts: how many living connections do not match. */
  readonly allowance?: number;
  readonly comment?: string;
}

/** How long a connection may be idle in a state, in seconds. */
export interface Timeout {
  readonly name: string;
  readonly protocol: "tcp" | "udp";
  readonly policy: Readonly<Record<string, number>>;
}

/** What one thing of the network adds to the ruleset. Compared by identity: equal parts are the same object. */
export interface Part {
  readonly name: string;
  readonly chains: readonly Chain[];
  readonly sets: readonly SetDefinition[];
  readonly elements: readonly Element[];
  readonly timeouts?: readonly Timeout[];
  /** Names of counters. */
  readonly tallies?: readonly string[];
}

/** Parts of one sort, by name. Compared by identity first: a section in which nothing changed is the same object. */
export type Section = Entries<Part>;

/** Sections by name. What a chain or element refers to may come later: all is one transaction. */
export type Ruleset = ReadonlyMap<string, Section>;

/** A rule from its matches and actions. */
export const rule = (when: readonly Match[], ...actions: Rule["do"]): Rule => ({ when, do: actions });

export const section = (parts: readonly Part[]): Section => new Map(parts.map((part) => [part.name, part]));

export const originalWay: Match = { way: "original" };
export const replyWay: Match = { way: "reply" };
