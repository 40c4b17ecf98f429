import { cidrOf, covers, firstOf, formatCidr, formatIp, holds, ipOf, lastOf, offset, overlaps, prefixOf, widthOf } from "../values/ip.ts";
import type { Cidr, Ip } from "../values/ip.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { PrivateNames, Subnet, Vpc } from "./resource.ts";
import { listed } from "./world.ts";
import type { World } from "./world.ts";

/** The largest packet inside a VPC: Amazon's jumbo frames. */
export const mtu = 9001;
/** Where each subnet's router is found, for IPv6 as for every machine in it, and for IPv4. */
export const routerLinkLocal: Ip = { family: 6, bits: 0xfe800ec2n << 96n | 1n };
export const routerOf = (cidr: Cidr): Ip => offset(firstOf(cidr), 1);

/** Network, router, resolver, one for later. The last address of a subnet is kept as well. */
const reservedAtStart = 4;
const reservedInAll = reservedAtStart + 1;

export interface SubnetPlan {
  /** A new one, where it is absent. */
  readonly id?: Subnet["id"];
  readonly zone: string;
  /** Canonical; at least one of them. */
  readonly cidr?: string | undefined;
  readonly ipv6Cidr?: string | undefined;
  readonly defaultForZone: boolean;
  readonly tags: Tags;
}

/** A subnet, associated with its VPC's default ACL. */
export const makeSubnet = (birth: Birth, vpc: Vpc, plan: SubnetPlan): Subnet => ({
  ...owned(birth, plan.tags),
  kind: "subnet",
  id: plan.id ?? birth.mint("subnet"),
  vpc: vpc.id,
  zone: plan.zone,
  ...(plan.cidr !== undefined && { cidr: plan.cidr }),
  ipv6Cidrs:
    plan.ipv6Cidr === undefined
      ? []
      : [{ association: birth.mint("subnet-cidr-association"), cidr: plan.ipv6Cidr }],
  acl: vpc.defaultAcl,
  aclAssociation: birth.mint("acl-association"),
  defaultForZone: plan.defaultForZone,
  mapPublicIp: plan.defaultForZone,
  assignIpv6: plan.cidr === undefined,
});

/** The blocks of a subnet in canonical text, IPv4 first. */
export const blocksOfSubnet = ({ cidr, ipv6Cidrs }: Subnet): string[] => [
  ...(cidr === undefined ? [] : [cidr]),
  ...ipv6Cidrs.map((block) => block.cidr),
];

/** The IPv4 block of a subnet that has interfaces, which therefore has one (an invariant of the model). */
export function ipv4BlockOf(subnet: Subnet): Cidr {
  if (subnet.cidr === undefined) throw new Error(`${subnet.id} has interfaces but no IPv4 block`);
  return cidrOf(subnet.cidr);
}

/** The names of instances where nothing is said. */
export const usualNames: PrivateNames = { type: "ip-name", a: false, aaaa: false };

/** The first four addresses of a block and its last are nobody's. */
export const isReserved = (cidr: Cidr, ip: Ip): boolean =>
  ip.bits < cidr.base + BigInt(reservedAtStart) || ip.bits === lastOf(cidr).bits;

/** What interfaces in a subnet have, of both families: single addresses in canonical text, and blocks of them. */
export interface Held {
  readonly addresses: Set<string>;
  readonly prefixes: Cidr[];
}

export function heldIn(world: World, subnet: Subnet): Held {
  const interfaces = [...listed(world, "interfacesOfSubnet", subnet.id).values()];
  return {
    addresses: new Set(interfaces.flatMap((eni) => [...eni.addresses, ...eni.ipv6Addresses])),
    prefixes: interfaces.flatMap(({ prefixes = [], ipv6Prefixes = [] }) => [...prefixes, ...ipv6Prefixes].map(cidrOf)),
  };
}

/** How long a block delegated to an interface is. */
export const prefixLengths = { 4: 28, 6: 80 } as const;
const sizeOf = ({ family, length }: Cidr): number => 2 ** (widthOf(family) - length);

/** IPv4 addresses a new interface could get. */
export function freeCount(world: World, subnet: Subnet): number {
  const held = [...listed(world, "interfacesOfSubnet", subnet.id).values()].reduce(
    (sum, { addresses, prefixes = [] }) => sum + addresses.length + prefixes.length * 2 ** (32 - prefixLengths[4]),
    0,
  );
  return subnet.cidr === undefined ? 0 : sizeOf(cidrOf(subnet.cidr)) - reservedInAll - held;
}

/** The lowest `count` addresses of the block that are neither reserved nor held; undefined when there are too few. */
export function allocate(cidr: Cidr, { addresses, prefixes }: Held, count: number): string[] | undefined {
  const found: string[] = [];
  const last = lastOf(cidr).bits;
  let ip = offset(firstOf(cidr), reservedAtStart);
  while (found.length < count) {
    if (ip.bits >= last) return undefined;
    const block = prefixes.find((prefix) => holds(prefix, ip));
    const text = formatIp(ip);
    if (!block && !addresses.has(text)) found.push(text);
    ip = offset(block ? lastOf(block) : ip, 1);
  }
  return found;
}

/** Whether a block holds an address that is nobody's. */
export const hasReserved = (cidr: Cidr, block: Cidr): boolean =>
  isReserved(cidr, firstOf(block)) || isReserved(cidr, lastOf(block));

/** Whether somebody has an address of the block. */
export const isHeld = ({ addresses, prefixes }: Held, block: Cidr): boolean =>
  prefixes.some((prefix) => overlaps(prefix, block)) || [...addresses].some((text) => holds(block, ipOf(text)));

/** The lowest `count` blocks to delegate in which nothing is reserved or held; undefined when there are too few. */
export function allocatePrefixes(cidr: Cidr, { addresses, prefixes }: Held, count: number): string[] | undefined {
  const length = prefixLengths[cidr.family];
  const all = [...[...addresses].map(ipOf), ...prefixes.map(firstOf)];
  const taken = new Set(all.filter(({ family }) => family === cidr.family).map((ip) => prefixOf(ip, length).base));
  const found: string[] = [];
  let block = prefixOf(firstOf(cidr), length);
  while (found.length < count) {
    if (!covers(cidr, block)) return undefined;
    if (!hasReserved(cidr, block) && !taken.has(block.base)) found.push(formatCidr(block));
    block = prefixOf(offset(lastOf(block), 1), length);
  }
  return found;
}

/** What keeps a subnet from being deleted. */
export const holdersOfSubnet = (world: World, subnet: Subnet): string[] =>
  [...listed(world, "interfacesOfSubnet", subnet.id).keys()].toSorted();
