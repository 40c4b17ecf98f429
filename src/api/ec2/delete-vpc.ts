import { deleteVpc as deletion, holdersOfVpc } from "../../model/vpc.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locate } from "./lookup.ts";

/** Deletes a VPC that holds nothing but what was made with it. */
export const deleteVpc = operation({
  name: "DeleteVpc",
  run(world, { VpcId = "" }, call) {
    const vpc = locate(world, call, "vpc", VpcId);
    if (isRefusal(vpc)) return vpc;
    const [holder] = holdersOfVpc(world, vpc);
    if (holder !== undefined) {
      return refuse("DependencyViolation", `The vpc '${vpc.id}' has dependencies and cannot be deleted: ${holder}`);
    }
    return { changes: deletion(world, vpc), output: {} };
  },
});
