/** `bailey logs`: command lines, questions on small logs, and what people read. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { type Cell, type Flows, openFlows } from "../../../src/io/flow-query.ts";
import { answersTo, selectionOf } from "../../../src/cli/logs-diagnose.ts";
import { readFlow } from "../../../src/cli/logs-flow.ts";
import { lacks } from "../../../src/cli/logs-observed.ts";
import { answerOf, formOf, written } from "../../../src/cli/logs-output.ts";
import { readLimit } from "../../../src/cli/logs-query.ts";
import { readTime, readWindow } from "../../../src/cli/logs-source.ts";
import { admittedFlows, observedNeeds, refusals, refusedFlows, rejected, talkers, topTalkers } from "../../../src/cli/logs-sql.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

const messageOf = (value: unknown): string => (isRefusal(value) ? value.message : "not refused");

async function gathered<T>(pieces: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}

const now = Date.parse("2026-05-06T07:08:09Z") / 1000;
for (const [text, time] of [
  ["90s", now - 90], ["30m", now - 1800], ["1h", now - 3600], ["7d", now - 604_800], ["2w", now - 1_209_600],
  ["2026-05-06T07:00:00Z", now - 489], ["2026-05-06T09:00:00+02:00", now - 489], ["2026-05-06T07:00:00", now - 489], ["2026-05-06", now - 25_689],
  ["1778051289", 1_778_051_289], ["soon", undefined], ["1y", undefined], ["-1h", undefined], ["", undefined], ["05/06/2026", undefined],
] as const) {
  test(`time ${text}: ${time}`, () => assert.equal(readTime(text, now), time));
}

test("windows: both ends, one, none, and none that is a time", () => {
  assert.deepEqual(readWindow({ since: "1h", until: "30m" }, now), { since: now - 3600, until: now - 1800 });
  assert.deepEqual(readWindow({}, now), {});
  assert.match(messageOf(readWindow({ until: "never" }, now)), /--until is a time .* not 'never'/);
});

for (const [text, flow] of [
  ["tcp 10.0.1.5:43210 > 10.0.2.10:5432", { protocol: 6, source: "10.0.1.5", sourcePort: 43210, destination: "10.0.2.10", port: 5432 }],
  ["udp 10.0.1.5 to [2001:DB8::1]:53", { protocol: 17, source: "10.0.1.5", destination: "2001:db8::1", port: 53 }],
  ["icmpv6 2001:db8::5 → 2001:db8::1", { protocol: 58, source: "2001:db8::5", destination: "2001:db8::1" }],
  ["47  10.0.0.1   -> 10.0.0.2", { protocol: 47, source: "10.0.0.1", destination: "10.0.0.2" }],
] as const) {
  test(`flow: ${text}`, () => assert.deepEqual(readFlow(text), flow));
}
for (const [text, message] of [
  ["tcp 10.0.0.1", /a flow is PROTOCOL/], ["all 10.0.0.1 > 10.0.0.2", /a flow is PROTOCOL/], ["tcp 10.0.0.1 < 10.0.0.2", /a flow is PROTOCOL/],
  ["tcp 10.0.0.1 > 10.0.0.2 now", /a flow is PROTOCOL/], ["tcp 10.0.0 > 10.0.0.2", /'10\.0\.0' is no address/],
  ["icmp 10.0.0.1 > 10.0.0.2:8", /icmp has no ports/], ["tcp 10.0.0.1:65536 > 10.0.0.2", /not '65536'/],
] as const) {
  test(`no flow: ${text}`, () => assert.match(messageOf(readFlow(text)), message));
}

test("why-rejected: flags choose, beside the words or alone", () => {
  assert.deepEqual(selectionOf({ interface: "eni-1", port: "22" }, ["tcp", "10.0.0.1", "to", "10.0.0.2"]), {
    interface: "eni-1", protocol: 6, source: "10.0.0.1", destination: "10.0.0.2", port: 22,
  });
  assert.deepEqual(selectionOf({ "source-port": "0", protocol: "udp", source: "10.0.0.1" }, []), { sourcePort: 0, protocol: 17, source: "10.0.0.1" });
  for (const [flags, message] of [[{}, /a flow is expected/], [{ port: "x" }, /--port is a number/], [{ protocol: "all" }, /--protocol is tcp/]] as const) {
    assert.match(messageOf(selectionOf(flags, [])), message);
  }
  const there = { interface: "eni-1", protocol: 6, source: "10.0.0.1", destination: "10.0.0.2", port: 22, sourcePort: 7 };
  assert.deepEqual(answersTo(there), { interface: "eni-1", protocol: 6, source: "10.0.0.2", destination: "10.0.0.1", port: 7, sourcePort: 22 });
});

test("limits and forms", () => {
  assert.deepEqual([readLimit(undefined, 7), readLimit("12", 7)], [7, 12]);
  for (const text of ["0", "-1", "x", "1.5"]) assert.match(messageOf(readLimit(text, 7)), /number from 1/);
  assert.deepEqual([formOf({}), formOf({ json: true }), formOf({ csv: true })], ["table", "json", "csv"]);
  assert.match(messageOf(formOf({ json: true, csv: true })), /either/);
});

const rows: Cell[][] = [["a,b", 1, null], ['say "x"\n', 2.5, true], ["10.0.0.1", 0, [1, "z"]]];
for (const [form, text] of [
  ["table", `TEXT      N    MORE\na,b       1    -\nsay "x"\n  2.5  true\n10.0.0.1  0    [1,"z"]\n`],
  ["csv", `text,n,more\r\n"a,b",1,\r\n"say ""x""\n",2.5,true\r\n10.0.0.1,0,"[1,""z""]"\r\n`],
  ["json", `[\n  {"text":"a,b","n":1,"more":null},\n  {"text":"say \\"x\\"\\n","n":2.5,"more":true},\n  {"text":"10.0.0.1","n":0,"more":[1,"z"]}\n]\n`],
] as const) {
  test(`rows as ${form}`, async () => {
    assert.equal((await gathered(written(answerOf(["text", "n", "more"], rows), form))).join(""), text);
  });
}

test("csv quotes what has a line's end, a comma or a quote in it", async () => {
  const cells = ["two\nlines", "a\rb", "a,b", 'a"b', "a b"];
  const text = (await gathered(written(answerOf(["cell"], cells.map((cell) => [cell])), "csv"))).join("");
  assert.equal(text, 'cell\r\n"two\nlines"\r\n"a\rb"\r\n"a,b"\r\n"a""b"\r\na b\r\n');
});

test("no rows, and more than anybody reads", async () => {
  const all = async (many: Cell[][], form: "table" | "json" | "csv") => (await gathered(written(answerOf(["n"], many), form))).join("");
  assert.deepEqual([await all([], "json"), await all([], "csv"), await all([], "table")], ["[]\n", "n\r\n", "N\n"]);
  const many = Array.from({ length: 10_001 }, (_, n) => [n]);
  assert.match(await all(many, "table"), /\n9999\n… the first 10000 rows; --csv or --json writes all\n$/);
  assert.equal((JSON.parse(await all(many, "json")) as unknown[]).length, 10_001);
});

const directory = fs.mkdtempSync(path.join(os.tmpdir(), "logs-"));
after(() => fs.rmSync(directory, { recursive: true }));
const header = "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags pkt-srcaddr flow-direction bailey-rule";

/** Lines of `interface source destination sport dport protocol packets bytes start end action flags …`; what is left out is -. */
async function logOf(lines: readonly string[]): Promise<Flows> {
  const at = path.join(directory, `${Math.random()}.log`);
  const width = header.split(" ").length;
  const whole = lines.map((line) => [...line.split(" "), ...Array<string>(width).fill("-")].slice(0, width).join(" "));
  fs.writeFileSync(at, `${[header, ...whole].join("\n")}\n`);
  const flows = await openFlows([at]);
  return isRefusal(flows) ? assert.fail(flows.message) : flows;
}

