import { type Refusal, isRefusal, refuse } from "../../values/refuse.ts";
import type { LogGroup, LogScope } from "../../logs/store.ts";
import { limits } from "../limits.ts";
import { invalid, refuseText } from "./constraint.ts";
import { groupNameOf, noGroup } from "./locate.ts";
import { type Logs, operation } from "./operation.ts";

type Tags = LogGroup["tags"];

/** What a group has after it got more tags. Refuses what Amazon does not take as a tag. */
export function mergeTags(tags: Tags, added: Tags): Tags | Refusal {
  for (const [key, value] of Object.entries(added)) {
    if (key.toLowerCase().startsWith("aws:")) return invalid("Tag keys starting with 'aws:' are reserved for internal use");
    const wrong = refuseText(key, "tags", [1, 128]) ?? refuseText(value, "tags", [0, 256]);
    if (wrong) return wrong;
  }
  const merged = { ...tags, ...added };
  if (Object.keys(merged).length <= limits.tagsPerResource) return merged;
  return refuse("TooManyTagsException", `A resource can have no more than ${limits.tagsPerResource} tags.`);
}

/** The group an ARN names; nothing else has tags here. */
function locateTagged(logs: Logs, scope: LogScope, arn: string): LogGroup | Refusal {
  if (!/^arn:aws:logs:[\w-]+:\d{12}:[\w+=/:,.@#*-]+$/.test(arn)) return invalid(`Invalid resource ARN: ${arn}`);
  const name = groupNameOf(scope, arn);
  return (name === undefined ? undefined : logs.store.group(scope, name)) ?? noGroup;
}

export const tagResource = operation({
  name: "TagResource",
  run(logs, { resourceArn = "", tags: added = {} }, call) {
    const group = locateTagged(logs, call, resourceArn);
    if (isRefusal(group)) return group;
    const tags = mergeTags(group.tags, added);
    if (isRefusal(tags)) return tags;
    logs.store.changeGroup(call, { ...group, tags });
    return {};
  },
});

export const untagResource = operation({
  name: "UntagResource",
  run(logs, { resourceArn = "", tagKeys = [] }, call) {
    const group = locateTagged(logs, call, resourceArn);
    if (isRefusal(group)) return group;
    const gone = new Set(tagKeys);
    logs.store.changeGroup(call, { ...group, tags: Object.fromEntries(Object.entries(group.tags).filter(([key]) => !gone.has(key))) });
    return {};
  },
});

export const listTagsForResource = operation({
  name: "ListTagsForResource",
  run(logs, { resourceArn = "" }, call) {
    const group = locateTagged(logs, call, resourceArn);
    return isRefusal(group) ? group : { tags: { ...group.tags } };
  },
});
