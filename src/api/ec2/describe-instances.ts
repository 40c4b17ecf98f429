import { interfacesOf } from "../../model/network-interface.ts";
import type { Instance } from "../../model/resource.ts";
import type { World } from "../../model/world.ts";
import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import { instanceFilters } from "./views/instance-filters.ts";
import { instanceView, reservationViews } from "./views/instance.ts";
import { interfaceView } from "./views/network-interface.ts";

const listing = {
  kind: "instance",
  ids: { parameter: "instancesSet", alone: true },
  bounds: [5, 1000],
  filters: instanceFilters,
  view: (world: World, instance: Instance) => ({
    ...instanceView(world, instance),
    instance,
    interfaces: () => interfacesOf(world, instance).map((eni) => interfaceView(world, eni)),
  }),
} as const;

/** Instances by the reservation they were launched in; a page is a number of instances. */
export const describeInstances = operation({
  name: "DescribeInstances",
  run(world, input, call) {
    const page = describe(listing, world, call, { ...input, ids: input.InstanceIds });
    if (isRefusal(page)) return page;
    const shown = page.items.map(({ instance, ...view }) => ({ instance, view }));
    return { output: { Reservations: reservationViews(shown), NextToken: page.next } };
  },
});
