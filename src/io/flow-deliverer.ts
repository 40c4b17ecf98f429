/**
 * Takes segments from the spool to where their flow log's records go, each at least once: a segment leaves the spool when
 * its destination has it. Flow logs of one bucket or group go one after the other, so that nobody waits for a destination
 * that is not his.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Delivery, deliveryOf, type Failure, retryAfter } from "../flow/deliver.ts";
import { compileLine, type Format, parseFormat } from "../flow/format.ts";
import { type Gaps, skipped } from "../flow/gaps.ts";
import { liveSuffix, pathOf, streamOf } from "../flow/s3-layout.ts";
import type { FlowLog } from "../model/resource.ts";
import { isRefusal } from "../values/refuse.ts";
import { makeFile } from "./flow-files.ts";
import { type KeptFiles, openKeptFiles } from "./flow-kept.ts";
import { openLiveFiles } from "./flow-live.ts";
import type { PutObject } from "./flow-s3.ts";
import { bytesOf, readFlowLog, recordsOf, type Segment, segmentPath, segmentsIn, spooledLine, wholeLines, widenBy } from "./flow-segments.ts";

export interface LogEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

/** Puts events into a stream, which is made when it is not there; what is wrong when they were not taken. */
export type PutEvents = (account: string, region: string, group: string, stream: string, events: readonly LogEvent[]) => Promise<Failure | undefined>;

export interface DelivererOptions {
  readonly spool: string;
  /** Bytes the spool may have; what is oldest gives way first, and is said as SKIPDATA. */
  readonly limit: number;
  /** Where the files of local flow logs lie. */
  readonly directory: string;
  /** Bytes they may have; the oldest go first. */
  readonly kept: number;
  /** Absent: there is no S3. */
  readonly putObject?: PutObject;
  readonly putEvents: PutEvents;
  /** Unix seconds. */
  now(): number;
  /** 0 to 1. */
  random(): number;
  log(line: string): void;
  /** Hears how each delivery went. */
  told(flowLog: string, delivery: Delivery): void;
}

export interface Deliverer {
  /** Starts what can be delivered now; resolves when that has gone one way or the other. Rejects where the spool can't be read. */
  look(): Promise<void>;
}

/** Events of one call at most. */
const eventsAtOnce = 10_000;
/** The share of its limit that the spool is kept below, so that what comes has room. */
const keptShare = 0.9;

interface Known {
  readonly flowLog: FlowLog;
  readonly format: Format;
  failures: number;
  /** Nothing is tried before. */
  retry: number;
}

/** Opens the deliverer of a spool; nobody else delivers from it. What a former one left half made is removed. */
export function openDeliverer(options: DelivererOptions): Deliverer {
  for (const flowLog of new Set(segmentsIn(options.spool).map((segment) => segment.flowLog))) {
    const folder = join(options.spool, flowLog);
    for (const name of readdirSync(folder)) if (name.endsWith(".part")) rmSync(join(folder, name));
  }
  return new SpoolDeliverer(options);
}

class SpoolDeliverer implements Deliverer {
  readonly #options: DelivererOptions;
  readonly #known = new Map<string, Known>();
  /** Flow logs whose segments are being delivered. */
  readonly #busy = new Set<string>();
  /** The end of what is under way to each destination. */
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #live = openLiveFiles();
  readonly #kept: KeptFiles;
  /** The end of what looks do one after the other. */
  #turns: Promise<void> = Promise.resolve();

  constructor(options: DelivererOptions) {
    this.#options = options;
    this.#kept = openKeptFiles(options.directory, options.kept, options.log);
  }

