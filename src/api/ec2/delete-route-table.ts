import { remove } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locate } from "./lookup.ts";

/** Deletes a route table that is associated with nothing; never a main one. */
export const deleteRouteTable = operation({
  name: "DeleteRouteTable",
  run(world, { RouteTableId = "" }, call) {
    const table = locate(world, call, "route-table", RouteTableId);
    if (isRefusal(table)) return table;
    if (table.mainAssociation !== undefined || table.associations.length > 0) {
      return refuse("DependencyViolation", `The routeTable '${table.id}' has dependencies and cannot be deleted.`);
    }
    return { changes: [remove(table)], output: {} };
  },
});
