import type {
  GroupIdentifier,
  NetworkInterface as NetworkInterfaceView,
  NetworkInterfaceAssociation,
  NetworkInterfaceAttachment,
  NetworkInterfaceType,
} from "@aws-sdk/client-ec2";
import { privateNameOf } from "../../../model/dhcp-options.ts";
import { managerOf } from "../../../model/network-interface.ts";
import { publicAddressesOf, publicNameOf } from "../../../model/public-address.ts";
import type { PublicAddress } from "../../../model/public-address.ts";
import type { NetworkInterface } from "../../../model/resource.ts";
import { need } from "../../../model/world.ts";
import type { World } from "../../../model/world.ts";
import { passedByNothing } from "../../filters.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";
import { connectionTrackingView } from "../connection-tracking.ts";
import { zoneIdOf } from "../../../model/zone.ts";

/** The groups of an interface, in the order they were given. */
export const groupIdentifiers = (world: World, eni: NetworkInterface): GroupIdentifier[] =>
  eni.groups.map((id) => ({ GroupId: id, GroupName: need(world, "security-group", id).name }));

/** What attaches an interface to one of Amazon's own services, which nobody else may manage. */
export const serviceAttachmentPrefix = "ela-attach-";

function attachmentView(eni: NetworkInterface): NetworkInterfaceAttachment | undefined {
  const { account, attachment } = eni;
  const manager = managerOf(eni);
  if (manager !== undefined) {
    return {
      AttachmentId: `${serviceAttachmentPrefix}${manager.slice(manager.lastIndexOf("-") + 1)}`,
      DeleteOnTermination: false,
      DeviceIndex: 1,
      InstanceOwnerId: "amazon-aws",
      Status: "attached",
    };
  }
  return (
    attachment && {
      AttachmentId: attachment.id,
      AttachTime: new Date(attachment.attached),
      DeleteOnTermination: attachment.deleteOnTermination,
      DeviceIndex: attachment.deviceIndex,
      NetworkCardIndex: 0,
      InstanceId: attachment.instance,
      InstanceOwnerId: account,
      Status: "attached",
    }
  );
}

/** What made an interface for itself, and may alone change it. */
function managementView(eni: NetworkInterface): Pick<NetworkInterfaceView, "InterfaceType" | "RequesterManaged" | "RequesterId"> {
  const manager = managerOf(eni);
  if (manager === undefined) return { InterfaceType: "interface", RequesterManaged: false };
  return { InterfaceType: typeOfManager(manager), RequesterManaged: true, RequesterId: "amazon-aws" };
}

function typeOfManager(manager: string): NetworkInterfaceType {
  if (manager.startsWith("tgw-")) return "transit_gateway";
  // Amazon answers nat_gateway, whatever its own client expects.
  return manager.startsWith("vpce-") ? "vpc_endpoint" : ("nat_gateway" as string as NetworkInterfaceType);
}

/** The name of a public address in a VPC, empty where the VPC gives none. */
const publicDnsName = (world: World, eni: NetworkInterface, publicIp: string): string =>
  need(world, "vpc", eni.vpc).dnsHostnames ? publicNameOf(eni.region, publicIp) : "";

const associationView = (
  world: World,
  eni: NetworkInterface,
  { publicIp, elasticIp }: PublicAddress,
): NetworkInterfaceAssociation => ({
  PublicIp: publicIp,
  PublicDnsName: publicDnsName(world, eni, publicIp),
  IpOwnerId: elasticIp?.account ?? "amazon",
  AllocationId: elasticIp?.id,
  AssociationId: elasticIp?.association?.id,
});

