import { makeAcl } from "../../model/network-acl.ts";
import { listed, put } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { locate } from "./lookup.ts";
import { aclView } from "./views/network-acl.ts";

/** Makes an ACL that denies everything and is associated with no subnet. */
export const createNetworkAcl = operation({
  name: "CreateNetworkAcl",
  run(world, { VpcId = "", TagSpecifications }, call) {
    const tags = parseTagSpecifications(TagSpecifications, ["network-acl"]);
    if (isRefusal(tags)) return tags;
    const vpc = locate(world, call, "vpc", VpcId);
    if (isRefusal(vpc)) return vpc;
    if (listed(world, "aclsOfVpc", vpc.id).size >= call.quotas.aclsPerVpc) {
      return refuse("NetworkAclLimitExceeded", "The maximum number of network ACLs has been reached.");
    }
    const acl = makeAcl(call, {
      id: call.mint("network-acl"),
      vpc: vpc.id,
      isDefault: false,
      ipv6: vpc.ipv6Cidrs.length > 0,
      tags: tags["network-acl"] ?? {},
    });
    return { changes: [put(acl)], output: { NetworkAcl: aclView(world, acl) } };
  },
});
