/**
 * How far the counts have been read, kept for the next process: reading resets them, so that a process that ends in the
 * middle takes what it holds with it.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

export interface Progress {
  /** Until when all is read and spooled, milliseconds since 1970. */
  readonly since: number;
  /** Another reading has begun, and not everything it found is known to be spooled. */
  readonly underWay: boolean;
  /** What was read last in each VPC, as `FlowReader.tables`. */
  readonly tables: Readonly<Record<string, string>>;
}

/** What an earlier process left; undefined where none did. */
export function readProgress(path: string): Progress | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Progress;
  } catch {
    return undefined;
  }
}

export function writeProgress(path: string, progress: Progress): void {
  writeFileSync(`${path}.new`, JSON.stringify(progress), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export const forgetProgress = (path: string): void => rmSync(path, { force: true });
