import type { AddPrefixListEntry, RemovePrefixListEntry } from "@aws-sdk/client-ec2";
import type { PrefixListEntry } from "../../model/resource.ts";
import { formatCidr } from "../../values/ip.ts";
import type { Family } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { limits } from "../limits.ts";
import { parseBlock } from "./blocks.ts";

const invalid = (message: string): Refusal => refuse("InvalidParameterValue", message);

const longestDescription = 255;

/** Entries as a list keeps them: host bits cleared, no block twice, no empty description. */
export function parseEntries(entries: readonly AddPrefixListEntry[], family: Family): PrefixListEntry[] | Refusal {
  const cidrs = parseCidrs(entries, family);
  if (isRefusal(cidrs)) return cidrs;
  if (entries.some(({ Description = "" }) => Description.length > longestDescription)) {
    return invalid(`The description of an entry exceeds the maximum length of ${longestDescription} characters`);
  }
  return cidrs.map((cidr, index) => {
    const description = entries[index]?.Description ?? "";
    return description === "" ? { cidr } : { cidr, description };
  });
}

/** The blocks of entries in canonical form, each once. */
export function parseCidrs(entries: readonly RemovePrefixListEntry[], family: Family): string[] | Refusal {
  const cidrs = new Set<string>();
  for (const { Cidr = "" } of entries) {
    const block = parseBlock("Cidr", Cidr, family);
    if (isRefusal(block)) return block;
    const cidr = formatCidr(block);
    if (cidrs.has(cidr)) return invalid(`The CIDR ${cidr} must not appear multiple times`);
    cidrs.add(cidr);
  }
  return [...cidrs];
}

/** The entries after a change. Refuses to remove what is not there and to add what is; removals come first. */
export function editEntries(
  entries: readonly PrefixListEntry[],
  added: readonly PrefixListEntry[],
  removed: readonly string[],
): PrefixListEntry[] | Refusal {
  const edited = new Map(entries.map((entry) => [entry.cidr, entry]));
  for (const cidr of removed) if (!edited.delete(cidr)) return modification(`The CIDR ${cidr} does not exist.`);
  for (const entry of added) {
    if (edited.has(entry.cidr)) return modification(`The CIDR ${entry.cidr} already exists.`);
    edited.set(entry.cidr, entry);
  }
  return [...edited.values()];
}

const modification = (message: string): Refusal => refuse("InvalidPrefixListModification", message);

/** Refuses a size no list may have. */
export const refuseSize = (maxEntries: number): Refusal | undefined =>
  Number.isInteger(maxEntries) && maxEntries >= 1 && maxEntries <= limits.entriesPerPrefixList
    ? undefined
    : invalid(`Must specify a max size between 1 and ${limits.entriesPerPrefixList}`);

/** Refuses more entries than the list has room for. */
export const refuseCount = (entries: readonly PrefixListEntry[], maxEntries: number): Refusal | undefined =>
  entries.length > maxEntries
    ? refuse("PrefixListMaxEntriesExceeded", `The maximum number of entries of the prefix list is ${maxEntries}, not ${entries.length}.`)
    : undefined;

/** Refuses a name that is empty, too long, or one of Amazon's own lists'. */
export function refuseName(name: string): Refusal | undefined {
  if (name === "" || name.length > 255) return invalid(`Value (${name}) for parameter prefixListName is invalid.`);
  return name.startsWith("com.amazonaws")
    ? invalid(`Value (${name}) for parameter prefixListName is invalid. The name cannot start with 'com.amazonaws'.`)
    : undefined;
}
