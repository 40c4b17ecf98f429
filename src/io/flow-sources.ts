/** Finds files of flow records, and says what each is: text in any format, compressed or not, or Parquet. */
import { closeSync, type Dirent, existsSync, globSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import { type Column, defaultColumns, readHeader } from "../flow/parse.ts";
import { isRefusal, type Refusal, refuse } from "../values/refuse.ts";

export interface TextFile {
  readonly kind: "text";
  readonly path: string;
  readonly gzip: boolean;
  /** Whether its first line names the columns. */
  readonly header: boolean;
  readonly columns: readonly Column[];
}

export interface ParquetFile {
  readonly kind: "parquet";
  readonly path: string;
}

export type FlowFile = TextFile | ParquetFile;

/** What files of flow records are called; in directories others are passed over. */
const recordName = /\.(?:log|gz|parquet|txt)$/;
const parquetMagic = "PAR1";
const gzipMagic = "\x1f\x8b";
/** Enough for the first line of any format. */
const firstBytes = 1 << 16;

/** Files lag behind the slot in their name by no more than this, in seconds. */
const slack = 3600;
const slotSeconds = 300;

/** Whether a file that is named as flow logs name theirs can hold records that end at or after `since`, in Unix seconds. */
export function mayHold(name: string, since: number | undefined): boolean {
  const [, year, month, day, hour, minute] = /_(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})Z_[^_/]*$/.exec(name) ?? [];
  if (since === undefined || year === undefined) return true;
  const slot = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)) / 1000;
  return slot + slotSeconds + slack > since;
}

/** The paths of all that the texts name: files, directories with all that is in them, and glob patterns. */
export function findFiles(texts: readonly string[], since?: number): string[] | Refusal {
  const found = new Set<string>();
  for (const text of texts) {
    const paths = existsSync(text) ? [resolve(text)] : globSync(text).map((path) => resolve(path));
    if (paths.length === 0) return refuse("NoFiles", `nothing is called ${text}`);
    for (const path of paths) for (const file of filesAt(path)) if (mayHold(file, since)) found.add(file);
  }
  return [...found].filter((path) => !isOutlived(path, found)).toSorted();
}

function filesAt(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const entries: Dirent[] = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries.filter((each) => each.isFile() && recordName.test(each.name)).map((each) => join(each.parentPath, each.name));
}

/** A file that is still written, whose records are in a finished one already. */
const isOutlived = (path: string, all: ReadonlySet<string>): boolean =>
  path.endsWith(".log") && [".gz", ".parquet"].some((suffix) => all.has(path + suffix));

/**
 * What a file is, from its first bytes. `format` is said for text without a header, else it has the default format;
 * undefined when the file is empty.
 */
export function inspect(path: string, format?: readonly Column[]): FlowFile | undefined | Refusal {
  const bytes = head(path);
  if (isRefusal(bytes)) return bytes;
  const magic = bytes.toString("latin1", 0, 4);
  if (magic === parquetMagic) return { kind: "parquet", path };
  const gzip = magic.startsWith(gzipMagic);
  const text = gzip ? inflated(bytes) : bytes;
  if (text === undefined) return refuse("Unreadable", `${path} is broken: it can't be decompressed`);
  const [line = ""] = text.toString("utf8").split(/\r?\n/, 1);
  if (line === "") return undefined;
  const named = readHeader(line);
  const columns = named ?? format ?? defaultColumns;
  const words = line.trim().split(/ +/).length;
  if (!named && words !== columns.length) {
    return refuse("Unreadable", `${path} has no header, and ${words} fields a line instead of ${columns.length}: --format says what they are`);
  }
  return { kind: "text", path, gzip, header: named !== undefined, columns };
}

function head(path: string): Buffer | Refusal {
  try {
    const descriptor = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(firstBytes);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, firstBytes, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return refuse("Unreadable", `${path} can't be read: ${String(error)}`);
  }
}

/** What the beginning of a compressed file holds. */
function inflated(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}
