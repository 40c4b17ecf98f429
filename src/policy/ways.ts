/** The ways out of a network and between its subnets, from the model: route tables, gateways, peerings. */
import type { NatGateway, NetworkInterface, Route as ModelRoute, RouteTable as ModelTable, Vpc, VpcPeeringConnection } from "../model/resource.ts";
import { publicAddressesOf } from "../model/public-address.ts";
import { isBlackhole, isGatewayTable } from "../model/route-table.ts";
import { blocksOf } from "../model/vpc.ts";
import { find, listed, need, type Table, tableOf, type World } from "../model/world.ts";
import { derived } from "../values/derived.ts";
import { fingerprint } from "../values/fingerprint.ts";
import { type Cidr, cidrOf, covers, formatCidr, hostCidr, ipOf } from "../values/ip.ts";
import { once } from "../values/once.ts";
import type { Hop, Internet, Nat, Network, Peering, PublicAddress, Route, RouteTable } from "./network.ts";

type Ways = Pick<Network, "tables" | "internet" | "peerings" | "nats">;

/** All that takes packets anywhere but to an interface of their own subnet. */
export function lowerWays(world: World, vpc: Vpc): Ways {
  const peerings = new Map<string, Peering>();
  for (const peering of byId(listed(world, "peeringsOfVpc", vpc.id))) {
    if (peering.state === "active") peerings.set(peering.id, kept(vpc, peering.id, lowerPeering(world, vpc, peering)));
  }
  const theirs = natsOfPeers(world, peerings);
  const tables = new Map<string, RouteTable>();
  for (const table of byId(listed(world, "routeTablesOfVpc", vpc.id))) {
    const routes = lowerRoutes(world, vpc, table);
    const returns = isGatewayTable(table) ? [] : theirs.filter(({ destination }) => !leadsSomewhere(routes, destination));
    tables.set(table.id, kept(vpc, table.id, { id: table.id, routes, ...(returns.length > 0 && { returns }) }));
  }
  const gateways = byId(listed(world, "natGatewaysOfVpc", vpc.id));
  const numbers = numbered(gateways.map(({ id }) => id), 1, natNumbers);
  const nats = new Map(gateways.map((each) => [each.id, kept(vpc, each.id, lowerNat(world, each, numbers.get(each.id) ?? 0))]));
  const internet = lowerInternet(world, vpc);
  return {
    tables: keptMap(vpc, "tables", tables),
    peerings: keptMap(vpc, "peerings", peerings),
    nats: keptMap(vpc, "nats", nats),
    ...(internet && { internet: kept(vpc, "internet", internet) }),
  };
}

/** What a table holds, in order of ids. */
export const byId = <R extends { readonly id: string }>(table: { values(): Iterable<R> }): R[] =>
  [...table.values()].sort((a, b) => (a.id < b.id ? -1 : 1));

/** How many numbers NATs may have. */
const natNumbers = 8191;

/**
 * A number for each id, from `first` up: it follows from the id alone but where two ids would have the same one.
 */
export function numbered(ids: readonly string[], first: number, count: number): ReadonlyMap<string, number> {
  const taken = new Set<number>();
  return new Map(
    ids.toSorted().map((id) => {
      let number = Number.parseInt(fingerprint(id).slice(0, 8), 16) % count;
      while (taken.has(number)) number = (number + 1) % count;
      taken.add(number);
      return [id, first + number];
    }),
  );
}

/** What was made last under a name for this VPC, while what is made now says the same. */
function kept<V extends object>(vpc: Vpc, name: string, value: V): V {
  const last = lastMade(vpc);
  const known = last.get(name);
  if (known && says(known) === says(value)) return known as V;
  last.set(name, value);
  return value;
}

/** The same for a map, whose values are compared by identity. */
export function keptMap<V>(vpc: Vpc, name: string, map: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  const last = lastMade(vpc);
  const known = last.get(name) as ReadonlyMap<string, V> | undefined;
  if (known?.size === map.size && [...map].every(([key, value]) => known.get(key) === value)) return known;
  last.set(name, map);
  return map;
}

const lastMade = once((_vpc: Vpc) => new Map<string, object>());
const saying = once((value: object) => ({
  text: JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? `${each}n` : each)),
}));
const says = (value: object): string => saying(value).text;

/** Each destination once, longest first. Of equal ones: local, then static, then what a prefix list holds. */
function lowerRoutes(world: World, vpc: Vpc, table: ModelTable): Route[] {
  const candidates = table.routes.flatMap((route) => destinationsOf(world, route).map((destination) => ({ destination, route })));
  const rank = ({ route }: { route: ModelRoute }) => (route.target.type === "local" ? 0 : route.destination.startsWith("pl-") ? 2 : 1);
  const ordered = candidates.toSorted(
    (a, b) =>
      b.destination.length - a.destination.length || rank(a) - rank(b) || (a.route.destination < b.route.destination ? -1 : 1),
  );
  const chosen = new Map<string, Route>();
  for (const { destination, route } of ordered) {
    const key = formatCidr(destination);
    if (chosen.has(key)) continue;
    const hop: Hop = isGatewayTable(table) && !mayTakeIn(world, destination, route) ? { to: "blackhole" } : hopOf(world, vpc, route);
    chosen.set(key, { destination, hop, written: route.destination });
  }
  return [...chosen.values()];
}

