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
import { createManagedPrefixList } from "./create-managed-prefix-list.ts";
import { createNetworkAcl } from "./create-network-acl.ts";
import { createNetworkInterface } from "./create-network-interface.ts";
import { createSecurityGroup } from "./create-security-group.ts";
import { createSubnet } from "./create-subnet.ts";
import { createVpc } from "./create-vpc.ts";
import { deleteManagedPrefixList } from "./delete-managed-prefix-list.ts";
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
import { describeManagedPrefixLists } from "./describe-managed-prefix-lists.ts";
import { describeNetworkAcls } from "./describe-network-acls.ts";
import { describeNetworkInterfaces } from "./describe-network-interfaces.ts";
import { describePrefixLists } from "./describe-prefix-lists.ts";
import { describeRegions } from "./describe-regions.ts";
import { describeRouteTables } from "./describe-route-tables.ts";
import { describeSecurityGroupReferences } from "./describe-security-group-references.ts";
import { describeSecurityGroupRules } from "./describe-security-group-rules.ts";
import { describeSecurityGroupVpcAssociations } from "./describe-security-group-vpc-associations.ts";
import { describeSecurityGroups } from "./describe-security-groups.ts";
import { describeStaleSecurityGroups } from "./describe-stale-security-groups.ts";
import { describeSubnets } from "./describe-subnets.ts";
import { describeVpcs } from "./describe-vpcs.ts";
import { getConsoleOutput } from "./get-console-output.ts";
import { getManagedPrefixListAssociations } from "./get-managed-prefix-list-associations.ts";
import { getManagedPrefixListEntries } from "./get-managed-prefix-list-entries.ts";
import { getSecurityGroupsForVpc } from "./get-security-groups-for-vpc.ts";
import { describeInstanceAttribute, modifyInstanceAttribute } from "./instance-attribute.ts";
import { rebootInstances, startInstances, stopInstances, terminateInstances } from "./instance-state.ts";
import { modifyManagedPrefixList } from "./modify-managed-prefix-list.ts";
import { modifySecurityGroupRules } from "./modify-security-group-rules.ts";
import { modifySubnetAttribute } from "./modify-subnet-attribute.ts";
import { createNetworkAclEntry, deleteNetworkAclEntry, replaceNetworkAclEntry } from "./network-acl-entry.ts";
import {
  describeNetworkInterfaceAttribute,
  modifyNetworkInterfaceAttribute,
  resetNetworkInterfaceAttribute,
} from "./network-interface-attribute.ts";
import { replaceNetworkAclAssociation } from "./replace-network-acl-association.ts";
import { restoreManagedPrefixListVersion } from "./restore-managed-prefix-list-version.ts";
import { revokeSecurityGroupEgress, revokeSecurityGroupIngress } from "./revoke-security-group.ts";
import { runInstances } from "./run-instances.ts";
import { associateSecurityGroupVpc, disassociateSecurityGroupVpc } from "./security-group-vpc.ts";
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
  associateSecurityGroupVpc,
  associateSubnetCidrBlock,
  associateVpcCidrBlock,
  attachNetworkInterface,
  authorizeSecurityGroupEgress,
  authorizeSecurityGroupIngress,
  createDefaultSubnet,
  createDefaultVpc,
  createManagedPrefixList,
  createNetworkAcl,
  createNetworkAclEntry,
  createNetworkInterface,
  createSecurityGroup,
  createSubnet,
  createTags,
  createVpc,
  deleteManagedPrefixList,
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
  describeManagedPrefixLists,
  describeNetworkAcls,
  describeNetworkInterfaceAttribute,
  describeNetworkInterfaces,
  describePrefixLists,
  describeRegions,
  describeRouteTables,
  describeSecurityGroupReferences,
  describeSecurityGroupRules,
  describeSecurityGroupVpcAssociations,
  describeSecurityGroups,
  describeStaleSecurityGroups,
  describeSubnets,
  describeTags,
  describeVpcAttribute,
  describeVpcs,
  detachNetworkInterface,
  disassociateSecurityGroupVpc,
  disassociateSubnetCidrBlock,
  disassociateVpcCidrBlock,
  getConsoleOutput,
  getManagedPrefixListAssociations,
  getManagedPrefixListEntries,
  getSecurityGroupsForVpc,
  modifyInstanceAttribute,
  modifyManagedPrefixList,
  modifyNetworkInterfaceAttribute,
  modifySecurityGroupRules,
  modifySubnetAttribute,
  modifyVpcAttribute,
  rebootInstances,
  replaceNetworkAclAssociation,
  replaceNetworkAclEntry,
  resetNetworkInterfaceAttribute,
  restoreManagedPrefixListVersion,
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
