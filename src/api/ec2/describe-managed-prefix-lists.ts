import type { ManagedPrefixList } from "@aws-sdk/client-ec2";
import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import type { Listing } from "./describe.ts";
import { prefixListFilters, prefixListView } from "./views/prefix-list.ts";

const listing: Listing<"prefix-list", ManagedPrefixList> = {
  kind: "prefix-list",
  ids: { parameter: "PrefixListIds", alone: false },
  bounds: [1, 100],
  filters: prefixListFilters,
  view: (_, list) => prefixListView(list),
};

/** The caller's lists, and Amazon's own. */
export const describeManagedPrefixLists = operation({
  name: "DescribeManagedPrefixLists",
  run(world, input, call) {
    const page = describe(listing, world, call, { ...input, ids: input.PrefixListIds });
    return isRefusal(page) ? page : { output: { PrefixLists: [...page.items], NextToken: page.next } };
  },
});
