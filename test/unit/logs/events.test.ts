import assert from "node:assert/strict";
import { test } from "node:test";
import { LogsRegion } from "./region.ts";

const hour = 3_600_000;
const day = 24 * hour;
const g = { logGroupName: "g", logStreamName: "s" };

function region(): LogsRegion {
  const made = new LogsRegion();
  made.does("CreateLogGroup", { logGroupName: "g" });
  made.does("CreateLogStream", g);
  return made;
}

const at = (logs: LogsRegion, ...times: readonly number[]) => times.map((time) => ({ timestamp: logs.now + time, message: `m${time}` }));
const messages = (answer: { events?: { message?: string | undefined }[] | undefined }) => answer.events?.map(({ message }) => message);

test("what was put is got, with its times", () => {
  const logs = region();
  const put = logs.does("PutLogEvents", { ...g, logEvents: at(logs, -2000, -1000, -1000), sequenceToken: "wrong, and ignored" });
  assert.match(put.nextSequenceToken ?? "", /^\d{56}$/);
  assert.equal(put.rejectedLogEventsInfo, undefined);
  logs.now += 5;
  assert.deepEqual(logs.does("GetLogEvents", g).events, [-2005, -1005, -1005].map((time) => ({ timestamp: logs.now + time, message: `m${time + 5}`, ingestionTime: logs.now - 5 })));
});

test("events too old, too new or past their retention are said, and only the others are kept", () => {
  type Info = { tooNewLogEventStartIndex?: number; tooOldLogEventEndIndex?: number; expiredLogEventEndIndex?: number };
  const cases: [retention: number | undefined, times: number[], info: Info | undefined, kept: number][] = [
    [undefined, [-14 * day, -13.5 * day], undefined, 2],
    [undefined, [-14 * day - 1, -14 * day], { tooOldLogEventEndIndex: 1 }, 1],
    [undefined, [0, 2 * hour], undefined, 2],
    [undefined, [0, 2 * hour, 2 * hour + 1, 3 * hour], { tooNewLogEventStartIndex: 2 }, 2],
    [3, [-3 * day - 2, -3 * day - 1, -3 * day], { expiredLogEventEndIndex: 2 }, 1],
    [3, [-15 * day, -14.5 * day], { tooOldLogEventEndIndex: 2, expiredLogEventEndIndex: 2 }, 0],
    [30, [-15 * day, -14 * day], { tooOldLogEventEndIndex: 1 }, 1],
  ];
  for (const [retentionInDays, times, info, kept] of cases) {
    const logs = region();
    if (retentionInDays !== undefined) logs.does("PutRetentionPolicy", { logGroupName: "g", retentionInDays });
    assert.deepEqual(logs.does("PutLogEvents", { ...g, logEvents: at(logs, ...times) }).rejectedLogEventsInfo, info, times.join());
    assert.equal(logs.does("GetLogEvents", { ...g, startFromHead: true }).events?.length, kept, times.join());
  }
});

test("batches that can't be are refused whole", () => {
  const logs = region();
  const failed = "InvalidParameterException: 1 validation error detected: Value";
  const event = { timestamp: logs.now, message: "x" };
  const cases: [Parameters<typeof logs.does<"PutLogEvents">>[1], string][] = [
    [{ ...g, logEvents: [] }, `${failed} '[]' at 'logEvents' failed to satisfy constraint: Member must have length greater than or equal to 1`],
    [{ ...g, logEvents: Array.from({ length: 10_001 }, () => event) }, `${failed} '[10001 elements]' at 'logEvents' failed to satisfy constraint: Member must have length less than or equal to 10000`],
    [{ ...g, logEvents: [event, { ...event, message: "" }] }, `${failed} '' at 'logEvents.2.member.message' failed to satisfy constraint: Member must have length greater than or equal to 1`],
    [{ ...g, logEvents: [{ ...event, timestamp: -1 }] }, `${failed} '-1' at 'logEvents.1.member.timestamp' failed to satisfy constraint: Member must have value greater than or equal to 0`],
    [{ ...g, logEvents: at(logs, 0, -1) }, "InvalidParameterException: Log events in a single PutLogEvents request must be in chronological order."],
    [{ ...g, logEvents: at(logs, -day - 1, 0) }, "InvalidParameterException: The batch of log events in a single PutLogEvents request cannot span more than 24 hours."],
    [{ ...g, logEvents: [{ ...event, message: "€".repeat(349_517) }] }, "InvalidParameterException: Upload too large: 1048577 bytes exceeds limit of 1048576"],
    [{ ...g, logGroupName: "h", logEvents: [event] }, "ResourceNotFoundException: The specified log group does not exist."],
    [{ ...g, logStreamName: "t", logEvents: [event] }, "ResourceNotFoundException: The specified log stream does not exist."],
  ];
  for (const [input, expected] of cases) assert.equal(logs.refuses("PutLogEvents", input), expected);
  logs.does("PutLogEvents", { ...g, logEvents: [{ ...event, message: "x".repeat(1_048_550) }] });
  assert.deepEqual(logs.does("GetLogEvents", g).events?.length, 1);
});