/** What a question answers, named columns only, each row as words. */
async function asked(lines: readonly string[], sql: string, columns?: readonly string[]): Promise<string[]> {
  const flows = await logOf(lines);
  const answer = await flows.query(sql);
  if (isRefusal(answer)) return assert.fail(answer.message);
  const at = (columns ?? answer.columns).map((name) => answer.columns.indexOf(name));
  const all = (await gathered(answer.rows)).flat();
  flows.close();
  return all.map((row) => at.map((each) => String(row[each] as string | number | boolean | null)).join(" "));
}

const traffic = [
  "eni-1 10.0.0.1 10.0.0.2 40000 80 6 10 1000 100 160 ACCEPT",
  "eni-1 10.0.0.1 10.0.0.2 40001 80 6 5 500 160 220 ACCEPT",
  "eni-2 10.0.0.9 10.0.0.3 40002 22 6 7 5000 160 220 REJECT 2 10.7.7.7",
  "eni-2 10.0.0.4 10.0.0.3 40003 22 6 1 40 220 280 REJECT",
  "eni-2 10.0.0.4 10.0.0.3 40003 53 17 2 80 220 280 REJECT - - - acl-1:100:ingress",
  "eni-3 - - - - - - - 220 280 -",
];
test("what two interfaces saw of the same packets counts once among the top talkers, what each saw alone counts too", async () => {
  const both = [
    "eni-1 10.0.0.1 10.0.0.2 40000 80 6 10 1000 100 160 ACCEPT",
    "eni-2 10.0.0.1 10.0.0.2 40000 80 6 10 1000 100 160 ACCEPT",
    "eni-1 10.0.0.1 10.0.0.2 40001 81 6 3 300 100 160 ACCEPT",
    "eni-2 10.0.0.1 10.0.0.2 40001 81 6 3 300 100 160 REJECT",
    "eni-3 10.0.0.1 10.0.0.3 40000 80 6 2 70 100 160 ACCEPT",
  ];
  assert.deepEqual(await asked(both, topTalkers(talkers.pair, {}, 9)), ["10.0.0.1 10.0.0.2 1300 13 4", "10.0.0.1 10.0.0.3 70 2 1"]);
  assert.deepEqual(await asked(both, topTalkers(talkers.src, {}, 9)), ["10.0.0.1 1370 15 5"]);
  assert.deepEqual(await asked(both, topTalkers(talkers.interface, {}, 9)), ["eni-1 1300 13 2", "eni-2 1300 13 2", "eni-3 70 2 1"]);
});

