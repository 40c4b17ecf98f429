import { makeRouteTable } from "../../model/route-table.ts";
import { listed, put } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { locate } from "./lookup.ts";
import { routeTableView } from "./views/route-table.ts";

/** Makes a route table with the VPC's local routes, associated with nothing. */
export const createRouteTable = operation({
  name: "CreateRouteTable",
  run(world, { VpcId = "", TagSpecifications }, call) {
    const tags = parseTagSpecifications(TagSpecifications, ["route-table"]);
    if (isRefusal(tags)) return tags;
    const vpc = locate(world, call, "vpc", VpcId);
    if (isRefusal(vpc)) return vpc;
    if (listed(world, "routeTablesOfVpc", vpc.id).size >= call.quotas.routeTablesPerVpc) {
      return refuse("RouteTableLimitExceeded", "The maximum number of route tables has been reached.");
    }
    const table = makeRouteTable(call, {
      id: call.mint("route-table"),
      vpc: vpc.id,
      cidrs: [...vpc.cidrs, ...vpc.ipv6Cidrs].map(({ cidr }) => cidr),
      tags: tags["route-table"] ?? {},
    });
    return { changes: [put(table)], output: { RouteTable: routeTableView(world, table) } };
  },
});
