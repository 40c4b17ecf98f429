import type { ServedOperation } from "../perform.ts";
import { filterLogEvents } from "./filter-log-events.ts";
import { getLogEvents } from "./get-log-events.ts";
import { describeQueries, getQueryResults, startQuery, stopQuery } from "./insights.ts";
import { createLogGroup, deleteLogGroup, deleteRetentionPolicy, describeLogGroups, putRetentionPolicy } from "./log-groups.ts";
import { createLogStream, deleteLogStream, describeLogStreams } from "./log-streams.ts";
import { type Logs, served } from "./operation.ts";
import { putLogEvents } from "./put-log-events.ts";
import { listTagsForResource, tagResource, untagResource } from "./tags.ts";

/** Every operation of CloudWatch Logs that Bailey serves, by its name on the wire, on these logs. */
export const logsOperations = (logs: Logs): ReadonlyMap<string, ServedOperation> =>
  new Map(
    [
      served(createLogGroup, logs),
      served(createLogStream, logs),
      served(deleteLogGroup, logs),
      served(deleteLogStream, logs),
      served(deleteRetentionPolicy, logs),
      served(describeLogGroups, logs),
      served(describeLogStreams, logs),
      served(describeQueries, logs),
      served(filterLogEvents, logs),
      served(getLogEvents, logs),
      served(getQueryResults, logs),
      served(listTagsForResource, logs),
      served(putLogEvents, logs),
      served(putRetentionPolicy, logs),
      served(startQuery, logs),
      served(stopQuery, logs),
      served(tagResource, logs),
      served(untagResource, logs),
    ].map((one) => [one.name, one]),
  );
