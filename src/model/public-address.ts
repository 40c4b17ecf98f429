/** Public IPv4 addresses: which prefix they are given out of, which are free, and who has which. */
import { firstOf, formatIp, holds, lastOf, offset } from "../values/ip.ts";
import type { Cidr, Ip } from "../values/ip.ts";
import type { ElasticIp, Instance, NetworkInterface } from "./resource.ts";
import { interfacesOf } from "./network-interface.ts";
import { listed } from "./world.ts";
import type { World } from "./world.ts";

/** Documentation's own prefix, so that no address given out is mistaken for somebody's. */
export const standardPublicPool = "203.0.113.0/24";

/** Whether addresses can be given out of the prefix. */
export const isPublicPool = ({ family, length }: Cidr): boolean => family === 4 && length <= 29;

/** The prefix's own address, and the one that the host has. */
const reservedAtStart = 2;

/** Whether the pool gives the address out at all: neither its first two nor its last. */
export const isPublicAddress = (pool: Cidr, ip: Ip): boolean =>
  holds(pool, ip) && ip.bits >= pool.base + BigInt(reservedAtStart) && ip.bits < lastOf(pool).bits;

/** Whether somebody has the public address, in whatever account and region. */
export const isPublicAddressTaken = (world: World, publicIp: string): boolean =>
  listed(world, "elasticIpsOfPublicIp", publicIp).size + listed(world, "interfacesOfPublicIp", publicIp).size > 0;

/** The lowest address of the pool that nobody has; undefined when there is none. */
export function freePublicAddress(world: World, pool: Cidr): string | undefined {
  for (let ip = offset(firstOf(pool), reservedAtStart); isPublicAddress(pool, ip); ip = offset(ip, 1)) {
    const text = formatIp(ip);
    if (!isPublicAddressTaken(world, text)) return text;
  }
  return undefined;
}

/** What a private address is known by outside: an elastic IP, or one it has until its instance stops. */
export type PublicAddress = { readonly publicIp: string; readonly elasticIp?: ElasticIp };

/** The public addresses of an interface, by the private address each belongs to. */
export function publicAddressesOf(world: World, eni: NetworkInterface): ReadonlyMap<string, PublicAddress> {
  const [primary] = eni.addresses;
  const found = new Map<string, PublicAddress>();
  if (eni.publicAddress !== undefined && primary !== undefined) found.set(primary, { publicIp: eni.publicAddress });
  for (const elasticIp of listed(world, "elasticIpsOfInterface", eni.id).values()) {
    if (elasticIp.association) found.set(elasticIp.association.address, { publicIp: elasticIp.publicIp, elasticIp });
  }
  return found;
}

/**
 * The interface that gets a public address when its instance starts: the only one of an instance that was launched with
 * one, unless an elastic IP has been associated with it.
 */
export function interfaceToPublish(world: World, instance: Instance): NetworkInterface | undefined {
  const [eni, another] = interfacesOf(world, instance);
  return eni?.publicOnStart && !another && publicAddressesOf(world, eni).size === 0 ? eni : undefined;
}

/** The interface without the public address it had from the pool. */
export function unpublish(eni: NetworkInterface): NetworkInterface {
  const { publicAddress: _, ...rest } = eni;
  return rest;
}

/** The name that a public address has in a region. */
export const publicNameOf = (region: string, publicIp: string): string =>
  `ec2-${publicIp.replaceAll(".", "-")}.${region === "us-east-1" ? "compute-1" : `${region}.compute`}.amazonaws.com`;
