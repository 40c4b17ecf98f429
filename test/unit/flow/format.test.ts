import assert from "node:assert/strict";
import { test } from "node:test";
import { columnOf, type Field, fieldNamed, fields } from "../../../src/flow/field.ts";
import { compileLine, defaultFormat, type Format, formatOf, headerOf, parseFormat } from "../../../src/flow/format.ts";
import { decodeTag, parseLine, readHeader } from "../../../src/flow/parse.ts";
import type { FlowRecord } from "../../../src/flow/record.ts";
import { isRefusal } from "../../../src/values/refuse.ts";
import { Random, seed } from "../../random.ts";
import { countOf, recordOf } from "./records.ts";
import { vectors } from "./vectors.ts";

const tokens = (names: string): string => names.split(" ").map((name) => `\${${name}}`).join(" ");

function format(names: string): Format {
  const parsed = parseFormat(tokens(names));
  assert.ok(!isRefusal(parsed), JSON.stringify(parsed));
  return parsed;
}

const write = (names: string, record: FlowRecord): string => compileLine(format(names))(record);

for (const { name, format: names, record, line } of vectors) {
  test(`documented: ${name}`, () => {
    assert.equal(write(names, record), line);
    const columns = readHeader(names);
    assert.ok(columns);
    const row = parseLine(columns, line);
    assert.deepEqual(
      names.split(" ").map((field) => row?.get(field) ?? "-"),
      line.split(" ").map((word, at) => (columns[at]?.type === "STRING" || word === "-" ? word : Number(word))),
    );
  });
}

/** Amazon's table: every field with its version and its Parquet type. */
const table = `
version 2 INT_32 | account-id 2 STRING | interface-id 2 STRING | srcaddr 2 STRING | dstaddr 2 STRING | srcport 2 INT_32
dstport 2 INT_32 | protocol 2 INT_32 | packets 2 INT_64 | bytes 2 INT_64 | start 2 INT_64 | end 2 INT_64 | action 2 STRING
log-status 2 STRING | vpc-id 3 STRING | subnet-id 3 STRING | instance-id 3 STRING | tcp-flags 3 INT_32 | type 3 STRING
pkt-srcaddr 3 STRING | pkt-dstaddr 3 STRING | region 4 STRING | az-id 4 STRING | sublocation-type 4 STRING | sublocation-id 4 STRING
pkt-src-aws-service 5 STRING | pkt-dst-aws-service 5 STRING | flow-direction 5 STRING | traffic-path 5 INT_32
ecs-cluster-arn 7 STRING | ecs-cluster-name 7 STRING | ecs-container-instance-arn 7 STRING | ecs-container-instance-id 7 STRING
ecs-container-id 7 STRING | ecs-second-container-id 7 STRING | ecs-service-name 7 STRING | ecs-task-definition-arn 7 STRING
ecs-task-arn 7 STRING | ecs-task-id 7 STRING | reject-reason 8 STRING | resource-id 9 STRING | encryption-status 10 INT_32
instance-tag 11 STRING | instance-tag-2 11 STRING | interface-tag 11 STRING | interface-tag-2 11 STRING | asg-tag 11 STRING
asg-tag-2 11 STRING | interface-type 11 STRING | next-hop-interface-id 11 STRING | next-hop-subnet-id 11 STRING
next-hop-az-id 11 STRING | next-hop-vpc-id 11 STRING | next-hop-interface-type 11 STRING
bailey-rule 0 STRING | bailey-gate 0 STRING | bailey-tracked 0 STRING | bailey-revision 0 INT_64`;

test("the fields are those of Amazon's table, in its order, and ours", () => {
  const expected = table.trim().split(/\s*[|\n]\s*/);
  assert.deepEqual(fields.map(({ name, version, type }) => `${name} ${version} ${type}`), expected);
  assert.equal(columnOf(fieldNamed("pkt-src-aws-service") as Field), "pkt_src_aws_service");
});

test("the default format", () => {
  assert.equal(
    defaultFormat.text,
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}",
  );
  assert.equal(headerOf(defaultFormat), "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status");
});

const versions: readonly [names: string, version: number][] = [
  ["version", 2],
  ["version vpc-id", 3],
  ["vpc-id version region srcaddr", 4],
  ["version traffic-path", 5],
  ["version ecs-task-id", 7],
  ["version reject-reason ecs-task-id", 8],
  ["version resource-id", 9],
  ["version encryption-status", 10],
  ["version interface-type encryption-status", 11],
  ["version bailey-rule bailey-revision", 2],
  ["version bailey-gate tcp-flags", 3],
];
for (const [names, version] of versions) {
  test(`${names} is version ${version}`, () => {
    assert.equal(format(names).version, version);
    const words = write(names, recordOf(countOf("10.0.0.1:1 > 10.0.0.2:2"))).split(" ");
    assert.equal(words[names.split(" ").indexOf("version")], String(version));
  });
}

