import type { Family } from "../values/ip.ts";
import type { Birth, Tags } from "./birth.ts";
import { mintAscending, owned } from "./birth.ts";
import { peeringBetween } from "./peers.ts";
import type {
  RulePeer,
  SecurityGroup,
  SecurityGroupRule,
  SecurityGroupVpcAssociation,
  Vpc,
  VpcPeeringConnection,
} from "./resource.ts";
import { find, listed, need, put, remove } from "./world.ts";
import type { Change, Table, World } from "./world.ts";

/** What a rule says, apart from where it is kept. The description is not part of its identity. */
export interface RuleContent {
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
  readonly peer: RulePeer;
  readonly description?: string;
}

export type GroupPeer = Extract<RulePeer, { type: "group" }>;

const everything = { protocol: "-1", from: -1, to: -1 } as const;
const toEveryone = (cidr: string): RuleContent => ({ ...everything, peer: { type: "cidr", cidr } });

/** The text of a rule's source or destination: a CIDR block or an identifier. */
export function peerText(peer: RulePeer): string {
  if (peer.type === "cidr") return peer.cidr;
  return peer.type === "group" ? peer.group : peer.list;
}

/** Two rules of one group and direction with the same key are the same rule. */
export const ruleKey = (rule: RuleContent): string =>
  [rule.protocol, rule.from, rule.to, rule.peer.type, peerText(rule.peer)].join(" ");

/** A group and the rules it starts with: everything out, nothing in; the default group also lets its members in. */
export function makeGroup(
  birth: Birth,
  vpc: Pick<Vpc, "id" | "ipv6Cidrs">,
  plan: { id: SecurityGroup["id"]; name: string; description: string; tags?: Tags; membersMayEnter?: boolean },
): { group: SecurityGroup; changes: Change[] } {
  const group: SecurityGroup = {
    ...owned(birth, plan.tags),
    kind: "security-group",
    id: plan.id,
    vpc: vpc.id,
    name: plan.name,
    description: plan.description,
  };
  const out = ["0.0.0.0/0", ...(vpc.ipv6Cidrs.length > 0 ? ["::/0"] : [])].map(toEveryone);
  const itself: RuleContent = { ...everything, peer: { type: "group", group: group.id, account: birth.account } };
  const rules = [
    ...(plan.membersMayEnter === true ? makeRules(birth, group, false, [itself]) : []),
    ...makeRules(birth, group, true, out),
  ];
  return { group, changes: [put(group), ...rules.map(put)] };
}

/** New rules of the group, listed in the order given. */
export function makeRules(
  birth: Birth,
  group: SecurityGroup,
  egress: boolean,
  contents: readonly RuleContent[],
  tags?: Tags,
): SecurityGroupRule[] {
  const ids = mintAscending(birth, "security-group-rule", contents.length);
  return contents.flatMap((content, index) => {
    const id = ids[index];
    return id === undefined ? [] : [{ ...owned(birth, tags), kind: "security-group-rule", id, group: group.id, egress, ...content }];
  });
}

/** The rules of a group, of one direction or both, oldest first. */
export const rulesOf = (world: World, group: string, egress?: boolean): SecurityGroupRule[] =>
  oldestFirst(listed(world, "rulesOfGroup", group), egress);

export const oldestFirst = (rules: Table<"security-group-rule">, egress?: boolean): SecurityGroupRule[] =>
  [...rules.values()]
    .filter((rule) => egress === undefined || rule.egress === egress)
    .toSorted((a, b) => (a.created < b.created || (a.created === b.created && a.id < b.id) ? -1 : 1));

/**
 * What rules count against the quota of each family: a reference to a group counts in both, a prefix list in its own,
 * as the most entries it may have.
 */
export function ruleWeights(world: World, rules: readonly RuleContent[]): { 4: number; 6: number } {
  const total = (family: Family): number => rules.reduce((sum, { peer }) => sum + peerWeight(world, peer, family), 0);
  return { 4: total(4), 6: total(6) };
}

