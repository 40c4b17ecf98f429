import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import { deleteInterface, detach, interfacesOf } from "./network-interface.ts";
import type { Instance, InstanceState, Subnet } from "./resource.ts";
import { everywhere, put, remove } from "./world.ts";
import type { Change, World } from "./world.ts";

/** The number the API gives each state. */
export const stateCodes = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const satisfies Record<InstanceState, number>;

/** Terminated instances stay describable for this long. */
const rememberedFor = 3600_000;

/** What all instances of one launch share. */
export type LaunchPlan = Pick<
  Instance,
  | "reservation"
  | "image"
  | "type"
  | "userData"
  | "keyName"
  | "clientToken"
  | "terminationProtected"
  | "shutdownBehavior"
  | "metadataOptions"
  | "stopProtected"
  | "privateNames"
  | "wishes"
> & { readonly tags: Tags };

/** A new instance, which the host is to bring up. Its interfaces are made or attached beside it. */
export const makeInstance = (birth: Birth, subnet: Subnet, launchIndex: number, { tags, ...plan }: LaunchPlan): Instance => ({
  ...owned(birth, tags),
  kind: "instance",
  id: birth.mint("instance"),
  launchIndex,
  state: "pending",
  stateChanged: birth.now,
  launched: birth.now,
  vpc: subnet.vpc,
  subnet: subnet.id,
  ...plan,
});

const enter = (instance: Instance, state: InstanceState, now: string): Instance => ({ ...instance, state, stateChanged: now });

/** It was asked to run: the host brings it up and then says `started`. */
export function starting(instance: Instance, now: string): Instance {
  const { stateReason: _, ...rest } = enter(instance, "pending", now);
  return { ...rest, launched: now };
}

/** It was asked to stop or to go for good: the host takes it down and then says `stopped` or `terminated`. */
export const ending = (instance: Instance, state: "stopping" | "shutting-down", now: string): Instance => ({
  ...enter(instance, state, now),
  stateReason: { code: "Client.UserInitiatedShutdown", message: "Client.UserInitiatedShutdown: User initiated shutdown" },
});

/** It was asked to start its processes afresh. */
export const rebooting = (instance: Instance, now: string): Instance => ({ ...instance, rebooted: now });

/** Its processes run. */
export const started = (instance: Instance, now: string): Instance => enter(instance, "running", now);

/** None of its processes is left; it keeps its interfaces. */
export const stopped = (instance: Instance, now: string): Instance => enter(instance, "stopped", now);

/** The reason of an end that nobody asked for here, as Amazon says it of an instance that shut itself down. */
export const endedBy = (why: string): NonNullable<Instance["stateReason"]> => ({
  code: "Client.InstanceInitiatedShutdown",
  message: `Client.InstanceInitiatedShutdown: Instance initiated shutdown: ${why}`,
});

/** None of its processes is left: interfaces made for it go with it, the others are detached. */
export const terminated = (world: World, instance: Instance, now: string): Change[] => [
  ...interfacesOf(world, instance).flatMap((eni) =>
    eni.attachment?.deleteOnTermination === true ? deleteInterface(world, eni) : put(detach(eni)),
  ),
  put(enter(instance, "terminated", now)),
];

/** Removes the instances that were terminated more than an hour before `now`. */
export const forgettable = (world: World, now: string): Change[] =>
  everywhere(world, "instance")
    .filter((instance) => instance.state === "terminated")
    .filter((instance) => Date.parse(now) - Date.parse(instance.stateChanged) > rememberedFor)
    .map(remove);
