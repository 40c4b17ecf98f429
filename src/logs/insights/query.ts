/** Queries of Logs Insights: read once, run over events. */
import { type Refusal, isRefusal } from "../../values/refuse.ts";
import { eventId } from "../event.ts";
import { type Command, readCommands } from "./command.ts";
import { malformed } from "./evaluate.ts";
import { Reader } from "./reader.ts";
import type { Row } from "./row.ts";
import { type Stage, type StartStage, compileStage } from "./stage.ts";
import { textOf } from "./value.ts";

export interface ResultField {
  readonly field: string;
  readonly value: string;
}

/** A query under way. */
export interface Execution {
  /** Takes an event; without a `sort`, results come in the order of the events. */
  add(row: Row): void;
  /** How many of the events passed the filters. */
  readonly matched: number;
  /** No more events: the lines of the result, with what is there of each column. */
  finish(): ResultField[][];
}

export interface Query {
  start(): Execution;
}

/**
 * Reads a query. `now` in milliseconds since 1970; results have at most `limit` lines. Refused with
 * MalformedQueryException, saying where.
 */
export function parseQuery(text: string, now: number, limit: number): Query | Refusal {
  const reader = new Reader(text);
  const commands = readCommands(reader);
  if (reader.fault) return reader.fault;
  const starts: StartStage[] = [];
  let columns: ReadonlySet<string> = new Set();
  for (const [at, command] of commands.entries()) {
    const start = compileStage(command, { now, columns, bound: boundAfter(commands, at, limit) });
    if (isRefusal(start)) return start;
    starts.push(start);
    if (command.kind === "stats") columns = new Set([...command.by, ...command.columns].map(({ name }) => name));
  }
  const shown = shownColumns(commands);
  if (shown.length === 0) return malformed("the query shows nothing");
  const filters = commands.findIndex(({ kind }) => kind !== "filter" && kind !== "fields" && kind !== "parse" && kind !== "display");
  const counted = filters < 0 ? commands.length : filters;
  return { start: () => startQuery(starts, counted, shown, limit) };
}

/** How many rows that come out of a command can matter: as many as the next limit lets through, if nothing selects before. */
function boundAfter(commands: readonly Command[], at: number, limit: number): number {
  for (const command of commands.slice(at + 1)) {
    if (command.kind === "limit") return Math.min(command.count, limit);
    if (command.kind !== "fields" && command.kind !== "display" && command.kind !== "parse") return Infinity;
  }
  return limit;
}

/** The columns of a result: of the last `display`, else of the statistics and all fields after them, else of all fields. */
function shownColumns(commands: readonly Command[]): string[] {
  let shown: string[] | undefined;
  let decided = false;
  for (const command of commands) {
    const names = "columns" in command ? command.columns.map(({ name }) => name) : [];
    if (command.kind === "stats") {
      shown = [...command.by.map(({ name }) => name), ...names];
      decided = false;
    }
    if (command.kind === "display") {
      shown = names;
      decided = true;
    }
    if (command.kind === "fields" && !decided) shown = [...(shown ?? []), ...names];
  }
  return [...new Set(shown ?? ["@timestamp", "@message"])];
}

function startQuery(starts: readonly StartStage[], counted: number, shown: readonly string[], limit: number): Execution {
  const rows: ResultField[][] = [];
  let matched = 0;
  let stage: Stage = {
    push: (row) => {
      if (rows.length < limit) rows.push(show(row, shown));
    },
    end: () => undefined,
  };
  for (let at = starts.length; at >= 0; at--) {
    const start = starts[at];
    if (start) stage = start(stage);
    if (at === counted) stage = counting(stage, () => matched++);
  }
  const first = stage;
  return {
    add: (row) => first.push(row),
    get matched() {
      return matched;
    },
    finish() {
      first.end();
      return rows;
    },
  };
}

const counting = (next: Stage, count: () => void): Stage => ({
  push(row) {
    count();
    next.push(row);
  },
  end: () => next.end(),
});

function show(row: Row, shown: readonly string[]): ResultField[] {
  const fields = shown.flatMap((field) => {
    const value = row.get(field);
    return value === undefined ? [] : [{ field, value: textOf(value) }];
  });
  return row.event ? [...fields, { field: "@ptr", value: eventId(row.event) }] : fields;
}
