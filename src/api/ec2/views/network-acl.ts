import type { NetworkAcl as NetworkAclView, NetworkAclEntry } from "@aws-sdk/client-ec2";
import type { AclEntry, NetworkAcl } from "../../../model/resource.ts";
import { listed } from "../../../model/world.ts";
import type { World } from "../../../model/world.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";

const entryView = (entry: AclEntry): NetworkAclEntry => ({
  RuleNumber: entry.number,
  Protocol: entry.protocol,
  RuleAction: entry.action,
  Egress: entry.egress,
  CidrBlock: entry.cidr.includes(":") ? undefined : entry.cidr,
  Ipv6CidrBlock: entry.cidr.includes(":") ? entry.cidr : undefined,
  PortRange: entry.ports && { From: entry.ports.from, To: entry.ports.to },
  IcmpTypeCode: entry.icmp && { Type: entry.icmp.type, Code: entry.icmp.code },
});

export const aclView = (world: World, acl: NetworkAcl): NetworkAclView => ({
  NetworkAclId: acl.id,
  VpcId: acl.vpc,
  IsDefault: acl.isDefault,
  OwnerId: acl.account,
  Entries: acl.entries.map(entryView),
  Associations: [...listed(world, "subnetsOfAcl", acl.id).values()]
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((subnet) => ({ NetworkAclAssociationId: subnet.aclAssociation, NetworkAclId: acl.id, SubnetId: subnet.id })),
  Tags: tagList(acl.tags),
});

const entries = (acl: NetworkAclView) => acl.Entries ?? [];
const associations = (acl: NetworkAclView) => acl.Associations ?? [];
const names: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp" };

export const aclFilters: Filters<NetworkAclView> = {
  "association.association-id": (acl) => associations(acl).map((association) => association.NetworkAclAssociationId),
  "association.network-acl-id": (acl) => associations(acl).map((association) => association.NetworkAclId),
  "association.subnet-id": (acl) => associations(acl).map((association) => association.SubnetId),
  default: (acl) => [acl.IsDefault],
  "entry.cidr": (acl) => entries(acl).map((entry) => entry.CidrBlock),
  "entry.egress": (acl) => entries(acl).map((entry) => entry.Egress),
  "entry.icmp.code": (acl) => entries(acl).map((entry) => entry.IcmpTypeCode?.Code),
  "entry.icmp.type": (acl) => entries(acl).map((entry) => entry.IcmpTypeCode?.Type),
  "entry.ipv6-cidr": (acl) => entries(acl).map((entry) => entry.Ipv6CidrBlock),
  "entry.port-range.from": (acl) => entries(acl).map((entry) => entry.PortRange?.From),
  "entry.port-range.to": (acl) => entries(acl).map((entry) => entry.PortRange?.To),
  "entry.protocol": (acl) => entries(acl).flatMap(({ Protocol = "" }) => [Protocol, names[Protocol]]),
  "entry.rule-action": (acl) => entries(acl).map((entry) => entry.RuleAction),
  "entry.rule-number": (acl) => entries(acl).map((entry) => entry.RuleNumber),
  "network-acl-id": (acl) => [acl.NetworkAclId],
  "owner-id": (acl) => [acl.OwnerId],
  "vpc-id": (acl) => [acl.VpcId],
};
