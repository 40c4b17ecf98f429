import type {
  IpPermission,
  RevokedSecurityGroupRule,
  SecurityGroup as SecurityGroupView,
  SecurityGroupRule as SecurityGroupRuleView,
} from "@aws-sdk/client-ec2";
import { peeringBetween } from "../../../model/peers.ts";
import type { SecurityGroup, SecurityGroupRule } from "../../../model/resource.ts";
import { oldestFirst } from "../../../model/security-group.ts";
import type { GroupPeer, RuleContent } from "../../../model/security-group.ts";
import { find, listed, need } from "../../../model/world.ts";
import type { Table, World } from "../../../model/world.ts";
import { hasPorts, hasTypes, parseProtocol } from "../../../values/protocol.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";
import { arnOf } from "./arn.ts";

/**
 * What a group is shown as. A view is kept for as long as the group and its rules stay as they are, unless they name
 * other groups, as what is shown of these may change any time.
 */
export function groupView(world: World, group: SecurityGroup): SecurityGroupView {
  const rules = listed(world, "rulesOfGroup", group.id);
  const before = kept.views.get(group);
  if (before?.rules === rules) return before.view;
  const view = viewOf(world, group, rules);
  if (rules.some(({ peer }) => peer.type === "group")) return view;
  if (kept.weight > mostKeptRules) kept = { views: new WeakMap(), weight: 0 };
  kept.views.set(group, { rules, view });
  kept.weight += rules.size;
  return view;
}

/** Views weigh more than what they show: those of so many rules are kept. */
const mostKeptRules = 20_000;
let kept = { views: new WeakMap<SecurityGroup, { readonly rules: Table<"security-group-rule">; readonly view: SecurityGroupView }>(), weight: 0 };

const viewOf = (world: World, group: SecurityGroup, rules: Table<"security-group-rule">): SecurityGroupView => ({
  GroupId: group.id,
  GroupName: group.name,
  Description: group.description,
  OwnerId: group.account,
  VpcId: group.vpc,
  IpPermissions: permissionsView(world, group, oldestFirst(rules, false)),
  IpPermissionsEgress: permissionsView(world, group, oldestFirst(rules, true)),
  SecurityGroupArn: arnOf(group, "security-group", group.id),
  Tags: tagList(group.tags),
});

/** A group's rules as permissions: one per protocol and ports, holding every source or destination they are open to. */
export function permissionsView(world: World, group: SecurityGroup, rules: readonly RuleContent[]): IpPermission[] {
  const merged = Map.groupBy(rules, (rule) => [rule.protocol, rule.from, rule.to].join(" "));
  return [...merged.values()].flatMap((same) => (same[0] ? [permissionView(world, group, same[0], same)] : []));
}

function permissionView(
  world: World,
  group: SecurityGroup,
  { protocol, from, to }: RuleContent,
  rules: readonly RuleContent[],
): IpPermission {
  const known = parseProtocol(protocol);
  const ranged = known !== undefined && (hasPorts(known) || hasTypes(known));
  const cidrs = rules.flatMap(({ peer, description: Description }) =>
    peer.type === "cidr" ? [{ cidr: peer.cidr, Description }] : [],
  );
  return {
    IpProtocol: protocol,
    ...(ranged ? { FromPort: from, ToPort: to } : {}),
    IpRanges: cidrs
      .filter(({ cidr }) => !cidr.includes(":"))
      .map(({ cidr, Description }) => ({ CidrIp: cidr, Description })),
    Ipv6Ranges: cidrs
      .filter(({ cidr }) => cidr.includes(":"))
      .map(({ cidr, Description }) => ({ CidrIpv6: cidr, Description })),
    PrefixListIds: rules.flatMap(({ peer, description: Description }) =>
      peer.type === "prefix-list" ? [{ PrefixListId: peer.list, Description }] : [],
    ),
    UserIdGroupPairs: rules.flatMap(({ peer, description: Description }) =>
      peer.type === "group" ? [{ ...referenceView(world, group, peer), Description }] : [],
    ),
  };
}

