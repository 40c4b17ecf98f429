import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import { subnetFilters, subnetView } from "./views/subnet.ts";

const listing = {
  kind: "subnet",
  ids: { parameter: "SubnetIds", alone: true },
  bounds: [5, 1000],
  filters: subnetFilters,
  view: subnetView,
} as const;

export const describeSubnets = operation({
  name: "DescribeSubnets",
  run(world, input, call) {
    const page = describe(listing, world, call, { ...input, ids: input.SubnetIds });
    return isRefusal(page) ? page : { output: { Subnets: [...page.items], NextToken: page.next } };
  },
});
