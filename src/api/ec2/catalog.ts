import type { ServedOperation } from "../perform.ts";
import { describeAddressesAttribute, modifyAddressAttribute, resetAddressAttribute } from "./address-attribute.ts";
import { allocateAddress, releaseAddress } from "./allocate-address.ts";
import { assignIpv6Addresses, assignPrivateIpAddresses } from "./assign-addresses.ts";
import { associateAddress, disassociateAddress } from "./associate-address.ts";
import { attachInternetGateway, detachInternetGateway } from "./attach-internet-gateway.ts";
import { attachNetworkInterface, detachNetworkInterface } from "./attach-network-interface.ts";
import { authorizeSecurityGroupEgress, authorizeSecurityGroupIngress } from "./authorize-security-group.ts";
import { keptOperations } from "./catalog-kept.ts";
import { createDefaultSubnet, createDefaultVpc } from "./create-default-vpc.ts";
import { createFlowLogs } from "./create-flow-logs.ts";
import { createManagedPrefixList } from "./create-managed-prefix-list.ts";
import { createNatGateway } from "./create-nat-gateway.ts";
import { createNetworkAcl } from "./create-network-acl.ts";
import { createNetworkInterface } from "./create-network-interface.ts";
import { createRouteTable } from "./create-route-table.ts";
import { createSecurityGroup } from "./create-security-group.ts";
import { createSubnet } from "./create-subnet.ts";
import { createVpc } from "./create-vpc.ts";
import { createVpcPeeringConnection } from "./create-vpc-peering-connection.ts";
import { deleteFlowLogs } from "./delete-flow-logs.ts";
import { deleteManagedPrefixList } from "./delete-managed-prefix-list.ts";
import { deleteNatGateway } from "./delete-nat-gateway.ts";
import { deleteNetworkAcl } from "./delete-network-acl.ts";
import { deleteNetworkInterface } from "./delete-network-interface.ts";
import { deleteRouteTable } from "./delete-route-table.ts";
import { deleteSecurityGroup } from "./delete-security-group.ts";
import { deleteSubnet } from "./delete-subnet.ts";
import { deleteVpc } from "./delete-vpc.ts";
import { describeAccountAttributes } from "./describe-account-attributes.ts";
import { describeAddresses } from "./describe-addresses.ts";
import { describeAvailabilityZones } from "./describe-availability-zones.ts";
import { describeDhcpOptions } from "./describe-dhcp-options.ts";
import { describeFlowLogs } from "./describe-flow-logs.ts";
import { describeImages } from "./describe-images.ts";
import { describeInstanceCreditSpecifications } from "./describe-instance-credit-specifications.ts";
import { describeInstanceStatus } from "./describe-instance-status.ts";
import { describeInstanceTypeOfferings } from "./describe-instance-type-offerings.ts";
import { describeInstanceTypes } from "./describe-instance-types.ts";
import { describeInstances } from "./describe-instances.ts";
import { describeEgressOnlyInternetGateways, describeInternetGateways } from "./describe-internet-gateways.ts";
import { describeLaunchTemplates, describeLaunchTemplateVersions } from "./describe-launch-templates.ts";
import { describeManagedPrefixLists } from "./describe-managed-prefix-lists.ts";
import { describeNatGateways } from "./describe-nat-gateways.ts";
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
import { describeVpcPeeringConnections } from "./describe-vpc-peering-connections.ts";
import { describeVpcs } from "./describe-vpcs.ts";
import { associateDhcpOptions, createDhcpOptions, deleteDhcpOptions } from "./dhcp-options.ts";
import { createEgressOnlyInternetGateway, deleteEgressOnlyInternetGateway } from "./egress-only-internet-gateway.ts";
import { emptyDescribes } from "./empty.ts";
import { getConsoleOutput } from "./get-console-output.ts";
import { getFlowLogsIntegrationTemplate } from "./get-flow-logs-integration-template.ts";
import { getManagedPrefixListAssociations } from "./get-managed-prefix-list-associations.ts";
import { getManagedPrefixListEntries } from "./get-managed-prefix-list-entries.ts";
import { getSecurityGroupsForVpc } from "./get-security-groups-for-vpc.ts";
import { describeInstanceAttribute, modifyInstanceAttribute } from "./instance-attribute.ts";
import { rebootInstances, startInstances, stopInstances, terminateInstances } from "./instance-state.ts";
import { createInternetGateway, deleteInternetGateway } from "./internet-gateway.ts";
import {
  createLaunchTemplate,
  createLaunchTemplateVersion,
  deleteLaunchTemplate,
  deleteLaunchTemplateVersions,
  modifyLaunchTemplate,
} from "./launch-template.ts";
import { getInstanceMetadataDefaults, modifyInstanceMetadataDefaults } from "./metadata-defaults.ts";
import { modifyInstanceMetadataOptions } from "./metadata-options.ts";
import { modifyManagedPrefixList } from "./modify-managed-prefix-list.ts";
import { modifySecurityGroupRules } from "./modify-security-group-rules.ts";
import { modifySubnetAttribute } from "./modify-subnet-attribute.ts";
import { modifyVpcPeeringConnectionOptions } from "./modify-vpc-peering-connection-options.ts";
import { modifyVpcTenancy } from "./modify-vpc-tenancy.ts";
import {
  assignPrivateNatGatewayAddress,
  associateNatGatewayAddress,
  disassociateNatGatewayAddress,
  unassignPrivateNatGatewayAddress,
} from "./nat-gateway-address.ts";
import { createNetworkAclEntry, deleteNetworkAclEntry, replaceNetworkAclEntry } from "./network-acl-entry.ts";
import {
  describeNetworkInterfaceAttribute,
  modifyNetworkInterfaceAttribute,
  resetNetworkInterfaceAttribute,
} from "./network-interface-attribute.ts";
import { replaceNetworkAclAssociation } from "./replace-network-acl-association.ts";
import { restoreManagedPrefixListVersion } from "./restore-managed-prefix-list-version.ts";
import { revokeSecurityGroupEgress, revokeSecurityGroupIngress } from "./revoke-security-group.ts";
import { createRoute, deleteRoute, replaceRoute } from "./route.ts";
import { associateRouteTable, disassociateRouteTable, replaceRouteTableAssociation } from "./route-table-association.ts";
import { runInstances } from "./run-instances.ts";
import { associateSecurityGroupVpc, disassociateSecurityGroupVpc } from "./security-group-vpc.ts";
import { associateSubnetCidrBlock, disassociateSubnetCidrBlock } from "./subnet-cidr-block.ts";
import { createTags, deleteTags, describeTags } from "./tags.ts";
import { unassignIpv6Addresses, unassignPrivateIpAddresses } from "./unassign-addresses.ts";
import {
  updateSecurityGroupRuleDescriptionsEgress,
  updateSecurityGroupRuleDescriptionsIngress,
} from "./update-security-group-rule-descriptions.ts";
import { describeVpcAttribute, modifyVpcAttribute } from "./vpc-attribute.ts";
import { associateVpcCidrBlock, disassociateVpcCidrBlock } from "./vpc-cidr-block.ts";
import {
  acceptVpcPeeringConnection,
  deleteVpcPeeringConnection,
  rejectVpcPeeringConnection,
} from "./vpc-peering-connection-state.ts";

