import { cidrOf, covers } from "../values/ip.ts";
import type { Cidr, Family } from "../values/ip.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import { isGone } from "./gone.ts";
import type { Departing } from "./gone.ts";
import type { Route, RouteTable, RouteTableAssociation, RouteTarget, Subnet, Vpc } from "./resource.ts";
import { find, listed, need, put } from "./world.ts";
import type { Change, World } from "./world.ts";

const local = (destination: string) => ({ destination, target: { type: "local" }, origin: "CreateRouteTable" }) as const;

interface RouteTablePlan {
  readonly id: RouteTable["id"];
  readonly vpc: Vpc["id"];
  /** The VPC's, of both families. */
  readonly cidrs: readonly string[];
  readonly tags?: Tags;
}

/** A route table associated with nothing: every CIDR block of its VPC is local. */
export const makeRouteTable = (birth: Birth, { id, vpc, cidrs, tags }: RouteTablePlan): RouteTable => ({
  ...owned(birth, tags),
  kind: "route-table",
  id,
  vpc,
  associations: [],
  routes: cidrs.map(local),
});

/** The route table of every subnet of its VPC that is associated with none. */
export const makeMainRouteTable = (birth: Birth, plan: RouteTablePlan): RouteTable => ({
  ...makeRouteTable(birth, plan),
  mainAssociation: birth.mint("route-table-association"),
});

/** A block joined the VPC: every table of it gets the local route. */
export const addLocalRoutes = (world: World, vpc: string, cidr: string): Change[] =>
  [...listed(world, "routeTablesOfVpc", vpc).values()].map((table) =>
    put({ ...table, routes: [...table.routes, local(cidr)] }),
  );

/** A block left the VPC: its local route leaves every table, wherever it led. */
export const dropLocalRoutes = (world: World, vpc: string, cidr: string): Change[] =>
  [...listed(world, "routeTablesOfVpc", vpc).values()].map((table) =>
    put({ ...table, routes: table.routes.filter((route) => route.destination !== cidr || !isLocalRoute(route)) }),
  );

/** Whether a route is the one to a whole block of the VPC, which may be led elsewhere but is in every table. */
export const isLocalRoute = ({ origin }: Route): boolean => origin === "CreateRouteTable";

/** Whether the destination is a prefix list. */
export const isPrefixList = (destination: string): boolean => destination.startsWith("pl-");

/** The first table of the VPC with a route, other than a local one, to the block or to a part of it. */
export const tableRoutingInto = (world: World, vpc: string, block: Cidr): RouteTable | undefined =>
  listed(world, "routeTablesOfVpc", vpc).find(({ routes }) =>
    routes.some((route) => !isLocalRoute(route) && !isPrefixList(route.destination) && covers(block, cidrOf(route.destination))),
  );

/** The family of what a destination names: a prefix, or an existing prefix list. */
export const familyOf = (world: World, destination: string): Family =>
  isPrefixList(destination) ? need(world, "prefix-list", destination).family : cidrOf(destination).family;

/** What routes count against a table's quota, in each family: a prefix list counts as its size. */
export function routeWeights(world: World, routes: readonly Route[]): Record<Family, number> {
  const weights = { 4: 0, 6: 0 };
  for (const { destination } of routes) {
    const weight = isPrefixList(destination) ? need(world, "prefix-list", destination).maxEntries : 1;
    weights[familyOf(world, destination)] += weight;
  }
  return weights;
}

const isThere = (resource: Departing | undefined): boolean => resource !== undefined && !isGone(resource);

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
    case "vpn-gateway":
      return find(world, "vpn-gateway", target.id)?.vpc !== vpc;
    case "carrier-gateway":
      return !isThere(find(world, "carrier-gateway", target.id));
    case "vpc-endpoint":
      return !isThere(find(world, "vpc-endpoint", target.id));
    case "transit-gateway":
      return !listed(world, "transitAttachmentsOfVpc", vpc).some(({ gateway }) => gateway === target.id);
  }
}

/** The table a subnet's packets are routed by: its own, else the main one of its VPC. */
export const routeTableOf = (world: World, subnet: { readonly id: string; readonly vpc: string }): RouteTable =>
  listed(world, "routeTablesOf", subnet.id).first() ?? need(world, "route-table", need(world, "vpc", subnet.vpc).mainRouteTable);

/** Whether it routes what comes in through a gateway. */
export const isGatewayTable = ({ associations }: RouteTable): boolean => associations.some(({ gateway }) => gateway !== undefined);

type Associated = Omit<RouteTableAssociation, "id">;

/** The table, routing for one more subnet or gateway, which no table is associated with. */
export function associateTable(birth: Birth, table: RouteTable, associated: Associated): { table: RouteTable; id: RouteTableAssociation["id"] } {
  const id = birth.mint("route-table-association");
  return { table: { ...table, associations: [...table.associations, { ...associated, id }] }, id };
}

/** The table without one of its associations. */
export const dissociateTable = (table: RouteTable, id: string): RouteTable => ({
  ...table,
  associations: table.associations.filter((association) => association.id !== id),
});

/** A subnet goes, and its association with it. */
export const forgetSubnet = (world: World, subnet: Subnet): Change[] =>
  [...listed(world, "routeTablesOf", subnet.id).values()].map((table) =>
    put({ ...table, associations: table.associations.filter((association) => association.subnet !== subnet.id) }),
  );

/** Another table of the VPC becomes its main one. */
export function makeMain(world: World, birth: Birth, table: RouteTable): { id: RouteTableAssociation["id"]; changes: Change[] } {
  const vpc = need(world, "vpc", table.vpc);
  const { mainAssociation: _, ...former } = need(world, "route-table", vpc.mainRouteTable);
  const id = birth.mint("route-table-association");
  return { id, changes: [put(former), put({ ...table, mainAssociation: id }), put({ ...vpc, mainRouteTable: table.id })] };
}

/** The tables with a route to or through it: a prefix list, a gateway, an interface, a peering connection. */
export const tablesNaming = (world: World, id: string): RouteTable[] =>
  [...listed(world, "routeTablesNaming", id).values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
