import type { IpPermission, RevokeSecurityGroupIngressResult } from "@aws-sdk/client-ec2";
import type { SecurityGroup, SecurityGroupRule } from "../../model/resource.ts";
import { ruleKey, rulesOf } from "../../model/security-group.ts";
import { need, remove } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Outcome } from "../operation.ts";
import { shorthand } from "./authorize-security-group.ts";
import { parsePermissions, refuseRepeats, resolvePeers } from "./ip-permissions.ts";
import { groupOf, malformed, missing } from "./lookup.ts";
import { unserved } from "./served.ts";
import { permissionsView, revokedRuleView } from "./views/security-group.ts";

/** Takes rules for what may come in away: by identifier, or by what they say, to the letter. */
export const revokeSecurityGroupIngress = operation({
  name: "RevokeSecurityGroupIngress",
  run(world, input, call) {
    const permissions = shorthand(input);
    return isRefusal(permissions) ? permissions : revoke(world, input, permissions, false, call);
  },
});

/** Takes rules for what may go out away. */
export const revokeSecurityGroupEgress = operation({
  name: "RevokeSecurityGroupEgress",
  run(world, input, call) {
    const strange = unserved(input, ["GroupId", "IpPermissions", "SecurityGroupRuleIds"]);
    return strange ?? revoke(world, input, input.IpPermissions ?? [], true, call);
  },
});

interface Named {
  readonly GroupId?: string | undefined;
  readonly GroupName?: string | undefined;
  readonly SecurityGroupRuleIds?: string[] | undefined;
}

function revoke(
  world: World,
  named: Named,
  permissions: readonly IpPermission[],
  egress: boolean,
  call: Call,
): Refusal | Outcome<RevokeSecurityGroupIngressResult> {
  const ids = named.SecurityGroupRuleIds ?? [];
  if (ids.length === 0 && permissions.length === 0) {
    return refuse("MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.");
  }
  if (ids.length > 0 && permissions.length > 0) {
    return refuse("InvalidParameterCombination", "Only one of 'ipPermissions' or 'securityGroupRuleIds' can be provided.");
  }
  const written = parsePermissions(permissions);
  if (isRefusal(written)) return written;
  const wrong = ids.find((id) => !parseId("security-group-rule", id));
  if (wrong !== undefined) return malformed("security-group-rule", wrong);
  const group = groupOf(world, call, named);
  if (isRefusal(group)) return group;
  const existing = rulesOf(world, group.id, egress);
  if (ids.length > 0) return revokeById(existing, ids);
  const contents = resolvePeers(world, call, group, written, existing);
  if (isRefusal(contents)) return contents;
  const repeated = refuseRepeats(contents);
  if (repeated) return repeated;

  const rules = new Map(existing.map((rule) => [ruleKey(rule), rule]));
  const unknown = contents.filter((content) => !rules.has(ruleKey(content)));
  if (unknown.length > 0 && !inDefaultVpc(world, group)) {
    return refuse("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
  }
  const found = contents.flatMap((content) => rules.get(ruleKey(content)) ?? []);
  return revoked(found, permissionsView(world, group, unknown));
}

/** In a default VPC a revoke that matches nothing succeeds, as it did before there were VPCs. */
const inDefaultVpc = (world: World, group: SecurityGroup): boolean => need(world, "vpc", group.vpc).isDefault;

function revokeById(rules: readonly SecurityGroupRule[], ids: readonly string[]) {
  const byId = new Map<string, SecurityGroupRule>(rules.map((rule) => [rule.id, rule]));
  const unknown = ids.find((id) => !byId.has(id));
  if (unknown !== undefined) return missing("security-group-rule", [unknown]);
  return revoked([...new Set(ids)].flatMap((id) => byId.get(id) ?? []), []);
}

const revoked = (
  rules: readonly SecurityGroupRule[],
  UnknownIpPermissions: IpPermission[],
): Outcome<RevokeSecurityGroupIngressResult> => ({
  changes: rules.map(remove),
  output: { Return: true, UnknownIpPermissions, RevokedSecurityGroupRules: rules.map(revokedRuleView) },
});
