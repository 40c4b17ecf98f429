import type { Instance as InstanceView } from "@aws-sdk/client-ec2";
import type { Instance } from "../../../model/resource.ts";
import type { Filters } from "../../filters.ts";

/** An instance as it is shown, beside the resource: its owner and reservation are not part of its own view. */
type Shown = InstanceView & { readonly instance: Instance };

const groups = (one: Shown) => one.SecurityGroups ?? [];
const interfaces = (one: Shown) => one.NetworkInterfaces ?? [];

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
  "instance.group-id": (one) => groups(one).map((group) => group.GroupId),
  "instance.group-name": (one) => groups(one).map((group) => group.GroupName),
  "key-name": (one) => [one.KeyName],
  "launch-index": (one) => [one.AmiLaunchIndex],
  "launch-time": (one) => [one.LaunchTime?.toISOString()],
  "monitoring-state": (one) => [one.Monitoring?.State],
  "network-interface.addresses.private-ip-address": (one) =>
    interfaces(one).flatMap((eni) => (eni.PrivateIpAddresses ?? []).map((address) => address.PrivateIpAddress)),
  "network-interface.attachment.attachment-id": (one) => interfaces(one).map((eni) => eni.Attachment?.AttachmentId),
  "network-interface.description": (one) => interfaces(one).map((eni) => eni.Description),
  "network-interface.group-id": (one) =>
    interfaces(one).flatMap((eni) => (eni.Groups ?? []).map((group) => group.GroupId)),
  "network-interface.mac-address": (one) => interfaces(one).map((eni) => eni.MacAddress),
  "network-interface.network-interface-id": (one) => interfaces(one).map((eni) => eni.NetworkInterfaceId),
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
