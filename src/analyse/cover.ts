/** A few prefixes, or ranges, that hold all of what was seen and as little else as possible. */
import { type Cidr, covers, hostCidr, type Ip, prefixOf, widthOf } from "../values/ip.ts";
import { type Range, union } from "../values/ports.ts";

/** How many leading bits two addresses of a family have in common. */
const inCommon = (a: Ip, b: Ip): number => {
  const different = a.bits ^ b.bits;
  return different === 0n ? widthOf(a.family) : widthOf(a.family) - different.toString(2).length;
};

const order = (a: Ip, b: Ip): number => a.family - b.family || (a.bits < b.bits ? -1 : a.bits > b.bits ? 1 : 0);

/** At most `most` disjoint prefixes (of each family) that hold every address: cut where neighbours have least in common. */
export function cover(addresses: readonly Ip[], most: number): Cidr[] {
  return ([4, 6] as const).flatMap((family) => coverOf(addresses.filter((ip) => ip.family === family).toSorted(order), most));
}

function coverOf(sorted: readonly Ip[], most: number): Cidr[] {
  const gaps = sorted.slice(1).map((ip, at) => ({ at, common: inCommon(sorted[at] ?? ip, ip) }));
  const cuts = gaps
    .filter(({ common }) => common < widthOf(sorted[0]?.family ?? 4))
    .toSorted((a, b) => a.common - b.common)
    .slice(0, most - 1)
    .map(({ at }) => at + 1)
    .toSorted((a, b) => a - b);
  const prefixes: Cidr[] = [];
  for (const [index, from] of [0, ...cuts].entries()) {
    const [first, last] = [sorted[from], sorted[(cuts[index] ?? sorted.length) - 1]];
    if (first && last) join(prefixes, first === last ? hostCidr(first) : prefixOf(first, inCommon(first, last)));
  }
  return prefixes;
}

/** Adds a prefix to sorted ones; two halves of a prefix become it. */
function join(prefixes: Cidr[], next: Cidr): void {
  const last = prefixes.at(-1);
  const both = last && next.length > 0 && last.length === next.length ? prefixOf({ family: next.family, bits: next.base }, next.length - 1) : undefined;
  if (both && last && covers(both, last)) {
    prefixes.pop();
    join(prefixes, both);
  } else prefixes.push(next);
}

/** At most `most` ranges that hold every number: the narrowest gaps are closed. */
export function coverNumbers(numbers: readonly number[], most: number): Range[] {
  const exact = union(numbers.map((number) => ({ from: number, to: number })));
  const gaps = exact.slice(1).map(({ from }, at) => ({ at: at + 1, size: from - (exact[at]?.to ?? 0) }));
  const kept = new Set(gaps.toSorted((a, b) => b.size - a.size).slice(0, most - 1).map(({ at }) => at));
  const ranges: { from: number; to: number }[] = [];
  for (const [at, range] of exact.entries()) {
    const last = ranges.at(-1);
    if (last && !kept.has(at)) last.to = range.to;
    else ranges.push({ ...range });
  }
  return ranges;
}
