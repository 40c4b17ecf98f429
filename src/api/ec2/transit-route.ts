import type { TransitGatewayRoute } from "@aws-sdk/client-ec2";
import { isAvailable } from "../../model/transit-attachment.ts";
import { effectiveRoutes } from "../../model/transit-route-table.ts";
import type { EffectiveRoute, TransitRoute, TransitRouteTable } from "../../model/transit-route-table.ts";
import { find, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { cidrOf, covers, formatCidr, parseCidr } from "../../values/ip.ts";
import type { Cidr } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import type { Filters, Tagged } from "../filters.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { locateLiving } from "./lookup.ts";
import { invalidValue } from "./parameter.ts";
import { locatePair } from "./transit-route-table.ts";
import { attachedView } from "./views/transit-attachment.ts";

type View = TransitGatewayRoute & Tagged;

/** A route as it is shown. One to an attachment that is not there, or takes no part, is a blackhole. */
export function transitRouteView(world: World, call: Call, { destination, attachment, propagated }: EffectiveRoute): View {
  const found = attachment === undefined ? undefined : find(world, "transit-gateway-attachment", attachment);
  const destinationView = destination.startsWith("pl-") ? { PrefixListId: destination } : { DestinationCidrBlock: destination };
  return {
    ...destinationView,
    ...(found && { TransitGatewayAttachments: [{ TransitGatewayAttachmentId: found.id, ...attachedView(found, call) }] }),
    Type: propagated ? "propagated" : "static",
    State: found && isAvailable(world, found.id) ? "active" : "blackhole",
  };
}

const staticView = (world: World, call: Call, route: TransitRoute): View => transitRouteView(world, call, { ...route, propagated: false });

interface Target {
  readonly TransitGatewayRouteTableId?: string | undefined;
  readonly TransitGatewayAttachmentId?: string | undefined;
  readonly Blackhole?: boolean | undefined;
}

/** The table, and the attachment a route of it is to lead to: exactly one that is there, or none for a blackhole. */
export function locateTransitTarget(
  world: World,
  call: Call,
  { Blackhole, ...names }: Target,
): { readonly table: TransitRouteTable; readonly to: Pick<TransitRoute, "attachment"> } | Refusal {
  if ((Blackhole === true) === (names.TransitGatewayAttachmentId !== undefined)) {
    return refuse("InvalidParameterCombination", "The request must contain exactly one of transitGatewayAttachmentId or blackhole");
  }
  if (Blackhole === true) {
    const table = locateLiving(world, call, "transit-gateway-route-table", names.TransitGatewayRouteTableId ?? "");
    return isRefusal(table) ? table : { table, to: {} };
  }
  const pair = locatePair(world, call, names);
  if (isRefusal(pair)) return pair;
  return pair.attachment.state === "available"
    ? { table: pair.table, to: { attachment: pair.attachment.id } }
    : refuse("IncorrectState", `${pair.attachment.id} is in invalid state: ${pair.attachment.state}`);
}

function parseDestination(text = ""): string | Refusal {
  const cidr = parseCidr(text);
  return cidr ? formatCidr(cidr) : invalidValue("destinationCidrBlock", text, "This is not a valid CIDR block.");
}

export const createTransitGatewayRoute = operation({
  name: "CreateTransitGatewayRoute",
  run(world, { DestinationCidrBlock, ...target }, call) {
    const asked = parseRoute(world, call, DestinationCidrBlock, target);
    if (isRefusal(asked)) return asked;
    const { table, route, existing } = asked;
    if (existing) return presentRoute(table, route.destination);
    return {
      changes: [put({ ...table, routes: [...table.routes, route] })],
      output: { Route: staticView(world, call, route) },
    };
  },
});

export const replaceTransitGatewayRoute = operation({
  name: "ReplaceTransitGatewayRoute",
  run(world, { DestinationCidrBlock, ...target }, call) {
    const asked = parseRoute(world, call, DestinationCidrBlock, target);
    if (isRefusal(asked)) return asked;
    const { table, route, existing } = asked;
    if (!existing) return missingRoute(table, route.destination);
    return {
      changes: [put({ ...table, routes: table.routes.map((one) => (one === existing ? route : one)) })],
      output: { Route: staticView(world, call, route) },
    };
  },
});

interface Asked {
  readonly table: TransitRouteTable;
  readonly route: TransitRoute;
  readonly existing: TransitRoute | undefined;
}

function parseRoute(world: World, call: Call, text: string | undefined, target: Target): Asked | Refusal {
  const destination = parseDestination(text);
  if (isRefusal(destination)) return destination;
  const located = locateTransitTarget(world, call, target);
  if (isRefusal(located)) return located;
  const { table, to } = located;
  return { table, route: { destination, ...to }, existing: table.routes.find((route) => route.destination === destination) };
}

export const presentRoute = (table: TransitRouteTable, destination: string): Refusal =>
  refuse("RouteAlreadyExists", `Route ${destination} already exists in Transit Gateway Route Table ${table.id}.`);

export const missingRoute = (table: TransitRouteTable, destination: string): Refusal =>
  refuse("InvalidRoute.NotFound", `Route ${destination} does not exist in Transit Gateway Route Table ${table.id}.`);

/** Takes a static route out of a table. */
export const deleteTransitGatewayRoute = operation({
  name: "DeleteTransitGatewayRoute",
  run(world, { DestinationCidrBlock, TransitGatewayRouteTableId = "" }, call) {
    const destination = parseDestination(DestinationCidrBlock);
    if (isRefusal(destination)) return destination;
    const table = locateLiving(world, call, "transit-gateway-route-table", TransitGatewayRouteTableId);
    if (isRefusal(table)) return table;
    const existing = table.routes.find((route) => route.destination === destination);
    if (!existing) return missingRoute(table, destination);
    return {
      changes: [put({ ...table, routes: table.routes.filter((route) => route !== existing) })],
      output: { Route: { ...staticView(world, call, existing), State: "deleted" as const } },
    };
  },
});

const attachments = (route: View) => route.TransitGatewayAttachments ?? [];

const filters: Filters<View> = {
  "attachment.resource-id": (route) => attachments(route).map(({ ResourceId }) => ResourceId),
  "attachment.resource-type": (route) => attachments(route).map(({ ResourceType }) => ResourceType),
  "attachment.transit-gateway-attachment-id": (route) => attachments(route).map((one) => one.TransitGatewayAttachmentId),
  "prefix-list-id": (route) => [route.PrefixListId],
  state: (route) => [route.State],
  type: (route) => [route.Type],
};

/** How a route's prefix is compared with one that is searched for. */
const searches = {
  "route-search.exact-match": (route: Cidr, asked: Cidr) => formatCidr(route) === formatCidr(asked),
  "route-search.longest-prefix-match": covers,
  "route-search.subnet-of-match": (route: Cidr, asked: Cidr) => covers(asked, route),
  "route-search.supernet-of-match": covers,
} as const;
type Search = keyof typeof searches;
const isSearch = (name: string | undefined): name is Search => name !== undefined && Object.hasOwn(searches, name);

/** The routes that pass one search: any of its values matches; of a longest match, the longest. */
function search(routes: readonly View[], name: Search, values: readonly Cidr[]): View[] {
  const prefixOf = ({ DestinationCidrBlock: text }: View) => (text === undefined ? undefined : cidrOf(text));
  const matching = (asked: Cidr) =>
    routes.filter((route) => {
      const prefix = prefixOf(route);
      return prefix && searches[name](prefix, asked);
    });
  const found = values.flatMap((asked) => {
    const all = matching(asked);
    if (name !== "route-search.longest-prefix-match") return all;
    const longest = Math.max(...all.map((route) => prefixOf(route)?.length ?? 0));
    return all.filter((route) => prefixOf(route)?.length === longest);
  });
  return routes.filter((route) => found.includes(route));
}

const mostRoutes = 1000;

/** The routes of a table, static and propagated, that pass the filters. */
export const searchTransitGatewayRoutes = operation({
  name: "SearchTransitGatewayRoutes",
  run(world, input, call) {
    const asked = parsePageRequest(input, [5, mostRoutes], "transit routes");
    if (isRefusal(asked)) return asked;
    const passes = parseFilters(filters, input.Filters?.filter(({ Name }) => !isSearch(Name)));
    if (isRefusal(passes)) return passes;
    const wanted = parseSearches(input);
    if (isRefusal(wanted)) return wanted;
    const table = locateLiving(world, call, "transit-gateway-route-table", input.TransitGatewayRouteTableId ?? "");
    if (isRefusal(table)) return table;
    const routes = effectiveRoutes(world, table).map((route) => transitRouteView(world, call, route)).filter(passes);
    const found = wanted.reduce<View[]>((left, { name, values }) => search(left, name, values), routes);
    const keyOf = (route: View) => route.DestinationCidrBlock ?? route.PrefixListId ?? "";
    const page = pageOf(found, keyOf, { ...asked, size: Math.min(asked.size, mostRoutes) }, "transit routes");
    return { output: { Routes: [...page.items], AdditionalRoutesAvailable: page.next !== undefined, NextToken: page.next } };
  },
});

function parseSearches({ Filters = [] }: Input<"SearchTransitGatewayRoutes">): { name: Search; values: Cidr[] }[] | Refusal {
  const wanted: { name: Search; values: Cidr[] }[] = [];
  for (const { Name, Values = [] } of Filters) {
    if (!isSearch(Name)) continue;
    const values: Cidr[] = [];
    for (const text of Values) {
      const cidr = parseCidr(text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`);
      if (!cidr) return invalidValue(Name, text, "This is not a valid CIDR block.");
      values.push(cidr);
    }
    wanted.push({ name: Name, values });
  }
  return wanted;
}
