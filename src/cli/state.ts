import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { alive } from "../io/process.ts";
import { isRefusal, refuse } from "../values/refuse.ts";
import type { Refusal } from "../values/refuse.ts";

/** What `<state>/endpoint.json` says of the region last started there. */
export interface RegionFacts {
  readonly endpoint: string;
  readonly caBundle: string;
  readonly region: string;
  readonly account: string;
  readonly realm: string;
  readonly dataplane: string;
  /** The control plane's process, and its start in clock ticks since boot. */
  readonly pid: number;
  readonly started: number;
}

/** `<state>/credentials.json`: the root user's access key. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The state directory a command means, as an absolute path. */
export function stateDirectory(flag: string | undefined): string {
  if (flag !== undefined) return resolve(flag);
  const base = process.env["XDG_STATE_HOME"] || join(homedir(), ".local", "state");
  return resolve(base, "bailey");
}

export function makeStateDirectory(state: string): Refusal | undefined {
  try {
    mkdirSync(state, { recursive: true, mode: 0o700 });
    return undefined;
  } catch (error) {
    return refuse("State", `the state directory can't be made: ${String(error)}`);
  }
}

/** Written whole or not at all: other commands read it at any moment. */
export function writeFacts(state: string, facts: RegionFacts): void {
  const path = join(state, "endpoint.json");
  writeFileSync(`${path}.new`, `${JSON.stringify(facts, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The region last started in the state directory, whether its control plane runs or not. */
export function readFacts(state: string): RegionFacts | Refusal {
  const facts = readFields(join(state, "endpoint.json"), {
    endpoint: "string",
    caBundle: "string",
    region: "string",
    account: "string",
    realm: "string",
    dataplane: "string",
    pid: "number",
    started: "number",
  });
  return facts ?? refuse("State", `no region was ever started in ${state}; 'bailey up' starts one (see --state)`);
}

/** The region whose control plane runs now. */
export function runningFacts(state: string): RegionFacts | Refusal {
  const facts = readFacts(state);
  if (isRefusal(facts) || alive(facts)) return facts;
  return refuse("State", `the region in ${state} is not running; 'bailey up' starts it`);
}

export function readCredentials(state: string): Credentials | Refusal {
  const path = join(state, "credentials.json");
  const credentials = readFields(path, { accessKeyId: "string", secretAccessKey: "string" });
  return credentials ?? refuse("State", `${path} can't be read, or holds no access key`);
}

type FieldTypes = Readonly<Record<string, "string" | "number">>;
type Fields<T extends FieldTypes> = { readonly [K in keyof T]: T[K] extends "string" ? string : number };

/** A JSON file's fields, or undefined when the file is missing or any of them is. */
function readFields<const T extends FieldTypes>(path: string, types: T): Fields<T> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
  return hasFields(value, types) ? value : undefined;
}

function hasFields<T extends FieldTypes>(value: unknown, types: T): value is Fields<T> {
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return Object.entries(types).every(([name, type]) => typeof fields.get(name) === type);
}
