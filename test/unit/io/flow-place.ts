/** A spool and a deliverer in a directory of their own, with a clock that stands still unless it is moved. */
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Delivery } from "../../../src/flow/deliver.ts";
import type { FlowRecord } from "../../../src/flow/record.ts";
import { type Deliverer, type DelivererOptions, openDeliverer } from "../../../src/io/flow-deliverer.ts";
import { type FlowSpool, type FlowSpoolOptions, openFlowSpool } from "../../../src/io/flow-spool.ts";
import { countOf, recordOf } from "../flow/records.ts";

/** 2018-06-20T16:20:00Z, the first second of a slot. */
export const slot = 1_529_511_600;

/** A record of one packet from the port, that ends then. */
export const recordAt = (end: number, port: number, rest: Partial<FlowRecord> = {}): FlowRecord =>
  recordOf(countOf(`10.0.0.1:${port} > 10.0.0.2:443`), { account: "123456789012", start: end - 60, end, primary4: "10.0.0.2", ...rest });

/** The line of recordAt in the default format. */
export const lineAt = (end: number, port: number): string =>
  `2 123456789012 eni-1235b8ca123456789 10.0.0.1 10.0.0.2 ${port} 443 6 11 1213 ${end - 60} ${end} ACCEPT OK`;

export const header = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";

export class FlowPlace {
  readonly root = mkdtempSync(join(tmpdir(), "bailey-flow-"));
  readonly spoolPath = join(this.root, "flow-spool");
  readonly directory = join(this.root, "flow-logs");
  readonly lines: string[] = [];
  readonly told: string[] = [];
  now = slot;
  #hashes = 0;

  spool(rest: Partial<FlowSpoolOptions> = {}): FlowSpool {
    return openFlowSpool({
      directory: this.spoolPath,
      limit: 1e9,
      now: () => this.now,
      random: (bytes) => (++this.#hashes).toString(16).padStart(2 * bytes, "0"),
      log: (line) => this.lines.push(line),
      ...rest,
    });
  }

  deliverer(rest: Partial<DelivererOptions> = {}): Deliverer {
    return openDeliverer({
      spool: this.spoolPath,
      limit: 1e9,
      directory: this.directory,
      kept: 1e9,
      putEvents: () => Promise.resolve({ message: "no group was expected" }),
      now: () => this.now,
      random: () => 1,
      log: (line) => this.lines.push(line),
      told: (flowLog, { status, message }: Delivery) => this.told.push([flowLog.slice(-1), status, message ?? ""].join(" ").trim()),
      ...rest,
    });
  }

  /** The paths below a folder, with what they have; gzip unpacked, but for what is half made. */
  files(folder: string): Map<string, string> {
    const paths = globSync("**/*.*", { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return new Map(paths.sort().map((path) => [path.slice(folder.length + 1), textOf(path)]));
  }

  /** The segments in the spool. */
  segments(): Map<string, string> {
    return new Map([...this.files(this.spoolPath)].filter(([path]) => !path.endsWith("flow-log.json")).map(([path, text]) => [path.replace(/^.*\//, ""), text]));
  }

  /** The names of delivered files, and what they have. */
  delivered(): Map<string, string> {
    return new Map([...this.files(this.directory)].map(([path, text]) => [path.replace(/^.*_/, ""), text]));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

const textOf = (path: string): string => {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1");
};
