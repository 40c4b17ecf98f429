import { refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";

/**
 * Refuses an input that asks for something Bailey does not do, rather than answer as if it had been done.
 * `DryRun` and `ClientToken` are served for every call.
 */
export function unserved(input: object, served: readonly string[]): Refusal | undefined {
  const known: ReadonlySet<string> = new Set([...served, "DryRun", "ClientToken"]);
  const strange = Object.entries(input).find(([name, value]) => value !== undefined && !known.has(name));
  return strange && refuse("UnsupportedOperation", `The parameter ${strange[0]} is not supported.`);
}
