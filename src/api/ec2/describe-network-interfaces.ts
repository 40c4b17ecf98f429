import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import { interfaceFilters, interfaceView } from "./views/network-interface.ts";

const listing = {
  kind: "network-interface",
  ids: { parameter: "NetworkInterfaceIds", alone: true },
  bounds: [5, 1000],
  filters: interfaceFilters,
  view: interfaceView,
} as const;

export const describeNetworkInterfaces = operation({
  name: "DescribeNetworkInterfaces",
  run(world, input, call) {
    const page = describe(listing, world, call, { ...input, ids: input.NetworkInterfaceIds });
    return isRefusal(page) ? page : { output: { NetworkInterfaces: [...page.items], NextToken: page.next } };
  },
});
