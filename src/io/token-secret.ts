import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const bytes = 32;

/**
 * What metadata tokens of a state are proved with, in hex: kept in a file (mode 0600), so that tokens outlive a restart.
 * A file that holds none is replaced, which costs instances no more than asking for new tokens.
 */
export function openTokenSecret(state: string): string {
  const path = join(state, "metadata-token.key");
  const kept = existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  if (new RegExp(`^[0-9a-f]{${bytes * 2}}$`).test(kept)) return kept;
  const made = randomBytes(bytes).toString("hex");
  writeFileSync(`${path}.new`, `${made}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return made;
}
