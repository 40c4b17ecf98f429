/** Where the flow records come from that the `logs` commands ask about, and how far a long question is. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Format, parseFormat } from "../flow/format.ts";
import { downloadFlows } from "../io/flow-download.ts";
import { type Flows, openFlows, QueryError } from "../io/flow-query.ts";
import { findFiles } from "../io/flow-sources.ts";
import { isRefusal, type Refusal, refuse } from "../values/refuse.ts";
import { type Flag, misuse, stateFlag } from "./command.ts";
import { counted } from "./logs-findings.ts";
import { stateDirectory } from "./state.ts";

export const sourceFlags = {
  files: { type: "list", value: "PATH", about: "files, directories or patterns of flow records (default: the region's own)" },
  s3: { type: "string", value: "URL", about: "s3://BUCKET/PREFIX: download them first; credentials as for any AWS client" },
  "s3-endpoint": { type: "string", value: "URL", about: "of the service, where it is not Amazon's" },
  "s3-region": { type: "string", value: "NAME", about: "of the bucket, where the environment does not say it" },
  format: { type: "string", value: "FORMAT", about: "what lines of text without a header are, as in CreateFlowLogs" },
  since: { type: "string", value: "TIME", about: "30m, 1h, 7d ago, or 2026-01-31T12:00:00Z (default: all there is)" },
  until: { type: "string", value: "TIME", about: "as --since (default: now)" },
  progress: { type: "boolean", about: "say on stderr how far it is (default: on a terminal)" },
  state: stateFlag,
} as const satisfies Readonly<Record<string, Flag>>;

export const formFlags = {
  json: { type: "boolean", about: "answer with a JSON array of rows" },
  csv: { type: "boolean", about: "answer with comma-separated values" },
} as const satisfies Readonly<Record<string, Flag>>;

export interface SourceValues {
  readonly files?: readonly string[];
  readonly s3?: string;
  readonly "s3-endpoint"?: string;
  readonly "s3-region"?: string;
  readonly format?: string;
  readonly since?: string;
  readonly until?: string;
  readonly progress?: boolean;
  readonly state?: string;
}

/** Which records are meant, in Unix seconds; both ends may be open. */
export interface Window {
  readonly since?: number;
  readonly until?: number;
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A time, or how long ago; `now` is in Unix seconds, as the answer is. */
export function readTime(text: string, now: number): number | undefined {
  const [, count, unit = ""] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * (unitSeconds[unit] ?? 0);
  if (/^\d{9,10}$/.test(text)) return Number(text);
  const zoned = /[zZ]$|[+-]\d\d:?\d\d$/.test(text) || !text.includes("T") ? text : `${text}Z`;
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(zoned) : NaN;
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}

export function readWindow(values: Pick<SourceValues, "since" | "until">, now: number): Window | Refusal {
  const window: { since?: number; until?: number } = {};
  for (const name of ["since", "until"] as const) {
    const text = values[name];
    if (text === undefined) continue;
    const time = readTime(text, now);
    if (time === undefined) return misuse(`--${name} is a time or how long ago, such as 1h, not '${text}'`);
    window[name] = time;
  }
  return window;
}

/** Opens the records, lets them be asked about, and closes them again. */
export async function withFlows(
  values: SourceValues,
  ask: (flows: Flows, window: Window, telling: Telling) => Promise<number | Refusal>,
): Promise<number | Refusal> {
  const window = readWindow(values, Math.floor(Date.now() / 1000));
  if (isRefusal(window)) return window;
  const format = values.format === undefined ? undefined : parseFormat(values.format);
  if (isRefusal(format)) return misuse(`--format: ${format.message}`);
  if (values.s3 !== undefined && values.files !== undefined) return misuse("either --files or --s3 says where the records are");
  const telling = new Telling(values.progress ?? process.stderr.isTTY);
  const opened = await open(values, window, format, telling);
  if (isRefusal(opened)) return opened;
  const { flows, remove } = opened;
  telling.watch(flows);
  try {
    const answer = await ask(flows, window, telling);
    telling.end();
    const { lines, first } = await flows.unreadable();
    if (lines > 0) process.stderr.write(`bailey: lines that fit no format were passed over: ${lines}, the first at ${first}\n`);
    return answer;
  } catch (error) {
    if (error instanceof QueryError) return refuse("Query", error.message);
    throw error;
  } finally {
    telling.end();
    flows.close();
    remove();
  }
}

interface Opened {
  readonly flows: Flows;
  /** Deletes copies that were made. */
  remove(): void;
}

/** A file that is still written gives way to a finished one at any moment: then what is there is looked for once more. */
async function open(values: SourceValues, window: Window, format: Format | undefined, telling: Telling, again = true): Promise<Opened | Refusal> {
  const found = await findRecords(values, window, telling);
  if (isRefusal(found)) return found;
  const flows = await openFlows(found.paths, format?.fields);
  if (!isRefusal(flows)) return { flows, remove: found.remove };
  found.remove();
  return again && found.paths.some((path) => !existsSync(path)) ? open(values, window, format, telling, false) : flows;
}

interface Found {
  readonly paths: readonly string[];
  remove(): void;
}

async function findRecords(values: SourceValues, { since }: Window, telling: Telling): Promise<Found | Refusal> {
  if (values.s3 !== undefined) {
    const { "s3-endpoint": endpoint, "s3-region": region } = values;
    const bucket = { url: values.s3, ...(endpoint !== undefined && { endpoint }), ...(region !== undefined && { region }) };
    return downloadFlows(bucket, since, (done, all) => telling.say(`downloading: ${done} of ${all} files`));
  }
  const own = join(stateDirectory(values.state), "flow-logs");
  if (values.files === undefined && !existsSync(own)) {
    return refuse("NoFiles", `there are no flow records in ${own}: a flow log to the local directory writes them; --files or --s3 says where others are`);
  }
  const paths = findFiles(values.files ?? [own], since);
  return isRefusal(paths) ? paths : { paths, remove: () => undefined };
}

const tellMs = 500;

/** A line on stderr about how far it is, written again and again in one place on a terminal. */
export class Telling {
  readonly #on: boolean;
  readonly #terminal = process.stderr.isTTY;
  #timer: NodeJS.Timeout | undefined;
  #told = false;

  constructor(on: boolean) {
    this.#on = on;
  }

  say(line: string): void {
    if (!this.#on) return;
    process.stderr.write(this.#terminal ? `\r\u001b[K${line}` : `${line}\n`);
    this.#told = true;
  }

  /** Tells of the question under way until the end. */
  watch(flows: Flows): void {
    if (!this.#on) return;
    const tell = () => {
      const { rows, share } = flows.progress();
      const percent = share === undefined ? "" : `, ${Math.floor(share * 100)} %`;
      if (rows > 0 || share !== undefined) this.say(`reading ${counted(flows.files, "file")}: ${counted(rows, "row")}${percent}`);
    };
    this.#timer = setInterval(tell, tellMs);
  }

  /** The line goes; nothing is told from now on. */
  end(): void {
    clearInterval(this.#timer);
    if (this.#terminal && this.#told) process.stderr.write("\r\u001b[K");
    this.#told = false;
  }
}
