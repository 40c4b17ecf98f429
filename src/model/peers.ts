/** Which VPCs peering connections join, and whose they are. */
import type { Scope } from "./birth.ts";
import type { PeeringSide, VpcPeeringConnection } from "./resource.ts";
import { listed, scopeKey } from "./world.ts";
import type { Table, World } from "./world.ts";

/** Whether a side is of that account and region. */
export const isSide = (side: PeeringSide, scope: Scope): boolean => scopeKey(side) === scopeKey(scope);

/** The side that is not this VPC's. */
export const otherSide = ({ requester, accepter }: VpcPeeringConnection, vpc: string): PeeringSide =>
  requester.vpc === vpc ? accepter : requester;

/** All that were made with a VPC and are not forgotten, oldest first. */
export const peeringsOf = (world: World, vpc: string): VpcPeeringConnection[] =>
  [...listed(world, "peeringsOfVpc", vpc).values()].toSorted((a, b) => a.number - b.number);

/**
 * The VPCs that active peerings within one region join to this one, by id: rules can name their groups. `peerings` are
 * those of the VPC (index peeringsOfVpc).
 */
export const joinedBy = (
  peerings: Table<"vpc-peering-connection">,
  vpc: string,
): ReadonlyMap<string, VpcPeeringConnection> =>
  new Map(
    [...peerings.values()]
      .filter(({ state, requester, accepter }) => state === "active" && requester.region === accepter.region)
      .map((peering) => [otherSide(peering, vpc).vpc, peering]),
  );

/** The active peering within one region that joins two VPCs. */
export const peeringBetween = (world: World, one: string, other: string): VpcPeeringConnection | undefined =>
  joinedBy(listed(world, "peeringsOfVpc", one), one).get(other);
