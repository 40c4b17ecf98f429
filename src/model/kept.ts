/** What is stored and shown, and not acted on. */
import type { Id } from "../values/id.ts";
import type { PublicAccessExclusion } from "./block-public-access.ts";
import type { CarrierGateway } from "./carrier-gateway.ts";
import type { CustomerGateway } from "./customer-gateway.ts";
import type { InterfacePermission } from "./interface-permission.ts";
import type { KeyPair } from "./key-pair.ts";
import type { InsightsPath } from "./network-insights-path.ts";
import type { SubnetReservation } from "./subnet-reservation.ts";
import type { MirrorFilter, MirrorRule, MirrorSession, MirrorTarget } from "./traffic-mirror.ts";
import type { TransitAttachment } from "./transit-attachment.ts";
import type { TransitGateway } from "./transit-gateway.ts";
import type { TransitRouteTable } from "./transit-route-table.ts";
import type { VpcEndpointService } from "./vpc-endpoint-service.ts";
import type { VpcEndpoint } from "./vpc-endpoint.ts";
import type { VpnConnection } from "./vpn-connection.ts";
import type { VpnGateway } from "./vpn-gateway.ts";

export type KeptResource =
  | CustomerGateway
  | VpnGateway
  | VpnConnection
  | TransitGateway
  | TransitAttachment
  | TransitRouteTable
  | VpcEndpoint
  | VpcEndpointService
  | CarrierGateway
  | KeyPair
  | SubnetReservation
  | PublicAccessExclusion
  | InterfacePermission
  | MirrorFilter
  | MirrorRule
  | MirrorTarget
  | MirrorSession
  | InsightsPath;

/** What a route leads there is dropped. */
export type KeptTarget =
  | { readonly type: "vpn-gateway"; readonly id: Id<"vpn-gateway"> }
  | { readonly type: "transit-gateway"; readonly id: Id<"transit-gateway"> }
  | { readonly type: "vpc-endpoint"; readonly id: Id<"vpc-endpoint"> }
  | { readonly type: "carrier-gateway"; readonly id: Id<"carrier-gateway"> };
