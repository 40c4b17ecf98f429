/**
 * The spool on disk: a folder for each flow log with what it is, `flow-log.json`, and its segments. A segment is what a
 * file of the flow log is made from: a line for each record, `INTERFACE START END` before the text that is delivered.
 */
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Gaps, widen } from "../flow/gaps.ts";
import type { FlowFile } from "../flow/s3-layout.ts";
import type { FlowLog } from "../model/resource.ts";

/** `open` is being written, `due` is to be delivered, and so is `gap`: what stands for records that were dropped. */
export type SegmentState = "open" | "due" | "gap";

export interface Segment extends FlowFile {
  readonly flowLog: string;
  readonly state: SegmentState;
  readonly path: string;
}

export const segmentPath = (spool: string, flowLog: string, { slot, hash }: FlowFile, state: SegmentState): string =>
  join(spool, flowLog, `${slot}-${hash}.${state}`);

const segmentName = /^(\d+)-([0-9a-f]{8})\.(open|due|gap)$/;

/** All segments in the spool; of each flow log the earliest first. None when there is no spool. */
export function segmentsIn(spool: string): Segment[] {
  if (!existsSync(spool)) return [];
  const folders = readdirSync(spool, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name: flowLog }) =>
    readdirSync(join(spool, flowLog))
      .flatMap((name): Segment[] => {
        const [, slot = "", hash = "", state] = segmentName.exec(name) ?? [];
        return state === undefined ? [] : [{ flowLog, slot: Number(slot), hash, state: state as SegmentState, path: join(spool, flowLog, name) }];
      })
      .sort((a, b) => a.slot - b.slot),
  );
}

/** Bytes on disk; 0 when it has gone meanwhile. */
export const bytesOf = ({ path }: Pick<Segment, "path">): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

const described = "flow-log.json";

/** Makes the flow log's folder, where it is not there. */
export function describeFlowLog(spool: string, flowLog: FlowLog): void {
  const path = join(spool, flowLog.id, described);
  if (existsSync(path)) return;
  mkdirSync(join(spool, flowLog.id), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, JSON.stringify(flowLog));
  renameSync(`${path}.new`, path);
}

/** The flow log whose folder it is. */
export const readFlowLog = (spool: string, id: string): FlowLog => JSON.parse(readFileSync(join(spool, id, described), "utf8")) as FlowLog;

const newline = 10;
const space = 32;

/** The whole lines of a segment from an offset on, some at a time; what comes after the last newline is left out. */
export async function* wholeLines(path: string, start = 0): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { start, highWaterMark: 1 << 18 })) {
    const read = Buffer.concat([rest, chunk as Buffer]);
    const end = read.lastIndexOf(newline) + 1;
    if (end > 0) yield read.subarray(0, end);
    rest = read.subarray(end);
  }
}

/** Where the text that is delivered begins, in the line that begins at `from`. */
function textStart(lines: Buffer, from: number): number {
  let at = from;
  for (let words = 0; words < 3; at++) if (lines[at] === space) words++;
  return at;
}

/** The text that is delivered of whole lines. */
export function textOf(lines: Buffer): Buffer {
  const text = Buffer.allocUnsafe(lines.length);
  let length = 0;
  for (let from = 0; from < lines.length; ) {
    const end = lines.indexOf(newline, from) + 1;
    length += lines.copy(text, length, textStart(lines, from), end);
    from = end;
  }
  return text.subarray(0, length);
}

/** A record in the spool. */
export interface SpooledLine {
  readonly interface: string;
  /** Unix seconds. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The records of whole lines. */
export function* recordsOf(lines: Buffer): Generator<SpooledLine> {
  for (let from = 0; from < lines.length; ) {
    const end = lines.indexOf(newline, from);
    const text = textStart(lines, from);
    const [eni = "", start, last] = lines.toString("latin1", from, text).split(" ");
    yield { interface: eni, start: Number(start), end: Number(last), text: lines.toString("latin1", text, end) };
    from = end + 1;
  }
}

export const spooledLine = (eni: string, start: number, end: number, text: string): string => `${eni} ${start} ${end} ${text}\n`;

/** What is missing when these lines are. */
export function widenBy(gaps: Gaps, lines: Buffer): void {
  for (const record of recordsOf(lines)) widen(gaps, record.interface, record);
}
