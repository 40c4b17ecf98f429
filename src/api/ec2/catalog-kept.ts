/** The operations on what is kept: stored and shown, and not acted on. */
import type { ServedOperation } from "../perform.ts";
import {
  createVpcBlockPublicAccessExclusion,
  deleteVpcBlockPublicAccessExclusion,
  describeVpcBlockPublicAccessExclusions,
  describeVpcBlockPublicAccessOptions,
  modifyVpcBlockPublicAccessExclusion,
  modifyVpcBlockPublicAccessOptions,
} from "./block-public-access.ts";
import { createCarrierGateway, deleteCarrierGateway, describeCarrierGateways } from "./carrier-gateway.ts";
import { describeVpcClassicLink, describeVpcClassicLinkDnsSupport } from "./classic-link.ts";
import { createVpcEndpoint } from "./create-vpc-endpoint.ts";
import { createVpnConnection } from "./create-vpn-connection.ts";
import { createCustomerGateway, deleteCustomerGateway, describeCustomerGateways } from "./customer-gateway.ts";
import { describeAddressTransfers } from "./describe-address-transfers.ts";
import { describeNetworkInsightsAnalyses } from "./describe-network-insights-analyses.ts";
import { describeVpcEndpointServices } from "./describe-vpc-endpoint-services.ts";
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
import { createKeyPair, deleteKeyPair, describeKeyPairs, importKeyPair } from "./key-pair.ts";
import {
  createNetworkInsightsPath,
  deleteNetworkInsightsPath,
  describeNetworkInsightsPaths,
} from "./network-insights-path.ts";
import {
  createNetworkInterfacePermission,
  deleteNetworkInterfacePermission,
  describeNetworkInterfacePermissions,
} from "./network-interface-permission.ts";
import {
  createSubnetCidrReservation,
  deleteSubnetCidrReservation,
  getSubnetCidrReservations,
} from "./subnet-cidr-reservation.ts";
import {
  createTrafficMirrorFilter,
  deleteTrafficMirrorFilter,
  describeTrafficMirrorFilters,
  modifyTrafficMirrorFilterNetworkServices,
} from "./traffic-mirror-filter.ts";
import {
  createTrafficMirrorFilterRule,
  deleteTrafficMirrorFilterRule,
  describeTrafficMirrorFilterRules,
  modifyTrafficMirrorFilterRule,
} from "./traffic-mirror-filter-rule.ts";
import {
  createTrafficMirrorSession,
  deleteTrafficMirrorSession,
  describeTrafficMirrorSessions,
  modifyTrafficMirrorSession,
} from "./traffic-mirror-session.ts";
import {
  createTrafficMirrorTarget,
  deleteTrafficMirrorTarget,
  describeTrafficMirrorTargets,
} from "./traffic-mirror-target.ts";
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
import { disableVgwRoutePropagation, enableVgwRoutePropagation } from "./vgw-route-propagation.ts";
import { deleteVpcEndpoints, describeVpcEndpoints, modifyVpcEndpoint } from "./vpc-endpoint.ts";
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

export const keptOperations: readonly ServedOperation[] = [
  acceptTransitGatewayPeeringAttachment,
  acceptTransitGatewayVpcAttachment,
  acceptVpcEndpointConnections,
  associateTransitGatewayRouteTable,
  attachVpnGateway,
  createCarrierGateway,
  createCustomerGateway,
  createKeyPair,
  createNetworkInsightsPath,
  createNetworkInterfacePermission,
  createSubnetCidrReservation,
  createTrafficMirrorFilter,
  createTrafficMirrorFilterRule,
  createTrafficMirrorSession,
  createTrafficMirrorTarget,
  createTransitGateway,
  createTransitGatewayPeeringAttachment,
  createTransitGatewayPrefixListReference,
  createTransitGatewayRoute,
  createTransitGatewayRouteTable,
  createTransitGatewayVpcAttachment,
  createVpcBlockPublicAccessExclusion,
  createVpcEndpoint,
  createVpcEndpointServiceConfiguration,
  createVpnConnection,
  createVpnConnectionRoute,
  createVpnGateway,
  deleteCarrierGateway,
  deleteCustomerGateway,
  deleteKeyPair,
  deleteNetworkInsightsPath,
  deleteNetworkInterfacePermission,
  deleteSubnetCidrReservation,
  deleteTrafficMirrorFilter,
  deleteTrafficMirrorFilterRule,
  deleteTrafficMirrorSession,
  deleteTrafficMirrorTarget,
  deleteTransitGateway,
  deleteTransitGatewayPeeringAttachment,
  deleteTransitGatewayPrefixListReference,
  deleteTransitGatewayRoute,
  deleteTransitGatewayRouteTable,
  deleteTransitGatewayVpcAttachment,
  deleteVpcBlockPublicAccessExclusion,
  deleteVpcEndpointServiceConfigurations,
  deleteVpcEndpoints,
  deleteVpnConnection,
  deleteVpnConnectionRoute,
  deleteVpnGateway,
  describeAddressTransfers,
  describeCarrierGateways,
  describeCustomerGateways,
  describeKeyPairs,
  describeNetworkInsightsAnalyses,
  describeNetworkInsightsPaths,
  describeNetworkInterfacePermissions,
  describeTrafficMirrorFilterRules,
  describeTrafficMirrorFilters,
  describeTrafficMirrorSessions,
  describeTrafficMirrorTargets,
  describeTransitGatewayAttachments,
  describeTransitGatewayPeeringAttachments,
  describeTransitGatewayRouteTables,
  describeTransitGatewayVpcAttachments,
  describeTransitGateways,
  describeVpcBlockPublicAccessExclusions,
  describeVpcBlockPublicAccessOptions,
  describeVpcClassicLink,
  describeVpcClassicLinkDnsSupport,
  describeVpcEndpointConnections,
  describeVpcEndpointServiceConfigurations,
  describeVpcEndpointServicePermissions,
  describeVpcEndpointServices,
  describeVpcEndpoints,
  describeVpnConnections,
  describeVpnGateways,
  detachVpnGateway,
  disableTransitGatewayRouteTablePropagation,
  disableVgwRoutePropagation,
  disassociateTransitGatewayRouteTable,
  enableTransitGatewayRouteTablePropagation,
  enableVgwRoutePropagation,
  getSubnetCidrReservations,
  getTransitGatewayAttachmentPropagations,
  getTransitGatewayPrefixListReferences,
  getTransitGatewayRouteTableAssociations,
  getTransitGatewayRouteTablePropagations,
  importKeyPair,
  modifyTrafficMirrorFilterNetworkServices,
  modifyTrafficMirrorFilterRule,
  modifyTrafficMirrorSession,
  modifyTransitGateway,
  modifyTransitGatewayPrefixListReference,
  modifyTransitGatewayVpcAttachment,
  modifyVpcBlockPublicAccessExclusion,
  modifyVpcBlockPublicAccessOptions,
  modifyVpcEndpoint,
  modifyVpcEndpointServiceConfiguration,
  modifyVpcEndpointServicePermissions,
  modifyVpnConnectionOptions,
  modifyVpnTunnelOptions,
  rejectTransitGatewayPeeringAttachment,
  rejectTransitGatewayVpcAttachment,
  rejectVpcEndpointConnections,
  replaceTransitGatewayRoute,
  searchTransitGatewayRoutes,
];
