import assert from "node:assert/strict";
import { test } from "node:test";
import type { Input } from "../../../src/api/logs/operation.ts";
import { formatOf, parseFormat } from "../../../src/flow/format.ts";
import { makeFlowLog } from "../../../src/model/flow-log.ts";
import { applyChanges, put } from "../../../src/model/world.ts";
import { parseId } from "../../../src/values/id.ts";
import { isRefusal } from "../../../src/values/refuse.ts";
import { Region } from "../ec2/region.ts";
import { LogsRegion } from "./region.ts";

const second = 1000;
const seconds = (ms: number) => ms / second;

function filled(): LogsRegion {
  const logs = new LogsRegion();
  logs.holds("g", "a", [[-3000, '{"n":1}'], [-2000, '{"n":2}'], [-1000, '{"n":3}']]);
  logs.holds("h", "b", [[-2500, '{"n":10}'], [-60_000, '{"n":20}']]);
  return logs;
}

const range = (logs: LogsRegion) => ({ startTime: seconds(logs.now) - 10, endTime: seconds(logs.now) });
type Start = Input<"StartQuery">;

function answer(logs: LogsRegion, queryString: string, input: object = { logGroupName: "g" }) {
  const { queryId = "" } = logs.does("StartQuery", { ...range(logs), ...input, queryString });
  const result = logs.does("GetQueryResults", { queryId });
  const rows = result.results?.map((row) => Object.fromEntries(row.filter(({ field }) => field !== "@ptr").map(({ field = "", value }) => [field, value])));
  return { ...result, queryId, rows };
}

