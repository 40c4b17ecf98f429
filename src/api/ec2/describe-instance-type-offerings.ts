import type { InstanceTypeOffering } from "@aws-sdk/client-ec2";
import { zonesOf } from "../../model/zone.ts";
import { isRefusal } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import type { Filters, Tagged } from "../filters.ts";
import { operation } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { instanceTypes } from "./instance-types.ts";
import { oneOf } from "./parameter.ts";

const filters: Filters<InstanceTypeOffering & Tagged> = {
  "instance-type": (offering) => [offering.InstanceType],
  location: (offering) => [offering.Location],
};

/** Every type is in every zone. */
export const describeInstanceTypeOfferings = operation({
  name: "DescribeInstanceTypeOfferings",
  run(_world, input, { region }) {
    const words = ["region", "availability-zone", "availability-zone-id", "outpost"] as const;
    const type = oneOf("locationType", input.LocationType ?? "region", words);
    if (isRefusal(type)) return type;
    const asked = parsePageRequest(input, [5, 1000], "type offerings");
    if (isRefusal(asked)) return asked;
    const passes = parseFilters(filters, input.Filters);
    if (isRefusal(passes)) return passes;
    const zones = zonesOf(region);
    const locations = {
      region: [region],
      "availability-zone": zones.map(({ name }) => name),
      "availability-zone-id": zones.map(({ id }) => id),
      outpost: [],
    }[type];
    const all = locations.flatMap((Location) => instanceTypes.map(({ name }) => ({ InstanceType: name, LocationType: type, Location })));
    const page = pageOf(all.filter(passes), ({ InstanceType, Location }) => `${Location} ${InstanceType}`, asked, "type offerings");
    return { output: { InstanceTypeOfferings: [...page.items], NextToken: page.next } };
  },
});
