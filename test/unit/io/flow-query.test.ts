import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { parseFormat } from "../../../src/flow/format.ts";
import { type Cell, type Flows, openFlows } from "../../../src/io/flow-query.ts";
import { findFiles, inspect, mayHold } from "../../../src/io/flow-sources.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

const directory = fs.mkdtempSync(path.join(os.tmpdir(), "flow-query-"));
after(() => fs.rmSync(directory, { recursive: true }));
let written = 0;

function file(name: string, content: string | Buffer): string {
  const at = path.join(directory, String(++written), name);
  fs.mkdirSync(path.dirname(at), { recursive: true });
  fs.writeFileSync(at, content);
  return at;
}
const gzipped = (lines: readonly string[]): string => file("some.log.gz", gzipSync(`${lines.join("\n")}\n`));

/** Parquet, as the SQL says it. */
async function parquet(select: string): Promise<string> {
  const at = file("some.log.parquet", "");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (${select}) TO '${at}' (FORMAT parquet, COMPRESSION gzip)`);
  connection.closeSync();
  instance.closeSync();
  return at;
}

async function opened(paths: readonly string[], format?: string): Promise<Flows> {
  const parsed = format === undefined ? undefined : parseFormat(format);
  if (isRefusal(parsed)) return assert.fail(parsed.message);
  const flows = await openFlows(paths, parsed?.fields);
  return isRefusal(flows) ? assert.fail(flows.message) : flows;
}

async function rowsOf(flows: Flows, sql: string): Promise<Cell[][]> {
  const answer = await flows.query(sql);
  if (isRefusal(answer)) return assert.fail(answer.message);
  const all: Cell[][] = [];
  for await (const rows of answer.rows) all.push(...rows.map((row) => [...row]));
  return all;
}

/** What a question finds in the files. */
async function asked(paths: readonly string[], sql: string, format?: string): Promise<Cell[][]> {
  const flows = await opened(paths, format);
  try {
    return await rowsOf(flows, sql);
  } finally {
    flows.close();
  }
}

const byDefault = [
  "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK",
  "2 123456789010 eni-1235b8ca123456789 172.31.9.69 172.31.9.12 49761 3389 6 20 4249 1418530010 1418530070 REJECT OK",
  "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA",
  "2 123456789010 eni-11111111aaaaaaaaa - - - - - - - 1431280876 1431280934 - SKIPDATA",
  "2 123456789010 eni-1235b8ca123456789 203.0.113.12 172.31.16.139 0 0 1 4 336 1432917027 1432917142 ACCEPT OK",
  "2 123456789010 eni-1235b8ca123456789 172.31.16.139 203.0.113.12 0 0 1 4 336 1432917094 1432917142 REJECT OK",
  "2 123456789010 eni-1235b8ca123456789 2001:db8:1234:a100:8d6e:3477:df66:f105 2001:db8:1234:a102:3304:8879:34cf:4071 34892 22 6 54 8855 1477913708 1477913820 ACCEPT OK",
];
const headline = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
const story = 'SELECT interface_id, srcaddr, dstport, protocol, bytes, "start", action, log_status FROM flows ORDER BY "start", action, srcaddr';
const told: Cell[][] = [
  ["eni-1235b8ca123456789", "172.31.16.139", 22, 6, 4249, 1418530010, "ACCEPT", "OK"],
  ["eni-1235b8ca123456789", "172.31.9.69", 3389, 6, 4249, 1418530010, "REJECT", "OK"],
  ["eni-1235b8ca123456789", null, null, null, null, 1431280876, null, "NODATA"],
  ["eni-11111111aaaaaaaaa", null, null, null, null, 1431280876, null, "SKIPDATA"],
  ["eni-1235b8ca123456789", "203.0.113.12", 0, 1, 336, 1432917027, "ACCEPT", "OK"],
  ["eni-1235b8ca123456789", "172.31.16.139", 0, 1, 336, 1432917094, "REJECT", "OK"],
  ["eni-1235b8ca123456789", "2001:db8:1234:a100:8d6e:3477:df66:f105", 22, 6, 8855, 1477913708, "ACCEPT", "OK"],
];
const inOrder = (rows: Cell[][]): string[] => rows.map((row) => JSON.stringify(row)).toSorted();

/** The default records as a Parquet file of Amazon's has them: text without a value is -. */
const asParquet = `
SELECT CAST(w[1] AS INTEGER) AS "version", w[2] AS account_id, w[3] AS interface_id, w[4] AS srcaddr, w[5] AS dstaddr, TRY_CAST(w[6] AS INTEGER) AS srcport,
  TRY_CAST(w[7] AS INTEGER) AS dstport, TRY_CAST(w[8] AS INTEGER) AS protocol, TRY_CAST(w[9] AS BIGINT) AS packets, TRY_CAST(w[10] AS BIGINT) AS bytes,
  CAST(w[11] AS BIGINT) AS "start", CAST(w[12] AS BIGINT) AS "end", w[13] AS action, w[14] AS log_status
FROM (SELECT string_split(line, ' ') AS w FROM (VALUES ${byDefault.map((line) => `('${line}')`).join(", ")}) AS t(line))`;

for (const [name, make] of [
  ["text without a header", () => file("export", `${byDefault.join("\n")}\n`)],
  ["text without a last newline", () => file("export.txt", byDefault.join("\n"))],
  ["gzip with a header", () => gzipped([headline, ...byDefault])],
  ["gzip without one", () => gzipped(byDefault)],
  ["lines that end as on Windows", () => file("windows.log", `${[headline, ...byDefault].join("\r\n")}\r\n`)],
  ["Parquet", () => parquet(asParquet)],
  ["Parquet with types of its own", () => parquet(`SELECT * REPLACE (CAST(protocol AS VARCHAR) AS protocol, CAST(dstport AS BIGINT) AS dstport, CAST("start" AS INTEGER) AS "start") FROM (${asParquet})`)],
  ["Parquet with hyphens", () => parquet(`SELECT * RENAME (interface_id AS "interface-id", log_status AS "log-status") FROM (${asParquet})`)],
] as const) {
  test(`the documented records of the default format: ${name}`, async () => {
    assert.deepEqual(inOrder(await asked([await make()], story)), inOrder(told));
  });
}

const formatT = "version vpc-id subnet-id instance-id interface-id account-id type srcaddr dstaddr srcport dstport pkt-srcaddr pkt-dstaddr protocol bytes packets start end action tcp-flags log-status";
const lineT = "3 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 i-01234567890123456 eni-1235b8ca123456789 123456789010 IPv4 52.213.180.42 10.0.0.62 43416 5001 52.213.180.42 10.0.0.62 6 568 8 1566848875 1566848933 ACCEPT 2 OK";
const format5 = "version srcaddr dstaddr srcport dstport protocol start end type packets bytes account-id vpc-id subnet-id instance-id interface-id region az-id sublocation-type sublocation-id action tcp-flags pkt-srcaddr pkt-dstaddr pkt-src-aws-service pkt-dst-aws-service traffic-path flow-direction log-status";
const line5 = "5 10.0.0.71 52.95.128.179 34210 80 6 1616729292 1616729349 IPv4 7 471 123456789012 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 i-0c50d5961bcb2d47b eni-1235b8ca123456789 ap-southeast-2 apse2-az3 - - ACCEPT 3 10.0.0.71 52.95.128.179 - S3 8 egress OK";

for (const [name, header, line, columns, row] of [
  ["bytes before packets", formatT, lineT, "bytes, packets, tcp_flags, pkt_dstaddr, flow_direction", [568, 8, 2, "10.0.0.62", null]],
  ["version 5", format5, line5, "az_id, sublocation_id, pkt_src_aws_service, pkt_dst_aws_service, traffic_path, flow_direction, reject_reason",
    ["apse2-az3", null, null, "S3", 8, "egress", null]],
  ["few fields", "flow-direction traffic-path srcaddr dstaddr srcport dstport encryption-status", "ingress - 10.0.133.8 10.0.128.55 43236 80 1",
    "flow_direction, traffic_path, encryption_status, action, packets", ["ingress", null, 1, null, null]],
  ["Bailey's own", "srcaddr bailey-rule bailey-gate bailey-tracked bailey-revision", "10.0.0.1 acl-1:100:ingress acl-in - 17",
    "bailey_rule, bailey_gate, bailey_tracked, bailey_revision", ["acl-1:100:ingress", "acl-in", null, 17]],
  ["a field that came later", "srcaddr a-new-field end", "10.0.0.1 7 1616729349", 'a_new_field, "end", srcaddr', ["7", 1616729349, "10.0.0.1"]],
  ["a transit gateway's", "version resource-type tgw-id srcaddr packets-lost-no-route", "6 TransitGateway tgw-1 10.0.0.1 5", "tgw_id, packets_lost_no_route, action", ["tgw-1", "5", null]],
  ["a field named twice", "srcaddr packets srcaddr", "10.0.0.1 7 10.0.0.1", "srcaddr, packets", ["10.0.0.1", 7]],
  ["times in milliseconds", "start end srcaddr", "1616729292123 1616729349456 10.0.0.1", '"start", "end"', [1616729292, 1616729349]],
] as const) {
  test(`custom formats: ${name}`, async () => {
    assert.deepEqual(await asked([gzipped([header, line])], `SELECT ${columns} FROM flows`), [row]);
  });
}

test("files of several formats are one view, and --format says what has no header", async () => {
  const paths = [gzipped([headline, ...byDefault]), gzipped([formatT, lineT]), file("bare", "10.9.9.9 7\n"), await parquet(asParquet), gzipped([headline, byDefault[0] ?? ""])];
  const flows = await opened(paths, "${srcaddr} ${packets}");
  assert.equal(flows.files, 5);
  assert.deepEqual([flows.columns.has("tcp_flags"), flows.columns.has("vpc_id"), flows.columns.has("az_id")], [true, true, false]);
  assert.deepEqual(await rowsOf(flows, "SELECT count(*), count(tcp_flags), sum(packets), count(*) FILTER (srcaddr = '10.9.9.9') FROM flows"), [
    [17, 1, 239, 1],
  ]);
  flows.close();
});

test("lines that fit no format are passed over, and told of", async () => {
  const at = gzipped([headline, byDefault[0] ?? "", "2 123456789010 eni-torn", `${byDefault[1]} surplus`, (byDefault[1] ?? "").replace("3389", "port")]);
  const flows = await opened([at]);
  assert.deepEqual(await rowsOf(flows, "SELECT dstport, bytes FROM flows"), [[22, 4249]]);
  assert.deepEqual(await flows.unreadable(), { lines: 3, first: `${at}:3` });
  flows.close();
  const fine = await opened([gzipped([headline, ...byDefault])]);
  await rowsOf(fine, "SELECT * FROM flows");
  assert.deepEqual(await fine.unreadable(), { lines: 0 });
  fine.close();
});

test("no file, or empty ones, is no record", async () => {
  assert.deepEqual(await asked([], "SELECT count(*), sum(bytes) FROM flows"), [[0, null]]);
  assert.deepEqual(await asked([file("new.log", ""), file("new.gz", gzipSync(""))], "SELECT srcaddr FROM flows"), []);
});

test("paths are paths, whatever is in them", async () => {
  for (const name of ["it's [1]*?.log", "year=2026/month=01/a.log", "[a].parquet"]) {
    const at = name.endsWith("parquet") ? file(name, fs.readFileSync(await parquet("SELECT '10.0.0.1' AS srcaddr"))) : file(name, "srcaddr\n10.0.0.1\n");
    assert.deepEqual(await asked([at], "SELECT srcaddr FROM flows"), [["10.0.0.1"]], name);
  }
});

test("numbers stay numbers as long as they are exact", async () => {
  assert.deepEqual(await asked([], "SELECT 9007199254740991::BIGINT, 9007199254740993::BIGINT, 1.5::DECIMAL(9,2), 0.25, TIMESTAMP '2026-01-02 03:04:05', [1, 2], 'x', NULL, true"), [
    [9007199254740991, "9007199254740993", 1.5, 0.25, "2026-01-02 03:04:05", [1, 2], "x", null, true],
  ]);
  assert.deepEqual(await asked([], "SELECT to_timestamp(0)"), [["1970-01-01 00:00:00+00"]]);
});

test("of several statements the last one answers", async () => {
  assert.deepEqual(await asked([], "CREATE TABLE t AS SELECT 7 AS a; SELECT a + 1 FROM t"), [[8]]);
});

test("SQL that makes no sense is refused in the database's words", async () => {
  const flows = await opened([]);
  const answer = await flows.query("SELECT nothing FROM flows");
  assert.match(isRefusal(answer) ? answer.message : "not refused", /^Referenced column "nothing" not found/);
  flows.close();
});

for (const [name, make, message] of [
  ["neither header nor default format", () => file("what.log", "10.0.0.1 7\n"), /no header, and 2 fields a line instead of 14: --format/],
  ["broken gzip", () => file("broken.gz", Buffer.from("1f8b0800ffffffffffffffffff", "hex")), /can't be decompressed/],
  ["broken Parquet", () => file("broken.parquet", "PAR1 is not all"), /broken\.parquet/],
  ["nothing there", () => path.join(directory, "missing"), /can't be read/],
] as const) {
  test(`refused: ${name}`, async () => {
    const flows = await openFlows([make()]);
    assert.match(isRefusal(flows) ? flows.message : "not refused", message);
  });
}

test("files are found by name, directory and pattern, each once", () => {
  const root = path.dirname(file("AWSLogs/1/vpcflowlogs/us-east-1/2026/01/02/1_vpcflowlogs_us-east-1_fl-1_20260102T0305Z_0a0a0a0a.log.gz", "x"));
  for (const name of ["1_vpcflowlogs_us-east-1_fl-1_20260102T0305Z_0a0a0a0a.log", "1_vpcflowlogs_us-east-1_fl-1_20260102T0310Z_0b0b0b0b.log", "notes.md", "a.parquet"]) {
    fs.writeFileSync(path.join(root, name), "x");
  }
  const names = (texts: readonly string[], since?: number): string[] | string => {
    const found = findFiles(texts, since);
    return isRefusal(found) ? found.message : found.map((each) => path.basename(each).replace(/^1_vpcflowlogs_us-east-1_fl-1_/, ""));
  };
  const all = ["20260102T0305Z_0a0a0a0a.log.gz", "20260102T0310Z_0b0b0b0b.log", "a.parquet"];
  assert.deepEqual(names([path.join(root, "..", "..", "..")]), all);
  assert.deepEqual(names([root, path.join(root, "*.parquet"), path.join(root, "notes.md")]), [...all, "notes.md"]);
  assert.deepEqual(names([root], Date.UTC(2026, 0, 2, 4, 10) / 1000), all.slice(1));
  assert.match(String(names([path.join(root, "*.csv")])), /nothing is called .*\*\.csv/);
});

for (const [name, since, may] of [
  ["1_vpcflowlogs_eu-north-1_fl-1_20260102T0305Z_0a.log.gz", Date.UTC(2026, 0, 2, 4, 9, 59), true],
  ["1_vpcflowlogs_eu-north-1_fl-1_20260102T0305Z_0a.log.gz", Date.UTC(2026, 0, 2, 4, 10), false],
  ["prefix/1_vpcflowlogs_eu-north-1_fl-1_20260102T0305Z_0a.log.parquet", Date.UTC(2027, 0), false],
  ["whatever.gz", Date.UTC(2027, 0), true],
] as const) {
  test(`${name} may hold records since ${new Date(since).toISOString()}: ${may}`, () => {
    assert.equal(mayHold(name, since / 1000), may);
    assert.equal(mayHold(name, undefined), true);
  });
}

test("what a file is, its first bytes say, not its name", async () => {
  const kinds = [gzipped([headline]), file("plain.gz", headline), await parquet("SELECT 1 AS \"version\"")].map((at) => {
    const found = inspect(at);
    return found === undefined || isRefusal(found) ? "nothing" : found.kind === "text" ? { gzip: found.gzip, header: found.header } : found.kind;
  });
  assert.deepEqual(kinds, [{ gzip: true, header: true }, { gzip: false, header: true }, "parquet"]);
});
