import { attach, detach, interfacesOf, managerOf } from "../../model/network-interface.ts";
import type { Instance, NetworkInterface } from "../../model/resource.ts";
import { list, need, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { findInstanceType } from "./instance-types.ts";
import { locate } from "./lookup.ts";
import { largestInteger, refuseOutside } from "./parameter.ts";
import { unserved } from "./served.ts";
import { serviceAttachmentPrefix } from "./views/network-interface.ts";

/** Puts an interface into a free slot of an instance in the same zone. */
export const attachNetworkInterface = operation({
  name: "AttachNetworkInterface",
  run(world, input, call) {
    const strange = unserved(input, ["NetworkInterfaceId", "InstanceId", "DeviceIndex", "NetworkCardIndex"]);
    if (strange) return strange;
    const { NetworkInterfaceId = "", InstanceId = "", DeviceIndex = 0, NetworkCardIndex = 0 } = input;
    if (NetworkCardIndex !== 0) {
      return refuse("InvalidParameterValue", `Network card index ${NetworkCardIndex} is not supported.`);
    }
    const outside = refuseOutside("deviceIndex", DeviceIndex, [0, largestInteger]);
    if (outside) return outside;
    const eni = locate(world, call, "network-interface", NetworkInterfaceId);
    if (isRefusal(eni)) return eni;
    const instance = locate(world, call, "instance", InstanceId);
    if (isRefusal(instance)) return instance;
    const wrong = refuseAttachment(world, instance, eni, DeviceIndex);
    if (wrong) return wrong;
    const attached = attach(call, eni, { instance: instance.id, deviceIndex: DeviceIndex, deleteOnTermination: false });
    return { changes: [put(attached)], output: { AttachmentId: attached.attachment.id, NetworkCardIndex } };
  },
});

function refuseAttachment(world: World, instance: Instance, eni: NetworkInterface, deviceIndex: number): Refusal | undefined {
  if (eni.attachment || managerOf(eni) !== undefined) return refuse("InvalidNetworkInterface.InUse", `Interface: [${eni.id}] in use.`);
  if (instance.state !== "running" && instance.state !== "stopped") {
    return refuse("IncorrectState", `Instance '${instance.id}' is not 'running' or 'stopped'.`);
  }
  if (instance.attached) {
    return refuse("UnsupportedOperation", `The instance '${instance.id}' is attached by its one network interface.`);
  }
  if (need(world, "subnet", eni.subnet).zone !== need(world, "subnet", instance.subnet).zone) {
    return refuse(
      "InvalidParameterCombination",
      "You may not attach a network interface to an instance if they are not in the same availability zone",
    );
  }
  const present = interfacesOf(world, instance);
  if (present.some(({ attachment }) => attachment?.deviceIndex === deviceIndex)) {
    return refuse(
      "InvalidParameterValue",
      `Instance '${instance.id}' already has an interface attached at device index '${deviceIndex}'.`,
    );
  }
  const type = findInstanceType(instance.type);
  if (type && present.length + 1 > type.interfaces) {
    return refuse("AttachmentLimitExceeded", `Interface count ${present.length + 1} exceeds the limit for ${type.name}`);
  }
  return type && mostHeld(eni) > type.addressesPerInterface
    ? refuse("PrivateIpAddressLimitExceeded", `The maximum number of addresses per interface is ${type.addressesPerInterface}`)
    : undefined;
}

/** How many places of either family an interface fills. */
const mostHeld = ({ addresses, ipv6Addresses, prefixes = [], ipv6Prefixes = [] }: NetworkInterface): number =>
  Math.max(addresses.length + prefixes.length, ipv6Addresses.length + ipv6Prefixes.length);

/** Takes an interface out of its instance: any but the primary one. */
export const detachNetworkInterface = operation({
  name: "DetachNetworkInterface",
  run(world, { AttachmentId = "" }, call) {
    if (AttachmentId.startsWith(serviceAttachmentPrefix)) {
      return refuse("OperationNotPermitted", "You are not allowed to manage 'ela-attach' attachments.");
    }
    if (!parseId("network-interface-attachment", AttachmentId)) {
      return refuse(
        "InvalidNetworkInterfaceAttachmentId.Malformed",
        `Invalid id: "${AttachmentId}" (expecting "eni-attach-...")`,
      );
    }
    const eni = list(world, call, "network-interface").find(({ attachment }) => attachment?.id === AttachmentId);
    if (!eni) return refuse("InvalidAttachmentID.NotFound", `The attachment ID '${AttachmentId}' does not exist`);
    if (eni.attachment?.deviceIndex === 0) {
      return refuse(
        "OperationNotPermitted",
        "The network interface at device index 0 and networkCard index 0 cannot be detached.",
      );
    }
    return { changes: [put(detach(eni))], output: {} };
  },
});
