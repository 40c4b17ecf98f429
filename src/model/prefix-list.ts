import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { PrefixList, PrefixListEntry, PrefixListVersion, RouteTable, SecurityGroup } from "./resource.ts";
import { tablesNaming } from "./route-table.ts";
import { listed, need, put, remove } from "./world.ts";
import type { Change, World } from "./world.ts";

export interface PrefixListPlan extends Pick<PrefixList, "name" | "family" | "maxEntries" | "entries"> {
  readonly tags: Tags;
}

export const makePrefixList = (birth: Birth, { tags, ...plan }: PrefixListPlan): PrefixList => ({
  ...owned(birth, tags),
  kind: "prefix-list",
  id: birth.mint("prefix-list"),
  version: 1,
  state: "create-complete",
  ...plan,
});

/** The entries of a version that is kept, or undefined. */
export const entriesOf = (world: World, list: PrefixList, version: number): readonly PrefixListEntry[] | undefined =>
  version === list.version
    ? list.entries
    : listed(world, "versionsOfPrefixList", list.id).get(versionId(list, version))?.entries;

const versionId = (list: PrefixList, version: number): string => `${list.id}/${version}`;

/** The list with other entries, as its next version. The last `kept` versions are remembered, the current one included. */
export function nextVersion(
  world: World,
  birth: Birth,
  list: PrefixList,
  { entries, state }: Pick<PrefixList, "entries" | "state">,
  kept: number,
): { list: PrefixList; changes: Change[] } {
  const next: PrefixList = { ...list, entries, state, version: list.version + 1 };
  const past: PrefixListVersion = {
    ...owned(birth),
    kind: "prefix-list-version",
    id: versionId(list, list.version),
    list: list.id,
    version: list.version,
    entries: list.entries,
  };
  const oldest = listed(world, "versionsOfPrefixList", list.id).get(versionId(list, next.version - kept));
  return { list: next, changes: [put(next), put(past), ...(oldest ? [remove(oldest)] : [])] };
}

/** The groups whose rules name the list, which therefore cannot go. */
export const groupsNaming = (world: World, list: PrefixList): string[] =>
  [...new Set([...listed(world, "rulesOfPrefixList", list.id).values()].map((rule) => rule.group))].toSorted();

/** Everything that names the list: groups by their rules, then route tables. */
export const holdersOfPrefixList = (world: World, list: PrefixList): (SecurityGroup | RouteTable)[] => [
  ...groupsNaming(world, list).map((id) => need(world, "security-group", id)),
  ...tablesNaming(world, list.id),
];

/** A list goes together with its past versions. */
export const deletePrefixList = (world: World, list: PrefixList): Change[] => [
  ...[...listed(world, "versionsOfPrefixList", list.id).values()].map(remove),
  remove(list),
];
