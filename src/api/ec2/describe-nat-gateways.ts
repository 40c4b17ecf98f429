import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import { natGatewayFilters, natGatewayView } from "./views/nat-gateway.ts";

const listing = {
  kind: "nat-gateway",
  ids: { parameter: "NatGatewayIds", alone: false },
  bounds: [5, 1000],
  filters: natGatewayFilters,
  view: natGatewayView,
} as const;

export const describeNatGateways = operation({
  name: "DescribeNatGateways",
  run(world, { Filter, NatGatewayIds, ...pages }, call) {
    const page = describe(listing, world, call, { ...pages, Filters: Filter, ids: NatGatewayIds });
    return isRefusal(page) ? page : { output: { NatGateways: [...page.items], NextToken: page.next } };
  },
});
