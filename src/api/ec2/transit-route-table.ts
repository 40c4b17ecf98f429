import { isGone } from "../../model/gone.ts";
import { gatewaySeenFrom } from "../../model/transit-attachment.ts";
import type { TransitAttachment } from "../../model/transit-attachment.ts";
import { tablesOf } from "../../model/transit-gateway.ts";
import { makeTransitRouteTable, tableAssociated } from "../../model/transit-route-table.ts";
import type { TransitRouteTable } from "../../model/transit-route-table.ts";
import { need, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { describe } from "./describe.ts";
import { locateLiving } from "./lookup.ts";
import { attachedView } from "./views/transit-attachment.ts";
import { transitTableFilters, transitTableView } from "./views/transit-gateway.ts";

/** Makes a table that routes for nothing yet. */
export const createTransitGatewayRouteTable = operation({
  name: "CreateTransitGatewayRouteTable",
  run(world, { TransitGatewayId = "", TagSpecifications }, call) {
    const tags = parseTagSpecifications(TagSpecifications, ["transit-gateway-route-table"]);
    if (isRefusal(tags)) return tags;
    const gateway = locateLiving(world, call, "transit-gateway", TransitGatewayId);
    if (isRefusal(gateway)) return gateway;
    if (tablesOf(world, gateway.id).length >= call.quotas.routeTablesPerTransitGateway) {
      return refuse("TransitGatewayRouteTableLimitExceeded", `The maximum number of route tables of ${gateway.id} has been reached.`);
    }
    const table = makeTransitRouteTable(call, gateway.id, tags["transit-gateway-route-table"] ?? {});
    const view = { ...transitTableView(world, table), State: "pending" as const };
    return { changes: [put(table)], output: { TransitGatewayRouteTable: view } };
  },
});

/** Deletes a table that is nobody's default and that no attachment is associated with. */
export const deleteTransitGatewayRouteTable = operation({
  name: "DeleteTransitGatewayRouteTable",
  run(world, { TransitGatewayRouteTableId = "" }, call) {
    const table = locateLiving(world, call, "transit-gateway-route-table", TransitGatewayRouteTableId);
    if (isRefusal(table)) return table;
    const { associationTable, propagationTable } = need(world, "transit-gateway", table.gateway);
    if (associationTable === table.id || propagationTable === table.id) {
      return refuse("IncorrectState", `${table.id} is a default route table of ${table.gateway} and cannot be deleted.`);
    }
    if (table.associations.length > 0) {
      return refuse("IncorrectState", `${table.id} has associated Transit Gateway Attachments: ${table.associations.toSorted().join(", ")}.`);
    }
    const view = { ...transitTableView(world, table), State: "deleting" as const };
    return { changes: [put({ ...table, deleted: call.now })], output: { TransitGatewayRouteTable: view } };
  },
});

const listing = {
  kind: "transit-gateway-route-table",
  ids: { parameter: "TransitGatewayRouteTableIds", alone: false },
  bounds: [5, 1000],
  filters: transitTableFilters,
  view: transitTableView,
} as const;

export const describeTransitGatewayRouteTables = operation({
  name: "DescribeTransitGatewayRouteTables",
  run(world, { TransitGatewayRouteTableIds, ...request }, call) {
    const page = describe(listing, world, call, { ...request, ids: TransitGatewayRouteTableIds });
    return isRefusal(page) ? page : { output: { TransitGatewayRouteTables: [...page.items], NextToken: page.next } };
  },
});

export interface TableAndAttachment {
  readonly table: TransitRouteTable;
  readonly attachment: TransitAttachment;
}

interface Names {
  readonly TransitGatewayRouteTableId?: string | undefined;
  readonly TransitGatewayAttachmentId?: string | undefined;
}

/** A table and an attachment of the same gateway. */
export function locatePair(world: World, call: Call, names: Names): TableAndAttachment | Refusal {
  const { TransitGatewayRouteTableId = "", TransitGatewayAttachmentId = "" } = names;
  const table = locateLiving(world, call, "transit-gateway-route-table", TransitGatewayRouteTableId);
  if (isRefusal(table)) return table;
  const attachment = locateLiving(world, call, "transit-gateway-attachment", TransitGatewayAttachmentId);
  if (isRefusal(attachment)) return attachment;
  if (gatewaySeenFrom(attachment, call) !== table.gateway || isGone(attachment)) {
    return refuse("InvalidParameterValue", `${attachment.id} and ${table.id} belong to different transit gateways.`);
  }
  return { table, attachment };
}

const refuseUnavailable = ({ id, state }: TransitAttachment): Refusal | undefined =>
  state === "available" ? undefined : refuse("IncorrectState", `${id} is in invalid state: ${state}`);

const pairView = ({ table, attachment }: TableAndAttachment, call: Call) => ({
  TransitGatewayRouteTableId: table.id,
  TransitGatewayAttachmentId: attachment.id,
  ...attachedView(attachment, call),
});

/** What comes from the attachment is routed by the table from now on. It must not be by another. */
export const associateTransitGatewayRouteTable = operation({
  name: "AssociateTransitGatewayRouteTable",
  run(world, input, call) {
    const pair = locatePair(world, call, input);
    if (isRefusal(pair)) return pair;
    const { table, attachment } = pair;
    const wrong = refuseUnavailable(attachment);
    if (wrong) return wrong;
    if (tableAssociated(world, table.gateway, attachment.id)) {
      return refuse("Resource.AlreadyAssociated", `Transit Gateway Attachment ${attachment.id} is already associated to a route table.`);
    }
    return {
      changes: [put({ ...table, associations: [...table.associations, attachment.id] })],
      output: { Association: { ...pairView(pair, call), State: "associating" as const } },
    };
  },
});

export const disassociateTransitGatewayRouteTable = operation({
  name: "DisassociateTransitGatewayRouteTable",
  run(world, input, call) {
    const pair = locatePair(world, call, input);
    if (isRefusal(pair)) return pair;
    const { table, attachment } = pair;
    if (!table.associations.includes(attachment.id)) {
      return refuse("InvalidAssociation.NotFound", `${attachment.id} is not associated with ${table.id}.`);
    }
    return {
      changes: [put({ ...table, associations: table.associations.filter((id) => id !== attachment.id) })],
      output: { Association: { ...pairView(pair, call), State: "disassociating" as const } },
    };
  },
});

/** The table has the attachment's own routes, too. */
export const enableTransitGatewayRouteTablePropagation = operation({
  name: "EnableTransitGatewayRouteTablePropagation",
  run(world, input, call) {
    if (input.TransitGatewayRouteTableAnnouncementId !== undefined) {
      return refuse("UnsupportedOperation", "The parameter TransitGatewayRouteTableAnnouncementId is not supported.");
    }
    const pair = locatePair(world, call, input);
    if (isRefusal(pair)) return pair;
    const { table, attachment } = pair;
    const wrong = refuseUnavailable(attachment);
    if (wrong) return wrong;
    if (attachment.to.type === "peering") {
      return refuse("InvalidParameterValue", `${attachment.id} is a peering attachment, which can't propagate routes.`);
    }
    if (table.propagations.includes(attachment.id)) {
      return refuse("TransitGatewayRouteTablePropagation.Duplicate", `${attachment.id} propagates to ${table.id} already.`);
    }
    return {
      changes: [put({ ...table, propagations: [...table.propagations, attachment.id] })],
      output: { Propagation: { ...pairView(pair, call), State: "enabled" as const } },
    };
  },
});

export const disableTransitGatewayRouteTablePropagation = operation({
  name: "DisableTransitGatewayRouteTablePropagation",
  run(world, input, call) {
    const pair = locatePair(world, call, input);
    if (isRefusal(pair)) return pair;
    const { table, attachment } = pair;
    if (!table.propagations.includes(attachment.id)) {
      return refuse("TransitGatewayRouteTablePropagation.NotFound", `${attachment.id} does not propagate to ${table.id}.`);
    }
    return {
      changes: [put({ ...table, propagations: table.propagations.filter((id) => id !== attachment.id) })],
      output: { Propagation: { ...pairView(pair, call), State: "disabled" as const } },
    };
  },
});