/** A group as a rule of `home` names it: once it is gone nobody owns it. */
const referenceView = (world: World, home: SecurityGroup, { group, account, across }: GroupPeer) => ({
  GroupId: group,
  ...(find(world, "security-group", group) && { UserId: account }),
  ...(across && acrossView(world, home, across)),
});

/** The peering that joins the VPCs now, if one does, else the one the rule was made across. */
function acrossView(world: World, home: SecurityGroup, { vpc, peering }: NonNullable<GroupPeer["across"]>) {
  const shown = peeringBetween(world, home.vpc, vpc) ?? find(world, "vpc-peering-connection", peering);
  return { VpcId: vpc, VpcPeeringConnectionId: shown?.id ?? peering, PeeringStatus: shown?.state ?? "deleted" };
}

/** The members that both forms of a single rule show. */
const ruleMembers = (rule: SecurityGroupRule) => ({
  SecurityGroupRuleId: rule.id,
  GroupId: rule.group,
  IsEgress: rule.egress,
  IpProtocol: rule.protocol,
  FromPort: rule.from,
  ToPort: rule.to,
  ...(rule.peer.type === "cidr"
    ? { [rule.peer.cidr.includes(":") ? "CidrIpv6" : "CidrIpv4"]: rule.peer.cidr }
    : {}),
  ...(rule.peer.type === "prefix-list" ? { PrefixListId: rule.peer.list } : {}),
  Description: rule.description,
});

export function ruleView(world: World, rule: SecurityGroupRule): SecurityGroupRuleView {
  const group = need(world, "security-group", rule.group);
  return {
    ...ruleMembers(rule),
    GroupOwnerId: group.account,
    ReferencedGroupInfo: rule.peer.type === "group" ? referenceView(world, group, rule.peer) : undefined,
    SecurityGroupRuleArn: arnOf(rule, "security-group-rule", rule.id),
    Tags: tagList(rule.tags),
  };
}

export const revokedRuleView = (rule: SecurityGroupRule): RevokedSecurityGroupRule => ({
  ...ruleMembers(rule),
  ReferencedGroupId: rule.peer.type === "group" ? rule.peer.group : undefined,
});

const permissionFilters = (
  prefix: string,
  permissionsOf: (group: SecurityGroupView) => IpPermission[] | undefined,
): Filters<SecurityGroupView> => {
  const over =
    <T>(values: (permission: IpPermission) => T[] | undefined) =>
    (group: SecurityGroupView): T[] =>
      (permissionsOf(group) ?? []).flatMap((permission) => values(permission) ?? []);
  const table = {
    cidr: over(({ IpRanges }) => IpRanges?.map((range) => range.CidrIp)),
    "from-port": over(({ FromPort }) => [FromPort]),
    "group-id": over(({ UserIdGroupPairs }) => UserIdGroupPairs?.map((pair) => pair.GroupId)),
    "group-name": over(({ UserIdGroupPairs }) => UserIdGroupPairs?.map((pair) => pair.GroupName)),
    "ipv6-cidr": over(({ Ipv6Ranges }) => Ipv6Ranges?.map((range) => range.CidrIpv6)),
    "prefix-list-id": over(({ PrefixListIds }) => PrefixListIds?.map((list) => list.PrefixListId)),
    protocol: over(({ IpProtocol }) => [IpProtocol]),
    "to-port": over(({ ToPort }) => [ToPort]),
    "user-id": over(({ UserIdGroupPairs }) => UserIdGroupPairs?.map((pair) => pair.UserId)),
  };
  return Object.fromEntries(Object.entries(table).map(([name, values]) => [`${prefix}.${name}`, values]));
};

export const groupFilters: Filters<SecurityGroupView> = {
  description: (group) => [group.Description],
  "group-id": (group) => [group.GroupId],
  "group-name": (group) => [group.GroupName],
  "owner-id": (group) => [group.OwnerId],
  "vpc-id": (group) => [group.VpcId],
  ...permissionFilters("ip-permission", (group) => group.IpPermissions),
  ...permissionFilters("egress.ip-permission", (group) => group.IpPermissionsEgress),
};

export const ruleFilters: Filters<SecurityGroupRuleView> = {
  "group-id": (rule) => [rule.GroupId],
  "security-group-rule-id": (rule) => [rule.SecurityGroupRuleId],
};
