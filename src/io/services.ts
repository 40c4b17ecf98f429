/** The services of all networks, in a thread of their own: however much they are asked, the API is not slower for it. */
import { Worker } from "node:worker_threads";
import type { Change, World } from "../model/world.ts";
import { changeKey, servedChanges, wholeReplica } from "../services/replica.ts";
import type { ServiceSettings } from "./router-services.ts";
import type { OpenedSocket, SocketAddress, SocketOpener } from "./sockets.ts";

export interface ServicesDependencies {
  readonly realm: string;
  readonly settings: ServiceSettings;
  /** Opens sockets where the thread can't go: without root, who has left the host's network namespace can't come back. */
  readonly opener: SocketOpener;
  world(): World;
  log(line: string): void;
}

export interface Services {
  /** Tells what was committed; namespaces are looked at again when it is in force. */
  commit(changes: readonly Change[], inForce: () => Promise<unknown>): void;
  /** Resolves when the services of every network in the kernel answer, by what was committed before. */
  look(): Promise<void>;
  close(): Promise<void>;
}

/** What the thread starts with. */
export interface ServicesStart {
  readonly realm: string;
  readonly settings: ServiceSettings;
  readonly changes: readonly Change[];
}

/** To the thread. One frame is under way at a time, and is answered by `done`. */
export type ToServices =
  | { readonly changes: readonly Change[]; readonly look: boolean }
  | { readonly opened: number; readonly sockets?: readonly OpenedSocket[]; readonly error?: string };

/** From the thread. */
export type FromServices =
  | { readonly done: true }
  | { readonly log: string }
  | { readonly open: number; readonly namespace: string; readonly wanted: readonly SocketAddress[] };

/** Before a thread that ended by a bug is started again. */
const restartMs = 1000;

/** Starts the thread, with the world as it is. A thread that fails is replaced. */
export function openServices({ realm, settings, opener, world, log }: ServicesDependencies): Services {
  /** What the thread does not know yet: the last change of each resource, so never more than there are resources. */
  let pending = new Map<string, Change>();
  let waiting: (() => void)[] = [];
  let answered: (() => void)[] | undefined;
  let closed = false;
  let worker: Worker | undefined;

  const say = (message: ToServices) => worker?.postMessage(message);
  const pump = () => {
    if (!worker || answered || (pending.size === 0 && waiting.length === 0)) return;
    say({ changes: [...pending.values()], look: waiting.length > 0 });
    answered = waiting;
    pending = new Map();
    waiting = [];
  };
  const hear = (message: FromServices) => {
    if ("log" in message) return log(message.log);
    if ("done" in message) {
      for (const tell of answered ?? []) tell();
      answered = undefined;
      return pump();
    }
    const { open: opened, namespace, wanted } = message;
    opener.sockets(namespace, wanted).then(
      (sockets) => say({ opened, sockets }),
      (error: unknown) => say({ opened, error: error instanceof Error ? error.message : String(error) }),
    );
  };
  const start = () => {
    if (closed) return;
    const workerData: ServicesStart = { realm, settings, changes: wholeReplica(world()) };
    pending = new Map();
    worker = new Worker(new URL("./services-thread.ts", import.meta.url), { workerData });
    worker.on("message", hear);
    worker.on("error", (error) => log(`services: ${error.stack}`));
    worker.on("exit", () => {
      waiting.unshift(...(answered ?? []));
      answered = undefined;
      worker = undefined;
      if (!closed) setTimeout(start, restartMs).unref();
    });
    pump();
  };
  const look = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      pump();
    });
  start();
  return {
    commit: (changes, inForce) => {
      const served = servedChanges(changes);
      // A thread that is still to be started again starts with the world of then.
      if (!worker || served.length === 0) return;
      for (const change of served) pending.set(changeKey(change), change);
      pump();
      void inForce().then(look);
    },
    look,
    close: async () => {
      closed = true;
      await worker?.terminate();
      for (const tell of waiting.splice(0)) tell();
    },
  };
}