export const interfaceView = (world: World, eni: NetworkInterface): NetworkInterfaceView => {
  const { zone } = need(world, "subnet", eni.subnet);
  const [primary = ""] = eni.addresses;
  const publicAddresses = publicAddressesOf(world, eni);
  const associationOf = (address: string): NetworkInterfaceAssociation | undefined => {
    const found = publicAddresses.get(address);
    return found && associationView(world, eni, found);
  };
  const { dnsHostnames } = need(world, "vpc", eni.vpc);
  const privateName = (address: string) => (dnsHostnames ? privateNameOf(eni.region, address) : undefined);
  return {
    NetworkInterfaceId: eni.id,
    Status: eni.attachment || managerOf(eni) !== undefined ? "in-use" : "available",
    Description: eni.description,
    OwnerId: eni.account,
    ...managementView(eni),
    VpcId: eni.vpc,
    SubnetId: eni.subnet,
    AvailabilityZone: zone,
    AvailabilityZoneId: zoneIdOf(eni.region, zone),
    MacAddress: eni.mac,
    SourceDestCheck: eni.sourceDestCheck,
    Groups: groupIdentifiers(world, eni),
    Attachment: attachmentView(eni),
    Association: associationOf(primary),
    PrivateIpAddress: primary,
    PrivateDnsName: privateName(primary),
    PrivateIpAddresses: eni.addresses.map((address, index) => ({
      PrivateIpAddress: address,
      PrivateDnsName: privateName(address),
      Primary: index === 0,
      Association: associationOf(address),
    })),
    Ipv4Prefixes: eni.prefixes?.map((Ipv4Prefix) => ({ Ipv4Prefix })),
    Ipv6Prefixes: eni.ipv6Prefixes?.map((Ipv6Prefix) => ({ Ipv6Prefix })),
    Ipv6Addresses: eni.ipv6Addresses.map((address) => ({ Ipv6Address: address })),
    Ipv6Address: eni.ipv6Addresses[0],
    ConnectionTrackingConfiguration: connectionTrackingView(eni.connectionTracking),
    TagSet: tagList(eni.tags),
  };
};

const groups = (eni: NetworkInterfaceView) => eni.Groups ?? [];
const addresses = (eni: NetworkInterfaceView) => eni.PrivateIpAddresses ?? [];
/** Of all its private addresses. */
const associations = (eni: NetworkInterfaceView) => addresses(eni).flatMap(({ Association }) => Association ?? []);

export const interfaceFilters: Filters<NetworkInterfaceView> = {
  "addresses.association.owner-id": (eni) => associations(eni).map((association) => association.IpOwnerId),
  "addresses.association.public-ip": (eni) => associations(eni).map((association) => association.PublicIp),
  "addresses.primary": (eni) => addresses(eni).map((address) => address.Primary),
  "addresses.private-ip-address": (eni) => addresses(eni).map((address) => address.PrivateIpAddress),
  "association.allocation-id": (eni) => associations(eni).map((association) => association.AllocationId),
  "association.association-id": (eni) => associations(eni).map((association) => association.AssociationId),
  "association.ip-owner-id": (eni) => associations(eni).map((association) => association.IpOwnerId),
  "association.public-dns-name": (eni) => associations(eni).map((association) => association.PublicDnsName),
  "association.public-ip": (eni) => associations(eni).map((association) => association.PublicIp),
  "attachment.attach-time": (eni) => [eni.Attachment?.AttachTime?.toISOString()],
  "attachment.attachment-id": (eni) => [eni.Attachment?.AttachmentId],
  "attachment.delete-on-termination": (eni) => [eni.Attachment?.DeleteOnTermination],
  "attachment.device-index": (eni) => [eni.Attachment?.DeviceIndex],
  "attachment.instance-id": (eni) => [eni.Attachment?.InstanceId],
  "attachment.instance-owner-id": (eni) => [eni.Attachment?.InstanceOwnerId],
  "attachment.status": (eni) => [eni.Attachment?.Status],
  "availability-zone": (eni) => [eni.AvailabilityZone],
  "availability-zone-id": (eni) => [eni.AvailabilityZoneId],
  description: (eni) => [eni.Description],
  "group-id": (eni) => groups(eni).map((group) => group.GroupId),
  "group-name": (eni) => groups(eni).map((group) => group.GroupName),
  "interface-type": (eni) => [eni.InterfaceType],
  "ipv6-addresses.ipv6-address": (eni) => (eni.Ipv6Addresses ?? []).map((address) => address.Ipv6Address),
  "mac-address": (eni) => [eni.MacAddress],
  "network-interface-id": (eni) => [eni.NetworkInterfaceId],
  ...passedByNothing("operator.principal"),
  "operator.managed": () => [false],
  "owner-id": (eni) => [eni.OwnerId],
  "private-dns-name": (eni) => [eni.PrivateDnsName],
  "private-ip-address": (eni) => addresses(eni).map((address) => address.PrivateIpAddress),
  "requester-id": (eni) => [eni.RequesterId],
  "requester-managed": (eni) => [eni.RequesterManaged],
  "source-dest-check": (eni) => [eni.SourceDestCheck],
  status: (eni) => [eni.Status],
  "subnet-id": (eni) => [eni.SubnetId],
  "vpc-id": (eni) => [eni.VpcId],
};
