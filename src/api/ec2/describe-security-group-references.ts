import type { SecurityGroupReference } from "@aws-sdk/client-ec2";
import { peeringBetween } from "../../model/peers.ts";
import type { SecurityGroup } from "../../model/resource.ts";
import { isStale } from "../../model/security-group.ts";
import { listed, need } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locateAll } from "./lookup.ts";

/** The other VPCs whose groups have rules that name these groups. */
export const describeSecurityGroupReferences = operation({
  name: "DescribeSecurityGroupReferences",
  run(world, { GroupId = [] }, call) {
    const groups = locateAll(world, call, "security-group", GroupId);
    if (isRefusal(groups)) return groups;
    return { output: { SecurityGroupReferenceSet: groups.flatMap((group) => referencesTo(world, group)) } };
  },
});

function referencesTo(world: World, group: SecurityGroup): SecurityGroupReference[] {
  const vpcs = [...listed(world, "rulesReferring", group.id).values()]
    .filter((rule) => !isStale(world, rule))
    .map((rule) => need(world, "security-group", rule.group).vpc)
    .filter((vpc) => vpc !== group.vpc);
  return [...new Set(vpcs)].toSorted().map((ReferencingVpcId) => {
    const peering = peeringBetween(world, group.vpc, ReferencingVpcId);
    return { GroupId: group.id, ReferencingVpcId, ...(peering && { VpcPeeringConnectionId: peering.id }) };
  });
}
