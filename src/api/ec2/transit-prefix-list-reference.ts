import type { TransitGatewayPrefixListReference } from "@aws-sdk/client-ec2";
import type { TransitRoute, TransitRouteTable } from "../../model/transit-route-table.ts";
import { find, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { parseId } from "../../values/id.ts";
import { isRefusal } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import type { Filters, Tagged } from "../filters.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { locate, locateLiving, malformed } from "./lookup.ts";
import { locateTransitTarget, missingRoute, presentRoute } from "./transit-route.ts";
import { attachedView } from "./views/transit-attachment.ts";

/** The route to a prefix list, as its own calls show it. */
function referenceView(world: World, call: Call, table: TransitRouteTable, { destination, attachment }: TransitRoute): TransitGatewayPrefixListReference {
  const found = attachment === undefined ? undefined : find(world, "transit-gateway-attachment", attachment);
  return {
    TransitGatewayRouteTableId: table.id,
    PrefixListId: destination,
    PrefixListOwnerId: find(world, "prefix-list", destination)?.account,
    State: "available",
    Blackhole: attachment === undefined,
    TransitGatewayAttachment: found && { TransitGatewayAttachmentId: found.id, ...attachedView(found, call) },
  };
}

interface Asked {
  readonly table: TransitRouteTable;
  readonly route: TransitRoute;
  readonly existing: TransitRoute | undefined;
}

function parseReference(world: World, call: Call, input: Input<"CreateTransitGatewayPrefixListReference">): Asked | Refusal {
  const { PrefixListId = "", ...target } = input;
  const located = locateTransitTarget(world, call, target);
  if (isRefusal(located)) return located;
  const list = locate(world, call, "prefix-list", PrefixListId);
  if (isRefusal(list)) return list;
  const { table, to } = located;
  return { table, route: { destination: list.id, ...to }, existing: table.routes.find(({ destination }) => destination === list.id) };
}

/** Adds a route to the blocks of a prefix list. */
export const createTransitGatewayPrefixListReference = operation({
  name: "CreateTransitGatewayPrefixListReference",
  run(world, input, call) {
    const asked = parseReference(world, call, input);
    if (isRefusal(asked)) return asked;
    const { table, route, existing } = asked;
    if (existing) return presentRoute(table, route.destination);
    return {
      changes: [put({ ...table, routes: [...table.routes, route] })],
      output: { TransitGatewayPrefixListReference: { ...referenceView(world, call, table, route), State: "pending" as const } },
    };
  },
});

export const modifyTransitGatewayPrefixListReference = operation({
  name: "ModifyTransitGatewayPrefixListReference",
  run(world, input, call) {
    const asked = parseReference(world, call, input);
    if (isRefusal(asked)) return asked;
    const { table, route, existing } = asked;
    if (!existing) return missingRoute(table, route.destination);
    return {
      changes: [put({ ...table, routes: table.routes.map((one) => (one === existing ? route : one)) })],
      output: { TransitGatewayPrefixListReference: { ...referenceView(world, call, table, route), State: "modifying" as const } },
    };
  },
});

export const deleteTransitGatewayPrefixListReference = operation({
  name: "DeleteTransitGatewayPrefixListReference",
  run(world, { TransitGatewayRouteTableId = "", PrefixListId = "" }, call) {
    const table = locateLiving(world, call, "transit-gateway-route-table", TransitGatewayRouteTableId);
    if (isRefusal(table)) return table;
    if (!parseId("prefix-list", PrefixListId)) return malformed("prefix-list", PrefixListId);
    const existing = table.routes.find(({ destination }) => destination === PrefixListId);
    if (!existing) return missingRoute(table, PrefixListId);
    return {
      changes: [put({ ...table, routes: table.routes.filter((route) => route !== existing) })],
      output: { TransitGatewayPrefixListReference: { ...referenceView(world, call, table, existing), State: "deleting" as const } },
    };
  },
});

type View = TransitGatewayPrefixListReference & Tagged;

const filters: Filters<View> = {
  "attachment.resource-id": (reference) => [reference.TransitGatewayAttachment?.ResourceId],
  "attachment.resource-type": (reference) => [reference.TransitGatewayAttachment?.ResourceType],
  "attachment.transit-gateway-attachment-id": (reference) => [reference.TransitGatewayAttachment?.TransitGatewayAttachmentId],
  "is-blackhole": (reference) => [reference.Blackhole],
  "prefix-list-id": (reference) => [reference.PrefixListId],
  "prefix-list-owner-id": (reference) => [reference.PrefixListOwnerId],
  state: (reference) => [reference.State],
};

export const getTransitGatewayPrefixListReferences = operation({
  name: "GetTransitGatewayPrefixListReferences",
  run(world, { TransitGatewayRouteTableId = "", ...request }, call) {
    const asked = parsePageRequest(request, [5, 1000], "transit prefix lists");
    if (isRefusal(asked)) return asked;
    const passes = parseFilters(filters, request.Filters);
    if (isRefusal(passes)) return passes;
    const table = locateLiving(world, call, "transit-gateway-route-table", TransitGatewayRouteTableId);
    if (isRefusal(table)) return table;
    const all = table.routes.filter(({ destination }) => destination.startsWith("pl-")).map((route) => referenceView(world, call, table, route));
    const page = pageOf(all.filter(passes), ({ PrefixListId = "" }) => PrefixListId, asked, "transit prefix lists");
    return { output: { TransitGatewayPrefixListReferences: [...page.items], NextToken: page.next } };
  },
});
