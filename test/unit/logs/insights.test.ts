import assert from "node:assert/strict";
import { test } from "node:test";
import { eventId } from "../../../src/logs/event.ts";
import { discoverer } from "../../../src/logs/insights/discover.ts";
import { parseQuery } from "../../../src/logs/insights/query.ts";
import { Row } from "../../../src/logs/insights/row.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

const start = Date.UTC(2026, 2, 4, 5, 6, 0);
const defaultFields = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status".split(" ");
const customFields = ["pkt-srcaddr", "traffic-path", "az-id"];

/** Events a minute apart, the newest first, as queries get them. */
function run(query: string, messages: readonly string[], limit = 10_000) {
  const parsed = parseQuery(query, start, limit);
  if (isRefusal(parsed)) return assert.fail(`${query}: ${parsed.message}`);
  const execution = parsed.start();
  const discover = discoverer([defaultFields, customFields]);
  const events = messages.map((message, at) => ({ time: start + at * 60_000, ingested: start + 7, message, stream: `s${at % 2}`, place: at }));
  for (const event of events.toReversed()) execution.add(new Row(event, new Map(), "123456789012:g", discover));
  const rows = execution.finish().map((row) => Object.fromEntries(row.filter(({ field }) => field !== "@ptr").map(({ field, value }) => [field, value])));
  return { rows, matched: execution.matched };
}

const flow = (src: string, dst: string, port: number, packets: number, bytes: number, action: string) =>
  `2 123456789012 eni-1 ${src} ${dst} 40000 ${port} 6 ${packets} ${bytes} 1418530010 1418530070 ${action} OK`;
const flows = [
  flow("10.0.0.1", "10.0.1.1", 22, 1, 100, "ACCEPT"),
  flow("10.0.0.2", "10.0.1.1", 22, 2, 250, "REJECT"),
  flow("10.0.0.1", "10.0.1.2", 443, 30, 9000, "ACCEPT"),
  flow("10.9.0.3", "10.0.1.2", 3389, 4, 160, "REJECT"),
  "2 123456789012 eni-1 - - - - - - - 1418530010 1418530070 - NODATA",
  flow("10.0.0.2", "10.0.1.1", 22, 5, 50, "REJECT"),
];
const json = ['{"level":"info","user":{"name":"ann","roles":["a","b"]},"ms":12}', '{"level":"error","user":{"name":"bob"},"ms":"7.5","ok":true}', "plain text"];

