/** Files in the region's own directory that are read while their slot lasts: plain text, and never half a record. */
import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Format } from "../flow/format.ts";
import { headerLine } from "./flow-files.ts";
import { bytesOf, textOf, wholeLines } from "./flow-segments.ts";

export interface LiveFiles {
  /** Brings the live file up to what its segment has. Rejects when it can't be written; the next time it is made anew. */
  follow(segment: string, format: Format, path: string): Promise<void>;
  /** Takes the live file away: what took its place is there. */
  end(path: string): void;
}

/** Starts with no file followed: what a former process left is made anew. */
export function openLiveFiles(): LiveFiles {
  /** How many bytes of its segment each file has. */
  const followed = new Map<string, number>();
  return {
    async follow(segment, format, path) {
      let done = followed.get(path);
      if (done === bytesOf({ path: segment })) return;
      followed.delete(path);
      if (done === undefined || !existsSync(path)) {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        writeFileSync(path, headerLine(format), { mode: 0o600 });
        done = 0;
      }
      for await (const lines of wholeLines(segment, done)) {
        appendFileSync(path, textOf(lines));
        done += lines.length;
      }
      followed.set(path, done);
    },
    end(path) {
      followed.delete(path);
      rmSync(path, { force: true });
    },
  };
}
