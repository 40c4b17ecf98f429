/** The part of a world that services answer from, which is all that their thread is told. */
import type { Kind } from "../model/resource.ts";
import { type Change, everywhere, put, type World } from "../model/world.ts";

const served: ReadonlySet<Kind> = new Set([
  "region",
  "vpc",
  "subnet",
  "security-group",
  "network-interface",
  "instance",
  "elastic-ip",
  "vpc-peering-connection",
  "dhcp-options",
  "key-pair",
] satisfies readonly Kind[]);

const resourceOf = (change: Change) => ("put" in change ? change.put : change.delete);

/** Those of the changes that services have to know. */
export const servedChanges = (changes: readonly Change[]): Change[] => changes.filter((change) => served.has(resourceOf(change).kind));

/** The changes that make all of it. */
export const wholeReplica = (world: World): Change[] => [...served].flatMap((kind) => everywhere(world, kind).map(put));

/** What tells a changed resource from others: of several changes to one, the last is all that counts. */
export const changeKey = (change: Change): string => {
  const { kind, id } = resourceOf(change);
  return `${kind}/${id}`;
};
