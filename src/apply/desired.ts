/** What the kernel should hold for a world: a router's namespace for each network, a host's for each living instance. */
import { hostNamespace, routerNamespace } from "../compile/names.ts";
import type { Attached, Attachment, Instance, NetworkInterface, Vpc } from "../model/resource.ts";
import { blocksOfSubnet, ipv4BlockOf, mtu, routerLinkLocal } from "../model/subnet.ts";
import { everywhere, listed, need, type Table, type World } from "../model/world.ts";
import { deviceName, lower } from "../policy/lower.ts";
import type { Network } from "../policy/network.ts";
import { firstOf, hostCidr, type Ip, offset, widthOf, cidrOf } from "../values/ip.ts";
import { once } from "../values/once.ts";
import { type Link, type NamespaceState, tapPort } from "./kernel.ts";
import { addTo, type Draft, draft, pieced } from "./state.ts";
import { named, outside, type Outside, routerWays } from "./uplinks.ts";
import { addressesOf } from "../model/network-interface.ts";

/** Each link has its own segment, so every router's end can have the same address. */
const routerMac = "02:ba:11:e7:00:01";

export interface Desired {
  readonly namespaces: ReadonlyMap<string, NamespaceState>;
  /** Policy to be in force in each router's namespace. */
  readonly networks: ReadonlyMap<string, Network>;
}

/** States in which an instance has its namespace and its links. */
const living = new Set<Instance["state"]>(["pending", "running", "stopping", "shutting-down"]);
export const isLiving = (instance: Instance): boolean => living.has(instance.state);

/** `internet`: what lies outside all networks. */
export function desire(world: World, realm: string, internet: Outside): Desired {
  const namespaces = new Map<string, NamespaceState>();
  const networks = new Map<string, Network>();
  for (const [vpc, network] of lower(world)) {
    const name = routerNamespace(realm, vpc);
    networks.set(name, network);
    const interfaces = routerPieces(
      listed(world, "subnetsOfVpc", vpc),
      listed(world, "interfacesOfVpc", vpc),
      listed(world, "instancesOfVpc", vpc),
      named(realm),
    );
    namespaces.set(name, routerState(interfaces, routerWays(network, realm)));
  }
  for (const [name, state] of outside(networks.values(), realm, internet)) namespaces.set(name, state);
  for (const instance of everywhere(world, "instance")) {
    if (!isLiving(instance)) continue;
    const subnets = listed(world, "subnetsOfVpc", instance.vpc);
    const interfaces = listed(world, "interfacesOfInstance", instance.id);
    const { attached, vpc, id } = instance;
    const foreign = attached && (attached.kind === "tap" ? bridgeState(attached) : foreignState(interfaces, subnets, need(world, "vpc", vpc)));
    namespaces.set(hostNamespace(realm, id), foreign ?? hostState(interfaces, subnets));
  }
  return { namespaces, networks };
}

/** The kernel gives IPv6 routes metric 1024 where none is asked for; ours say it, so that they read back the same. */
const linkMetric = (ip: Ip): number => (ip.family === 4 ? 0 : 1024);

/** A router's namespace; `ways` is what it holds beside its interfaces. */
const routerState = once((interfaces: ReadonlyMap<string, NamespaceState>, ways: NamespaceState): NamespaceState => pieced("router", interfaces, ways));

const routersState = once((subnets: Table<"subnet">): NamespaceState => {
  const state = draft("router");
  for (const subnet of subnets.values()) {
    for (const cidr of blocksOfSubnet(subnet)) {
      const router = offset(firstOf(cidrOf(cidr)), 1);
      addTo.address(state, { device: "lo", ip: router, length: widthOf(router.family) });
    }
  }
  return state;
});

/** What a router holds for each interface on a link, and for its subnets. */
const routerPieces = once((
  subnets: Table<"subnet">,
  interfaces: Table<"network-interface">,
  instances: Table<"instance">,
  realm: { readonly name: string },
): ReadonlyMap<string, NamespaceState> => {
  const pieces = new Map([["subnets", routersState(subnets)]]);
  for (const resource of interfaces.values()) {
    const instance = resource.attachment && instances.get(resource.attachment.instance);
    if (instance && isLiving(instance)) pieces.set(resource.id, interfaceState(resource, instance, realm));
  }
  return pieces;
});

