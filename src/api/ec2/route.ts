import type { Route, RouteTable } from "../../model/resource.ts";
import { isLocalRoute, isPrefixList } from "../../model/route-table.ts";
import { find, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { locate } from "./lookup.ts";
import { nameOfDestination, parseDestination, refuseReserved } from "./route-destination.ts";
import { refuseRoute, tableFits } from "./route-rules.ts";
import { locateTarget, missingGateway, nameTarget } from "./route-target.ts";

/** A route a call asks for, in the table it is for; `existing` is the one that has its destination now. */
interface Asked extends Pick<Route, "destination" | "target"> {
  readonly table: RouteTable;
  readonly existing: Route | undefined;
}

/** Reads what CreateRoute and ReplaceRoute are given. Refuses what is malformed, then what isn't there. */
function parseRoute(world: World, input: Input<"ReplaceRoute">, call: Call): Asked | Refusal {
  const destination = parseDestination(input);
  if (isRefusal(destination)) return destination;
  const named = nameTarget(input);
  if (isRefusal(named)) return named;
  const reserved = isPrefixList(destination) ? undefined : refuseReserved(destination);
  if (reserved) return reserved;
  const table = locate(world, call, "route-table", input.RouteTableId ?? "");
  if (isRefusal(table)) return table;
  const list = isPrefixList(destination) ? locate(world, call, "prefix-list", destination) : undefined;
  if (isRefusal(list)) return list;
  const target = locateTarget(world, call, table, named);
  if (isRefusal(target)) return target;
  return { table, destination, target, existing: routeTo(table, destination) };
}

const routeTo = ({ routes }: RouteTable, destination: string): Route | undefined =>
  routes.find((route) => route.destination === destination);

const sameTarget = (a: Route["target"], b: Route["target"]): boolean =>
  a.type === b.type && ("id" in a ? a.id : "") === ("id" in b ? b.id : "");

/** Adds a route to a table. The very same route again changes nothing. */
export const createRoute = operation({
  name: "CreateRoute",
  run(world, input, call) {
    const asked = parseRoute(world, input, call);
    if (isRefusal(asked)) return asked;
    const { table, destination, target, existing } = asked;
    // Every table has its local routes from the start.
    if (target.type === "local") return missingGateway("local");
    const wrong = refuseRoute(world, table, asked);
    if (wrong) return wrong;
    if (existing) {
      return sameTarget(existing.target, target)
        ? { output: { Return: true } }
        : refuse("RouteAlreadyExists", `The route identified by ${destination} already exists.`);
    }
    const changed: RouteTable = { ...table, routes: [...table.routes, { destination, target, origin: "CreateRoute" }] };
    if (!tableFits(world, call, changed)) {
      return refuse("RouteLimitExceeded", "The maximum number of routes has been reached.");
    }
    return { changes: [put(changed)], output: { Return: true } };
  },
});

/** Leads a route of a table elsewhere; a local one, too, and back. */
export const replaceRoute = operation({
  name: "ReplaceRoute",
  run(world, input, call) {
    const asked = parseRoute(world, input, call);
    if (isRefusal(asked)) return asked;
    const { table, destination, target, existing } = asked;
    const wrong = refuseRoute(world, table, asked);
    if (wrong) return wrong;
    if (!existing) {
      return refuse(
        "InvalidParameterValue",
        `There is no route defined for '${destination}' in the route table. Use CreateRoute instead.`,
      );
    }
    const kept = refuseEndpointRoute(world, table, existing);
    if (kept) return kept;
    const routes = table.routes.map((route) => (route === existing ? { ...route, target } : route));
    return { changes: sameTarget(existing.target, target) ? [] : [put({ ...table, routes })], output: {} };
  },
});

/** Refuses to touch a route that a gateway endpoint made for itself. */
const refuseEndpointRoute = (world: World, table: RouteTable, { destination, target }: Route): Refusal | undefined =>
  target.type === "vpc-endpoint" && find(world, "vpc-endpoint", target.id)?.type === "Gateway"
    ? refuse("InvalidParameterValue", `cannot remove VPC endpoint route ${destination} in route table ${table.id}`)
    : undefined;

/** Takes a route out of a table; never a local one. */
export const deleteRoute = operation({
  name: "DeleteRoute",
  run(world, input, call) {
    const destination = parseDestination(input);
    if (isRefusal(destination)) return destination;
    const table = locate(world, call, "route-table", input.RouteTableId ?? "");
    if (isRefusal(table)) return table;
    const existing = routeTo(table, destination);
    if (!existing) {
      return refuse("InvalidRoute.NotFound", `no route with ${nameOfDestination(destination)} in route table ${table.id}`);
    }
    const kept = refuseEndpointRoute(world, table, existing);
    if (kept) return kept;
    if (isLocalRoute(existing)) {
      return refuse("InvalidParameterValue", `cannot remove local route ${destination} in route table ${table.id}`);
    }
    return { changes: [put({ ...table, routes: table.routes.filter((route) => route !== existing) })], output: {} };
  },
});
