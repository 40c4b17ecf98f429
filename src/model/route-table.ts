import type { Birth } from "./birth.ts";
import { owned } from "./birth.ts";
import type { RouteTable, Vpc } from "./resource.ts";
import { listed, put } from "./world.ts";
import type { Change, World } from "./world.ts";

const local = (destination: string) => ({ destination, gateway: "local", origin: "CreateRouteTable" }) as const;

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
    put({ ...table, routes: table.routes.filter((route) => route.destination !== cidr || route.gateway !== "local") }),
  );