const interfaceState = once((resource: NetworkInterface, instance: Instance, { name: realm }: { readonly name: string }): NamespaceState => {
  const state = draft("router");
  const link = linkOf(instance, realm, resource);
  if (!link) return state;
  state.links.set(link.device, link);
  addTo.address(state, { device: link.device, ip: routerLinkLocal, length: 64 });
  for (const ip of addressesOf(resource)) {
    addTo.route(state, { destination: hostCidr(ip), device: link.device, metric: linkMetric(ip) });
    addTo.neighbour(state, { device: link.device, ip, mac: resource.mac });
  }
  for (const destination of [...(resource.prefixes ?? []), ...(resource.ipv6Prefixes ?? [])].map(cidrOf)) {
    const { family } = destination;
    const via = addressesOf(resource).find((ip) => ip.family === family);
    if (via) addTo.route(state, { destination, device: link.device, via, metric: linkMetric(via) });
  }
  return state;
});

function linkOf(instance: Instance, realm: string, resource: NetworkInterface): Link | undefined {
  if (!resource.attachment) return undefined;
  return {
    device: deviceName(resource.id),
    index: resource.number,
    mac: routerMac,
    mtu,
    peer: {
      namespace: hostNamespace(realm, instance.id),
      ...(instance.attached?.kind === "tap"
        ? { device: tapPort, mac: portMac(resource.mac) }
        : { device: guestDevice(resource.attachment), mac: resource.mac }),
    },
  };
}

/** The interface's own hardware address is the virtual machine's; what its frames pass on the way has another one. */
const portMac = (mac: string): string => mac.replace(/^../, mac.startsWith("06") ? "0a" : "06");

const guestDevice = ({ device, deviceIndex }: Attachment): string => device ?? `eth${deviceIndex}`;

/** Inside the instance: its addresses, and the subnet's router as the way to everything else. */
const hostState = once((interfaces: Table<"network-interface">, subnets: Table<"subnet">): NamespaceState => {
  const state = draft("host");
  addInterfaces(state, interfaces, subnets, interfaces.size > 1);
  return state;
});

/** All addresses are inside the virtual machine. */
const bridgeState = once((attached: Attached): NamespaceState => ({ ...draft("bridge"), tap: attached.name }));

/** Inside what others made, which may have a way to everything else already: our way to the VPC, and for our addresses. */
const foreignState = once((interfaces: Table<"network-interface">, subnets: Table<"subnet">, vpc: Vpc): NamespaceState => {
  const state = draft("foreign");
  addInterfaces(state, interfaces, subnets, true);
  const defaults = [...state.routes.values()].filter(({ destination, table }) => destination.length === 0 && table === undefined);
  for (const { cidr } of [...vpc.cidrs, ...vpc.ipv6Cidrs]) {
    const destination = cidrOf(cidr);
    const way = defaults.find(({ via }) => via?.family === destination.family);
    if (way) addTo.route(state, { ...way, destination });
  }
  return state;
});

/** `own`: what comes from an interface's addresses goes out by it, whatever other ways there are. */
function addInterfaces(state: Draft, interfaces: Table<"network-interface">, subnets: Table<"subnet">, own: boolean): void {
  for (const resource of interfaces.values()) {
    const home = subnets.get(resource.subnet);
    if (!resource.attachment || !home) continue;
    const device = guestDevice(resource.attachment);
    const metric = 512 + resource.attachment.deviceIndex;
    const subnet = ipv4BlockOf(home);
    for (const ip of addressesOf(resource)) {
      addTo.address(state, { device, ip, length: ip.family === 4 ? subnet.length : 128 });
    }
    const gateways = [offset(firstOf(subnet), 1), ...(resource.ipv6Addresses.length > 0 ? [routerLinkLocal] : [])];
    for (const via of gateways) {
      const route = { destination: { family: via.family, base: 0n, length: 0 }, device, via, metric };
      addTo.route(state, route);
      // Of several, each must send what comes from its own addresses: elsewhere that meets the source check.
      if (own) addTo.route(state, { ...route, table: ownTable(resource.attachment.deviceIndex) });
    }
    if (own) {
      for (const source of addressesOf(resource)) addTo.rule(state, { source, table: ownTable(resource.attachment.deviceIndex) });
    }
  }
}

/** The routing table of one of an instance's several interfaces, as Amazon's own tools number them. */
const ownTable = (deviceIndex: number): number => 10_000 + deviceIndex;
