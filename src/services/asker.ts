/** Who asks: a packet's source address names the interface, as the router has dropped what came from any other. */
import type { NetworkInterface } from "../model/resource.ts";
import { listed, type Table, type World } from "../model/world.ts";
import { type Cidr, cidrOf, holds, parseIp } from "../values/ip.ts";
import { once } from "../values/once.ts";

/** The interface of the VPC that has the address, in its canonical text; undefined when nobody has. */
export function interfaceWith(world: World, vpc: string, address: string): NetworkInterface | undefined {
  const { byAddress, byPrefix } = ownersIn(listed(world, "interfacesOfVpc", vpc));
  const found = byAddress.get(address);
  if (found || byPrefix.length === 0) return found;
  const ip = parseIp(address);
  return ip && byPrefix.find(({ cidr }) => holds(cidr, ip))?.owner;
}

interface Owners {
  readonly byAddress: ReadonlyMap<string, NetworkInterface>;
  /** Delegated prefixes. */
  readonly byPrefix: readonly { readonly cidr: Cidr; readonly owner: NetworkInterface }[];
}

const ownersIn = once((interfaces: Table<"network-interface">): Owners => {
  const all = [...interfaces.values()];
  return {
    byAddress: new Map(all.flatMap((owner) => [...owner.addresses, ...owner.ipv6Addresses].map((address) => [address, owner] as const))),
    byPrefix: all.flatMap((owner) =>
      [...(owner.prefixes ?? []), ...(owner.ipv6Prefixes ?? [])].map((prefix) => ({ cidr: cidrOf(prefix), owner })),
    ),
  };
});
