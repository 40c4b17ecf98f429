import { Draft } from "../../model/draft.ts";
import { makeInstance } from "../../model/instance.ts";
import type { LaunchPlan } from "../../model/instance.ts";
import { attach, makeInterface } from "../../model/network-interface.ts";
import type { Instance } from "../../model/resource.ts";
import { list, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { mintAscending } from "../../model/birth.ts";
import type { Tags } from "../../model/birth.ts";
import { chooseAddresses } from "./addresses.ts";
import { refuseInterfaceCount } from "./create-network-interface.ts";
import { locateLaunchable } from "./images.ts";
import { defaultInstanceType, findInstanceType } from "./instance-types.ts";
import type { InstanceTypeFacts } from "./instance-types.ts";
import { findSlots, launchNames, parseCounts, parseShutdownBehavior, parseSlots, parseUserData, parseWishes, refuseBlockDevices } from "./launch.ts";
import type { Found } from "./launch.ts";
import { fromTemplate } from "./launch-templates.ts";
import type { TemplatedLaunch } from "./launch-templates.ts";
import { launchMetadataOptions } from "./metadata-options.ts";
import { missingParameter } from "./parameter.ts";
import { publish } from "./public-addresses.ts";
import { unserved } from "./served.ts";
import { instanceView } from "./views/instance.ts";

const served = [
  "ImageId",
  "InstanceType",
  "MinCount",
  "MaxCount",
  "KeyName",
  "UserData",
  "SubnetId",
  "SecurityGroupIds",
  "SecurityGroups",
  "PrivateIpAddress",
  "Ipv6Addresses",
  "Ipv6AddressCount",
  "NetworkInterfaces",
  "Placement",
  "DisableApiStop",
  "DisableApiTermination",
  "InstanceInitiatedShutdownBehavior",
  "TagSpecifications",
  "MetadataOptions",
  "PrivateDnsNameOptions",
  // What has no counterpart in a namespace on this machine, and says nothing about the network.
  "BlockDeviceMappings",
  "CreditSpecification",
  "EbsOptimized",
  "HibernationOptions",
  "MaintenanceOptions",
  "Monitoring",
] as const;

type InterfaceTags = { readonly "network-interface"?: Tags };

/** Launches as many instances as fit, at most MaxCount; none if that is fewer than MinCount. */
export const runInstances = operation({
  name: "RunInstances",
  run(world, asked, call) {
    const launching = fromTemplate(world, call, asked);
    if (isRefusal(launching)) return launching;
    const { input, template } = launching;
    const strange = unserved(input, served) ?? unserved(input.Placement ?? {}, ["AvailabilityZone", "Tenancy"]);
    if (strange) return strange;
    const counts = parseCounts(input);
    if (isRefusal(counts)) return counts;
    if (counts.least > call.quotas.instances) return tooMany(call, counts.least);
    const devices = refuseBlockDevices(input);
    if (devices) return devices;
    const slots = parseSlots(input, counts.most);
    if (isRefusal(slots)) return slots;
    const tags = parseTagSpecifications(input.TagSpecifications, ["instance", "network-interface", "volume"]);
    if (isRefusal(tags)) return tags;
    if (input.ImageId === undefined) return missingParameter("ImageId");
    const typeName = input.InstanceType ?? defaultInstanceType;
    const type = findInstanceType(typeName);
    if (!type) return refuse("InvalidParameterValue", `Invalid value '${typeName}' for InstanceType.`);
    const plan = parsePlan(world, input, { ...tags.instance, ...(template && templateTags(template)) }, call);
    if (isRefusal(plan)) return plan;
    const found = findSlots(world, input, slots, type, call);
    if (isRefusal(found)) return found;
    const privateNames = launchNames(input, found[0].subnet);
    if (isRefusal(privateNames)) return privateNames;

    const draft = new Draft(world);
    const launched: Instance[] = [];
    for (const [index, id] of mintAscending(call, "instance", Math.min(counts.most, call.quotas.instances)).entries()) {
      const instance = launch(draft, { id, index }, { ...plan, ...privateNames }, found, type, tags, call);
      if (isRefusal(instance) && index < counts.least) return instance;
      if (isRefusal(instance)) break;
      launched.push(instance);
    }
    return {
      changes: draft.changes,
      output: {
        ReservationId: plan.reservation,
        OwnerId: call.account,
        Groups: [],
        Instances: launched.map((instance) => instanceView(draft.world, instance)),
      },
    };
  },
});

const templateTags = ({ id, version }: NonNullable<TemplatedLaunch["template"]>): Tags => ({
  "aws:ec2launchtemplate:id": id,
  "aws:ec2launchtemplate:version": String(version),
});

function parsePlan(world: World, input: Input<"RunInstances">, tags: Tags, call: Call): LaunchPlan | Refusal {
  const userData = parseUserData(input.UserData);
  if (isRefusal(userData)) return userData;
  const shutdownBehavior = parseShutdownBehavior(input.InstanceInitiatedShutdownBehavior);
  if (isRefusal(shutdownBehavior)) return shutdownBehavior;
  const metadataOptions = launchMetadataOptions(world, call, input.MetadataOptions, tags);
  if (isRefusal(metadataOptions)) return metadataOptions;
  const wishes = parseWishes(input);
  if (isRefusal(wishes)) return wishes;
  const image = locateLaunchable(call, input.ImageId ?? "");
  if (isRefusal(image)) return image;
  return {
    reservation: call.mint("reservation"),
    image,
    type: input.InstanceType ?? defaultInstanceType,
    ...userData,
    ...(input.KeyName === undefined ? {} : { keyName: input.KeyName }),
    ...(input.ClientToken === undefined ? {} : { clientToken: input.ClientToken }),
    terminationProtected: input.DisableApiTermination ?? false,
    ...(input.DisableApiStop === true && { stopProtected: true }),
    ...(Object.keys(wishes).length > 0 && { wishes }),
    shutdownBehavior,
    metadataOptions,
    tags,
  };
}

/** Adds one instance with its interfaces to the draft, or leaves the draft as it was. */
function launch(
  draft: Draft,
  { id, index }: { readonly id: Instance["id"]; readonly index: number },
  plan: LaunchPlan,
  found: readonly [Found, ...Found[]],
  type: InstanceTypeFacts,
  tags: InterfaceTags,
  call: Call,
): Instance | Refusal {
  const crowded = refuseCount(draft.world, found.filter((slot) => !("eni" in slot)).length, call);
  if (crowded) return crowded;
  const attempt = new Draft(draft.world);
  const instance = { ...makeInstance(call, found[0].subnet, index, plan), id };
  attempt.add(put(instance));
  for (const slot of found) {
    const eni = "eni" in slot ? slot.eni : planInterface(attempt.world, slot, type, tags, call);
    if (isRefusal(eni)) return eni;
    const { deviceIndex, deleteOnTermination } = slot;
    attempt.add(put(attach(call, eni, { instance: instance.id, deviceIndex, deleteOnTermination })));
  }
  draft.add(...attempt.changes);
  return instance;
}

function planInterface(
  world: World,
  { subnet, groups, wanted, publicIp, description, connectionTracking }: Extract<Found, { groups: unknown }>,
  type: InstanceTypeFacts,
  tags: InterfaceTags,
  call: Call,
) {
  const addresses = chooseAddresses(world, subnet, wanted, type.addressesPerInterface);
  if (isRefusal(addresses)) return addresses;
  const plan = { ...addresses, groups, description, connectionTracking, tags: tags["network-interface"] ?? {} };
  const eni = makeInterface(world, call, subnet, plan);
  return publicIp ? publish(world, { ...eni, publicOnStart: true }, call) : eni;
}

function refuseCount(world: World, addedInterfaces: number, call: Call): Refusal | undefined {
  const alive = list(world, call, "instance").filter(({ state }) => state !== "terminated").length;
  if (alive >= call.quotas.instances) return tooMany(call, alive + 1);
  return refuseInterfaceCount(call, list(world, call, "network-interface").length + addedInterfaces);
}

const tooMany = ({ quotas }: Call, wanted: number): Refusal =>
  refuse("InstanceLimitExceeded", `You have requested more instances (${wanted}) than your current instance limit of ${quotas.instances} allows.`);
