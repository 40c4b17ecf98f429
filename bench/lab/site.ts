/** A client, a router and a server, each in a namespace of its own; what differs is the router's rules. */
import type { Desired } from "../../src/apply/desired.ts";
import type { Kernel, NamespaceState } from "../../src/apply/kernel.ts";
import { plan } from "../../src/apply/loop.ts";
import type { Network } from "../../src/policy/network.ts";
import { hostCidr } from "../../src/values/ip.ts";
import type { Defer } from "../../test/endings.ts";
import { acl, cidr, group, ip, network } from "../../test/network.ts";

export const routerMac = "02:ba:11:e7:00:01";
/** The two ends: the router's device, which is the interface's too, and what the host is. */
export const client = { device: "dclient", mac: "02:00:00:00:00:01", address: "10.0.1.10", gateway: "10.0.1.1" };
export const server = { device: "dserver", mac: "02:00:00:00:00:02", address: "10.0.2.10", gateway: "10.0.2.1" };

/** What the router filters with: a network's policy as the product compiles it, or lines of nft. */
export type Rules = { readonly policy: Network } | { readonly nft: readonly string[] };

/** Names of the three namespaces. */
export interface Site {
  readonly router: string;
  readonly client: string;
  readonly server: string;
}

/** What a site's namespaces hold. */
export type Layout = (site: Site, rules: Rules) => ReadonlyMap<string, NamespaceState>;

/** Makes a site; it is gone at the end. */
export async function openSite(kernel: Kernel, name: string, rules: Rules, defer: Defer, layout: Layout = twoInterfaces): Promise<Site> {
  const prefix = `bench-${process.pid}-${name}`;
  const site = { router: `${prefix}-r`, client: `${prefix}-c`, server: `${prefix}-s` };
  defer(() => kernel.run(Object.values(site).map((namespace) => ({ op: "namespace.delete", namespace }))));
  const desired: Desired = {
    namespaces: layout(site, rules),
    networks: "policy" in rules ? new Map([[site.router, rules.policy]]) : new Map(),
  };
  const { steps } = plan({ namespaces: new Map(), rulesets: new Map() }, desired, 1);
  await kernel.run(steps);
  if ("nft" in rules) await kernel.run([{ op: "nft", namespace: site.router, commands: rules.nft.join("\n") }]);
  return site;
}

/** Client and server are both in the network. */
export function twoInterfaces(site: Site): ReadonlyMap<string, NamespaceState> {
  const sides = [{ ...client, end: site.client }, { ...server, end: site.server }];
  const empty = { links: new Map(), addresses: new Map(), routes: new Map(), neighbours: new Map(), rules: new Map() };
  const router: NamespaceState = {
    role: "router",
    links: new Map(
      sides.map(({ device, end, mac }, at) => [
        device,
        { device, index: 100 + at, mac: routerMac, mtu: 9001, peer: { namespace: end, device: "eth0", mac } },
      ]),
    ),
    addresses: new Map(sides.map(({ gateway }) => [gateway, { device: "lo", ip: ip(gateway), length: 32 }])),
    routes: new Map(sides.map(({ device, address }) => [address, { destination: hostCidr(ip(address)), device, metric: 0 }])),
    neighbours: new Map(sides.map(({ device, address, mac }) => [address, { device, ip: ip(address), mac }])),
    rules: new Map(),
  };
  const hosts = sides.map(({ end, address, gateway }): [string, NamespaceState] => [
    end,
    {
      ...empty,
      role: "host",
      addresses: new Map([["a", { device: "eth0", ip: ip(address), length: 24 }]]),
      routes: new Map([["r", { destination: cidr("0.0.0.0/0"), device: "eth0", via: ip(gateway), metric: 512 }]]),
    },
  ]);
  return new Map([[site.router, router], ...hosts]);
}

/** No rules, and so no connection tracking. */
export const bare: Rules = { nft: [] };

/** The floor of any stateful filter: the connection is looked up, and everything passes. */
export const trackingAlone: Rules = {
  nft: [
    "add table inet floor",
    "add chain inet floor forward { type filter hook forward priority filter; policy accept; }",
    "add rule inet floor forward ct state established,related accept",
  ],
};

/**
 * Two interfaces in two subnets, each in five groups with `rules` rules each way in all, of which only the last admits
 * what the benches send to `peer`; and a list of 40 entries each way on both subnets, of which only the last matches.
 */
export function crowdedNetwork(rules: number, peer = "10.0.0.0/16"): Network {
  const own = rules / 5;
  const admitting = [`udp any ${peer}`, `tcp any ${peer}`];
  const filler = (count: number, port: number) =>
    Array.from({ length: count }, (_, at) => `${at % 2 ? "tcp" : "udp"} ${port + at} 172.${16 + (at % 16)}.${at % 256}.0/24`);
  const groups = Array.from({ length: 5 }, (_, at) => {
    const count = at === 4 ? own - admitting.length : own;
    const last = at === 4 ? admitting : [];
    return group(`sg-${at}`, [...filler(count, 1000 + at * 200), ...last], [...filler(count, 3000 + at * 200), ...last]);
  });
  const entries = [
    ...Array.from({ length: 39 }, (_, at) => `${at + 1} deny ${at % 2 ? "tcp" : "udp"} ${5000 + at} 192.168.${at}.0/24`),
    "100 allow -1 any 0.0.0.0/0",
  ];
  const all = groups.map(({ id }) => id);
  return network({
    subnets: { "subnet-a": "acl-a", "subnet-b": "acl-b" },
    acls: [acl("acl-a", entries), acl("acl-b", entries)],
    groups,
    interfaces: [
      { id: "eni-client", subnet: "subnet-a", groups: all, addresses: [client.address] },
      { id: "eni-server", subnet: "subnet-b", groups: all, addresses: [server.address] },
    ],
  });
}
