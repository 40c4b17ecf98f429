import type { LaunchTemplateVersion } from "@aws-sdk/client-ec2";
import type { LaunchTemplate, TemplateVersion } from "../../model/launch-template.ts";
import { templateNamed, versionOf } from "../../model/launch-template.ts";
import { list } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import type { Tagged } from "../filters.ts";
import { operation } from "../operation.ts";
import type { Input } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { describe } from "./describe.ts";
import { atLeastOne, locateTemplate, locateVersion, missingName } from "./launch-templates.ts";
import { templateFilters, templateView, versionFilters, versionView } from "./views/launch-template.ts";

const listing = {
  kind: "launch-template",
  ids: { parameter: "LaunchTemplateIds", alone: false },
  bounds: [1, 200],
  filters: templateFilters,
  view: templateView,
} as const;

/** Templates named by identifier or by name, or all. */
export const describeLaunchTemplates = operation({
  name: "DescribeLaunchTemplates",
  run(world, input, call) {
    const ids = [...(input.LaunchTemplateIds ?? [])];
    for (const name of input.LaunchTemplateNames ?? []) {
      const named = templateNamed(world, call, name);
      if (!named) return missingName(atLeastOne());
      ids.push(named.id);
    }
    const page = describe(listing, world, call, { ...input, ids });
    return isRefusal(page) ? page : { output: { LaunchTemplates: [...page.items], NextToken: page.next } };
  },
});

/** The versions asked for of one template, newest first; or the latest or default ones of all templates. */
export const describeLaunchTemplateVersions = operation({
  name: "DescribeLaunchTemplateVersions",
  run(world, input, call) {
    const request = parsePageRequest(input, [1, 200], "launch template versions");
    if (isRefusal(request)) return request;
    const passes = parseFilters<LaunchTemplateVersion & Tagged>(versionFilters, input.Filters);
    if (isRefusal(passes)) return passes;
    const named = input.LaunchTemplateId !== undefined || input.LaunchTemplateName !== undefined;
    const template = named ? locateTemplate(world, call, input) : undefined;
    if (isRefusal(template)) return template;
    const found = template ? versionsAsked(template, input) : versionsOfAll(list(world, call, "launch-template"), input.Versions ?? []);
    if (isRefusal(found)) return found;
    const views = found.map(([each, version]) => versionView(each, version)).filter(passes);
    const { items, next } = pageOf(views, orderKey, request, "launch template versions");
    return { output: { LaunchTemplateVersions: [...items], NextToken: next } };
  },
});

type Found = readonly (readonly [LaunchTemplate, TemplateVersion])[];

function versionsAsked(template: LaunchTemplate, input: Input<"DescribeLaunchTemplateVersions">): Found | Refusal {
  const named = new Set<TemplateVersion>();
  for (const text of input.Versions ?? []) {
    const version = locateVersion(template, text);
    if (isRefusal(version)) return version;
    named.add(version);
  }
  const [least, most] = [Number(input.MinVersion ?? 0), Number(input.MaxVersion ?? Infinity)];
  const within = template.versions.filter(({ number }) => number >= least && number <= most);
  return (named.size > 0 ? [...named] : within).map((version) => [template, version]);
}

const howToAsk =
  "To describe the launch template data for all your launch templates, for ‘--versions’ specify ‘$Latest’, ‘$Default’, or both, " +
  "and omit ‘--launch-template-id’, ‘--launch-template-name’, and version numbers. " +
  "To describe the launch template data for a specific launch template, specify ‘--launch-template-id’ or ‘--launch-template-name’, " +
  "and for ‘--versions’ specify one or more of the following values: ‘$Latest’, ‘$Default’, or one or more version numbers.";

function versionsOfAll(templates: readonly LaunchTemplate[], texts: readonly string[]): Found | Refusal {
  if (texts.length === 0) return refuse("MissingParameter", howToAsk);
  if (texts.some((text) => text !== "$Latest" && text !== "$Default")) return refuse("InvalidParameterValue", howToAsk);
  return templates.flatMap((template) =>
    [...new Set(texts.flatMap((text) => versionOf(template, text) ?? []))].map((version) => [template, version] as const),
  );
}

const mostVersions = 1e9;
/** By template, the newest version first. */
const orderKey = ({ LaunchTemplateId, VersionNumber = 0 }: LaunchTemplateVersion): string =>
  `${LaunchTemplateId} ${String(mostVersions - VersionNumber).padStart(10, "0")}`;
