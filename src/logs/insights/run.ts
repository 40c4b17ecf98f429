/** Runs a query over the events of its groups. */
import { isRefusal } from "../../values/refuse.ts";
import type { LogEvent } from "../event.ts";
import type { QueryRequest, QueryStatistics } from "../queries.ts";
import { eventBytes } from "../size.ts";
import type { LogScope, LogStore } from "../store.ts";
import { discoverer } from "./discover.ts";
import { type ResultField, parseQuery } from "./query.ts";
import { Row } from "./row.ts";

export interface Outcome {
  readonly rows: ResultField[][];
  readonly statistics: QueryStatistics;
}

/** After how many events a query says how far it is. */
const reportEvery = 50_000;

/**
 * Runs a query to its end. Without a `sort`, the newest events come first, whatever group they are in. Throws when the
 * query can't be read, which is to be found out before.
 */
export function runQuery(
  store: Pick<LogStore, "read">,
  scope: LogScope,
  request: QueryRequest,
  report: (statistics: QueryStatistics) => void = () => undefined,
): Outcome {
  const query = parseQuery(request.text, request.now, request.limit);
  if (isRefusal(query)) throw new Error(query.message);
  const execution = query.start();
  let [scanned, bytes] = [0, 0];
  const statistics = (): QueryStatistics => ({ matched: execution.matched, scanned, bytes });
  const range = { from: { time: request.from, place: 0 }, to: { time: request.to + 1, place: 0 }, newestFirst: true };
  const sources = request.groups.map(({ name, formats }) => {
    const group = `${scope.account}:${name}`;
    const discover = discoverer(formats);
    return { events: store.read(scope, name, range), row: (event: LogEvent) => new Row(event, new Map(), group, discover) };
  });
  for (const { event, row } of newestFirst(sources)) {
    scanned++;
    bytes += eventBytes(event.message);
    execution.add(row(event));
    if (scanned % reportEvery === 0) report(statistics());
  }
  return { rows: execution.finish(), statistics: statistics() };
}

interface Source {
  readonly events: Iterable<LogEvent>;
  readonly row: (event: LogEvent) => Row;
}

/** Events of several sources, each of which has its newest first, as one such sequence. */
function* newestFirst(sources: readonly Source[]): Generator<{ readonly event: LogEvent; readonly row: Source["row"] }> {
  const heads = sources.map(({ events, row }) => {
    const rest = events[Symbol.iterator]();
    return { row, rest, next: rest.next() };
  });
  for (;;) {
    let newest: { readonly event: LogEvent; readonly head: (typeof heads)[number] } | undefined;
    for (const head of heads) {
      if (head.next.done === true) continue;
      const event = head.next.value;
      if (!newest || event.time > newest.event.time) newest = { event, head };
    }
    if (!newest) return;
    const { event, head } = newest;
    yield { event, row: head.row };
    head.next = head.rest.next();
  }
}
