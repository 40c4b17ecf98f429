/**
 * Ordered entries, of which the first that matches decides, as disjoint regions with an answer each: what a packet
 * filter can look up, in place of trying one entry after the other.
 */
import type { AclEntry } from "../policy/network.ts";
import { covers, firstOf, hostCidr, type Ip, lastOf } from "../values/ip.ts";
import { type Range, subtract, union } from "../values/ports.ts";
import { hasPorts } from "../values/protocol.ts";

/** What decides about the values of one protocol: disjoint ranges, and `rest` for all other values; undefined is nobody. */
export interface Table {
  readonly ranges: readonly { readonly range: Range; readonly entry: AclEntry }[];
  readonly rest: AclEntry | undefined;
}

/** What decides for some addresses: a table for each protocol that an entry names, and one entry for all others. */
export interface Decision {
  readonly protocols: ReadonlyMap<number, Table>;
  readonly rest: AclEntry | undefined;
}

/** Neighbouring addresses that share a decision. */
export interface Region {
  readonly first: Ip;
  readonly last: Ip;
  readonly decision: Decision;
}

/**
 * Entries of one family, in order, as regions: disjoint, sorted, at most twice as many as the entries' prefixes.
 * `elsewhere` is what holds outside of all regions.
 */
export function regionsOf(entries: readonly AclEntry[]): { readonly elsewhere: Decision; readonly regions: readonly Region[] } {
  const elsewhere = decide(entries.filter(({ cidr }) => cidr.length === 0));
  const regions: Region[] = [];
  for (const { first, last } of pieces(entries)) {
    const decision = decide(entries.filter(({ cidr }) => covers(cidr, hostCidr(first))));
    if (differences(elsewhere, decision).length === 0) continue;
    const before = regions.at(-1);
    // Two with one decision are neighbours: an entry that decides on both sides of a gap would decide in it too.
    if (before && differences(before.decision, decision).length === 0) {
      regions[regions.length - 1] = { ...before, last };
    } else {
      regions.push({ first, last, decision });
    }
  }
  return { elsewhere, regions };
}

/** What the entries' prefixes hold, cut at every prefix's edges: within a piece the same entries match. */
function pieces(entries: readonly AclEntry[]): { first: Ip; last: Ip }[] {
  const cidrs = entries.map(({ cidr }) => cidr).filter(({ length }) => length > 0);
  const edges = new Set(cidrs.flatMap((cidr) => [firstOf(cidr).bits, lastOf(cidr).bits + 1n]));
  const sorted = [...edges].sort((a, b) => (a < b ? -1 : 1));
  const family = cidrs[0]?.family ?? 4;
  return sorted.slice(1).map((end, at) => ({
    first: { family, bits: sorted[at] ?? end },
    last: { family, bits: end - 1n },
  }));
}

function decide(entries: readonly AclEntry[]): Decision {
  const end = entries.findIndex(({ protocol }) => protocol === "all");
  const heard = end < 0 ? entries : entries.slice(0, end + 1);
  const named = new Set(heard.flatMap(({ protocol }) => (protocol === "all" ? [] : [protocol])));
  return {
    protocols: new Map([...named].map((protocol) => [protocol, tableOf(heard, protocol)])),
    rest: end < 0 ? undefined : entries[end],
  };
}

function tableOf(entries: readonly AclEntry[], protocol: number): Table {
  const ranges: { range: Range; entry: AclEntry }[] = [];
  let taken: Range[] = [];
  for (const entry of entries) {
    const { values } = entry;
    if (entry.protocol !== "all" && entry.protocol !== protocol) continue;
    if (values === "any" || (hasPorts(protocol) && values.from === 0 && values.to === 65535)) return { ranges, rest: entry };
    ranges.push(...subtract([values], taken).map((range) => ({ range, entry })));
    taken = union([...taken, values]);
  }
  return { ranges, rest: undefined };
}

const tableFor = ({ protocols, rest }: Decision, protocol: number): Table => protocols.get(protocol) ?? { ranges: [], rest };

/** Equal for tables in which the same entries decide the same. */
export const tableText = ({ ranges, rest }: Table): string =>
  [...ranges.map(({ range, entry }) => `${range.from}-${range.to} ${entry.id}`), rest?.id ?? "nobody"].join(",");

/** Where `to` decides otherwise than `from`: disjoint ranges of protocols, with the tables of `to`. */
export function differences(from: Decision, to: Decision): { readonly protocols: Range; readonly table: Table }[] {
  const named = [...new Set([...from.protocols.keys(), ...to.protocols.keys()])].map((protocol) => ({ from: protocol, to: protocol }));
  const others = subtract([{ from: 0, to: 255 }], named);
  return [...named, ...others]
    .map((protocols) => ({ protocols, before: tableFor(from, protocols.from), table: tableFor(to, protocols.from) }))
    .filter(({ before, table }) => tableText(before) !== tableText(table))
    .map(({ protocols, table }) => ({ protocols, table }));
}
