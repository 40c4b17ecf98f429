import { overlaps } from "../values/ip.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import { peeringsOf } from "./peers.ts";
import type { PeeringSide, VpcPeeringConnection } from "./resource.ts";
import { blocksOf } from "./vpc.ts";
import { everywhere, findIn, put, remove } from "./world.ts";
import type { Change, World } from "./world.ts";

/** The state as it is shown: a request nobody answered in time has expired. */
export type PeeringState = VpcPeeringConnection["state"] | "expired";

const hour = 3600_000;
const answeredWithin = 168 * hour;
/** How long a connection that is over stays describable: one that was ended, and one that expired. */
const remembered = { ended: 2 * hour, expired: 48 * hour };

/** Numbers of peerings start here: below are those of interfaces. */
const firstNumber = 2 ** 24;

export interface PeeringPlan {
  readonly requester: PeeringSide;
  readonly accepter: PeeringSide;
  readonly tags: Tags;
}

/** A request to peer. It has failed at once when the VPCs can't be joined. */
export function requestPeering(world: World, birth: Birth, plan: PeeringPlan): VpcPeeringConnection {
  const { requester, accepter, tags } = plan;
  return {
    ...owned(birth, tags),
    kind: "vpc-peering-connection",
    id: birth.mint("vpc-peering-connection"),
    requester,
    accepter,
    ...stateNow(canJoin(world, plan) ? "pending-acceptance" : "failed", accepter.account, birth.now),
    expires: new Date(Date.parse(birth.now) + answeredWithin).toISOString(),
    number: firstNumber + world.revision,
  };
}

const messages = {
  "pending-acceptance": (accepter) => `Pending Acceptance by ${accepter}`,
  active: () => "Active",
  rejected: (accepter) => `Rejected by ${accepter}`,
  deleted: (deleter) => `Deleted by ${deleter}`,
  failed: () => "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range",
} as const satisfies Record<VpcPeeringConnection["state"], (account: string) => string>;

const stateNow = (state: VpcPeeringConnection["state"], account: string, now: string) => ({
  state,
  message: messages[state](account),
  stateChanged: now,
});

/** Whether both VPCs are where the sides say, and have no address in common. */
function canJoin(world: World, { requester, accepter }: Pick<PeeringPlan, "requester" | "accepter">): boolean {
  const one = findIn(world, requester, "vpc", requester.vpc);
  const other = findIn(world, accepter, "vpc", accepter.vpc);
  return one !== undefined && other !== undefined && !blocksOf(one).some((a) => blocksOf(other).some((b) => overlaps(a, b)));
}

/** The request accepted; failed when the VPCs got addresses in common since. */
export const acceptPeering = (world: World, peering: VpcPeeringConnection, now: string): VpcPeeringConnection => ({
  ...peering,
  ...stateNow(canJoin(world, peering) ? "active" : "failed", peering.accepter.account, now),
});

export const rejectPeering = (peering: VpcPeeringConnection, now: string): VpcPeeringConnection => ({
  ...peering,
  ...stateNow("rejected", peering.accepter.account, now),
});

/** Deleted by an account. Routes through it and rules across it stay, without effect. */
export const deletePeering = (peering: VpcPeeringConnection, account: string, now: string): VpcPeeringConnection => ({
  ...peering,
  ...stateNow("deleted", account, now),
});

export const stateOf = ({ state, expires }: VpcPeeringConnection, now: string): PeeringState =>
  state === "pending-acceptance" && expires <= now ? "expired" : state;

/** Whether it is active, or may still become so. */
export const isAlive = (peering: VpcPeeringConnection, now: string): boolean =>
  ["active", "pending-acceptance"].includes(stateOf(peering, now));

/** What becomes of a VPC's peerings when an account deletes it. */
export const endPeerings = (world: World, vpc: string, account: string, now: string): Change[] =>
  peeringsOf(world, vpc)
    .filter((peering) => isAlive(peering, now))
    .map((peering) => put(deletePeering(peering, account, now)));

/** Removes the peerings that have been over for so long by `now` that nobody is told of them any more. */
export const forgettablePeerings = (world: World, now: string): Change[] =>
  everywhere(world, "vpc-peering-connection")
    .filter((peering) => Date.parse(now) > shownUntil(peering, stateOf(peering, now)))
    .map(remove);

function shownUntil({ expires, stateChanged }: VpcPeeringConnection, state: PeeringState): number {
  if (state === "active" || state === "pending-acceptance") return Infinity;
  return state === "expired" ? Date.parse(expires) + remembered.expired : Date.parse(stateChanged) + remembered.ended;
}