  async look(): Promise<void> {
    const segments = segmentsIn(this.#options.spool);
    const open = segments.filter(({ state }) => state === "open");
    const followed = this.#inTurn(() => this.#followAll(open));
    const due = Map.groupBy(segments.filter(({ state }) => state !== "open"), ({ flowLog }) => flowLog);
    await Promise.all([followed, ...[...due].map(([flowLog, those]) => this.#queue(flowLog, those))]);
    await this.#inTurn(() => this.#trim());
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turns.then(work);
    this.#turns = done.catch(() => undefined);
    return done;
  }

  #knownOf(id: string): Known {
    const known = this.#known.get(id);
    if (known) return known;
    const flowLog = readFlowLog(this.#options.spool, id);
    const format = parseFormat(flowLog.format);
    if (isRefusal(format)) throw new Error(`flow log ${id}: ${format.message}`);
    const made = { flowLog, format, failures: 0, retry: 0 };
    this.#known.set(id, made);
    return made;
  }

  #queue(id: string, segments: readonly Segment[]): Promise<void> {
    const known = this.#knownOf(id);
    if (this.#busy.has(id) || known.retry > this.#options.now()) return Promise.resolve();
    this.#busy.add(id);
    const lane = laneOf(known.flowLog);
    const delivered = (this.#lanes.get(lane) ?? Promise.resolve()).then(() => this.#deliver(known, segments)).finally(() => this.#busy.delete(id));
    this.#lanes.set(lane, delivered);
    return delivered;
  }

  async #deliver(known: Known, segments: readonly Segment[]): Promise<void> {
    const { now, random, told, log } = this.#options;
    for (const segment of segments) {
      const failure = await this.#send(known, segment).catch(failureOf);
      if (failure) {
        const delivery = deliveryOf(failure);
        known.retry = now() + retryAfter(++known.failures, random);
        if (known.failures === 1) log(`flow log ${known.flowLog.id}: ${delivery.message}`);
        return told(known.flowLog.id, delivery);
      }
      rmSync(segment.path, { force: true });
      known.failures = 0;
      told(known.flowLog.id, { status: "SUCCESS" });
    }
  }

  async #send({ flowLog, format }: Known, segment: Segment): Promise<Failure | undefined> {
    const { destination } = flowLog;
    if (destination.type === "cloud-watch-logs") return this.#sendEvents(flowLog, destination.group, segment);
    const { putObject, directory } = this.#options;
    if (destination.type === "s3" && !putObject) return { message: "this region has no S3; start it with --s3-endpoint" };
    const part = `${segment.path}.part`;
    try {
      await makeFile(segment.path, format, destination.fileFormat, part);
      if (destination.type === "s3") return await putObject?.(destination.bucket, pathOf(flowLog, segment), await readFile(part));
      const path = join(directory, pathOf(flowLog, segment));
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      renameSync(part, path);
      this.#live.end(join(directory, pathOf(flowLog, segment, liveSuffix)));
      this.#kept.look();
      return undefined;
    } finally {
      rmSync(part, { force: true });
    }
  }

  async #sendEvents(flowLog: FlowLog, group: string, segment: Segment): Promise<Failure | undefined> {
    for await (const lines of wholeLines(segment.path)) {
      for (const [eni, records] of Map.groupBy(recordsOf(lines), (record) => record.interface)) {
        const events = records.map(({ start, text }): LogEvent => ({ timestamp: start * 1000, message: text })).sort((a, b) => a.timestamp - b.timestamp);
        for (let from = 0; from < events.length; from += eventsAtOnce) {
          const some = events.slice(from, from + eventsAtOnce);
          const failure = await this.#options.putEvents(flowLog.account, flowLog.region, group, streamOf(flowLog, eni), some);
          if (failure) return failure;
        }
      }
    }
    return undefined;
  }

  /** Has the live files of local flow logs catch up. */
  async #followAll(segments: readonly Segment[]): Promise<void> {
    for (const segment of segments) {
      const { flowLog, format } = this.#knownOf(segment.flowLog);
      if (flowLog.destination.type !== "local") continue;
      const path = join(this.#options.directory, pathOf(flowLog, segment, liveSuffix));
      await this.#live.follow(segment.path, format, path).catch((error: unknown) => this.#cannotFollow(flowLog, error));
    }
  }

  #cannotFollow(flowLog: FlowLog, error: unknown): void {
    const failure = failureOf(error);
    // It was handed on meanwhile: its file is being made.
    if (failure.code !== "ENOENT") this.#options.told(flowLog.id, deliveryOf(failure));
  }

  /** Keeps the spool below its limit: the oldest segments that nobody is delivering give way to what says that they are missing. */
  async #trim(): Promise<void> {
    const { spool, limit } = this.#options;
    const segments = segmentsIn(spool).sort((a, b) => a.slot - b.slot);
    const gaps = new Map(segments.filter(({ state }) => state === "gap").map((gap) => [gap.flowLog, gap.path]));
    let used = segments.reduce((sum, segment) => sum + bytesOf(segment), 0);
    for (const segment of segments) {
      if (used <= limit * keptShare) return;
      if (segment.state !== "due" || this.#busy.has(segment.flowLog)) continue;
      const gap = gaps.get(segment.flowLog) ?? segmentPath(spool, segment.flowLog, segment, "gap");
      gaps.set(segment.flowLog, gap);
      const before = bytesOf(segment) + bytesOf({ path: gap });
      this.#busy.add(segment.flowLog);
      await this.#drop(segment, gap).finally(() => this.#busy.delete(segment.flowLog));
      used += bytesOf({ path: gap }) - before;
    }
  }

  /** Has the gap say what the segment had. */
  async #drop(segment: Segment, gap: string): Promise<void> {
    const { flowLog, format } = this.#knownOf(segment.flowLog);
    const gaps: Gaps = new Map();
    for (const path of bytesOf({ path: gap }) > 0 ? [gap, segment.path] : [segment.path]) {
      for await (const lines of wholeLines(path)) widenBy(gaps, lines);
    }
    const line = compileLine(format);
    const text = skipped(flowLog, gaps).map((record) => spooledLine(record.interface, record.start, record.end, line(record)));
    writeFileSync(`${gap}.part`, text.join(""), { mode: 0o600 });
    renameSync(`${gap}.part`, gap);
    rmSync(segment.path);
    this.#live.end(join(this.#options.directory, pathOf(flowLog, segment, liveSuffix)));
    this.#options.log(`flow log ${flowLog.id}: the spool is full, ${segment.path} was dropped`);
  }
}

/** Flow logs of one lane are delivered one after the other. */
function laneOf({ destination }: FlowLog): string {
  if (destination.type === "local") return "local";
  return destination.type === "s3" ? `s3 ${destination.bucket}` : `logs ${destination.group}`;
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error) };
  return { message: error.message, ...("code" in error && { code: String(error.code) }) };
}
