import type { LogEvent } from "../../logs/event.ts";
import { eventId } from "../../logs/event.ts";
import { eventBytes } from "../../logs/size.ts";
import { type Position, firstPosition, lastPosition } from "../../logs/store.ts";
import { isRefusal } from "../../values/refuse.ts";
import { refuseNumber } from "./constraint.ts";
import { locateGroup, locateStream } from "./locate.ts";
import { operation } from "./operation.ts";
import { badToken } from "./pages.ts";

export const mostEvents = 10_000;
/** Of all events in one answer. */
export const mostBytes = 1_048_576;

/**
 * Events of a stream in the order of time: the last ones or, from the head, the first. Both tokens of an answer are
 * places between events; where there is nothing more in a token's direction, the answer's token is the same.
 */
export const getLogEvents = operation({
  name: "GetLogEvents",
  run(logs, input, call) {
    const { logStreamName = "", startTime = 0, endTime, limit = mostEvents, nextToken, startFromHead = false } = input;
    const wrong = refuseNumber(limit, "limit", [1, mostEvents]) ?? refuseNumber(startTime, "startTime", [0, Number.MAX_SAFE_INTEGER]) ?? refuseNumber(endTime, "endTime", [0, Number.MAX_SAFE_INTEGER]);
    if (wrong) return wrong;
    const token = nextToken === undefined ? undefined : parseToken(nextToken);
    if (nextToken !== undefined && !token) return badToken;
    const group = locateGroup(logs, call, input);
    const stream = locateStream(logs, call, group, logStreamName);
    if (isRefusal(group)) return group;
    if (isRefusal(stream)) return stream;

    const forward = token?.forward ?? startFromHead;
    const [first, last] = [{ time: startTime, place: 0 }, endTime === undefined ? lastPosition : { time: endTime, place: 0 }];
    const from = forward && token ? later(token.position, first) : first;
    const to = !forward && token ? earlier(token.position, last) : last;
    const read = logs.store.read(call, group.name, { streams: [logStreamName], from, to, newestFirst: !forward });
    const events = takeEvents(read, limit);
    if (!forward) events.reverse();
    const [oldest, newest] = [events[0], events.at(-1)];
    const here = token?.position ?? first;
    return {
      events: events.map(({ time, ingested, message }) => ({ timestamp: time, message, ingestionTime: ingested })),
      nextForwardToken: `f/${eventId(newest ? after(newest) : here)}`,
      nextBackwardToken: `b/${eventId(oldest ?? here)}`,
    };
  },
});

/** As many events as an answer may have. */
function takeEvents(read: Iterable<LogEvent>, limit: number): LogEvent[] {
  const events: LogEvent[] = [];
  let bytes = 0;
  for (const event of read) {
    bytes += eventBytes(event.message);
    if (events.length > 0 && bytes > mostBytes) break;
    events.push(event);
    if (events.length === limit) break;
  }
  return events;
}

/** The place right after an event. */
export const after = ({ time, place }: Position): Position => ({ time, place: place + 1 });

const isBefore = (a: Position, b: Position): boolean => a.time < b.time || (a.time === b.time && a.place < b.place);
const later = (a: Position, b: Position): Position => (isBefore(a, b) ? b : a);
const earlier = (a: Position, b: Position): Position => (isBefore(a, b) ? a : b);

/** Tokens hold a position as event identifiers do, and may have a `/s` at their end, as Amazon's have. */
function parseToken(token: string): { readonly forward: boolean; readonly position: Position } | undefined {
  const [, way, time, place] = /^([fb])\/(\d{20})(\d{36})(?:\/s)?$/.exec(token) ?? [];
  const position = { time: Number(time ?? Number.NaN), place: Number(place ?? Number.NaN) };
  const known = way !== undefined && Number.isSafeInteger(position.time) && Number.isSafeInteger(position.place);
  return known && !isBefore(position, firstPosition) ? { forward: way === "f", position } : undefined;
}
