import { deletePrefixList, holdersOfPrefixList } from "../../model/prefix-list.ts";
import type { PrefixList } from "../../model/resource.ts";
import { put } from "../../model/world.ts";
import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locateOwnPrefixList } from "./lookup.ts";
import { prefixListView } from "./views/prefix-list.ts";

/** Deletes a list, and its versions. One that rules or routes name stays, and shows that it could not go. */
export const deleteManagedPrefixList = operation({
  name: "DeleteManagedPrefixList",
  run(world, { PrefixListId = "" }, call) {
    const list = locateOwnPrefixList(world, call, PrefixListId);
    if (isRefusal(list)) return list;
    if (holdersOfPrefixList(world, list).length > 0) {
      const failed: PrefixList = { ...list, state: "delete-failed" };
      return { changes: [put(failed)], output: { PrefixList: prefixListView(list, "delete-in-progress") } };
    }
    return { changes: deletePrefixList(world, list), output: { PrefixList: prefixListView(list, "delete-complete") } };
  },
});
