/** Reads flows out of the kernel from a thread of its own, which is started with the first flow log. */
import { Worker } from "node:worker_threads";
import { type Change, everything, put, tableOf, type World } from "../model/world.ts";

export interface FlowCaptureDependencies {
  readonly realm: string;
  /** The spool's folder, and how many bytes it may have. */
  readonly spool: string;
  readonly limit: number;
  world(): World;
  log(line: string): void;
}

export interface FlowCapture {
  /** Tells what was committed. */
  commit(changes: readonly Change[]): void;
  /** Reads what there is, and spools it. */
  close(): Promise<void>;
}

/** What the thread starts with. */
export interface FlowCaptureStart extends Pick<FlowCaptureDependencies, "realm" | "spool" | "limit"> {
  readonly changes: readonly Change[];
  /** There were flow logs before it, and counts that another may have read. */
  readonly again: boolean;
}

/** To the thread. */
export type ToFlowCapture = { readonly changes: readonly Change[] } | { readonly end: true };
/** From the thread. */
export type FromFlowCapture = { readonly log: string } | { readonly ended: true };

/** Before a thread that ended by a bug is started again. */
const restartMs = 1000;
/** How long the last reading may take. */
const endMs = 5000;

const resourceOf = (change: Change) => ("put" in change ? change.put : change.delete);
/** Nothing of these is in any policy or record. */
const unneeded: ReadonlySet<string> = new Set(["client-token", "prefix-list-version"]);
const neededOf = (changes: readonly Change[]): Change[] => changes.filter((change) => !unneeded.has(resourceOf(change).kind));

export function openFlowCapture({ realm, spool, limit, world, log }: FlowCaptureDependencies): FlowCapture {
  let worker: Worker | undefined;
  let closed = false;
  let ended: () => void = () => undefined;
  const start = (again: boolean) => {
    if (closed || worker || tableOf(world(), "flow-log").size === 0) return;
    const workerData: FlowCaptureStart = { realm, spool, limit, again, changes: neededOf(everything(world()).map(put)) };
    worker = new Worker(new URL("./flow-capture-thread.ts", import.meta.url), { workerData });
    worker.on("message", (message: FromFlowCapture) => ("log" in message ? log(message.log) : ended()));
    worker.on("error", (error) => log(`flow logs: ${error.stack}`));
    worker.on("exit", () => {
      worker = undefined;
      ended();
      if (!closed) setTimeout(() => start(true), restartMs).unref();
    });
  };
  start(true);
  return {
    commit: (changes) => {
      if (!worker) return start(false);
      const needed = neededOf(changes);
      if (needed.length > 0) worker.postMessage({ changes: needed } satisfies ToFlowCapture);
    },
    close: async () => {
      closed = true;
      if (!worker) return;
      await new Promise<void>((resolve) => {
        ended = resolve;
        setTimeout(resolve, endMs).unref();
        worker?.postMessage({ end: true } satisfies ToFlowCapture);
      });
      await worker?.terminate();
    },
  };
}
