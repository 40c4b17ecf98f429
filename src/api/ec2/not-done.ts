import type { Action } from "../operation.ts";

const noMirror = "no packet is copied";
const noTunnel = "no tunnel is opened; packets routed to a VPN gateway are dropped";
const noBlock = "gateways let everything pass, whatever the mode";
const noLogin = "no instance lets anybody in with it; 'bailey exec' opens a shell";
const noEndpoint = "nothing answers at an endpoint; packets to it are dropped";
const noTransit = "no packet passes a transit gateway; what is routed to it is dropped";

/** Of operations that make or turn on what is kept: what does not follow from it. Told to the operator at each call. */
const sentences = {
  AcceptTransitGatewayPeeringAttachment: noTransit,
  AcceptTransitGatewayVpcAttachment: noTransit,
  AcceptVpcEndpointConnections: noEndpoint,
  AssociateTransitGatewayRouteTable: noTransit,
  AttachVpnGateway: noTunnel,
  CreateCarrierGateway: "there is no carrier; packets routed to it are dropped",
  CreateCustomerGateway: "nothing ever connects to or from it",
  CreateKeyPair: noLogin,
  CreateNetworkInsightsPath: "no analysis of it can be started; ask 'bailey explain'",
  CreateNetworkInterfacePermission: "the other account has no way to use the interface",
  CreateSubnetCidrReservation: "addresses in it are given out like any others",
  CreateTrafficMirrorFilter: noMirror,
  CreateTrafficMirrorFilterRule: noMirror,
  CreateTrafficMirrorSession: noMirror,
  CreateTrafficMirrorTarget: noMirror,
  CreateTransitGateway: noTransit,
  CreateTransitGatewayPeeringAttachment: noTransit,
  CreateTransitGatewayPrefixListReference: noTransit,
  CreateTransitGatewayRoute: noTransit,
  CreateTransitGatewayRouteTable: noTransit,
  CreateTransitGatewayVpcAttachment: noTransit,
  CreateVpcBlockPublicAccessExclusion: noBlock,
  CreateVpcEndpoint: noEndpoint,
  CreateVpcEndpointServiceConfiguration: noEndpoint,
  CreateVpnConnection: "its tunnels are never up",
  CreateVpnConnectionRoute: "its VPN connection's tunnels are never up",
  CreateVpnGateway: noTunnel,
  EnableTransitGatewayRouteTablePropagation: noTransit,
  EnableVgwRoutePropagation: "no route is learned, as no tunnel is up",
  ImportKeyPair: noLogin,
  ModifyVpcBlockPublicAccessExclusion: noBlock,
  ModifyVpcBlockPublicAccessOptions: noBlock,
  ModifyVpcEndpoint: noEndpoint,
} as const satisfies { readonly [A in Action]?: string };

/** By operation. */
export const notDone: ReadonlyMap<string, string> = new Map(Object.entries(sentences));
