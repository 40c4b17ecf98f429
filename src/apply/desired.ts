/** What the kernel should hold for a world: a router's namespace for each network, a host's for each living instance. */
import { hostNamespace, routerNamespace } from "../compile/names.ts";
import type { Instance, NetworkInterface } from "../model/resource.ts";
import { everywhere, listed, type Table, type World } from "../model/world.ts";
import { deviceName, lower } from "../policy/lower.ts";
import type { Network } from "../policy/network.ts";
import { firstOf, formatCidr, formatIp, hostCidr, type Ip, offset, widthOf, cidrOf } from "../values/ip.ts";
import { once } from "../values/once.ts";
import type { Address, Link, NamespaceState, Neighbour, Route, SourceRule } from "./kernel.ts";
import { addressesOf } from "../model/network-interface.ts";

/** Amazon's jumbo frames inside a VPC. */
const mtu = 9001;
/** Each link has its own segment, so every router's end can have the same address. */
const routerMac = "02:ba:11:e7:00:01";
const routerLinkLocal: Ip = { family: 6, bits: 0xfe800ec2n << 96n | 1n };

export interface Desired {
  readonly namespaces: ReadonlyMap<string, NamespaceState>;
  /** Policy to be in force in each router's namespace. */
  readonly networks: ReadonlyMap<string, Network>;
}

/** States in which an instance has its namespace and its links. */
const living = new Set<Instance["state"]>(["pending", "running", "stopping", "shutting-down"]);
export const isLiving = (instance: Instance): boolean => living.has(instance.state);

export function desire(world: World, realm: string): Desired {
  const namespaces = new Map<string, NamespaceState>();
  const networks = new Map<string, Network>();
  for (const [vpc, network] of lower(world)) {
    const name = routerNamespace(realm, vpc);
    networks.set(name, network);
    namespaces.set(
      name,
      routerState(
        listed(world, "subnetsOfVpc", vpc),
        listed(world, "interfacesOfVpc", vpc),
        listed(world, "instancesOfVpc", vpc),
        nameOf(realm),
      ),
    );
  }
  for (const instance of everywhere(world, "instance")) {
    if (!isLiving(instance)) continue;
    const subnets = listed(world, "subnetsOfVpc", instance.vpc);
    const state = hostState(listed(world, "interfacesOfInstance", instance.id), subnets);
    namespaces.set(hostNamespace(realm, instance.id), state);
  }
  return { namespaces, networks };
}

/** The realm as an object, one for each name, as what is remembered is remembered by objects. */
const names = new Map<string, { readonly realm: string }>();
function nameOf(realm: string): { readonly realm: string } {
  const found = names.get(realm) ?? { realm };
  names.set(realm, found);
  return found;
}

interface Draft {
  role: NamespaceState["role"];
  links: Map<string, Link>;
  addresses: Map<string, Address>;
  routes: Map<string, Route>;
  neighbours: Map<string, Neighbour>;
  rules: Map<string, SourceRule>;
}

const draft = (role: Draft["role"]): Draft => ({
  role,
  links: new Map(),
  addresses: new Map(),
  routes: new Map(),
  neighbours: new Map(),
  rules: new Map(),
});

export const addressKey = ({ device, ip, length }: Address): string => `${device} ${formatIp(ip)}/${length}`;
export const routeKey = ({ destination, device, via, metric, table }: Route): string =>
  `${formatCidr(destination)} ${device ?? "blackhole"} ${via ? formatIp(via) : "-"} ${metric} ${table ?? "main"}`;
export const ruleKey = ({ source, table }: SourceRule): string => `${formatIp(source)} ${table}`;
export const neighbourKey = ({ device, ip, mac }: Neighbour): string => `${device} ${formatIp(ip)} ${mac}`;
export const linkKey = ({ device, index, mac, mtu: size, peer }: Link): string =>
  `${device} ${index} ${mac} ${size} ${peer.namespace} ${peer.device} ${peer.mac}`;