const destinationsOf = (world: World, { destination }: ModelRoute): Cidr[] =>
  destination.startsWith("pl-")
    ? (find(world, "prefix-list", destination)?.entries ?? []).map(({ cidr }) => cidrOf(cidr))
    : [cidrOf(destination)];

/** An internet gateway hands what comes in over IPv4 to none but those it could reach by themselves. */
function mayTakeIn(world: World, { family }: Cidr, { target }: ModelRoute): boolean {
  if (family === 6 || target.type !== "network-interface") return true;
  const eni = find(world, "network-interface", target.id);
  return eni !== undefined && publicAddressesOf(world, eni).size > 0;
}

function hopOf(world: World, vpc: Vpc, { target }: ModelRoute): Hop {
  if (isBlackhole(world, vpc.id, target)) return { to: "blackhole" };
  switch (target.type) {
    case "local":
      return { to: "local" };
    case "internet-gateway":
      return { to: "internet" };
    case "egress-only-internet-gateway":
      return { to: "egress-only" };
    case "nat-gateway":
      return { to: "nat", id: target.id };
    case "network-interface":
      return { to: "appliance", id: target.id };
    case "vpc-peering-connection":
      return { to: "peering", id: target.id };
    case "vpn-gateway":
    case "transit-gateway":
    case "vpc-endpoint":
    case "carrier-gateway":
      return { to: "blackhole" };
  }
}

/** The router's end of a peering's link. */
export const peeringDevice = (id: string): string => `pcx${id.slice(-12)}`;
export const internetDevice = "inet";
/** Below the numbers of interfaces. */
const internetIndex = 2;

function lowerPeering(world: World, vpc: Vpc, peering: VpcPeeringConnection): Peering {
  const other = peering.requester.vpc === vpc.id ? peering.accepter.vpc : peering.requester.vpc;
  return {
    kind: "peering",
    id: peering.id,
    device: peeringDevice(peering.id),
    index: peering.number,
    network: other,
    cidrs: blocksOf(need(world, "vpc", other)),
  };
}

/** The way to each NAT of a peer: what it sent here is answered whether or not there is a route to it. */
function natsOfPeers(world: World, peerings: ReadonlyMap<string, Peering>): Route[] {
  const found = new Map<string, Route>();
  for (const { id, network } of peerings.values()) {
    for (const nat of byId(listed(world, "natGatewaysOfVpc", network))) {
      for (const { address } of nat.addresses) {
        // Of peers that overlap each other, one can be answered.
        if (!found.has(address)) found.set(address, { destination: hostCidr(ipOf(address)), hop: { to: "peering", id }, written: nat.id });
      }
    }
  }
  return [...found.values()];
}

/** Whether a table's routes take replies to the address where they can be delivered, or were told to lead nowhere. */
function leadsSomewhere(routes: readonly Route[], address: Cidr): boolean {
  const route = routes.find(({ destination }) => covers(destination, address));
  return route !== undefined && !["internet", "egress-only", "nat"].includes(route.hop.to);
}

const lowerNat = (world: World, { id, subnet, addresses }: NatGateway, number: number): Nat => ({
  id,
  number,
  subnet,
  addresses: addresses.map(({ address, allocation }) => {
    const elastic = allocation && find(world, "elastic-ip", allocation);
    return { private: ipOf(address), ...(elastic && { public: ipOf(elastic.publicIp) }) };
  }),
});

function lowerInternet(world: World, vpc: Vpc): Internet | undefined {
  const gateway = listed(world, "internetGatewaysOfVpc", vpc.id).first();
  const id = gateway?.id ?? listed(world, "egressOnlyGatewaysOfVpc", vpc.id).first()?.id;
  if (id === undefined) return undefined;
  const table = gateway && listed(world, "routeTablesOf", gateway.id).first();
  return {
    kind: "internet",
    id,
    device: internetDevice,
    index: internetIndex,
    open: gateway !== undefined,
    ...(table && { table: table.id }),
    addresses: gateway ? publicAddresses(tableOf(world, "elastic-ip"), listed(world, "interfacesOfVpc", vpc.id)) : [],
  };
}

const published = derived((each: NetworkInterface) => (each.publicAddress === undefined ? undefined : each));

/** Of elastic addresses that are associated, and of those from the pool that interfaces have of themselves. */
const publicAddresses = once(
  (elastic: Table<"elastic-ip">, interfaces: Table<"network-interface">): readonly PublicAddress[] => [
    ...byId(elastic).flatMap(({ publicIp, association }) =>
      association && interfaces.has(association.interface) ? [{ private: ipOf(association.address), public: ipOf(publicIp) }] : [],
    ),
    // One that was given an elastic address keeps no other.
    ...byId(published(interfaces)).flatMap(({ addresses: [primary], publicAddress }) =>
      primary !== undefined && publicAddress !== undefined ? [{ private: ipOf(primary), public: ipOf(publicAddress) }] : [],
    ),
  ],
);
