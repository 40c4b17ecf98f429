/**
 * The log store: events taken in, filtered and asked about, beside SQLite with one bare table of the same rows in the
 * same run, written in the same batches, and a loop that only reads them.
 *
 *   node bench/logs.ts [--json] [--runs 3] [--events 200000]
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { openLogStore, type OpenLogStore } from "../src/io/log-store.ts";
import { defaultFormat } from "../src/flow/format.ts";
import { runQuery } from "../src/logs/insights/run.ts";
import { compilePattern } from "../src/logs/pattern.ts";
import { firstPosition, lastPosition, type NewEvent } from "../src/logs/store.ts";
import { isRefusal } from "../src/values/refuse.ts";
import { measure, type Measure, report } from "./report.ts";

const { values } = parseArgs({
  options: { json: { type: "boolean" }, runs: { type: "string", default: "3" }, events: { type: "string", default: "200000" } },
});
const [runs, count] = [Number(values.runs), Number(values.events)];
const scope = { account: "123456789012", region: "us-east-1" };
const streams = 50;
const start = Date.UTC(2026, 0, 1);

const lineAt = (at: number): string =>
  `2 123456789012 eni-${at % streams} 10.0.${at % 200}.7 10.1.0.${at % 100} ${1024 + (at % 50_000)} ${[22, 80, 443][at % 3]} 6 ${1 + (at % 40)} ${40 + (at % 9000)} 1418530010 1418530070 ${at % 5 === 0 ? "REJECT" : "ACCEPT"} OK`;

/** Batches of one stream each, as deliveries come. */
const batches = (size: number): NewEvent[][] =>
  Array.from({ length: Math.floor(count / size) }, (_, batch) =>
    Array.from({ length: size }, (__, at) => ({ time: start + batch * 1000 + at, message: lineAt(batch * size + at) })),
  );

/** Events a second. */
function rate(work: () => void): number {
  const begun = performance.now();
  work();
  return (count / (performance.now() - begun)) * 1000;
}

function bare(file: string, all: readonly NewEvent[][]): number {
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE event (time INTEGER, stream INTEGER, ingested INTEGER, message TEXT)");
  const insert = database.prepare("INSERT INTO event VALUES (?, ?, ?, ?)");
  const result = rate(() => {
    for (const [at, batch] of all.entries()) {
      database.exec("BEGIN IMMEDIATE");
      for (const { time, message } of batch) insert.run(time, at % streams, start, message);
      database.exec("COMMIT");
    }
  });
  database.close();
  return result;
}

function fill(store: OpenLogStore, all: readonly NewEvent[][]): number {
  return rate(() => {
    for (const [at, batch] of all.entries()) store.put(scope.account, scope.region, "flows", `eni-${at % streams}-all`, batch, start);
  });
}

function readings(store: OpenLogStore): Record<"filter" | "query" | "bare", number> {
  const read = () => store.read(scope, "flows", { from: firstPosition, to: lastPosition, newestFirst: true });
  const matches = compilePattern("[v, account, eni, src, dst, srcport, dstport = 22, protocol, packets, bytes > 1000, start, end, action = REJECT, status]");
  if (isRefusal(matches)) throw new Error(matches.message);
  let seen = 0;
  const only = rate(() => {
    for (const { message } of read()) seen += message.length;
  });
  const filter = rate(() => {
    for (const { message } of read()) if (matches(message)) seen++;
  });
  const text = 'filter action = "REJECT" | stats count(*), sum(bytes) as size by dstPort, bin(1m) | sort size desc | limit 20';
  const groups = [{ name: "flows", formats: [defaultFormat.fields.map(({ name }) => name)] }];
  const query = rate(() => void runQuery(store, scope, { text, groups, from: 0, to: start * 2, limit: 1000, now: start }));
  if (seen === 0) throw new Error("nothing was read");
  return { filter, query, bare: only };
}

const found = new Map<string, { ours: number[]; baseline: number[] }>();
const note = (name: string, ours: number, baseline: number): void => {
  const rates = found.get(name) ?? { ours: [], baseline: [] };
  rates.ours.push(ours);
  rates.baseline.push(baseline);
  found.set(name, rates);
};

const directory = fs.mkdtempSync(path.join(os.tmpdir(), "bailey-bench-logs-"));
try {
  for (let run = 0; run < runs; run++) {
    for (const size of [100, 1000, 10_000]) {
      const all = batches(size);
      const baseline = bare(path.join(directory, `bare-${run}-${size}.db`), all);
      const store = openLogStore(path.join(directory, `logs-${run}-${size}.db`));
      if (isRefusal(store)) throw new Error(store.message);
      note(`events taken in, ${size} at a time`, fill(store, all), baseline);
      if (size === 1000) {
        const reading = readings(store);
        note("filter pattern of 14 columns", reading.filter, reading.bare);
        note("Insights: filter, stats by two, sort", reading.query, reading.bare);
      }
      store.close();
    }
  }
} finally {
  fs.rmSync(directory, { recursive: true });
}
report([...found].map(([name, { ours, baseline }]): Measure => measure(name, "events/s", ours, baseline)));
