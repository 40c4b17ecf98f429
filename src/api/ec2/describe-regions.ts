import type { Region } from "@aws-sdk/client-ec2";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import type { Filters } from "../filters.ts";
import { operation } from "../operation.ts";
import { optInRegions, regions } from "./zones.ts";

const asked: ReadonlySet<string> = new Set(optInRegions);

/** Nobody has opted in to a region here but by calling it. */
const view = (name: string, own: string): Region => ({
  RegionName: name,
  Endpoint: `ec2.${name}.amazonaws.com`,
  OptInStatus: !asked.has(name) ? "opt-in-not-required" : name === own ? "opted-in" : "not-opted-in",
});

const filters: Filters<Region & { readonly Tags?: undefined }> = {
  endpoint: (region) => [region.Endpoint],
  "opt-in-status": (region) => [region.OptInStatus],
  "region-name": (region) => [region.RegionName],
};

/** The usual regions, and the caller's own; all there are where they are asked for, each or at once. */
export const describeRegions = operation({
  name: "DescribeRegions",
  run(_world, input, call) {
    const passes = parseFilters(filters, input.Filters);
    if (isRefusal(passes)) return passes;
    const enabled = [...new Set<string>([...regions, call.region])].toSorted();
    const known = [...new Set([...enabled, ...optInRegions])].toSorted();
    const unasked = input.AllRegions === true ? known : enabled;
    const wanted = input.RegionNames?.length ? input.RegionNames : unasked;
    const unknown = wanted.find((name) => !known.includes(name));
    if (unknown !== undefined) return refuse("InvalidParameterValue", `Invalid region provided: [${unknown}]`);
    return { output: { Regions: wanted.map((name) => view(name, call.region)).filter(passes) } };
  },
});
