import type { InstanceStateChange } from "@aws-sdk/client-ec2";
import { Draft } from "../../model/draft.ts";
import { ending, rebooting, starting } from "../../model/instance.ts";
import { interfacesOf } from "../../model/network-interface.ts";
import { interfaceToPublish, unpublish } from "../../model/public-address.ts";
import type { Instance, InstanceState } from "../../model/resource.ts";
import { put } from "../../model/world.ts";
import type { Change, World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Outcome } from "../operation.ts";
import { locateAll } from "./lookup.ts";
import { publish } from "./public-addresses.ts";
import { unserved } from "./served.ts";
import { stateView } from "./views/instance.ts";

/** In which states an instance follows an order, in which it already has, and what then becomes of it. */
interface Order {
  readonly word: string;
  readonly from: readonly InstanceState[];
  readonly already: readonly InstanceState[];
  readonly become: (instance: Instance, now: string) => Instance;
}

const start: Order = { word: "started", from: ["stopped"], already: ["pending", "running"], become: starting };
const stop: Order = {
  word: "stopped",
  from: ["running"],
  already: ["stopping", "stopped"],
  become: (instance, now) => ending(instance, "stopping", now),
};
const terminate: Order = {
  word: "terminated",
  from: ["pending", "running", "stopping", "stopped"],
  already: ["shutting-down", "terminated"],
  become: (instance, now) => ending(instance, "shutting-down", now),
};
const reboot: Order = { word: "rebooted", from: ["running"], already: [], become: rebooting };

/** The instances before and after an order, or the refusal of all of them because one can't follow it. */
function obey(
  world: World,
  texts: readonly string[] | undefined,
  { word, from, already, become }: Order,
  call: Call,
): { before: Instance; after: Instance }[] | Refusal {
  if (!texts?.length) return refuse("InvalidParameterCombination", "No instances specified");
  const instances = locateAll(world, call, "instance", texts);
  if (isRefusal(instances)) return instances;
  const foreign = word === terminate.word ? undefined : instances.find(({ attached }) => attached);
  if (foreign) {
    return refuse(
      "UnsupportedOperation",
      `The instance '${foreign.id}' is attached, and run by somebody else: it can be terminated, which detaches it, but not ${word}.`,
    );
  }
  const unable = instances.find(({ state }) => !from.includes(state) && !already.includes(state));
  if (unable) {
    return refuse(
      "IncorrectInstanceState",
      `The instance '${unable.id}' is not in a state from which it can be ${word}.`,
    );
  }
  return instances.map((before) => ({ before, after: from.includes(before.state) ? become(before, call.now) : before }));
}

type Pairs = readonly { readonly before: Instance; readonly after: Instance }[];

/** Those that followed the order, and did not have before. */
const movedOf = (pairs: Pairs): Instance[] => pairs.filter(({ before, after }) => before !== after).map(({ after }) => after);

const changesOf = (pairs: Pairs): Change[] => movedOf(pairs).map(put);

const shown = (pairs: Pairs): InstanceStateChange[] =>
  pairs.map(({ before, after }) => ({
    InstanceId: after.id,
    PreviousState: stateView(before.state),
    CurrentState: stateView(after.state),
  }));

/** Gives the instances that are to have public addresses one each. */
function publishAll(world: World, instances: readonly Instance[], call: Call): Change[] | Refusal {
  const draft = new Draft(world);
  for (const instance of instances) {
    const eni = interfaceToPublish(world, instance);
    const published = eni && publish(draft.world, eni, call);
    if (isRefusal(published)) return published;
    if (published) draft.add(put(published));
  }
  return draft.changes;
}

const refuseProtected = ({ id }: Instance, done: string, attribute: string): Refusal =>
  refuse("OperationNotPermitted", `The instance '${id}' may not be ${done}. Modify its '${attribute}' instance attribute and try again.`);

export const startInstances = operation({
  name: "StartInstances",
  answersFor: ["InstanceIds"],
  run(world, input, call) {
    const strange = unserved(input, ["InstanceIds"]);
    if (strange) return strange;
    const pairs = obey(world, input.InstanceIds, start, call);
    if (isRefusal(pairs)) return pairs;
    const published = publishAll(world, movedOf(pairs), call);
    if (isRefusal(published)) return published;
    return { changes: [...changesOf(pairs), ...published], output: { StartingInstances: shown(pairs) } };
  },
});

/** Every stop is a clean one here: Force asks for nothing more. Public addresses from the pool go back to it. */
export const stopInstances = operation({
  name: "StopInstances",
  answersFor: ["InstanceIds"],
  run(world, input, call) {
    const strange = unserved(input, ["InstanceIds", "Force", "SkipOsShutdown"]);
    if (strange) return strange;
    const pairs = obey(world, input.InstanceIds, stop, call);
    if (isRefusal(pairs)) return pairs;
    const kept = pairs.find(({ before, after }) => before !== after && before.stopProtected === true);
    if (kept) return refuseProtected(kept.before, "stopped", "disableApiStop");
    const published = movedOf(pairs).flatMap((instance) => interfacesOf(world, instance)).filter(({ publicAddress }) => publicAddress);
    return {
      changes: [...changesOf(pairs), ...published.map((eni) => put(unpublish(eni)))],
      output: { StoppingInstances: shown(pairs) },
    };
  },
});

/** Terminates all of them, or none when one is protected. */
export const terminateInstances = operation({
  name: "TerminateInstances",
  answersFor: ["InstanceIds"],
  run(world, input, call) {
    const pairs = obey(world, input.InstanceIds, terminate, call);
    if (isRefusal(pairs)) return pairs;
    const kept = pairs.find(({ before, after }) => before !== after && before.terminationProtected);
    if (kept) return refuseProtected(kept.before, "terminated", "disableApiTermination");
    return { changes: changesOf(pairs), output: { TerminatingInstances: shown(pairs) } };
  },
});

export const rebootInstances = operation({
  name: "RebootInstances",
  answersFor: ["InstanceIds"],
  run(world, input, call): Refusal | Outcome<object> {
    const pairs = obey(world, input.InstanceIds, reboot, call);
    return isRefusal(pairs) ? pairs : { changes: changesOf(pairs), output: {} };
  },
});
