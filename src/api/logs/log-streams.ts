import type { LogStream as LogStreamView } from "@aws-sdk/client-cloudwatch-logs";
import type { LogScope, LogStream } from "../../logs/store.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { invalid, refuseStreamName } from "./constraint.ts";
import { groupArn, locateGroup, noStream } from "./locate.ts";
import { operation } from "./operation.ts";
import { pageOf } from "./pages.ts";

export const createLogStream = operation({
  name: "CreateLogStream",
  run(logs, { logGroupName, logStreamName: name = "" }, call) {
    const wrong = refuseStreamName(name);
    if (wrong) return wrong;
    const group = locateGroup(logs, call, { logGroupName });
    if (isRefusal(group)) return group;
    if (logs.store.createStream(call, group.name, name, call.time)) return {};
    return refuse("ResourceAlreadyExistsException", "The specified log stream already exists");
  },
});

/** Deletes a stream with its events. */
export const deleteLogStream = operation({
  name: "DeleteLogStream",
  run(logs, { logGroupName, logStreamName: name = "" }, call) {
    const wrong = refuseStreamName(name);
    if (wrong) return wrong;
    const group = locateGroup(logs, call, { logGroupName });
    if (isRefusal(group)) return group;
    return logs.store.deleteStream(call, group.name, name) ? {} : noStream;
  },
});

export const describeLogStreams = operation({
  name: "DescribeLogStreams",
  run(logs, input, call) {
    const { orderBy = "LogStreamName", logStreamNamePrefix: prefix = "", descending = false } = input;
    const byTime = orderBy === "LastEventTime";
    if (byTime && prefix !== "") return invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
    const group = locateGroup(logs, call, input);
    if (isRefusal(group)) return group;
    const streams = logs.store.streams(call, group.name).filter(({ name }) => name.startsWith(prefix));
    const keyOf = ({ name, lastEvent = 0 }: LogStream) => (byTime ? `${String(lastEvent).padStart(16, "0")} ${name}` : name);
    const page = pageOf(streams, keyOf, input, `DescribeLogStreams ${orderBy} ${descending}`, descending);
    if (isRefusal(page)) return page;
    return { logStreams: page.items.map((stream) => streamView(call, group.name, stream)), nextToken: page.next };
  },
});

/** Amazon ignores it, and old clients want one. */
export const sequenceToken = (stream: string): string => {
  let hash = 0n;
  for (const unit of stream) hash = (hash * 31n + BigInt(unit.codePointAt(0) ?? 0)) % 10n ** 55n;
  return `4${String(hash).padStart(55, "0")}`;
};

const streamView = (scope: LogScope, group: string, stream: LogStream): LogStreamView => ({
  logStreamName: stream.name,
  creationTime: stream.created,
  firstEventTimestamp: stream.firstEvent,
  lastEventTimestamp: stream.lastEvent,
  lastIngestionTime: stream.lastIngested,
  uploadSequenceToken: sequenceToken(stream.name),
  arn: `${groupArn(scope, group)}:log-stream:${stream.name}`,
  storedBytes: 0,
});
