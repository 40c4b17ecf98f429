/**
 * Records that are due, on disk before anything else happens to them. What `append` has returned from outlives this
 * process, however it ends; a power cut may cost what came after the last tick. What finds no room is said as SKIPDATA.
 */
import { closeSync, existsSync, fdatasync, fstatSync, ftruncateSync, openSync, readdirSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type Batch, openBatches } from "../flow/batch.ts";
import { compileLine, parseFormat } from "../flow/format.ts";
import { type Gap, type Gaps, skipped } from "../flow/gaps.ts";
import type { FlowRecord } from "../flow/record.ts";
import { slotOf } from "../flow/s3-layout.ts";
import type { FlowLog } from "../model/resource.ts";
import { isRefusal } from "../values/refuse.ts";
import { bytesOf, describeFlowLog, segmentPath, segmentsIn, spooledLine, widenBy } from "./flow-segments.ts";

export interface FlowSpoolOptions {
  /** Made when it is not there; nobody else appends to it. */
  readonly directory: string;
  /** Bytes in all; the deliverer drops what is oldest before this is met, so it is met only where nobody delivers. */
  readonly limit: number;
  /** Unix seconds. */
  now(): number;
  /** So many bytes of randomness, as hex digits. */
  random(bytes: number): string;
  /** As node:fs's. */
  readonly write?: (fd: number, bytes: Buffer) => number;
  log(line: string): void;
}

export interface FlowSpool {
  /** Spools records of a flow log. Never throws for want of room. */
  append(flowLog: FlowLog, records: Iterable<FlowRecord>): void;
  /** Hands on what is complete, says what was skipped, and has the disk catch up. To be called every second. */
  tick(): void;
  /** Hands on everything. */
  close(): void;
}

/** Written at once: some thousand lines. */
const chunkBytes = 1 << 18;
/** More than any format's line has: six tags of 256 characters, each of up to 12 bytes when it is encoded. */
const longestLine = 1 << 15;

/** Lines of one slot that are on their way to a file. */
interface Chunk {
  readonly bytes: Buffer;
  length: number;
}

/** Opens the spool. What another process left open is mended and handed on; flow logs that left nothing are forgotten. */
export function openFlowSpool(options: FlowSpoolOptions): FlowSpool {
  recover(options.directory);
  return new Spool(options);
}

function recover(directory: string): void {
  for (const segment of segmentsIn(directory)) {
    if (segment.state !== "open") continue;
    if (mend(segment.path) === 0) rmSync(segment.path);
    else renameSync(segment.path, segmentPath(directory, segment.flowLog, segment, "due"));
  }
  const left = new Set(segmentsIn(directory).map(({ flowLog }) => flowLog));
  const folders = existsSync(directory) ? readdirSync(directory) : [];
  for (const name of folders) if (!left.has(name)) rmSync(join(directory, name), { recursive: true });
}

/** Takes away what comes after the last newline: the writer did not live to finish it. Returns the bytes left. */
function mend(path: string): number {
  const fd = openSync(path, "r+");
  const tail = Buffer.alloc(1 << 16);
  let end = fstatSync(fd).size;
  for (let keep = 0; end > 0 && keep === 0; ) {
    const from = Math.max(0, end - tail.length);
    keep = tail.subarray(0, readSync(fd, tail, 0, end - from, from)).lastIndexOf("\n") + 1;
    end = from + keep;
  }
  ftruncateSync(fd, end);
  closeSync(fd);
  return end;
}

/** A segment that is written. */
interface OpenFile {
  readonly fd: number;
  size: number;
  synced: number;
  syncing: boolean;
  closed: boolean;
}

class Spool implements FlowSpool {
  readonly #options: FlowSpoolOptions;
  readonly #batches;
  readonly #files = new Map<string, OpenFile>();
  /** What found no room and has not been said yet, by flow log. */
  #skipped = new Map<string, { readonly flowLog: FlowLog; readonly gaps: Gaps }>();
  readonly #lines = new Map<string, (record: FlowRecord) => string>();
  /** Bytes in the spool, or more: what is delivered goes without a word. */
  #used: number;
  #complaint: string | undefined;

  constructor(options: FlowSpoolOptions) {
    this.#options = options;
    this.#batches = openBatches(() => options.random(4));
    this.#used = this.#measure();
  }

