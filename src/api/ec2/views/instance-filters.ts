import type { NetworkInterface } from "@aws-sdk/client-ec2";
import type { Instance } from "../../../model/resource.ts";
import { passedByNothing } from "../../filters.ts";
import type { Filters } from "../../filters.ts";
import type { ShownInstance } from "./instance.ts";
import { interfaceFilters } from "./network-interface.ts";

/**
 * An instance as it is shown, beside the resource: its owner and reservation are not part of its own view, and its
 * interfaces show more than that view has of them.
 */
interface Shown extends ShownInstance {
  readonly instance: Instance;
  readonly interfaces: () => readonly NetworkInterface[];
}

const groups = (one: Shown) => one.SecurityGroups ?? [];

type InterfaceFilter = (eni: NetworkInterface) => readonly (string | number | boolean | undefined)[];

const ofInterfaces = (prefix: string, filters: readonly (readonly [string, InterfaceFilter])[]): Filters<Shown> =>
  Object.fromEntries(filters.map(([name, valuesOf]) => [`${prefix}${name}`, (one: Shown) => one.interfaces().flatMap((eni) => valuesOf(eni))]));

/** Filters by any of its interfaces: all that interfaces have themselves, and some more. */
const ownInterfaceFilters: Filters<Shown> = {
  ...passedByNothing("network-interface.deny-all-igw-traffic", "network-interface.outpost-arn"),
  ...passedByNothing(...["", "addresses."].flatMap((of) => ["carrier-ip", "customer-owned-ip"].map((ip) => `network-interface.${of}association.${ip}`))),
  ...ofInterfaces("network-interface.", Object.entries(interfaceFilters)),
  ...ofInterfaces(
    "network-interface.addresses.",
    Object.entries(interfaceFilters).filter(([name]) => name.startsWith("association.")),
  ),
  ...ofInterfaces("network-interface.", [
    ["addresses.private-dns-name", (eni) => (eni.PrivateIpAddresses ?? []).map((address) => address.PrivateDnsName)],
    ["attachment.network-card-index", (eni) => [eni.Attachment?.NetworkCardIndex]],
    ["ipv4-prefixes.ipv4-prefix", (eni) => (eni.Ipv4Prefixes ?? []).map((prefix) => prefix.Ipv4Prefix)],
    ["ipv6-address", (eni) => (eni.Ipv6Addresses ?? []).map((address) => address.Ipv6Address)],
    ["ipv6-addresses.is-primary-ipv6", (eni) => (eni.Ipv6Addresses ?? []).map(() => false)],
    ["ipv6-native", () => [false]],
    ["ipv6-prefixes.ipv6-prefix", (eni) => (eni.Ipv6Prefixes ?? []).map((prefix) => prefix.Ipv6Prefix)],
    ["public-dns-name", (eni) => [eni.Association?.PublicDnsName]],
    ["tag-key", (eni) => (eni.TagSet ?? []).map((tag) => tag.Key)],
    ["tag-value", (eni) => (eni.TagSet ?? []).map((tag) => tag.Value)],
  ]),
};

/** Filters by what no instance here has. */
const unheldFilters = passedByNothing(
  "affinity",
  ...["attach-time", "delete-on-termination", "device-name", "status", "volume-id"].map((name) => `block-device-mapping.${name}`),
  "boot-mode",
  "capacity-reservation-id",
  ...["preference", "target.capacity-reservation-id", "target.capacity-reservation-resource-group-arn"].map(
    (name) => `capacity-reservation-specification.capacity-reservation-${name}`,
  ),
  "current-instance-boot-mode",
  "host-id",
  "iam-instance-profile.arn",
  "iam-instance-profile.id",
  "iam-instance-profile.name",
  "instance-lifecycle",
  "kernel-id",
  "network-performance-options.bandwidth-weighting",
  "operator.principal",
  "outpost-arn",
  "placement-group-name",
  "placement-partition-number",
  "platform",
  "product-code",
  "product-code.type",
  "ramdisk-id",
  "requester-id",
  "spot-instance-request-id",
  "tpm-support",
  "usage-operation-update-time",
);

