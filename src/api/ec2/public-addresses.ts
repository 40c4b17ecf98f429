import { freePublicAddress } from "../../model/public-address.ts";
import type { NetworkInterface } from "../../model/resource.ts";
import type { World } from "../../model/world.ts";
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
