import { Draft } from "../../model/draft.ts";
import { makeElasticIp } from "../../model/elastic-ip.ts";
import { isPublicAddress, isPublicAddressTaken } from "../../model/public-address.ts";
import { list, need, put, remove } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { cidrOf, ipOf } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { interfaceWith, locateElasticIp, parsePublicIp } from "./elastic-ips.ts";
import { notYours } from "./lookup.ts";
import { choosePublicAddress, republish } from "./public-addresses.ts";
import { unserved } from "./served.ts";

/** Gives the account a public address of the pool: the one named, else the lowest that is free. */
export const allocateAddress = operation({
  name: "AllocateAddress",
  run(world, input, call) {
    const strange = unserved(input, ["Domain", "Address", "NetworkBorderGroup", "TagSpecifications"]);
    if (strange) return strange;
    const { Domain: domain = "vpc", NetworkBorderGroup = call.region } = input;
    if (domain !== "vpc") return refuse("InvalidParameterValue", `Value (${domain}) for parameter domain is invalid.`);
    if (NetworkBorderGroup !== call.region) {
      return refuse("InvalidParameterValue", `Value (${NetworkBorderGroup}) for parameter networkBorderGroup is invalid.`);
    }
    const tags = parseTagSpecifications(input.TagSpecifications, ["elastic-ip"]);
    if (isRefusal(tags)) return tags;
    const publicIp = input.Address === undefined ? undefined : parsePublicIp(input.Address);
    if (isRefusal(publicIp)) return publicIp;
    const wrong = publicIp === undefined ? undefined : refusePublicIp(world, publicIp, call);
    if (wrong) return wrong;
    if (list(world, call, "elastic-ip").length >= call.quotas.elasticIps) {
      return refuse("AddressLimitExceeded", "The maximum number of addresses has been reached.");
    }
    const chosen = publicIp ?? choosePublicAddress(world, call);
    if (isRefusal(chosen)) return chosen;
    const elasticIp = makeElasticIp(call, chosen, tags["elastic-ip"] ?? {});
    return {
      changes: [put(elasticIp)],
      output: {
        AllocationId: elasticIp.id,
        PublicIp: elasticIp.publicIp,
        Domain: "vpc" as const,
        PublicIpv4Pool: "amazon",
        NetworkBorderGroup,
      },
    };
  },
});

/** Refuses an address that the pool does not give out, or has given out. */
function refusePublicIp(world: World, publicIp: string, { publicPool }: Call): Refusal | undefined {
  if (!isPublicAddress(cidrOf(publicPool), ipOf(publicIp))) {
    return refuse("InvalidAddress.NotFound", `Address '${publicIp}' not found.`);
  }
  return isPublicAddressTaken(world, publicIp) ? refuse("InvalidIPAddress.InUse", `Address ${publicIp} is in use.`) : undefined;
}

/** Gives an address back. In a default VPC that ends its association; elsewhere nothing may be associated with it. */
export const releaseAddress = operation({
  name: "ReleaseAddress",
  run(world, input, call) {
    const strange = unserved(input, ["AllocationId", "PublicIp", "NetworkBorderGroup"]);
    if (strange) return strange;
    const elasticIp = locateElasticIp(world, call, input);
    if (isRefusal(elasticIp)) return elasticIp;
    const { publicIp } = elasticIp;
    if (input.NetworkBorderGroup !== undefined && input.NetworkBorderGroup !== call.region) {
      return refuse("InvalidAddress.NotFound", `Address '${publicIp}' not found.`);
    }
    const eni = interfaceWith(world, elasticIp);
    if (eni?.natGateway) return notYours;
    if (eni && !need(world, "vpc", eni.vpc).isDefault) return refuse("InvalidIPAddress.InUse", `Address ${publicIp} is in use.`);
    const draft = new Draft(world);
    draft.add(remove(elasticIp));
    draft.add(...republish(draft.world, elasticIp, call));
    return { changes: draft.changes, output: {} };
  },
});
