/** Which members of EC2's inputs are enumerations: the frozen shapes leave that out, the SDK's declarations have it. */
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const models = join(dirname(createRequire(import.meta.url).resolve("@aws-sdk/client-ec2/package.json")), "dist-types/models");
const read = (name: string): string => readFileSync(join(models, name), "utf8");

const enumerations: ReadonlySet<string> = new Set(Array.from(read("enums.d.ts").matchAll(/^export type (\w+) =/gm), ([, name = ""]) => name));

const membersOf = (body: string): ReadonlyMap<string, string> =>
  new Map(Array.from(body.matchAll(/^ {4}(\w+)\??: \(?(\w+)/gm), ([, member = "", type = ""]) => [member, type]));

/** By interface, its members' types: a list's is its element's. */
const interfaces: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  readdirSync(models)
    .filter((name) => /^models_\d+\.d\.ts$/.test(name))
    .flatMap((name) => Array.from(read(name).matchAll(/^export interface (\w+) \{(.*?)^\}/gms), ([, found = "", body = ""]) => [found, membersOf(body)] as const)),
);

/** The type of a member of an operation's input, by its path; undefined: the SDK has no such member. */
function typeAt(action: string, path: readonly string[]): string | undefined {
  let type: string | undefined = `${action}Request`;
  for (const member of path) type = interfaces.get(type ?? "")?.get(member);
  return type;
}

/** Whether the member at the path in an operation's input is an enumeration. */
export const isEnumeration = (action: string, path: readonly string[]): boolean => enumerations.has(typeAt(action, path) ?? "");
