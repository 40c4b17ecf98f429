import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import { groupOf } from "./lookup.ts";
import { groupFilters, groupView } from "./views/security-group.ts";

const listing = {
  kind: "security-group",
  ids: { parameter: "GroupIds", alone: false },
  bounds: [5, 1000],
  filters: groupFilters,
  view: groupView,
} as const;

/** Groups by identifier, by name in the default VPC, or all. */
export const describeSecurityGroups = operation({
  name: "DescribeSecurityGroups",
  run(world, input, call) {
    const named = (input.GroupNames ?? []).map((GroupName) => groupOf(world, call, { GroupName }));
    const unknown = named.find(isRefusal);
    if (unknown) return unknown;
    const ids = [...(input.GroupIds ?? []), ...named.flatMap((group) => (isRefusal(group) ? [] : [group.id]))];
    const page = describe(listing, world, call, { ...input, ids });
    return isRefusal(page) ? page : { output: { SecurityGroups: [...page.items], NextToken: page.next } };
  },
});
