import { associate } from "../../model/network-acl.ts";
import { list, put } from "../../model/world.ts";
import { parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locate } from "./lookup.ts";

/** Moves the subnet of an association to another ACL. Asking for the ACL it has changes nothing. */
export const replaceNetworkAclAssociation = operation({
  name: "ReplaceNetworkAclAssociation",
  run(world, { AssociationId = "", NetworkAclId = "" }, call) {
    if (!parseId("acl-association", AssociationId)) {
      return refuse("InvalidAssociationID.Malformed", `Invalid id: "${AssociationId}" (expecting "aclassoc-...")`);
    }
    const acl = locate(world, call, "network-acl", NetworkAclId);
    if (isRefusal(acl)) return acl;
    const subnet = list(world, call, "subnet").find(({ aclAssociation }) => aclAssociation === AssociationId);
    if (!subnet) {
      return refuse("InvalidAssociationID.NotFound", `The association ID '${AssociationId}' does not exist`);
    }
    if (subnet.vpc !== acl.vpc) {
      return refuse(
        "InvalidParameterValue",
        `Network acl ${acl.id} and subnet ${subnet.id} belong to different networks.`,
      );
    }
    if (subnet.acl === acl.id) return { output: { NewAssociationId: subnet.aclAssociation } };
    const moved = associate(call, subnet, acl);
    return { changes: [put(moved)], output: { NewAssociationId: moved.aclAssociation } };
  },
});
