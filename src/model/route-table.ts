import type { Birth } from "./birth.ts";
import { owned } from "./birth.ts";
import type { RouteTable, RouteTarget, Vpc } from "./resource.ts";
import { find, listed, need, put } from "./world.ts";
import type { Change, World } from "./world.ts";

const local = (destination: string) => ({ destination, target: { type: "local" }, origin: "CreateRouteTable" }) as const;

/** The route table of a subnet that names none: every CIDR block of its VPC is local. */
export const makeMainRouteTable = (
  birth: Birth,
  { id, vpc, cidrs }: { id: RouteTable["id"]; vpc: Vpc["id"]; cidrs: readonly string[] },
): RouteTable => ({
  ...owned(birth),
  kind: "route-table",
  id,
  vpc,
  mainAssociation: birth.mint("route-table-association"),
  associations: [],
  routes: cidrs.map(local),
});

/** A block joined the VPC: every table of it gets the local route. */
export const addLocalRoutes = (world: World, vpc: string, cidr: string): Change[] =>
  [...listed(world, "routeTablesOfVpc", vpc).values()].map((table) =>
    put({ ...table, routes: [...table.routes, local(cidr)] }),
  );

/** A block left the VPC: its local route leaves every table. */
export const dropLocalRoutes = (world: World, vpc: string, cidr: string): Change[] =>
  [...listed(world, "routeTablesOfVpc", vpc).values()].map((table) =>
    put({ ...table, routes: table.routes.filter((route) => route.destination !== cidr || route.target.type !== "local") }),
  );

/** Whether what a route of the VPC leads to is not there: the route stays, and what it takes is dropped. */
export function isBlackhole(world: World, vpc: string, target: RouteTarget): boolean {
  switch (target.type) {
    case "local":
      return false;
    case "internet-gateway":
      return find(world, "internet-gateway", target.id)?.vpc !== vpc;
    case "egress-only-internet-gateway":
      return find(world, "egress-only-internet-gateway", target.id)?.vpc !== vpc;
    case "nat-gateway": {
      const gateway = find(world, "nat-gateway", target.id);
      return gateway === undefined || gateway.deleted !== undefined;
    }
    case "network-interface": {
      const { attachment } = find(world, "network-interface", target.id) ?? {};
      return !attachment || find(world, "instance", attachment.instance)?.state !== "running";
    }
    case "vpc-peering-connection":
      return find(world, "vpc-peering-connection", target.id)?.state !== "active";
  }
}

/** The table a subnet's packets are routed by: its own, else the main one of its VPC. */
export const routeTableOf = (world: World, subnet: { readonly id: string; readonly vpc: string }): RouteTable =>
  listed(world, "routeTablesOf", subnet.id).first() ?? need(world, "route-table", need(world, "vpc", subnet.vpc).mainRouteTable);
