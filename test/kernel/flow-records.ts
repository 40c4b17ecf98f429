/** What a flow reader tells of a realm, as lines in each flow log's own format. Reads on a thread of its own. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { World } from "../../src/model/world.ts";
import { everything } from "../../src/model/world.ts";
import { type Defer, withEndings } from "../endings.ts";

export interface Records {
  /** Those of what was counted since the last call, in order of their text. */
  read(world: World): Promise<string[]>;
}

/** One reader for many readings. */
export function openRecords(defer: Defer, realm: string): Records {
  const worker = new Worker(new URL("./flow-records-thread.ts", import.meta.url), { workerData: { realm } });
  defer(async () => {
    await worker.terminate();
  });
  return {
    read: async (world) => {
      const end = Date.now();
      worker.postMessage({ resources: everything(world), start: end - 60_000, end });
      const [lines] = (await once(worker, "message")) as [string[]];
      return lines;
    },
  };
}

/** One reading. */
export const readRecords = (realm: string, world: World): Promise<string[]> => withEndings((defer) => openRecords(defer, realm).read(world));
