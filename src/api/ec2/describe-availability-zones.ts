import type { AvailabilityZone } from "@aws-sdk/client-ec2";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { parseFilters, passedByNothing } from "../filters.ts";
import type { Filters } from "../filters.ts";
import { operation } from "../operation.ts";
import { zonesOf } from "../../model/zone.ts";
import type { Zone } from "../../model/zone.ts";

const view = (region: string, { name, id }: Zone): AvailabilityZone => ({
  ZoneName: name,
  ZoneId: id,
  ZoneType: "availability-zone",
  RegionName: region,
  GroupName: region,
  NetworkBorderGroup: region,
  OptInStatus: "opt-in-not-required",
  State: "available",
  Messages: [],
});

const filters: Filters<AvailabilityZone & { readonly Tags?: undefined }> = {
  "group-name": (zone) => [zone.GroupName],
  ...passedByNothing("group-long-name", "message", "parent-zone-id", "parent-zone-name"),
  "opt-in-status": (zone) => [zone.OptInStatus],
  "region-name": (zone) => [zone.RegionName],
  state: (zone) => [zone.State],
  "zone-id": (zone) => [zone.ZoneId],
  "zone-name": (zone) => [zone.ZoneName],
  "zone-type": (zone) => [zone.ZoneType],
};

export const describeAvailabilityZones = operation({
  name: "DescribeAvailabilityZones",
  run(_world, input, { region }) {
    const passes = parseFilters(filters, input.Filters);
    if (isRefusal(passes)) return passes;
    const zones = zonesOf(region);
    const names = input.ZoneNames ?? [];
    const ids = input.ZoneIds ?? [];
    const unknown = [
      ...names.filter((text) => !zones.some(({ name }) => name === text)),
      ...ids.filter((text) => !zones.some(({ id }) => id === text)),
    ];
    if (unknown[0] !== undefined) return refuse("InvalidParameterValue", `Invalid availability zone: [${unknown[0]}]`);
    const wanted = ({ name, id }: Zone) => names.length + ids.length === 0 || names.includes(name) || ids.includes(id);
    const views = zones.filter(wanted).map((zone) => view(region, zone));
    return { output: { AvailabilityZones: views.filter(passes) } };
  },
});
