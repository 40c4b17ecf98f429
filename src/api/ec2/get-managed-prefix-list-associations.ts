import { holdersOfPrefixList } from "../../model/prefix-list.ts";
import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { locate } from "./lookup.ts";

/** What names a list: the groups with a rule about it, and the tables with a route to it. */
export const getManagedPrefixListAssociations = operation({
  name: "GetManagedPrefixListAssociations",
  run(world, input, call) {
    const { PrefixListId = "" } = input;
    const topic = `${PrefixListId} associations`;
    const request = parsePageRequest(input, [5, 255], topic);
    if (isRefusal(request)) return request;
    const list = locate(world, call, "prefix-list", PrefixListId);
    if (isRefusal(list)) return list;
    const { items, next } = pageOf(holdersOfPrefixList(world, list), ({ id }) => id, request, topic);
    const PrefixListAssociations = items.map(({ id, account }) => ({ ResourceId: id, ResourceOwner: account }));
    return { output: { PrefixListAssociations, NextToken: next } };
  },
});
