import type { Route, RouteTable, RouteTarget, Vpc } from "../../model/resource.ts";
import { familyOf, isGatewayTable, isPrefixList, routeWeights } from "../../model/route-table.ts";
import { blocksOf } from "../../model/vpc.ts";
import { listed, need } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { cidrOf, covers } from "../../values/ip.ts";
import { refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import type { Call } from "../operation.ts";

type Leading = Pick<Route, "destination" | "target">;

const invalid = (message: string): Refusal => refuse("InvalidParameterValue", message);

/** Refuses a route that may not be in this table, whatever other routes are in it. */
export function refuseRoute(world: World, table: RouteTable, route: Leading): Refusal | undefined {
  const vpc = need(world, "vpc", table.vpc);
  return (
    refuseFamily(world, route) ??
    refuseInsideVpc(world, vpc, route) ??
    (isGatewayTable(table) ? refuseFromGateway(vpc, route) : undefined)
  );
}

/** Refuses a table for what comes in through a gateway: a main one, or one with a route that can't be in such a table. */
export function refuseGatewayTable(world: World, table: RouteTable): Refusal | undefined {
  if (table.mainAssociation !== undefined) return invalid(`The main route table ${table.id} can't be associated with a gateway.`);
  const vpc = need(world, "vpc", table.vpc);
  for (const route of table.routes) {
    const wrong = refuseFromGateway(vpc, route) ?? refuseInsideVpc(world, vpc, route);
    if (wrong) return wrong;
  }
  return undefined;
}

const nat64 = cidrOf("64:ff9b::/96");

/** Two kinds of gateway take one family only. */
function refuseFamily(world: World, { destination, target }: Leading): Refusal | undefined {
  const family = familyOf(world, destination);
  if (target.type === "egress-only-internet-gateway" && family === 4) {
    return invalid(`The egress-only internet gateway ${target.id} takes IPv6 traffic only.`);
  }
  if (target.type !== "nat-gateway" || family === 4) return undefined;
  return !isPrefixList(destination) && covers(nat64, cidrOf(destination))
    ? refuse("UnsupportedOperation", "NAT64 is not supported: a NAT gateway takes IPv4 traffic only.")
    : invalid(`The NAT gateway ${target.id} takes IPv4 traffic only.`);
}

/** A block of the VPC, or all of a subnet, can be led through an appliance or a NAT gateway; no other part of the VPC. */
function refuseInsideVpc(world: World, vpc: Vpc, { destination, target }: Leading): Refusal | undefined {
  const isBlock = [...vpc.cidrs, ...vpc.ipv6Cidrs].some(({ cidr }) => cidr === destination);
  if (target.type === "local") {
    return isBlock ? undefined : invalid("local-target only allowed with network local destination CIDRs");
  }
  if (!isInside(vpc, destination)) return undefined;
  if (!intercepts(target)) {
    return invalid(
      `The destination CIDR block ${destination} is equal to or more specific than one of this VPC's CIDR blocks. This route can target only an interface or an instance.`,
    );
  }
  const isSubnet = listed(world, "subnetsOfVpc", vpc.id).some(
    ({ cidr, ipv6Cidrs }) => cidr === destination || ipv6Cidrs.some((block) => block.cidr === destination),
  );
  return isBlock || isSubnet ? undefined : invalid("Route destination doesn't match any subnet CIDR blocks.");
}

/** What packets of the VPC's own can be led through. */
const intercepts = ({ type }: RouteTarget): boolean => ["network-interface", "nat-gateway", "vpc-endpoint"].includes(type);

const isInside = (vpc: Vpc, destination: string): boolean =>
  !isPrefixList(destination) && blocksOf(vpc).some((block) => covers(block, cidrOf(destination)));

/** What comes in through a gateway can only go into the VPC, directly or through an appliance. */
function refuseFromGateway(vpc: Vpc, { destination, target }: Leading): Refusal | undefined {
  if (target.type !== "local" && target.type !== "network-interface" && target.type !== "vpc-endpoint") {
    return invalid(`A route table associated with a gateway can't have the target ${target.id}: only local and network interfaces.`);
  }
  return isInside(vpc, destination)
    ? undefined
    : invalid(`A route table associated with a gateway can't have the destination ${destination}: only blocks of the VPC and of its subnets.`);
}

/** Whether a table has room for its routes, in each family. */
export function tableFits(world: World, { quotas }: Call, { routes }: Pick<RouteTable, "routes">): boolean {
  const weights = routeWeights(world, routes);
  return Math.max(weights[4], weights[6]) <= quotas.routesPerTable;
}
