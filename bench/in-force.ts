/**
 * From the call that changes a rule to its answer, in a VPC with 1,000 interfaces and 10,000 rules and in one with next
 * to nothing; and whether the answer is true: the first SYN after Authorize must be admitted, the first new one after
 * Revoke refused. The whole product: HTTPS, signature, store, compiler, kernel; two instances, real packets.
 *
 *   node bench/in-force.ts [--json] [--runs 5] [--rounds 1000]
 *
 * Rounds are shared out over the runs. Needs root.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { openStore } from "../src/io/store.ts";
import { everything, everywhere, put } from "../src/model/world.ts";
import { isRefusal } from "../src/values/refuse.ts";
import { type Defer, withEndings } from "../test/endings.ts";
import { launchPair, type Pair } from "../test/kernel/first-syn.ts";
import { startRegion } from "../test/region-process.ts";
import { type LargeWorld, largeWorld, owner } from "./large-world.ts";
import { type Measure, quantile, report, tell } from "./report.ts";

const { values } = parseArgs({
  options: { json: { type: "boolean" }, runs: { type: "string", default: "5" }, rounds: { type: "string", default: "1000" } },
});
const runs = Number(values.runs);
const rounds = Math.ceil(Number(values.rounds) / runs);

/** What a VPC's rounds have shown so far. */
interface Seen {
  readonly pair: Pair;
  /** Milliseconds to the answer. */
  readonly authorize: number[];
  readonly revoke: number[];
  admitted: number;
  refused: number;
}

/** A region that starts with a world, and two instances in it. */
async function open({ world, vpc }: LargeWorld, defer: Defer): Promise<Seen> {
  const state = fs.mkdtempSync(path.join(os.tmpdir(), "bailey-in-force-"));
  defer(() => fs.rmSync(state, { recursive: true }));
  const store = openStore(path.join(state, "state.db"));
  if (isRefusal(store)) throw new Error(store.message);
  store.commit(0, everything(world).map(put));
  store.close();
  const region = await startRegion("kernel", state, "--account", owner.account, "--region", owner.region);
  defer(region.close);
  const subnet = everywhere(world, "subnet").find((each) => each.vpc === vpc)?.id ?? "";
  const pair = await launchPair(region, vpc, subnet);
  defer(pair.close);
  return { pair, authorize: [], revoke: [], admitted: 0, refused: 0 };
}

async function round(seen: Seen, port: number): Promise<void> {
  const timed = async (action: "Authorize" | "Revoke"): Promise<number> => {
    const begun = performance.now();
    await seen.pair.change(action, port);
    return performance.now() - begun;
  };
  seen.authorize.push(await timed("Authorize"));
  if (await seen.pair.admits(port)) seen.admitted++;
  seen.revoke.push(await timed("Revoke"));
  if (!(await seen.pair.admits(port))) seen.refused++;
}

await withEndings(async (defer) => {
  const large = await open(largeWorld(998, 167, 60), defer);
  const small = await open(largeWorld(0, 1, 0), defer);
  for (let run = 0; run < runs; run++) {
    for (const seen of [small, large]) for (let at = 0; at < rounds; at++) await round(seen, 20_000 + at);
    tell(`run ${run + 1} of ${runs}: large ${told(large)}; small ${told(small)}`);
  }
  if (large.pair.late() + small.pair.late() > 0) throw new Error("a refused SYN arrived late");
  report([
    ...quantiles("AuthorizeSecurityGroupIngress to answered", large.authorize, small.authorize),
    ...quantiles("RevokeSecurityGroupIngress to answered", large.revoke, small.revoke),
    share("first SYN after Authorize admitted", large.admitted, small.admitted),
    share("first new SYN after Revoke refused", large.refused, small.refused),
  ]);
});

function told({ authorize, admitted, refused }: Seen): string {
  return `p50 ${quantile(authorize, 0.5).toFixed(1)} ms, ${admitted} admitted, ${refused} refused of ${authorize.length}`;
}

function quantiles(name: string, ours: readonly number[], baseline: readonly number[]): Measure[] {
  return [0.5, 0.99].map((at) => {
    const [a, b] = [quantile(ours, at), quantile(baseline, at)];
    return { name: `${name}, 1,000 interfaces and 10,000 rules against 2 and 2, p${at * 100}`, unit: "ms", ours: a, baseline: b, ratio: a / b, runs };
  });
}

function share(name: string, ours: number, baseline: number): Measure {
  return { name, unit: `of ${rounds * runs}`, ours, baseline, ratio: ours / baseline, runs };
}
