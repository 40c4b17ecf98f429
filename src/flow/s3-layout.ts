/** Where records lie in a bucket, and in the region's own directory: Amazon's prefixes and names. */
import type { FlowLog } from "../model/resource.ts";

/** A file holds the records that end within so many seconds, from a whole multiple of them. */
export const slotSeconds = 300;
/** Of text, before it is compressed: then a file ends early, and another follows. */
export const fileBytes = 75_000_000;

/** The slot that a record belongs to which ends then: its first second. */
export const slotOf = (end: number): number => end - (end % slotSeconds);

/** One of a flow log's files. */
export interface FlowFile {
  /** Its slot's first second, Unix. */
  readonly slot: number;
  /** Eight hex digits that tell it from the others of its slot. */
  readonly hash: string;
}

/** What of a flow log says where its files lie; of one that goes to CloudWatch Logs, where they would. */
export type Placed = Pick<FlowLog, "id" | "account" | "region" | "destination">;

/** What a file's name ends with while it is still written. */
export const liveSuffix = ".log";
const suffixes = { "plain-text": ".log.gz", parquet: ".log.parquet" } as const;

export const finalSuffix = ({ destination }: Placed): string =>
  suffixes["fileFormat" in destination ? destination.fileFormat : "plain-text"];

/** The file's name and the folders above it, `/` between, without a `/` at the start. */
export function pathOf(placed: Placed, { slot, hash }: FlowFile, suffix = finalSuffix(placed)): string {
  const { account, region, destination, id } = placed;
  const at = new Date(slot * 1000).toISOString();
  const stamp = `${at.slice(0, 16).replace(/[-:]/g, "")}Z`;
  const prefix = "prefix" in destination && destination.prefix !== "" ? [destination.prefix] : [];
  return [...prefix, "AWSLogs", ...folders(placed, at), `${account}_vpcflowlogs_${region}_${id}_${stamp}_${hash}${suffix}`].join("/");
}

/** The slot of a file by its name; undefined of one that is not complete, or none of ours. */
export function slotOfName(name: string): number | undefined {
  const [, year, month, day, hour, minute] = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_[0-9a-f]{8}\.log\.(?:gz|parquet)$/.exec(name) ?? [];
  return year === undefined ? undefined : Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)) / 1000;
}

function folders({ account, region, destination }: Placed, at: string): string[] {
  const [year, month, day, hour] = at.split(/[-T:]/);
  const { hive, perHour } = "hive" in destination ? destination : { hive: false, perHour: false };
  const parts: [key: string, value: string | undefined][] = [
    ["aws-account-id", account],
    ["aws-service", "vpcflowlogs"],
    ["aws-region", region],
    ["year", year],
    ["month", month],
    ["day", day],
  ];
  if (perHour) parts.push(["hour", hour]);
  return parts.map(([key, value = ""]) => (hive ? `${key}=${value}` : value));
}

/** The log stream of an interface in a log group. */
export const streamOf = ({ traffic }: Pick<FlowLog, "traffic">, eni: string): string => `${eni}-${traffic.toLowerCase()}`;
