import assert from "node:assert/strict";
import { test } from "node:test";
import { logsOperations } from "../../../src/api/logs/catalog.ts";
import { errors } from "../../../src/api/errors.ts";
import { readdirSync, readFileSync } from "node:fs";
import { LogsRegion } from "./region.ts";

const noGroup = "ResourceNotFoundException: The specified log group does not exist.";
const arn = (name: string) => `arn:aws:logs:us-east-1:111122223333:log-group:${name}`;
const names = (region: LogsRegion, input: Parameters<typeof region.does<"DescribeLogGroups">>[1] = {}) =>
  region.does("DescribeLogGroups", input).logGroups?.map(({ logGroupName }) => logGroupName);

test("a group, as it is made and shown", () => {
  const region = new LogsRegion();
  region.does("CreateLogGroup", { logGroupName: "/vpc/flows", tags: { team: "red" } });
  region.now += 1000;
  region.holds("/vpc/flows", "s", [[0, "12345"]]);
  region.does("PutRetentionPolicy", { logGroupName: "/vpc/flows", retentionInDays: 30 });
  assert.deepEqual(region.does("DescribeLogGroups", {}), {
    logGroups: [
      {
        logGroupName: "/vpc/flows",
        creationTime: region.now - 1000,
        arn: `${arn("/vpc/flows")}:*`,
        logGroupArn: arn("/vpc/flows"),
        logGroupClass: "STANDARD",
        metricFilterCount: 0,
        retentionInDays: 30,
        storedBytes: 31,
      },
    ],
    nextToken: undefined,
  });
  const brief = region.does("DescribeLogGroups", { logGroupNamePattern: "flow" }).logGroups?.[0];
  assert.deepEqual(Object.keys(brief ?? {}), ["logGroupName", "creationTime", "arn"]);
  region.does("DeleteRetentionPolicy", { logGroupName: "/vpc/flows" });
  assert.equal(region.does("DescribeLogGroups", {}).logGroups?.[0]?.retentionInDays, undefined);
  assert.deepEqual(region.does("ListTagsForResource", { resourceArn: arn("/vpc/flows") }).tags, { team: "red" });
  region.does("DeleteLogGroup", { logGroupName: "/vpc/flows" });
  assert.deepEqual(names(region), []);
});

test("groups are chosen by prefix, pattern or identifier, and come in pages", () => {
  const region = new LogsRegion();
  for (const logGroupName of ["b/2", "a/1", "b/1", "c"]) region.does("CreateLogGroup", { logGroupName });
  const cases: [Parameters<typeof region.does<"DescribeLogGroups">>[1], string[]][] = [
    [{}, ["a/1", "b/1", "b/2", "c"]],
    [{ logGroupNamePrefix: "b/" }, ["b/1", "b/2"]],
    [{ logGroupNamePattern: "/1" }, ["a/1", "b/1"]],
    [{ logGroupNamePattern: "A" }, []],
    [{ logGroupIdentifiers: ["c", arn("a/1"), `${arn("b/1")}:*`, "arn:aws:logs:us-east-1:999999999999:log-group:b/2"] }, ["a/1", "b/1", "c"]],
    [{ logGroupClass: "INFREQUENT_ACCESS" }, []],
  ];
  for (const [input, expected] of cases) assert.deepEqual(names(region, input), expected, JSON.stringify(input));
  const first = region.does("DescribeLogGroups", { limit: 3 });
  assert.deepEqual(first.logGroups?.map(({ logGroupName }) => logGroupName), ["a/1", "b/1", "b/2"]);
  region.does("DeleteLogGroup", { logGroupName: "b/2" });
  assert.deepEqual(names(region, { limit: 3, nextToken: first.nextToken }), ["c"]);
});

test("streams are shown by name or by their last event, either way round", () => {
  const region = new LogsRegion();
  region.holds("g", "a", [[-300, "x"], [-100, "y"]]);
  region.holds("g", "b", [[-50, "x"]]);
  region.does("CreateLogStream", { logGroupName: "g", logStreamName: "ab" });
  const shown = (input: object) =>
    region.does("DescribeLogStreams", { logGroupName: "g", ...input }).logStreams?.map(({ logStreamName }) => logStreamName);
  assert.deepEqual(shown({}), ["a", "ab", "b"]);
  assert.deepEqual(shown({ descending: true }), ["b", "ab", "a"]);
  assert.deepEqual(shown({ logStreamNamePrefix: "a" }), ["a", "ab"]);
  assert.deepEqual(shown({ orderBy: "LastEventTime" }), ["ab", "a", "b"]);
  assert.deepEqual(shown({ orderBy: "LastEventTime", descending: true, limit: 1 }), ["b"]);
  const { nextToken } = region.does("DescribeLogStreams", { logGroupIdentifier: `${arn("g")}:*`, orderBy: "LastEventTime", descending: true, limit: 1 });
  assert.deepEqual(shown({ orderBy: "LastEventTime", descending: true, limit: 1, nextToken }), ["a"]);
  const [first, second] = region.does("DescribeLogStreams", { logGroupName: "g" }).logStreams ?? [];
  assert.match(first?.uploadSequenceToken ?? "", /^\d{56}$/);
  const { uploadSequenceToken: _, ...view } = first ?? {};
  assert.deepEqual(view, {
    logStreamName: "a",
    creationTime: region.now,
    firstEventTimestamp: region.now - 300,
    lastEventTimestamp: region.now - 100,
    lastIngestionTime: region.now + 1,
    arn: `${arn("g")}:log-stream:a`,
    storedBytes: 0,
  });
  assert.deepEqual([second?.firstEventTimestamp, second?.lastIngestionTime], [undefined, undefined]);
  region.does("DeleteLogStream", { logGroupName: "g", logStreamName: "ab" });
  assert.deepEqual(shown({}), ["a", "b"]);
});

