import type { Vpc as VpcView, VpcCidrBlockAssociation, VpcIpv6CidrBlockAssociation } from "@aws-sdk/client-ec2";
import type { CidrAssociation, Vpc } from "../../../model/resource.ts";
import type { World } from "../../../model/world.ts";
import { tagList } from "../../tags.ts";
import type { Filters } from "../../filters.ts";

type BlockState = "associating" | "associated" | "disassociating" | "disassociated";

export const vpcBlockView = (block: CidrAssociation, State: BlockState = "associated"): VpcCidrBlockAssociation => ({
  AssociationId: block.association,
  CidrBlock: block.cidr,
  CidrBlockState: { State },
});

export const vpcIpv6BlockView = (
  block: CidrAssociation,
  region: string,
  State: BlockState = "associated",
): VpcIpv6CidrBlockAssociation => ({
  AssociationId: block.association,
  Ipv6CidrBlock: block.cidr,
  Ipv6CidrBlockState: { State },
  Ipv6Pool: "Amazon",
  NetworkBorderGroup: region,
  IpSource: "amazon",
});

export const vpcView = (_world: World, vpc: Vpc): VpcView => ({
  VpcId: vpc.id,
  State: "available",
  OwnerId: vpc.account,
  CidrBlock: vpc.cidrs[0]?.cidr,
  CidrBlockAssociationSet: vpc.cidrs.map((block) => vpcBlockView(block)),
  Ipv6CidrBlockAssociationSet: vpc.ipv6Cidrs.map((block) => vpcIpv6BlockView(block, vpc.region)),
  DhcpOptionsId: vpc.dhcpOptions,
  InstanceTenancy: vpc.tenancy,
  IsDefault: vpc.isDefault,
  Tags: tagList(vpc.tags),
});

const blocks = (vpc: VpcView) => vpc.CidrBlockAssociationSet ?? [];
const ipv6Blocks = (vpc: VpcView) => vpc.Ipv6CidrBlockAssociationSet ?? [];

export const vpcFilters: Filters<VpcView> = {
  cidr: (vpc) => [vpc.CidrBlock],
  "cidr-block": (vpc) => [vpc.CidrBlock],
  "cidr-block-association.association-id": (vpc) => blocks(vpc).map((block) => block.AssociationId),
  "cidr-block-association.cidr-block": (vpc) => blocks(vpc).map((block) => block.CidrBlock),
  "cidr-block-association.state": (vpc) => blocks(vpc).map((block) => block.CidrBlockState?.State),
  "dhcp-options-id": (vpc) => [vpc.DhcpOptionsId],
  "ipv6-cidr-block-association.association-id": (vpc) => ipv6Blocks(vpc).map((block) => block.AssociationId),
  "ipv6-cidr-block-association.ipv6-cidr-block": (vpc) => ipv6Blocks(vpc).map((block) => block.Ipv6CidrBlock),
  "ipv6-cidr-block-association.ipv6-pool": (vpc) => ipv6Blocks(vpc).map((block) => block.Ipv6Pool),
  "ipv6-cidr-block-association.state": (vpc) => ipv6Blocks(vpc).map((block) => block.Ipv6CidrBlockState?.State),
  "is-default": (vpc) => [vpc.IsDefault],
  isDefault: (vpc) => [vpc.IsDefault],
  "owner-id": (vpc) => [vpc.OwnerId],
  state: (vpc) => [vpc.State],
  "vpc-id": (vpc) => [vpc.VpcId],
};
