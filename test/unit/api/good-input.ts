/** For each operation an input that is good as far as it goes, and what its members name. */
import assert from "node:assert/strict";
import { findables } from "../../../src/api/ec2/lookup.ts";
import type { Member, Shape, Structure } from "../../../src/api/wire/shape.ts";
import { parts, seeds, values } from "./seeds.ts";
import { own } from "./stock.ts";
import type { Input, Json } from "./stock.ts";

const id = (kind: string): string => own.get(kind) ?? assert.fail(`there is no ${kind} in stock`);

/**
 * Which kind of thing a member names, by its own name, or by its operation's where that name has several meanings: where
 * it is not the kind that the name itself says.
 */
const kinds: Readonly<Record<string, string>> = {
  "AcceptTransitGatewayPeeringAttachment.TransitGatewayAttachmentId": "transit-peering",
  AddRouteTableIds: "route-table",
  AddSecurityGroupIds: "security-group",
  AddSubnetIds: "other-subnet",
  AllocationId: "elastic-ip",
  AllocationIds: "elastic-ip",
  AssociationDefaultRouteTableId: "transit-gateway-route-table",
  AttachmentId: "network-interface-attachment",
  "DeleteCustomerGateway.CustomerGatewayId": "spare-customer-gateway",
  "DeleteTrafficMirrorFilter.TrafficMirrorFilterId": "spare-mirror-filter",
  "DeleteTrafficMirrorTarget.TrafficMirrorTargetId": "spare-mirror-target",
  "DeleteTransitGateway.TransitGatewayId": "spare-transit-gateway",
  "DeleteTransitGatewayPeeringAttachment.TransitGatewayAttachmentId": "transit-peering",
  "DeleteTransitGatewayPrefixListReference.PrefixListId": "routed-prefix-list",
  "DeleteVpnGateway.VpnGatewayId": "spare-vpn-gateway",
  DestinationPrefixListId: "prefix-list",
  DhcpOptionsId: "dhcp-options",
  DhcpOptionsIds: "dhcp-options",
  "DisableVgwRoutePropagation.GatewayId": "vpn-gateway",
  "CreateTrafficMirrorSession.NetworkInterfaceId": "attached-interface",
  "CreateTransitGatewayVpcAttachment.TransitGatewayId": "spare-transit-gateway",
  "DisableTransitGatewayRouteTablePropagation.TransitGatewayAttachmentId": "routed-attachment",
  "DisassociateTransitGatewayRouteTable.TransitGatewayAttachmentId": "routed-attachment",
  "DisassociateAddress.AssociationId": "elastic-ip-association",
  "DisassociateNatGatewayAddress.AssociationIds": "nat-association",
  "DisassociateRouteTable.AssociationId": "route-table-association",
  "DisassociateSubnetCidrBlock.AssociationId": "subnet-cidr-association",
  "DisassociateVpcCidrBlock.AssociationId": "vpc-cidr-association",
  "EnableVgwRoutePropagation.GatewayId": "vpn-gateway",
  ExclusionId: "vpc-block-public-access-exclusion",
  ExclusionIds: "vpc-block-public-access-exclusion",
  GatewayId: "internet-gateway",
  GroupId: "security-group",
  GroupIds: "security-group",
  Groups: "security-group",
  ImageId: "image",
  ImageIds: "image",
  "ModifyTransitGatewayPrefixListReference.PrefixListId": "routed-prefix-list",
  PeerTransitGatewayId: "spare-transit-gateway",
  PeerVpcId: "peer",
  "RejectTransitGatewayPeeringAttachment.TransitGatewayAttachmentId": "transit-peering",
  PropagationDefaultRouteTableId: "transit-gateway-route-table",
  ReferencedGroupId: "security-group",
  RemoveRouteTableIds: "route-table",
  RemoveSecurityGroupIds: "security-group",
  RemoveSubnetIds: "subnet",
  "ReplaceNetworkAclAssociation.AssociationId": "acl-association",
  "ReplaceRouteTableAssociation.AssociationId": "route-table-association",
  ResourceIds: "vpc",
  Resources: "vpc",
  SecondaryAllocationIds: "elastic-ip",
  TransportTransitGatewayAttachmentId: "transit-gateway-attachment",
  ServiceId: "vpc-endpoint-service",
  ServiceIds: "vpc-endpoint-service",
};

