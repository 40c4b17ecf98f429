import { makePrefixList } from "../../model/prefix-list.ts";
import type { PrefixListPlan } from "../../model/prefix-list.ts";
import { list, put } from "../../model/world.ts";
import type { Family } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { limits } from "../limits.ts";
import { operation } from "../operation.ts";
import type { Input } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { parseEntries, refuseCount, refuseName, refuseSize } from "./prefix-list-entries.ts";
import { prefixListView } from "./views/prefix-list.ts";

/** Makes a list of CIDR blocks of one family, at version 1. */
export const createManagedPrefixList = operation({
  name: "CreateManagedPrefixList",
  run(world, input, call) {
    const plan = parsePlan(input);
    if (isRefusal(plan)) return plan;
    const tags = parseTagSpecifications(input.TagSpecifications, ["prefix-list"]);
    if (isRefusal(tags)) return tags;
    const crowded = refuseCount(plan.entries, plan.maxEntries);
    if (crowded) return crowded;
    if (list(world, call, "prefix-list").length >= call.quotas.prefixLists) {
      return refuse("PrefixListLimitExceeded", "The maximum number of prefix lists has been reached.");
    }
    const made = makePrefixList(call, { ...plan, tags: tags["prefix-list"] ?? {} });
    return { changes: [put(made)], output: { PrefixList: prefixListView(made) } };
  },
});

function parsePlan(input: Input<"CreateManagedPrefixList">): Omit<PrefixListPlan, "tags"> | Refusal {
  const { PrefixListName: name = "", MaxEntries: maxEntries = 0, AddressFamily = "", Entries = [] } = input;
  const family = families.get(AddressFamily);
  const wrong = refuseName(name) ?? refuseSize(maxEntries);
  if (wrong) return wrong;
  if (!family) return refuse("InvalidParameterValue", `Value (${AddressFamily}) for parameter addressFamily is invalid.`);
  if (Entries.length > limits.entriesPerCall) {
    return refuse("InvalidParameterValue", `The number of entries per request cannot exceeds limit (${limits.entriesPerCall}).`);
  }
  const entries = parseEntries(Entries, family);
  return isRefusal(entries) ? entries : { name, family, maxEntries, entries };
}

const families: ReadonlyMap<string, Family> = new Map([
  ["IPv4", 4],
  ["IPv6", 6],
]);
