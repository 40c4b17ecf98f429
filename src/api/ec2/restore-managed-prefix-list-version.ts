import { entriesOf, nextVersion } from "../../model/prefix-list.ts";
import { isRefusal } from "../../values/refuse.ts";
import { limits } from "../limits.ts";
import { operation } from "../operation.ts";
import { missingVersion } from "./get-managed-prefix-list-entries.ts";
import { locateOwnPrefixList } from "./lookup.ts";
import { refuseVersion } from "./modify-managed-prefix-list.ts";
import { refuseCount } from "./prefix-list-entries.ts";
import { prefixListView } from "./views/prefix-list.ts";

/** Gives a list the entries of an earlier version again, as a new version. */
export const restoreManagedPrefixListVersion = operation({
  name: "RestoreManagedPrefixListVersion",
  run(world, { PrefixListId = "", PreviousVersion = 0, CurrentVersion = 0 }, call) {
    const list = locateOwnPrefixList(world, call, PrefixListId);
    if (isRefusal(list)) return list;
    const entries = entriesOf(world, list, PreviousVersion);
    if (!entries) return missingVersion(list, PreviousVersion);
    const wrong = refuseVersion(list, CurrentVersion) ?? refuseCount(entries, list.maxEntries);
    if (wrong) return wrong;
    const next = nextVersion(world, call, list, { entries, state: "restore-complete" }, limits.versionsPerPrefixList);
    return { changes: next.changes, output: { PrefixList: prefixListView(next.list) } };
  },
});
