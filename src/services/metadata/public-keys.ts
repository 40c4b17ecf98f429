/** The key pair an instance was launched with, as clients look for it: `public-keys/0/openssh-key`. */
import type { KeyPair } from "../../model/key-pair.ts";
import { list } from "../../model/world.ts";
import { type Folder, folderOf } from "./place.ts";
import type { Subject } from "./subject.ts";

/** The keys' folder, which lists each by number and name; nothing where no key pair has the instance's key name. */
export function publicKeys({ world, instance }: Subject): Folder | undefined {
  const pair = list(world, instance, "key-pair").find(({ name }) => name === instance.keyName);
  if (!pair) return undefined;
  const numbered = `0=${pair.name}`;
  const key = folderOf([["openssh-key", opensshLine(pair)]]);
  return { names: [numbered], at: (name) => (name === "0" ? key : name === numbered ? pair.name : undefined) };
}

/** In OpenSSH's form, whichever of both it was given in, under the pair's name. */
function opensshLine({ name, type, publicKey }: KeyPair): string {
  const [first = "", second = ""] = publicKey.trim().split(/\s+/);
  return first.startsWith("ssh-") ? `${first} ${second} ${name}` : `ssh-${type} ${rfc4716Body(publicKey)} ${name}`;
}

/** What is between the marks, without the headers, which a backslash continues. */
const rfc4716Body = (text: string): string =>
  text.replace(/^----.*$/gm, "").replace(/^[^\s:]+:(?:.*\\\r?\n)*.*$/gm, "").replace(/\s/g, "");
