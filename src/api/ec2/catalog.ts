import type { ServedOperation } from "../perform.ts";
import {
  assignIpv6Addresses,
  assignPrivateIpAddresses,
  unassignIpv6Addresses,
  unassignPrivateIpAddresses,
} from "./assign-addresses.ts";
import { attachNetworkInterface, detachNetworkInterface } from "./attach-network-interface.ts";
import { authorizeSecurityGroupEgress, authorizeSecurityGroupIngress } from "./authorize-security-group.ts";
import { createDefaultSubnet, createDefaultVpc } from "./create-default-vpc.ts";
import { createNetworkAcl } from "./create-network-acl.ts";
import { createNetworkInterface } from "./create-network-interface.ts";
import { createSecurityGroup } from "./create-security-group.ts";
import { createSubnet } from "./create-subnet.ts";
import { createVpc } from "./create-vpc.ts";
import { deleteNetworkAcl } from "./delete-network-acl.ts";
import { deleteNetworkInterface } from "./delete-network-interface.ts";
import { deleteSecurityGroup } from "./delete-security-group.ts";
import { deleteSubnet } from "./delete-subnet.ts";
import { deleteVpc } from "./delete-vpc.ts";
import { describeAccountAttributes } from "./describe-account-attributes.ts";
import { describeAvailabilityZones } from "./describe-availability-zones.ts";
import { describeDhcpOptions } from "./describe-dhcp-options.ts";
import { describeImages } from "./describe-images.ts";
import { describeInstanceStatus } from "./describe-instance-status.ts";
import { describeInstanceTypes } from "./describe-instance-types.ts";
import { describeInstances } from "./describe-instances.ts";
import { describeNetworkAcls } from "./describe-network-acls.ts";
import { describeNetworkInterfaces } from "./describe-network-interfaces.ts";
import { describeRegions } from "./describe-regions.ts";
import { describeRouteTables } from "./describe-route-tables.ts";
import { describeSecurityGroupRules } from "./describe-security-group-rules.ts";
import { describeSecurityGroups } from "./describe-security-groups.ts";
import { describeSubnets } from "./describe-subnets.ts";
import { describeVpcs } from "./describe-vpcs.ts";
import { getConsoleOutput } from "./get-console-output.ts";
import { describeInstanceAttribute, modifyInstanceAttribute } from "./instance-attribute.ts";
import { rebootInstances, startInstances, stopInstances, terminateInstances } from "./instance-state.ts";
import { modifySecurityGroupRules } from "./modify-security-group-rules.ts";
import { modifySubnetAttribute } from "./modify-subnet-attribute.ts";
import { createNetworkAclEntry, deleteNetworkAclEntry, replaceNetworkAclEntry } from "./network-acl-entry.ts";
import {
  describeNetworkInterfaceAttribute,
  modifyNetworkInterfaceAttribute,
  resetNetworkInterfaceAttribute,
} from "./network-interface-attribute.ts";
import { replaceNetworkAclAssociation } from "./replace-network-acl-association.ts";
import { revokeSecurityGroupEgress, revokeSecurityGroupIngress } from "./revoke-security-group.ts";
import { runInstances } from "./run-instances.ts";
import { associateSubnetCidrBlock, disassociateSubnetCidrBlock } from "./subnet-cidr-block.ts";
import { createTags, deleteTags, describeTags } from "./tags.ts";
import {
  updateSecurityGroupRuleDescriptionsEgress,
  updateSecurityGroupRuleDescriptionsIngress,
} from "./update-security-group-rule-descriptions.ts";
import { describeVpcAttribute, modifyVpcAttribute } from "./vpc-attribute.ts";
import { associateVpcCidrBlock, disassociateVpcCidrBlock } from "./vpc-cidr-block.ts";

const all: readonly ServedOperation[] = [
  assignIpv6Addresses,
  assignPrivateIpAddresses,
  associateSubnetCidrBlock,
  associateVpcCidrBlock,
  attachNetworkInterface,
  authorizeSecurityGroupEgress,
  authorizeSecurityGroupIngress,
  createDefaultSubnet,
  createDefaultVpc,
  createNetworkAcl,
  createNetworkAclEntry,
  createNetworkInterface,
  createSecurityGroup,
  createSubnet,
  createTags,
  createVpc,
  deleteNetworkAcl,
  deleteNetworkAclEntry,
  deleteNetworkInterface,
  deleteSecurityGroup,
  deleteSubnet,
  deleteTags,
  deleteVpc,
  describeAccountAttributes,
  describeAvailabilityZones,
  describeDhcpOptions,
  describeImages,
  describeInstanceAttribute,
  describeInstanceStatus,
  describeInstanceTypes,
  describeInstances,
  describeNetworkAcls,
  describeNetworkInterfaceAttribute,
  describeNetworkInterfaces,
  describeRegions,
  describeRouteTables,
  describeSecurityGroupRules,
  describeSecurityGroups,
  describeSubnets,
  describeTags,
  describeVpcAttribute,
  describeVpcs,
  detachNetworkInterface,
  disassociateSubnetCidrBlock,
  disassociateVpcCidrBlock,
  getConsoleOutput,
  modifyInstanceAttribute,
  modifyNetworkInterfaceAttribute,
  modifySecurityGroupRules,
  modifySubnetAttribute,
  modifyVpcAttribute,
  rebootInstances,
  replaceNetworkAclAssociation,
  replaceNetworkAclEntry,
  resetNetworkInterfaceAttribute,
  revokeSecurityGroupEgress,
  revokeSecurityGroupIngress,
  runInstances,
  startInstances,
  stopInstances,
  terminateInstances,
  unassignIpv6Addresses,
  unassignPrivateIpAddresses,
  updateSecurityGroupRuleDescriptionsEgress,
  updateSecurityGroupRuleDescriptionsIngress,
];

/** Every EC2 operation Bailey serves, by its name on the wire. */
export const ec2Operations: ReadonlyMap<string, ServedOperation> = new Map(all.map((one) => [one.name, one]));
