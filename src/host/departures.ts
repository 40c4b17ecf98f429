/** Ends what was attached, once it is gone: others start and stop those processes, and tell nobody. */
import { hostNamespace } from "../compile/names.ts";
import { endedBy, terminated } from "../model/instance.ts";
import type { Instance } from "../model/resource.ts";
import { type Change, everywhere, type World } from "../model/world.ts";

/** The end of each attachment whose workload is gone; `whyGone` says why it is, or undefined while it is there. */
export const departures = (world: World, whyGone: (instance: Instance) => string | undefined, now: string): Change[] =>
  attachedInstances(world).flatMap((instance) => {
    const why = whyGone(instance);
    return why === undefined ? [] : ended(world, instance, why, now);
  });

/** The end of the attachment whose network, by the name it has here, cannot be made what it should be: others rule in it. */
export const unusable = (world: World, realm: string, namespace: string, why: string, now: string): Change[] =>
  attachedInstances(world)
    .filter(({ id }) => hostNamespace(realm, id) === namespace)
    .flatMap((instance) => ended(world, instance, why, now));

const attachedInstances = (world: World): Instance[] =>
  everywhere(world, "instance").filter(({ attached, state }) => attached !== undefined && state === "running");

const ended = (world: World, instance: Instance, why: string, now: string): Change[] =>
  terminated(world, { ...instance, stateReason: endedBy(why) }, now);
