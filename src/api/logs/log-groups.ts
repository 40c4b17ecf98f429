import type { LogGroup as LogGroupView } from "@aws-sdk/client-cloudwatch-logs";
import type { LogGroup, LogScope } from "../../logs/store.ts";
import { type Refusal, isRefusal, refuse } from "../../values/refuse.ts";
import { unserved } from "../ec2/served.ts";
import { invalid, refuseGroupName, refuseText } from "./constraint.ts";
import { groupArn, groupNameOf, locateGroup, noGroup } from "./locate.ts";
import { type Input, type Logs, operation } from "./operation.ts";
import { pageOf } from "./pages.ts";
import { mergeTags } from "./tags.ts";

/** The only one there is. */
const groupClass = "STANDARD";

export const createLogGroup = operation({
  name: "CreateLogGroup",
  run(logs, input, call) {
    const { logGroupName: name = "", tags: given = {}, logGroupClass = groupClass } = input;
    const strange = unserved(input, ["logGroupName", "tags", "logGroupClass"]) ?? refuseGroupName(name);
    if (strange) return strange;
    if (logGroupClass !== groupClass) return refuse("UnsupportedOperation", `The log group class ${String(logGroupClass)} is not supported.`);
    const tags = mergeTags({}, given);
    if (isRefusal(tags)) return tags;
    if (logs.store.createGroup(call, name, tags, call.time)) return {};
    return refuse("ResourceAlreadyExistsException", "The specified log group already exists");
  },
});

/** Deletes a group with its streams and events. */
export const deleteLogGroup = operation({
  name: "DeleteLogGroup",
  run(logs, { logGroupName = "" }, call) {
    return refuseGroupName(logGroupName) ?? (logs.store.deleteGroup(call, logGroupName) ? {} : noGroup);
  },
});

const inDescribe = ["logGroupNamePrefix", "logGroupNamePattern", "logGroupIdentifiers", "logGroupClass", "nextToken", "limit", "includeLinkedAccounts"];

export const describeLogGroups = operation({
  name: "DescribeLogGroups",
  run(logs, input, call) {
    const strange = unserved(input, inDescribe);
    if (strange) return strange;
    const groups = chooseGroups(logs, call, input);
    if (isRefusal(groups)) return groups;
    const page = pageOf(groups, ({ name }) => name, input, "DescribeLogGroups");
    if (isRefusal(page)) return page;
    const view = input.logGroupNamePattern === undefined ? groupView : briefView;
    return { logGroups: page.items.map((group) => view(call, group)), nextToken: page.next };
  },
});

function chooseGroups(logs: Logs, scope: LogScope, input: Input<"DescribeLogGroups">): LogGroup[] | Refusal {
  const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern, logGroupIdentifiers: identifiers } = input;
  if (prefix !== undefined && pattern !== undefined) {
    return invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
  }
  const wrong = prefix === undefined ? undefined : refuseText(prefix, "logGroupNamePrefix", [1, 512], "[\\.\\-_/#A-Za-z0-9]+");
  if (wrong) return wrong;
  if (input.logGroupClass !== undefined && input.logGroupClass !== groupClass) return [];
  const named = identifiers && new Set(identifiers.map((each) => groupNameOf(scope, each)));
  return logs.store
    .groups(scope)
    .filter(({ name }) => (named?.has(name) ?? true) && name.startsWith(prefix ?? "") && name.includes(pattern ?? ""));
}

const briefView = (scope: LogScope, { name, created }: LogGroup): LogGroupView => ({
  logGroupName: name,
  creationTime: created,
  arn: `${groupArn(scope, name)}:*`,
});

const groupView = (scope: LogScope, group: LogGroup): LogGroupView => ({
  ...briefView(scope, group),
  logGroupArn: groupArn(scope, group.name),
  logGroupClass: groupClass,
  metricFilterCount: 0,
  retentionInDays: group.retentionDays,
  storedBytes: group.bytes,
});

const retentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/** After so many days events may go; what is older goes by and by. */
export const putRetentionPolicy = operation({
  name: "PutRetentionPolicy",
  run(logs, { logGroupName, retentionInDays = 0 }, call) {
    if (!retentions.includes(retentionInDays)) {
      return invalid(
        `1 validation error detected: Value '${retentionInDays}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${retentions.join(", ")}]`,
      );
    }
    const group = locateGroup(logs, call, { logGroupName });
    if (isRefusal(group)) return group;
    logs.store.changeGroup(call, { ...group, retentionDays: retentionInDays });
    return {};
  },
});

export const deleteRetentionPolicy = operation({
  name: "DeleteRetentionPolicy",
  run(logs, { logGroupName }, call) {
    const group = locateGroup(logs, call, { logGroupName });
    if (isRefusal(group)) return group;
    const { name, tags } = group;
    logs.store.changeGroup(call, { name, tags });
    return {};
  },
});
