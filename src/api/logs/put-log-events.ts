import type { InputLogEvent, RejectedLogEventsInfo } from "@aws-sdk/client-cloudwatch-logs";
import { eventBytes } from "../../logs/size.ts";
import type { NewEvent } from "../../logs/store.ts";
import { type Refusal, isRefusal } from "../../values/refuse.ts";
import { invalid, refuseList, refuseText } from "./constraint.ts";
import { locateGroup, locateStream } from "./locate.ts";
import { sequenceToken } from "./log-streams.ts";
import { operation } from "./operation.ts";

const mostEvents = 10_000;
const mostBytes = 1_048_576;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** How far from now an event's time may be. */
const pastMs = 14 * dayMs;
const futureMs = 2 * hourMs;

/** Adds events to a stream. Those too old or too new are said and left out; the others are there when it is answered. */
export const putLogEvents = operation({
  name: "PutLogEvents",
  run(logs, { logGroupName, logStreamName = "", logEvents = [] }, call) {
    const events = parseEvents(logEvents);
    if (isRefusal(events)) return events;
    const group = locateGroup(logs, call, { logGroupName });
    const stream = locateStream(logs, call, group, logStreamName);
    if (isRefusal(group)) return group;
    if (isRefusal(stream)) return stream;
    const { retentionDays = Infinity } = group;
    const tooOld = countBefore(events, call.time - pastMs);
    const expired = countBefore(events, call.time - retentionDays * dayMs);
    const tooNew = countBefore(events, call.time + futureMs + 1);
    const accepted = events.slice(Math.max(tooOld, expired), tooNew);
    if (accepted.length > 0) logs.store.append(call, group.name, logStreamName, accepted, call.time);
    const rejected: RejectedLogEventsInfo = {
      ...(tooNew < events.length && { tooNewLogEventStartIndex: tooNew }),
      ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
      ...(expired > 0 && { expiredLogEventEndIndex: expired }),
    };
    return {
      nextSequenceToken: sequenceToken(logStreamName),
      ...(accepted.length < events.length && { rejectedLogEventsInfo: rejected }),
    };
  },
});

/** How many of the events, which are in order, are from before a time. */
function countBefore(events: readonly NewEvent[], time: number): number {
  const first = events.findIndex((event) => event.time >= time);
  return first < 0 ? events.length : first;
}

function parseEvents(given: readonly InputLogEvent[]): NewEvent[] | Refusal {
  const wrong = refuseList(given, "logEvents", [1, mostEvents]);
  if (wrong) return wrong;
  const events: NewEvent[] = [];
  let bytes = 0;
  for (const [at, { timestamp = 0, message = "" }] of given.entries()) {
    const empty = refuseText(message, `logEvents.${at + 1}.member.message`, [1, Infinity]);
    if (empty) return empty;
    if (!Number.isSafeInteger(timestamp) || timestamp < 0) {
      return invalid(`1 validation error detected: Value '${timestamp}' at 'logEvents.${at + 1}.member.timestamp' failed to satisfy constraint: Member must have value greater than or equal to 0`);
    }
    bytes += eventBytes(message);
    events.push({ time: timestamp, message });
  }
  if (bytes > mostBytes) return invalid(`Upload too large: ${bytes} bytes exceeds limit of ${mostBytes}`);
  const ordered = events.every(({ time }, at) => at === 0 || time >= (events[at - 1]?.time ?? 0));
  if (!ordered) return invalid("Log events in a single PutLogEvents request must be in chronological order.");
  if ((events.at(-1)?.time ?? 0) - (events[0]?.time ?? 0) > dayMs) {
    return invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
  }
  return events;
}
