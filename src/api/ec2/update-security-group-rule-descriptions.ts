import type { SecurityGroup, SecurityGroupRule } from "../../model/resource.ts";
import { ruleKey, rulesOf } from "../../model/security-group.ts";
import { put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { parseDescription, parsePermissions, resolvePeers } from "./ip-permissions.ts";
import type { WrittenRule } from "./ip-permissions.ts";
import { groupOf, malformed, missing } from "./lookup.ts";

/** Sets or clears descriptions of rules for what may come in, all or none. */
export const updateSecurityGroupRuleDescriptionsIngress = operation({
  name: "UpdateSecurityGroupRuleDescriptionsIngress",
  run: (world, input, call) => update(world, input, false, call),
});

/** Sets or clears descriptions of rules for what may go out, all or none. */
export const updateSecurityGroupRuleDescriptionsEgress = operation({
  name: "UpdateSecurityGroupRuleDescriptionsEgress",
  run: (world, input, call) => update(world, input, true, call),
});

type Request = Input<"UpdateSecurityGroupRuleDescriptionsIngress">;

function update(world: World, input: Request, egress: boolean, call: Call) {
  const byId = input.SecurityGroupRuleDescriptions ?? [];
  const permissions = input.IpPermissions ?? [];
  if ((byId.length > 0) === (permissions.length > 0)) {
    return refuse(
      byId.length > 0 ? "InvalidParameterCombination" : "MissingParameter",
      "Exactly one of 'ipPermissions' or 'securityGroupRuleDescriptions' should be provided.",
    );
  }
  const written = parsePermissions(permissions);
  if (isRefusal(written)) return written;
  const group = groupOf(world, call, input);
  if (isRefusal(group)) return group;
  const rules =
    byId.length > 0
      ? describedById(world, group, egress, byId)
      : describedByContent(world, group, egress, written, call);
  return isRefusal(rules) ? rules : { changes: rules.map(put), output: { Return: true } };
}

function described(rule: SecurityGroupRule, description: { description?: string }): SecurityGroupRule {
  const { description: _, ...rest } = rule;
  return { ...rest, ...description };
}

function describedById(
  world: World,
  group: SecurityGroup,
  egress: boolean,
  descriptions: NonNullable<Request["SecurityGroupRuleDescriptions"]>,
): SecurityGroupRule[] | Refusal {
  const rules = new Map<string, SecurityGroupRule>(rulesOf(world, group.id, egress).map((rule) => [rule.id, rule]));
  const changed: SecurityGroupRule[] = [];
  for (const { SecurityGroupRuleId: id = "", Description } of descriptions) {
    if (!parseId("security-group-rule", id)) return malformed("security-group-rule", id);
    const rule = rules.get(id);
    if (!rule) return missing("security-group-rule", [id]);
    const description = parseDescription(rule.peer, Description);
    if (isRefusal(description)) return description;
    changed.push(described(rule, description));
  }
  return changed;
}

function describedByContent(
  world: World,
  group: SecurityGroup,
  egress: boolean,
  written: readonly WrittenRule[],
  call: Call,
): SecurityGroupRule[] | Refusal {
  const existing = rulesOf(world, group.id, egress);
  const contents = resolvePeers(world, call, group, written, existing);
  if (isRefusal(contents)) return contents;
  const rules = new Map(existing.map((rule) => [ruleKey(rule), rule]));
  const changed: SecurityGroupRule[] = [];
  for (const { description, ...content } of contents) {
    const rule = rules.get(ruleKey(content));
    if (!rule) return refuse("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
    changed.push(described(rule, description === undefined ? {} : { description }));
  }
  return changed;
}
