import type { IpPermission, UserIdGroupPair } from "@aws-sdk/client-ec2";
import type { Scope } from "../../model/birth.ts";
import type { RulePeer, SecurityGroup, SecurityGroupRule } from "../../model/resource.ts";
import { peeringOfGroups, peerOf, peerText, ruleKey, vpcsOfGroup } from "../../model/security-group.ts";
import type { GroupPeer, RuleContent } from "../../model/security-group.ts";
import { find } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { formatCidr, parseCidr } from "../../values/ip.ts";
import { hasPorts, hasTypes, ICMPV6, parseProtocol, protocolName } from "../../values/protocol.ts";
import type { Protocol } from "../../values/protocol.ts";
import { parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { differentNetworks, findSeen, groupOf, locate, malformed, missing } from "./lookup.ts";
import { refuseIcmp, refusePorts } from "./port-ranges.ts";

/** A source or destination as the caller wrote it: its syntax is right, the group it may name is not looked up yet. */
type Peer = Exclude<RulePeer, { type: "group" }> | { readonly type: "group"; readonly pair: UserIdGroupPair };

/** Rules as the caller wrote them, one for each source or destination. */
export type WrittenRule = Omit<RuleContent, "peer"> & { readonly peer: Peer };

const invalid = (message: string): Refusal => refuse("InvalidParameterValue", message);

/** Reads permissions without looking at the world. Refuses what is malformed, and a permission open to nobody. */
export function parsePermissions(permissions: readonly IpPermission[]): WrittenRule[] | Refusal {
  const written: WrittenRule[] = [];
  for (const permission of permissions) {
    const ports = parsePorts(permission);
    if (isRefusal(ports)) return ports;
    const peers = parsePeers(permission);
    if (isRefusal(peers)) return peers;
    if (peers.length === 0) return refuse("MissingParameter", "Source group ID missing.");
    written.push(...peers.map((peer) => ({ ...ports, ...peer })));
  }
  return written;
}

interface Ported {
  readonly IpProtocol?: string | undefined;
  readonly FromPort?: number | undefined;
  readonly ToPort?: number | undefined;
}

/** Protocol and ports in the form rules keep. Ports are ignored where the protocol has none. */
export function parsePorts(given: Ported): Pick<RuleContent, "protocol" | "from" | "to"> | Refusal {
  const { IpProtocol } = given;
  if (IpProtocol === undefined || IpProtocol === "") {
    return invalid("Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.");
  }
  const protocol = parseProtocol(IpProtocol);
  if (protocol === undefined) return invalid(`Invalid value '${IpProtocol}' for IP protocol. Unknown protocol.`);
  const range = parseRange(protocol, given);
  return isRefusal(range) ? range : { protocol: protocolName(protocol), ...range };
}

function parseRange(protocol: Protocol, { FromPort: from, ToPort: to }: Ported): { from: number; to: number } | Refusal {
  const any = { from: -1, to: -1 };
  if (!hasPorts(protocol) && !hasTypes(protocol)) return any;
  if (protocol === ICMPV6 && from === undefined && to === undefined) return any;
  if (from === undefined || to === undefined) {
    return hasPorts(protocol)
      ? invalid("Invalid value for portRange. Must specify both from and to ports with TCP/UDP.")
      : invalid("Invalid value 'Must specify both from and to ports with ICMP.' for portRange.");
  }
  return (hasPorts(protocol) ? refusePorts(from, to) : refuseIcmp(from, to)) ?? { from, to };
}

type Described = { readonly peer: Peer; readonly description?: string };

function parsePeers(permission: IpPermission): Described[] | Refusal {
  const parsed = [
    ...(permission.IpRanges ?? []).map((range) => describePeer(parseCidrPeer(range.CidrIp, 4), range, ruleText.cidr)),
    ...(permission.Ipv6Ranges ?? []).map((range) => describePeer(parseCidrPeer(range.CidrIpv6, 6), range, ruleText.cidr)),
    ...(permission.PrefixListIds ?? []).map((list) => describePeer(parsePrefixList(list.PrefixListId), list, ruleText.other)),
    ...(permission.UserIdGroupPairs ?? []).map((pair) => describePeer(parsePair(pair), pair, ruleText.other)),
  ];
  const wrong = parsed.find(isRefusal);
  return wrong ?? parsed.filter((peer): peer is Described => !isRefusal(peer));
}

/** What a description may hold, for rules about address ranges and for the others. */
const ruleText = {
  cidr: /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/,
  other: /^[a-zA-Z0-9. _\-:/()#,@[\]+=;{}!$*]{0,255}$/,
} as const;

function describePeer(
  peer: Peer | Refusal,
  { Description }: { Description?: string | undefined },
  text: RegExp,
): Described | Refusal {
  if (isRefusal(peer)) return peer;
  if (Description === undefined || Description === "") return { peer };
  return text.test(Description) ? { peer, description: Description } : badDescription;
}

const badDescription = invalid(
  "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
);

/** The description of a rule about `peer`, absent when it is empty. Refuses characters Amazon does not take. */
export function parseDescription(peer: RulePeer, text: string | undefined): { description?: string } | Refusal {
  const allowed = peer.type === "cidr" ? ruleText.cidr : ruleText.other;
  if (text === undefined || text === "") return {};
  return allowed.test(text) ? { description: text } : badDescription;
}

/** A range of one family, host bits cleared. */
export function parseCidrPeer(text: string | undefined, family: 4 | 6): Extract<RulePeer, { type: "cidr" }> | Refusal {
  const cidr = text === undefined ? undefined : parseCidr(text);
  if (cidr?.family !== family) return invalid(`CIDR block ${text ?? "null"} is malformed`);
  return { type: "cidr", cidr: formatCidr(cidr) };
}

const parsePrefixList = (text = ""): Peer | Refusal =>
  parseId("prefix-list", text) ? { type: "prefix-list", list: text } : malformed("prefix-list", text);

function parsePair(pair: UserIdGroupPair): Peer | Refusal {
  if (pair.GroupId === undefined && pair.GroupName === undefined) {
    return refuse("MissingParameter", "Source group ID missing.");
  }
  if (pair.GroupId !== undefined && !parseId("security-group", pair.GroupId)) {
    return malformed("security-group", pair.GroupId);
  }
  if (pair.VpcId !== undefined && !parseId("vpc", pair.VpcId)) return malformed("vpc", pair.VpcId);
  return { type: "group", pair };
}

/**
 * The written rules as rules of `group`: what they name is looked up, and must be in its reach. What rules of `existing`
 * name may be named again though it be out of reach by now: so a stale rule can be spoken of.
 */
export function resolvePeers(
  world: World,
  scope: Scope,
  group: SecurityGroup,
  written: readonly WrittenRule[],
  existing: readonly SecurityGroupRule[] = [],
): RuleContent[] | Refusal {
  const known = new Map(existing.map(({ peer }) => [peerText(peer), peer]));
  const contents: RuleContent[] = [];
  for (const rule of written) {
    const peer = resolvePeer(world, scope, group, rule.peer, known);
    if (isRefusal(peer)) return peer;
    contents.push({ ...rule, peer });
  }
  return contents;
}

function resolvePeer(
  world: World,
  scope: Scope,
  group: SecurityGroup,
  peer: Peer,
  known: ReadonlyMap<string, RulePeer>,
): RulePeer | Refusal {
  if (peer.type === "cidr") return peer;
  if (peer.type === "prefix-list") return resolvePrefixList(world, scope, peer.list);
  return known.get(peer.pair.GroupId ?? "") ?? resolvePair(world, scope, group, peer.pair);
}

/** The caller's prefix list that a rule is to be about. */
export function resolvePrefixList(
  world: World,
  scope: Scope,
  text: string,
): Extract<RulePeer, { type: "prefix-list" }> | Refusal {
  const list = locate(world, scope, "prefix-list", text);
  return isRefusal(list) ? list : { type: "prefix-list", list: list.id };
}

/**
 * The group a rule of `group` refers to: interfaces of one VPC must be able to have both, or an active peering join the
 * VPCs whose interfaces may. A group of another account needs its `UserId`.
 */
export function resolvePair(
  world: World,
  scope: Scope,
  group: SecurityGroup,
  { GroupId, GroupName, UserId, VpcId, VpcPeeringConnectionId }: UserIdGroupPair,
): GroupPeer | Refusal {
  const owner = UserId ?? scope.account;
  const named =
    GroupId !== undefined && owner !== scope.account
      ? (find(world, "security-group", GroupId) ?? missing("security-group", [GroupId]))
      : groupOf(world, scope, { GroupId, GroupName });
  if (isRefusal(named)) return named;
  if (named.account !== owner || named.region !== scope.region) return missing("security-group", [named.id]);
  if (VpcId !== undefined && !vpcsOfGroup(world, named).some((vpc) => vpc === VpcId)) {
    return findSeen(world, scope, "vpc", VpcId) ? differentNetworks : missing("vpc", [VpcId]);
  }
  if (VpcPeeringConnectionId !== undefined) {
    const peering = locate(world, scope, "vpc-peering-connection", VpcPeeringConnectionId);
    if (isRefusal(peering)) return peering;
    if (peeringOfGroups(world, group, named)?.id !== peering.id) return differentNetworks;
  }
  return peerOf(world, group, named) ?? differentNetworks;
}

/** Refuses rules that repeat one another. */
export function refuseRepeats(contents: readonly RuleContent[]): Refusal | undefined {
  const keys = contents.map(ruleKey);
  return new Set(keys).size < keys.length ? invalid("The same permission must not appear multiple times") : undefined;
}

/** Refuses the first rule the group has already. */
export function refuseExisting(existing: readonly SecurityGroupRule[], contents: readonly RuleContent[]): Refusal | undefined {
  const keys = new Set(existing.map(ruleKey));
  const clash = contents.find((content) => keys.has(ruleKey(content)));
  return clash && refuse("InvalidPermission.Duplicate", `the specified rule "${speak(clash)}" already exists`);
}

/** A rule in the words of Amazon's messages. */
function speak({ protocol, from, to, peer }: RuleContent): string {
  const who = `peer: ${peerText(peer)}`;
  const known = parseProtocol(protocol);
  const orAll = (value: number): string => (value === -1 ? "ALL" : String(value));
  if (known === undefined || known === "all") return `${who}, ALL, ALLOW`;
  if (hasPorts(known)) return `${who}, ${protocol.toUpperCase()}, from port: ${from}, to port: ${to}, ALLOW`;
  if (hasTypes(known)) return `${who}, ${protocol.toUpperCase()}, type: ${orAll(from)}, code: ${orAll(to)}, ALLOW`;
  return `${who}, protocol: ${protocol}, ALLOW`;
}
