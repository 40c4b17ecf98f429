import { groupsNaming } from "../../model/prefix-list.ts";
import { need } from "../../model/world.ts";
import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { locate } from "./lookup.ts";

/** What names a list: the groups with a rule about it. */
export const getManagedPrefixListAssociations = operation({
  name: "GetManagedPrefixListAssociations",
  run(world, input, call) {
    const { PrefixListId = "" } = input;
    const topic = `${PrefixListId} associations`;
    const request = parsePageRequest(input, [5, 255], topic);
    if (isRefusal(request)) return request;
    const list = locate(world, call, "prefix-list", PrefixListId);
    if (isRefusal(list)) return list;
    const { items, next } = pageOf(groupsNaming(world, list), (group) => group, request, topic);
    const PrefixListAssociations = items.map((ResourceId) => ({
      ResourceId,
      ResourceOwner: need(world, "security-group", ResourceId).account,
    }));
    return { output: { PrefixListAssociations, NextToken: next } };
  },
});
