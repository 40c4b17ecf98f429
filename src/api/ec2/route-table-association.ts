import type { RouteTable, RouteTableAssociation } from "../../model/resource.ts";
import { associateTable, dissociateTable, isGatewayTable, makeMain } from "../../model/route-table.ts";
import { findIn, list, listed, put } from "../../model/world.ts";
import type { Change, World } from "../../model/world.ts";
import { parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { locate } from "./lookup.ts";
import { refuseGatewayTable } from "./route-rules.ts";
import { differentNetworks, missingGateway } from "./route-target.ts";
import { unserved } from "./served.ts";
import { associated } from "./views/route-table.ts";

/** What an association is about. */
type Place = Omit<RouteTableAssociation, "id">;

/** Associates a table with a subnet or an internet gateway that is in no table. The table it is in already stays it. */
export const associateRouteTable = operation({
  name: "AssociateRouteTable",
  run(world, input, call) {
    const strange = unserved(input, ["RouteTableId", "SubnetId", "GatewayId"]);
    if (strange) return strange;
    if (input.SubnetId !== undefined && input.GatewayId !== undefined) {
      return refuse("InvalidParameterCombination", "The request must contain exactly one of subnetId or gatewayId");
    }
    if (input.SubnetId === undefined && input.GatewayId === undefined) {
      return refuse("MissingParameter", "The request must contain exactly one of subnetId or gatewayId");
    }
    const table = locate(world, call, "route-table", input.RouteTableId ?? "");
    if (isRefusal(table)) return table;
    const place = locatePlace(world, call, table, input);
    if (isRefusal(place)) return place;
    const wrong = refuseUse(world, table, place);
    if (wrong) return wrong;
    const holder = listed(world, "routeTablesOf", place.subnet ?? place.gateway ?? "").first();
    if (holder && holder.id !== table.id) {
      return refuse(
        "Resource.AlreadyAssociated",
        `the specified association for route table ${table.id} conflicts with an existing association`,
      );
    }
    const present = holder?.associations.find(({ subnet, gateway }) => subnet === place.subnet && gateway === place.gateway);
    if (present) return { output: { AssociationId: present.id, AssociationState: associated } };
    const made = associateTable(call, table, place);
    return { changes: [put(made.table)], output: { AssociationId: made.id, AssociationState: associated } };
  },
});

/** The subnet, or the attached gateway, of the table's VPC that the input names. */
function locatePlace(
  world: World,
  call: Call,
  table: RouteTable,
  { SubnetId, GatewayId = "" }: Input<"AssociateRouteTable">,
): Place | Refusal {
  if (SubnetId !== undefined) {
    const subnet = locate(world, call, "subnet", SubnetId);
    if (isRefusal(subnet)) return subnet;
    return subnet.vpc === table.vpc ? { subnet: subnet.id } : differentNetworks(table, `subnet ${subnet.id}`);
  }
  const gateway = findIn(world, call, "internet-gateway", GatewayId) ?? findIn(world, call, "vpn-gateway", GatewayId);
  if (!gateway) return missingGateway(GatewayId);
  return gateway.vpc === table.vpc ? { gateway: gateway.id } : differentNetworks(table, `network gateway ${gateway.id}`);
}

/** An association of the caller's, with its table. The main one is about no place. */
interface Located {
  readonly table: RouteTable;
  readonly place: Place | undefined;
}

function locateAssociation(world: World, call: Call, id: string): Located | Refusal {
  if (!parseId("route-table-association", id)) {
    return refuse("InvalidAssociationID.Malformed", `Invalid id: "${id}" (expecting "rtbassoc-...")`);
  }
  for (const table of list(world, call, "route-table")) {
    const found = table.associations.find((association) => association.id === id);
    if (found) {
      const { id: _, ...place } = found;
      return { table, place };
    }
    if (table.mainAssociation === id) return { table, place: undefined };
  }
  return refuse("InvalidAssociationID.NotFound", `The association ID '${id}' does not exist`);
}

/** Ends an explicit association: a subnet's packets are then routed by the main table. */
export const disassociateRouteTable = operation({
  name: "DisassociateRouteTable",
  run(world, { AssociationId = "" }, call) {
    const located = locateAssociation(world, call, AssociationId);
    if (isRefusal(located)) return located;
    if (!located.place) {
      return refuse("InvalidParameterValue", `cannot disassociate the main route table association ${AssociationId}`);
    }
    return { changes: [put(dissociateTable(located.table, AssociationId))], output: {} };
  },
});

/** Moves an association to another table of the VPC; the main one, too. Asking for the table it has changes nothing. */
export const replaceRouteTableAssociation = operation({
  name: "ReplaceRouteTableAssociation",
  run(world, { AssociationId = "", RouteTableId = "" }, call) {
    const located = locateAssociation(world, call, AssociationId);
    if (isRefusal(located)) return located;
    const table = locate(world, call, "route-table", RouteTableId);
    if (isRefusal(table)) return table;
    const { table: former, place } = located;
    if (former.vpc !== table.vpc) return differentNetworks(table, `route table ${former.id}`);
    if (former.id === table.id) return { output: { NewAssociationId: AssociationId, AssociationState: associated } };
    const wrong = refuseUse(world, table, place);
    if (wrong) return wrong;
    const { id, changes } = place ? move(call, { from: former, to: table, id: AssociationId, place }) : makeMain(world, call, table);
    return { changes, output: { NewAssociationId: id, AssociationState: associated } };
  },
});

/** Refuses a table that can't route for the place, or for all subnets that are in no table. */
function refuseUse(world: World, table: RouteTable, place: Place | undefined): Refusal | undefined {
  if (place) return place.gateway === undefined ? undefined : refuseGatewayTable(world, table);
  return isGatewayTable(table)
    ? refuse("InvalidParameterValue", `The route table ${table.id} is associated with a gateway and can't be the main one.`)
    : undefined;
}

function move(
  call: Call,
  { from, to, id, place }: { from: RouteTable; to: RouteTable; id: string; place: Place },
): { id: RouteTableAssociation["id"]; changes: Change[] } {
  const made = associateTable(call, to, place);
  return { id: made.id, changes: [put(dissociateTable(from, id)), put(made.table)] };
}
