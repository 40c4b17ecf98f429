import type { State } from "../api/perform.ts";
import { type Change, type World, applyChanges } from "../model/world.ts";
import type { Store } from "./store.ts";

/** The world of a store, held in memory. */
export interface HeldWorld extends State {
  /** All that was changed, and durable: what is on its way to the disk is waited for. */
  world(): World;
  /** For those who answer later: what they change while the disk is busy goes there together. */
  readonly proposals: Proposals;
}

export interface Proposals extends State {
  /** The world with what is on its way to the disk. Nobody may hear of it before `durable` resolves. */
  world(): World;
  commit(changes: readonly Change[]): World;
  /** Resolves when what `world` shows now is on the disk. Rejects when it can't be; the world is without it then. */
  durable(): Promise<void>;
}

/** Revisions that reach the disk together, or not at all. */
interface Batch {
  readonly revisions: (readonly Change[])[];
  /** The world after them. */
  world: World;
  readonly ended: Promise<void>;
  end(error?: unknown): void;
}

/**
 * Holds the world of a store. `committed` is told the changes of each revision once they are durable; `soon` calls
 * back at the end of this turn of the event loop.
 */
export function holdWorld(
  store: Store,
  committed: (changes: readonly Change[]) => void,
  soon: (write: () => void) => void = setImmediate,
): HeldWorld {
  const start = store.load();
  /** What the disk has; what is written and being synced; what is yet to be written. */
  let durable = start;
  let syncing: Batch | undefined;
  let next: Batch | undefined;
  const newest = (): World => (next ?? syncing)?.world ?? durable;

  /** Writes the next batch, if the disk takes it, and returns it. */
  const writeNext = (): Batch | undefined => {
    const batch = next;
    next = undefined;
    try {
      if (batch) store.write((syncing?.world ?? durable).revision, batch.revisions);
      return batch;
    } catch (error) {
      batch?.end(error);
      return undefined;
    }
  };

  /** The batches are synced, or will never be. */
  const settle = (batches: readonly Batch[], error?: unknown): void => {
    if (error === undefined) durable = batches.at(-1)?.world ?? durable;
    for (const { end } of batches) end(error);
    if (error === undefined) for (const changes of batches.flatMap(({ revisions }) => revisions)) committed(changes);
  };

  const write = (): void => {
    if (syncing) return;
    const batch = writeNext();
    if (!batch) return;
    syncing = batch;
    store.syncSoon((error) => {
      // Who could not wait has synced it meanwhile.
      if (syncing !== batch) return;
      syncing = undefined;
      if (error !== undefined && next) {
        // What was to follow is made of what is lost.
        next.end(error);
        next = undefined;
      }
      settle([batch], error);
      write();
    });
  };

  /** As `write`, and waits for the disk. */
  const drain = (): void => {
    if (!syncing && !next) return;
    const batches = [syncing, writeNext()].filter((batch) => batch !== undefined);
    syncing = undefined;
    try {
      store.sync();
    } catch (error) {
      return settle(batches, error);
    }
    settle(batches);
  };

  return {
    world: () => {
      drain();
      return durable;
    },
    commit: (changes) => {
      drain();
      const world = applyChanges(durable, changes);
      store.commit(durable.revision, changes);
      durable = world;
      committed(changes);
      return world;
    },
    proposals: {
      world: newest,
      commit: (changes) => {
        const world = applyChanges(newest(), changes);
        if (next) next.world = world;
        else {
          next = newBatch(world);
          soon(write);
        }
        next.revisions.push(changes);
        return world;
      },
      durable: () => (next ?? syncing)?.ended ?? Promise.resolve(),
    },
  };
}

function newBatch(world: World): Batch {
  let [resolve, reject]: [() => void, (reason: unknown) => void] = [() => undefined, () => undefined];
  const ended = new Promise<void>((...settle) => ([resolve, reject] = settle));
  // Whoever asks hears of it; that nobody asks is no bug.
  ended.catch(() => undefined);
  return { revisions: [], world, ended, end: (error) => (error === undefined ? resolve() : reject(error)) };
}
