/** Copies flow-log files from a bucket of S3, or of anything that speaks its protocol, to where they can be asked about. */
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import { type Refusal, refuse } from "../values/refuse.ts";
import { mayHold } from "./flow-sources.ts";

export interface Bucket {
  /** s3://bucket or s3://bucket/prefix */
  readonly url: string;
  /** Of the service, where it is not Amazon's. */
  readonly endpoint?: string;
  readonly region?: string;
}

export interface Download {
  readonly paths: readonly string[];
  /** Deletes the copies. */
  remove(): void;
}

/** How many files are under way at a time. */
const atOnce = 8;

/**
 * Downloads the files below the prefix that can hold records since then (Unix seconds); `tell` hears how many of how many
 * are here. Credentials are found as Amazon's clients find them: environment, shared files, the machine's role.
 */
export async function downloadFlows(
  bucket: Bucket,
  since: number | undefined,
  tell: (done: number, all: number) => void,
): Promise<Download | Refusal> {
  const [, name, prefix = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(bucket.url) ?? [];
  if (name === undefined) return refuse("Usage", `--s3 is s3://BUCKET or s3://BUCKET/PREFIX, not '${bucket.url}'`);
  const { S3Client: Client } = await import("@aws-sdk/client-s3");
  const client = new Client({
    ...(bucket.endpoint !== undefined && { endpoint: bucket.endpoint, forcePathStyle: true }),
    ...(bucket.region !== undefined && { region: bucket.region }),
  });
  const directory = mkdtempSync(join(tmpdir(), "bailey-flows-"));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const keys = (await keysBelow(client, name, prefix)).filter((key) => mayHold(key, since));
    return { paths: await copy(client, name, keys, directory, tell), remove };
  } catch (error) {
    remove();
    return refuse("S3", `${bucket.url} can't be read: ${error instanceof Error ? error.message || error.name : String(error)}`);
  } finally {
    client.destroy();
  }
}

async function keysBelow(client: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const { ListObjectsV2Command } = await import("@aws-sdk/client-s3");
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(token !== undefined && { ContinuationToken: token }) }),
    );
    for (const { Key } of page.Contents ?? []) if (Key !== undefined && /\.(?:gz|parquet|log)$/.test(Key)) keys.push(Key);
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys;
}

/** Names are numbers, so that no key can lead out of the directory. */
async function copy(
  client: S3Client,
  bucket: string,
  keys: readonly string[],
  directory: string,
  tell: (done: number, all: number) => void,
): Promise<string[]> {
  const { GetObjectCommand } = await import("@aws-sdk/client-s3");
  const jobs = [...keys.entries()].toReversed();
  const paths: string[] = [];
  const worker = async () => {
    for (let job = jobs.pop(); job; job = jobs.pop()) {
      const [at, key] = job;
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const path = join(directory, String(Math.floor(at / 1000)), `${at}.${key.split(".").at(-1)}`);
      mkdirSync(dirname(path), { recursive: true });
      if (Body instanceof Readable) await pipeline(Body, createWriteStream(path));
      paths.push(path);
      tell(paths.length, keys.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, keys.length) }, worker));
  return paths;
}
