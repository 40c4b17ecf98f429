/** Whose names an instance can ask for: its VPC's, and those of peers that let it. */
import type { Vpc } from "../../model/resource.ts";
import { find, listed, type World } from "../../model/world.ts";

export interface Scope {
  readonly world: World;
  /** The VPC that is asked in. */
  readonly vpc: Vpc;
  /** It and all its active peers: the private ranges that are answered for here. */
  readonly around: readonly Vpc[];
  /** Those of them whose names lead to private addresses. */
  readonly named: readonly Vpc[];
}

export function scopeOf(world: World, vpc: Vpc): Scope {
  const peers = [...listed(world, "peeringsOfVpc", vpc.id).values()]
    .filter(({ state }) => state === "active")
    .flatMap(({ requester, accepter }) => {
      const theirs = requester.vpc === vpc.id ? accepter : requester;
      const peer = find(world, "vpc", theirs.vpc);
      return peer ? [{ peer, shares: theirs.dnsResolution }] : [];
    });
  const open = [vpc, ...peers.filter(({ shares }) => shares).map(({ peer }) => peer)];
  return {
    world,
    vpc,
    around: [vpc, ...peers.map(({ peer }) => peer)],
    named: vpc.dnsHostnames ? open.filter(({ dnsSupport, dnsHostnames }) => dnsSupport && dnsHostnames) : [],
  };
}
