import type { ServedOperation } from "../perform.ts";
import { describeAddressesAttribute, modifyAddressAttribute, resetAddressAttribute } from "./address-attribute.ts";
import { allocateAddress, releaseAddress } from "./allocate-address.ts";
import { assignIpv6Addresses, assignPrivateIpAddresses } from "./assign-addresses.ts";
import { associateAddress, disassociateAddress } from "./associate-address.ts";
import { attachInternetGateway, detachInternetGateway } from "./attach-internet-gateway.ts";
import { attachNetworkInterface, detachNetworkInterface } from "./attach-network-interface.ts";
import { authorizeSecurityGroupEgress, authorizeSecurityGroupIngress } from "./authorize-security-group.ts";
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
import { createVpcEndpoint } from "./create-vpc-endpoint.ts";
import { createVpcPeeringConnection } from "./create-vpc-peering-connection.ts";
import { createVpnConnection } from "./create-vpn-connection.ts";
import { createCustomerGateway, deleteCustomerGateway, describeCustomerGateways } from "./customer-gateway.ts";
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
import { describeVpcEndpointServices } from "./describe-vpc-endpoint-services.ts";
import { describeVpcPeeringConnections } from "./describe-vpc-peering-connections.ts";
import { describeVpcs } from "./describe-vpcs.ts";
import { associateDhcpOptions, createDhcpOptions, deleteDhcpOptions } from "./dhcp-options.ts";
import { createEgressOnlyInternetGateway, deleteEgressOnlyInternetGateway } from "./egress-only-internet-gateway.ts";
import { emptyDescribes } from "./empty.ts";
import {
  createVpcEndpointServiceConfiguration,
  deleteVpcEndpointServiceConfigurations,
  describeVpcEndpointServiceConfigurations,
  modifyVpcEndpointServiceConfiguration,
} from "./endpoint-service-configuration.ts";
import {
  acceptVpcEndpointConnections,
  describeVpcEndpointConnections,
  rejectVpcEndpointConnections,
} from "./endpoint-service-connections.ts";
import {
  describeVpcEndpointServicePermissions,
  modifyVpcEndpointServicePermissions,
} from "./endpoint-service-permissions.ts";
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
import {
  createTransitGateway,
  deleteTransitGateway,
  describeTransitGateways,
  modifyTransitGateway,
} from "./transit-gateway.ts";
import {
  acceptTransitGatewayPeeringAttachment,
  createTransitGatewayPeeringAttachment,
  deleteTransitGatewayPeeringAttachment,
  describeTransitGatewayAttachments,
  describeTransitGatewayPeeringAttachments,
  rejectTransitGatewayPeeringAttachment,
} from "./transit-peering-attachment.ts";
import {
  createTransitGatewayPrefixListReference,
  deleteTransitGatewayPrefixListReference,
  getTransitGatewayPrefixListReferences,
  modifyTransitGatewayPrefixListReference,
} from "./transit-prefix-list-reference.ts";
import {
  createTransitGatewayRoute,
  deleteTransitGatewayRoute,
  replaceTransitGatewayRoute,
  searchTransitGatewayRoutes,
} from "./transit-route.ts";
import {
  associateTransitGatewayRouteTable,
  createTransitGatewayRouteTable,
  deleteTransitGatewayRouteTable,
  describeTransitGatewayRouteTables,
  disableTransitGatewayRouteTablePropagation,
  disassociateTransitGatewayRouteTable,
  enableTransitGatewayRouteTablePropagation,
} from "./transit-route-table.ts";
import {
  getTransitGatewayAttachmentPropagations,
  getTransitGatewayRouteTableAssociations,
  getTransitGatewayRouteTablePropagations,
} from "./transit-route-table-members.ts";
import {
  acceptTransitGatewayVpcAttachment,
  createTransitGatewayVpcAttachment,
  deleteTransitGatewayVpcAttachment,
  describeTransitGatewayVpcAttachments,
  modifyTransitGatewayVpcAttachment,
  rejectTransitGatewayVpcAttachment,
} from "./transit-vpc-attachment.ts";
import { unassignIpv6Addresses, unassignPrivateIpAddresses } from "./unassign-addresses.ts";
import {
  updateSecurityGroupRuleDescriptionsEgress,
  updateSecurityGroupRuleDescriptionsIngress,
} from "./update-security-group-rule-descriptions.ts";
import { disableVgwRoutePropagation, enableVgwRoutePropagation } from "./vgw-route-propagation.ts";
import { describeVpcAttribute, modifyVpcAttribute } from "./vpc-attribute.ts";
import { associateVpcCidrBlock, disassociateVpcCidrBlock } from "./vpc-cidr-block.ts";
import { deleteVpcEndpoints, describeVpcEndpoints, modifyVpcEndpoint } from "./vpc-endpoint.ts";
import {
  acceptVpcPeeringConnection,
  deleteVpcPeeringConnection,
  rejectVpcPeeringConnection,
} from "./vpc-peering-connection-state.ts";
import {
  createVpnConnectionRoute,
  deleteVpnConnection,
  deleteVpnConnectionRoute,
  describeVpnConnections,
  modifyVpnConnectionOptions,
  modifyVpnTunnelOptions,
} from "./vpn-connection.ts";
import {
  attachVpnGateway,
  createVpnGateway,
  deleteVpnGateway,
  describeVpnGateways,
  detachVpnGateway,
} from "./vpn-gateway.ts";