const malformed = [
  "", " ", "version", "${version} ", " ${version}", "${version}  ${start}", "${version}${start}", "${version},${start}", "${}", "${version",
  "$version", "{version}", "${version}\t${start}", "${version}\n", "$${version}", "${ version }",
];
for (const text of malformed) {
  test(`${JSON.stringify(text)} is no format`, () =>
    assert.deepEqual(parseFormat(text), {
      refused: "InvalidParameter",
      message: `1 validation error detected: Value '${text}' at 'logFormat' has an invalid format`,
    }));
}

for (const name of ["bailey", "Version", "tgw-id", "src_addr", "constructor", "version2"]) {
  test(`${name} is no field`, () =>
    assert.deepEqual(parseFormat(tokens(`version ${name} start`)), { refused: "InvalidParameter", message: `Unknown field in LogFormat: ${name}` }));
}

test("any choice of fields, and no other text, is a format; its lines are read back", () => {
  const random = new Random(seed);
  const line = fullRecord();
  for (let times = 0; times < 500; times++) {
    const chosen = Array.from({ length: random.between(1, 12) }, () => random.pick(fields));
    const { text } = formatOf(chosen);
    const parsed = format(chosen.map(({ name }) => name).join(" "));
    assert.equal(parsed.text, text);
    const words = compileLine(parsed)(line).split(" ");
    assert.equal(words.length, chosen.length);
    const columns = readHeader(headerOf(parsed));
    assert.ok(columns && parseLine(columns, words.join(" ")), text);
    const at = random.between(0, text.length);
    const broken = text.slice(0, at) + random.pick([" ", "$", "{", "}", "x", "-"]) + text.slice(at);
    assert.ok(isRefusal(parseFormat(broken)), broken);
  }
});

/** A record in which every field has a value, and no two the same. */
function fullRecord(): FlowRecord {
  return recordOf(countOf("10.1.2.3:4321 > 10.1.2.99:8443", { direction: "egress", action: "REJECT", gate: "acl out" }), {
    primary4: "10.1.2.77",
    instance: "i-01234567890123456",
    trafficPath: 4,
    interfaceType: "nat_gateway",
    nextHop: { interface: "eni-2", subnet: "subnet-2", zoneId: "apse2-az1", vpc: "vpc-2", type: "vpc_endpoint" },
    tags: { "instance-tag": "a b", "instance-tag-2": "-", "interface-tag": "ü", "interface-tag-2": "x/y=z%", "asg-tag": "\ud800", "asg-tag-2": "" },
    foreign: { "ecs-task-id": "t-1", "reject-reason": "BPA" },
    decided: { rule: "acl-1:100:egress", gate: "acl out", tracked: false, revision: 42 },
  });
}

const values: readonly [name: string, value: string][] = [
  ["srcaddr", "10.1.2.77"],
  ["dstaddr", "10.1.2.99"],
  ["pkt-srcaddr", "10.1.2.3"],
  ["pkt-dstaddr", "10.1.2.99"],
  ["srcport", "4321"],
  ["dstport", "8443"],
  ["traffic-path", "4"],
  ["flow-direction", "egress"],
  ["interface-type", "nat_gateway"],
  ["next-hop-interface-id", "eni-2"],
  ["next-hop-subnet-id", "subnet-2"],
  ["next-hop-az-id", "apse2-az1"],
  ["next-hop-vpc-id", "vpc-2"],
  ["next-hop-interface-type", "vpc_endpoint"],
  ["instance-tag", "a%20b"],
  ["instance-tag-2", "%2D"],
  ["interface-tag", "%C3%BC"],
  ["interface-tag-2", "x%2Fy%3Dz%25"],
  ["asg-tag", "%EF%BF%BD"],
  ["asg-tag-2", "-"],
  ["ecs-task-id", "t-1"],
  ["ecs-task-arn", "-"],
  ["reject-reason", "BPA"],
  ["bailey-rule", "acl-1:100:egress"],
  ["bailey-gate", "acl-out"],
  ["bailey-tracked", "untracked"],
  ["bailey-revision", "42"],
];
for (const [name, value] of values) test(`${name} is told as ${value}`, () => assert.equal(write(name, fullRecord()), value));

