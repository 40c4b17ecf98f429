import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import { columnOf, fields, type FieldType } from "../../../src/flow/field.ts";
import { formatOf, parseFormat } from "../../../src/flow/format.ts";
import { isRefusal } from "../../../src/values/refuse.ts";
import { writeParquet } from "../../../src/io/flow-parquet.ts";
import { flowLogOf, toLocal } from "../flow/flow-logs.ts";
import { countOf } from "../flow/records.ts";
import { FlowPlace, recordAt, slot } from "./flow-place.ts";

const toParquet = { ...toLocal, fileFormat: "parquet" } as const;

function place(t: TestContext): FlowPlace {
  const made = new FlowPlace();
  t.after(() => made.remove());
  return made;
}

async function query(sql: string): Promise<unknown[][]> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const rows = (await connection.runAndReadAll(sql)).getRowsJson();
  connection.closeSync();
  return rows;
}

test("a slot becomes a Parquet file with a typed column for each field", async (t) => {
  const at = place(t);
  const format = formatOf(fields).text;
  const spool = at.spool();
  spool.append(flowLogOf(toParquet, { format }), [
    recordAt(slot, 1, { count: countOf("10.0.0.1:1 > 10.0.0.2:443", { direction: "egress", bytes: 5_000_000_000 }), trafficPath: 8, tags: { "asg-tag": 'a "b" c' } }),
    recordAt(slot + 1, 2),
  ]);
  spool.close();
  await at.deliverer().look();
  assert.deepEqual(at.told, ["1 SUCCESS"]);
  const [path = ""] = at.files(at.directory).keys();
  assert.match(path, /_20180620T1620Z_00000001\.log\.parquet$/);
  const file = `'${join(at.directory, path)}'`;
  const physical: Readonly<Record<FieldType, string>> = { INT_32: "INT32 INT_32", INT_64: "INT64 INT_64", STRING: "BYTE_ARRAY UTF8" };
  assert.deepEqual(
    (await query(`SELECT name, type || ' ' || converted_type FROM parquet_schema(${file}) OFFSET 1`)).map((row) => row.join(" ")),
    fields.map((field) => `${columnOf(field)} ${physical[field.type]}`),
  );
  assert.deepEqual(await query(`SELECT srcport, bytes, "end", traffic_path, asg_tag, instance_id, encryption_status FROM ${file} ORDER BY 1`), [
    [1, "5000000000", String(slot), 8, "a%20%22b%22%20c", "-", null],
    [2, "1213", String(slot + 1), null, "-", "-", null],
  ]);
});

test("a field that a format names twice is one column, and quotes in paths are only that", async (t) => {
  const at = place(t);
  const format = parseFormat("${srcport} ${bytes} ${srcport}");
  assert.ok(!isRefusal(format));
  at.spool().append(flowLogOf(toParquet, { format: format.text }), [recordAt(slot, 7)]);
  const [segment = ""] = at.files(at.spoolPath).keys();
  assert.ok(readFileSync(join(at.spoolPath, segment)).length > 0);
  const path = join(at.root, "it's.parquet");
  await writeParquet(join(at.spoolPath, segment), format, path);
  assert.deepEqual(await query(`SELECT * FROM '${path.replace("'", "''")}'`), [[7, "1213"]]);
});
