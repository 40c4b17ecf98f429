/** The text of the SDK's declarations of EC2, which has what its schemas leave out. */
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const models = join(dirname(createRequire(import.meta.url).resolve("@aws-sdk/client-ec2/package.json")), "dist-types/models");
const read = (name: string): string => readFileSync(join(models, name), "utf8");

export const enumerationsText: string = read("enums.d.ts");

/** The comment on a member of an interface, as one line; empty where there is none. */
export function commentOn(name: string, member: string): string {
  const text = interfaceTexts.get(name) ?? "";
  const before = text.slice(0, text.search(new RegExp(`^ {4}${member}\\??:`, "m")));
  return before.slice(before.lastIndexOf("/**")).replaceAll(/\s*\n\s*\*\s*/g, " ");
}

/** By interface, its members' declarations with their comments. */
export const interfaceTexts: ReadonlyMap<string, string> = new Map(
  readdirSync(models)
    .filter((name) => /^models_\d+\.d\.ts$/.test(name))
    .flatMap((name) => Array.from(read(name).matchAll(/^export interface (\w+) \{(.*?)^\}/gms), ([, found = "", body = ""]) => [found, body] as const)),
);
