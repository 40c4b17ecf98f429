/**
 * Forwarding through a router namespace: ours with 1,000 rules on each end and 40 list entries each way on both
 * subnets, beside bare routed veth (no rules, no connection tracking) and beside connection tracking alone.
 *
 *   node bench/forwarding.ts [--json] [--runs 5] [--seconds 2]
 *
 * Needs root, and iperf3 for the TCP measure.
 */
import { spawn, spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import type { Desired } from "../src/apply/desired.ts";
import type { NamespaceState } from "../src/apply/kernel.ts";
import { plan } from "../src/apply/loop.ts";
import { openKernel } from "../src/io/kernel.ts";
import { hostCidr } from "../src/values/ip.ts";
import type { Network } from "../src/policy/network.ts";
import { acl, cidr, group, ip, network } from "../test/network.ts";
import { type Measure, measure, report, tell } from "./report.ts";
import { Sender } from "./sender.ts";

const { values } = parseArgs({
  options: { json: { type: "boolean" }, runs: { type: "string", default: "5" }, seconds: { type: "string", default: "2" } },
});
const runs = Number(values.runs);
const seconds = Number(values.seconds);

const ruleCount = 1000;
const client = "10.0.1.10";
const server = "10.0.2.10";

/** 1,000 rules that do not match, over five groups, and the one that does. */
function crowdedNetwork(): Network {
  const filler = (offset: number) =>
    Array.from({ length: ruleCount / 5 }, (_, at) => `tcp ${offset + at} 172.${16 + (at % 16)}.${at % 256}.0/24`);
  const groups = Array.from({ length: 5 }, (_, at) =>
    group(
      `sg-${at}`,
      [...filler(1000 + at * 200), ...(at === 4 ? ["udp any 10.0.0.0/16", "tcp any 10.0.0.0/16"] : [])],
      [...filler(3000 + at * 200), ...(at === 4 ? ["udp any 10.0.0.0/16", "tcp any 10.0.0.0/16"] : [])],
    ),
  );
  const entries = [
    ...Array.from({ length: 39 }, (_, at) => `${at + 1} deny tcp ${5000 + at} 192.168.${at}.0/24`),
    "100 allow -1 any 0.0.0.0/0",
  ];
  const all = groups.map(({ id }) => id);
  return network({
    subnets: { "subnet-a": "acl-a", "subnet-b": "acl-b" },
    acls: [acl("acl-a", entries), acl("acl-b", entries)],
    groups,
    interfaces: [
      { id: "eni-client", subnet: "subnet-a", groups: all, addresses: [client] },
      { id: "eni-server", subnet: "subnet-b", groups: all, addresses: [server] },
    ],
  });
}

const routerMac = "02:ba:11:e7:00:01";
type Variant = "bare" | "conntrack" | "ours";
const spaces = (variant: Variant) => ({
  router: `bench-${process.pid}-${variant}-r`,
  client: `bench-${process.pid}-${variant}-c`,
  server: `bench-${process.pid}-${variant}-s`,
});

/** A client, a router and a server; what differs between variants is only the router's rules. */
function desiredFor(variant: Variant, policy: Network): Desired {
  const names = spaces(variant);
  const sides = [
    { device: "dclient", end: names.client, mac: "02:00:00:00:00:01", address: client, gateway: "10.0.1.1" },
    { device: "dserver", end: names.server, mac: "02:00:00:00:00:02", address: server, gateway: "10.0.2.1" },
  ];
  const empty = { links: new Map(), addresses: new Map(), routes: new Map(), neighbours: new Map() };
  const hosts = sides.map(({ end, address, gateway }): [string, NamespaceState] => [
    end,
    {
      ...empty,
      role: "host" as const,
      addresses: new Map([["a", { device: "eth0", ip: ip(address), length: 24 }]]),
      routes: new Map([["r", { destination: cidr("0.0.0.0/0"), device: "eth0", via: ip(gateway), metric: 512 }]]),
    },
  ]);
  return {
    namespaces: new Map<string, NamespaceState>([
      [
        names.router,
        {
          role: "router" as const,
          links: new Map(
            sides.map(({ device, end, mac }, at) => [
              device,
              { device, index: 100 + at, mac: routerMac, mtu: 9001, peer: { namespace: end, device: "eth0", mac } },
            ]),
          ),
          addresses: new Map(sides.map(({ gateway }) => [gateway, { device: "lo", ip: ip(gateway), length: 32 }])),
          routes: new Map(
            sides.map(({ device, address }) => [address, { destination: hostCidr(ip(address)), device, metric: 0 }]),
          ),
          neighbours: new Map(sides.map(({ device, address, mac }) => [address, { device, ip: ip(address), mac }])),
        },
      ],
      ...hosts,
    ]),
    networks: variant === "ours" ? new Map([[names.router, policy]]) : new Map(),
  };
}

const trackingAlone = [
  "add table inet floor",
  "add chain inet floor forward { type filter hook forward priority filter; policy accept; }",
  "add rule inet floor forward ct state established,related accept",
];

const kernel = openKernel();
const variants: readonly Variant[] = ["bare", "conntrack", "ours"];
try {
  const policy = crowdedNetwork();
  for (const variant of variants) {
    const { steps } = plan({ namespaces: new Map(), rulesets: new Map() }, desiredFor(variant, policy), 1);
    await kernel.run(steps);
  }
  await kernel.run([{ op: "nft", namespace: spaces("conntrack").router, commands: trackingAlone.join("\n") }]);
  report(await measureAll());
} finally {
  for (const variant of variants) {
    for (const namespace of Object.values(spaces(variant))) await kernel.run([{ op: "namespace.delete", namespace }]);
  }
  await kernel.close();
}

async function measureAll(): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const flows of [1, 1000]) {
    const rates = await alternate(`UDP 64 bytes, ${flows} flows`, (variant) => udpRate(variant, flows));
    measures.push(
      measure(`udp 64 B, ${flows} flows, against bare routed veth`, "packets/s", rates.ours, rates.bare),
      measure(`udp 64 B, ${flows} flows, against conntrack alone`, "packets/s", rates.ours, rates.conntrack),
    );
  }
  if (spawnSync("iperf3", ["--version"]).status === 0) {
    const rates = await alternate("TCP bulk", tcpRate);
    measures.push(
      measure("tcp bulk, against bare routed veth", "Gb/s", rates.ours, rates.bare),
      measure("tcp bulk, against conntrack alone", "Gb/s", rates.ours, rates.conntrack),
    );
  } else tell("iperf3 is not installed: no TCP measure (apt-get install iperf3)");
  return measures;
}

