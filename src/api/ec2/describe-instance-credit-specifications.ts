import type { InstanceCreditSpecification } from "@aws-sdk/client-ec2";
import type { Instance } from "../../model/resource.ts";
import type { World } from "../../model/world.ts";
import { isRefusal } from "../../values/refuse.ts";
import type { Filters, Tagged } from "../filters.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import { usualCredits } from "./instance-types.ts";

type View = InstanceCreditSpecification & Tagged;

const filters: Filters<View> = { "instance-id": (one) => [one.InstanceId] };

const creditsOf = ({ wishes, type }: Instance): string => wishes?.credits ?? usualCredits(type) ?? "standard";

const listing = {
  kind: "instance",
  ids: { parameter: "InstanceIds", alone: true },
  bounds: [5, 1000],
  filters,
  view: (_: World, instance: Instance): View => ({ InstanceId: instance.id, CpuCredits: creditsOf(instance) }),
} as const;

/** How instances' processors are credited: what was asked for at launch, and changes nothing here. Unnamed: the unlimited ones. */
export const describeInstanceCreditSpecifications = operation({
  name: "DescribeInstanceCreditSpecifications",
  run(world, input, call) {
    const named = (input.InstanceIds ?? []).length > 0;
    const only = (instance: Instance): boolean => named || creditsOf(instance) === "unlimited";
    const page = describe({ ...listing, only }, world, call, { ...input, ids: input.InstanceIds });
    return isRefusal(page) ? page : { output: { InstanceCreditSpecifications: [...page.items], NextToken: page.next } };
  },
});
