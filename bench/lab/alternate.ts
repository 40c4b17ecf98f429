/** Runs that take turns, so that a noisy moment hurts all alike. */
import { type Measure, measure, median, tell } from "../report.ts";

/** Two variants of which the first is ours, or what is asked about. */
export interface Comparison<V extends string> {
  readonly name: string;
  readonly ours: V;
  readonly baseline: V;
}

/** Measures every variant that the comparisons name, once a run in turn. */
export async function alternate<V extends string>(
  load: string,
  unit: string,
  runs: number,
  comparisons: readonly Comparison<V>[],
  rate: (variant: V) => number | Promise<number>,
): Promise<Measure[]> {
  const found = new Map<V, number[]>(comparisons.flatMap(({ ours, baseline }) => [[baseline, []], [ours, []]]));
  for (let run = 0; run < runs; run++) {
    const said: string[] = [];
    for (const [variant, rates] of found) {
      const value = await rate(variant);
      rates.push(value);
      said.push(`${variant} ${value < 1000 ? value.toPrecision(3) : Math.round(value)}`);
    }
    tell(`${load}, run ${run + 1} of ${runs}: ${said.join(", ")}`);
  }
  return comparisons.map(({ name, ours, baseline }) => {
    const [a, b] = [found.get(ours) ?? [], found.get(baseline) ?? []];
    // What slows the machine for a while slows both of a run, so each run has its own ratio.
    const ratio = median(a.map((value, run) => value / (b[run] ?? value)));
    return { ...measure(`${load}, ${name}`, unit, a, b), ratio };
  });
}
