/** What a flow reader tells of a realm now, as lines in each flow log's own format. Reads on a thread of its own. */
import { Worker } from "node:worker_threads";
import type { World } from "../../src/model/world.ts";
import { everything } from "../../src/model/world.ts";

export function readRecords(realm: string, world: World): Promise<string[]> {
  const now = Date.now();
  const worker = new Worker(new URL("./flow-records-thread.ts", import.meta.url), {
    workerData: { realm, resources: everything(world), start: now - 60_000, end: now },
  });
  return new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
}
