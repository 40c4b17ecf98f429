/** Which way a packet takes: the longest prefix of the table that routes for where it comes from. */
import { type Cidr, cidrOf, holds, type Ip, sameIp } from "../values/ip.ts";
import { once } from "../values/once.ts";
import { type End, type Hop, type Interface, isInterface, type Network, type Route, type RouteTable } from "./network.ts";

/** What no route takes anywhere: the addresses of the services each network has of its own. */
export const unroutable: readonly Cidr[] = ["169.254.168.0/22", "fd00:ec2::/32"].map(cidrOf);

/** What of a network its ways depend on. */
export type Ways = Pick<Network, "tables" | "subnets" | "interfaces" | "peerings" | "nats" | "internet">;

export interface Way {
  readonly hop: Hop;
  /** Absent inside a subnet, and where no route holds the address. */
  readonly route?: Route;
  readonly table?: string;
  /** Absent where nothing is at the end of it, or the hop is a NAT. */
  readonly to?: End;
}

const nowhere: Way = { hop: { to: "blackhole" } };

/** The way from an end to an address; that of a reply may be one that nothing else takes. */
export function wayOf(network: Ways, from: End, destination: Ip, reply = false): Way {
  if (isInterface(from)) {
    const subnet = network.subnets.get(from.subnet);
    if (!subnet) return nowhere;
    if (subnet.cidrs.some((cidr) => holds(cidr, destination))) return delivered(network, destination);
    return along(network, network.tables.get(subnet.table), destination, reply);
  }
  return along(network, from.kind === "internet" && from.table !== undefined ? network.tables.get(from.table) : undefined, destination);
}

/** The way from a NAT, by its own subnet's table. */
export function wayFromNat(network: Ways, nat: string, destination: Ip): Way {
  const subnet = network.subnets.get(network.nats.get(nat)?.subnet ?? "");
  const way = along(network, subnet && network.tables.get(subnet.table), destination);
  return way.hop.to === "nat" ? { ...way, hop: { to: "blackhole" } } : way;
}

function along(network: Ways, table: RouteTable | undefined, destination: Ip, reply = false): Way {
  if (unroutable.some((cidr) => holds(cidr, destination))) return nowhere;
  if (!table) return delivered(network, destination);
  const leads = (each: Route) => holds(each.destination, destination);
  const route = (reply ? table.returns?.find(leads) : undefined) ?? table.routes.find(leads);
  if (!route) return nowhere;
  const way = { hop: route.hop, route, table: table.id };
  const to = endOf(network, route.hop, destination);
  return to ? { ...way, to } : way;
}

function endOf(network: Ways, hop: Hop, destination: Ip): End | undefined {
  switch (hop.to) {
    case "local":
      return ownerOf(network, destination);
    case "internet":
    case "egress-only":
      return network.internet;
    case "peering":
      return network.peerings.get(hop.id);
    case "appliance":
      return network.interfaces.get(hop.id);
    default:
      return undefined;
  }
}

function delivered(network: Ways, destination: Ip): Way {
  const to = ownerOf(network, destination);
  return to ? { hop: { to: "local" }, to } : nowhere;
}

const owners = once((interfaces: Network["interfaces"]) => {
  const byAddress = new Map<bigint, Interface>();
  const blocks: { cidr: Cidr; owner: Interface }[] = [];
  for (const each of interfaces.values()) {
    for (const { bits } of each.addresses) byAddress.set(bits, each);
    for (const cidr of each.prefixes ?? []) blocks.push({ cidr, owner: each });
  }
  return { byAddress, blocks };
});

/** The interface whose own address it is. */
export function ownerOf(network: Pick<Network, "interfaces">, ip: Ip): Interface | undefined {
  const { byAddress, blocks } = owners(network.interfaces);
  const found = byAddress.get(ip.bits);
  if (found && ownsAddress(found, ip)) return found;
  return blocks.find(({ cidr }) => holds(cidr, ip))?.owner;
}

const ownsAddress = ({ addresses }: Interface, ip: Ip): boolean =>
  addresses.some((each) => sameIp(each, ip));

/** Whether a NAT of the network has the address, inside. */
export const isNats = ({ nats }: Pick<Network, "nats">, ip: Ip): boolean =>
  [...nats.values()].some(({ addresses }) => addresses.some((each) => sameIp(each.private, ip)));

/** Whether the address, or a block that holds it, is the interface's own. */
export const owns = (each: Interface, ip: Ip): boolean =>
  ownsAddress(each, ip) || (each.prefixes?.some((cidr) => holds(cidr, ip)) ?? false);
