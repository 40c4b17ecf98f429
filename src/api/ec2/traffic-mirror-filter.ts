import { deleteMirrorFilter, makeMirrorFilter } from "../../model/traffic-mirror.ts";
import type { MirrorFilter } from "../../model/traffic-mirror.ts";
import { list, listed, put } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { describe } from "./describe.ts";
import { locate } from "./lookup.ts";
import { invalidValue } from "./parameter.ts";
import { mirrorFilterFilters, mirrorFilterView } from "./views/traffic-mirror.ts";

/** Makes a filter that accepts nothing yet. */
export const createTrafficMirrorFilter = operation({
  name: "CreateTrafficMirrorFilter",
  run(world, { Description, TagSpecifications, ClientToken }, call) {
    const tags = parseTagSpecifications(TagSpecifications, ["traffic-mirror-filter"]);
    if (isRefusal(tags)) return tags;
    if (list(world, call, "traffic-mirror-filter").length >= call.quotas.mirrorFilters) {
      return refuse("TrafficMirrorFilterLimitExceeded", "The maximum number of traffic mirror filters has been reached.");
    }
    const plan = { dns: false, ...(Description !== undefined && { description: Description }) };
    const filter = makeMirrorFilter(call, plan, tags["traffic-mirror-filter"] ?? {});
    return { changes: [put(filter)], output: { TrafficMirrorFilter: mirrorFilterView(world, filter), ClientToken } };
  },
});

/** Deletes a filter that no session uses, with its rules. */
export const deleteTrafficMirrorFilter = operation({
  name: "DeleteTrafficMirrorFilter",
  run(world, { TrafficMirrorFilterId = "" }, call) {
    const filter = locate(world, call, "traffic-mirror-filter", TrafficMirrorFilterId);
    if (isRefusal(filter)) return filter;
    const user = listed(world, "mirrorSessionsOfFilter", filter.id).first();
    if (user) return refuse("TrafficMirrorFilterInUse", `The traffic mirror filter ${filter.id} is used by ${user.id}.`);
    return { changes: deleteMirrorFilter(world, filter), output: { TrafficMirrorFilterId: filter.id } };
  },
});

/** Says whether a filter takes the traffic of the network's own name server, too. */
export const modifyTrafficMirrorFilterNetworkServices = operation({
  name: "ModifyTrafficMirrorFilterNetworkServices",
  run(world, input, call) {
    const { TrafficMirrorFilterId = "", AddNetworkServices: added = [], RemoveNetworkServices: removed = [] } = input;
    const strange = [...added, ...removed].find((service: string) => service !== "amazon-dns");
    if (strange !== undefined) return invalidValue("networkServices", strange);
    const filter = locate(world, call, "traffic-mirror-filter", TrafficMirrorFilterId);
    if (isRefusal(filter)) return filter;
    const changed: MirrorFilter = { ...filter, dns: (filter.dns || added.length > 0) && removed.length === 0 };
    return { changes: [put(changed)], output: { TrafficMirrorFilter: mirrorFilterView(world, changed) } };
  },
});

const listing = {
  kind: "traffic-mirror-filter",
  ids: { parameter: "TrafficMirrorFilterIds", alone: false },
  bounds: [5, 1000],
  filters: mirrorFilterFilters,
  view: mirrorFilterView,
} as const;

export const describeTrafficMirrorFilters = operation({
  name: "DescribeTrafficMirrorFilters",
  run(world, { TrafficMirrorFilterIds, ...request }, call) {
    const page = describe(listing, world, call, { ...request, ids: TrafficMirrorFilterIds });
    return isRefusal(page) ? page : { output: { TrafficMirrorFilters: [...page.items], NextToken: page.next } };
  },
});