type Rows = readonly Readonly<Record<string, string>>[];
const cases: readonly (readonly [query: string, messages: readonly string[], rows: Rows])[] = [
  ["fields @message | limit 1", ["a", "b"], [{ "@message": "b" }]],
  ["filter @message = 'a'", ["a", "b"], [{ "@timestamp": "2026-03-04 05:06:00.000", "@message": "a" }]],
  ["fields @logStream, @log, @ingestionTime | sort @timestamp asc | limit 1", ["a", "b"], [{ "@logStream": "s0", "@log": "123456789012:g", "@ingestionTime": "2026-03-04 05:06:00.007" }]],
  ["# all of it\nfields @message # here\n| sort @message asc", ["b", "a"], [{ "@message": "a" }, { "@message": "b" }]],
  // Flow logs, as Amazon's samples ask
  [
    "stats sum(packets) as packetsTransferred by srcAddr, dstAddr | sort packetsTransferred desc | limit 2",
    flows,
    [
      { srcAddr: "10.0.0.1", dstAddr: "10.0.1.2", packetsTransferred: "30" },
      { srcAddr: "10.0.0.2", dstAddr: "10.0.1.1", packetsTransferred: "7" },
    ],
  ],
  [
    'filter isIpv4InSubnet(srcAddr, "10.0.0.0/24") | stats sum(bytes) as bytesTransferred by dstAddr | sort bytesTransferred desc',
    flows,
    [{ dstAddr: "10.0.1.2", bytesTransferred: "9000" }, { dstAddr: "10.0.1.1", bytesTransferred: "400" }],
  ],
  ['filter logStatus="NODATA" | stats count(*) by interfaceId as eni', flows, [{ eni: "eni-1", "count(*)": "1" }]],
  ['filter action="REJECT" | stats count(*) by bin(3m)', flows, [{ "bin(3m)": "2026-03-04 05:09:00.000", "count(*)": "2" }, { "bin(3m)": "2026-03-04 05:06:00.000", "count(*)": "1" }]],
  ["filter dstPort in [443, 3389] | fields srcAddr, startTime | sort srcAddr", flows, [{ srcAddr: "10.0.0.1", startTime: "1418530010" }, { srcAddr: "10.9.0.3", startTime: "1418530010" }]],
  ["fields pktSrcAddr, trafficPath, azId", ["10.1.1.1 8 use1-az1"], [{ pktSrcAddr: "10.1.1.1", trafficPath: "8", azId: "use1-az1" }]],
  ["fields srcAddr", ["not a flow log"], [{}]],
  // Statistics
  ["stats count(*), count(bytes), count_distinct(srcAddr) as sources by action | sort action", flows, [
    { action: "-", "count(*)": "1", "count(bytes)": "1", sources: "1" },
    { action: "ACCEPT", "count(*)": "2", "count(bytes)": "2", sources: "1" },
    { action: "REJECT", "count(*)": "3", "count(bytes)": "3", sources: "2" },
  ]],
  ["stats sum(bytes), avg(bytes), min(packets), max(packets), median(bytes)", flows.filter((line) => !line.endsWith("NODATA")), [
    { "sum(bytes)": "9560", "avg(bytes)": "1912", "min(packets)": "1", "max(packets)": "30", "median(bytes)": "160" },
  ]],
  ["stats sum(bytes) / 1000 + 1 as kb, max(packets) - min(packets) as spread", flows, [{ kb: "10.56", spread: "29" }]],
  ["filter ispresent(bytes) | stats pct(bytes, 50) as p50, stddev(packets) as sd | display p50", flows.slice(0, 3), [{ p50: "250" }]],
  ["stats latest(@message) as last, earliest(@message) as first, sortsFirst(@message) as low, sortsLast(@message) as high", ["m", "z", "a"], [{ last: "a", first: "m", low: "a", high: "z" }]],
  ["stats count(*) as n", [], [{ n: "0" }]],
  ["stats sum(x) as s, count(*) as n by y", [], []],
  ["stats count(*) as n by action | stats sum(n) as total, count(*) as kinds", flows, [{ total: "6", kinds: "3" }]],
  ["stats count(*) by action | filter count(*) > 1 | sort count(*) desc", flows, [{ action: "REJECT", "count(*)": "3" }, { action: "ACCEPT", "count(*)": "2" }]],
  ["stats count(*) as n by action | fields n * 2 as twice | sort twice desc | limit 1", flows, [{ action: "REJECT", n: "3", twice: "6" }]],
  // JSON
  ["fields level, user.name, user.roles.1, ms, ok | sort level", json, [
    {},
    { level: "error", "user.name": "bob", ms: "7.5", ok: "1" },
    { level: "info", "user.name": "ann", "user.roles.1": "b", ms: "12" },
  ]],
  ["filter ms > 7 and ms < 8 | fields level", json, [{ level: "error" }]],
  ["filter `user.name` like /^A/ or user.name =~ /(?i)^A/ | fields user.name as who", json, [{ who: "ann" }]],
  ["filter not ispresent(level) | fields @message", json, [{ "@message": "plain text" }]],
  ['filter level not in ["info"] and ispresent(level) | fields level', json, [{ level: "error" }]],
  ["filter level not like 'err' and level != 'x' | fields level", json.slice(0, 2), [{ level: "info" }]],
  // Text
  ['parse @message "user=*, ms=*" as who, took | filter took > 5 | fields who, took', ["user=ann, ms=12", "user=bob, ms=3"], [{ who: "ann", took: "12" }]],
  ["parse /(?<word>\\w+) (?<n>\\d+)/ | fields word, n + 1 as next", ["abc 41"], [{ word: "abc", next: "42" }]],
  ["parse @message /(\\w+) (\\d+)/ as word, n | stats sum(n) by word", ["a 1", "b 2", "a 3"], [{ word: "a", "sum(n)": "4" }, { word: "b", "sum(n)": "2" }]],
  ["fields concat(toupper(@message), '-', strlen(@message)) as x, substr(@message, 1, 2) as y, replace(@message, 'b', '$&') as z", ["abcd"], [{ x: "ABCD-4", y: "bc", z: "a$&cd" }]],
  ["fields trim(@message) as a, ltrim(@message, ' x') as b, coalesce(nope, 'none') as c, isblank(@message) as d, strcontains(@message, 'x') as e", [" x "], [{ a: "x", b: "", c: "none", d: "0", e: "1" }]],
  // Numbers and time
  ["fields 2 + 3 * 4 as a, (2 + 3) * 4 as b, 2 ^ 3 ^ 2 as c, 7 % 4 as d, -2 + 1 as e, 1 / 0 as f, 1 / 3 as g", ["m"], [{ a: "14", b: "20", c: "512", d: "3", e: "-1", g: "0.3333" }]],
  ["fields abs(-3) as a, ceil(1.2) as b, floor(-1.2) as c, sqrt(9) as d, greatest(1, 5, 3) as e, least(4, 2) as f", ["m"], [{ a: "3", b: "2", c: "-2", d: "3", e: "5", f: "2" }]],
  ["fields datefloor(@timestamp, 1h) as h, dateceil(@timestamp, 1d) as d, datefloor(@timestamp, 1mo) as mo, toMillis(@timestamp) as ms, fromMillis(0) as t", ["m"], [
    { h: "2026-03-04 05:00:00.000", d: "2026-03-05 00:00:00.000", mo: "2026-03-01 00:00:00.000", ms: String(start), t: "1970-01-01 00:00:00.000" },
  ]],
  ["filter @timestamp > toMillis(now()) | fields @message", ["a", "b"], [{ "@message": "b" }]],
  ["fields isValidIp(@message) as a, isValidIpv4(@message) as b, isIpv6InSubnet(@message, '2001:db8::/32') as c", ["2001:db8::1"], [{ a: "1", b: "0", c: "1" }]],
  // Order and selection
  ["fields @message | sort @message asc", ["10", "9", "x"], [{ "@message": "x" }, { "@message": "9" }, { "@message": "10" }]],
  ["fields @message | sort strlen(@message) desc, @message asc", ["a", "cc", "bb"], [{ "@message": "bb" }, { "@message": "cc" }, { "@message": "a" }]],
  ["fields srcAddr, @message | dedup srcAddr | display srcAddr", flows.slice(0, 3), [{ srcAddr: "10.0.0.1" }, { srcAddr: "10.0.0.2" }]],
  ["display @message | fields @logStream", ["a"], [{ "@message": "a" }]],
];

