/** A region with instances that is emptied, and filled again: what the kernel held is gone, and in nobody's way. */
import "../kernel/own-machine.ts";
import assert from "node:assert/strict";
import fs from "node:fs";
import { Agent } from "node:https";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { canUseKernel } from "../kernel/lab.ts";
import { element, post, type Region, startRegion } from "../region-process.ts";

let region: Region;

before(async () => {
  if (canUseKernel) region = await startRegion("kernel", undefined, "--allow-reset");
});
after(() => region?.close());

const idsIn = (answer: string): string[] => [...answer.matchAll(/<instanceId>([^<]*)</g)].map(([, id = ""]) => id);
const running = { "Filter.1.Name": "instance-state-name", "Filter.1.Value.1": "running" };

/** Launches three instances and waits until they run. */
async function launch(): Promise<string[]> {
  const image = element(await region.call("DescribeImages"), "imageId");
  const ids = idsIn(await region.call("RunInstances", { ImageId: image, MinCount: "3", MaxCount: "3" }));
  for (let waited = 0; idsIn(await region.call("DescribeInstances", running)).length < ids.length; waited += 50) {
    assert.ok(waited < 20_000, "the instances do not run");
    await sleep(50);
  }
  return ids;
}

async function reset(): Promise<void> {
  const agent = new Agent({ ca: fs.readFileSync(region.caBundle) });
  await post(new URL("/_bailey/reset", region.endpoint), agent, {}, "").finally(() => agent.destroy());
}

/** The namespaces of this region's instances. */
const namespaces = (ids: readonly string[]): string[] =>
  fs.readdirSync("/run/netns").filter((name) => ids.some((id) => name.endsWith(id)));

test("what a reset took away is gone when it is answered, and the next instances run", { skip: canUseKernel ? false : "needs root" }, async () => {
  const first = await launch();
  assert.equal(namespaces(first).length, 3);
  await reset();
  assert.deepEqual([namespaces(first), idsIn(await region.call("DescribeInstances"))], [[], []]);
  const second = await launch();
  assert.equal(namespaces(second).length, 3);
  await reset();
  assert.deepEqual(namespaces(second), []);
});
