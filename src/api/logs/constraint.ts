/** What inputs of CloudWatch Logs must be like, and the words in which it says that they are not. */
import { type Refusal, refuse } from "../../values/refuse.ts";

export const invalid = (message: string): Refusal => refuse("InvalidParameterException", message);

const fails = (value: string | number, at: string, constraint: string): Refusal =>
  invalid(`1 validation error detected: Value '${value}' at '${at}' failed to satisfy constraint: ${constraint}`);

/** Refuses a text that is too short or too long, or is not as the pattern says. */
export function refuseText(text: string, at: string, [least, most]: readonly [number, number], pattern?: string): Refusal | undefined {
  if (text.length < least) return fails(text, at, `Member must have length greater than or equal to ${least}`);
  if (text.length > most) return fails(text, at, `Member must have length less than or equal to ${most}`);
  if (pattern === undefined || new RegExp(`^${pattern}$`).test(text)) return undefined;
  return fails(text, at, `Member must satisfy regular expression pattern: ${pattern}`);
}

/** Refuses a number that is too small or too large. */
export function refuseNumber(value: number | undefined, at: string, [least, most]: readonly [number, number]): Refusal | undefined {
  if (value === undefined) return undefined;
  if (!(value >= least)) return fails(value, at, `Member must have value greater than or equal to ${least}`);
  return value > most ? fails(value, at, `Member must have value less than or equal to ${most}`) : undefined;
}

/** Refuses a list that is too short or too long. */
export function refuseList(list: readonly unknown[], at: string, [least, most]: readonly [number, number]): Refusal | undefined {
  const shown = list.length === 0 ? "[]" : `[${list.length} elements]`;
  if (list.length < least) return fails(shown, at, `Member must have length greater than or equal to ${least}`);
  return list.length > most ? fails(shown, at, `Member must have length less than or equal to ${most}`) : undefined;
}

export const refuseGroupName = (name: string): Refusal | undefined => refuseText(name, "logGroupName", [1, 512], "[\\.\\-_/#A-Za-z0-9]+");
export const refuseStreamName = (name: string): Refusal | undefined => refuseText(name, "logStreamName", [1, 512], "[^:*]*");
