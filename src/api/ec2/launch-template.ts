import type { RequestLaunchTemplateData } from "@aws-sdk/client-ec2";
import { addVersion, makeLaunchTemplate, templateNamed } from "../../model/launch-template.ts";
import type { VersionPlan } from "../../model/launch-template.ts";
import { put, remove } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { atLeastOne, locateTemplate, locateVersion, templateData } from "./launch-templates.ts";
import { missingParameter } from "./parameter.ts";
import { unserved } from "./served.ts";
import { templateView, versionView } from "./views/launch-template.ts";

const longestDescription = 255;

function refuseName(name: string): Refusal | undefined {
  return /^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)
    ? undefined
    : refuse(
        "InvalidLaunchTemplateName.MalformedException",
        "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.",
      );
}

function planOf(data: RequestLaunchTemplateData, description: string | undefined): VersionPlan | Refusal {
  if (description !== undefined && description.length > longestDescription) {
    return refuse("InvalidParameterValue", `The version description can have ${longestDescription} characters at most.`);
  }
  return { data: JSON.stringify(data), ...(description !== undefined && { description }) };
}

/** Makes a template at version 1. What it says of launches is read when something is launched from it. */
export const createLaunchTemplate = operation({
  name: "CreateLaunchTemplate",
  run(world, input, call) {
    const strange = unserved(input, ["LaunchTemplateName", "LaunchTemplateData", "VersionDescription", "TagSpecifications"]);
    if (strange) return strange;
    const { LaunchTemplateName: name = "", LaunchTemplateData: data = {} } = input;
    const wrong = refuseName(name);
    if (wrong) return wrong;
    const plan = planOf(data, input.VersionDescription);
    if (isRefusal(plan)) return plan;
    const tags = parseTagSpecifications(input.TagSpecifications, ["launch-template"]);
    if (isRefusal(tags)) return tags;
    if (templateNamed(world, call, name)) {
      return refuse("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.");
    }
    const template = makeLaunchTemplate(call, name, plan, tags["launch-template"] ?? {});
    return { changes: [put(template)], output: { LaunchTemplate: templateView(world, template) } };
  },
});

/** Adds a version: what is said, and for the rest what the source version says, where one is named. */
export const createLaunchTemplateVersion = operation({
  name: "CreateLaunchTemplateVersion",
  run(world, input, call) {
    const strange = unserved(input, ["LaunchTemplateId", "LaunchTemplateName", "SourceVersion", "LaunchTemplateData", "VersionDescription"]);
    if (strange) return strange;
    const template = locateTemplate(world, call, input);
    if (isRefusal(template)) return template;
    const source = input.SourceVersion === undefined ? undefined : locateVersion(template, input.SourceVersion);
    if (isRefusal(source)) return source;
    const plan = planOf({ ...(source && templateData(source)), ...input.LaunchTemplateData }, input.VersionDescription);
    if (isRefusal(plan)) return plan;
    const next = addVersion(template, plan, call.now);
    const added = next.versions.at(-1);
    return { changes: [put(next)], output: { LaunchTemplateVersion: added && versionView(next, added) } };
  },
});

/** Chooses the version that launches get which don't say. */
export const modifyLaunchTemplate = operation({
  name: "ModifyLaunchTemplate",
  run(world, input, call) {
    const strange = unserved(input, ["LaunchTemplateId", "LaunchTemplateName", "DefaultVersion"]);
    if (strange) return strange;
    const both = "Either provide launch template ID or launch template name to modify the template.";
    const template = locateTemplate(world, call, input, { both });
    if (isRefusal(template)) return template;
    const { DefaultVersion: text } = input;
    if (text === undefined) return missingParameter("defaultVersion");
    const version = locateVersion(template, text, `The launch template version ${text} is not found for the specified launch template.`);
    if (isRefusal(version)) return version;
    const modified = { ...template, defaultVersion: version.number };
    return { changes: [put(modified)], output: { LaunchTemplate: templateView(world, modified) } };
  },
});

/** Deletes a template and all its versions. What was launched from it goes on. */
export const deleteLaunchTemplate = operation({
  name: "DeleteLaunchTemplate",
  run(world, input, call) {
    const template = locateTemplate(world, call, input, { name: atLeastOne });
    if (isRefusal(template)) return template;
    return { changes: [remove(template)], output: { LaunchTemplate: templateView(world, template) } };
  },
});

/** Deletes those versions that can be: they are there, and none is the default one. */
export const deleteLaunchTemplateVersions = operation({
  name: "DeleteLaunchTemplateVersions",
  run(world, input, call) {
    const template = locateTemplate(world, call, input);
    if (isRefusal(template)) return template;
    const about = { LaunchTemplateId: template.id, LaunchTemplateName: template.name };
    const outcomes = (input.Versions ?? []).map((text) => {
      const version = locateVersion(template, text);
      if (isRefusal(version)) return { text, error: { Code: "launchTemplateVersionDoesNotExist" as const, Message: version.message } };
      return version.number === template.defaultVersion
        ? { text, error: { Code: "unexpectedError" as const, Message: "The default version of a launch template cannot be deleted." } }
        : { text, number: version.number };
    });
    const gone = outcomes.flatMap(({ number }) => number ?? []);
    const versions = template.versions.filter(({ number }) => !gone.includes(number));
    return {
      changes: gone.length > 0 ? [put({ ...template, versions })] : [],
      output: {
        SuccessfullyDeletedLaunchTemplateVersions: gone.map((VersionNumber) => ({ ...about, VersionNumber })),
        UnsuccessfullyDeletedLaunchTemplateVersions: outcomes.flatMap(({ text, error }) =>
          error ? [{ ...about, VersionNumber: Number(text), ResponseError: error }] : [],
        ),
      },
    };
  },
});
