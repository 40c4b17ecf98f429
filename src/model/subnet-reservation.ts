import type { Id } from "../values/id.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { Owned, Subnet } from "./resource.ts";
import { listed, remove } from "./world.ts";
import type { Change, World } from "./world.ts";

/** A block of a subnet that is to be given out only when it is asked for, or only as prefixes. */
export interface SubnetReservation extends Owned {
  readonly kind: "subnet-cidr-reservation";
  readonly id: Id<"subnet-cidr-reservation">;
  readonly subnet: Id<"subnet">;
  /** Canonical, of either family. */
  readonly cidr: string;
  readonly type: "prefix" | "explicit";
  readonly description?: string;
}

export type ReservationPlan = Pick<SubnetReservation, "cidr" | "type" | "description">;

export const makeReservation = (birth: Birth, subnet: Subnet, plan: ReservationPlan, tags: Tags): SubnetReservation => ({
  ...owned(birth, tags),
  kind: "subnet-cidr-reservation",
  id: birth.mint("subnet-cidr-reservation"),
  subnet: subnet.id,
  ...plan,
});

/** A subnet goes, and its reservations with it. */
export const forgetReservations = (world: World, subnet: Subnet): Change[] =>
  [...listed(world, "reservationsOfSubnet", subnet.id).values()].map(remove);
