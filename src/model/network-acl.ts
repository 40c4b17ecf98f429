import type { Id } from "../values/id.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { AclEntry, NetworkAcl, Subnet } from "./resource.ts";
import { listed, put } from "./world.ts";
import type { Change, World } from "./world.ts";

const everyone = { 4: "0.0.0.0/0", 6: "::/0" } as const;
/** The numbers of what the owner of a VPC did not write: the final denies, and a default list's allow-all entries. */
const finalNumber = { 4: 32767, 6: 32768 } as const;
const openNumber = { 4: 100, 6: 101 } as const;
const directions = [true, false] as const;
type Family = 4 | 6;

const final = (family: Family, egress: boolean): AclEntry => ({
  number: finalNumber[family],
  egress,
  protocol: "-1",
  action: "deny",
  cidr: everyone[family],
});
const open = (family: Family, egress: boolean): AclEntry => ({
  number: openNumber[family],
  egress,
  protocol: "-1",
  action: "allow",
  cidr: everyone[family],
});

/** Entries in the order a list keeps them: egress first, then by number. */
export const sortEntries = (entries: readonly AclEntry[]): AclEntry[] =>
  entries.toSorted((a, b) => Number(b.egress) - Number(a.egress) || a.number - b.number);

/** A new list: a VPC's default list lets everything through, any other one nothing. */
export function makeAcl(
  birth: Birth,
  plan: { id: Id<"network-acl">; vpc: NetworkAcl["vpc"]; isDefault: boolean; ipv6: boolean; tags?: Tags },
): NetworkAcl {
  const families: Family[] = plan.ipv6 ? [4, 6] : [4];
  const entries = directions.flatMap((egress) =>
    families.flatMap((family) => [...(plan.isDefault ? [open(family, egress)] : []), final(family, egress)]),
  );
  return {
    ...owned(birth, plan.tags),
    kind: "network-acl",
    id: plan.id,
    vpc: plan.vpc,
    isDefault: plan.isDefault,
    entries: sortEntries(entries),
  };
}

/**
 * The list of a VPC that got its first IPv6 block: the final denies come to every list; a default list lets IPv6
 * through too, but only in a direction whose entries are still as they were made.
 */
export function withIpv6(acl: NetworkAcl): NetworkAcl {
  if (acl.entries.some(isFinalIpv6)) return acl;
  const added = directions.flatMap((egress) => {
    const here = acl.entries.filter((entry) => entry.egress === egress);
    const untouched = JSON.stringify(here) === JSON.stringify([open(4, egress), final(4, egress)]);
    return [...(acl.isDefault && untouched ? [open(6, egress)] : []), final(6, egress)];
  });
  return { ...acl, entries: sortEntries([...acl.entries, ...added]) };
}

const isFinalIpv6 = (entry: AclEntry): boolean => entry.number === finalNumber[6];

/** The list with this entry in place of any of its number and direction. */
export const withEntry = (acl: NetworkAcl, entry: AclEntry): NetworkAcl => ({
  ...acl,
  entries: sortEntries([...withoutEntry(acl, entry).entries, entry]),
});

export const withoutEntry = (acl: NetworkAcl, key: { number: number; egress: boolean }): NetworkAcl => ({
  ...acl,
  entries: acl.entries.filter((entry) => entry.number !== key.number || entry.egress !== key.egress),
});

export const findEntry = (acl: NetworkAcl, key: { number: number; egress: boolean }): AclEntry | undefined =>
  acl.entries.find((entry) => entry.number === key.number && entry.egress === key.egress);

/** Moves a subnet to a list, as a new association. */
export const associate = (birth: Birth, subnet: Subnet, acl: NetworkAcl): Subnet => ({
  ...subnet,
  acl: acl.id,
  aclAssociation: birth.mint("acl-association"),
});

/** What keeps the list from being deleted. */
export const holdersOfAcl = (world: World, acl: NetworkAcl): string[] =>
  [...listed(world, "subnetsOfAcl", acl.id).keys()].toSorted();

export const openListsToIpv6 = (world: World, vpc: string): Change[] =>
  [...listed(world, "aclsOfVpc", vpc).values()].map((acl) => put(withIpv6(acl)));