export const instanceFilters: Filters<Shown> = {
  ...unheldFilters,
  architecture: (one) => [one.Architecture],
  "availability-zone": (one) => [one.Placement?.AvailabilityZone],
  "availability-zone-id": (one) => [one.Placement?.AvailabilityZoneId],
  "client-token": (one) => [one.ClientToken],
  "dns-name": (one) => [one.PublicDnsName],
  "ebs-optimized": (one) => [one.EbsOptimized],
  "ena-support": (one) => [one.EnaSupport],
  "enclave-options.enabled": () => [false],
  "group-id": (one) => groups(one).map((group) => group.GroupId),
  "group-name": (one) => groups(one).map((group) => group.GroupName),
  "hibernation-options.configured": (one) => [one.HibernationOptions?.Configured],
  hypervisor: (one) => [one.Hypervisor],
  "image-id": (one) => [one.ImageId],
  "instance-id": (one) => [one.InstanceId],
  "instance-state-code": (one) => [one.State?.Code],
  "instance-state-name": (one) => [one.State?.Name],
  "instance-type": (one) => [one.InstanceType],
  "ip-address": (one) => [one.PublicIpAddress],
  "instance.group-id": (one) => groups(one).map((group) => group.GroupId),
  "instance.group-name": (one) => groups(one).map((group) => group.GroupName),
  "ipv6-address": (one) => one.interfaces().flatMap((eni) => (eni.Ipv6Addresses ?? []).map((address) => address.Ipv6Address)),
  "key-name": (one) => [one.KeyName],
  "launch-index": (one) => [one.AmiLaunchIndex],
  "launch-time": (one) => [one.LaunchTime?.toISOString()],
  "maintenance-options.auto-recovery": (one) => [one.instance.wishes?.autoRecovery ?? "default"],
  "metadata-options.http-endpoint": (one) => [one.MetadataOptions?.HttpEndpoint],
  "metadata-options.http-protocol-ipv4": () => ["enabled"],
  "metadata-options.http-protocol-ipv6": (one) => [one.MetadataOptions?.HttpProtocolIpv6],
  "metadata-options.http-put-response-hop-limit": (one) => [one.MetadataOptions?.HttpPutResponseHopLimit],
  "metadata-options.http-tokens": (one) => [one.MetadataOptions?.HttpTokens],
  "metadata-options.instance-metadata-tags": (one) => [one.MetadataOptions?.InstanceMetadataTags],
  "metadata-options.state": (one) => [one.MetadataOptions?.State],
  "monitoring-state": (one) => [one.Monitoring?.State],
  ...ownInterfaceFilters,
  "operator.managed": () => [false],
  "owner-id": (one) => [one.instance.account],
  "platform-details": () => ["Linux/UNIX"],
  "private-dns-name": (one) => [one.PrivateDnsName],
  "private-dns-name-options.enable-resource-name-dns-a-record": (one) => [one.PrivateDnsNameOptions?.EnableResourceNameDnsARecord],
  "private-dns-name-options.enable-resource-name-dns-aaaa-record": (one) => [
    one.PrivateDnsNameOptions?.EnableResourceNameDnsAAAARecord,
  ],
  "private-dns-name-options.hostname-type": (one) => [one.PrivateDnsNameOptions?.HostnameType],
  "private-ip-address": (one) => [one.PrivateIpAddress],
  reason: (one) => [one.StateTransitionReason],
  "reservation-id": (one) => [one.instance.reservation],
  "root-device-name": (one) => [one.RootDeviceName],
  "root-device-type": (one) => [one.RootDeviceType],
  "source-dest-check": (one) => [one.SourceDestCheck],
  "state-reason-code": (one) => [one.StateReason?.Code],
  "state-reason-message": (one) => [one.StateReason?.Message],
  "subnet-id": (one) => [one.SubnetId],
  tenancy: (one) => [one.Placement?.Tenancy],
  "usage-operation": () => ["RunInstances"],
  "virtualization-type": (one) => [one.VirtualizationType],
  "vpc-id": (one) => [one.VpcId],
};
