import { refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";

export interface Zone {
  /** Such as us-east-1a. */
  readonly name: string;
  /** Such as use1-az1. */
  readonly id: string;
}

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

const points: Readonly<Record<string, string>> = {
  north: "n",
  south: "s",
  east: "e",
  west: "w",
  central: "c",
  northeast: "ne",
  northwest: "nw",
  southeast: "se",
  southwest: "sw",
  gov: "g",
};

/** The three zones of a region. */
export function zonesOf(region: string): readonly Zone[] {
  const short = region.split("-").map((part) => points[part] ?? part).join("");
  return ["a", "b", "c"].map((letter, index) => ({ name: `${region}${letter}`, id: `${short}-az${index + 1}` }));
}

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

/** The id of a zone this world names. */
export const zoneIdOf = (region: string, name: string): string | undefined =>
  zonesOf(region).find((zone) => zone.name === name)?.id;
