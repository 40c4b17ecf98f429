import { firstOf, formatIp, lastOf, offset, cidrOf } from "../values/ip.ts";
import type { Cidr, Ip } from "../values/ip.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { Subnet, Vpc } from "./resource.ts";
import { listed } from "./world.ts";
import type { World } from "./world.ts";

/** Network, router, resolver, one for later. The last address of a subnet is kept as well. */
const reservedAtStart = 4;
const reservedInAll = reservedAtStart + 1;

export interface SubnetPlan {
  readonly zone: string;
  /** Canonical. */
  readonly cidr: string;
  readonly ipv6Cidr?: string | undefined;
  readonly defaultForZone: boolean;
  readonly tags: Tags;
}

/** A subnet, associated with its VPC's default ACL. */
export const makeSubnet = (birth: Birth, vpc: Vpc, plan: SubnetPlan): Subnet => ({
  ...owned(birth, plan.tags),
  kind: "subnet",
  id: birth.mint("subnet"),
  vpc: vpc.id,
  zone: plan.zone,
  cidr: plan.cidr,
  ipv6Cidrs:
    plan.ipv6Cidr === undefined
      ? []
      : [{ association: birth.mint("subnet-cidr-association"), cidr: plan.ipv6Cidr }],
  acl: vpc.defaultAcl,
  aclAssociation: birth.mint("acl-association"),
  defaultForZone: plan.defaultForZone,
  mapPublicIp: plan.defaultForZone,
  assignIpv6: false,
});

/** The first four addresses of a block and its last are nobody's. */
export const isReserved = (cidr: Cidr, ip: Ip): boolean =>
  ip.bits < cidr.base + BigInt(reservedAtStart) || ip.bits === lastOf(cidr).bits;

/** Canonical texts of the addresses that interfaces in the subnet hold, of both families. */
export const takenAddresses = (world: World, subnet: Subnet): Set<string> =>
  new Set(
    [...listed(world, "interfacesOfSubnet", subnet.id).values()].flatMap((eni) => [...eni.addresses, ...eni.ipv6Addresses]),
  );

/** IPv4 addresses a new interface could get. */
export function freeCount(world: World, subnet: Subnet): number {
  const { length } = cidrOf(subnet.cidr);
  const held = [...listed(world, "interfacesOfSubnet", subnet.id).values()].reduce((sum, eni) => sum + eni.addresses.length, 0);
  return 2 ** (32 - length) - reservedInAll - held;
}

/** The lowest `count` addresses of the block that are neither reserved nor taken; undefined when there are too few. */
export function allocate(cidr: Cidr, taken: ReadonlySet<string>, count: number): string[] | undefined {
  const found: string[] = [];
  const last = lastOf(cidr).bits;
  for (let ip = offset(firstOf(cidr), reservedAtStart); found.length < count; ip = offset(ip, 1)) {
    if (ip.bits >= last) return undefined;
    const text = formatIp(ip);
    if (!taken.has(text)) found.push(text);
  }
  return found;
}

/** What keeps a subnet from being deleted. */
export const holdersOfSubnet = (world: World, subnet: Subnet): string[] =>
  [...listed(world, "interfacesOfSubnet", subnet.id).keys()].toSorted();
