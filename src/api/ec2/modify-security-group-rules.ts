import type { SecurityGroupRuleRequest } from "@aws-sdk/client-ec2";
import type { RulePeer, SecurityGroup, SecurityGroupRule } from "../../model/resource.ts";
import { peerText, rulesOf } from "../../model/security-group.ts";
import type { RuleContent } from "../../model/security-group.ts";
import { put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call } from "../operation.ts";
import {
  parseCidrPeer,
  parseDescription,
  parsePorts,
  refuseExisting,
  refuseRepeats,
  resolvePair,
  resolvePrefixList,
} from "./ip-permissions.ts";
import { groupOf, locateAll, malformed, missing } from "./lookup.ts";
import { refuseWeight } from "./rule-quota.ts";

/** Replaces what rules of a group say, all or none; each keeps its identifier and direction. */
export const modifySecurityGroupRules = operation({
  name: "ModifySecurityGroupRules",
  run(world, { GroupId = "", SecurityGroupRules = [] }, call) {
    const ids = SecurityGroupRules.map((update) => update.SecurityGroupRuleId ?? "");
    if (new Set(ids).size < ids.length) {
      return refuse("InvalidParameterValue", "The same security group rule must not appear multiple times");
    }
    const ports = SecurityGroupRules.map(({ SecurityGroupRule = {} }) => parsePorts(SecurityGroupRule));
    const badPorts = ports.find(isRefusal);
    if (badPorts) return badPorts;
    const group = groupOf(world, call, { GroupId });
    if (isRefusal(group)) return group;
    const rules = locateAll(world, call, "security-group-rule", ids);
    if (isRefusal(rules)) return rules;
    const stranger = rules.find((rule) => rule.group !== group.id);
    if (stranger) return missing("security-group-rule", [stranger.id]);

    const modified: SecurityGroupRule[] = [];
    for (const [index, rule] of rules.entries()) {
      const content = parseContent(world, call, group, rule, SecurityGroupRules[index]?.SecurityGroupRule ?? {});
      if (isRefusal(content)) return content;
      const { description: _, ...rest } = rule;
      modified.push({ ...rest, ...content });
    }
    const wrong =
      refuseDirection(world, call, group, modified, true) ?? refuseDirection(world, call, group, modified, false);
    return wrong ?? { changes: modified.map(put), output: { Return: true } };
  },
});

/** Refuses what would be the same rule as another one of its direction, and what would be too much for it. */
function refuseDirection(
  world: World,
  call: Call,
  group: SecurityGroup,
  modified: readonly SecurityGroupRule[],
  egress: boolean,
): Refusal | undefined {
  const next = modified.filter((rule) => rule.egress === egress);
  const ids = new Set(next.map((rule) => rule.id));
  const others = rulesOf(world, group.id, egress).filter((rule) => !ids.has(rule.id));
  return refuseRepeats(next) ?? refuseExisting(others, next) ?? refuseWeight(world, call, [...others, ...next]);
}

function parseContent(
  world: World,
  call: Call,
  group: SecurityGroup,
  rule: SecurityGroupRule,
  request: SecurityGroupRuleRequest,
): RuleContent | Refusal {
  const ports = parsePorts(request);
  if (isRefusal(ports)) return ports;
  const peer = parsePeer(world, call, group, rule, request);
  if (isRefusal(peer)) return peer;
  if (sort(peer) !== sort(rule.peer)) {
    return refuse("InvalidParameterValue", `The type of source or destination of the rule ${rule.id} can't be changed`);
  }
  const description = parseDescription(peer, request.Description);
  return isRefusal(description) ? description : { ...ports, peer, ...description };
}

/** A rule stays what it is about: addresses of one family, a group, or a prefix list. */
const sort = (peer: RulePeer): string => (peer.type === "cidr" ? `cidr ${peer.cidr.includes(":")}` : peer.type);

const oneOf = "cidrIp, cidrIpv6, prefixListId, or referencedGroupId";

function parsePeer(
  world: World,
  call: Call,
  group: SecurityGroup,
  rule: SecurityGroupRule,
  request: SecurityGroupRuleRequest,
): RulePeer | Refusal {
  const { CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupId } = request;
  const given = [CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupId].filter((value) => value !== undefined);
  if (given.length > 1) return refuse("InvalidParameterCombination", `Only one of ${oneOf} can be specified`);
  if (CidrIpv4 !== undefined) return parseCidrPeer(CidrIpv4, 4);
  if (CidrIpv6 !== undefined) return parseCidrPeer(CidrIpv6, 6);
  if (PrefixListId !== undefined) return resolvePrefixList(world, call, PrefixListId);
  if (ReferencedGroupId !== undefined) return parseReference(world, call, group, rule, ReferencedGroupId);
  return refuse("MissingParameter", `The request must contain exactly one of: ${oneOf}`);
}

/** A group by its identifier, after `account/` where that is another's. The one the rule is about may be out of reach. */
function parseReference(
  world: World,
  call: Call,
  group: SecurityGroup,
  { peer }: SecurityGroupRule,
  text: string,
): RulePeer | Refusal {
  const [GroupId = "", UserId] = text.split("/").toReversed();
  if (!parseId("security-group", GroupId)) return malformed("security-group", text);
  return peerText(peer) === GroupId ? peer : resolvePair(world, call, group, { GroupId, UserId });
}
