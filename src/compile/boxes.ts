/**
 * Sets of a packet filter refuse overlapping elements, groups of allow rules overlap freely. Prefixes nest or are
 * disjoint, so it is enough to take away from each prefix the values its wider prefixes already have: what remains is
 * disjoint, and its union is the same.
 */
import { type Cidr, formatCidr, widthOf } from "../values/ip.ts";
import { type Range, subtract } from "../values/ports.ts";

/** A rectangle of values × addresses, and the rules it came from. */
export interface Box {
  readonly cidr: Cidr;
  readonly values: Range;
  readonly rules: readonly string[];
}

/** Disjoint boxes with the same union, widest prefixes first. */
export function disjoint(boxes: readonly Box[]): Box[] {
  const byPrefix = new Map<string, Box[]>();
  for (const box of boxes) {
    const key = formatCidr(box.cidr);
    byPrefix.set(key, [...(byPrefix.get(key) ?? []), box]);
  }
  const lengths = [...new Set(boxes.map(({ cidr }) => cidr.length))].sort((a, b) => a - b);
  const prefixes = [...byPrefix.values()].sort((a, b) => (a[0]?.cidr.length ?? 0) - (b[0]?.cidr.length ?? 0));
  return prefixes.flatMap((own) => {
    const [{ cidr }] = own as [Box];
    const wider = lengths
      .filter((length) => length < cidr.length)
      .flatMap((length) => byPrefix.get(formatCidr(widen(cidr, length))) ?? []);
    const values = subtract(own.map((box) => box.values), wider.map((box) => box.values));
    return values.map((range) => ({
      cidr,
      values: range,
      rules: [...new Set(own.filter((box) => meets(box.values, range)).flatMap((box) => box.rules))],
    }));
  });
}

const meets = (a: Range, b: Range): boolean => a.from <= b.to && b.from <= a.to;

function widen({ family, base }: Cidr, length: number): Cidr {
  const shift = BigInt(widthOf(family) - length);
  return { family, base: (base >> shift) << shift, length };
}
