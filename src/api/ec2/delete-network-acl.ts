import { holdersOfAcl } from "../../model/network-acl.ts";
import { remove } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locate } from "./lookup.ts";

/** Deletes an ACL no subnet is associated with; never a default one. */
export const deleteNetworkAcl = operation({
  name: "DeleteNetworkAcl",
  run(world, { NetworkAclId = "" }, call) {
    const acl = locate(world, call, "network-acl", NetworkAclId);
    if (isRefusal(acl)) return acl;
    if (acl.isDefault) return refuse("InvalidParameterValue", `cannot delete default network ACL ${acl.id}`);
    if (holdersOfAcl(world, acl).length > 0) {
      return refuse(
        "DependencyViolation",
        `The network ACL '${acl.id}' has dependencies and cannot be deleted.`,
      );
    }
    return { changes: [remove(acl)], output: {} };
  },
});
