/**
 * What joins networks to each other and to the internet. The internet is the machine itself and what it reaches: every
 * router with a way there has a link to one namespace, the *edge*, and the edge has one to the machine.
 */
import { edgeNamespace, machine, routerNamespace, uplinkDevice } from "../compile/names.ts";
import { insideCidrs } from "../policy/judge.ts";
import { appliancesOf, applianceNeighbour, internetOf, type Lookup, mainTable, type Path, perWays, routerNeighbour, routingOf, uplinkNeighbour, type Ways } from "../compile/routes.ts";
import type { Internet, Network, Peering } from "../policy/network.ts";
import { serviceAddresses } from "../policy/services.ts";
import { type Cidr, cidrOf, type Family, firstOf, holds, hostCidr, type Ip, ipOf, offset, sameIp, widthOf } from "../values/ip.ts";
import { once } from "../values/once.ts";
import type { Link, NamespaceState, Route } from "./kernel.ts";
import { addTo, type Draft, draft } from "./state.ts";

/** Amazon's, of the internet and of everything else. */
const internetMtu = 1500;
const mtu = 9001;
const routerMac = "02:ba:11:e7:00:01";
const farMac = "02:ba:11:e7:00:02";
const families: readonly Family[] = [4, 6];

/** The edge's end of a router's link, and its link to the machine. */
const edgeDevice = (network: string): string => `vpc${network.slice(-12)}`;
const upDevice = "up";
/** Far above those the kernel gives the other ends of routers' links. */
const upIndex = 2 ** 24;

/** The machine's own address on the internet, in IPv6; the IPv4 one is the first of the public pool. */
const machineIpv6 = ipOf("2001:db8::1");

/** What the internet is. */
export interface Outside {
  /** What public addresses are given out of; the first of it is the machine's own. */
  readonly pool: Cidr;
  /** Whether it is more than the machine: what the machine reaches, too. */
  readonly beyond: boolean;
}

/**
 * What no packet leaves the machine for: private networks, the machine's own link, and where clouds answer their virtual
 * machines, with secrets that are the machine's.
 */
const neverBeyond: readonly Cidr[] = [...insideCidrs, ...["169.254.0.0/16", "192.0.0.0/24", "168.63.129.16/32"].map(cidrOf)];

/** The machine's own addresses on the internet. */
const machineAddresses = (pool: Cidr): readonly Ip[] => [offset(firstOf(pool), 1), machineIpv6];

/** What becomes of a packet that has left all networks; `isOwn`: whether an address is the machine's. */
export function fateBeyond({ pool, beyond }: Outside, isOwn: (ip: Ip) => boolean, ip: Ip): { readonly action: "allow" | "deny"; readonly because: string } {
  if (machineAddresses(pool).some((each) => sameIp(each, ip)) || isOwn(ip)) return { action: "allow", because: "this machine" };
  if (holds(pool, ip)) return { action: "deny", because: "a public address that nobody has" };
  if (!beyond) return { action: "deny", because: "not this machine, which nothing leaves unless 'bailey up --internet beyond' lets it" };
  if (ip.family === 6) return { action: "deny", because: "no IPv6 leaves this machine" };
  if (neverBeyond.some((cidr) => holds(cidr, ip))) return { action: "deny", because: "a private address never leaves this machine" };
  return { action: "allow", because: "what this machine reaches" };
}

/** What a router holds for its network's ways, beside its interfaces. */
export function routerWays(network: Network, realm: string): NamespaceState {
  return waysState(partsOf(network), named(`${realm} ${network.id}`), serviceAddresses(network.cidrs));
}

const partsOf = perWays((network: Ways) => ({ network }));

/** A name as an object, as what is remembered is remembered by objects. */
const names = new Map<string, { readonly name: string }>();
export function named(name: string): { readonly name: string } {
  const found = names.get(name) ?? { name };
  names.set(name, found);
  return found;
}

const waysState = once(({ network }: { readonly network: Ways }, { name }: { readonly name: string }, services: readonly Ip[]): NamespaceState => {
  const [realm = "", id = ""] = name.split(" ");
  const state = draft("router");
  for (const ip of services) addTo.address(state, { device: "lo", ip, length: widthOf(ip.family) });
  const internet = internetOf(network);
  if (internet) addInternet(state, internet, realm, id);
  for (const peering of network.peerings.values()) addPeering(state, peering, realm, id);
  const routing = routingOf(network);
  if (!routing) {
    // What has no route is dropped in silence, as there: an ICMP unreachable would tell what exists.
    for (const family of families) addTo.route(state, { destination: everywhere(family), metric: 4096 });
    return state;
  }
  for (const lookup of routing.lookups) addTo.rule(state, ruleOf(lookup));
  for (const path of routing.paths) addTo.route(state, routeOf(path));
  for (const appliance of appliancesOf(network)) {
    const found = network.interfaces.get(appliance);
    for (const family of families) {
      if (found) addTo.neighbour(state, { device: found.device, ip: applianceNeighbour[family], mac: found.mac });
    }
  }
  return state;
});

