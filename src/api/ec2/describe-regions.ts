import type { Region } from "@aws-sdk/client-ec2";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import type { Filters } from "../filters.ts";
import { operation } from "../operation.ts";
import { regions } from "./zones.ts";

const view = (name: string): Region => ({
  RegionName: name,
  Endpoint: `ec2.${name}.amazonaws.com`,
  OptInStatus: "opt-in-not-required",
});

const filters: Filters<Region & { readonly Tags?: undefined }> = {
  endpoint: (region) => [region.Endpoint],
  "opt-in-status": (region) => [region.OptInStatus],
  "region-name": (region) => [region.RegionName],
};

/** The usual regions, and the caller's own. */
export const describeRegions = operation({
  name: "DescribeRegions",
  run(_world, input, call) {
    const passes = parseFilters(filters, input.Filters);
    if (isRefusal(passes)) return passes;
    const known = [...new Set<string>([...regions, call.region])].toSorted();
    const wanted = input.RegionNames?.length ? input.RegionNames : known;
    const unknown = wanted.find((name) => !known.includes(name));
    if (unknown !== undefined) return refuse("InvalidParameterValue", `Invalid region provided: [${unknown}]`);
    return { output: { Regions: wanted.map(view).filter(passes) } };
  },
});
