import type { State } from "../api/perform.ts";
import { applyChanges } from "../model/world.ts";
import type { Store } from "./store.ts";

/** The world of a store, held in memory. It advances only once a commit is durable, so the two never differ. */
export function holdWorld(store: Store): State {
  let world = store.load();
  return {
    world: () => world,
    commit(changes) {
      const next = applyChanges(world, changes);
      store.commit(world.revision, changes);
      world = next;
      return world;
    },
  };
}
