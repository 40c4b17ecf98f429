import { deletePrefixList, holdersOfPrefixList } from "../../model/prefix-list.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locate } from "./lookup.ts";
import { prefixListView } from "./views/prefix-list.ts";

/** Deletes a list, and its versions, once no rule and no route names it. */
export const deleteManagedPrefixList = operation({
  name: "DeleteManagedPrefixList",
  run(world, { PrefixListId = "" }, call) {
    const list = locate(world, call, "prefix-list", PrefixListId);
    if (isRefusal(list)) return list;
    const [holder] = holdersOfPrefixList(world, list);
    if (holder) {
      return refuse("DependencyViolation", `The prefix list '${list.id}' has dependencies and cannot be deleted: ${holder.id}`);
    }
    return { changes: deletePrefixList(world, list), output: { PrefixList: prefixListView(list, "delete-complete") } };
  },
});
