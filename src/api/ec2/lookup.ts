import { isAmazons } from "../../model/amazon-prefix-list.ts";
import type { Scope } from "../../model/birth.ts";
import { isGone } from "../../model/gone.ts";
import type { Lingering } from "../../model/gone.ts";
import type { NetworkInterface, PrefixList, ResourceOf, SecurityGroup, Vpc } from "../../model/resource.ts";
import { managerOf } from "../../model/network-interface.ts";
import { vpcsOfGroup } from "../../model/security-group.ts";
import { isSeen } from "../../model/visible.ts";
import { find, list, listed, nameKey } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { idPrefixes, parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";

/** How Amazon speaks of each kind when an identifier is wrong: the codes differ in spelling, and so does the prose. */
const words = {
  vpc: { malformed: "InvalidVpcID.Malformed", missing: "InvalidVpcID.NotFound", noun: "vpc ID" },
  subnet: { malformed: "InvalidSubnetID.Malformed", missing: "InvalidSubnetID.NotFound", noun: "subnet ID" },
  "security-group": { malformed: "InvalidGroupId.Malformed", missing: "InvalidGroup.NotFound", noun: "security group" },
  "security-group-rule": {
    malformed: "InvalidSecurityGroupRuleId.Malformed",
    missing: "InvalidSecurityGroupRuleId.NotFound",
    noun: "security group rule ID",
  },
  "prefix-list": {
    malformed: "InvalidPrefixListId.Malformed",
    missing: "InvalidPrefixListID.NotFound",
    noun: "prefix list ID",
  },
  "network-acl": {
    malformed: "InvalidNetworkAclId.Malformed",
    missing: "InvalidNetworkAclID.NotFound",
    noun: "networkAcl ID",
  },
  "network-interface": {
    malformed: "InvalidNetworkInterfaceId.Malformed",
    missing: "InvalidNetworkInterfaceID.NotFound",
    noun: "networkInterface ID",
  },
  instance: { malformed: "InvalidInstanceID.Malformed", missing: "InvalidInstanceID.NotFound", noun: "instance ID" },
  "route-table": {
    malformed: "InvalidRouteTableId.Malformed",
    missing: "InvalidRouteTableID.NotFound",
    noun: "routeTable ID",
  },
  "internet-gateway": {
    malformed: "InvalidInternetGatewayId.Malformed",
    missing: "InvalidInternetGatewayID.NotFound",
    noun: "internetGateway ID",
  },
  "egress-only-internet-gateway": {
    malformed: "InvalidEgressOnlyInternetGatewayId.Malformed",
    missing: "InvalidEgressOnlyInternetGatewayId.NotFound",
    noun: "egressOnlyInternetGateway ID",
  },
  "elastic-ip": {
    malformed: "InvalidAllocationID.NotFound",
    missing: "InvalidAllocationID.NotFound",
    noun: "allocation ID",
  },
  "nat-gateway": { malformed: "NatGatewayMalformed", missing: "NatGatewayNotFound", noun: "natGateway ID" },
  "dhcp-options": {
    malformed: "InvalidDhcpOptionsId.Malformed",
    missing: "InvalidDhcpOptionID.NotFound",
    noun: "dhcpOption ID",
  },
  "flow-log": { malformed: "InvalidParameterValue", missing: "InvalidFlowLogId.NotFound", noun: "flow log ID" },
  "vpc-peering-connection": {
    malformed: "InvalidVpcPeeringConnectionId.Malformed",
    missing: "InvalidVpcPeeringConnectionID.NotFound",
    noun: "vpcPeeringConnection ID",
  },
  "carrier-gateway": {
    malformed: "InvalidCarrierGatewayID.NotFound",
    missing: "InvalidCarrierGatewayID.NotFound",
    noun: "carrier gateway ID",
  },
  "key-pair": { malformed: "InvalidKeyPair.NotFound", missing: "InvalidKeyPair.NotFound", noun: "key pair" },
  "network-insights-path": {
    malformed: "InvalidNetworkInsightsPathId.NotFound",
    missing: "InvalidNetworkInsightsPathId.NotFound",
    noun: "network insights path ID",
  },
  "subnet-cidr-reservation": {
    malformed: "InvalidSubnetCidrReservationID.NotFound",
    missing: "InvalidSubnetCidrReservationID.NotFound",
    noun: "subnet-cidr-reservation ID",
  },
  "vpc-block-public-access-exclusion": {
    malformed: "InvalidVpcBlockPublicAccessExclusionId.NotFound",
    missing: "InvalidVpcBlockPublicAccessExclusionId.NotFound",
    noun: "VPC block public access exclusion ID",
  },
  "network-interface-permission": {
    malformed: "InvalidPermissionID.NotFound",
    missing: "InvalidPermissionID.NotFound",
    noun: "network interface permission ID",
  },
  "customer-gateway": {
    malformed: "InvalidCustomerGatewayId.Malformed",
    missing: "InvalidCustomerGatewayID.NotFound",
    noun: "customerGateway ID",
  },
  "traffic-mirror-filter": {
    malformed: "InvalidTrafficMirrorFilterId.NotFound",
    missing: "InvalidTrafficMirrorFilterId.NotFound",
    noun: "traffic mirror filter ID",
  },
  "traffic-mirror-filter-rule": {
    malformed: "InvalidTrafficMirrorFilterRuleId.NotFound",
    missing: "InvalidTrafficMirrorFilterRuleId.NotFound",
    noun: "traffic mirror filter rule ID",
  },
  "traffic-mirror-session": {
    malformed: "InvalidTrafficMirrorSessionId.NotFound",
    missing: "InvalidTrafficMirrorSessionId.NotFound",
    noun: "traffic mirror session ID",
  },
  "traffic-mirror-target": {
    malformed: "InvalidTrafficMirrorTargetId.NotFound",
    missing: "InvalidTrafficMirrorTargetId.NotFound",
    noun: "traffic mirror target ID",
  },
  "transit-gateway": {
    malformed: "InvalidTransitGatewayID.Malformed",
    missing: "InvalidTransitGatewayID.NotFound",
    noun: "Transit Gateway",
  },
  "transit-gateway-attachment": {
    malformed: "InvalidTransitGatewayAttachmentID.Malformed",
    missing: "InvalidTransitGatewayAttachmentID.NotFound",
    noun: "Transit Gateway Attachment",
  },
  "transit-gateway-route-table": {
    malformed: "InvalidRouteTableId.Malformed",
    missing: "InvalidRouteTableID.NotFound",
    noun: "Transit Gateway Route Table",
  },
  "vpc-endpoint": {
    malformed: "InvalidVpcEndpointId.NotFound",
    missing: "InvalidVpcEndpointId.NotFound",
    noun: "Vpc Endpoint Id",
  },
  "vpc-endpoint-service": {
    malformed: "InvalidVpcEndpointServiceId.NotFound",
    missing: "InvalidVpcEndpointServiceId.NotFound",
    noun: "VpcEndpointService Id",
  },
  "launch-template": {
    malformed: "InvalidLaunchTemplateId.Malformed",
    missing: "InvalidLaunchTemplateId.NotFound",
    noun: "launch template ID",
  },
  "vpn-gateway": { malformed: "InvalidVpnGatewayID.NotFound", missing: "InvalidVpnGatewayID.NotFound", noun: "vpnGateway ID" },
  "vpn-connection": {
    malformed: "InvalidVpnConnectionID.NotFound",
    missing: "InvalidVpnConnectionID.NotFound",
    noun: "vpnConnection ID",
  },
} as const;

export type Findable = keyof typeof words;
/** Every kind with identifiers a caller can name. */
export const findables = Object.keys(words) as readonly Findable[];

/** The refusal of a text that is not an identifier of the kind. */
export function malformed(kind: Findable, text: string): Refusal {
  const { malformed: code, missing: absent, noun } = words[kind];
  if (code === absent) return missing(kind, [text]);
  const prefix = `${idPrefixes[kind]}-`;
  const about = noun.endsWith("ID") ? noun : `${noun} ID`;
  const message =
    text === "" || text.startsWith(prefix)
      ? `The ${about} '${text}' is malformed`
      : `Invalid id: "${text}" (expecting "${prefix}...")`;
  return refuse(code, message);
}

/** The refusal of well-formed identifiers nothing answers to. */
export function missing(kind: Findable, texts: readonly string[]): Refusal {
  const { missing: code, noun } = words[kind];
  if (kind === "flow-log") {
    return refuse(code, `These flow log ids in the input list are not found: [TotalCount: ${texts.length}] ${texts.join(" ")}`);
  }
  if (kind.startsWith("transit-")) return refuse(code, `${noun} ${texts.join(", ")} was deleted or does not exist.`);
  if (kind === "launch-template") return refuse(code, `The specified launch template, with template ID ${texts.join(", ")}, does not exist.`);
  const one = texts.length === 1;
  return refuse(code, `The ${noun}${one ? "" : "s"} '${texts.join(", ")}' ${one ? "does" : "do"} not exist`);
}

/** The resource of that identifier, if the caller sees it. */
export function findSeen<K extends Findable>(world: World, scope: Scope, kind: K, id: string): ResourceOf<K> | undefined {
  const found = find(world, kind, id);
  return found && isSeen(scope, found) ? found : undefined;
}

/** The caller's resource of that identifier. What belongs to another account or region does not exist. */
export function locate<K extends Findable>(
  world: World,
  scope: Scope,
  kind: K,
  text: string,
): ResourceOf<K> | Refusal {
  if (!parseId(kind, text)) return malformed(kind, text);
  return findSeen(world, scope, kind, text) ?? missing(kind, [text]);
}

/** The same for a resource that stays describable once it is deleted: it must not be. */
export function locateLiving<K extends Findable & Lingering>(
  world: World,
  scope: Scope,
  kind: K,
  text: string,
): ResourceOf<K> | Refusal {
  const found = locate(world, scope, kind, text);
  return !isRefusal(found) && isGone(found) ? missing(kind, [text]) : found;
}

/** All of them, each once and in the order given, or the refusal of the first malformed one, else of all unknown ones. */
export function locateAll<K extends Findable>(
  world: World,
  scope: Scope,
  kind: K,
  texts: readonly string[],
): ResourceOf<K>[] | Refusal {
  const wrong = texts.find((text) => !parseId(kind, text));
  return wrong === undefined ? findAll(world, scope, kind, texts) : malformed(kind, wrong);
}

/** Kinds whose Describe call says of an ill-formed identifier that there is none such. */
const describedUnread: ReadonlySet<Findable> = new Set<Findable>(["dhcp-options", "subnet", "vpc"]);

/** The same for a Describe call. */
export const locateDescribed = <K extends Findable>(
  world: World,
  scope: Scope,
  kind: K,
  texts: readonly string[],
): ResourceOf<K>[] | Refusal => (describedUnread.has(kind) ? findAll : locateAll)(world, scope, kind, texts);

function findAll<K extends Findable>(world: World, scope: Scope, kind: K, texts: readonly string[]): ResourceOf<K>[] | Refusal {
  const unique = [...new Set(texts)];
  const found = unique.map((text) => findSeen(world, scope, kind, text));
  const unknown = unique.filter((_, index) => !found[index]);
  return unknown.length > 0 ? missing(kind, unknown) : found.filter((resource) => resource !== undefined);
}

/** The refusal of what only the service that something is managed by may do to it. */
export const notYours = refuse("AuthFailure", "You do not have permission to access the specified resource.");

/** The caller's interface, if it is the caller's to change: a gateway's is not. */
export function locateOwnInterface(world: World, scope: Scope, text: string): NetworkInterface | Refusal {
  const eni = locate(world, scope, "network-interface", text);
  return !isRefusal(eni) && managerOf(eni) !== undefined ? notYours : eni;
}

/** The caller's prefix list. Amazon's own are seen by everybody, and changed by nobody. */
export function locateOwnPrefixList(world: World, scope: Scope, text: string): PrefixList | Refusal {
  const found = locate(world, scope, "prefix-list", text);
  return !isRefusal(found) && isAmazons(found) ? amazonOwned(found) : found;
}

export const amazonOwned = (list: PrefixList): Refusal =>
  refuse("OperationNotPermitted", `The prefix list '${list.id}' is managed by AWS.`);

/** The default VPC of the caller's account and region. */
export const defaultVpc = (world: World, scope: Scope): Vpc | undefined =>
  list(world, scope, "vpc").find((vpc) => vpc.isDefault);

/** The VPC named, or the default one when none is named. */
export function vpcOrDefault(world: World, scope: Scope, text: string | undefined): Vpc | Refusal {
  if (text !== undefined) return locate(world, scope, "vpc", text);
  return defaultVpc(world, scope) ?? refuse("VPCIdNotSpecified", "No default VPC for this user");
}

/** The group of a VPC by its name, in any case: two names that differ in case only are one name. */
export const groupNamed = (world: World, vpc: string, name: string): SecurityGroup | undefined =>
  listed(world, "groupsOfName", nameKey(vpc, name)).first();

/** The group an input names: by identifier, or by its name in the default VPC. */
export function groupOf(
  world: World,
  scope: Scope,
  { GroupId, GroupName }: { GroupId?: string | undefined; GroupName?: string | undefined },
): SecurityGroup | Refusal {
  if (GroupId !== undefined) return locate(world, scope, "security-group", GroupId);
  if (GroupName === undefined) {
    return refuse("MissingParameter", "The request must contain the parameter GroupName or GroupId");
  }
  const vpc = vpcOrDefault(world, scope, undefined);
  if (isRefusal(vpc)) return vpc;
  const named = groupNamed(world, vpc.id, GroupName);
  if (named?.name === GroupName) return named;
  return refuse("InvalidGroup.NotFound", `The security group '${GroupName}' does not exist in default VPC '${vpc.id}'`);
}

/**
 * The groups an interface in the VPC is to have: those named, each once; the VPC's default group when none is. They
 * were made in the VPC or are associated with it.
 */
export function groupsFor(
  world: World,
  scope: Scope,
  vpc: Vpc,
  texts: readonly string[] | undefined,
  refuseStranger: (group: SecurityGroup) => Refusal = () => differentNetworks,
): SecurityGroup["id"][] | Refusal {
  if (!texts?.length) return [vpc.defaultGroup];
  const groups = locateAll(world, scope, "security-group", texts);
  if (isRefusal(groups)) return groups;
  const strange = groups.find((group) => !vpcsOfGroup(world, group).includes(vpc.id));
  return strange ? refuseStranger(strange) : groups.map((group) => group.id);
}

/** The refusal of a group that is of no use in the VPC of what it is to serve. */
export const differentNetworks = refuse(
  "InvalidGroup.NotFound",
  "You have specified two resources that belong to different networks.",
);
