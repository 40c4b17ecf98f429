/** `bailey status --api`: how far each of Amazon's operations goes. */
import { coverage, type Family } from "../api/ec2/families.ts";
import { loadModel } from "../io/shapes.ts";
import { table } from "./table.ts";

export const ec2Coverage = (): Family[] => coverage(loadModel("ec2").actions);

const standings = ["enforced", "kept", "unsupported"] as const;

/** Counts by family, then names. Families of which nothing is served have counts only. */
export function coverageText(families: readonly Family[]): string {
  const rows = families.map((each) => [each.family, ...standings.map((standing) => String(each[standing].length))]);
  const sums = standings.map((standing) => String(families.reduce((sum, each) => sum + each[standing].length, 0)));
  const served = families.filter(({ enforced, kept }) => enforced.length + kept.length > 0);
  const names = served.map((each) =>
    [
      `${each.family}\n`,
      ...standings.filter((standing) => each[standing].length > 0).map((standing) => `  ${standing}: ${each[standing].join(" ")}\n`),
    ].join(""),
  );
  return [table(["FAMILY", "ENFORCED", "KEPT", "UNSUPPORTED"], [...rows, ["all", ...sums]]), ...names].join("\n");
}
