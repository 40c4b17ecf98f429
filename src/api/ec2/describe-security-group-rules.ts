import { parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import { ruleFilters, ruleView } from "./views/security-group.ts";

const listing = {
  kind: "security-group-rule",
  ids: { parameter: "SecurityGroupRuleIds", alone: false },
  bounds: [5, 1000],
  filters: ruleFilters,
  view: ruleView,
} as const;

/** Rules one by one. Unlike other filters, `group-id` refuses a value that can't be an identifier. */
export const describeSecurityGroupRules = operation({
  name: "DescribeSecurityGroupRules",
  run(world, input, call) {
    const groups = (input.Filters ?? []).filter(({ Name }) => Name === "group-id").flatMap(({ Values }) => Values ?? []);
    const wrong = groups.find((text) => !/[*?]/.test(text) && !parseId("security-group", text));
    if (wrong !== undefined) return refuse("InvalidGroupId.Malformed", `The security group ID '${wrong}' is malformed`);
    const page = describe(listing, world, call, { ...input, ids: input.SecurityGroupRuleIds });
    return isRefusal(page) ? page : { output: { SecurityGroupRules: [...page.items], NextToken: page.next } };
  },
});
