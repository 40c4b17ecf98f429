import type { Id } from "../values/id.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { ElasticIp, NetworkInterface } from "./resource.ts";
import { listed, put } from "./world.ts";
import type { Change, World } from "./world.ts";

/** An elastic IP that is associated with nothing. */
export const makeElasticIp = (birth: Birth, publicIp: string, tags: Tags): ElasticIp => ({
  ...owned(birth, tags),
  kind: "elastic-ip",
  id: birth.mint("elastic-ip"),
  publicIp,
});

/** The elastic IP as what an interface's private address is known by outside. */
export const associateElasticIp = (
  birth: Birth,
  elasticIp: ElasticIp,
  place: { readonly interface: Id<"network-interface">; readonly address: string },
): ElasticIp & { readonly association: NonNullable<ElasticIp["association"]> } => ({
  ...elasticIp,
  association: { id: birth.mint("elastic-ip-association"), ...place },
});

/** The elastic IP, free for another private address. */
export function disassociateElasticIp(elasticIp: ElasticIp): ElasticIp {
  const { association: _, ...free } = elasticIp;
  return free;
}

/** The elastic IPs of the interface's private addresses; of those in `addresses` only, where it is given. */
export const elasticIpsOf = (world: World, eni: NetworkInterface, addresses?: ReadonlySet<string>): ElasticIp[] =>
  [...listed(world, "elasticIpsOfInterface", eni.id).values()].filter(
    ({ association }) => association && (addresses?.has(association.address) ?? true),
  );

/** Private addresses go, and elastic IPs are left: `addresses` are those that go, absent for all of the interface. */
export const freeElasticIps = (world: World, eni: NetworkInterface, addresses?: ReadonlySet<string>): Change[] =>
  elasticIpsOf(world, eni, addresses).map((elasticIp) => put(disassociateElasticIp(elasticIp)));
