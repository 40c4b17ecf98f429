import type { Action } from "../operation.ts";

const noTunnel = "no tunnel is opened; packets routed to a VPN gateway are dropped";
const noEndpoint = "nothing answers at an endpoint; packets to it are dropped";
const noTransit = "no packet passes a transit gateway; what is routed to it is dropped";

/** Of operations that make or turn on what is kept: what does not follow from it. Told to the operator at each call. */
const sentences = {
  AcceptTransitGatewayPeeringAttachment: noTransit,
  AcceptTransitGatewayVpcAttachment: noTransit,
  AcceptVpcEndpointConnections: noEndpoint,
  AssociateTransitGatewayRouteTable: noTransit,
  AttachVpnGateway: noTunnel,
  CreateCustomerGateway: "nothing ever connects to or from it",
  CreateTransitGateway: noTransit,
  CreateTransitGatewayPeeringAttachment: noTransit,
  CreateTransitGatewayPrefixListReference: noTransit,
  CreateTransitGatewayRoute: noTransit,
  CreateTransitGatewayRouteTable: noTransit,
  CreateTransitGatewayVpcAttachment: noTransit,
  CreateVpcEndpoint: noEndpoint,
  CreateVpcEndpointServiceConfiguration: noEndpoint,
  CreateVpnConnection: "its tunnels are never up",
  CreateVpnConnectionRoute: "its VPN connection's tunnels are never up",
  CreateVpnGateway: noTunnel,
  EnableTransitGatewayRouteTablePropagation: noTransit,
  EnableVgwRoutePropagation: "no route is learned, as no tunnel is up",
  ModifyVpcEndpoint: noEndpoint,
} as const satisfies { readonly [A in Action]?: string };

/** By operation. */
export const notDone: ReadonlyMap<string, string> = new Map(Object.entries(sentences));
