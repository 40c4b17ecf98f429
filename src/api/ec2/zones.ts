import { zonesOf } from "../../model/zone.ts";
import type { Zone } from "../../model/zone.ts";
import { refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";

/** The regions an account has without asking for more. Any other region works all the same. */
export const regions = [
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
] as const;

/** The regions that an account has to ask for. */
export const optInRegions = [
  "af-south-1",
  "ap-east-1",
  "ap-east-2",
  "ap-south-2",
  "ap-southeast-3",
  "ap-southeast-4",
  "ap-southeast-5",
  "ap-southeast-6",
  "ap-southeast-7",
  "ca-west-1",
  "eu-central-2",
  "eu-south-1",
  "eu-south-2",
  "il-central-1",
  "me-central-1",
  "me-south-1",
  "mx-central-1",
] as const;

/** The zone of that name or id, or of the first name when neither is given. Refuses what the region does not have. */
export function chooseZone(
  region: string,
  wanted: { readonly AvailabilityZone?: string | undefined; readonly AvailabilityZoneId?: string | undefined },
): Zone | Refusal {
  const zones = zonesOf(region);
  const { AvailabilityZone, AvailabilityZoneId = zones[0]?.id } = wanted;
  const zone =
    AvailabilityZone === undefined
      ? zones.find(({ id }) => id === AvailabilityZoneId)
      : zones.find(({ name }) => name === AvailabilityZone);
  const names = zones.map(({ name }) => name).join(", ");
  return (
    zone ??
    refuse(
      "InvalidParameterValue",
      `Value (${AvailabilityZone ?? AvailabilityZoneId}) for parameter availabilityZone is invalid. ` +
        `Subnets can currently only be created in the following availability zones: ${names}.`,
    )
  );
}
