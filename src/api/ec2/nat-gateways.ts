import type { Scope } from "../../model/birth.ts";
import type { ElasticIp, NatGateway, Subnet } from "../../model/resource.ts";
import { listed } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { limits } from "../limits.ts";
import type { Call } from "../operation.ts";
import { claim, parseWanted } from "./addresses.ts";
import type { Wanted } from "./addresses.ts";
import { locate, locateAll, missing } from "./lookup.ts";

/** The caller's gateway, if it is not deleted. */
export function locateNatGateway(world: World, scope: Scope, text: string): NatGateway | Refusal {
  const gateway = locate(world, scope, "nat-gateway", text);
  return !isRefusal(gateway) && gateway.deleted !== undefined ? missing("nat-gateway", [text]) : gateway;
}

/** As locateNatGateway, where only one kind of gateway will do. */
export function locateNatGatewayOf(
  world: World,
  scope: Scope,
  text: string,
  connectivity: NatGateway["connectivity"],
): NatGateway | Refusal {
  const gateway = locateNatGateway(world, scope, text);
  if (isRefusal(gateway) || gateway.connectivity === connectivity) return gateway;
  return refuse("InvalidParameterValue", `The NAT gateway ${gateway.id} is not a ${connectivity} one.`);
}

/** The elastic IPs of the allocations, in the order given. Refuses those that belong to something, and any named twice. */
export function locateFreeElasticIps(world: World, scope: Scope, ids: readonly string[]): ElasticIp[] | Refusal {
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) return refuse("InvalidParameterValue", `The allocation ID '${twice}' is there more than once.`);
  const found = locateAll(world, scope, "elastic-ip", ids);
  if (isRefusal(found)) return found;
  const bound = found.find(({ association }) => association);
  return bound ? refuse("Resource.AlreadyAssociated", `Elastic IP address ${bound.id} is already associated`) : found;
}

/** Refuses elastic IPs where no internet gateway makes them real. */
export const refuseWithoutGateway = (world: World, subnet: Subnet): Refusal | undefined =>
  listed(world, "internetGatewaysOfVpc", subnet.vpc).size === 0
    ? refuse("Gateway.NotAttached", `Network ${subnet.vpc} has no Internet gateway attached`)
    : undefined;

/** Refuses more addresses, or more elastic IPs, than one gateway may have. */
export function refuseAddressCounts({ quotas }: Call, addresses: number, elasticIps: number): Refusal | undefined {
  if (elasticIps > quotas.elasticIpsPerNatGateway) {
    const message = `The maximum number of Elastic IP addresses per NAT gateway is ${quotas.elasticIpsPerNatGateway}`;
    return refuse("AddressLimitExceeded", message);
  }
  return addresses > limits.addressesPerNatGateway
    ? refuse("PrivateIpAddressLimitExceeded", `The maximum number of addresses per NAT gateway is ${limits.addressesPerNatGateway}`)
    : undefined;
}

/** Reads private addresses of which each gets one of so many elastic IPs: all of them, or none for Bailey to choose. */
export function parsePublished(texts: readonly string[] | undefined, elasticIps: number): Wanted | Refusal {
  if (!texts?.length) return { fixed: [], count: elasticIps };
  return texts.length === elasticIps
    ? parseWanted(texts, undefined, 4)
    : refuse("InvalidParameterCombination", "There must be as many private IP addresses as allocation IDs");
}

/** Free private addresses of the gateway's subnet for it. */
export function claimForNat(world: World, subnet: Subnet, wanted: Wanted): string[] | Refusal {
  const none = { fixed: [], count: 0 };
  const claimed = claim(world, subnet, 4, { addresses: wanted, prefixes: none }, limits.addressesPerNatGateway);
  return isRefusal(claimed) ? claimed : claimed.addresses;
}