/** Every variant once a run, in turn, so that a noisy moment hurts all alike. */
async function alternate(name: string, rate: (variant: Variant) => number | Promise<number>): Promise<Record<Variant, number[]>> {
  const found: Record<Variant, number[]> = { bare: [], conntrack: [], ours: [] };
  for (let run = 0; run < runs; run++) {
    for (const variant of variants) found[variant].push(await rate(variant));
    tell(`${name}, run ${run + 1} of ${runs}: ${variants.map((v) => `${v} ${Math.round(found[v].at(-1) ?? 0)}`).join(", ")}`);
  }
  return found;
}

/** Packets that came out at the server each second, sent as fast as one core can. */
function udpRate(variant: Variant, flows: number): number {
  const names = spaces(variant);
  const sender = new Sender(names.client, names.server, "eth0");
  try {
    return sender.run({ source: ip(client), destination: ip(server), mac: "02:00:00:00:00:01", routerMac, flows, seconds });
  } finally {
    sender.close();
  }
}

async function tcpRate(variant: Variant): Promise<number> {
  const names = spaces(variant);
  const listener = spawn("ip", ["netns", "exec", names.server, "iperf3", "-s", "-1", "-B", server], { stdio: "ignore" });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const result = spawnSync(
    "ip",
    ["netns", "exec", names.client, "iperf3", "-c", server, "-t", String(seconds), "-J"],
    { encoding: "utf8" },
  );
  listener.kill();
  const parsed = JSON.parse(result.stdout) as { end?: { sum_received?: { bits_per_second: number } }; error?: string };
  if (!parsed.end?.sum_received) throw new Error(`iperf3: ${parsed.error ?? result.stderr}`);
  return parsed.end.sum_received.bits_per_second / 1e9;
}
