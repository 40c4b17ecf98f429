/** The steps of a running query: rows go in, and others come out. */
import { type Refusal, isRefusal } from "../../values/refuse.ts";
import { type Accumulator, aggregates } from "./aggregates.ts";
import type { Column, Command } from "./command.ts";
import { type Compute, type Stand, compile, malformed, wrongArguments } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import { type Row, resultRow } from "./row.ts";
import { type Value, order, textOf, truthOf } from "./value.ts";

export interface Stage {
  push(row: Row): void;
  /** There are no more rows. */
  end(): void;
}

/** Makes a stage that passes its rows on to the next one. A query may run more than once. */
export type StartStage = (next: Stage) => Stage;

export interface Setting {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The columns of the statistics before this command, which later ones may name as they were written. */
  readonly columns: ReadonlySet<string>;
  /** How many rows can matter at most after this command. */
  readonly bound: number;
}

export function compileStage(command: Command, setting: Setting): StartStage | Refusal {
  const stand: Stand = ({ text }) => (setting.columns.has(text) ? (row) => row.get(text) : undefined);
  const computeOf = (of: Expression): Compute | Refusal => compile(of, setting.now, stand);
  switch (command.kind) {
    case "fields":
    case "display":
      return compileFields(command.columns, computeOf);
    case "filter": {
      const test = computeOf(command.of);
      if (isRefusal(test)) return test;
      return passing((row) => truthOf(test(row)));
    }
    case "parse":
      return compileParse(command, computeOf);
    case "stats":
      return compileStats(command, setting, computeOf);
    case "sort":
      return compileSort(command.keys, setting.bound, computeOf);
    case "limit":
      return (next) => {
        let left = command.count;
        return { push: (row) => (left-- > 0 ? next.push(row) : undefined), end: () => next.end() };
      };
    case "dedup":
      return compileDedup(command.of, computeOf);
  }
}

type ComputeOf = (of: Expression) => Compute | Refusal;

const passing =
  (test: (row: Row) => boolean): StartStage =>
  (next) => ({ push: (row) => (test(row) ? next.push(row) : undefined), end: () => next.end() });

/** All of them, or the first refusal. */
function computeAll(each: readonly Expression[], computeOf: ComputeOf): Compute[] | Refusal {
  const computes: Compute[] = [];
  for (const of of each) {
    const compute = computeOf(of);
    if (isRefusal(compute)) return compute;
    computes.push(compute);
  }
  return computes;
}

/** Fields that are computed are kept under their names; the others are there already. */
function compileFields(columns: readonly Column[], computeOf: ComputeOf): StartStage | Refusal {
  const made = columns.filter(({ name, of }) => of.kind !== "field" || of.name !== name);
  const computes = computeAll(made.map(({ of }) => of), computeOf);
  if (isRefusal(computes)) return computes;
  return (next) => ({
    push(row) {
      for (const [at, compute] of computes.entries()) row.set(made[at]?.name ?? "", compute(row));
      next.push(row);
    },
    end: () => next.end(),
  });
}

function compileParse({ of, pattern, names }: Command & { readonly kind: "parse" }, computeOf: ComputeOf): StartStage | Refusal {
  const compute = computeOf(of);
  if (isRefusal(compute)) return compute;
  return (next) => ({
    push(row) {
      const value = compute(row);
      const found = value === undefined ? null : pattern.exec(textOf(value));
      for (const [at, name] of names.entries()) row.set(name, found?.[at + 1]);
      if (names.length === 0) for (const [name, text] of Object.entries(found?.groups ?? {})) row.set(name, text);
      next.push(row);
    },
    end: () => next.end(),
  });
}

function compileDedup(of: readonly Expression[], computeOf: ComputeOf): StartStage | Refusal {
  const computes = computeAll(of, computeOf);
  if (isRefusal(computes)) return computes;
  return (next) => {
    const seen = new Set<string>();
    return passing((row) => {
      const key = keyOf(computes.map((compute) => compute(row)));
      return !seen.has(key) && seen.add(key) !== undefined;
    })(next);
  };
}

