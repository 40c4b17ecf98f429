/** How much of local flow logs is kept: over a limit the oldest files go, and it is said. */
import { readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { slotOfName } from "../flow/s3-layout.ts";

export interface KeptFiles {
  /** Brings what lies in the directory below the limit, if only what is packed already is too much. */
  look(): void;
}

/** `limit`: bytes. Says once that files go. */
export function openKeptFiles(directory: string, limit: number, log: (line: string) => void): KeptFiles {
  let said = false;
  return {
    look() {
      const files = filesIn(directory);
      let used = files.reduce((sum, { bytes }) => sum + bytes, 0);
      const packed = files.filter(({ slot }) => slot !== undefined).sort((a, b) => (a.slot ?? 0) - (b.slot ?? 0));
      for (const { path, bytes, slot = 0 } of packed) {
        if (used <= limit) return;
        rmSync(path, { force: true });
        removeEmpty(dirname(path), directory);
        used -= bytes;
        if (!said) log(`flow logs: ${directory} is over its limit of ${limit} bytes: the oldest records go, first those of ${new Date(slot * 1000).toISOString()}`);
        said = true;
      }
    },
  };
}

interface File {
  readonly path: string;
  readonly bytes: number;
  /** Of a file that is packed, Unix seconds. */
  readonly slot: number | undefined;
}

function filesIn(directory: string): File[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ parentPath, name }) => {
    const path = join(parentPath, name);
    // One that is written now may be packed, and gone, by now.
    return { path, bytes: statSync(path, { throwIfNoEntry: false })?.size ?? 0, slot: slotOfName(name) };
  });
}

/** Removes a folder that has nothing in it any more, and those above that had nothing else. */
function removeEmpty(folder: string, top: string): void {
  if (folder === top || readdirSync(folder).length > 0) return;
  rmdirSync(folder);
  removeEmpty(dirname(folder), top);
}
