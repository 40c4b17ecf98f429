import type { Subnet as SubnetView, SubnetIpv6CidrBlockAssociation } from "@aws-sdk/client-ec2";
import type { CidrAssociation, PrivateNames, Subnet } from "../../../model/resource.ts";
import { freeCount, usualNames } from "../../../model/subnet.ts";
import type { World } from "../../../model/world.ts";
import { passedByNothing } from "../../filters.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";
import { zoneIdOf } from "../../../model/zone.ts";
import { arnOf } from "./arn.ts";

export const subnetBlockView = (
  block: CidrAssociation,
  State: "associated" | "disassociated" = "associated",
): SubnetIpv6CidrBlockAssociation => ({
  AssociationId: block.association,
  Ipv6CidrBlock: block.cidr,
  Ipv6CidrBlockState: { State },
  IpSource: "amazon",
});

export const privateNamesView = ({ type, a, aaaa }: PrivateNames = usualNames) => ({
  HostnameType: type,
  EnableResourceNameDnsARecord: a,
  EnableResourceNameDnsAAAARecord: aaaa,
});

export const subnetView = (world: World, subnet: Subnet): SubnetView => ({
  SubnetId: subnet.id,
  SubnetArn: arnOf(subnet, "subnet", subnet.id),
  State: "available",
  VpcId: subnet.vpc,
  OwnerId: subnet.account,
  AvailabilityZone: subnet.zone,
  AvailabilityZoneId: zoneIdOf(subnet.region, subnet.zone),
  AvailableIpAddressCount: freeCount(world, subnet),
  CidrBlock: subnet.cidr,
  Ipv6CidrBlockAssociationSet: subnet.ipv6Cidrs.map((block) => subnetBlockView(block)),
  DefaultForAz: subnet.defaultForZone,
  MapPublicIpOnLaunch: subnet.mapPublicIp,
  MapCustomerOwnedIpOnLaunch: false,
  AssignIpv6AddressOnCreation: subnet.assignIpv6,
  EnableDns64: false,
  Ipv6Native: subnet.cidr === undefined,
  PrivateDnsNameOptionsOnLaunch: privateNamesView(subnet.privateNames),
  Tags: tagList(subnet.tags),
});

const ipv6Blocks = (subnet: SubnetView) => subnet.Ipv6CidrBlockAssociationSet ?? [];
const zone = (subnet: SubnetView) => [subnet.AvailabilityZone];
const zoneId = (subnet: SubnetView) => [subnet.AvailabilityZoneId];
const cidr = (subnet: SubnetView) => [subnet.CidrBlock];
const isDefault = (subnet: SubnetView) => [subnet.DefaultForAz];

export const subnetFilters: Filters<SubnetView> = {
  "availability-zone": zone,
  availabilityZone: zone,
  "availability-zone-id": zoneId,
  availabilityZoneId: zoneId,
  "available-ip-address-count": (subnet) => [subnet.AvailableIpAddressCount],
  cidr,
  "cidr-block": cidr,
  cidrBlock: cidr,
  ...passedByNothing("customer-owned-ipv4-pool", "enable-lni-at-device-index", "outpost-arn"),
  "default-for-az": isDefault,
  defaultForAz: isDefault,
  "enable-dns64": (subnet) => [subnet.EnableDns64],
  "ipv6-cidr-block-association.association-id": (subnet) => ipv6Blocks(subnet).map((block) => block.AssociationId),
  "ipv6-cidr-block-association.ipv6-cidr-block": (subnet) => ipv6Blocks(subnet).map((block) => block.Ipv6CidrBlock),
  "ipv6-cidr-block-association.state": (subnet) => ipv6Blocks(subnet).map((block) => block.Ipv6CidrBlockState?.State),
  "ipv6-native": (subnet) => [subnet.Ipv6Native],
  "map-customer-owned-ip-on-launch": () => [false],
  "map-public-ip-on-launch": (subnet) => [subnet.MapPublicIpOnLaunch],
  "private-dns-name-options-on-launch.enable-resource-name-dns-a-record": (subnet) => [
    subnet.PrivateDnsNameOptionsOnLaunch?.EnableResourceNameDnsARecord,
  ],
  "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record": (subnet) => [
    subnet.PrivateDnsNameOptionsOnLaunch?.EnableResourceNameDnsAAAARecord,
  ],
  "private-dns-name-options-on-launch.hostname-type": (subnet) => [subnet.PrivateDnsNameOptionsOnLaunch?.HostnameType],
  "owner-id": (subnet) => [subnet.OwnerId],
  state: (subnet) => [subnet.State],
  "subnet-arn": (subnet) => [subnet.SubnetArn],
  "subnet-id": (subnet) => [subnet.SubnetId],
  "vpc-id": (subnet) => [subnet.VpcId],
};