/** Values as one text, different for different ones. */
const keyOf = (values: readonly Value[]): string => JSON.stringify(values.map((value) => (value === undefined ? null : textOf(value))));

function compileSort(keys: (Command & { readonly kind: "sort" })["keys"], bound: number, computeOf: ComputeOf): StartStage | Refusal {
  const computes = computeAll(keys.map(({ of }) => of), computeOf);
  if (isRefusal(computes)) return computes;
  const compare = (a: readonly Value[], b: readonly Value[]): number => {
    for (const [at, { descending }] of keys.entries()) {
      const place = order(a[at], b[at]);
      if (place !== 0) return descending ? -place : place;
    }
    return 0;
  };
  return (next) => {
    let held: { readonly row: Row; readonly values: readonly Value[] }[] = [];
    const cut = () => (held = held.sort((a, b) => compare(a.values, b.values)).slice(0, bound));
    return {
      push(row) {
        held.push({ row, values: computes.map((compute) => compute(row)) });
        // What can't be among the first any more is let go now and then.
        if (held.length > 2 * bound + 1000) cut();
      },
      end() {
        for (const { row } of cut()) next.push(row);
        next.end();
      },
    };
  };
}

/** One aggregate function of a command: how it starts, and what it is fed with. */
interface Fed {
  readonly start: () => Accumulator;
  readonly args: readonly Compute[];
}

function compileStats({ columns, by }: Command & { readonly kind: "stats" }, { now }: Setting, computeOf: ComputeOf): StartStage | Refusal {
  const fed: Fed[] = [];
  const groups = computeAll(by.map(({ of }) => of), computeOf);
  if (isRefusal(groups)) return groups;
  // A call of an aggregate function stands for its result, which the group's line holds under its number.
  const stand: Stand = (call) => {
    const made = compileAggregate(call, computeOf);
    if (made === undefined || isRefusal(made)) return made;
    const place = `\0${fed.push(made)}`;
    return (row) => row.get(place);
  };
  const results = computeAll(columns.map(({ of }) => of), (of) => compile(of, now, stand));
  if (isRefusal(results)) return results;
  if (fed.length === 0) return malformed("stats needs a function like count(*)");
  const finish = (values: readonly Value[], accumulators: readonly Accumulator[]): Row => {
    const row = resultRow(new Map(accumulators.map((each, at) => [`\0${at + 1}`, each.result()])));
    for (const [at, { name }] of by.entries()) row.set(name, values[at]);
    for (const [at, { name }] of columns.entries()) row.set(name, results[at]?.(row));
    return row;
  };
  return (next) => {
    const lines = new Map<string, { readonly values: readonly Value[]; readonly accumulators: readonly Accumulator[] }>();
    const lineOf = (values: readonly Value[]) => {
      const key = keyOf(values);
      let line = lines.get(key);
      if (!line) lines.set(key, (line = { values, accumulators: fed.map(({ start }) => start()) }));
      return line;
    };
    if (by.length === 0) lineOf([]);
    return {
      push(row) {
        const { accumulators } = lineOf(groups.map((group) => group(row)));
        const time = row.event?.time ?? 0;
        for (const [at, { args }] of fed.entries()) accumulators[at]?.add(args.map((arg) => arg(row)), time);
      },
      end() {
        for (const { values, accumulators } of lines.values()) next.push(finish(values, accumulators));
        next.end();
      },
    };
  };
}

function compileAggregate(call: Expression & { readonly kind: "call" }, computeOf: ComputeOf): Fed | Refusal | undefined {
  const name = call.name.toLowerCase();
  const known = Object.hasOwn(aggregates, name) ? aggregates[name] : undefined;
  if (!known) return undefined;
  if (call.star ? name !== "count" : call.args.length < known.least || call.args.length > known.most) return wrongArguments(call.name);
  const args = computeAll(call.args, computeOf);
  return isRefusal(args) ? args : { start: known.start, args };
}
