import type {
  Route as RouteView,
  RouteTableAssociation as AssociationView,
  RouteTable as RouteTableView,
} from "@aws-sdk/client-ec2";
import type { Route, RouteTable, RouteTarget } from "../../../model/resource.ts";
import { isBlackhole, isPrefixList } from "../../../model/route-table.ts";
import { find } from "../../../model/world.ts";
import type { World } from "../../../model/world.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";

function destinationView(destination: string): RouteView {
  if (isPrefixList(destination)) return { DestinationPrefixListId: destination };
  return destination.includes(":") ? { DestinationIpv6CidrBlock: destination } : { DestinationCidrBlock: destination };
}

function targetView(world: World, target: RouteTarget): RouteView {
  switch (target.type) {
    case "local":
      return { GatewayId: "local" };
    case "internet-gateway":
      return { GatewayId: target.id };
    case "egress-only-internet-gateway":
      return { EgressOnlyInternetGatewayId: target.id };
    case "nat-gateway":
      return { NatGatewayId: target.id };
    case "network-interface": {
      const eni = find(world, "network-interface", target.id);
      const instance = eni?.attachment && { InstanceId: eni.attachment.instance, InstanceOwnerId: eni.account };
      return { NetworkInterfaceId: target.id, ...instance };
    }
    case "vpc-peering-connection":
      return { VpcPeeringConnectionId: target.id };
    case "vpn-gateway":
    case "vpc-endpoint":
      return { GatewayId: target.id };
    case "carrier-gateway":
      return { CarrierGatewayId: target.id };
    case "transit-gateway":
      return { TransitGatewayId: target.id };
  }
}

const routeView = (world: World, vpc: string, { destination, target, origin }: Route): RouteView => ({
  ...destinationView(destination),
  ...targetView(world, target),
  Origin: origin,
  State: isBlackhole(world, vpc, target) ? "blackhole" : "active",
});

/** Every association is in force once a call has answered. */
export const associated: NonNullable<AssociationView["AssociationState"]> = { State: "associated" };

function associationViews({ id, mainAssociation, associations }: RouteTable): AssociationView[] {
  const main = mainAssociation === undefined ? [] : [{ RouteTableAssociationId: mainAssociation, Main: true }];
  const explicit = associations.map(({ id: RouteTableAssociationId, subnet, gateway }) => ({
    RouteTableAssociationId,
    Main: false,
    SubnetId: subnet,
    GatewayId: gateway,
  }));
  return [...main, ...explicit].map((view) => ({ ...view, RouteTableId: id, AssociationState: associated }));
}

export const routeTableView = (world: World, table: RouteTable): RouteTableView => ({
  RouteTableId: table.id,
  VpcId: table.vpc,
  OwnerId: table.account,
  Routes: table.routes.map((route) => routeView(world, table.vpc, route)),
  Associations: associationViews(table),
  PropagatingVgws: (table.propagating ?? []).map((GatewayId) => ({ GatewayId })),
  Tags: tagList(table.tags),
});

const routes = (table: RouteTableView) => table.Routes ?? [];
const associations = (table: RouteTableView) => table.Associations ?? [];

export const routeTableFilters: Filters<RouteTableView> = {
  "association.gateway-id": (table) => associations(table).map(({ GatewayId }) => GatewayId),
  "association.main": (table) => associations(table).map(({ Main }) => Main),
  "association.route-table-association-id": (table) => associations(table).map((one) => one.RouteTableAssociationId),
  "association.route-table-id": (table) => associations(table).map(({ RouteTableId }) => RouteTableId),
  "association.subnet-id": (table) => associations(table).map(({ SubnetId }) => SubnetId),
  "owner-id": (table) => [table.OwnerId],
  "route-table-id": (table) => [table.RouteTableId],
  "route.destination-cidr-block": (table) => routes(table).map((route) => route.DestinationCidrBlock),
  "route.destination-ipv6-cidr-block": (table) => routes(table).map((route) => route.DestinationIpv6CidrBlock),
  "route.destination-prefix-list-id": (table) => routes(table).map((route) => route.DestinationPrefixListId),
  "route.egress-only-internet-gateway-id": (table) => routes(table).map((route) => route.EgressOnlyInternetGatewayId),
  "route.gateway-id": (table) => routes(table).map(({ GatewayId }) => GatewayId),
  "route.instance-id": (table) => routes(table).map(({ InstanceId }) => InstanceId),
  "route.nat-gateway-id": (table) => routes(table).map(({ NatGatewayId }) => NatGatewayId),
  "route.origin": (table) => routes(table).map(({ Origin }) => Origin),
  "route.state": (table) => routes(table).map(({ State }) => State),
  "route.transit-gateway-id": (table) => routes(table).map(({ TransitGatewayId }) => TransitGatewayId),
  "route.vpc-peering-connection-id": (table) => routes(table).map((route) => route.VpcPeeringConnectionId),
  "vpc-id": (table) => [table.VpcId],
};
