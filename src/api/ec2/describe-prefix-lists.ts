import type { PrefixList as PrefixListView } from "@aws-sdk/client-ec2";
import { amazonPrefixLists, isAmazons } from "../../model/amazon-prefix-list.ts";
import type { PrefixList } from "../../model/resource.ts";
import { isRefusal } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import type { Filters, Tagged } from "../filters.ts";
import { operation } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { locateAll, missing } from "./lookup.ts";

const filters: Filters<PrefixListView & Tagged> = {
  "prefix-list-id": (one) => [one.PrefixListId],
  "prefix-list-name": (one) => [one.PrefixListName],
};

const view = ({ id, name, entries }: PrefixList): PrefixListView => ({
  PrefixListId: id,
  PrefixListName: name,
  Cidrs: entries.map(({ cidr }) => cidr),
});

/** Amazon's own lists alone. */
export const describePrefixLists = operation({
  name: "DescribePrefixLists",
  run(world, input, call) {
    const { PrefixListIds: named = [] } = input;
    const request = parsePageRequest(input, [5, 1000], "service prefix lists");
    if (isRefusal(request)) return request;
    const passes = parseFilters(filters, input.Filters);
    if (isRefusal(passes)) return passes;
    const lists = named.length > 0 ? locateAll(world, call, "prefix-list", named) : amazonPrefixLists(world, call);
    if (isRefusal(lists)) return lists;
    const own = lists.find((one) => !isAmazons(one));
    if (own) return missing("prefix-list", [own.id]);
    const { items, next } = pageOf(lists.map(view).filter(passes), (one) => one.PrefixListName ?? "", request, "service prefix lists");
    return { output: { PrefixLists: [...items], NextToken: next } };
  },
});
