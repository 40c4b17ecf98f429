import type { LaunchTemplateSpecification, RequestLaunchTemplateData } from "@aws-sdk/client-ec2";
import { templateNamed, versionOf } from "../../model/launch-template.ts";
import type { LaunchTemplate, TemplateVersion } from "../../model/launch-template.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import type { Call, Input } from "../operation.ts";
import { locate } from "./lookup.ts";

/** The template an input names, by its identifier or by its name: exactly one of them. */
export function locateTemplate(
  world: World,
  call: Call,
  { LaunchTemplateId, LaunchTemplateName }: Pick<LaunchTemplateSpecification, "LaunchTemplateId" | "LaunchTemplateName">,
): LaunchTemplate | Refusal {
  if ((LaunchTemplateId === undefined) === (LaunchTemplateName === undefined)) {
    return refuse(
      LaunchTemplateId === undefined ? "MissingParameter" : "InvalidParameterCombination",
      "The request must contain exactly one of launchTemplateId or launchTemplateName.",
    );
  }
  if (LaunchTemplateId !== undefined) return locate(world, call, "launch-template", LaunchTemplateId);
  return templateNamed(world, call, LaunchTemplateName ?? "") ?? missingName(LaunchTemplateName ?? "");
}

export const missingName = (name: string): Refusal =>
  refuse("InvalidLaunchTemplateName.NotFoundException", `The specified launch template, with template name ${name}, does not exist.`);

/** The version a text means: a number, `$Latest` or `$Default`. */
export const locateVersion = (template: LaunchTemplate, text: string): TemplateVersion | Refusal =>
  versionOf(template, text) ??
  refuse("InvalidLaunchTemplateId.VersionNotFound", `Could not find launch template version ${text} of launch template ${template.id}.`);

/** What a version says of a launch. */
export const templateData = ({ data }: TemplateVersion): RequestLaunchTemplateData => JSON.parse(data) as RequestLaunchTemplateData;

/** A launch as it was asked for, and which template it was made from. */
export interface TemplatedLaunch {
  readonly input: Input<"RunInstances">;
  readonly template?: { readonly id: string; readonly version: number };
}

/** The launch an input asks for: what it says itself, and for the rest what the template it names says. */
export function fromTemplate(world: World, call: Call, asked: Input<"RunInstances">): TemplatedLaunch | Refusal {
  const { LaunchTemplate: named, ...own } = asked;
  if (!named) return { input: asked };
  const template = locateTemplate(world, call, named);
  if (isRefusal(template)) return template;
  const version = locateVersion(template, named.Version ?? "$Default");
  if (isRefusal(version)) return version;
  const said = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const { TagSpecifications = [], ...data } = templateData(version);
  // A template's data has the members of a launch, under the same names.
  const input = { ...data, ...said, TagSpecifications: mergeSpecifications(TagSpecifications, own.TagSpecifications) } as Input<"RunInstances">;
  return { input, template: { id: template.id, version: version.number } };
}

type Specifications = NonNullable<Input<"RunInstances">["TagSpecifications"]>;

/** The template's tags, but for those whose key the launch itself gives a value. */
function mergeSpecifications(templated: Specifications, own: Specifications = []): Specifications {
  const taken = (type: string | undefined, key: string | undefined) =>
    own.some(({ ResourceType, Tags }) => ResourceType === type && Tags?.some(({ Key }) => Key === key) === true);
  const kept = templated.map(({ ResourceType, Tags = [] }) => ({ ResourceType, Tags: Tags.filter(({ Key }) => !taken(ResourceType, Key)) }));
  return [...kept.filter(({ Tags }) => Tags.length > 0), ...own];
}