for (const [name, sql, answer] of [
  ["top talkers by pair", topTalkers(talkers.pair, {}, 2), ["10.7.7.7 10.0.0.3 5000 7 1", "10.0.0.1 10.0.0.2 1500 15 2"]],
  ["by source", topTalkers(talkers.src, { since: 200 }, 9), ["10.7.7.7 5000 7 1", "10.0.0.1 500 5 1", "10.0.0.4 120 3 2"]],
  ["by destination", topTalkers(talkers.dst, { until: 160 }, 9), ["10.0.0.2 1000 10 1"]],
  ["by port", topTalkers(talkers.port, {}, 9), ["6 22 5040 8 2", "6 80 1500 15 2", "17 53 80 2 1"]],
  ["by interface", topTalkers(talkers.interface, {}, 9), ["eni-2 5120 10 3", "eni-1 1500 15 2"]],
  ["rejected by port", rejected(refusals.port, {}, 9), ["6 22 8 2", "17 53 2 1"]],
  ["rejected by source", rejected(refusals.source, {}, 1), ["10.7.7.7 7 1"]],
  ["rejected by interface", rejected(refusals.interface, { since: 221 }, 9), ["eni-2 3 2"]],
  ["rejected by rule", rejected(refusals.rule, {}, 9), ["null null 8 2", "acl-1:100:ingress null 2 1"]],
] as const) {
  test(`question: ${name}`, async () => assert.deepEqual(await asked(traffic, sql), answer));
}

