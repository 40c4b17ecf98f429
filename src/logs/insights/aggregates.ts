import { type Value, numberOf, order, textOf } from "./value.ts";

/** What one aggregate function has seen of one group. */
export interface Accumulator {
  /** The values of its arguments in a row, and the row's time. */
  add(args: readonly Value[], time: number): void;
  result(): Value;
}

export interface Aggregate {
  readonly least: number;
  readonly most: number;
  readonly start: () => Accumulator;
}

const of = (start: () => Accumulator, least = 1, most = 1): Aggregate => ({ least, most, start });

/** Keeps numbers only, as three sums: enough for all moments. */
function moments(result: (count: number, sum: number, squares: number) => Value): () => Accumulator {
  return () => {
    let [count, sum, mean, squares] = [0, 0, 0, 0];
    return {
      add([value]) {
        const number = numberOf(value);
        if (number === undefined) return;
        count++;
        sum += number;
        // Welford's method: differences from the mean so far, so that large values lose nothing.
        const before = number - mean;
        mean += before / count;
        squares += before * (number - mean);
      },
      result: () => result(count, sum, squares),
    };
  };
}

const isPresent = (value: Value): boolean => value !== undefined;
const isNumber = (value: Value): boolean => numberOf(value) !== undefined;

/** Keeps the value that is to stand for all that count. */
function champion(
  beats: (value: Value, best: Value, time: number, bestTime: number) => boolean,
  counts: (value: Value) => boolean = isPresent,
): () => Accumulator {
  return () => {
    let best: Value;
    let bestTime = 0;
    return {
      add([value], time) {
        if (!counts(value) || (best !== undefined && !beats(value, best, time, bestTime))) return;
        best = value;
        bestTime = time;
      },
      result: () => best,
    };
  };
}

const counting = (): Accumulator => {
  let count = 0;
  return {
    add(args) {
      if (args.length === 0 || args[0] !== undefined) count++;
    },
    result: () => count,
  };
};

const distinct = (): Accumulator => {
  const seen = new Set<string>();
  return {
    add([value]) {
      if (value !== undefined) seen.add(textOf(value));
    },
    result: () => seen.size,
  };
};

/** The value below which `percent` of the numbers lie, interpolated between its neighbours. */
const percentile = (fixed?: number) => (): Accumulator => {
  const numbers: number[] = [];
  let percent = fixed ?? 50;
  return {
    add([value, wanted]) {
      const number = numberOf(value);
      if (number !== undefined) numbers.push(number);
      percent = fixed ?? numberOf(wanted) ?? percent;
    },
    result() {
      if (numbers.length === 0) return undefined;
      const sorted = Float64Array.from(numbers).sort();
      const place = (Math.min(100, Math.max(0, percent)) / 100) * (sorted.length - 1);
      const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
      return below + (above - below) * (place - Math.floor(place));
    },
  };
};

/** By name, lower case. */
export const aggregates: Readonly<Record<string, Aggregate>> = {
  count: of(counting, 0),
  count_distinct: of(distinct),
  sum: of(moments((count, sum) => (count === 0 ? undefined : sum))),
  avg: of(moments((count, sum) => (count === 0 ? undefined : sum / count))),
  stddev: of(moments((count, _, squares) => (count === 0 ? undefined : Math.sqrt(squares / count)))),
  variance: of(moments((count, _, squares) => (count === 0 ? undefined : squares / count))),
  min: of(champion((value, best) => order(value, best) < 0, isNumber)),
  max: of(champion((value, best) => order(value, best) > 0, isNumber)),
  pct: of(percentile(), 2, 2),
  percentile: of(percentile(), 2, 2),
  median: of(percentile(50)),
  earliest: of(champion((_value, _best, time, bestTime) => time < bestTime)),
  latest: of(champion((_value, _best, time, bestTime) => time > bestTime)),
  sortsfirst: of(champion((value, best) => order(value, best) < 0)),
  sortslast: of(champion((value, best) => order(value, best) > 0)),
};