const all: readonly ServedOperation[] = [
  ...emptyDescribes,
  ...keptOperations,
  acceptVpcPeeringConnection,
  allocateAddress,
  assignIpv6Addresses,
  assignPrivateIpAddresses,
  assignPrivateNatGatewayAddress,
  associateAddress,
  associateDhcpOptions,
  associateNatGatewayAddress,
  associateRouteTable,
  associateSecurityGroupVpc,
  associateSubnetCidrBlock,
  associateVpcCidrBlock,
  attachInternetGateway,
  attachNetworkInterface,
  authorizeSecurityGroupEgress,
  authorizeSecurityGroupIngress,
  createDefaultSubnet,
  createDefaultVpc,
  createDhcpOptions,
  createEgressOnlyInternetGateway,
  createFlowLogs,
  createInternetGateway,
  createLaunchTemplate,
  createLaunchTemplateVersion,
  createManagedPrefixList,
  createNatGateway,
  createNetworkAcl,
  createNetworkAclEntry,
  createNetworkInterface,
  createRoute,
  createRouteTable,
  createSecurityGroup,
  createSubnet,
  createTags,
  createVpc,
  createVpcPeeringConnection,
  deleteDhcpOptions,
  deleteEgressOnlyInternetGateway,
  deleteFlowLogs,
  deleteInternetGateway,
  deleteLaunchTemplate,
  deleteLaunchTemplateVersions,
  deleteManagedPrefixList,
  deleteNatGateway,
  deleteNetworkAcl,
  deleteNetworkAclEntry,
  deleteNetworkInterface,
  deleteRoute,
  deleteRouteTable,
  deleteSecurityGroup,
  deleteSubnet,
  deleteTags,
  deleteVpc,
  deleteVpcPeeringConnection,
  describeAccountAttributes,
  describeAddresses,
  describeAddressesAttribute,
  describeAvailabilityZones,
  describeDhcpOptions,
  describeEgressOnlyInternetGateways,
  describeFlowLogs,
  describeImages,
  describeInstanceAttribute,
  describeInstanceCreditSpecifications,
  describeInstanceStatus,
  describeInstanceTypeOfferings,
  describeInstanceTypes,
  describeInstances,
  describeInternetGateways,
  describeLaunchTemplates,
  describeLaunchTemplateVersions,
  describeManagedPrefixLists,
  describeNatGateways,
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
  describeVpcPeeringConnections,
  describeVpcs,
  detachInternetGateway,
  detachNetworkInterface,
  disassociateAddress,
  disassociateNatGatewayAddress,
  disassociateRouteTable,
  disassociateSecurityGroupVpc,
  disassociateSubnetCidrBlock,
  disassociateVpcCidrBlock,
  getConsoleOutput,
  getFlowLogsIntegrationTemplate,
  getInstanceMetadataDefaults,
  getManagedPrefixListAssociations,
  getManagedPrefixListEntries,
  getSecurityGroupsForVpc,
  modifyAddressAttribute,
  modifyInstanceAttribute,
  modifyInstanceMetadataDefaults,
  modifyInstanceMetadataOptions,
  modifyLaunchTemplate,
  modifyManagedPrefixList,
  modifyNetworkInterfaceAttribute,
  modifySecurityGroupRules,
  modifySubnetAttribute,
  modifyVpcAttribute,
  modifyVpcPeeringConnectionOptions,
  modifyVpcTenancy,
  rebootInstances,
  rejectVpcPeeringConnection,
  releaseAddress,
  replaceNetworkAclAssociation,
  replaceNetworkAclEntry,
  replaceRoute,
  replaceRouteTableAssociation,
  resetAddressAttribute,
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
  unassignPrivateNatGatewayAddress,
  updateSecurityGroupRuleDescriptionsEgress,
  updateSecurityGroupRuleDescriptionsIngress,
];

/** Every EC2 operation Bailey serves, by its name on the wire. */
export const ec2Operations: ReadonlyMap<string, ServedOperation> = new Map(all.map((one) => [one.name, one]));
