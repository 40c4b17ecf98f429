/**
 * A ruleset as data: the words this compiler needs of a packet filter, and no more. `nft.ts` alone knows how they are
 * spelled.
 */
import type { Cidr, Family } from "../values/ip.ts";
import type { Range } from "../values/ports.ts";

/**
 * What of a packet a set's key or a match may be made of. `route` is the number of the device its destination's route
 * leads to, for hooks before routing; `type` is ICMP type<<8|code.
 */
export type Field = "iif" | "oif" | "iifIndex" | "oifIndex" | "route" | "saddr4" | "daddr4" | "saddr6" | "daddr6" | "protocol" | "port" | "type";

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

/** Numbers a packet's own mark can carry beside its bits. */
export type Label = "reply" | "stream";

export type Match =
  /** The fields, as one key, are in the set. */
  | { readonly lookup: readonly Field[]; readonly set: string }
  | { readonly family: Family }
  | { readonly protocol: number }
  | { readonly values: Range; readonly field: "port" | "type" }
  | { readonly peer: "saddr" | "daddr"; readonly cidr: Cidr }
  /** Family and protocol are one of the pairs. */
  | { readonly oneOf: readonly { readonly family: Family; readonly protocol: number }[] }
  /** `connection`: the packet opens or continues a connection of its own. `alone`: an error about one, or none. */
  | { readonly standing: "connection" | "alone" }
  | { readonly way: "original" | "reply" }
  /** All the bits are set in the connection's mark. */
  | { readonly remembers: number }
  /** The mark carries the generation and the seen bit: this way of the connection has been admitted under it. */
  | { readonly current: number; readonly seen: number }
  | { readonly outdated: number }
  /** All the bits are set in the packet's own mark. */
  | { readonly noted: number }
  /** The packet opens a connection. */
  | { readonly fresh: true }
  /** The number, up to 255, that stands in the packet's own mark under that name; 0 where none does. */
  | { readonly labelled: number; readonly of: Label };

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
  readonly at: "prerouting" | "input" | "forward";
  /** `raw` is before connection tracking. */
  readonly priority: "raw" | "filter";
}

export interface Chain {
  readonly name: string;
  /** A chain with a hook ends in drop. */
  readonly hook?: Hook;
  readonly rules: readonly Rule[];
}

export interface SetDefinition {
  readonly name: string;
  readonly key: readonly Field[];
  /** Elements may be ranges and prefixes; they must not overlap. */
  readonly intervals: boolean;
  /** A map from key to a chain to go to. */
  readonly toChain: boolean;
}

export type KeyPart = string | number | Range | { readonly cidr: Cidr };

export interface Element {
  readonly set: string;
  readonly key: readonly KeyPart[];
  /** For a map: the chain. */
  readonly chain?: string;
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
}

/** Parts of one sort, by name. Compared by identity first: a section in which nothing changed is the same object. */
export type Section = ReadonlyMap<string, Part>;

/** Sections by name. What a chain or element refers to may come later: all is one transaction. */
export type Ruleset = ReadonlyMap<string, Section>;

/** A rule from its matches and actions. */
export const rule = (when: readonly Match[], ...actions: Rule["do"]): Rule => ({ when, do: actions });

export const section = (parts: readonly Part[]): Section => new Map(parts.map((part) => [part.name, part]));

export const originalWay: Match = { way: "original" };
export const replyWay: Match = { way: "reply" };
