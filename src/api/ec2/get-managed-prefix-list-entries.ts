import { entriesOf } from "../../model/prefix-list.ts";
import type { PrefixList } from "../../model/resource.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { locate } from "./lookup.ts";
import { entryView } from "./views/prefix-list.ts";

/** The entries of a list, in the version asked for or the current one. */
export const getManagedPrefixListEntries = operation({
  name: "GetManagedPrefixListEntries",
  run(world, input, call) {
    const { PrefixListId = "", TargetVersion } = input;
    const topic = `${PrefixListId} entries`;
    const request = parsePageRequest(input, [1, 100], topic);
    if (isRefusal(request)) return request;
    const list = locate(world, call, "prefix-list", PrefixListId);
    if (isRefusal(list)) return list;
    const version = TargetVersion ?? list.version;
    const entries = entriesOf(world, list, version);
    if (!entries) return missingVersion(list, version);
    const { items, next } = pageOf(entries, (entry) => entry.cidr, request, topic);
    return { output: { Entries: items.map(entryView), NextToken: next } };
  },
});

/** The refusal of a version the list never had, or has no more. */
export const missingVersion = (list: PrefixList, version: number): Refusal =>
  refuse("InvalidParameterValue", `The prefix list '${list.id}' does not have the version ${version}.`);
