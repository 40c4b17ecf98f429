import type { Instance } from "../../../model/resource.ts";
import type { Filters } from "../../filters.ts";
import type { ShownInstance } from "./instance.ts";

/** An instance as it is shown, beside the resource: its owner and reservation are not part of its own view. */
type Shown = ShownInstance & { readonly instance: Instance };

const groups = (one: Shown) => one.SecurityGroups ?? [];
const interfaces = (one: Shown) => one.NetworkInterfaces ?? [];
const addresses = (one: Shown) => interfaces(one).flatMap((eni) => eni.PrivateIpAddresses ?? []);
/** Of all private addresses of all its interfaces. */
const associations = (one: Shown) => addresses(one).flatMap(({ Association }) => Association ?? []);

export const instanceFilters: Filters<Shown> = {
  architecture: (one) => [one.Architecture],
  "availability-zone": (one) => [one.Placement?.AvailabilityZone],
  "availability-zone-id": (one) => [one.Placement?.AvailabilityZoneId],
  "client-token": (one) => [one.ClientToken],
  "dns-name": (one) => [one.PublicDnsName],
  "group-id": (one) => groups(one).map((group) => group.GroupId),
  "group-name": (one) => groups(one).map((group) => group.GroupName),
  hypervisor: (one) => [one.Hypervisor],
  "image-id": (one) => [one.ImageId],
  "instance-id": (one) => [one.InstanceId],
  "instance-state-code": (one) => [one.State?.Code],
  "instance-state-name": (one) => [one.State?.Name],
  "instance-type": (one) => [one.InstanceType],
  "ip-address": (one) => [one.PublicIpAddress],
  "instance.group-id": (one) => groups(one).map((group) => group.GroupId),
  "instance.group-name": (one) => groups(one).map((group) => group.GroupName),
  "key-name": (one) => [one.KeyName],
  "launch-index": (one) => [one.AmiLaunchIndex],
  "launch-time": (one) => [one.LaunchTime?.toISOString()],
  "metadata-options.http-endpoint": (one) => [one.MetadataOptions?.HttpEndpoint],
  "metadata-options.http-protocol-ipv6": (one) => [one.MetadataOptions?.HttpProtocolIpv6],
  "metadata-options.http-put-response-hop-limit": (one) => [one.MetadataOptions?.HttpPutResponseHopLimit],
  "metadata-options.http-tokens": (one) => [one.MetadataOptions?.HttpTokens],
  "metadata-options.instance-metadata-tags": (one) => [one.MetadataOptions?.InstanceMetadataTags],
  "monitoring-state": (one) => [one.Monitoring?.State],
  "network-interface.addresses.association.allocation-id": (one) => associations(one).map((each) => each.AllocationId),
  "network-interface.addresses.association.association-id": (one) => associations(one).map((each) => each.AssociationId),
  "network-interface.addresses.association.ip-owner-id": (one) => associations(one).map((each) => each.IpOwnerId),
  "network-interface.addresses.association.public-dns-name": (one) => associations(one).map((each) => each.PublicDnsName),
  "network-interface.addresses.association.public-ip": (one) => associations(one).map((each) => each.PublicIp),
  "network-interface.addresses.private-ip-address": (one) => addresses(one).map((address) => address.PrivateIpAddress),
  "network-interface.association.allocation-id": (one) => associations(one).map((each) => each.AllocationId),
  "network-interface.association.association-id": (one) => associations(one).map((each) => each.AssociationId),
  "network-interface.association.ip-owner-id": (one) => associations(one).map((each) => each.IpOwnerId),
  "network-interface.association.public-dns-name": (one) => associations(one).map((each) => each.PublicDnsName),
  "network-interface.association.public-ip": (one) => associations(one).map((each) => each.PublicIp),
  "network-interface.attachment.attachment-id": (one) => interfaces(one).map((eni) => eni.Attachment?.AttachmentId),
  "network-interface.description": (one) => interfaces(one).map((eni) => eni.Description),
  "network-interface.group-id": (one) =>
    interfaces(one).flatMap((eni) => (eni.Groups ?? []).map((group) => group.GroupId)),
  "network-interface.mac-address": (one) => interfaces(one).map((eni) => eni.MacAddress),
  "network-interface.network-interface-id": (one) => interfaces(one).map((eni) => eni.NetworkInterfaceId),
  "network-interface.private-dns-name": (one) => interfaces(one).map((eni) => eni.PrivateDnsName),
  "network-interface.subnet-id": (one) => interfaces(one).map((eni) => eni.SubnetId),
  "network-interface.vpc-id": (one) => interfaces(one).map((eni) => eni.VpcId),
  "owner-id": (one) => [one.instance.account],
  "private-dns-name": (one) => [one.PrivateDnsName],
  "private-ip-address": (one) => [one.PrivateIpAddress],
  "reservation-id": (one) => [one.instance.reservation],
  "root-device-name": (one) => [one.RootDeviceName],
  "root-device-type": (one) => [one.RootDeviceType],
  "source-dest-check": (one) => [one.SourceDestCheck],
  "state-reason-code": (one) => [one.StateReason?.Code],
  "subnet-id": (one) => [one.SubnetId],
  tenancy: (one) => [one.Placement?.Tenancy],
  "virtualization-type": (one) => [one.VirtualizationType],
  "vpc-id": (one) => [one.VpcId],
};
