/**
 * New TCP connections through a router namespace, each second (connect, one byte, close; and the same ended by a reset,
 * which has fewer packets to share the first ones' price): ours with 1,000 rules on each end and 40 list entries each
 * way on both subnets, beside bare routed veth with connection tracking alone and without.
 *
 *   node bench/connections.ts [--json] [--runs 15] [--seconds 0.3]
 *
 * One core plays client, router and server. Needs root.
 */
import { parseArgs } from "node:util";
import { openKernel } from "../src/io/kernel.ts";
import { withEndings } from "../test/endings.ts";
import { alternate } from "./lab/alternate.ts";
import { connectionRate } from "./lab/connector.ts";
import { bare, crowdedNetwork, openSite, type Site, trackingAlone } from "./lab/site.ts";
import { type Measure, report } from "./report.ts";

const { values } = parseArgs({
  options: { json: { type: "boolean" }, runs: { type: "string", default: "15" }, seconds: { type: "string", default: "0.3" } },
});

await withEndings(async (defer) => {
  const kernel = openKernel();
  defer(() => kernel.close());
  const sites: Readonly<Record<"bare" | "tracking" | "ours", Site>> = {
    bare: await openSite(kernel, "bare", bare, defer),
    tracking: await openSite(kernel, "tracking", trackingAlone, defer),
    ours: await openSite(kernel, "ours", { policy: crowdedNetwork(1000) }, defer),
  };
  const comparisons = [
    { name: "against connection tracking alone", ours: "ours", baseline: "tracking" },
    { name: "against bare routed veth", ours: "ours", baseline: "bare" },
  ] as const;
  const found: Measure[] = [];
  for (const ending of ["close", "reset"] as const) {
    const rate = (variant: keyof typeof sites) => connectionRate(sites[variant], ending, Number(values.seconds));
    found.push(...(await alternate(`new tcp connections, one byte, ${ending}`, "connections/s", Number(values.runs), comparisons, rate)));
  }
  report(found);
});
