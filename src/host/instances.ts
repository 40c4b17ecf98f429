/**
 * Makes instances run, and end, as the world says. Like every reconciler it looks at what is, compares, acts, and can
 * run at any moment: an instance that runs already is taken over, one that died is started again.
 */
import { started, stopped, terminated } from "../model/instance.ts";
import type { Instance } from "../model/resource.ts";
import { everywhere, find, put, type Change, type World } from "../model/world.ts";
import { isRefusal, type Refusal } from "../values/refuse.ts";
import { bootOf, guestOf } from "./guest.ts";
import type { Guests, RunningGuest } from "./guests.ts";

export interface InstanceDependencies {
  readonly guests: Guests;
  readonly realm: string;
  world(): World;
  /** Commits what the function makes of the world as it is then; nothing when it makes no change. */
  commit(make: (world: World) => readonly Change[]): void;
  /** Resolves when the network of a revision is in force. */
  settle(revision: number): Promise<Refusal | undefined>;
  /** ISO 8601. */
  now(): string;
  sleep(ms: number): Promise<void>;
  log(line: string): void;
}

export interface Instances {
  poke(): void;
  /** Resolves when no pass is under way; instances stay as they are. */
  stop(): Promise<void>;
}

/** How long an instance's processes have to end before they are killed, in milliseconds. */
const grace = 5_000;
/** Between two tries to start an instance that should run. */
const retryMs = 2_000;

export function startInstances(dependencies: InstanceDependencies): Instances {
  const { guests, realm, world, commit, settle, now, sleep, log } = dependencies;
  /** Instances something is being done about; each is done about one thing at a time. */
  const busy = new Map<string, Promise<void>>();
  let stopping = false;
  let passing: Promise<void> = Promise.resolve();
  let again = false;

  /** Commits a step of an instance's life, unless it has moved on meanwhile. */
  const enter = (from: Instance, make: (world: World, instance: Instance) => readonly Change[]) =>
    commit((newest) => {
      const instance = find(newest, "instance", from.id);
      return instance?.state === from.state && instance.stateChanged === from.stateChanged ? make(newest, instance) : [];
    });

  const start = async (instance: Instance) => {
    const unsettled = await settle(world().revision);
    if (unsettled) return retryLater(instance, unsettled);
    const answer = await guests.start(guestOf(world(), instance, realm));
    if (!isRefusal(answer)) {
      if (instance.state === "pending") enter(instance, (_, newest) => [put(started(newest, now()))]);
      return;
    }
    if (instance.state !== "pending") return retryLater(instance, answer);
    log(`${instance.id} does not start: ${answer.message}`);
    const reason = { code: "Server.InternalError", message: `Server.InternalError: ${answer.message}` };
    enter(instance, (newest, found) => terminated(newest, { ...found, stateReason: reason }, now()));
  };

  /** What failed for now is tried again at a later pass. */
  const retryLater = async (instance: Instance, { message }: Refusal) => {
    log(`${instance.id} does not start yet: ${message}`);
    await sleep(retryMs);
  };

  const end = async (instance: Instance) => {
    await guests.stop(instance.id, grace);
    if (instance.state === "stopping") {
      enter(instance, (_, found) => [put(stopped(found, now()))]);
      return;
    }
    enter(instance, (newest, found) => terminated(newest, found, now()));
    await guests.remove(instance.id);
  };

  const act = (id: string, what: () => Promise<void>) => {
    if (busy.has(id)) return;
    const done = what()
      .catch((error: unknown) => log(`${id}: ${error instanceof Error ? error.message : String(error)}`))
      .then(async () => {
        await sleep(0);
        busy.delete(id);
        poke();
      });
    busy.set(id, done);
  };

  const pass = async () => {
    const running = await guests.observe();
    const all = everywhere(world(), "instance");
    for (const instance of all) {
      const wanted = wants(instance, running.get(instance.id));
      if (wanted === "start") act(instance.id, () => start(instance));
      if (wanted === "end") act(instance.id, () => end(instance));
      // What has ended is started at the next pass.
      if (wanted === "end this start") act(instance.id, () => guests.stop(instance.id, grace));
    }
    const known = new Set<string>(all.filter(({ state }) => state !== "terminated" && state !== "stopped").map(({ id }) => id));
    for (const id of running.keys()) {
      if (!known.has(id)) act(id, () => guests.stop(id, grace));
    }
  };

  const poke = () => {
    if (stopping) return;
    if (again) return;
    again = true;
    passing = passing.then(async () => {
      again = false;
      if (!stopping) await pass().catch((error: unknown) => log(`instances: ${String(error)}`));
    });
  };
  poke();
  return {
    poke,
    stop: async () => {
      stopping = true;
      await passing;
      await Promise.all(busy.values());
    },
  };
}

/** What must be done about an instance, given the process that runs for it: nothing for one that others run, until it ends. */
function wants(instance: Instance, running: RunningGuest | undefined): "start" | "end" | "end this start" | undefined {
  if (instance.attached) return instance.state === "shutting-down" ? "end" : undefined;
  switch (instance.state) {
    case "pending":
      return "start";
    case "running":
      if (!running) return "start";
      return running.boot === bootOf(instance) ? undefined : "end this start";
    case "stopping":
    case "shutting-down":
      return "end";
    default:
      return undefined;
  }
}
