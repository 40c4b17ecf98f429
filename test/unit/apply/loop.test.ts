/** The loop over a kernel that only listens: what it does when the world moves while it looks, and whom it blames. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attach } from "../../../src/api/bailey/attach.ts";
import { type Kernel, type ObservedNamespace, type Step, StepFailure } from "../../../src/apply/kernel.ts";
import { type LoopDependencies, startLoop } from "../../../src/apply/loop.ts";
import { draft } from "../../../src/apply/state.ts";
import { hostNamespace } from "../../../src/compile/names.ts";
import { applyChanges, type World } from "../../../src/model/world.ts";
import { cidrOf } from "../../../src/values/ip.ts";
import { isRefusal } from "../../../src/values/refuse.ts";
import { Region } from "../ec2/region.ts";

/** A region before and after something is attached, and the name its network has in realm abc. */
function setting(): { before: World; after: World; namespace: string } {
  const region = new Region();
  const { subnet } = region.network();
  const before = region.world;
  const request = { subnet, groups: [], kind: "process", name: "7", whereabouts: { pid: 7 }, device: "eth0" } as const;
  const outcome = attach(before, request, { network: "4:7", devices: [] }, region.call);
  if (isRefusal(outcome)) return assert.fail(outcome.message);
  return { before, after: applyChanges(before, outcome.changes ?? []), namespace: hostNamespace("abc", outcome.output.instance) };
}

const listening = (run: Kernel["run"], observe: () => ReadonlyMap<string, ObservedNamespace>): Kernel => ({
  run,
  observe: () => Promise.resolve(observe()),
  translated: () => Promise.resolve([]),
  query: () => Promise.resolve(""),
  close: () => Promise.resolve(),
});

const about = { realm: "abc", internet: { pool: cidrOf("203.0.113.0/24"), beyond: false }, sleep: () => new Promise<void>(setImmediate), log: () => undefined } as const;

test("a network that is given and committed while the kernel is looked at is not taken for left over", async (t) => {
  const { before, after, namespace } = setting();
  let world = before;
  const steps: Step[] = [];
  const observe = () => {
    world = after;
    return new Map([[namespace, draft("host")]]);
  };
  const dependencies: LoopDependencies = { ...about, kernel: listening(async (all) => void steps.push(...all), observe), world: () => world };
  const loop = startLoop(dependencies);
  t.after(loop.stop);
  assert.equal(await loop.settle(before.revision), undefined);
  assert.deepEqual(steps.filter((step) => step.namespace === namespace && step.op.startsWith("namespace.")), []);
  assert.ok(steps.some((step) => step.namespace === namespace && step.op === "address.add"));
});

test("a namespace in which steps fail twice is blamed, and given up it holds nobody up", async (t) => {
  const { before, after, namespace } = setting();
  let world = after;
  const story: string[] = [];
  const run: Kernel["run"] = (steps) => {
    const spoilt = steps.some((step) => step.namespace === namespace && step.op === "address.add");
    story.push(spoilt ? "fails" : "runs");
    return spoilt ? Promise.reject(new StepFailure("it is spoilt", namespace)) : Promise.resolve();
  };
  const blame = (whom: string, why: string) => {
    story.push(`blamed ${whom === namespace}: ${why}`);
    world = { ...before, revision: after.revision + 1 };
  };
  const loop = startLoop({ ...about, kernel: listening(run, () => new Map([[namespace, draft("host")]])), world: () => world, blame });
  t.after(loop.stop);
  assert.equal(await loop.settle(after.revision), undefined, "who waited is told that all is well");
  assert.deepEqual(story, ["fails", "fails", "blamed true: it is spoilt", "runs"]);
});
