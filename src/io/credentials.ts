import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Refusal, refuse } from "../values/refuse.ts";

/** The root user's access key, and the account it was made for. */
export interface RootCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly account: string;
  /** The region clients use when they name none. */
  readonly region: string;
}

/**
 * The root credentials of a state directory, made on first use (mode 0600). The account is the one they were made for,
 * whatever is asked for later. Refuses a file that can't be read or holds no credentials.
 */
export function openCredentials(
  state: string,
  defaults: { readonly account: string; readonly region: string },
): Refusal | RootCredentials {
  const path = join(state, "credentials.json");
  if (!existsSync(path)) {
    const { account, region } = defaults;
    const made: RootCredentials = { accessKeyId: newKeyId(), secretAccessKey: newSecret(), account, region };
    writeFileSync(`${path}.new`, `${JSON.stringify(made, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return made;
  }
  try {
    chmodSync(path, 0o600);
    const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (isCredentials(parsed)) return parsed;
    return refuse("State", `The file ${path} holds no access key.`);
  } catch (error) {
    return refuse("State", `The file ${path} can't be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

const fields = ["accessKeyId", "secretAccessKey", "account", "region"] as const;

function isCredentials(value: unknown): value is RootCredentials {
  if (typeof value !== "object" || value === null) return false;
  const given = new Map<string, unknown>(Object.entries(value));
  return fields.every((field) => typeof given.get(field) === "string");
}

const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** As Amazon's: AKIA and 16 characters of base 32. */
const newKeyId = (): string => `AKIA${Array.from(randomBytes(16), (byte) => base32[byte % 32]).join("")}`;

/** As Amazon's: 40 characters of base 64. */
const newSecret = (): string => randomBytes(30).toString("base64");
