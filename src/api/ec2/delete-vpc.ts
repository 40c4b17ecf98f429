import { endPeerings, stateOf } from "../../model/peering.ts";
import { peeringsOf } from "../../model/peers.ts";
import { deleteVpc as deletion, holdersOfVpc } from "../../model/vpc.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locate } from "./lookup.ts";

/** Deletes a VPC that holds nothing but what was made with it, and its peerings. */
export const deleteVpc = operation({
  name: "DeleteVpc",
  run(world, { VpcId = "" }, call) {
    const vpc = locate(world, call, "vpc", VpcId);
    if (isRefusal(vpc)) return vpc;
    // A request of another account must be answered first; all other peerings end with the VPC.
    const asked = peeringsOf(world, vpc.id)
      .filter((one) => stateOf(one, call.now) === "pending-acceptance")
      .filter(({ requester, accepter }) => accepter.vpc === vpc.id && requester.account !== vpc.account);
    if (holdersOfVpc(world, vpc).length + asked.length > 0) {
      return refuse("DependencyViolation", `The vpc '${vpc.id}' has dependencies and cannot be deleted.`);
    }
    return { changes: [...endPeerings(world, vpc.id, call.account, call.now), ...deletion(world, vpc)], output: {} };
  },
});
