import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import { egressOnlyGatewayView, internetGatewayFilters, internetGatewayView } from "./views/internet-gateway.ts";

const internetGateways = {
  kind: "internet-gateway",
  ids: { parameter: "InternetGatewayIds", alone: false },
  bounds: [5, 1000],
  filters: internetGatewayFilters,
  view: internetGatewayView,
} as const;

export const describeInternetGateways = operation({
  name: "DescribeInternetGateways",
  run(world, input, call) {
    const page = describe(internetGateways, world, call, { ...input, ids: input.InternetGatewayIds });
    return isRefusal(page) ? page : { output: { InternetGateways: [...page.items], NextToken: page.next } };
  },
});

/** They can be filtered by their tags alone. */
const egressOnlyGateways = {
  kind: "egress-only-internet-gateway",
  ids: { parameter: "EgressOnlyInternetGatewayIds", alone: false, lenient: true },
  bounds: [5, 255],
  filters: {},
  view: egressOnlyGatewayView,
} as const;

export const describeEgressOnlyInternetGateways = operation({
  name: "DescribeEgressOnlyInternetGateways",
  run(world, input, call) {
    const page = describe(egressOnlyGateways, world, call, { ...input, ids: input.EgressOnlyInternetGatewayIds });
    return isRefusal(page) ? page : { output: { EgressOnlyInternetGateways: [...page.items], NextToken: page.next } };
  },
});
