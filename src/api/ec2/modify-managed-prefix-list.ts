import { groupsNaming, nextVersion } from "../../model/prefix-list.ts";
import type { PrefixList } from "../../model/resource.ts";
import { tablesNaming } from "../../model/route-table.ts";
import { applyChanges, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { limits } from "../limits.ts";
import { operation } from "../operation.ts";
import type { Call, Input, Outcome, Output } from "../operation.ts";
import { locateOwnPrefixList } from "./lookup.ts";
import { editEntries, parseCidrs, parseEntries, refuseCount, refuseName, refuseSize } from "./prefix-list-entries.ts";
import { tableFits } from "./route-rules.ts";
import { groupFits } from "./rule-quota.ts";
import { unserved } from "./served.ts";
import { prefixListView } from "./views/prefix-list.ts";

type Request = Input<"ModifyManagedPrefixList">;

/** Renames a list, and either changes its entries, which makes a new version, or its size, which does not. */
export const modifyManagedPrefixList = operation({
  name: "ModifyManagedPrefixList",
  run(world, input, call) {
    const wrong = refuseRequest(input);
    if (wrong) return wrong;
    const list = locateOwnPrefixList(world, call, input.PrefixListId ?? "");
    if (isRefusal(list)) return list;
    const named: PrefixList = { ...list, state: "modify-complete", name: input.PrefixListName ?? list.name };
    const stale = refuseVersion(list, input.CurrentVersion);
    if (input.MaxEntries !== undefined) return stale ?? resize(world, call, named, input.MaxEntries);
    if (!input.AddEntries?.length && !input.RemoveEntries?.length) return stale ?? modified(named);
    return edit(world, named, input, call, stale);
  },
});

const modified = (list: PrefixList, changes = [put(list)]): Outcome<Output<"ModifyManagedPrefixList">> => ({
  changes,
  output: { PrefixList: prefixListView(list) },
});

function refuseRequest(input: Request): Refusal | undefined {
  const served = ["PrefixListId", "CurrentVersion", "PrefixListName", "AddEntries", "RemoveEntries", "MaxEntries"];
  const strange = unserved(input, served);
  if (strange) return strange;
  const { PrefixListName, MaxEntries, AddEntries = [], RemoveEntries = [] } = input;
  const edited = AddEntries.length + RemoveEntries.length;
  if (PrefixListName === undefined && MaxEntries === undefined && edited === 0) {
    return refuse("InvalidRequest", "The request received was invalid.");
  }
  if (MaxEntries !== undefined && edited > 0) {
    return refuse(
      "InvalidParameterCombination",
      "You cannot modify the entries and the maximum number of entries for the prefix list in the same request.",
    );
  }
  if (AddEntries.length > limits.entriesPerCall || RemoveEntries.length > limits.entriesPerCall) {
    return refuse(
      "InvalidParameterValue",
      `Request cannot contain more than ${limits.entriesPerCall} entry additions or removals`,
    );
  }
  if (PrefixListName !== undefined) {
    const wrong = refuseName(PrefixListName);
    if (wrong) return wrong;
  }
  return MaxEntries === undefined ? undefined : refuseSize(MaxEntries);
}

/** Refuses a change that was made with another version in mind. */
export function refuseVersion(list: PrefixList, expected: number | undefined): Refusal | undefined {
  if (expected === undefined || expected === list.version) return undefined;
  return refuse("PrefixListVersionMismatch", "The prefix list has the incorrect version number.");
}

function edit(
  world: World,
  list: PrefixList,
  { AddEntries = [], RemoveEntries = [] }: Request,
  call: Call,
  stale: Refusal | undefined,
): Refusal | Outcome<Output<"ModifyManagedPrefixList">> {
  const added = parseEntries(AddEntries, list.family);
  if (isRefusal(added)) return added;
  const removed = parseCidrs(RemoveEntries, list.family);
  if (isRefusal(removed)) return removed;
  const both = added.find(({ cidr }) => removed.includes(cidr));
  if (both) {
    return refuse(
      "InvalidParameterValue",
      `Request cannot contain Cidr ${both.cidr} in both AddPrefixListEntries and RemovePrefixListEntries`,
    );
  }
  if (stale) return stale;
  const entries = editEntries(list.entries, added, removed);
  if (isRefusal(entries)) return entries;
  const crowded = refuseCount(entries, list.maxEntries);
  if (crowded) return crowded;
  const next = nextVersion(world, call, list, { entries, state: "modify-complete" }, limits.versionsPerPrefixList);
  return modified(next.list, next.changes);
}

/** Every rule and route that names the list then counts as the new size: the groups and tables must have room for it. */
function resize(
  world: World,
  call: Call,
  list: PrefixList,
  maxEntries: number,
): Refusal | Outcome<Output<"ModifyManagedPrefixList">> {
  const crowded = refuseCount(list.entries, maxEntries);
  if (crowded) return crowded;
  const resized: PrefixList = { ...list, maxEntries };
  const after = applyChanges(world, [put(resized)]);
  const full = groupsNaming(world, list).filter((group) => !groupFits(after, call, group));
  if (full.length > 0) {
    return refuse(
      "RulesPerSecurityGroupLimitExceeded",
      `The following security groups do not have room for ${maxEntries} entries: ${firstIds(full)}`,
    );
  }
  const crowdedTables = tablesNaming(after, list.id).filter((table) => !tableFits(after, call, table));
  if (crowdedTables.length > 0) {
    return refuse(
      "RouteLimitExceeded",
      `The following route tables do not have room for ${maxEntries} entries: ${firstIds(crowdedTables.map(({ id }) => id))}`,
    );
  }
  return modified(resized);
}

/** As many as a message has room for. */
const firstIds = (ids: readonly string[]): string => ids.slice(0, 10).join(", ");
