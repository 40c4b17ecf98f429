/**
 * Ready questions about a day of flow records in Parquet: what is refused, by port, and who moved most bytes in an hour;
 * opened and asked as `bailey logs` does, beside the same question in plain SQL about the same file. DuckDB makes the
 * file, which is deleted afterwards.
 *
 *   node bench/flow-query.ts [--json] [--rows 50000000] [--runs 5]
 */
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { refusals, rejected, talkers, topTalkers } from "../src/cli/logs-sql.ts";
import { openFlows } from "../src/io/flow-query.ts";
import { isRefusal } from "../src/values/refuse.ts";
import { measure, type Measure, report, tell } from "./report.ts";

const { values } = parseArgs({
  options: { json: { type: "boolean" }, rows: { type: "string", default: "50000000" }, runs: { type: "string", default: "5" } },
});
const [rows, runs] = [Number(values.rows), Number(values.runs)];
const midnight = 1_770_000_000;
const hour = { since: midnight + 12 * 3600, until: midnight + 13 * 3600 };
const directory = mkdtempSync(join(tmpdir(), "flow-query-"));
const file = join(directory, "day.parquet");

/** Records of the default format with their direction, in the order of their windows: 256 interfaces, 65,536 peers. */
const day = `
SELECT 5 AS "version", '123456789012' AS account_id, printf('eni-%017x', h % 256) AS interface_id,
  printf('10.%d.%d.%d', h // 256 % 4, h // 1024 % 128, h // 131072 % 128) AS srcaddr, printf('10.9.%d.%d', h % 256 // 16, h % 16) AS dstaddr,
  (32768 + h // 7 % 28232)::INTEGER AS srcport,
  (CASE WHEN h // 3 % 4 = 0 THEN 443 WHEN h // 3 % 4 = 1 THEN 5432 ELSE h // 5 % 1024 END)::INTEGER AS dstport,
  (CASE WHEN h % 9 = 0 THEN 17 ELSE 6 END)::INTEGER AS protocol, (1 + h // 11 % 1000)::BIGINT AS packets, (40 + h // 13 % 1000000)::BIGINT AS bytes,
  (${midnight} + i * 86400 // ${rows})::BIGINT AS "start", (${midnight} + 60 + i * 86400 // ${rows})::BIGINT AS "end",
  CASE WHEN h // 17 % 10 = 0 THEN 'REJECT' ELSE 'ACCEPT' END AS action, 'OK' AS log_status, 'ingress' AS flow_direction
FROM (SELECT i, (hash(i) >> 8)::BIGINT AS h FROM range(${rows}) AS t(i))`;

const questions = [
  {
    name: "rejected by port",
    ours: rejected(refusals.port, {}, 20),
    plain: `SELECT protocol, dstport, sum(packets) AS p, count(*) FROM read_parquet('${file}') WHERE action = 'REJECT' GROUP BY ALL ORDER BY p DESC LIMIT 20`,
  },
  {
    name: "top-talkers of an hour",
    ours: topTalkers(talkers.pair, hour, 20),
    plain: `SELECT srcaddr, dstaddr, sum(bytes) AS b, sum(packets), count(*) FROM read_parquet('${file}')
      WHERE "end" >= ${hour.since} AND "start" < ${hour.until} GROUP BY ALL ORDER BY b DESC LIMIT 20`,
  },
] as const;

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

/** Opens the file and asks, as the command does. */
async function asked(sql: string): Promise<void> {
  const flows = await openFlows([file]);
  if (isRefusal(flows)) throw new Error(flows.message);
  const answer = await flows.query(sql);
  if (isRefusal(answer)) throw new Error(answer.message);
  let found = 0;
  for await (const some of answer.rows) found += some.length;
  flows.close();
  if (found !== 20) throw new Error(`${found} rows`);
}

async function compare(connection: DuckDBConnection): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const { name, ours, plain } of questions) {
    const taken = { ours: [] as number[], plain: [] as number[] };
    // The first of each is not counted: it brings the file into memory.
    for (let run = 0; run <= runs; run++) {
      const [mine, its] = [await seconds(() => asked(ours)), await seconds(() => connection.runAndReadAll(plain))];
      if (run > 0) taken.ours.push(mine);
      if (run > 0) taken.plain.push(its);
    }
    measures.push(measure(`${name}, ${rows.toLocaleString("en-US")} rows`, "s", taken.ours, taken.plain));
  }
  return measures;
}

try {
  const instance = await DuckDBInstance.create(":memory:", { temp_directory: directory, preserve_insertion_order: "true" });
  const connection = await instance.connect();
  tell(`making ${rows.toLocaleString("en-US")} records`);
  await connection.run(`COPY (${day}) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`);
  tell(`${Math.round(statSync(file).size / 1e6)} MB`);
  report(await compare(connection));
  connection.closeSync();
  instance.closeSync();
} finally {
  rmSync(directory, { recursive: true });
}
