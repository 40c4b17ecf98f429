import type { Id } from "../values/id.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { Owned } from "./resource.ts";
import { list } from "./world.ts";
import type { World } from "./world.ts";

/** What launches can be told by name. */
export interface LaunchTemplate extends Owned {
  readonly kind: "launch-template";
  readonly id: Id<"launch-template">;
  /** One in its account and region. */
  readonly name: string;
  /** The number of the version that launches get which don't say. It is there always. */
  readonly defaultVersion: number;
  /** The greatest number any version ever had. */
  readonly latestVersion: number;
  /** In ascending order of their numbers. */
  readonly versions: readonly TemplateVersion[];
}

export interface TemplateVersion {
  /** From 1. */
  readonly number: number;
  readonly created: string;
  readonly description?: string;
  /** What it says of a launch: JSON of an input, as Amazon's clients send one. */
  readonly data: string;
}

export type VersionPlan = Pick<TemplateVersion, "description" | "data">;

export const makeLaunchTemplate = (birth: Birth, name: string, plan: VersionPlan, tags: Tags): LaunchTemplate => ({
  ...owned(birth, tags),
  kind: "launch-template",
  id: birth.mint("launch-template"),
  name,
  defaultVersion: 1,
  latestVersion: 1,
  versions: [{ number: 1, created: birth.now, ...plan }],
});

/** The template with another version, the latest from then on. */
export function addVersion(template: LaunchTemplate, plan: VersionPlan, now: string): LaunchTemplate {
  const number = template.latestVersion + 1;
  return { ...template, latestVersion: number, versions: [...template.versions, { number, created: now, ...plan }] };
}

/** The version a text means: its number, `$Latest`, or `$Default`. */
export function versionOf({ versions, defaultVersion }: LaunchTemplate, text: string): TemplateVersion | undefined {
  if (text === "$Latest") return versions.at(-1);
  const wanted = text === "$Default" ? String(defaultVersion) : text;
  return versions.find(({ number }) => String(number) === wanted);
}

/** The caller's template of that name. */
export const templateNamed = (world: World, birth: Birth, name: string): LaunchTemplate | undefined =>
  list(world, birth, "launch-template").find((template) => template.name === name);