  append(flowLog: FlowLog, records: Iterable<FlowRecord>): void {
    const line = this.#lineOf(flowLog.format);
    const chunks = new Map<number, Chunk>();
    for (const record of records) {
      const { interface: eni, start, end } = record;
      const slot = slotOf(end);
      let chunk = chunks.get(slot);
      if (!chunk) chunks.set(slot, (chunk = { bytes: Buffer.allocUnsafe(chunkBytes), length: 0 }));
      chunk.length += chunk.bytes.write(spooledLine(eni, start, end, line(record)), chunk.length, "latin1");
      if (chunk.length + longestLine > chunkBytes) this.#write(flowLog, slot, chunk);
    }
    for (const [slot, chunk] of chunks) if (chunk.length > 0) this.#write(flowLog, slot, chunk);
    this.#handOn();
  }

  tick(): void {
    const before = this.#skipped;
    this.#skipped = new Map();
    for (const { flowLog, gaps } of before.values()) this.append(flowLog, skipped(flowLog, gaps));
    this.#handOn();
    for (const file of this.#files.values()) this.#sync(file);
  }

  close(): void {
    for (const path of this.#files.keys()) this.#finish(path);
  }

  #lineOf(text: string): (record: FlowRecord) => string {
    const known = this.#lines.get(text);
    if (known) return known;
    const format = parseFormat(text);
    if (isRefusal(format)) throw new Error(`a flow log's format: ${format.message}`);
    const line = compileLine(format);
    this.#lines.set(text, line);
    return line;
  }

  #write(flowLog: FlowLog, slot: number, chunk: Chunk): void {
    const bytes = chunk.bytes.subarray(0, chunk.length);
    chunk.length = 0;
    try {
      this.#makeRoom(bytes.length);
      this.#put(this.#fileOf(flowLog, this.#batches.place(flowLog, slot, bytes.length, this.#options.now())), bytes);
      this.#complaint = undefined;
    } catch (error) {
      this.#complain(error instanceof Error ? error.message : String(error));
      const skipped = this.#skipped.get(flowLog.id) ?? { flowLog, gaps: new Map<string, Gap>() };
      widenBy(skipped.gaps, bytes);
      this.#skipped.set(flowLog.id, skipped);
    }
  }

  /** Once, until something else is wrong or nothing: each second is too often to say the same again. */
  #complain(why: string): void {
    if (this.#complaint !== why) this.#options.log(`flow logs: records can't be spooled: ${why}`);
    this.#complaint = why;
  }

  #makeRoom(bytes: number): void {
    const { limit } = this.#options;
    if (this.#used + bytes > limit) this.#used = this.#measure();
    if (this.#used + bytes > limit) throw new Error(`the spool has its ${limit} bytes`);
  }

  #measure(): number {
    return segmentsIn(this.#options.directory).reduce((sum, segment) => sum + bytesOf(segment), 0);
  }

  #fileOf(flowLog: FlowLog, batch: Batch): OpenFile {
    const path = segmentPath(this.#options.directory, flowLog.id, batch, "open");
    let file = this.#files.get(path);
    if (file) return file;
    describeFlowLog(this.#options.directory, flowLog);
    file = { fd: openSync(path, "a", 0o600), size: 0, synced: 0, syncing: false, closed: false };
    this.#files.set(path, file);
    return file;
  }

  /** All of it or nothing: half a line would be read as a record. */
  #put(file: OpenFile, bytes: Buffer): void {
    const { write = writeSync } = this.#options;
    try {
      for (let done = 0; done < bytes.length; ) done += write(file.fd, bytes.subarray(done));
    } catch (error) {
      ftruncateSync(file.fd, file.size);
      throw error;
    }
    file.size += bytes.length;
    this.#used += bytes.length;
  }

  #handOn(): void {
    for (const batch of this.#batches.due(this.#options.now())) {
      this.#finish(segmentPath(this.#options.directory, batch.flowLog, batch, "open"));
    }
  }

  /** From now on the segment is the deliverer's. */
  #finish(path: string): void {
    const file = this.#files.get(path);
    // A batch whose first write found no room has no file.
    if (!file) return;
    this.#files.delete(path);
    file.closed = true;
    this.#sync(file);
    if (!file.syncing) closeSync(file.fd);
    if (file.size === 0) rmSync(path);
    else renameSync(path, path.replace(/open$/, "due"));
  }

  #sync(file: OpenFile): void {
    if (file.syncing || file.synced === file.size) return;
    const { size } = file;
    file.syncing = true;
    fdatasync(file.fd, (error) => {
      file.syncing = false;
      if (error) this.#options.log(`flow logs: the spool can't be synced: ${error.message}`);
      else file.synced = size;
      if (file.closed) closeSync(file.fd);
    });
  }
}