test("tags are added, replaced and taken away", () => {
  const region = new LogsRegion();
  region.does("CreateLogGroup", { logGroupName: "g", tags: { a: "1", b: "2" } });
  region.does("PutRetentionPolicy", { logGroupName: "g", retentionInDays: 1 });
  region.does("TagResource", { resourceArn: arn("g"), tags: { b: "3", c: "4" } });
  region.does("UntagResource", { resourceArn: `${arn("g")}:*`, tagKeys: ["a", "nope"] });
  assert.deepEqual(region.does("ListTagsForResource", { resourceArn: arn("g") }).tags, { b: "3", c: "4" });
  assert.equal(region.does("DescribeLogGroups", {}).logGroups?.[0]?.retentionInDays, 1);
});

test("what can't be is refused", () => {
  const region = new LogsRegion();
  region.does("CreateLogGroup", { logGroupName: "g" });
  region.does("CreateLogStream", { logGroupName: "g", logStreamName: "s" });
  const failed = "InvalidParameterException: 1 validation error detected: Value";
  const cases: [string, string][] = [
    [region.refuses("CreateLogGroup", { logGroupName: "g" }), "ResourceAlreadyExistsException: The specified log group already exists"],
    [region.refuses("CreateLogGroup", { logGroupName: "a b" }), `${failed} 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`],
    [region.refuses("CreateLogGroup", { logGroupName: "" }), `${failed} '' at 'logGroupName' failed to satisfy constraint: Member must have length greater than or equal to 1`],
    [region.refuses("CreateLogGroup", { logGroupName: "h", kmsKeyId: "k" }), "UnsupportedOperation: The parameter kmsKeyId is not supported."],
    [region.refuses("CreateLogGroup", { logGroupName: "h", logGroupClass: "DELIVERY" }), "UnsupportedOperation: The log group class DELIVERY is not supported."],
    [region.refuses("CreateLogGroup", { logGroupName: "h", tags: { "aws:x": "1" } }), "InvalidParameterException: Tag keys starting with 'aws:' are reserved for internal use"],
    [region.refuses("DeleteLogGroup", { logGroupName: "h" }), noGroup],
    [region.refuses("DescribeLogGroups", { limit: 51 }), `${failed} '51' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50`],
    [region.refuses("DescribeLogGroups", { limit: 0 }), `${failed} '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1`],
    [region.refuses("DescribeLogGroups", { logGroupNamePrefix: "a", logGroupNamePattern: "b" }), "InvalidParameterException: LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."],
    [region.refuses("DescribeLogGroups", { nextToken: "x" }), "InvalidParameterException: The specified nextToken is invalid."],
    [
      region.refuses("PutRetentionPolicy", { logGroupName: "g", retentionInDays: 2 }),
      `${failed} '2' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]`,
    ],
    [region.refuses("PutRetentionPolicy", { logGroupName: "h", retentionInDays: 1 }), noGroup],
    [region.refuses("DeleteRetentionPolicy", { logGroupName: "h" }), noGroup],
    [region.refuses("CreateLogStream", { logGroupName: "h", logStreamName: "s" }), noGroup],
    [region.refuses("CreateLogStream", { logGroupName: "g", logStreamName: "s" }), "ResourceAlreadyExistsException: The specified log stream already exists"],
    [region.refuses("CreateLogStream", { logGroupName: "g", logStreamName: "a:b" }), `${failed} 'a:b' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`],
    [region.refuses("DeleteLogStream", { logGroupName: "g", logStreamName: "t" }), "ResourceNotFoundException: The specified log stream does not exist."],
    [region.refuses("DescribeLogStreams", { logGroupName: "h" }), noGroup],
    [region.refuses("DescribeLogStreams", { logGroupName: "g", logGroupIdentifier: "g" }), "InvalidParameterException: LogGroup name and LogGroup ARN are mutually exclusive parameters."],
    [region.refuses("DescribeLogStreams", {}), "InvalidParameterException: Please specify either a LogGroup name or a LogGroup ARN."],
    [region.refuses("DescribeLogStreams", { logGroupIdentifier: "arn:aws:logs:eu-west-1:111122223333:log-group:g" }), noGroup],
    [region.refuses("DescribeLogStreams", { logGroupName: "g", orderBy: "LastEventTime", logStreamNamePrefix: "s" }), "InvalidParameterException: Cannot order by LastEventTime with a logStreamNamePrefix."],
    [region.refuses("TagResource", { resourceArn: "g", tags: {} }), "InvalidParameterException: Invalid resource ARN: g"],
    [region.refuses("TagResource", { resourceArn: arn("h"), tags: { a: "1" } }), noGroup],
    [
      region.refuses("TagResource", { resourceArn: arn("g"), tags: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, ""])) }),
      "TooManyTagsException: A resource can have no more than 50 tags.",
    ],
  ];
  for (const [said, expected] of cases) assert.equal(said, expected);
});

test("the catalog holds every operation there is, and every code is in the table of errors", () => {
  const folder = new URL("../../../src/api/logs/", import.meta.url);
  const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
  const defined = sources.flatMap((text) => [...text.matchAll(/^ {2}name: "(\w+)",$/gm)].map(([, name]) => name ?? ""));
  const { store } = new LogsRegion();
  const queries = { start: () => true, find: () => undefined, list: () => [], stop: () => false };
  assert.deepEqual([...logsOperations({ store, queries }).keys()].toSorted(), defined.toSorted());
  for (const text of sources) for (const [, code = ""] of text.matchAll(/refuse\(\s*"([^"]+)"/g)) assert.ok(errors.has(code), code);
});