/** Members that are named like an identifier's, and name no resource, or one of a kind there is never one of. */
const noKind: ReadonlySet<string> = new Set([
  "AssociatedSubnetIds",
  "AvailabilityZoneId",
  "AwsAccountId",
  "CapacityReservationId",
  "ConnectionNotificationId",
  "DescribePlacementGroups.GroupIds",
  "GatewayLoadBalancerEndpointId",
  "HostId",
  "HostIds",
  "IpamIds",
  "IpamPoolId",
  "IpamPoolIds",
  "Ipv4IpamPoolId",
  "Ipv6IpamPoolId",
  "KernelId",
  "KmsKeyId",
  "LocalGatewayId",
  "LocalGatewayIds",
  "MetricCategoryIds",
  "NetworkInsightsAnalysisIds",
  "OwnerIds",
  "PeerAccountId",
  "PeerOwnerId",
  "RamDiskId",
  "RamdiskId",
  "ReservedInstancesIds",
  "RestorableByUserIds",
  "RunInstances.Placement.GroupId",
  "SecondarySubnetId",
  "SnapshotId",
  "SnapshotIds",
  "SourceSecurityGroupOwnerId",
  "SpotInstanceRequestIds",
  "TransitGatewayRouteTableAnnouncementId",
  "UserId",
  "VolumeId",
  "VolumeIds",
  "VpnConcentratorId",
  "ZoneIds",
]);

/** The kind of thing that the text at a path in an input names; undefined: none. */
export function kindNamed(action: string, path: readonly string[]): string | undefined {
  const [name = ""] = path.slice(-1);
  const whole = [action, ...path].join(".");
  if (noKind.has(whole)) return undefined;
  return kinds[whole] ?? kinds[name] ?? findables.find((kind) => kind === kindSpelt(name));
}

/** The kind of thing a member of an input names, itself or as a list; undefined: none. */
export function kindOfMember(action: string, { name, shape }: Member): string | undefined {
  const scalar = shape.kind === "list" ? shape.element : shape;
  return scalar.kind === "string" ? kindNamed(action, [name]) : undefined;
}

/** `RouteTableIds` is "route-table". */
const kindSpelt = (name: string): string => name.replace(/Ids?$/, "").replaceAll(/(?<!^)[A-Z]/g, "-$&").toLowerCase();

/** Whether the text at a path looks like an identifier that nobody said the kind of. */
export function isUnknownId(action: string, path: readonly string[]): boolean {
  const [name = ""] = path.slice(-1);
  const whole = [action, ...path].join(".");
  return /Ids?$/.test(name) && !noKind.has(name) && !noKind.has(whole) && kindNamed(action, path) === undefined;
}

/** A good input of the operation, as far as is known: one to add the member to, or to change it in. */
export function goodInput(action: string, shape: Structure | undefined, beside = ""): Input {
  const seed = seeds[`${action}.${beside}`] ?? seeds[action];
  const required = (shape?.members ?? []).filter((member) => member.required);
  const filled = required.map((member) => [member.name, seed?.[member.name] ?? goodValue(action, member)] as const);
  return { ...Object.fromEntries(filled), ...seed };
}

function goodValue(action: string, member: Member): Json {
  const kind = kindOfMember(action, member);
  if (kind !== undefined) return member.shape.kind === "list" ? [id(kind)] : id(kind);
  return values[member.name] ?? plain(action, member.shape, member.name);
}

/** A value of the shape with no more than is required, and what a part of that name needs. */
export function plain(action: string, shape: Shape, name = ""): Json {
  switch (shape.kind) {
    case "structure":
      return { ...Object.fromEntries(shape.members.filter((one) => one.required).map((one) => [one.name, goodValue(action, one)])), ...(parts[`${action}.${name}`] ?? parts[name]) };
    case "list":
      return [plain(action, shape.element, name)];
    case "number":
      return 1;
    case "boolean":
      return true;
    default:
      return "x";
  }
}