const addTo = {
  address: (to: Draft, address: Address) => to.addresses.set(addressKey(address), address),
  route: (to: Draft, route: Route) => to.routes.set(routeKey(route), route),
  rule: (to: Draft, rule: SourceRule) => to.rules.set(ruleKey(rule), rule),
  neighbour: (to: Draft, neighbour: Neighbour) => to.neighbours.set(neighbourKey(neighbour), neighbour),
};

/** The kernel gives IPv6 routes metric 1024 where none is asked for; ours say it, so that they read back the same. */
const linkMetric = (ip: Ip): number => (ip.family === 4 ? 0 : 1024);

const routerState = once((
  subnets: Table<"subnet">,
  interfaces: Table<"network-interface">,
  instances: Table<"instance">,
  { realm }: { readonly realm: string },
): NamespaceState => {
  const state = draft("router");
  for (const subnet of subnets.values()) {
    const router = offset(firstOf(cidrOf(subnet.cidr)), 1);
    addTo.address(state, { device: "lo", ip: router, length: widthOf(router.family) });
  }
  // What has no route is dropped in silence, as there: an ICMP unreachable would tell what exists.
  for (const family of [4, 6] as const) {
    addTo.route(state, { destination: { family, base: 0n, length: 0 }, metric: 4096 });
  }
  for (const resource of interfaces.values()) {
    const link = linkOf(instances, realm, resource);
    if (!link) continue;
    state.links.set(link.device, link);
    addTo.address(state, { device: link.device, ip: routerLinkLocal, length: 64 });
    for (const ip of addressesOf(resource)) {
      addTo.route(state, { destination: hostCidr(ip), device: link.device, metric: linkMetric(ip) });
      addTo.neighbour(state, { device: link.device, ip, mac: resource.mac });
    }
  }
  return state;
});

function linkOf(instances: Table<"instance">, realm: string, resource: NetworkInterface): Link | undefined {
  const instance = resource.attachment && instances.get(resource.attachment.instance);
  if (!resource.attachment || !instance || !isLiving(instance)) return undefined;
  return {
    device: deviceName(resource.id),
    index: resource.number,
    mac: routerMac,
    mtu,
    peer: {
      namespace: hostNamespace(realm, instance.id),
      device: guestDevice(resource.attachment.deviceIndex),
      mac: resource.mac,
    },
  };
}

export const guestDevice = (index: number): string => `eth${index}`;

/** Inside the instance: its addresses, and the subnet's router as the way to everything else. */
const hostState = once((interfaces: Table<"network-interface">, subnets: Table<"subnet">): NamespaceState => {
  const state = draft("host");
  const several = interfaces.size > 1;
  for (const resource of interfaces.values()) {
    const home = subnets.get(resource.subnet);
    if (!resource.attachment || !home) continue;
    const device = guestDevice(resource.attachment.deviceIndex);
    const metric = 512 + resource.attachment.deviceIndex;
    const subnet = cidrOf(home.cidr);
    for (const ip of addressesOf(resource)) {
      addTo.address(state, { device, ip, length: ip.family === 4 ? subnet.length : 128 });
    }
    const gateways = [offset(firstOf(subnet), 1), ...(resource.ipv6Addresses.length > 0 ? [routerLinkLocal] : [])];
    for (const via of gateways) {
      const route = { destination: { family: via.family, base: 0n, length: 0 }, device, via, metric };
      addTo.route(state, route);
      // Of several, each must send what comes from its own addresses: elsewhere that meets the source check.
      if (several) addTo.route(state, { ...route, table: ownTable(resource.attachment.deviceIndex) });
    }
    if (several) {
      for (const source of addressesOf(resource)) addTo.rule(state, { source, table: ownTable(resource.attachment.deviceIndex) });
    }
  }
  return state;
});

/** The routing table of one of an instance's several interfaces, as Amazon's own tools number them. */
const ownTable = (deviceIndex: number): number => 10_000 + deviceIndex;
