/**
 * A VPC with 1,000 interfaces and 10,000 rules put into an empty kernel: with a link to an instance for each interface,
 * beside the same links without any rules; and the rules alone, beside the nft command with the same text. While it is
 * done once more, instances send what the rules refuse.
 *
 *   node bench/resync.ts [--json] [--runs 5]
 *
 * Needs root.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { desire } from "../src/apply/desired.ts";
import { plan } from "../src/apply/loop.ts";
import { openKernel } from "../src/io/kernel.ts";
import type { World } from "../src/model/world.ts";
import { cidrOf } from "../src/values/ip.ts";
import { withEndings } from "../test/endings.ts";
import { openLive } from "../test/kernel/live.ts";
import { attachedWorld, type Resync, resyncUnderLoad } from "../test/kernel/resync.ts";
import { largeWorld } from "./large-world.ts";
import { type Measure, measure, report, tell } from "./report.ts";

const { values } = parseArgs({ options: { json: { type: "boolean" }, runs: { type: "string", default: "5" } } });
const runs = Number(values.runs);
const size = "1,000 interfaces, 10,000 rules";

const detached = largeWorld(1000, 167, 60);
const linked = attachedWorld(detached);
const taken = { linked: [] as number[], links: [] as number[], rules: [] as number[], command: [] as number[] };
for (let run = 0; run < runs; run++) {
  taken.links.push(await linksAlone(linked.world));
  taken.linked.push((await fill(linked.world)).ms);
  const { ms, text } = await fill(detached.world);
  taken.rules.push(ms);
  taken.command.push(command(text));
  tell(`run ${run + 1} of ${runs}: ${Object.entries(taken).map(([name, times]) => `${name} ${Math.round(times.at(-1) ?? 0)} ms`).join(", ")}`);
}
const load: Resync = await withEndings((defer) => resyncUnderLoad(linked, defer));
if (!load.passes) throw new Error("what the rules admit does not arrive");
report([
  measure(`resync from an empty kernel: ${size}, all on links; against the links alone`, "ms", taken.linked, taken.links),
  measure(`resync from an empty kernel: ${size}, no links; against the nft command with the same text`, "ms", taken.rules, taken.command),
  count("refused packets that passed meanwhile, of those sent", load.leaked, load.sent),
  count("transactions of rules", load.transactions, 1),
]);

function count(name: string, ours: number, baseline: number): Measure {
  return { name, unit: "", ours, baseline, ratio: ours / baseline, runs: 1 };
}

/** Milliseconds of the product's loop from an empty kernel to all in force, and the rules' text. */
function fill(world: World): Promise<{ ms: number; text: string }> {
  return withEndings(async (defer) => {
    const texts: string[] = [];
    const live = await openLive(defer, (steps, run) => {
      texts.push(...steps.flatMap((step) => (step.op === "nft" ? [step.commands] : [])));
      return run(steps);
    });
    const begun = performance.now();
    await live.reach(world);
    return { ms: performance.now() - begun, text: texts.join("\n") };
  });
}

/** Milliseconds to make the same namespaces, links, addresses and routes, and no rules. */
function linksAlone(world: World): Promise<number> {
  return withEndings(async (defer) => {
    const kernel = openKernel();
    defer(() => kernel.close());
    const desired = desire(world, `k${process.pid.toString(16)}`, { pool: cidrOf("203.0.113.0/24"), beyond: false });
    const { steps } = plan({ namespaces: new Map(), rulesets: new Map() }, { ...desired, networks: new Map() }, 1);
    defer(() => kernel.run([...desired.namespaces.keys()].map((namespace) => ({ op: "namespace.delete", namespace }))));
    const begun = performance.now();
    await kernel.run(steps);
    return performance.now() - begun;
  });
}

/** Milliseconds the nft command takes in a namespace that is made for it. */
function command(text: string): number {
  const begun = performance.now();
  const { status, stderr } = spawnSync("unshare", ["--net", "nft", "-f", "-"], { input: text, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr.slice(0, 500));
  return performance.now() - begun;
}