test("queries answer what Amazon's would", () => {
  for (const [query, messages, expected] of cases) assert.deepEqual(run(query, messages).rows, expected, query);
});

test("matches are counted before statistics and limits, whatever is shown", () => {
  assert.equal(run('filter action="REJECT" | stats count(*) by srcAddr | limit 1', flows).matched, 3);
  assert.equal(run("fields @message | limit 1", flows).matched, 6);
});

test("a result has as many lines as the call allows, the first in order", () => {
  const many = Array.from({ length: 5000 }, (_, at) => String((at * 7919) % 5000));
  assert.deepEqual(run("fields @message | sort @message desc", many, 2).rows, [{ "@message": "4999" }, { "@message": "4998" }]);
  assert.deepEqual(run("fields @message as m | sort m asc | limit 3", many, 10).rows, [{ m: "0" }, { m: "1" }, { m: "2" }]);
  // What selects after a sort may let anything through: nothing is let go before it.
  assert.deepEqual(run("fields @message as m | sort m asc | filter m > 4997 | limit 1", many, 10).rows, [{ m: "4998" }]);
});

test("every event's line has a pointer to it, statistics have none", () => {
  const pointers = (query: string) => {
    const parsed = parseQuery(query, start, 10);
    if (isRefusal(parsed)) return assert.fail(parsed.message);
    const execution = parsed.start();
    execution.add(new Row({ time: 5, ingested: 6, message: "m", stream: "s", place: 7 }, new Map(), "g", discoverer([])));
    return execution.finish().map((row) => row.find(({ field }) => field === "@ptr")?.value);
  };
  assert.deepEqual(pointers("fields @message"), [eventId({ time: 5, place: 7 })]);
  assert.deepEqual(pointers("stats count(*)"), [undefined]);
});

test("what can't be read is refused, with its place", () => {
  const refused: readonly (readonly [string, string])[] = [
    ["", "unexpected symbol found the end of the query at line 1 and position 1"],
    ["fields", "unexpected symbol found the end of the query at line 1 and position 7"],
    ["fields @message |", "unexpected symbol found the end of the query at line 1 and position 18"],
    ["fields @message\n| filtr x", "unexpected symbol found filtr at line 2 and position 3"],
    ["fields (a", "unexpected symbol found the end of the query at line 1 and position 10"],
    ["fields a b", "unexpected symbol found b at line 1 and position 10"],
    ["filter a ? b", "unexpected symbol found ? at line 1 and position 10"],
    ["filter a like b", "unexpected symbol found b at line 1 and position 15"],
    ["filter a like /(/", "invalid regular expression /(/ at line 1 and position 15"],
    ["filter a not b", "unexpected symbol found b at line 1 and position 14"],
    ["stats nope(x)", "the function nope is unknown, or has no place here"],
    ["fields count(*)", "the function count is unknown, or has no place here"],
    ["stats bytes", "stats needs a function like count(*)"],
    ["stats sum(*)", "the function sum takes other arguments"],
    ["stats pct(x)", "the function pct takes other arguments"],
    ["fields abs(1, 2)", "the function abs takes other arguments"],
    ["stats count(*) by bin(5x)", "unexpected symbol found 5x) at line 1 and position 23"],
    ["stats count(*) by bin(5)", "the function bin takes other arguments"],
    ["fields 5m", "a period of time has no place here"],
    ["limit 0", "a limit is a number from 1 to 100000, at line 1 and position 7"],
    ["limit x", "a limit is a number from 1 to 100000, at line 1 and position 7"],
    ['parse @message "a * b *" as x', "a pattern with 2 wildcards needs as many names at line 1 and position 16"],
    ["pattern @message", "the command pattern is not supported at line 1 and position 1"],
    [`fields ${"(".repeat(2000)}1`, "the query is nested too deeply at line 1 and position 108"],
    [`fields ${"-".repeat(9000)}1`, "the query is nested too deeply at line 1 and position 108"],
  ];
  for (const [query, message] of refused) {
    const parsed = parseQuery(query, start, 10);
    assert.ok(isRefusal(parsed), `${query} was not refused`);
    assert.deepEqual([parsed.refused, parsed.message], ["MalformedQueryException", message], query.slice(0, 60));
  }
});