test("tags are read back as they were", () => {
  for (const tag of ["a b", "-", "ü", "x/y=z%"]) {
    assert.equal(decodeTag(write("instance-tag", recordOf(countOf("10.0.0.1:1 > 10.0.0.2:2"), { tags: { "instance-tag": tag } }))), tag);
  }
  assert.equal(decodeTag("%zz"), undefined);
});

const own: readonly [what: string, flow: string, direction: "ingress" | "egress", rest: Partial<FlowRecord>, line: string][] = [
  ["a secondary address, in", "10.9.0.1:1 > 10.0.0.6:2", "ingress", { primary4: "10.0.0.5", ownAddresses: ["10.0.0.5", "10.0.0.6"] }, "10.9.0.1 10.0.0.5 10.9.0.1 10.0.0.6"],
  ["a secondary address, out", "10.0.0.6:2 > 10.9.0.1:1", "egress", { primary4: "10.0.0.5", ownAddresses: ["10.0.0.5", "10.0.0.6"] }, "10.0.0.5 10.9.0.1 10.0.0.6 10.9.0.1"],
  ["another's source, in, is never the own side", "10.0.0.5:2 > 10.0.0.5:1", "ingress", { primary4: "10.0.0.7" }, "10.0.0.5 10.0.0.7 10.0.0.5 10.0.0.5"],
  ["transit of IPv6", "[2001:db8::1]:2 > [2001:db8::2]:1", "ingress", { primary4: "10.0.0.7", ownAddresses: ["10.0.0.7", "2001:db8::7"] }, "2001:db8::1 2001:db8::7 2001:db8::1 2001:db8::2"],
  ["IPv6 of an interface that has none", "[2001:db8::1]:2 > [2001:db8::2]:1", "egress", { primary4: "10.0.0.7", ownAddresses: ["10.0.0.7"] }, "2001:db8::1 2001:db8::2 2001:db8::1 2001:db8::2"],
];
for (const [what, flow, direction, rest, line] of own) {
  test(`addresses: ${what}`, () => assert.equal(write("srcaddr dstaddr pkt-srcaddr pkt-dstaddr", recordOf(countOf(flow, { direction }), rest)), line));
}

test("a record without data keeps what identifies it, in every format", () => {
  const { count: _count, ...rest } = fullRecord();
  const line = compileLine(formatOf(fields))({ ...rest, status: "SKIPDATA" });
  const told = fields.flatMap(({ name }, at) => (line.split(" ")[at] === "-" ? [] : [`${name}=${line.split(" ")[at]}`]));
  assert.deepEqual(told, ["version=11", "account-id=123456789010", "interface-id=eni-1235b8ca123456789", "start=1700000000", "end=1700000060", "log-status=SKIPDATA"]);
});

test("the gate of a refused count is told where nobody said what decided", () => {
  assert.equal(write("bailey-gate bailey-rule", recordOf(countOf("10.0.0.1:1 > 10.0.0.2:2", { gate: "source check" }))), "source-check -");
});

const headers: readonly [line: string, columns: string | undefined][] = [
  ["version account-id srcaddr", "version:INT_32 account-id:STRING srcaddr:STRING"],
  ["version tgw-id packets-lost-mtu-exceeded bytes", "version:INT_32 tgw-id:STRING packets-lost-mtu-exceeded:STRING bytes:INT_64"],
  ["2 123456789010 eni-1 - - - - - - - 1 2 - NODATA", undefined],
  ["ingress", undefined],
  ["", undefined],
];
for (const [line, columns] of headers) {
  test(`"${line}" ${columns === undefined ? "is no header" : "is a header"}`, () =>
    assert.equal(readHeader(line)?.map(({ name, type }) => `${name}:${type}`).join(" "), columns));
}

const lines: readonly [line: string, read: Record<string, string | number> | undefined][] = [
  ["10.0.0.1  7   1418530010", { srcaddr: "10.0.0.1", packets: 7, start: 1_418_530_010 }],
  ["- - 1418530010123\r", { start: 1_418_530_010 }],
  ["10.0.0.1 7", undefined],
  ["10.0.0.1 7 8 9", undefined],
  ["10.0.0.1 seven 8", undefined],
  ["10.0.0.1 -7 8", undefined],
  ["10.0.0.1 9007199254740993 8", undefined],
];
for (const [line, read] of lines) {
  test(`"${line}" ${read ? "is read" : "is no record"}`, () => {
    const row = parseLine(readHeader("srcaddr packets start") ?? [], line);
    assert.deepEqual(row && Object.fromEntries(row), read);
  });
}