const kinds = ["interface_id", "source", "destination", "reply", "port", "client", "client_to", "packets", "records"];
test("admitted traffic: clients' ports are one, and who answers is known by flags, else by ports", async () => {
  assert.deepEqual((await asked([
    "eni-1 10.0.0.1 10.0.0.2 40000 80 6 1 40 100 160 ACCEPT",
    "eni-1 10.0.0.1 10.0.0.2 40007 80 6 2 40 100 160 ACCEPT",
    "eni-1 10.0.0.2 10.0.0.1 80 40007 6 4 40 100 160 ACCEPT",
    "eni-1 10.0.0.1 10.0.0.2 80 40009 6 8 40 100 160 ACCEPT 2",
    "eni-1 10.0.0.1 10.0.0.2 80 40009 6 16 40 160 220 ACCEPT 1",
    "eni-1 10.0.0.2 10.0.0.1 40009 80 6 32 40 100 160 ACCEPT 19",
    "eni-1 10.0.0.1 10.0.0.2 123 123 17 64 40 100 160 ACCEPT",
    "eni-1 10.0.0.1 10.0.0.2 0 0 1 128 40 100 160 ACCEPT",
    "eni-1 10.0.0.1 10.0.0.2 40000 81 6 256 40 100 160 REJECT",
  ], admittedFlows({}), kinds)).toSorted(), [
    "eni-1 10.0.0.1 10.0.0.2 false 0 0 0 128 1",
    "eni-1 10.0.0.1 10.0.0.2 false 123 123 123 64 1",
    "eni-1 10.0.0.1 10.0.0.2 false 40009 80 80 24 2",
    "eni-1 10.0.0.1 10.0.0.2 false 80 40000 40007 3 2",
    "eni-1 10.0.0.2 10.0.0.1 true 40009 80 80 32 1",
    "eni-1 10.0.0.2 10.0.0.1 true 80 40007 40007 4 1",
  ]);
});

const question = "eni-1 10.0.0.1 10.0.0.2 40000 5432 6 9 40 100 160 ACCEPT";
const answered = [...kinds.slice(1, 5), "answered", "passed"];
for (const [name, lines, found] of [
  ["its question was admitted there", [question, "eni-1 10.0.0.2 10.0.0.1 5432 40000 6 4 40 100 160 REJECT"], ["10.0.0.2 10.0.0.1 true 5432 true false"]],
  ["its question was admitted elsewhere", [question.replace("eni-1", "eni-2"), "eni-1 10.0.0.2 10.0.0.1 5432 40000 6 4 40 100 160 REJECT"],
    ["10.0.0.2 10.0.0.1 false 40000 false false"]],
  ["a question of another port was", [question, "eni-1 10.0.0.2 10.0.0.1 5432 40001 6 4 40 100 160 REJECT"], ["10.0.0.2 10.0.0.1 false 40001 false false"]],
  ["an answered ping", ["eni-1 10.0.0.1 10.0.0.2 0 0 1 9 40 100 160 ACCEPT", "eni-1 10.0.0.2 10.0.0.1 0 0 1 4 40 100 160 REJECT"],
    ["10.0.0.2 10.0.0.1 true 0 true false"]],
  ["the same passed before", [question, "eni-1 10.0.0.1 10.0.0.2 40000 5432 6 4 40 160 220 REJECT"], ["10.0.0.1 10.0.0.2 false 5432 false true"]],
  ["both ways passed before, and it is late", [question, "eni-1 10.0.0.2 10.0.0.1 5432 40000 6 9 40 100 160 ACCEPT", "eni-1 10.0.0.1 10.0.0.2 40000 5432 6 4 40 160 220 REJECT"],
    ["10.0.0.1 10.0.0.2 false 5432 true true"]],
  ["nothing that was admitted is in the logs: low ports are servers'", ["eni-1 10.0.0.2 10.0.0.1 5432 40000 6 4 40 100 160 REJECT"], ["10.0.0.2 10.0.0.1 true 5432 false false"]],
  ["but SYN says otherwise", ["eni-1 10.0.0.2 10.0.0.1 5432 40000 6 4 40 100 160 REJECT 2"], ["10.0.0.2 10.0.0.1 false 40000 false false"]],
  ["SYN-ACK is an answer", [question.replace("5432", "99"), "eni-1 10.0.0.2 10.0.0.1 50000 40000 6 4 40 100 160 REJECT 18"], ["10.0.0.2 10.0.0.1 true 50000 false false"]],
] as const) {
  test(`refused traffic: ${name}`, async () => assert.deepEqual(await asked(lines, refusedFlows({}, {}, 9), answered), found));
}

