import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import { locatePublicIp } from "./elastic-ips.ts";
import { unserved } from "./served.ts";
import { elasticIpFilters, elasticIpView } from "./views/elastic-ip.ts";

const listing = {
  kind: "elastic-ip",
  ids: { parameter: "AllocationIds", alone: false },
  bounds: [5, 1000],
  filters: elasticIpFilters,
  view: elasticIpView,
} as const;

/** Elastic IPs, all at once: the call has no pages. Those named by allocation and those named by address. */
export const describeAddresses = operation({
  name: "DescribeAddresses",
  run(world, input, call) {
    const strange = unserved(input, ["AllocationIds", "PublicIps", "Filters"]);
    if (strange) return strange;
    const ids = [...(input.AllocationIds ?? [])];
    for (const text of input.PublicIps ?? []) {
      const named = locatePublicIp(world, call, text);
      if (isRefusal(named)) return named;
      ids.push(named.id);
    }
    const page = describe(listing, world, call, { Filters: input.Filters, ids });
    return isRefusal(page) ? page : { output: { Addresses: [...page.items] } };
  },
});
