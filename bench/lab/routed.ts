/**
 * Sites with a way to the internet. The router's link to it leads right to the server, which is outside the network, so
 * that a packet crosses one router; beside ours, the same links with nothing but plain Linux address translation.
 */
import type { Link, NamespaceState } from "../../src/apply/kernel.ts";
import { addTo, type Draft, draft, pieced } from "../../src/apply/state.ts";
import { routerWays } from "../../src/apply/uplinks.ts";
import { routerNeighbour, uplinkNeighbour } from "../../src/compile/routes.ts";
import type { Hop, Internet, Network, Route } from "../../src/policy/network.ts";
import { hostCidr } from "../../src/values/ip.ts";
import { cidr, ip } from "../../test/network.ts";
import { client, crowdedNetwork, type Layout, routerMac, type Rules, type Site, twoInterfaces } from "./site.ts";

/** The server where it is outside. */
export const outsider = { address: "198.51.100.10", mac: "02:00:00:00:00:03" };
const publicAddresses = { client: "203.0.113.10", nat: "203.0.113.20" };
const internetDevice = "inet";
const internetMtu = 1500;

/** How the client's subnet reaches the internet. */
export type Gateway = "internet" | "nat";

/** The crowded network, with a way out of its client's subnet that its rules allow; NATs are in the server's. */
export function routedNetwork(rules: number, gateway: Gateway, peer?: string): Network {
  const network = crowdedNetwork(rules, peer);
  const nat = { id: "nat-0", number: 1, subnet: "subnet-b", addresses: [{ private: ip("10.0.2.20"), public: ip(publicAddresses.nat) }] };
  const internet: Internet = {
    kind: "internet",
    id: "igw-0",
    device: internetDevice,
    index: 2,
    open: true,
    addresses: [
      gateway === "nat" ? nat.addresses[0] : undefined,
      gateway === "internet" ? { private: ip(client.address), public: ip(publicAddresses.client) } : undefined,
    ].flatMap((each) => each ?? []),
  };
  const hops: Readonly<Record<string, Hop>> = {
    "subnet-a": gateway === "nat" ? { to: "nat", id: nat.id } : { to: "internet" },
    "subnet-b": { to: "internet" },
  };
  const blocks: Readonly<Record<string, string>> = { "subnet-a": "10.0.1.0/24", "subnet-b": "10.0.2.0/24" };
  return {
    ...network,
    cidrs: [cidr("10.0.0.0/16")],
    internet,
    nats: gateway === "nat" ? new Map([[nat.id, nat]]) : new Map(),
    subnets: new Map([...network.subnets.values()].map((each) => [each.id, { ...each, cidrs: [cidr(blocks[each.id] ?? "")], table: `rtb-${each.id}` }])),
    tables: new Map(Object.entries(hops).map(([subnet, hop]) => [`rtb-${subnet}`, { id: `rtb-${subnet}`, routes: [localRoute, routeTo(hop)] }])),
  };
}

const routeTo = (hop: Hop): Route => ({ destination: cidr("0.0.0.0/0"), hop, written: "0.0.0.0/0" });
const localRoute: Route = { destination: cidr("10.0.0.0/16"), hop: { to: "local" }, written: "10.0.0.0/16" };

/** Plain Linux: what comes and goes by the internet's link is translated one to one, or to the router's own address. */
export const plain: Readonly<Record<Gateway, Rules>> = {
  internet: {
    nft: [
      "add table ip plain",
      "add chain ip plain inward { type nat hook prerouting priority dstnat; policy accept; }",
      `add rule ip plain inward iifname "${internetDevice}" dnat to ip daddr map { ${publicAddresses.client} : ${client.address} }`,
      "add chain ip plain outward { type nat hook postrouting priority srcnat; policy accept; }",
      `add rule ip plain outward oifname "${internetDevice}" snat to ip saddr map { ${client.address} : ${publicAddresses.client} }`,
    ],
  },
  nat: {
    nft: [
      "add table ip plain",
      "add chain ip plain outward { type nat hook postrouting priority srcnat; policy accept; }",
      `add rule ip plain outward oifname "${internetDevice}" masquerade`,
    ],
  },
};

/** The client is in the network, the server outside. */
export const serverOutside: Layout = (site, rules) => {
  const router = draft("router");
  addClient(router, site);
  const ends = clientAndOutsider(site);
  if ("policy" in rules) return new Map<string, NamespaceState>([[site.router, pieced("router", new Map([["client", router]]), waysTo(site, rules.policy))], ...ends]);
  const link = uplinkTo(site);
  router.links.set(link.device, link);
  addTo.address(router, { device: link.device, ip: ip(publicAddresses.nat), length: 32 });
  addTo.route(router, { destination: cidr("0.0.0.0/0"), device: link.device, via: uplinkNeighbour[4], metric: 0 });
  addTo.neighbour(router, { device: link.device, ip: uplinkNeighbour[4], mac: outsider.mac });
  return new Map<string, NamespaceState>([[site.router, router], ...ends]);
};

/** Both are in the network, which has its ways beside. */
export const serverInside: Layout = (site, rules) => {
  const all = new Map(twoInterfaces(site));
  const router = all.get(site.router);
  if (router && "policy" in rules) all.set(site.router, pieced("router", new Map([["inside", router]]), waysTo(site, rules.policy, "outside")));
  return all;
};

function addClient(router: Draft, site: Site): void {
  const { device, mac } = client;
  router.links.set(device, { device, index: 100, mac: routerMac, mtu: 9001, peer: { namespace: site.client, device: "eth0", mac } });
  addTo.address(router, { device: "lo", ip: ip(client.gateway), length: 32 });
  addTo.route(router, { destination: hostCidr(ip(client.address)), device, metric: 0 });
  addTo.neighbour(router, { device, ip: ip(client.address), mac });
}

function clientAndOutsider(site: Site): [string, NamespaceState][] {
  const [near, far] = [draft("host"), draft("host")];
  const device = "eth0";
  addTo.address(near, { device, ip: ip(client.address), length: 24 });
  addTo.route(near, { destination: cidr("0.0.0.0/0"), device, via: ip(client.gateway), metric: 512 });
  addTo.address(far, { device, ip: ip(outsider.address), length: 32 });
  addTo.route(far, { destination: cidr("0.0.0.0/0"), device, via: routerNeighbour[4], metric: 512 });
  addTo.neighbour(far, { device, ip: routerNeighbour[4], mac: routerMac });
  return [[site.client, near], [site.server, far]];
}

const uplinkTo = (site: Site, device = "eth0"): Link => ({
  device: internetDevice,
  index: 2,
  mac: routerMac,
  mtu: internetMtu,
  peer: { namespace: site.server, device, mac: outsider.mac },
});

/** The product's own state of a router's ways, with the server where the edge would be. */
function waysTo(site: Site, network: Network, device?: string): NamespaceState {
  const ways = routerWays(network, "bench");
  const neighbours = [...ways.neighbours.values()].map((each) => (each.device === internetDevice ? { ...each, mac: outsider.mac } : each));
  const found = draft("router");
  for (const each of neighbours) addTo.neighbour(found, each);
  const links: ReadonlyMap<string, Link> = network.internet ? new Map([[internetDevice, uplinkTo(site, device)]]) : new Map();
  return { ...ways, links, neighbours: found.neighbours };
}

