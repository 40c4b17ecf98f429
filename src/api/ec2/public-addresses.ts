import { freePublicAddress, interfaceToPublish } from "../../model/public-address.ts";
import type { ElasticIp, NetworkInterface } from "../../model/resource.ts";
import { find, put } from "../../model/world.ts";
import type { Change, World } from "../../model/world.ts";
import { cidrOf } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import type { Call } from "../operation.ts";

/** The lowest free address of the public pool. */
export const choosePublicAddress = (world: World, { publicPool }: Call): string | Refusal =>
  freePublicAddress(world, cidrOf(publicPool)) ??
  refuse("InsufficientAddressCapacity", "Insufficient capacity of public IPv4 addresses to satisfy the request.");

/** The interface with a public address for its primary private one. */
export function publish(world: World, eni: NetworkInterface, call: Call): NetworkInterface | Refusal {
  const publicAddress = choosePublicAddress(world, call);
  return isRefusal(publicAddress) ? publicAddress : { ...eni, publicAddress };
}

/**
 * What an elastic IP leaves where it was: an instance that was launched with a public address gets one again, as long as
 * there are any. In `world` it has left.
 */
export function republish(world: World, { association }: ElasticIp, { publicPool }: Call): Change[] {
  const left = association && find(world, "network-interface", association.interface);
  const instance = left?.attachment && find(world, "instance", left.attachment.instance);
  if (!instance || (instance.state !== "running" && instance.state !== "pending") || association?.address !== left.addresses[0]) return [];
  const eni = interfaceToPublish(world, instance);
  const publicAddress = eni && freePublicAddress(world, cidrOf(publicPool));
  return eni && publicAddress !== undefined ? [put({ ...eni, publicAddress })] : [];
}
