/**
 * Forwarding through a router namespace: ours with 1,000 rules on each end and 40 list entries each way on both
 * subnets, beside bare routed veth (no rules, no connection tracking), connection tracking alone, ours with 10 rules, and
 * the same rules as lines that are tried in order. Packets are sent by one core as fast as it can.
 *
 * UDP is one-way: connection tracking never calls it established, so nothing but our cache keeps a packet from the rules.
 *
 *   node bench/forwarding.ts [--json] [--runs 9] [--seconds 1] [--only TEXT]
 *
 * --only: the rows whose name contains the text. Needs root, and iperf3 for the TCP rows.
 */
import { parseArgs } from "node:util";
import { openKernel } from "../src/io/kernel.ts";
import { withEndings } from "../test/endings.ts";
import { alternate, type Comparison } from "./lab/alternate.ts";
import { linearRules } from "./lab/linear.ts";
import { canMeasureTcp, tcpRate, udpRate } from "./lab/load.ts";
import { bare, crowdedNetwork, openSite, type Rules, type Site, trackingAlone } from "./lab/site.ts";
import { type Measure, report } from "./report.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    runs: { type: "string", default: "9" },
    seconds: { type: "string", default: "1" },
    only: { type: "string", default: "" },
  },
});
const seconds = Number(values.seconds);

const thousand = crowdedNetwork(1000);
const variants = {
  bare,
  tracking: trackingAlone,
  ours: { policy: thousand },
  "ours counting flows": { policy: { ...thousand, counted: true } },
  "ours with 10 rules": { policy: crowdedNetwork(10) },
  "iptables lines": linearRules(thousand, "iptables"),
  "nft lines": linearRules(thousand, "nft"),
} satisfies Readonly<Record<string, Rules>>;
type Variant = keyof typeof variants;
type Sites = ReadonlyMap<Variant, Site>;

interface Load {
  readonly name: string;
  readonly unit: string;
  readonly comparisons: readonly Comparison<Variant>[];
  /** Of one run through a site. */
  rate(site: Site): number | Promise<number>;
}

const floors: readonly Comparison<Variant>[] = [
  { name: "against bare routed veth", ours: "ours", baseline: "bare" },
  { name: "against connection tracking alone", ours: "ours", baseline: "tracking" },
];
/** What flow logs cost: the flows of both interfaces are counted. */
const counting: Comparison<Variant> = { name: "with flow logs against none", ours: "ours counting flows", baseline: "ours" };
const few: Comparison<Variant> = { name: "1,000 rules against 10", ours: "ours", baseline: "ours with 10 rules" };
const lines: readonly Comparison<Variant>[] = [
  { name: "against the rules as iptables-style lines", ours: "ours", baseline: "iptables lines" },
  { name: "against the rules as plain nft lines", ours: "ours", baseline: "nft lines" },
];
const loads: readonly Load[] = [
  { name: "udp 64 B, 1 flow", unit: "packets/s", comparisons: [...floors, few, counting, ...lines], rate: (site) => udpRate(site, 1, seconds) },
  { name: "udp 64 B, 1,000 flows", unit: "packets/s", comparisons: [...floors, few, counting], rate: (site) => udpRate(site, 1000, seconds) },
  ...(canMeasureTcp() ? [{ name: "tcp bulk", unit: "Gb/s", comparisons: [...floors, counting], rate: (site: Site) => tcpRate(site, seconds) }] : []),
];

await withEndings(async (defer) => {
  const kernel = openKernel();
  defer(() => kernel.close());
  const wanted = loads.flatMap((load) => {
    const comparisons = load.comparisons.filter(({ name }) => `${load.name}, ${name}`.includes(values.only));
    return comparisons.length > 0 ? [{ ...load, comparisons }] : [];
  });
  const used = new Set(wanted.flatMap(({ comparisons }) => comparisons.flatMap(({ ours, baseline }) => [ours, baseline])));
  const sites = new Map<Variant, Site>();
  for (const variant of used) sites.set(variant, await openSite(kernel, variant.replaceAll(" ", "-"), variants[variant], defer));
  const found: Measure[] = [];
  for (const load of wanted) found.push(...(await measureLoad(load, sites)));
  report(found);
});

async function measureLoad({ name, unit, comparisons, rate }: Load, sites: Sites): Promise<Measure[]> {
  return alternate(name, unit, Number(values.runs), comparisons, (variant) => {
    const site = sites.get(variant);
    return site ? rate(site) : 0;
  });
}
