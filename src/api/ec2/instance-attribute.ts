import { interfacesOf } from "../../model/network-interface.ts";
import type { Instance, NetworkInterface } from "../../model/resource.ts";
import { put } from "../../model/world.ts";
import type { Change, World } from "../../model/world.ts";
import { fromBase64, toBase64 } from "../../values/base64.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { findInstanceType } from "./instance-types.ts";
import { parseShutdownBehavior, parseUserData } from "./launch.ts";
import { locate } from "./lookup.ts";
import { regroup } from "./network-interface-attribute.ts";
import { unserved } from "./served.ts";
import { groupIdentifiers } from "./views/network-interface.ts";

type Request = Input<"ModifyInstanceAttribute">;

const members = [
  "SourceDestCheck",
  "DisableApiStop",
  "DisableApiTermination",
  "EbsOptimized",
  "InstanceType",
  "UserData",
  "InstanceInitiatedShutdownBehavior",
  "Groups",
] as const;

/** Changes one attribute of an instance: exactly one per call, as a member of its own or as Attribute and Value. */
export const modifyInstanceAttribute = operation({
  name: "ModifyInstanceAttribute",
  run(world, input, call) {
    const request = spellOut(input);
    if (isRefusal(request)) return request;
    const strange = unserved(request, ["InstanceId", ...members]);
    if (strange) return strange;
    if (members.filter((name) => request[name] !== undefined).length !== 1) {
      return refuse("InvalidParameterCombination", "The request must contain exactly one attribute to modify");
    }
    const instance = locate(world, call, "instance", request.InstanceId ?? "");
    if (isRefusal(instance)) return instance;
    const change = modify(world, instance, request, call);
    return isRefusal(change) ? change : { changes: [change], output: {} };
  },
});

/** The request with Attribute and Value said as the member they mean. */
function spellOut({ Attribute, Value, ...rest }: Request): Request | Refusal {
  if (Attribute === undefined) return rest;
  if (Attribute === "userData") {
    const parsed = parseUserData(Value);
    return isRefusal(parsed) ? parsed : { ...rest, UserData: { Value: fromBase64(parsed.userData ?? "") } };
  }
  if (Attribute === "instanceType") return { ...rest, InstanceType: { Value } };
  if (Attribute === "instanceInitiatedShutdownBehavior") return { ...rest, InstanceInitiatedShutdownBehavior: { Value } };
  if (Attribute === "disableApiStop") return { ...rest, DisableApiStop: { Value: Value === "true" } };
  if (Attribute === "disableApiTermination") return { ...rest, DisableApiTermination: { Value: Value === "true" } };
  if (Attribute === "ebsOptimized") return { ...rest, EbsOptimized: { Value: Value === "true" } };
  if (Attribute === "sourceDestCheck") return { ...rest, SourceDestCheck: { Value: Value === "true" } };
  return refuse("InvalidParameterValue", `Value (${String(Attribute)}) for parameter attribute is invalid.`);
}

function modify(world: World, instance: Instance, request: Request, call: Call): Change | Refusal {
  if (request.SourceDestCheck || request.Groups) return modifyInterface(world, instance, request, call);
  const changed = modified(instance, request);
  return isRefusal(changed) ? changed : put(changed);
}

function modified(instance: Instance, request: Request): Instance | Refusal {
  if (request.DisableApiTermination) {
    return { ...instance, terminationProtected: request.DisableApiTermination.Value ?? false };
  }
  if (request.DisableApiStop) return { ...instance, stopProtected: request.DisableApiStop.Value ?? false };
  if (request.EbsOptimized) {
    return { ...instance, wishes: { ...instance.wishes, ebsOptimized: request.EbsOptimized.Value ?? false } };
  }
  if (request.InstanceInitiatedShutdownBehavior) {
    const shutdownBehavior = parseShutdownBehavior(request.InstanceInitiatedShutdownBehavior.Value);
    return isRefusal(shutdownBehavior) ? shutdownBehavior : { ...instance, shutdownBehavior };
  }
  if (instance.state !== "stopped") {
    return refuse("IncorrectInstanceState", `The instance '${instance.id}' is not in the 'stopped' state.`);
  }
  if (request.InstanceType) {
    const name = request.InstanceType.Value ?? "";
    return findInstanceType(name)
      ? { ...instance, type: name }
      : refuse("InvalidParameterValue", `Invalid value '${name}' for InstanceType.`);
  }
  const bytes = request.UserData?.Value;
  const parsed = parseUserData(bytes && toBase64(bytes));
  const { userData: _, ...rest } = instance;
  return isRefusal(parsed) ? parsed : { ...rest, ...parsed };
}

/** What an instance says of its network is said of its only interface. */
function modifyInterface(world: World, instance: Instance, request: Request, call: Call): Change | Refusal {
  const [eni, another] = interfacesOf(world, instance);
  if (!eni) return refuse("IncorrectInstanceState", `The instance '${instance.id}' is terminated.`);
  if (another) {
    return refuse(
      "InvalidInstanceID",
      `There are multiple interfaces attached to instance '${instance.id}'. Please specify an interface ID for the operation instead.`,
    );
  }
  const changed: NetworkInterface | Refusal = request.Groups
    ? regroup(world, eni, request.Groups, call)
    : { ...eni, sourceDestCheck: request.SourceDestCheck?.Value ?? eni.sourceDestCheck };
  return isRefusal(changed) ? changed : put(changed);
}

type Shown = (world: World, instance: Instance) => object;

const shown: Readonly<Record<string, Shown>> = {
  disableApiTermination: (_, instance) => ({ DisableApiTermination: { Value: instance.terminationProtected } }),
  blockDeviceMapping: () => ({ BlockDeviceMappings: [] }),
  disableApiStop: (_, instance) => ({ DisableApiStop: { Value: instance.stopProtected ?? false } }),
  ebsOptimized: (_, instance) => ({ EbsOptimized: { Value: instance.wishes?.ebsOptimized ?? false } }),
  enaSupport: () => ({ EnaSupport: { Value: true } }),
  groupSet: (world, instance) => ({
    Groups: interfacesOf(world, instance).slice(0, 1).flatMap((eni) => groupIdentifiers(world, eni)),
  }),
  instanceInitiatedShutdownBehavior: (_, instance) => ({
    InstanceInitiatedShutdownBehavior: { Value: instance.shutdownBehavior },
  }),
  kernel: () => ({ KernelId: {} }),
  productCodes: () => ({ ProductCodes: [] }),
  ramdisk: () => ({ RamdiskId: {} }),
  instanceType: (_, instance) => ({ InstanceType: { Value: instance.type } }),
  rootDeviceName: () => ({ RootDeviceName: { Value: "/dev/xvda" } }),
  sourceDestCheck: (world, instance) => ({
    SourceDestCheck: { Value: interfacesOf(world, instance)[0]?.sourceDestCheck },
  }),
  sriovNetSupport: () => ({ SriovNetSupport: {} }),
  userData: (_, instance) => ({ UserData: { Value: instance.userData } }),
};

export const describeInstanceAttribute = operation({
  name: "DescribeInstanceAttribute",
  run(world, { InstanceId = "", Attribute = "" }, call) {
    const show = Object.hasOwn(shown, Attribute) ? shown[Attribute] : undefined;
    if (!show) {
      return refuse("InvalidParameterValue", `Value (${Attribute}) for parameter attribute is invalid. Unknown attribute.`);
    }
    const instance = locate(world, call, "instance", InstanceId);
    if (isRefusal(instance)) return instance;
    return { output: { InstanceId: instance.id, ...show(world, instance) } };
  },
});
