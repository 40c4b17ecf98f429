import type { IpPermission, TagSpecification } from "@aws-sdk/client-ec2";
import { makeRules, rulesOf } from "../../model/security-group.ts";
import { put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { parsePermissions, refuseExisting, refuseRepeats, resolvePeers } from "./ip-permissions.ts";
import { groupOf } from "./lookup.ts";
import { refuseWeight } from "./rule-quota.ts";
import { unserved } from "./served.ts";
import { ruleView } from "./views/security-group.ts";

/** Adds rules for what may come in, all or none. A single rule may be written without IpPermissions. */
export const authorizeSecurityGroupIngress = operation({
  name: "AuthorizeSecurityGroupIngress",
  run(world, input, call) {
    const permissions = shorthand(input);
    return isRefusal(permissions) ? permissions : authorize(world, input, permissions, false, call);
  },
});

/** Adds rules for what may go out, all or none. */
export const authorizeSecurityGroupEgress = operation({
  name: "AuthorizeSecurityGroupEgress",
  run(world, input, call) {
    const strange = unserved(input, ["GroupId", "IpPermissions", "TagSpecifications"]);
    return strange ?? authorize(world, input, input.IpPermissions ?? [], true, call);
  },
});

type Shorthand = Input<"AuthorizeSecurityGroupIngress"> | Input<"RevokeSecurityGroupIngress">;

/** The permissions of an ingress call: IpPermissions, or the one its top-level members spell. */
export function shorthand(input: Shorthand): IpPermission[] | Refusal {
  const { IpProtocol, FromPort, ToPort, CidrIp, SourceSecurityGroupName, SourceSecurityGroupOwnerId } = input;
  const permissions = input.IpPermissions ?? [];
  const single = [IpProtocol, FromPort, ToPort, CidrIp, SourceSecurityGroupName].some((value) => value !== undefined);
  if (!single) return permissions;
  if (permissions.length > 0) return mixed("ipPermissions", "ipProtocol, fromPort, toPort, cidrIp or sourceSecurityGroupName");
  if (SourceSecurityGroupName === undefined) {
    return [{ IpProtocol, FromPort, ToPort, IpRanges: CidrIp === undefined ? [] : [{ CidrIp }] }];
  }
  if ([IpProtocol, FromPort, ToPort, CidrIp].some((value) => value !== undefined)) {
    return mixed("sourceSecurityGroupName", "ipProtocol, fromPort, toPort or cidrIp");
  }
  const UserIdGroupPairs = [{ GroupName: SourceSecurityGroupName, UserId: SourceSecurityGroupOwnerId }];
  return [
    { IpProtocol: "tcp", FromPort: 0, ToPort: 65535, UserIdGroupPairs },
    { IpProtocol: "udp", FromPort: 0, ToPort: 65535, UserIdGroupPairs },
    { IpProtocol: "icmp", FromPort: -1, ToPort: -1, UserIdGroupPairs },
  ];
}

const mixed = (one: string, other: string): Refusal =>
  refuse("InvalidParameterCombination", `The parameter ${one} may not be used in combination with ${other}`);

interface Named {
  readonly GroupId?: string | undefined;
  readonly GroupName?: string | undefined;
  readonly TagSpecifications?: TagSpecification[] | undefined;
}

// Refusals in order: what is malformed, what does not exist, what repeats, what clashes, what is too much.
function authorize(world: World, named: Named, permissions: readonly IpPermission[], egress: boolean, call: Call) {
  if (permissions.length === 0) return refuse("MissingParameter", "The request must contain the parameter ipPermissions");
  const written = parsePermissions(permissions);
  if (isRefusal(written)) return written;
  const tags = parseTagSpecifications(named.TagSpecifications, ["security-group-rule"], "InvalidParameter");
  if (isRefusal(tags)) return tags;
  const group = groupOf(world, call, named);
  if (isRefusal(group)) return group;
  const contents = resolvePeers(world, call, group, written);
  if (isRefusal(contents)) return contents;
  const existing = rulesOf(world, group.id, egress);
  const wrong =
    refuseRepeats(contents) ?? refuseExisting(existing, contents) ?? refuseWeight(world, call, [...existing, ...contents]);
  if (wrong) return wrong;
  const rules = makeRules(call, group, egress, contents, tags["security-group-rule"]);
  return { changes: rules.map(put), output: { Return: true, SecurityGroupRules: rules.map((rule) => ruleView(world, rule)) } };
}