test("a query is started, and answers with its lines and what it looked at", () => {
  const logs = filled();
  const { rows, queryId, status, statistics, queryLanguage } = answer(logs, "filter n > 1 | stats sum(n) as total", { logGroupNames: ["g", "h"] });
  assert.match(queryId, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.deepEqual([rows, status, queryLanguage], [[{ total: "15" }], "Complete", "CWLI"]);
  assert.deepEqual(statistics, {
    recordsMatched: 3,
    recordsScanned: 4,
    bytesScanned: 4 * (7 + 26) + 1,
    estimatedRecordsSkipped: 0,
    estimatedBytesSkipped: 0,
    logGroupsScanned: 2,
    resultCount: 1,
  });
});

test("events of several groups come together, the newest first; both ends of the time are within", () => {
  const logs = filled();
  const { rows } = answer(logs, "fields n, @log", { logGroupIdentifiers: ["g", "arn:aws:logs:us-east-1:111122223333:log-group:h"] });
  const of = (group: string, n: number) => ({ n: String(n), "@log": `111122223333:${group}` });
  assert.deepEqual(rows, [of("g", 3), of("g", 2), of("h", 10), of("g", 1)]);
  const ends = { startTime: seconds(logs.now - 3000), endTime: seconds(logs.now - 2000) };
  assert.deepEqual(answer(logs, "fields n", { logGroupName: "g", ...ends }).rows, [{ n: "2" }, { n: "1" }]);
  const ms = { startTime: logs.now - 3000, endTime: logs.now - 2001 };
  assert.deepEqual(answer(logs, "fields n", { logGroupName: "g", ...ms }).rows, [{ n: "1" }], "milliseconds are taken, too");
  const exact = { startTime: logs.now - 2000, endTime: logs.now - 2000 };
  assert.deepEqual(answer(logs, "fields n", { logGroupName: "g", ...exact }).rows, [{ n: "2" }]);
});

test("the fields of flow logs are found: of the default format, and of those that are delivered to the group", () => {
  const ec2 = new Region();
  const { vpc } = ec2.network();
  const format = parseFormat("${pkt-dstaddr} ${bytes} ${next-hop-az-id}");
  const resource = parseId("vpc", vpc);
  if (isRefusal(format) || !resource) return assert.fail();
  const flowLog = makeFlowLog(ec2.call, resource, {
    resourceType: "VPC",
    traffic: "ALL",
    destination: { type: "cloud-watch-logs", group: "flows" },
    format: formatOf(format.fields).text,
    interval: 60,
    tags: {},
  });
  const logs = new LogsRegion();
  logs.world = applyChanges(ec2.world, [put(flowLog)]);
  const line = "2 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK";
  for (const group of ["flows", "elsewhere"]) logs.holds(group, "eni-1-all", [[-2000, line], [-1000, "10.0.0.9 77 use1-az2"]]);
  const asked = "fields srcAddr, dstPort, pktDstAddr, nextHopAzId, bytes";
  const custom = { pktDstAddr: "10.0.0.9", nextHopAzId: "use1-az2", bytes: "77" };
  const standard = { srcAddr: "172.31.16.139", dstPort: "22", bytes: "4249" };
  assert.deepEqual(answer(logs, asked, { logGroupName: "flows" }).rows, [custom, standard]);
  assert.deepEqual(answer(logs, asked, { logGroupName: "elsewhere" }).rows, [{}, standard]);
});

test("results come in pages", () => {
  const logs = filled();
  const { queryId } = answer(logs, "fields n");
  const first = logs.does("GetQueryResults", { queryId, maxItems: 2 });
  const rest = logs.does("GetQueryResults", { queryId, maxItems: 2, nextToken: first.nextToken });
  assert.deepEqual([first, rest].map(({ results }) => results?.map((row) => row[0]?.value)), [["3", "2"], ["1"]]);
  assert.equal(rest.nextToken, undefined);
});

test("queries are listed, and those that run can be stopped", () => {
  const logs = filled();
  const { queryId } = answer(logs, "fields n");
  answer(logs, "fields n", { logGroupName: "h" });
  const [latest, earliest] = logs.does("DescribeQueries", {}).queries ?? [];
  assert.equal(latest?.logGroupName, "h");
  assert.deepEqual(earliest, {
    queryLanguage: "CWLI",
    queryId,
    queryString: "fields n",
    status: "Complete",
    createTime: logs.now,
    logGroupName: "g",
    queryDuration: 5,
    bytesScanned: 99,
    userIdentity: "arn:aws:iam::111122223333:root",
  });
  const found = (input: object) => logs.does("DescribeQueries", input).queries?.map(({ logGroupName }) => logGroupName);
  assert.deepEqual(found({ logGroupName: "g" }), ["g"]);
  assert.deepEqual(found({ status: "Running" }), []);
  assert.deepEqual(found({ maxResults: 1, nextToken: logs.does("DescribeQueries", { maxResults: 1 }).nextToken }), ["g"]);
  assert.equal(logs.refuses("StopQuery", { queryId }), "InvalidParameterException: Query cannot be stopped, it's not in running state");
  const [run] = logs.runs;
  if (run) logs.runs[0] = { ...run, status: "Running" };
  assert.deepEqual(logs.does("StopQuery", { queryId: run?.id }), { success: true });
});

test("what can't be asked is refused", () => {
  const logs = filled();
  const ask = (input: object): string => logs.refuses("StartQuery", { ...range(logs), logGroupName: "g", queryString: "fields n", ...input } as Start);
  const gone = "ResourceNotFoundException: The specified query does not exist.";
  const cases: [string, string][] = [
    [ask({ queryString: "fields" }), "MalformedQueryException: unexpected symbol found the end of the query at line 1 and position 7"],
    [ask({ queryLanguage: "SQL" }), "UnsupportedOperation: The query language SQL is not supported."],
    [ask({ logGroupNames: ["g"] }), "InvalidParameterException: Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified."],
    [ask({ logGroupName: undefined }), "InvalidParameterException: Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified."],
    [ask({ logGroupName: undefined, logGroupNames: [] }), "InvalidParameterException: A query is about 1 to 50 log groups."],
    [ask({ logGroupName: "nope" }), "ResourceNotFoundException: The specified log group does not exist."],
    [ask({ endTime: 1 }), "InvalidParameterException: End time should not be before start time."],
    [ask({ limit: 100_001 }), "InvalidParameterException: 1 validation error detected: Value '100001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100000"],
    [logs.refuses("GetQueryResults", { queryId: "x" }), gone],
    [logs.refuses("StopQuery", { queryId: "x" }), gone],
  ];
  for (const [said, expected] of cases) assert.equal(said, expected);
  logs.room = 0;
  assert.equal(ask({}), "LimitExceededException: Account maximum query concurrency limit reached.");
});
