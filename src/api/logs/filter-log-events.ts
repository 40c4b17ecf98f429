import type { FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import { type LogEvent, eventId } from "../../logs/event.ts";
import { compilePattern } from "../../logs/pattern.ts";
import { eventBytes } from "../../logs/size.ts";
import { type Position, lastPosition } from "../../logs/store.ts";
import { type Refusal, isRefusal } from "../../values/refuse.ts";
import { invalid, refuseNumber, refuseText } from "./constraint.ts";
import { after, mostBytes, mostEvents } from "./get-log-events.ts";
import { locateGroup, noStream } from "./locate.ts";
import { type Input, type Logs, type LogsCall, operation } from "./operation.ts";
import { badToken, readToken, writeToken } from "./pages.ts";

/** A call looks at so many events at most: others wait for it. The next one goes on where it stopped. */
const mostScanned = 20_000;
const mostStreams = 100;
const topic = "FilterLogEvents";

/** Events of a group that match a pattern, those of all its streams in the order of time. A page may have none. */
export const filterLogEvents = operation({
  name: "FilterLogEvents",
  run(logs, input, call) {
    const { startTime = 0, endTime, limit = mostEvents, filterPattern = "", nextToken } = input;
    const wrong =
      refuseNumber(limit, "limit", [1, mostEvents]) ??
      refuseNumber(startTime, "startTime", [0, Number.MAX_SAFE_INTEGER]) ??
      refuseNumber(endTime, "endTime", [0, Number.MAX_SAFE_INTEGER]) ??
      refuseText(filterPattern, "filterPattern", [0, 1024]);
    if (wrong) return wrong;
    const matches = compilePattern(filterPattern);
    if (isRefusal(matches)) return matches;
    const token = nextToken === undefined ? undefined : parseToken(nextToken);
    if (nextToken !== undefined && !token) return badToken;
    const group = locateGroup(logs, call, input);
    if (isRefusal(group)) return group;
    const streams = chooseStreams(logs, call, group.name, input);
    if (isRefusal(streams)) return streams;

    const fromHead = token?.fromHead ?? input.startFromHead ?? true;
    const first = { time: startTime, place: 0 };
    const last = endTime === undefined ? lastPosition : { time: endTime + 1, place: 0 };
    const { from, to } = fromHead ? { from: token?.position ?? first, to: last } : { from: first, to: token?.position ?? last };
    const read = logs.store.read(call, group.name, { ...(streams && { streams }), from, to, newestFirst: !fromHead });
    const { events, next } = scan(read, matches, limit, fromHead);
    return { events: events.map(eventView), searchedLogStreams: [], nextToken: next && writePlace(fromHead, next) };
  },
});

/** The streams that are looked at, undefined for all. */
function chooseStreams(logs: Logs, call: LogsCall, group: string, input: Input<"FilterLogEvents">): readonly string[] | Refusal | undefined {
  const { logStreamNames: names, logStreamNamePrefix: prefix } = input;
  if (names !== undefined && prefix !== undefined) return invalid("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.");
  if (names) {
    if (names.length < 1 || names.length > mostStreams) return invalid(`logStreamNames must have 1 to ${mostStreams} members.`);
    return names.some((name) => !logs.store.stream(call, group, name)) ? noStream : names;
  }
  if (prefix === undefined) return undefined;
  return logs.store.streams(call, group).flatMap(({ name }) => (name.startsWith(prefix) ? [name] : []));
}

/** The events that match, and where to go on, when there may be more. */
function scan(
  read: Iterable<LogEvent>,
  matches: (message: string) => boolean,
  limit: number,
  fromHead: boolean,
): { readonly events: LogEvent[]; readonly next: Position | undefined } {
  const events: LogEvent[] = [];
  let [scanned, bytes] = [0, 0];
  let reached: LogEvent | undefined;
  for (const event of read) {
    const size = eventBytes(event.message);
    const full = events.length === limit || scanned === mostScanned || (events.length > 0 && bytes + size > mostBytes);
    if (full && reached) return { events, next: fromHead ? after(reached) : reached };
    scanned++;
    reached = event;
    if (!matches(event.message)) continue;
    bytes += size;
    events.push(event);
  }
  return { events, next: undefined };
}

const eventView = (event: LogEvent): FilteredLogEvent => ({
  logStreamName: event.stream,
  timestamp: event.time,
  message: event.message,
  ingestionTime: event.ingested,
  eventId: eventId(event),
});

const writePlace = (fromHead: boolean, { time, place }: Position): string => writeToken(topic, `${fromHead ? "f" : "b"} ${time} ${place}`);

function parseToken(token: string): { readonly fromHead: boolean; readonly position: Position } | undefined {
  const [, way, time, place] = /^([fb]) (\d{1,16}) (\d{1,16})$/.exec(readToken(topic, token) ?? "") ?? [];
  const position = { time: Number(time ?? Number.NaN), place: Number(place ?? Number.NaN) };
  return Number.isSafeInteger(position.time) && Number.isSafeInteger(position.place) ? { fromHead: way === "f", position } : undefined;
}
