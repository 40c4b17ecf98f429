import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import { vpcFilters, vpcView } from "./views/vpc.ts";

const listing = {
  kind: "vpc",
  ids: { parameter: "VpcIds", alone: true },
  bounds: [5, 1000],
  filters: vpcFilters,
  view: vpcView,
} as const;

export const describeVpcs = operation({
  name: "DescribeVpcs",
  run(world, input, call) {
    const page = describe(listing, world, call, { ...input, ids: input.VpcIds });
    return isRefusal(page) ? page : { output: { Vpcs: [...page.items], NextToken: page.next } };
  },
});
