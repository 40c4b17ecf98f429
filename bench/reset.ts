/**
 * What a test suite waits for between two tests: `POST /_bailey/reset`, of a region that nobody used but for the default
 * VPC, and of one with instances; beside a call that does nothing. With the kernel data plane what was there is out of
 * force when the reset is answered.
 *
 *   node bench/reset.ts [--json] [--runs 10] [--instances 100] [--dataplane kernel|none]
 */
import { Agent } from "node:https";
import fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { withEndings } from "../test/endings.ts";
import { post, type Region, startRegion } from "../test/region-process.ts";
import { type Measure, measure, report, tell } from "./report.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    runs: { type: "string", default: "10" },
    instances: { type: "string", default: "100" },
    dataplane: { type: "string", default: process.getuid?.() === 0 ? "kernel" : "none" },
  },
});
const [runs, instances] = [Number(values.runs), Number(values.instances)];
const dataplane = values.dataplane === "kernel" ? "kernel" : "none";

await withEndings(async (defer) => {
  const region = await startRegion(dataplane, undefined, "--allow-reset");
  defer(region.close);
  const agent = new Agent({ keepAlive: true, ca: fs.readFileSync(region.caBundle) });
  defer(() => agent.destroy());
  const control = (name: string) => timed(() => post(new URL(`/_bailey/${name}`, region.endpoint), agent, {}, ""));
  const found: Measure[] = [];
  for (const [kind, name, fill] of [
    ["empty", "an empty region", () => region.call("DescribeVpcs")],
    ["full", `a region with ${instances} instances`, () => launch(region)],
  ] as const) {
    const taken = { reset: [] as number[], nothing: [] as number[], next: [] as number[] };
    for (let run = 0; run < runs; run++) {
      taken.next.push(await timed(fill));
      taken.nothing.push(await control("health"));
      taken.reset.push(await control("reset"));
      tell(`reset of ${name}: ${Math.round(taken.reset.at(-1) ?? 0)} ms`);
    }
    found.push(measure(`reset of ${name}`, "ms", taken.reset, taken.nothing));
    found.push(measure(`reset of ${name}, the slowest`, "ms", [Math.max(...taken.reset)], [Math.max(...taken.nothing)]));
    if (kind === "empty") found.push(measure("first call after a reset", "ms", taken.next, taken.nothing));
  }
  report(found);
});

async function timed(what: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await what();
  return performance.now() - begun;
}

/** Starts the instances and waits until they run. */
async function launch({ call }: Region): Promise<void> {
  const image = /<imageId>([^<]*)</.exec(await call("DescribeImages"))?.[1] ?? "";
  const count = String(instances);
  await call("RunInstances", { ImageId: image, MinCount: count, MaxCount: count });
  const running = { "Filter.1.Name": "instance-state-name", "Filter.1.Value.1": "running" };
  for (let waited = 0; (await call("DescribeInstances", running)).split("<instanceId>").length <= instances; waited += 100) {
    if (waited > 60_000) throw new Error("the instances do not run");
    await sleep(100);
  }
}
