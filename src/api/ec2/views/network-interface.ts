import type {
  GroupIdentifier,
  NetworkInterface as NetworkInterfaceView,
  NetworkInterfaceAttachment,
} from "@aws-sdk/client-ec2";
import { privateDomain } from "../../../model/dhcp-options.ts";
import type { NetworkInterface } from "../../../model/resource.ts";
import { need } from "../../../model/world.ts";
import type { World } from "../../../model/world.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";
import { connectionTrackingView } from "../connection-tracking.ts";
import { zoneIdOf } from "../zones.ts";

/** The name the resolver gives a private IPv4 address. */
export const privateNameOf = (region: string, address: string): string =>
  `ip-${address.replaceAll(".", "-")}.${privateDomain(region)}`;

/** The groups of an interface, in the order they were given. */
export const groupIdentifiers = (world: World, eni: NetworkInterface): GroupIdentifier[] =>
  eni.groups.map((id) => ({ GroupId: id, GroupName: need(world, "security-group", id).name }));

const attachmentView = (eni: NetworkInterface): NetworkInterfaceAttachment | undefined =>
  eni.attachment && {
    AttachmentId: eni.attachment.id,
    AttachTime: new Date(eni.attachment.attached),
    DeleteOnTermination: eni.attachment.deleteOnTermination,
    DeviceIndex: eni.attachment.deviceIndex,
    NetworkCardIndex: 0,
    InstanceId: eni.attachment.instance,
    InstanceOwnerId: eni.account,
    Status: "attached",
  };

export const interfaceView = (world: World, eni: NetworkInterface): NetworkInterfaceView => {
  const { zone } = need(world, "subnet", eni.subnet);
  const [primary = ""] = eni.addresses;
  return {
    NetworkInterfaceId: eni.id,
    InterfaceType: "interface",
    Status: eni.attachment ? "in-use" : "available",
    Description: eni.description,
    OwnerId: eni.account,
    RequesterManaged: false,
    VpcId: eni.vpc,
    SubnetId: eni.subnet,
    AvailabilityZone: zone,
    AvailabilityZoneId: zoneIdOf(eni.region, zone),
    MacAddress: eni.mac,
    SourceDestCheck: eni.sourceDestCheck,
    Groups: groupIdentifiers(world, eni),
    Attachment: attachmentView(eni),
    PrivateIpAddress: primary,
    PrivateDnsName: privateNameOf(eni.region, primary),
    PrivateIpAddresses: eni.addresses.map((address, index) => ({
      PrivateIpAddress: address,
      PrivateDnsName: privateNameOf(eni.region, address),
      Primary: index === 0,
    })),
    Ipv6Addresses: eni.ipv6Addresses.map((address) => ({ Ipv6Address: address })),
    Ipv6Address: eni.ipv6Addresses[0],
    ConnectionTrackingConfiguration: connectionTrackingView(eni.connectionTracking),
    TagSet: tagList(eni.tags),
  };
};

const groups = (eni: NetworkInterfaceView) => eni.Groups ?? [];
const addresses = (eni: NetworkInterfaceView) => eni.PrivateIpAddresses ?? [];

export const interfaceFilters: Filters<NetworkInterfaceView> = {
  "addresses.primary": (eni) => addresses(eni).map((address) => address.Primary),
  "addresses.private-ip-address": (eni) => addresses(eni).map((address) => address.PrivateIpAddress),
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
  "owner-id": (eni) => [eni.OwnerId],
  "private-dns-name": (eni) => [eni.PrivateDnsName],
  "private-ip-address": (eni) => addresses(eni).map((address) => address.PrivateIpAddress),
  "requester-managed": (eni) => [eni.RequesterManaged],
  "source-dest-check": (eni) => [eni.SourceDestCheck],
  status: (eni) => [eni.Status],
  "subnet-id": (eni) => [eni.SubnetId],
  "vpc-id": (eni) => [eni.VpcId],
};
