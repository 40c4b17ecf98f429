/** Whether gateways of an account's region let the internet in. It is stored, and lets everything pass. */
import type { Id } from "../values/id.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { Departing } from "./gone.ts";
import type { Owned } from "./resource.ts";
import { listed, remove } from "./world.ts";
import type { Change, World } from "./world.ts";

export type BlockMode = "off" | "block-bidirectional" | "block-ingress";

export interface BlockPublicAccess {
  readonly mode: BlockMode;
  /** ISO 8601. */
  readonly updated: string;
}

/** A VPC or subnet that a block does not hold for. */
export interface PublicAccessExclusion extends Owned, Departing {
  readonly kind: "vpc-block-public-access-exclusion";
  readonly id: Id<"vpc-block-public-access-exclusion">;
  readonly resource: Id<"vpc"> | Id<"subnet">;
  readonly mode: "allow-bidirectional" | "allow-egress";
  /** ISO 8601. */
  readonly updated: string;
}

export const makeExclusion = (
  birth: Birth,
  { resource, mode }: Pick<PublicAccessExclusion, "resource" | "mode">,
  tags: Tags,
): PublicAccessExclusion => ({
  ...owned(birth, tags),
  kind: "vpc-block-public-access-exclusion",
  id: birth.mint("vpc-block-public-access-exclusion"),
  resource,
  mode,
  updated: birth.now,
});

/** A VPC or subnet goes, and what was excluded of it. */
export const forgetExclusions = (world: World, resource: string): Change[] =>
  [...listed(world, "exclusionsOfResource", resource).values()].map(remove);
