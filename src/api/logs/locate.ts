import type { LogGroup, LogScope, LogStream } from "../../logs/store.ts";
import { type Refusal, isRefusal, refuse } from "../../values/refuse.ts";
import { invalid, refuseGroupName } from "./constraint.ts";
import type { Logs } from "./operation.ts";

export const noGroup = refuse("ResourceNotFoundException", "The specified log group does not exist.");
export const noStream = refuse("ResourceNotFoundException", "The specified log stream does not exist.");

/** The Amazon Resource Name of a log group. */
export const groupArn = ({ account, region }: LogScope, name: string): string => `arn:aws:logs:${region}:${account}:log-group:${name}`;

/** The name an ARN or a name says, undefined when the ARN is of another account or region. Both ends of ARNs are known. */
export function groupNameOf(scope: LogScope, identifier: string): string | undefined {
  if (!identifier.startsWith("arn:")) return identifier;
  const own = groupArn(scope, "");
  return identifier.startsWith(own) ? identifier.slice(own.length).replace(/:\*$/, "") : undefined;
}

export interface NamedGroup {
  readonly logGroupName?: string | undefined;
  readonly logGroupIdentifier?: string | undefined;
}

/** The group an input names, by name or by identifier. */
export function locateGroup(logs: Logs, scope: LogScope, { logGroupName: name, logGroupIdentifier: identifier }: NamedGroup): LogGroup | Refusal {
  if (name !== undefined && identifier !== undefined) return invalid("LogGroup name and LogGroup ARN are mutually exclusive parameters.");
  const given = name ?? identifier;
  if (given === undefined) return invalid("Please specify either a LogGroup name or a LogGroup ARN.");
  const found = name ?? groupNameOf(scope, given);
  if (found === undefined) return noGroup;
  return refuseGroupName(found) ?? logs.store.group(scope, found) ?? noGroup;
}

/** The stream of a group. */
export function locateStream(logs: Logs, scope: LogScope, group: LogGroup | Refusal, name: string): LogStream | Refusal {
  if (isRefusal(group)) return group;
  return logs.store.stream(scope, group.name, name) ?? noStream;
}