test("a reader goes on forward until there is nothing more, and then from there", () => {
  const logs = region();
  logs.holds("g", "other", [[-3500, "not of this stream"]]);
  logs.does("PutLogEvents", { ...g, logEvents: at(logs, -5000, -4000, -3000, -3000, -2000) });
  const first = logs.does("GetLogEvents", { ...g, startFromHead: true, limit: 3 });
  assert.deepEqual(messages(first), ["m-5000", "m-4000", "m-3000"]);
  assert.match(first.nextForwardToken ?? "", /^f\/\d{56}$/);
  const second = logs.does("GetLogEvents", { ...g, nextToken: first.nextForwardToken, startFromHead: true, limit: 3 });
  assert.deepEqual(messages(second), ["m-3000", "m-2000"]);
  const end = logs.does("GetLogEvents", { ...g, nextToken: second.nextForwardToken, startFromHead: true });
  assert.deepEqual([messages(end), end.nextForwardToken], [[], second.nextForwardToken]);
  logs.does("PutLogEvents", { ...g, logEvents: at(logs, -2000, -1000) });
  assert.deepEqual(messages(logs.does("GetLogEvents", { ...g, nextToken: end.nextForwardToken })), ["m-2000", "m-1000"]);
  assert.deepEqual(messages(logs.does("GetLogEvents", { ...g, nextToken: `${end.nextForwardToken}/s` })), ["m-2000", "m-1000"]);
});

test("a reader begins at the end, and goes back to the first event", () => {
  const logs = region();
  logs.does("PutLogEvents", { ...g, logEvents: at(logs, -5000, -4000, -3000, -2000) });
  const last = logs.does("GetLogEvents", { ...g, limit: 3 });
  assert.deepEqual(messages(last), ["m-4000", "m-3000", "m-2000"]);
  const before = logs.does("GetLogEvents", { ...g, limit: 3, nextToken: last.nextBackwardToken });
  assert.deepEqual(messages(before), ["m-5000"]);
  const start = logs.does("GetLogEvents", { ...g, nextToken: before.nextBackwardToken });
  assert.deepEqual([messages(start), start.nextBackwardToken], [[], before.nextBackwardToken]);
  assert.deepEqual(messages(logs.does("GetLogEvents", { ...g, nextToken: before.nextForwardToken, limit: 1 })), ["m-4000"]);
  assert.deepEqual(messages(logs.does("GetLogEvents", { ...g, nextToken: start.nextForwardToken, limit: 1 })), ["m-5000"]);
});

test("a reader of an empty stream gets what comes later", () => {
  const logs = region();
  const { nextForwardToken } = logs.does("GetLogEvents", g);
  logs.does("PutLogEvents", { ...g, logEvents: at(logs, -1000) });
  assert.deepEqual(messages(logs.does("GetLogEvents", { ...g, nextToken: nextForwardToken })), ["m-1000"]);
});

test("times bound what is read: the end is without in GetLogEvents, within in FilterLogEvents", () => {
  const logs = region();
  logs.does("PutLogEvents", { ...g, logEvents: at(logs, -3000, -2000, -1000) });
  const range = { startTime: logs.now - 3000, endTime: logs.now - 1000 };
  assert.deepEqual(messages(logs.does("GetLogEvents", { ...g, ...range })), ["m-3000", "m-2000"]);
  assert.deepEqual(messages(logs.does("GetLogEvents", { ...g, ...range, startTime: logs.now - 2999, startFromHead: true })), ["m-2000"]);
  assert.deepEqual(messages(logs.does("FilterLogEvents", { logGroupName: "g", ...range })), ["m-3000", "m-2000", "m-1000"]);
  const { nextForwardToken } = logs.does("GetLogEvents", { ...g, limit: 1, startFromHead: true });
  assert.deepEqual(messages(logs.does("GetLogEvents", { ...g, nextToken: nextForwardToken, endTime: logs.now - 1000 })), ["m-2000"]);
});

test("an answer has 1 MiB of events at most, and one at least", () => {
  const logs = region();
  for (const size of [600_000, 448_524, 1]) logs.does("PutLogEvents", { ...g, logEvents: [{ timestamp: logs.now, message: "x".repeat(size) }] });
  assert.deepEqual(logs.does("GetLogEvents", { ...g, startFromHead: true }).events?.map(({ message }) => message?.length), [600_000, 448_524]);
  const page = logs.does("FilterLogEvents", { logGroupName: "g" });
  assert.deepEqual(page.events?.map(({ message }) => message?.length), [600_000, 448_524]);
  assert.deepEqual(messages(logs.does("FilterLogEvents", { logGroupName: "g", nextToken: page.nextToken })), ["x"]);
});

