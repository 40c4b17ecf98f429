import { deleteGroup, holdersOfGroup } from "../../model/security-group.ts";
import { need } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { groupOf } from "./lookup.ts";

/** Deletes a group, and its rules, once no interface is in it and no other group's rule names it. */
export const deleteSecurityGroup = operation({
  name: "DeleteSecurityGroup",
  run(world, input, call) {
    const group = groupOf(world, call, input);
    if (isRefusal(group)) return group;
    if (need(world, "vpc", group.vpc).defaultGroup === group.id) {
      return refuse(
        "CannotDelete",
        `the specified group: "${group.id}" name: "${group.name}" cannot be deleted by a user`,
      );
    }
    const [holder] = holdersOfGroup(world, group);
    if (holder !== undefined) {
      return refuse("DependencyViolation", `resource ${group.id} has a dependent object: ${holder}`);
    }
    return { changes: deleteGroup(world, group), output: { Return: true, GroupId: group.id } };
  },
});
