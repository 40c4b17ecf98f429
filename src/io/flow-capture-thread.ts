/**
 * The thread that reads flows out of the kernel, a window at a time, and spools what it has read before it does anything
 * else. It answers from a replica of the world. When an interface or a flow log goes, the window so far is told first.
 */
import { dirname, join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { keptSeconds } from "../compile/count.ts";
import type { Told } from "../flow/observe.ts";
import type { FlowRecord } from "../flow/record.ts";
import { skippedIn } from "../flow/silence.ts";
import type { FlowLog } from "../model/resource.ts";
import { applyChanges, type Change, emptyWorld, everywhere, tableOf, type World } from "../model/world.ts";
import { randomHex } from "./crypto.ts";
import type { FlowCaptureStart, FromFlowCapture, ToFlowCapture } from "./flow-capture.ts";
import { forgetProgress, readProgress, writeProgress } from "./flow-progress.ts";
import { countedIn, openFlowReader } from "./flow-reader.ts";
import { openFlowSpool } from "./flow-spool.ts";

/** Amazon's shortest window, which it uses whatever is asked for where interfaces are its newer ones. */
const windowMs = 60_000;
const tickMs = 1000;
/** Records held before they are spooled: what a kill -9 takes with it while it reads. */
const atOnce = 1000;

const port = parentPort;
if (!port) throw new Error("the capturing thread is started as a worker");
const say = (message: FromFlowCapture): void => port.postMessage(message);
const log = (line: string): void => say({ log: line });

const { realm, spool: directory, limit, changes: first, again } = workerData as FlowCaptureStart;
const progress = join(dirname(directory), "flow-progress");
const earlier = readProgress(progress);
const spool = openFlowSpool({ directory, limit, now: () => Date.now() / 1000, random: randomHex, log });
let world: World = applyChanges(emptyWorld, first);
const reader = openFlowReader(realm, again ? { ...unknownTables(), ...earlier?.tables } : earlier?.tables);
let since = earlier?.since ?? (again ? firstCounted() : Date.now());

/** What was counted before nobody may have read, and its table may have gone with it. */
function unknownTables(): Record<string, string> {
  return Object.fromEntries(countedIn(world).map((vpc) => [vpc, "unknown"]));
}

/** When the first of the flow logs was made. */
function firstCounted(): number {
  return Math.min(Date.now(), ...[...everywhere(world, "flow-log")].map(({ created }) => Date.parse(created)));
}

/** Keeps on disk which tables count, from when they do. */
function note(): void {
  if (reader.note(world)) writeProgress(progress, { since, underWay: false, tables: reader.tables() });
}

/** Everything since the last reading. */
function read(): void {
  const now = Date.now();
  writeProgress(progress, { since, underWay: true, tables: reader.tables() });
  const { missed } = spooling((tell) => reader.read(world, since, now, tell));
  if (missed > 0) log(`flow logs: ${missed} packets found no room to be counted; records say SKIPDATA`);
  writeProgress(progress, { since: now, underWay: false, tables: reader.tables() });
  since = now;
}

/** Spools what is told, many records at once. */
function spooling<T>(work: (tell: (told: Told) => void) => T): T {
  const held = new Map<string, { readonly flowLog: FlowLog; readonly records: FlowRecord[] }>();
  const result = work(({ log: flowLog, record }) => {
    const own = held.get(flowLog.id) ?? { flowLog, records: [] };
    held.set(flowLog.id, own);
    own.records.push(record);
    if (own.records.length >= atOnce) spool.append(flowLog, own.records.splice(0));
  });
  for (const { flowLog, records } of held.values()) spool.append(flowLog, records);
  return result;
}

/** An earlier process may have died with counts it had read, or so long ago that the kernel has forgotten some. */
function tellGap(): void {
  if (!earlier) return;
  const now = Date.now();
  if (!earlier.underWay && now - earlier.since < keptSeconds * 1000) return;
  log("flow logs: an earlier process left counts unread; records say SKIPDATA");
  const window = { start: Math.floor(earlier.since / 1000), end: Math.floor(now / 1000) };
  const vpcs = new Set([...everywhere(world, "vpc")].map(({ id }) => id));
  spooling((tell) => {
    for (const told of skippedIn(world, window, vpcs)) tell(told);
  });
  writeProgress(progress, { ...earlier, underWay: false });
}

const ends = (change: Change): boolean => "delete" in change && (change.delete.kind === "network-interface" || change.delete.kind === "flow-log");

attempt(tellGap);
// What an earlier process left is told at once: its table may be made anew by another that does not live long.
if (again) attempt(read);
attempt(note);

function attempt(what: () => void): void {
  try {
    what();
  } catch (error) {
    log(`flow logs: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

port.on("message", (message: ToFlowCapture) => {
  if ("end" in message) {
    attempt(read);
    attempt(() => spool.close());
    return say({ ended: true });
  }
  if (message.changes.some(ends)) attempt(read);
  world = applyChanges(world, message.changes);
  attempt(note);
  // From now on nothing is counted, so nothing is missed.
  if (tableOf(world, "flow-log").size === 0) attempt(() => forgetProgress(progress));
});

/** Each second, and when a window ends. */
function tick(): void {
  if (Math.floor(since / windowMs) !== Math.floor(Date.now() / windowMs)) attempt(read);
  attempt(note);
  attempt(() => spool.tick());
  setTimeout(tick, Math.min(tickMs, windowMs - (Date.now() % windowMs)));
}
tick();
