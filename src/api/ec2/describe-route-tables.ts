import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import { routeTableFilters, routeTableView } from "./views/route-table.ts";

const listing = {
  kind: "route-table",
  ids: { parameter: "RouteTableIds", alone: false },
  bounds: [5, 100],
  filters: routeTableFilters,
  view: routeTableView,
} as const;

export const describeRouteTables = operation({
  name: "DescribeRouteTables",
  run(world, input, call) {
    const page = describe(listing, world, call, { ...input, ids: input.RouteTableIds });
    return isRefusal(page) ? page : { output: { RouteTables: [...page.items], NextToken: page.next } };
  },
});
