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

/** Letters of zones, each with its number: most regions', and those of the regions that have others. */
const usual = "a1 b2 c3";
const unusual: Readonly<Record<string, string>> = {
  "ap-northeast-1": "a4 c1 d2",
  "ap-northeast-2": "a1 b2 c3 d4",
  "ca-central-1": "a1 b2 d4",
  "cn-north-1": "a1 b2",
  "us-east-1": "a6 b1 c2 d4 e3 f5",
  "us-west-1": "a3 b1",
  "us-west-2": "a2 b1 c3 d4",
};

/** The zones of a region, by name. Which number a letter stands for differs from account to account at Amazon. */
export function zonesOf(region: string): readonly Zone[] {
  const short = region.split("-").map((part) => points[part] ?? part).join("");
  const zones = (unusual[region] ?? usual).split(" ");
  return zones.map(([letter = "", number = ""]) => ({ name: `${region}${letter}`, id: `${short}-az${number}` }));
}

/** The id of a zone this world names. */
export const zoneIdOf = (region: string, name: string): string | undefined =>
  zonesOf(region).find((zone) => zone.name === name)?.id;