test("refused traffic: what is asked about, and the most first", async () => {
  const lines = [
    "eni-1 10.0.0.1 10.0.0.2 40000 22 6 1 40 100 160 REJECT", "eni-1 10.0.0.1 10.0.0.2 40000 23 6 5 40 100 160 REJECT",
    "eni-2 10.0.0.3 10.0.0.2 40000 22 6 3 40 100 160 REJECT", "eni-2 10.0.0.3 10.0.0.2 40000 22 17 2 40 100 160 REJECT",
  ];
  const ports = (selection: object, limit = 9) => asked(lines, refusedFlows({}, selection, limit), ["packets"]);
  assert.deepEqual(await ports({}), ["5", "3", "2", "1"]);
  assert.deepEqual(await ports({}, 2), ["5", "3"]);
  assert.deepEqual(await ports({ interface: "eni-1" }), ["5", "1"]);
  assert.deepEqual(await ports({ source: "10.0.0.3", protocol: 17 }), ["2"]);
  assert.deepEqual(await ports({ port: 22, destination: "10.0.0.2" }), ["3", "2", "1"]);
  assert.deepEqual(await ports({ sourcePort: 40001 }), []);
  assert.deepEqual(await ports({ interface: "eni-' OR ''='" }), []);
});

test("logs that lack what a question needs are refused by the field's name", () => {
  const all = ["interface_id", "pkt_srcaddr", "dstaddr", "srcport", "dstport", "protocol", "action"];
  assert.equal(lacks(new Set(all), observedNeeds), undefined);
  assert.match(messageOf(lacks(new Set(all.slice(1)), observedNeeds)), /no interface-id/);
  assert.match(messageOf(lacks(new Set(all.filter((name) => name !== "pkt_srcaddr")), observedNeeds)), /no srcaddr/);
  assert.equal(lacks(new Set(), observedNeeds), undefined);
});

const main = path.join(import.meta.dirname, "..", "..", "..", "src", "cli", "main.ts");
const log = path.join(directory, "whole.log");
fs.writeFileSync(log, "srcaddr dstport protocol packets action\n10.0.0.1 22 6 3 REJECT\n10.0.0.1 22 6 4 REJECT\ntorn\n");
for (const [args, code, out, error] of [
  [["logs"], 0, /Questions:\n {2}query /, /^$/],
  [["logs", "quary"], 2, /^$/, /did you mean query\?/],
  [["logs", "query"], 2, /^$/, /SQL is expected\nbailey logs query --help shows how/],
  [["logs", "query", "SELECT sum(packets) AS n FROM flows", "--csv", "--files", log], 0, /^n\r\n7\r\n$/, /passed over: 1, the first at .*whole\.log:4/],
  [["logs", "query", "SELECT", "--files", log], 1, /^$/, /^bailey: SELECT clause without selection list/],
  [["logs", "query", "SELECT 1 / CAST('x' AS INTEGER)", "--files", log], 1, /^$/, /Could not convert string 'x'/],
  [["logs", "query", "SELECT CASE WHEN packets > 3 THEN error('too many') END FROM flows", "--files", log], 1, /^$/, /^bailey: too many/],
  [["logs", "rejected", "--files", log], 0, /^PROTOCOL {2}PORT {2}PACKETS {2}RECORDS\n6 {9}22 {4}7 {8}2\n$/, /.*/],
  [["logs", "rejected", "--by", "colour", "--files", log], 2, /^$/, /--by is one of port, source, interface, rule, not 'colour'/],
  [["logs", "top-talkers", "--files", log], 1, /^$/, /no dstaddr, which this question needs/],
  [["logs", "query", "SELECT 1", "--files", `${log}.gone`], 1, /^$/, /nothing is called .*gone/],
  [["logs", "query", "SELECT 1", "--files", log, "--s3", "s3://b"], 2, /^$/, /either --files or --s3/],
  [["logs", "query", "SELECT 1", "--s3", "https://b"], 2, /^$/, /--s3 is s3:\/\/BUCKET/],
  [["logs", "query", "SELECT 1", "--files", log, "--format", "${nope}"], 2, /^$/, /--format: Unknown field in LogFormat: nope/],
  [["logs", "query", "SELECT 1", "--state", directory], 1, /^$/, /there are no flow records in .*flow-logs/],
  [["logs", "unused-rules", "--state", directory, "--files", log], 1, /^$/, /no interface-id/],
] as const) {
  test(`bailey ${args.join(" ").replaceAll(directory, "…")}: ${code}`, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], { encoding: "utf8" });
    assert.deepEqual([status, stderr], [code, stderr]);
    assert.match(stdout, out);
    assert.match(stderr, error);
  });
}
