export interface Zone {
  /** Such as us-east-1a. */
  readonly name: string;
  /** Such as use1-az1. */
  readonly id: string;
}

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

/** The id of a zone this world names. */
export const zoneIdOf = (region: string, name: string): string | undefined =>
  zonesOf(region).find((zone) => zone.name === name)?.id;
