/** Which members of EC2's inputs are enumerations: the frozen shapes leave that out, the SDK's declarations have it. */
import { enumerationsText, interfaceTexts } from "./declarations.ts";

const enumerations: ReadonlySet<string> = new Set(Array.from(enumerationsText.matchAll(/^export type (\w+) =/gm), ([, name = ""]) => name));

/** By interface, its members' types: a list's is its element's. */
const interfaces: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  Array.from(interfaceTexts, ([name, body]) => [name, new Map(Array.from(body.matchAll(/^ {4}(\w+)\??: \(?(\w+)/gm), ([, member = "", type = ""]) => [member, type]))]),
);

/** The type of a member of an operation's input, by its path; undefined: the SDK has no such member. */
function typeAt(action: string, path: readonly string[]): string | undefined {
  let type: string | undefined = `${action}Request`;
  for (const member of path) type = interfaces.get(type ?? "")?.get(member);
  return type;
}

/** Whether the member at the path in an operation's input is an enumeration. */
export const isEnumeration = (action: string, path: readonly string[]): boolean => enumerations.has(typeAt(action, path) ?? "");
