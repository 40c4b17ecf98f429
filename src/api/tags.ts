import type { Tag, TagSpecification } from "@aws-sdk/client-ec2";
import type { Tags } from "../model/birth.ts";
import { allowanceTag, largestAllowance, parseAllowance } from "../model/network-interface.ts";
import { isRefusal, refuse } from "../values/refuse.ts";
import type { Refusal } from "../values/refuse.ts";
import { limits } from "./limits.ts";

const longestKey = 128;
const longestValue = 256;

/** Tags as a resource keeps them. Refuses what Amazon does not take as a tag. A missing value is the empty one. */
export function parseTags(list: readonly Tag[] | undefined): Tags | Refusal {
  const tags = new Map<string, string>();
  for (const { Key, Value = "" } of list ?? []) {
    if (Key === undefined || Key === "") return refuse("InvalidParameterValue", "Tag keys cannot be empty");
    const fault = faultOf(Key, Value);
    if (fault !== undefined) return refuse("InvalidParameterValue", fault);
    if (tags.has(Key)) return refuse("InvalidParameterValue", `Duplicate tag key '${Key}' specified.`);
    tags.set(Key, Value);
  }
  return tags.size > limits.tagsPerResource ? tooMany : Object.fromEntries(tags);
}

function faultOf(key: string, value: string): string | undefined {
  if (key.toLowerCase().startsWith("aws:")) return "Tag keys starting with 'aws:' are reserved for internal use";
  if (key.length > longestKey) return `Tag key exceeds the maximum length of ${longestKey} characters`;
  if (value.length > longestValue) return `Tag value exceeds the maximum length of ${longestValue} characters`;
  if (key === allowanceTag && parseAllowance(value) === undefined) {
    return `The tag '${key}' takes a whole number from 1 to ${largestAllowance}, not '${value}'`;
  }
  return undefined;
}

const tooMany = refuse(
  "TagLimitExceeded",
  `The maximum number of tags that can be attached to a resource is ${limits.tagsPerResource}`,
);

/** What a resource has after `added` replaced or joined its tags. */
export function mergeTags(tags: Tags, added: Tags): Tags | Refusal {
  const merged = { ...tags, ...added };
  return Object.keys(merged).length > limits.tagsPerResource ? tooMany : merged;
}

/**
 * The tags a creating call gives what it creates, by resource type, which must be one the call creates. Amazon's calls
 * differ in the code they refuse with.
 */
export function parseTagSpecifications<T extends string>(
  specifications: readonly TagSpecification[] | undefined,
  types: readonly T[],
  code: "InvalidParameterValue" | "InvalidParameter" = "InvalidParameterValue",
): Partial<Record<T, Tags>> | Refusal {
  const byType: Partial<Record<T, Tags>> = {};
  for (const { ResourceType, Tags: list } of specifications ?? []) {
    if (ResourceType === undefined) return refuse(code, "Tag specification resource type must have a value");
    const type = types.find((candidate) => candidate === ResourceType);
    if (type === undefined) {
      return refuse(code, `'${ResourceType}' is not a valid taggable resource type for this operation.`);
    }
    if (!list?.length) return refuse(code, "Tag specification must have at least one tag");
    const before: Tags = byType[type] ?? {};
    const tags = parseTags([...tagList(before), ...list]);
    if (isRefusal(tags)) return tags;
    byType[type] = tags;
  }
  return byType;
}

/** Tags as they are shown, by key. */
export const tagList = (tags: Tags): Tag[] =>
  Object.entries(tags)
    .map(([Key, Value]) => ({ Key, Value }))
    .toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
