import type { ResourceType, TagDescription } from "@aws-sdk/client-ec2";
import { isAmazons } from "../../model/amazon-prefix-list.ts";
import type { Scope, Tags } from "../../model/birth.ts";
import { metadataOptionsOf } from "../../model/metadata-options.ts";
import type { Resource } from "../../model/resource.ts";
import { listSeen, retag, tagsSeen } from "../../model/visible.ts";
import { put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { kindOfId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import type { Filters } from "../filters.ts";
import { operation } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { mergeTags, parseTags } from "../tags.ts";
import { locateImage } from "./images.ts";
import { findables, findSeen, amazonOwned, missing } from "./lookup.ts";
import type { Findable } from "./lookup.ts";
import type { Call } from "../operation.ts";
import { refuseTagKeys } from "./metadata-options.ts";

/** The kinds whose resources have tags. */
type Taggable = Exclude<Findable, "network-interface-permission">;
const taggables = findables.filter((kind): kind is Taggable => kind !== "network-interface-permission");

/** The caller's resources of those identifiers, of whatever kinds. */
function locateTagged(world: World, call: Call, texts: readonly string[]): Resource[] | Refusal {
  const found: Resource[] = [];
  for (const text of new Set(texts)) {
    const kind = kindOfId(text);
    if (kind === "image") return notTaggable(locateImage(call, text));
    const findable = taggables.find((candidate) => candidate === kind);
    if (!findable) return refuse("InvalidID", `The ID '${text}' is not valid`);
    const resource = findSeen(world, call, findable, text);
    if (!resource) return missing(findable, [text]);
    if (resource.kind === "prefix-list" && isAmazons(resource)) return amazonOwned(resource);
    found.push(resource);
  }
  return found;
}

/** The image belongs to nobody who calls. */
const notTaggable = (image: string | Refusal): Refusal =>
  isRefusal(image) ? image : refuse("OperationNotPermitted", `The image '${image}' is not yours to tag.`);

const noResources = refuse("MissingParameter", "The request must contain the parameter resourceIdSet");

/** Gives every one of the resources every one of the tags, all or none. */
export const createTags = operation({
  name: "CreateTags",
  answersFor: ["Resources", "Tags"],
  run(world, { Resources = [], Tags: list = [] }, call) {
    if (Resources.length === 0) return noResources;
    if (list.length === 0) return refuse("MissingParameter", "The request must contain the parameter tagSet");
    const tags = parseTags(list);
    if (isRefusal(tags)) return tags;
    const resources = locateTagged(world, call, Resources);
    if (isRefusal(resources)) return resources;
    const merged = resources.map((resource) => ({ resource, tags: mergeTags(tagsSeen(call, resource), tags) }));
    const changes = [];
    for (const { resource, tags: next } of merged) {
      if (isRefusal(next)) return next;
      const hidden = resource.kind === "instance" && refuseTagKeys(metadataOptionsOf(resource), tags);
      if (hidden) return hidden;
      changes.push(put(retag(call, resource, next)));
    }
    return { changes, output: {} };
  },
});

/** Takes tags away: those with that key, or that key and value; all of them when none is named. */
export const deleteTags = operation({
  name: "DeleteTags",
  answersFor: ["Resources"],
  run(world, { Resources = [], Tags: wanted = [] }, call) {
    if (Resources.length === 0) return noResources;
    const reserved = wanted.some(({ Key = "" }) => Key.toLowerCase().startsWith("aws:"));
    if (reserved) return refuse("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use");
    const resources = locateTagged(world, call, Resources);
    if (isRefusal(resources)) return resources;
    const goes = (key: string, value: string) =>
      wanted.length === 0 || wanted.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value));
    const kept = (tags: Tags): Tags => Object.fromEntries(Object.entries(tags).filter(([key, value]) => !goes(key, value)));
    return { changes: resources.map((resource) => put(retag(call, resource, kept(tagsSeen(call, resource))))), output: {} };
  },
});

const filters: Filters<TagDescription & { readonly Tags: { Key: string | undefined; Value: string | undefined }[] }> = {
  key: (tag) => [tag.Key],
  "resource-id": (tag) => [tag.ResourceId],
  "resource-type": (tag) => [tag.ResourceType],
  value: (tag) => [tag.Value],
};

export const describeTags = operation({
  name: "DescribeTags",
  run(world, input, call) {
    const request = parsePageRequest(input, [5, 1000], "tag");
    if (isRefusal(request)) return request;
    const passes = parseFilters(filters, input.Filters);
    if (isRefusal(passes)) return passes;
    const tags = taggables.flatMap((kind) => describeKind(world, call, kind));
    const passing = tags.filter((tag) => passes({ ...tag, Tags: [{ Key: tag.Key, Value: tag.Value }] }));
    const { items, next } = pageOf(passing, ({ ResourceId, Key }) => `${ResourceId} ${Key}`, request, "tag");
    return { output: { Tags: [...items], NextToken: next } };
  },
});

/** Amazon's name for a kind of resource. */
function typeOf(kind: Taggable): ResourceType {
  if (kind === "nat-gateway") return "natgateway";
  return kind === "flow-log" ? "vpc-flow-log" : kind;
}

const describeKind = (world: World, scope: Scope, kind: Taggable): TagDescription[] =>
  listSeen<Taggable>(world, scope, kind).flatMap((resource) =>
    Object.entries(tagsSeen(scope, resource)).map(([Key, Value]) => ({ ResourceId: resource.id, ResourceType: typeOf(kind), Key, Value })),
  );