function peerWeight(world: World, peer: RulePeer, family: Family): number {
  if (peer.type === "cidr") return peer.cidr.includes(":") === (family === 6) ? 1 : 0;
  if (peer.type === "group") return 1;
  const list = need(world, "prefix-list", peer.list);
  return list.family === family ? list.maxEntries : 0;
}

/** The VPCs whose interfaces may have the group: the one it was made in, then those it is associated with. */
export const vpcsOfGroup = (world: World, group: SecurityGroup): Vpc["id"][] => [
  group.vpc,
  ...[...listed(world, "associationsOfGroup", group.id).values()].map((association) => association.vpc),
];

/** Whether some VPC's interfaces may have either group. */
export function shareVpc(world: World, one: SecurityGroup, other: SecurityGroup): boolean {
  const vpcs = new Set(vpcsOfGroup(world, one));
  return vpcsOfGroup(world, other).some((vpc) => vpcs.has(vpc));
}

/** The peering over which members of the one meet members of the other. */
export const peeringOfGroups = (world: World, one: SecurityGroup, other: SecurityGroup): VpcPeeringConnection | undefined =>
  vpcsOfGroup(world, one)
    .flatMap((vpc) => vpcsOfGroup(world, other).map((peer) => peeringBetween(world, vpc, peer)))
    .find((peering) => peering !== undefined);

/** What a rule of `group` about `named` says of its peer; undefined when their members never meet. */
export function peerOf(world: World, group: SecurityGroup, named: SecurityGroup): GroupPeer | undefined {
  const peer = { type: "group", group: named.id, account: named.account } as const;
  if (shareVpc(world, group, named)) return peer;
  const peering = peeringOfGroups(world, group, named);
  return peering && { ...peer, across: { vpc: named.vpc, peering: peering.id } };
}

/** Whether a rule names a group that is gone or out of reach. It stays until it is revoked, and matches nothing. */
export function isStale(world: World, rule: SecurityGroupRule): boolean {
  if (rule.peer.type !== "group") return false;
  const named = find(world, "security-group", rule.peer.group);
  return !named || !peerOf(world, need(world, "security-group", rule.group), named);
}

/**
 * What keeps the group from being deleted: interfaces in it, VPCs it is associated with, other groups whose rules name
 * it, but for those that reach it over a peering only.
 */
export function holdersOfGroup(world: World, group: SecurityGroup): string[] {
  const referring = [...listed(world, "rulesReferring", group.id).values()]
    .filter((rule) => rule.group !== group.id && shareVpc(world, need(world, "security-group", rule.group), group))
    .map((rule) => rule.group);
  const [, ...associated] = vpcsOfGroup(world, group);
  const members = listed(world, "interfacesOfGroup", group.id).keys();
  return [...new Set<string>([...members, ...associated, ...referring])].toSorted();
}

/** A group that interfaces of another VPC may have from now on. */
export const associateGroup = (birth: Birth, group: SecurityGroup, vpc: Vpc): SecurityGroupVpcAssociation => ({
  ...owned(birth),
  kind: "security-group-vpc-association",
  id: associationId(group.id, vpc.id),
  group: group.id,
  vpc: vpc.id,
});

/** The association of a group with a VPC it was not made in, if there is one. */
export const findAssociation = (world: World, group: string, vpc: string): SecurityGroupVpcAssociation | undefined =>
  find(world, "security-group-vpc-association", associationId(group, vpc));

const associationId = (group: string, vpc: string): string => `${group}/${vpc}`;

/** A group goes together with its rules. */
export const deleteGroup = (world: World, group: SecurityGroup): Change[] => [
  ...[...listed(world, "rulesOfGroup", group.id).values()].map(remove),
  remove(group),
];

/** A VPC got its first IPv6 block: a group whose rules outward are still as they were made lets IPv6 out as well. */
export function openGroupsToIpv6(world: World, birth: Birth, vpc: string): Change[] {
  return [...listed(world, "groupsOfVpc", vpc).values()].flatMap((group) => {
    const [only, ...more] = rulesOf(world, group.id, true);
    const untouched = more.length === 0 && only && ruleKey(only) === ruleKey(toEveryone("0.0.0.0/0"));
    return untouched ? makeRules(birth, group, true, [toEveryone("::/0")]).map(put) : [];
  });
}
