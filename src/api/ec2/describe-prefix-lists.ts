import type { PrefixList } from "@aws-sdk/client-ec2";
import { parseId } from "../../values/id.ts";
import { isRefusal } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import type { Filters, Tagged } from "../filters.ts";
import { operation } from "../operation.ts";
import { parsePageRequest } from "../pages.ts";
import { malformed, missing } from "./lookup.ts";

const filters: Filters<PrefixList & Tagged> = {
  "prefix-list-id": (list) => [list.PrefixListId],
  "prefix-list-name": (list) => [list.PrefixListName],
};

/** The address ranges of Amazon's services. None of them is here, so every list asked for by name is missing. */
export const describePrefixLists = operation({
  name: "DescribePrefixLists",
  run(_, input) {
    const { PrefixListIds = [] } = input;
    const request = parsePageRequest(input, [5, 1000], "service prefix lists");
    if (isRefusal(request)) return request;
    const passes = parseFilters(filters, input.Filters);
    if (isRefusal(passes)) return passes;
    const wrong = PrefixListIds.find((id) => !parseId("prefix-list", id));
    if (wrong !== undefined) return malformed("prefix-list", wrong);
    return PrefixListIds.length > 0 ? missing("prefix-list", PrefixListIds) : { output: { PrefixLists: [] } };
  },
});
