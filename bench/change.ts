/**
 * The time of a change in a large VPC: from the commit to "in force in the kernel", against the same change in a VPC
 * with next to nothing in it. Cost should follow what changed, not how much there is.
 *
 *   node bench/change.ts [--json] [--runs 200]
 *
 * Needs root. The world is made without the API, the loop, the kernel and the store are the product's.
 */
import { routerNamespace } from "../src/compile/names.ts";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import type { Kernel } from "../src/apply/kernel.ts";
import { startLoop } from "../src/apply/loop.ts";
import { openKernel } from "../src/io/kernel.ts";
import { openStore } from "../src/io/store.ts";
import { applyChanges, type Change, put, remove, type World } from "../src/model/world.ts";
import { cidrOf } from "../src/values/ip.ts";
import { isRefusal } from "../src/values/refuse.ts";
import { type Defer, withEndings } from "../test/endings.ts";
import { interfaceOf, type LargeWorld, largeWorld, ruleOf } from "./large-world.ts";
import { type Measure, measure, median, quantile, report, tell } from "./report.ts";

const { values } = parseArgs({ options: { json: { type: "boolean" }, runs: { type: "string", default: "200" } } });
const runs = Number(values.runs);

/** Milliseconds: in all, and of those what nftables took, whose check of a table follows the size of its maps. */
interface Taken {
  readonly all: number;
  readonly nftables: number;
}

interface Bench {
  readonly large: LargeWorld;
  /** Until the changes are durable and in force. */
  change(changes: readonly Change[]): Promise<Taken>;
  /** Milliseconds from an empty namespace to everything in force. */
  readonly resyncMs: number;
}

let realms = 0;
async function open(kernel: Kernel, large: LargeWorld, defer: Defer): Promise<Bench> {
  const realm = `b${process.pid.toString(16)}${realms++}`;
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "bailey-change-"));
  const store = openStore(path.join(directory, "state.db"));
  if (isRefusal(store)) throw new Error(store.message);
  let world: World = { ...large.world, revision: 0 };
  let nftables = 0;
  const timed: Kernel = {
    observe: (prefix) => kernel.observe(prefix),
    translated: (namespace) => kernel.translated(namespace),
    query: (namespace, command) => kernel.query(namespace, command),
    close: () => kernel.close(),
    run: async (steps) => {
      const begun = performance.now();
      await kernel.run(steps);
      nftables += performance.now() - begun;
    },
  };
  const loop = startLoop({ kernel: timed, realm, internet: { pool: cidrOf("203.0.113.0/24"), beyond: false }, world: () => world, sleep: (ms) => sleep(ms), log: tell });
  const commit = async (changes: readonly Change[]) => {
    const begun = performance.now();
    nftables = 0;
    const next = applyChanges(world, changes);
    store.commit(world.revision, changes);
    world = next;
    const refused = await loop.settle(world.revision);
    if (refused) throw new Error(refused.message);
    return { all: performance.now() - begun, nftables };
  };
  defer(async () => {
    await loop.stop();
    store.close();
    await kernel.run([{ op: "namespace.delete", namespace: routerNamespace(realm, large.vpc) }]);
    fs.rmSync(directory, { recursive: true });
  });
  const begun = performance.now();
  await loop.settle(world.revision);
  return {
    large,
    change: commit,
    resyncMs: performance.now() - begun,
  };
}

/** Adds a rule, and takes it away again. */
async function rules(bench: Bench): Promise<Taken[]> {
  const times: Taken[] = [];
  for (let at = 0; at < runs; at++) {
    const group = bench.large.groups[at % bench.large.groups.length];
    if (!group) break;
    const rule = ruleOf(group, 50_000 + at, { type: "cidr", cidr: "198.51.100.0/24" });
    times.push(await bench.change([put(rule)]));
    times.push(await bench.change([remove(rule)]));
  }
  return times;
}

/** Puts a new interface into a group that all others refer to, and takes it out again. */
async function members(bench: Bench): Promise<Taken[]> {
  const [like] = bench.large.interfaces;
  const [referred] = bench.large.groups;
  if (!like || !referred) return [];
  await bench.change(bench.large.groups.map((group) => put(ruleOf(group, 443, { type: "group", group: referred.id, account: "111122223333" }))));
  const times: Taken[] = [];
  for (let at = 0; at < runs / 4; at++) {
    const added = interfaceOf({ ...like, groups: [referred.id] }, 60_000 + at);
    times.push(await bench.change([put(added)]));
    times.push(await bench.change([remove(added)]));
  }
  return times;
}

const found: Measure[] = [];
const row = (name: string, taken: readonly Taken[], small: readonly Taken[]) => {
  const [ours, baseline] = [taken, small].map((each) => each.map(({ all }) => all));
  if (!ours || !baseline) return;
  found.push(measure(`${name}, p50`, "ms", ours, baseline));
  const [a, b] = [quantile(ours, 0.99), quantile(baseline, 0.99)];
  const beside = taken.map(({ all, nftables }) => all - nftables);
  found.push(measure(`${name}, all but nftables against nftables, p50`, "ms", beside, taken.map(({ nftables }) => nftables)));
  found.push({ name: `${name}, p99`, unit: "ms", ours: a, baseline: b, ratio: a / b, runs: ours.length });
};

await withEndings(async (defer) => {
  const kernel = openKernel();
  defer(() => kernel.close());
  const small = await open(kernel, largeWorld(2, 1, 10), defer);
  const smallRules = await rules(small);
  const smallMembers = await members(small);
  for (const [interfaces, groups] of [[100, 17], [1000, 167], [5000, 167]] as const) {
    await withEndings(async (deferHere) => {
      const bench = await open(kernel, largeWorld(interfaces, groups, 60), deferHere);
      const size = `${interfaces.toLocaleString("en-US")} interfaces, ${(groups * 60).toLocaleString("en-US")} rules`;
      tell(`${size}: all from nothing in ${Math.round(bench.resyncMs)} ms`);
      found.push(measure(`everything from an empty kernel: ${size}`, "ms", [bench.resyncMs], [small.resyncMs]));
      row(`one rule more or less: ${size}`, await rules(bench), smallRules);
      row(`one member more or less of a group all refer to: ${size}`, await members(bench), smallMembers);
      tell(`${size}: median ${median(found.slice(-4).map(({ ours }) => ours)).toFixed(1)} ms`);
    });
  }
  report(found);
});
