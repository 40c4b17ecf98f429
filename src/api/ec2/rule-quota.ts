import { rulesOf, ruleWeights } from "../../model/security-group.ts";
import type { RuleContent } from "../../model/security-group.ts";
import type { World } from "../../model/world.ts";
import { refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import type { Call } from "../operation.ts";

/** Whether a group may have these rules in one direction, in each family. */
function fits(world: World, { quotas }: Call, rules: readonly RuleContent[]): boolean {
  const weights = ruleWeights(world, rules);
  return Math.max(weights[4], weights[6]) <= quotas.rulesPerGroup;
}

/** Refuses more rules in one direction than a group may have. */
export const refuseWeight = (world: World, call: Call, rules: readonly RuleContent[]): Refusal | undefined =>
  fits(world, call, rules)
    ? undefined
    : refuse("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.");

/** Whether a group is within its quota in both directions. */
export const groupFits = (world: World, call: Call, group: string): boolean =>
  [true, false].every((egress) => fits(world, call, rulesOf(world, group, egress)));
