import type { Route, RouteTable as RouteTableView } from "@aws-sdk/client-ec2";
import type { RouteTable } from "../../model/resource.ts";
import type { World } from "../../model/world.ts";
import { isRefusal } from "../../values/refuse.ts";
import type { Filters } from "../filters.ts";
import { operation } from "../operation.ts";
import { tagList } from "../tags.ts";
import { describe } from "./describe.ts";

const routeView = ({ destination, target, origin }: RouteTable["routes"][number]): Route => ({
  [destination.includes(":") ? "DestinationIpv6CidrBlock" : "DestinationCidrBlock"]: destination,
  GatewayId: target.type === "local" ? "local" : target.id,
  Origin: origin,
  State: "active",
});

const view = (_world: World, table: RouteTable): RouteTableView => ({
  RouteTableId: table.id,
  VpcId: table.vpc,
  OwnerId: table.account,
  Routes: table.routes.map(routeView),
  Associations:
    table.mainAssociation === undefined
      ? []
      : [
          {
            RouteTableAssociationId: table.mainAssociation,
            RouteTableId: table.id,
            Main: true,
            AssociationState: { State: "associated" },
          },
        ],
  PropagatingVgws: [],
  Tags: tagList(table.tags),
});

const routes = (table: RouteTableView) => table.Routes ?? [];
const associations = (table: RouteTableView) => table.Associations ?? [];

const filters: Filters<RouteTableView> = {
  "association.main": (table) => associations(table).map(({ Main }) => Main),
  "association.route-table-association-id": (table) => associations(table).map((one) => one.RouteTableAssociationId),
  "association.route-table-id": (table) => associations(table).map(({ RouteTableId }) => RouteTableId),
  "association.subnet-id": (table) => associations(table).map(({ SubnetId }) => SubnetId),
  "owner-id": (table) => [table.OwnerId],
  "route-table-id": (table) => [table.RouteTableId],
  "route.destination-cidr-block": (table) => routes(table).map((route) => route.DestinationCidrBlock),
  "route.destination-ipv6-cidr-block": (table) => routes(table).map((route) => route.DestinationIpv6CidrBlock),
  "route.gateway-id": (table) => routes(table).map(({ GatewayId }) => GatewayId),
  "route.origin": (table) => routes(table).map(({ Origin }) => Origin),
  "route.state": (table) => routes(table).map(({ State }) => State),
  "vpc-id": (table) => [table.VpcId],
};

const listing = {
  kind: "route-table",
  ids: { parameter: "RouteTableIds", alone: false },
  bounds: [5, 100],
  filters,
  view,
} as const;

export const describeRouteTables = operation({
  name: "DescribeRouteTables",
  run(world, input, call) {
    const page = describe(listing, world, call, { ...input, ids: input.RouteTableIds });
    return isRefusal(page) ? page : { output: { RouteTables: [...page.items], NextToken: page.next } };
  },
});
