/** One measure beside its baseline, taken in the same run: printed as a table, or with --json as data. */

export interface Measure {
  readonly name: string;
  readonly unit: string;
  /** Medians over the runs. */
  readonly ours: number;
  readonly baseline: number;
  /** ours / baseline; where runs take turns, the median of the runs' own ratios. */
  readonly ratio: number;
  readonly runs: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** The value below which `share` of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function measure(name: string, unit: string, ours: readonly number[], baseline: readonly number[]): Measure {
  const [a, b] = [median(ours), median(baseline)];
  return { name, unit, ours: a, baseline: b, ratio: b === 0 ? 0 : a / b, runs: ours.length };
}

const short = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);

/** Prints the measures on stdout. */
export function report(measures: readonly Measure[]): void {
  if (process.argv.includes("--json")) {
    console.log(JSON.stringify(measures.length === 1 ? measures[0] : measures, null, 2));
    return;
  }
  const rows = [
    ["measure", "unit", "ours", "baseline", "ratio", "runs"],
    ...measures.map((m) => [m.name, m.unit, short(m.ours), short(m.baseline), m.ratio.toFixed(3), String(m.runs)]),
  ];
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? "").length)));
  for (const row of rows) console.log(row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ").trimEnd());
}

/** Progress goes to stderr, so that stdout stays the answer. */
export const tell = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
