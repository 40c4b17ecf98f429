import { peeringsOf } from "../../model/peers.ts";
import type { World } from "../../model/world.ts";
import { refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import type { Call } from "../operation.ts";

/** Refuses one more active peering of a VPC than it may have. */
export function refuseActivePeerings(world: World, vpc: string, { quotas }: Call): Refusal | undefined {
  const active = peeringsOf(world, vpc).filter((peering) => peering.state === "active");
  return active.length < quotas.activePeeringsPerVpc
    ? undefined
    : refuse(
        "ActiveVpcPeeringConnectionPerVpcLimitExceeded",
        `The VPC '${vpc}' has met its maximum number of active VPC peering connections: ${quotas.activePeeringsPerVpc}`,
      );
}
