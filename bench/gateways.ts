/**
 * Gateways beside plain Linux address translation over the same links, with the same number of hops: an internet gateway
 * (a public address, one to one) and a NAT gateway, each with 1,000 rules on the client and 40 list entries each way on
 * its subnet (and on the NAT's). And what a way out costs those who do not take it: packets inside a VPC with a route to
 * an internet gateway, beside the same VPC without.
 *
 *   node bench/gateways.ts [--json] [--runs 9] [--seconds 1] [--only TEXT]
 *
 * --only: the rows whose name contains the text. Needs root, and iperf3 for the TCP rows.
 */
import { parseArgs } from "node:util";
import { openKernel } from "../src/io/kernel.ts";
import { withEndings } from "../test/endings.ts";
import { alternate } from "./lab/alternate.ts";
import { canMeasureTcp, tcpRate, udpRate } from "./lab/load.ts";
import { outsider, plain, routedNetwork, serverInside, serverOutside } from "./lab/routed.ts";
import { crowdedNetwork, type Layout, openSite, type Rules, server, type Site } from "./lab/site.ts";
import { type Measure, report } from "./report.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    runs: { type: "string", default: "9" },
    seconds: { type: "string", default: "1" },
    only: { type: "string", default: "" },
  },
});
const [runs, seconds] = [Number(values.runs), Number(values.seconds)];
const rules = 1000;
const outside = "198.51.100.0/24";

interface Pair {
  readonly name: string;
  readonly layout: Layout;
  readonly ours: Rules;
  readonly baseline: Rules;
  /** The server's address. */
  readonly to: string;
}

const pairs: readonly Pair[] = [
  { name: "internet gateway against plain 1:1", layout: serverOutside, ours: { policy: routedNetwork(rules, "internet", outside) }, baseline: plain.internet, to: outsider.address },
  { name: "nat gateway against plain masquerade", layout: serverOutside, ours: { policy: routedNetwork(rules, "nat", outside) }, baseline: plain.nat, to: outsider.address },
  { name: "inside a vpc, with a way out against without", layout: serverInside, ours: { policy: routedNetwork(rules, "internet") }, baseline: { policy: crowdedNetwork(rules) }, to: server.address },
];

interface Load {
  readonly name: string;
  readonly unit: string;
  /** Of one run through a site. */
  rate(site: Site, to: string): number | Promise<number>;
}

const loads: readonly Load[] = [
  { name: "udp 64 B, 1 flow", unit: "packets/s", rate: (site, to) => udpRate(site, 1, seconds, to) },
  { name: "udp 64 B, 1,000 flows", unit: "packets/s", rate: (site, to) => udpRate(site, 1000, seconds, to) },
  ...(canMeasureTcp() ? [{ name: "tcp bulk", unit: "Gb/s", rate: (site: Site, to: string) => tcpRate(site, seconds, to) }] : []),
];

await withEndings(async (defer) => {
  const kernel = openKernel();
  defer(() => kernel.close());
  const found: Measure[] = [];
  for (const [at, pair] of pairs.entries()) {
    const wanted = loads.filter(({ name }) => `${name}, ${pair.name}`.includes(values.only));
    if (wanted.length === 0) continue;
    const open = (name: string, what: Rules) => openSite(kernel, `${name}-${at}`, what, defer, pair.layout);
    const sites = { ours: await open("ours", pair.ours), baseline: await open("plain", pair.baseline) };
    const comparison = { name: pair.name, ours: "ours", baseline: "baseline" } as const;
    for (const { name, unit, rate } of wanted) {
      found.push(...(await alternate(name, unit, runs, [comparison], (variant) => rate(sites[variant], pair.to))));
    }
  }
  report(found);
});
