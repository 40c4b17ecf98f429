import { associateGroup, findAssociation } from "../../model/security-group.ts";
import type { SecurityGroup, Vpc } from "../../model/resource.ts";
import { listed, need, put, remove } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { locate, malformed } from "./lookup.ts";

/** Lets interfaces of another VPC have a group too. To do so again changes nothing. */
export const associateSecurityGroupVpc = operation({
  name: "AssociateSecurityGroupVpc",
  run(world, input, call) {
    const pair = locatePair(world, input, call);
    if (isRefusal(pair)) return pair;
    const { group, vpc } = pair;
    const home = need(world, "vpc", group.vpc);
    if (home.defaultGroup === group.id) return notPermitted(`The default security group '${group.id}' cannot be associated.`);
    const standard = [home, vpc].find(({ isDefault }) => isDefault);
    if (standard) return notPermitted(`The default VPC '${standard.id}' cannot share security groups.`);
    if (home.id === vpc.id) return notPermitted(`The security group '${group.id}' was created in the VPC '${vpc.id}'.`);
    const changes = findAssociation(world, group.id, vpc.id) ? [] : [put(associateGroup(call, group, vpc))];
    return { changes, output: { State: "associated" as const } };
  },
});

/** Ends an association that no interface of the VPC uses. Rules that relied on it become stale. */
export const disassociateSecurityGroupVpc = operation({
  name: "DisassociateSecurityGroupVpc",
  run(world, input, call) {
    const pair = locatePair(world, input, call);
    if (isRefusal(pair)) return pair;
    const { group, vpc } = pair;
    const association = findAssociation(world, group.id, vpc.id);
    if (!association) {
      return refuse("InvalidParameterValue", `The security group '${group.id}' is not associated with the VPC '${vpc.id}'.`);
    }
    const users = [...listed(world, "interfacesOfGroup", group.id).values()].filter((eni) => eni.vpc === vpc.id);
    const [user] = users.map((eni) => eni.id).toSorted();
    if (user !== undefined) {
      return refuse("DependencyViolation", `resource ${group.id} has a dependent object: ${user}`);
    }
    return { changes: [remove(association)], output: { State: "disassociated" as const } };
  },
});

const notPermitted = (message: string): Refusal => refuse("OperationNotPermitted", message);

function locatePair(
  world: World,
  { GroupId = "", VpcId = "" }: Input<"AssociateSecurityGroupVpc">,
  call: Call,
): { group: SecurityGroup; vpc: Vpc } | Refusal {
  if (!parseId("security-group", GroupId)) return malformed("security-group", GroupId);
  if (!parseId("vpc", VpcId)) return malformed("vpc", VpcId);
  const group = locate(world, call, "security-group", GroupId);
  if (isRefusal(group)) return group;
  const vpc = locate(world, call, "vpc", VpcId);
  return isRefusal(vpc) ? vpc : { group, vpc };
}