const all: readonly ServedOperation[] = [
  ...emptyDescribes,
  acceptTransitGatewayPeeringAttachment,
  acceptTransitGatewayVpcAttachment,
  acceptVpcEndpointConnections,
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
  associateTransitGatewayRouteTable,
  associateVpcCidrBlock,
  attachInternetGateway,
  attachNetworkInterface,
  attachVpnGateway,
  authorizeSecurityGroupEgress,
  authorizeSecurityGroupIngress,
  createCustomerGateway,
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
  createTransitGateway,
  createTransitGatewayPeeringAttachment,
  createTransitGatewayPrefixListReference,
  createTransitGatewayRoute,
  createTransitGatewayRouteTable,
  createTransitGatewayVpcAttachment,
  createVpc,
  createVpcEndpoint,
  createVpcEndpointServiceConfiguration,
  createVpcPeeringConnection,
  createVpnConnection,
  createVpnConnectionRoute,
  createVpnGateway,
  deleteCustomerGateway,
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
  deleteTransitGateway,
  deleteTransitGatewayPeeringAttachment,
  deleteTransitGatewayPrefixListReference,
  deleteTransitGatewayRoute,
  deleteTransitGatewayRouteTable,
  deleteTransitGatewayVpcAttachment,
  deleteVpc,
  deleteVpcEndpointServiceConfigurations,
  deleteVpcEndpoints,
  deleteVpcPeeringConnection,
  deleteVpnConnection,
  deleteVpnConnectionRoute,
  deleteVpnGateway,
  describeAccountAttributes,
  describeAddresses,
  describeAddressesAttribute,
  describeAvailabilityZones,
  describeCustomerGateways,
  describeDhcpOptions,
  describeEgressOnlyInternetGateways,
  describeFlowLogs,
  describeImages,
  describeInstanceAttribute,
  describeInstanceCreditSpecifications,
  describeInstanceStatus,
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
  describeTransitGatewayAttachments,
  describeTransitGatewayPeeringAttachments,
  describeTransitGatewayRouteTables,
  describeTransitGatewayVpcAttachments,
  describeTransitGateways,
  describeVpcAttribute,
  describeVpcEndpointConnections,
  describeVpcEndpointServiceConfigurations,
  describeVpcEndpointServicePermissions,
  describeVpcEndpointServices,
  describeVpcEndpoints,
  describeVpcPeeringConnections,
  describeVpcs,
  describeVpnConnections,
  describeVpnGateways,
  detachInternetGateway,
  detachNetworkInterface,
  detachVpnGateway,
  disableTransitGatewayRouteTablePropagation,
  disableVgwRoutePropagation,
  disassociateAddress,
  disassociateNatGatewayAddress,
  disassociateRouteTable,
  disassociateSecurityGroupVpc,
  disassociateSubnetCidrBlock,
  disassociateTransitGatewayRouteTable,
  disassociateVpcCidrBlock,
  enableTransitGatewayRouteTablePropagation,
  enableVgwRoutePropagation,
  getConsoleOutput,
  getFlowLogsIntegrationTemplate,
  getInstanceMetadataDefaults,
  getManagedPrefixListAssociations,
  getManagedPrefixListEntries,
  getSecurityGroupsForVpc,
  getTransitGatewayAttachmentPropagations,
  getTransitGatewayPrefixListReferences,
  getTransitGatewayRouteTableAssociations,
  getTransitGatewayRouteTablePropagations,
  modifyAddressAttribute,
  modifyInstanceAttribute,
  modifyInstanceMetadataDefaults,
  modifyInstanceMetadataOptions,
  modifyLaunchTemplate,
  modifyManagedPrefixList,
  modifyNetworkInterfaceAttribute,
  modifySecurityGroupRules,
  modifySubnetAttribute,
  modifyTransitGateway,
  modifyTransitGatewayPrefixListReference,
  modifyTransitGatewayVpcAttachment,
  modifyVpcAttribute,
  modifyVpcEndpoint,
  modifyVpcEndpointServiceConfiguration,
  modifyVpcEndpointServicePermissions,
  modifyVpcPeeringConnectionOptions,
  modifyVpcTenancy,
  modifyVpnConnectionOptions,
  modifyVpnTunnelOptions,
  rebootInstances,
  rejectTransitGatewayPeeringAttachment,
  rejectTransitGatewayVpcAttachment,
  rejectVpcEndpointConnections,
  rejectVpcPeeringConnection,
  releaseAddress,
  replaceNetworkAclAssociation,
  replaceNetworkAclEntry,
  replaceRoute,
  replaceRouteTableAssociation,
  replaceTransitGatewayRoute,
  resetAddressAttribute,
  resetNetworkInterfaceAttribute,
  restoreManagedPrefixListVersion,
  revokeSecurityGroupEgress,
  revokeSecurityGroupIngress,
  runInstances,
  searchTransitGatewayRoutes,
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
