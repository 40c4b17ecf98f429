/** Logs Insights: queries are started, and asked for until they are over. */
import type { QueryInfo } from "@aws-sdk/client-cloudwatch-logs";
import { defaultFormat, parseFormat } from "../../flow/format.ts";
import type { LineFormat } from "../../logs/insights/discover.ts";
import { parseQuery } from "../../logs/insights/query.ts";
import type { QueriedGroup, QueryRun } from "../../logs/queries.ts";
import { list } from "../../model/world.ts";
import { type Refusal, isRefusal, refuse } from "../../values/refuse.ts";
import { unserved } from "../ec2/served.ts";
import { invalid, refuseNumber, refuseText } from "./constraint.ts";
import { locateGroup } from "./locate.ts";
import { type Input, type Logs, type LogsCall, operation } from "./operation.ts";
import { badToken, readToken, writeToken } from "./pages.ts";

const mostGroups = 50;
const mostLines = 100_000;
const standardLines = 10_000;
const mostPerPage = 10_000;
const language = "CWLI" as const;
/** Milliseconds beyond which a time can't be seconds: clients have sent both. */
const latestSecond = 100_000_000_000;

export const startQuery = operation({
  name: "StartQuery",
  run(logs, input, call) {
    const { queryString: text = "", limit = standardLines, queryLanguage = language } = input;
    if (queryLanguage !== language) return refuse("UnsupportedOperation", `The query language ${String(queryLanguage)} is not supported.`);
    const wrong = refuseText(text, "queryString", [0, 10_000]) ?? refuseNumber(limit, "limit", [1, mostLines]);
    if (wrong) return wrong;
    const [from, to] = [millisecondsOf(input.startTime ?? 0), millisecondsOf(input.endTime ?? 0)];
    if (!(from >= 0 && to >= from)) return invalid("End time should not be before start time.");
    const query = parseQuery(text, call.time, limit);
    if (isRefusal(query)) return query;
    const groups = locateGroups(logs, call, input);
    if (isRefusal(groups)) return groups;
    const queryId = uuidOf(call.random(16));
    // A second is within as a whole.
    const request = { text, groups, from, to: to + (isSeconds(input.endTime) ? 999 : 0), limit, now: call.time };
    if (logs.queries.start(call, queryId, request)) return { queryId };
    return refuse("LimitExceededException", "Account maximum query concurrency limit reached.");
  },
});

const isSeconds = (time: number | undefined): boolean => (time ?? 0) < latestSecond;
const millisecondsOf = (time: number): number => Math.trunc(isSeconds(time) ? time * 1000 : time);

const uuidOf = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");

/** The groups a query is about, each with the formats of flow logs that may be in it. */
function locateGroups(logs: Logs, call: LogsCall, input: Input<"StartQuery">): QueriedGroup[] | Refusal {
  const { logGroupName, logGroupNames, logGroupIdentifiers } = input;
  const given = [logGroupName, logGroupNames, logGroupIdentifiers].filter((each) => each !== undefined);
  if (given.length !== 1) return invalid("Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified.");
  const named = logGroupIdentifiers ?? logGroupNames ?? [logGroupName ?? ""];
  if (named.length < 1 || named.length > mostGroups) return invalid(`A query is about 1 to ${mostGroups} log groups.`);
  const groups: QueriedGroup[] = [];
  for (const logGroupIdentifier of new Set(named)) {
    const group = locateGroup(logs, call, { logGroupIdentifier });
    if (isRefusal(group)) return group;
    groups.push({ name: group.name, formats: formatsIn(call, group.name) });
  }
  return groups;
}

/** The formats of lines in a group: those of the flow logs delivered to it, and the one they have by default. */
function formatsIn(call: LogsCall, group: string): LineFormat[] {
  const delivered = list(call.world, call, "flow-log").filter(({ destination }) => destination.type === "cloud-watch-logs" && destination.group === group);
  const formats = delivered.map(({ format }) => parseFormat(format));
  return [defaultFormat, ...formats].flatMap((format) => (isRefusal(format) ? [] : [format.fields.map(({ name }) => name)]));
}

const noQuery = refuse("ResourceNotFoundException", "The specified query does not exist.");
const resultsTopic = "GetQueryResults";

/** A query's result, which is there once it is complete. */
export const getQueryResults = operation({
  name: "GetQueryResults",
  run(logs, { queryId = "", nextToken, maxItems = mostPerPage }, call) {
    const wrong = refuseNumber(maxItems, "maxItems", [1, mostPerPage]);
    if (wrong) return wrong;
    const found = logs.queries.find(call, queryId);
    if (!found) return noQuery;
    const from = nextToken === undefined ? 0 : Number(readToken(resultsTopic, nextToken) ?? Number.NaN);
    if (!Number.isSafeInteger(from)) return badToken;
    const { rows, status, statistics, request } = found;
    const to = from + maxItems;
    return {
      queryLanguage: language,
      status,
      results: rows.slice(from, to).map((row) => row.map((field) => ({ ...field }))),
      statistics: {
        recordsMatched: statistics.matched,
        recordsScanned: statistics.scanned,
        bytesScanned: statistics.bytes,
        estimatedRecordsSkipped: 0,
        estimatedBytesSkipped: 0,
        logGroupsScanned: request.groups.length,
        resultCount: rows.length,
      },
      nextToken: to < rows.length ? writeToken(resultsTopic, String(to)) : undefined,
    };
  },
});

export const stopQuery = operation({
  name: "StopQuery",
  run(logs, { queryId = "" }, call) {
    if (!logs.queries.find(call, queryId)) return noQuery;
    if (logs.queries.stop(call, queryId)) return { success: true };
    return invalid("Query cannot be stopped, it's not in running state");
  },
});

const described = ["logGroupName", "status", "maxResults", "nextToken", "queryLanguage"];
const queriesTopic = "DescribeQueries";

/** The queries that are remembered, the latest first. */
export const describeQueries = operation({
  name: "DescribeQueries",
  run(logs, input, call) {
    const { logGroupName, status, maxResults = 1000, nextToken } = input;
    const wrong = unserved(input, described) ?? refuseNumber(maxResults, "maxResults", [1, 1000]);
    if (wrong) return wrong;
    const from = nextToken === undefined ? 0 : Number(readToken(queriesTopic, nextToken) ?? Number.NaN);
    if (!Number.isSafeInteger(from)) return badToken;
    const queries = logs.queries
      .list(call)
      .filter((query) => status === undefined || query.status === status)
      .filter(({ request }) => logGroupName === undefined || request.groups.some(({ name }) => name === logGroupName));
    const to = from + maxResults;
    return {
      queries: queries.slice(from, to).map((query) => queryView(query, call.caller.principal)),
      nextToken: to < queries.length ? writeToken(queriesTopic, String(to)) : undefined,
    };
  },
});

const queryView = ({ id, request, status, statistics, durationMs }: QueryRun, principal: string): QueryInfo => ({
  queryLanguage: language,
  queryId: id,
  queryString: request.text,
  status,
  createTime: request.now,
  logGroupName: request.groups.map(({ name }) => name).join(","),
  queryDuration: durationMs,
  bytesScanned: statistics.bytes,
  userIdentity: principal,
});