const everywhere = (family: Family): Cidr => ({ family, base: 0n, length: 0 });

const ruleOf = ({ family, priority, table, mark }: Lookup) => ({ family, priority, table, ...(mark !== undefined && { mark }) });

/** The kernel gives IPv6 routes metric 1024 where none is asked for; ours say it, so that they read back the same. */
const metricOf = (family: Family): number => (family === 4 ? 0 : 1024);

function routeOf({ destination, table, lead }: Path): Route {
  const route = { destination, metric: metricOf(destination.family), ...(table !== mainTable && { table }) };
  if (lead === "blackhole") return route;
  return lead === "throw" ? { ...route, throw: true } : { ...route, device: lead.device, via: lead.via };
}

function addInternet(state: Draft, { device, index }: Internet, realm: string, id: string): void {
  const peer = { namespace: edgeNamespace(realm), device: edgeDevice(id), mac: farMac };
  addLink(state, { device, index, mac: routerMac, mtu: internetMtu, peer });
}

/** The link is listed by the network whose id comes first. */
function addPeering(state: Draft, { device, index, network }: Peering, realm: string, id: string): void {
  if (id > network) {
    for (const family of families) addTo.neighbour(state, { device, ip: uplinkNeighbour[family], mac: routerMac });
    return;
  }
  addLink(state, { device, index, mac: routerMac, mtu, peer: { namespace: routerNamespace(realm, network), device, mac: farMac, index } });
}

function addLink(state: Draft, link: Link): void {
  state.links.set(link.device, link);
  for (const family of families) addTo.neighbour(state, { device: link.device, ip: uplinkNeighbour[family], mac: link.peer.mac });
}

/** What is known to the internet of a network: its public addresses, and its IPv6 blocks. */
const knownOf = ({ internet, cidrs }: Network): Cidr[] => [
  ...(internet?.addresses.map((each) => hostCidr(each.public)) ?? []),
  ...cidrs.filter(({ family }) => family === 6),
];

/** The edge and the machine's part of it; nothing where no network has a way to the internet. */
export function outside(networks: Iterable<Network>, realm: string, { pool, beyond }: Outside): Map<string, NamespaceState> {
  const joined = [...networks].filter((network) => internetOf(network));
  if (joined.length === 0) return new Map();
  const [edge, host] = [draft("router"), draft("machine")];
  const uplink = uplinkDevice(realm);
  edge.links.set(upDevice, { device: upDevice, index: upIndex, mac: farMac, mtu: internetMtu, peer: { namespace: machine, device: uplink, mac: routerMac } });
  for (const family of families) {
    const ip = uplinkNeighbour[family];
    addTo.route(edge, { destination: everywhere(family), metric: 4096 });
    addTo.neighbour(edge, { device: upDevice, ip, mac: routerMac });
    addTo.neighbour(host, { device: uplink, ip, mac: farMac });
  }
  for (const ip of machineAddresses(pool)) {
    addTo.address(host, { device: uplink, ip, length: widthOf(ip.family) });
    addTo.route(edge, { destination: hostCidr(ip), device: upDevice, via: uplinkNeighbour[ip.family], metric: metricOf(ip.family) });
  }
  for (const network of joined) {
    const device = edgeDevice(network.id);
    for (const family of families) addTo.neighbour(edge, { device, ip: routerNeighbour[family], mac: routerMac });
    for (const destination of knownOf(network)) {
      const { family } = destination;
      addTo.route(edge, { destination, device, via: routerNeighbour[family], metric: metricOf(family) });
      addTo.route(host, { destination, device: uplink, via: uplinkNeighbour[family], metric: metricOf(family) });
    }
  }
  if (beyond) addBeyond(edge, pool);
  return new Map<string, NamespaceState>([
    [edgeNamespace(realm), edge],
    [machine, beyond ? { ...host, beyond: { device: uplink, whole: true } } : host],
  ]);
}

/** Everything else, in IPv4, goes to the machine; but not what is for an address of the pool that nobody has. */
function addBeyond(edge: Draft, pool: Cidr): void {
  addTo.route(edge, { destination: everywhere(4), device: upDevice, via: uplinkNeighbour[4], metric: 0 });
  for (const destination of [...neverBeyond, pool]) addTo.route(edge, { destination, metric: 4096 });
}
