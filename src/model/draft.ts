import { applyChanges } from "./world.ts";
import type { Change, World } from "./world.ts";

/** A world with changes tried on it: each step of a call sees what the steps before it made. */
export class Draft {
  world: World;
  readonly changes: Change[] = [];

  constructor(world: World) {
    this.world = world;
  }

  add(...changes: readonly Change[]): void {
    this.changes.push(...changes);
    this.world = applyChanges(this.world, changes);
  }
}
