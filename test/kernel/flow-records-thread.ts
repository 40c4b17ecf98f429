import { parentPort, workerData } from "node:worker_threads";
import { compileLine, parseFormat } from "../../src/flow/format.ts";
import { openFlowReader } from "../../src/io/flow-reader.ts";
import type { Resource } from "../../src/model/resource.ts";
import { applyChanges, emptyWorld, put } from "../../src/model/world.ts";
import { isRefusal } from "../../src/values/refuse.ts";

const { realm } = workerData as { realm: string };
const reader = openFlowReader(realm);
parentPort?.on("message", ({ resources, start, end }: { resources: Resource[]; start: number; end: number }) => {
  const world = applyChanges(emptyWorld, resources.map(put));
  const lines: string[] = [];
  reader.read(world, start, end, ({ log, record }) => {
    const format = parseFormat(log.format);
    if (isRefusal(format)) throw new Error(format.message);
    lines.push(compileLine(format)(record));
  });
  parentPort?.postMessage(lines.sort());
});
