import type { LaunchTemplateSpecification, RequestLaunchTemplateData } from "@aws-sdk/client-ec2";
import { templateNamed, versionOf } from "../../model/launch-template.ts";
import type { LaunchTemplate, TemplateVersion } from "../../model/launch-template.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import type { Call, Input } from "../operation.ts";
import { locate } from "./lookup.ts";
import { missingParameter } from "./parameter.ts";

type Named = Pick<LaunchTemplateSpecification, "LaunchTemplateId" | "LaunchTemplateName">;

/** Amazon's calls have words of their own for an input that names no template, or names it twice, or by a wrong name. */
export interface Words {
  readonly both: string;
  readonly name: (name: string) => string;
}

const usual: Words = {
  both: "The request must contain either the parameter launch template ID or the parameter launch template name, but not both",
  name: (name) => `The specified launch template, with template name ${name}, does not exist.`,
};
export const atLeastOne = (): string => "At least one of the launch templates specified in the request does not exist.";

/** The template an input names, by its identifier or by its name: exactly one of them. */
export function locateTemplate(
  world: World,
  call: Call,
  { LaunchTemplateId: id, LaunchTemplateName: name }: Named,
  words: Partial<Words> = {},
): LaunchTemplate | Refusal {
  const { both, name: unknown } = { ...usual, ...words };
  if (id !== undefined && name !== undefined) return refuse("InvalidParameterCombination", both);
  if (id !== undefined) return locate(world, call, "launch-template", id);
  if (name === undefined) return missingParameter("launch template ID or launch template name");
  return templateNamed(world, call, name) ?? missingName(unknown(name));
}

export const missingName = (message: string): Refusal => refuse("InvalidLaunchTemplateName.NotFoundException", message);

/** The version a text means: a number, `$Latest` or `$Default`. */
export const locateVersion = (
  template: LaunchTemplate,
  text: string,
  message = `Could not find the specified version ${text} for the launch template with ID ${template.id}.`,
): TemplateVersion | Refusal => versionOf(template, text) ?? refuse("InvalidLaunchTemplateId.VersionNotFound", message);

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
