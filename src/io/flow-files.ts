/** The files that a flow log's segments become. */
import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { headerOf, type Format } from "../flow/format.ts";
import { writeParquet } from "./flow-parquet.ts";
import { textOf, wholeLines } from "./flow-segments.ts";

/** Half the time of gzip's usual 6, for files that are an eighth longer. */
const gzipLevel = 3;

export type FileFormat = "plain-text" | "parquet";

/** Makes the file of a segment at a path. Rejects when there is no room; what is at the path then is of no use. */
export async function makeFile(segment: string, format: Format, fileFormat: FileFormat, path: string): Promise<void> {
  if (fileFormat === "parquet") {
    await writeParquet(segment, format, path);
    return sync(path);
  }
  await pipeline(Readable.from(textFile(segment, format)), createGzip({ level: gzipLevel }), createWriteStream(path, { mode: 0o600, flush: true }));
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r+");
  await file.sync();
  await file.close();
}

async function* textFile(segment: string, format: Format): AsyncGenerator<Buffer> {
  yield headerLine(format);
  for await (const lines of wholeLines(segment)) yield textOf(lines);
}

export const headerLine = (format: Format): Buffer => Buffer.from(`${headerOf(format)}\n`, "latin1");
