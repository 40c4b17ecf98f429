/** Ranges of 16-bit numbers: ports, or ICMP type<<8|code. Bounds are inclusive. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export const allPorts: Range = { from: 0, to: 65535 };

/** Sorted, disjoint, touching ranges merged. */
export function union(ranges: readonly Range[]): Range[] {
  const out: { from: number; to: number }[] = [];
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (last && range.from <= last.to + 1) last.to = Math.max(last.to, range.to);
    else out.push({ ...range });
  }
  return out;
}

/** What `ranges` holds and `taken` does not, sorted and disjoint. */
export function subtract(ranges: readonly Range[], taken: readonly Range[]): Range[] {
  const holes = union(taken);
  const out: Range[] = [];
  for (const { from, to } of union(ranges)) {
    let start = from;
    for (const hole of holes) {
      if (hole.to < start || hole.from > to) continue;
      if (hole.from > start) out.push({ from: start, to: hole.from - 1 });
      start = hole.to + 1;
    }
    if (start <= to) out.push({ from: start, to });
  }
  return out;
}

export const within = ({ from, to }: Range, value: number): boolean => from <= value && value <= to;
