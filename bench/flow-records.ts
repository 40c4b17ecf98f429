/**
 * Flow records a second of one core: from a record in memory to its line in the spool, and from the spool to the files that
 * are delivered. Each beside the least that must be done: writing lines that are made already, DuckDB reading CSV its own
 * way, gzip alone.
 *
 *   node bench/flow-records.ts [--json] [--runs 5] [--records 300000]
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { createGzip } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { fields } from "../src/flow/field.ts";
import { compileLine, defaultFormat, type Format, formatOf } from "../src/flow/format.ts";
import type { FlowRecord } from "../src/flow/record.ts";
import { makeFile } from "../src/io/flow-files.ts";
import { segmentsIn } from "../src/io/flow-segments.ts";
import { openFlowSpool } from "../src/io/flow-spool.ts";
import type { FlowLog } from "../src/model/resource.ts";
import { mintId } from "../src/values/id.ts";
import { ipOf } from "../src/values/ip.ts";
import { type Measure, measure, report, tell } from "./report.ts";

const { values } = parseArgs({
  options: { json: { type: "boolean" }, runs: { type: "string", default: "5" }, records: { type: "string", default: "300000" } },
});
const runs = Number(values.runs);
const count = Number(values.records);

const flowLog = ({ text }: Format): FlowLog => ({
  kind: "flow-log",
  id: mintId("flow-log", "1234abcd1234abcd1"),
  account: "123456789012",
  region: "us-east-1",
  tags: {},
  created: "2026-01-01T00:00:00.000Z",
  resourceId: mintId("vpc", "0a0b0c0d0e0f01234"),
  resourceType: "VPC",
  traffic: "ALL",
  destination: { type: "local", fileFormat: "plain-text", hive: false, perHour: false },
  format: text,
  interval: 60,
});

/** A slot's records: many clients of some servers, half of them answers. */
function makeRecords(family: 4 | 6): FlowRecord[] {
  const [client, server] = family === 4 ? ["10.0.0.0", "10.1.0.5"] : ["2001:db8:0:a100:8d6e::", "2001:db8:0:a102:3304:8879:34cf:4071"];
  const base = ipOf(client).bits;
  const end = 1_800_000_060;
  return Array.from({ length: count }, (_, n): FlowRecord => {
    const other = { family, bits: base + BigInt((n * 7919) % 1_000_000) };
    const egress = n % 2 === 1;
    const eni = `eni-1235b8ca1234567${String(n % 64).padStart(2, "0")}`;
    return {
      status: "OK",
      account: "123456789012",
      interface: eni,
      start: end - 60,
      end,
      primary4: "10.1.0.5",
      ownAddresses: [server],
      vpc: "vpc-abcdefab012345678",
      subnet: "subnet-aaaaaaaa012345678",
      instance: "i-01234567890123456",
      region: "us-east-1",
      zoneId: "use1-az1",
      trafficPath: 1,
      count: {
        interface: eni,
        direction: egress ? "egress" : "ingress",
        action: n % 10 === 0 ? "REJECT" : "ACCEPT",
        source: egress ? ipOf(server) : other,
        destination: egress ? other : ipOf(server),
        sourcePort: egress ? 443 : 1024 + (n % 60_000),
        destinationPort: egress ? 1024 + (n % 60_000) : 443,
        protocol: 6,
        packets: 1 + (n % 977),
        bytes: 40 + ((n * 31) % 1_000_003),
        tcpFlags: 3,
        first: (end - 60) * 1000,
        last: end * 1000,
      },
    };
  });
}

/** Records a second of one core: the time that this process, all its threads, and the kernel for it, were at work. */
async function timed(work: () => void | Promise<void>): Promise<number> {
  const begun = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(begun);
  return count / ((user + system) / 1e6);
}

/** Ours and the baseline take turns, after one of each that does not count. */
async function compare(name: string, ours: () => Promise<number>, baseline: () => Promise<number>): Promise<Measure> {
  const [mine, theirs]: [number[], number[]] = [[], []];
  for (let run = 0; run <= runs; run++) {
    const pair = [await ours(), await baseline()] as const;
    if (run === 0) continue;
    mine.push(pair[0]);
    theirs.push(pair[1]);
  }
  tell(`${name}: done`);
  return measure(name, "records/s of a core", mine, theirs);
}

const directory = fs.mkdtempSync(path.join(os.tmpdir(), "bailey-flow-bench-"));
const spoolPath = path.join(directory, "spool");
const discard = (): void => fs.rmSync(spoolPath, { recursive: true, force: true });

function spoolAll(format: Format, records: readonly FlowRecord[]): void {
  const spool = openFlowSpool({ directory: spoolPath, limit: 1e10, now: () => 1_800_000_060, random: () => "fe123456", log: tell });
  spool.append(flowLog(format), records);
}

/** Formatted and spooled, against writing the same lines made beforehand. */
function spooled(name: string, format: Format, records: readonly FlowRecord[]): Promise<Measure> {
  const line = compileLine(format);
  const chunks = Array.from({ length: Math.ceil(count / 1000) }, (_, at) =>
    records.slice(at * 1000, at * 1000 + 1000).map((record) => `${record.interface} ${record.start} ${record.end} ${line(record)}\n`).join(""),
  );
  const bare = (): void => {
    const fd = fs.openSync(path.join(directory, "bare"), "w");
    for (const chunk of chunks) fs.writeSync(fd, Buffer.from(chunk, "latin1"));
    fs.closeSync(fd);
  };
  return compare(name, () => {
    discard();
    return timed(() => spoolAll(format, records));
  }, () => timed(bare));
}

async function files(format: Format, records: readonly FlowRecord[]): Promise<Measure[]> {
  discard();
  spoolAll(format, records);
  const [segment] = segmentsIn(spoolPath);
  if (!segment) throw new Error("nothing was spooled");
  const out = path.join(directory, "out");
  const connection = await (await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "256MB" })).connect();
  const csv = `COPY (SELECT * FROM read_csv('${segment.path}', delim = ' ', header = false, nullstr = '-')) TO '${out}.duckdb' (FORMAT parquet, COMPRESSION zstd)`;
  return [
    await compare("spool → Parquet, zstd", () => timed(() => makeFile(segment.path, format, "parquet", out)), () => timed(async () => void (await connection.run(csv)))),
    await compare("spool → text, gzip", () => timed(() => makeFile(segment.path, format, "plain-text", out)), () =>
      timed(() => pipeline(fs.createReadStream(segment.path), createGzip(), fs.createWriteStream(`${out}.gzip`))),
    ),
  ];
}

try {
  const all = formatOf(fields.filter(({ version }) => version > 0 && version <= 5));
  const [ipv4, ipv6] = [makeRecords(4), makeRecords(6)];
  report([
    await spooled("default format, IPv4, formatted and spooled", defaultFormat, ipv4),
    await spooled("default format, IPv6, formatted and spooled", defaultFormat, ipv6),
    await spooled("all 29 fields to version 5, IPv4, formatted and spooled", all, ipv4),
    ...(await files(defaultFormat, ipv4)),
  ]);
} finally {
  fs.rmSync(directory, { recursive: true });
}
