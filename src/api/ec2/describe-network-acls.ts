import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import { aclFilters, aclView } from "./views/network-acl.ts";

const listing = {
  kind: "network-acl",
  ids: { parameter: "NetworkAclIds", alone: false },
  bounds: [5, 1000],
  filters: aclFilters,
  view: aclView,
} as const;

export const describeNetworkAcls = operation({
  name: "DescribeNetworkAcls",
  run(world, input, call) {
    const page = describe(listing, world, call, { ...input, ids: input.NetworkAclIds });
    return isRefusal(page) ? page : { output: { NetworkAcls: [...page.items], NextToken: page.next } };
  },
});
