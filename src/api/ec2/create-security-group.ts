import { tableIn } from "../../model/world.ts";
import { makeGroup } from "../../model/security-group.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { parseTagSpecifications, tagList } from "../tags.ts";
import { groupNamed, vpcOrDefault } from "./lookup.ts";
import { arnOf } from "./views/arn.ts";

const allowed = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/;
const described =
  "Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";

function refuseText(name: string, description: string): Refusal | undefined {
  if (name.startsWith("sg-")) {
    return refuse(
      "InvalidParameterValue",
      `Value (${name}) for parameter GroupName is invalid. Group names may not be in the format sg-*.`,
    );
  }
  if (!allowed.test(name)) return refuse("InvalidParameterValue", `Value (${name}) for parameter GroupName is invalid.`);
  if (name.toLowerCase() === "default") {
    return refuse("InvalidParameterValue", `Cannot use reserved security group name: ${name}`);
  }
  if (description === "") return refuse("MissingParameter", "The request must contain the parameter GroupDescription");
  return allowed.test(description)
    ? undefined
    : refuse("InvalidParameterValue", `Invalid security group description. ${described}`);
}

/** Makes a group that lets everything out and nothing in. */
export const createSecurityGroup = operation({
  name: "CreateSecurityGroup",
  run(world, input, call) {
    const name = (input.GroupName ?? "").trimEnd();
    const description = input.Description ?? "";
    const wrong = refuseText(name, description);
    if (wrong) return wrong;
    const tags = parseTagSpecifications(input.TagSpecifications, ["security-group"]);
    if (isRefusal(tags)) return tags;
    const vpc = vpcOrDefault(world, call, input.VpcId);
    if (isRefusal(vpc)) return vpc;
    if (groupNamed(world, vpc.id, name)) {
      return refuse("InvalidGroup.Duplicate", `The security group '${name}' already exists for VPC '${vpc.id}'`);
    }
    if (tableIn(world, call, "security-group").size >= call.quotas.groupsPerRegion) {
      return refuse("SecurityGroupLimitExceeded", "The maximum number of security groups has been reached.");
    }

    const id = call.mint("security-group");
    const { group, changes } = makeGroup(call, vpc, { id, name, description, tags: tags["security-group"] ?? {} });
    return {
      changes,
      output: { GroupId: id, Tags: tagList(group.tags), SecurityGroupArn: arnOf(group, "security-group", id) },
    };
  },
});
