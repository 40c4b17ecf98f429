import type { TransitGatewayRouteTable as TableView, TransitGateway as GatewayView } from "@aws-sdk/client-ec2";
import { isGone } from "../../../model/gone.ts";
import type { TransitGateway } from "../../../model/transit-gateway.ts";
import type { TransitRouteTable } from "../../../model/transit-route-table.ts";
import { find } from "../../../model/world.ts";
import type { World } from "../../../model/world.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";
import { arnOf } from "./arn.ts";

export const switchView = (on: boolean): "enable" | "disable" => (on ? "enable" : "disable");

export const transitGatewayView = (_world: World, gateway: TransitGateway): GatewayView => ({
  TransitGatewayId: gateway.id,
  TransitGatewayArn: arnOf(gateway, "transit-gateway", gateway.id),
  State: isGone(gateway) ? "deleted" : "available",
  OwnerId: gateway.account,
  Description: gateway.description,
  CreationTime: new Date(gateway.created),
  Options: {
    AmazonSideAsn: gateway.asn,
    TransitGatewayCidrBlocks: [...gateway.cidrs],
    AutoAcceptSharedAttachments: switchView(gateway.autoAccept),
    DefaultRouteTableAssociation: switchView(gateway.associatesByDefault),
    AssociationDefaultRouteTableId: gateway.associationTable,
    DefaultRouteTablePropagation: switchView(gateway.propagatesByDefault),
    PropagationDefaultRouteTableId: gateway.propagationTable,
    VpnEcmpSupport: switchView(gateway.vpnEcmp),
    DnsSupport: switchView(gateway.dns),
    SecurityGroupReferencingSupport: switchView(gateway.groupReferencing),
    MulticastSupport: switchView(gateway.multicast),
  },
  Tags: tagList(gateway.tags),
});

export const transitGatewayFilters: Filters<GatewayView> = {
  "options.amazon-side-asn": ({ Options }) => [Options?.AmazonSideAsn],
  "options.association-default-route-table-id": ({ Options }) => [Options?.AssociationDefaultRouteTableId],
  "options.auto-accept-shared-attachments": ({ Options }) => [Options?.AutoAcceptSharedAttachments],
  "options.default-route-table-association": ({ Options }) => [Options?.DefaultRouteTableAssociation],
  "options.default-route-table-propagation": ({ Options }) => [Options?.DefaultRouteTablePropagation],
  "options.dns-support": ({ Options }) => [Options?.DnsSupport],
  "options.propagation-default-route-table-id": ({ Options }) => [Options?.PropagationDefaultRouteTableId],
  "options.vpn-ecmp-support": ({ Options }) => [Options?.VpnEcmpSupport],
  "owner-id": (gateway) => [gateway.OwnerId],
  state: (gateway) => [gateway.State],
  "transit-gateway-id": (gateway) => [gateway.TransitGatewayId],
};

export function transitTableView(world: World, table: TransitRouteTable): TableView {
  const gateway = find(world, "transit-gateway", table.gateway);
  return {
    TransitGatewayRouteTableId: table.id,
    TransitGatewayId: table.gateway,
    State: isGone(table) ? "deleted" : "available",
    DefaultAssociationRouteTable: gateway?.associationTable === table.id,
    DefaultPropagationRouteTable: gateway?.propagationTable === table.id,
    CreationTime: new Date(table.created),
    Tags: tagList(table.tags),
  };
}

export const transitTableFilters: Filters<TableView> = {
  "default-association-route-table": (table) => [table.DefaultAssociationRouteTable],
  "default-propagation-route-table": (table) => [table.DefaultPropagationRouteTable],
  state: (table) => [table.State],
  "transit-gateway-id": (table) => [table.TransitGatewayId],
  "transit-gateway-route-table-id": (table) => [table.TransitGatewayRouteTableId],
};