test("events of all streams are filtered in the order of time", () => {
  const logs = new LogsRegion();
  logs.holds("g", "eni-1", [[-5000, "ERROR one"], [-2000, "fine"], [-1000, "ERROR two"]]);
  logs.holds("g", "eni-2", [[-4000, "ERROR three"], [-1000, "ERROR four"]]);
  logs.holds("g", "other", [[-3000, "ERROR five"]]);
  logs.holds("h", "eni-1", [[-3000, "ERROR of another group"]]);
  const found = (input: object) => messages(logs.does("FilterLogEvents", { logGroupName: "g", ...input }));
  assert.deepEqual(found({}), ["ERROR one", "ERROR three", "ERROR five", "fine", "ERROR two", "ERROR four"]);
  assert.deepEqual(found({ filterPattern: "ERROR -two" }), ["ERROR one", "ERROR three", "ERROR five", "ERROR four"]);
  assert.deepEqual(found({ logStreamNames: ["eni-2"] }), ["ERROR three", "ERROR four"]);
  assert.deepEqual(found({ logStreamNamePrefix: "eni-", filterPattern: "?one ?four" }), ["ERROR one", "ERROR four"]);
  assert.deepEqual(found({ logStreamNamePrefix: "none" }), []);
  assert.deepEqual(found({ filterPattern: "ERROR", limit: 2, startFromHead: false }), ["ERROR four", "ERROR two"]);
  const [event] = logs.does("FilterLogEvents", { logGroupIdentifier: "arn:aws:logs:us-east-1:111122223333:log-group:g", interleaved: true }).events ?? [];
  assert.match(event?.eventId ?? "", /^\d{56}$/);
  assert.deepEqual({ ...event, eventId: "" }, { logStreamName: "eni-1", timestamp: logs.now - 5000, message: "ERROR one", ingestionTime: logs.now + 1, eventId: "" });
});

test("pages of filtered events hold each once, whichever way, though others come meanwhile", () => {
  for (const startFromHead of [true, false]) {
    const logs = new LogsRegion();
    logs.holds("g", "a", Array.from({ length: 25 }, (_, n) => [-1000 * Math.ceil(25 - n / 3), `a${n}`] as const));
    const all = messages(logs.does("FilterLogEvents", { logGroupName: "g", startFromHead }));
    const found: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = logs.does("FilterLogEvents", { logGroupName: "g", limit: 4, nextToken, ...(nextToken === undefined && { startFromHead }) });
      found.push(...(messages(page) ?? []));
      logs.holds("g", "b", [[startFromHead ? -30_000 : -1, "meanwhile"]]);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    assert.deepEqual(found, all);
    assert.equal(found.length, 25);
  }
});

test("a call looks at so many events only: a page may be empty, and the next goes on", () => {
  const logs = new LogsRegion();
  logs.holds("g", "a", Array.from({ length: 20_001 }, (_, n) => [-30_000 + n, n === 20_000 ? "needle" : "hay"] as const));
  const first = logs.does("FilterLogEvents", { logGroupName: "g", filterPattern: "needle" });
  assert.deepEqual(first.events, []);
  const second = logs.does("FilterLogEvents", { logGroupName: "g", filterPattern: "needle", nextToken: first.nextToken });
  assert.deepEqual([messages(second), second.nextToken], [["needle"], undefined]);
});

test("what can't be read is refused", () => {
  const logs = region();
  const group = { logGroupName: "g" };
  const token = "InvalidParameterException: The specified nextToken is invalid.";
  const cases: [string, string | RegExp][] = [
    [logs.refuses("GetLogEvents", { ...g, nextToken: "f/1" }), token],
    [logs.refuses("GetLogEvents", { ...g, nextToken: `f/${"9".repeat(56)}` }), token],
    [logs.refuses("GetLogEvents", { ...g, limit: 10_001 }), /'limit' failed to satisfy constraint: Member must have value less than or equal to 10000$/],
    [logs.refuses("GetLogEvents", { ...g, logStreamName: "t" }), "ResourceNotFoundException: The specified log stream does not exist."],
    [logs.refuses("GetLogEvents", { ...g, logGroupName: "h" }), "ResourceNotFoundException: The specified log group does not exist."],
    [logs.refuses("FilterLogEvents", { ...group, nextToken: "x" }), token],
    [logs.refuses("FilterLogEvents", { ...group, logStreamNames: ["s"], logStreamNamePrefix: "s" }), "InvalidParameterException: logStreamNames and logStreamNamePrefix are mutually exclusive parameters."],
    [logs.refuses("FilterLogEvents", { ...group, logStreamNames: ["s", "t"] }), "ResourceNotFoundException: The specified log stream does not exist."],
    [logs.refuses("FilterLogEvents", { ...group, filterPattern: "[a" }), "InvalidParameterException: Invalid filter pattern: a bracket is not closed"],
    [logs.refuses("FilterLogEvents", { ...group, filterPattern: "x".repeat(1025) }), /'filterPattern' failed to satisfy constraint: Member must have length less than or equal to 1024$/],
    [logs.refuses("FilterLogEvents", { logGroupName: "h" }), "ResourceNotFoundException: The specified log group does not exist."],
  ];
  for (const [said, expected] of cases) {
    if (typeof expected === "string") assert.equal(said, expected);
    else assert.match(said, expected);
  }
});
