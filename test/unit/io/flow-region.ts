/**
 * Spools 500 records at a time below the directory argv[2], numbered from argv[3], for a local flow log and one of the S3 at
 * argv[4], and says each number once append has returned; a thread delivers meanwhile.
 */
import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openFlowDelivery } from "../../../src/io/flow-delivery.ts";
import { openFlowSpool } from "../../../src/io/flow-spool.ts";
import { mintId } from "../../../src/values/id.ts";
import { flowLogOf, toBucket, toLocal } from "../flow/flow-logs.ts";
import { recordAt, slot } from "./flow-place.ts";

const [, , root = "", first, endpoint = ""] = process.argv;
const [directory, limit] = [join(root, "flow-spool"), 1e9];
const log = (line: string) => void process.stderr.write(`${line}\n`);
const flowLogs = [flowLogOf(toLocal), flowLogOf(toBucket, { id: mintId("flow-log", "00000000000000002") })];

let now = slot;
const spool = openFlowSpool({ directory, limit, now: () => now, random: (bytes) => randomBytes(bytes).toString("hex"), log });
const delivery = openFlowDelivery({
  spool: directory,
  limit,
  directory: join(root, "flow-logs"),
  kept: limit,
  s3: { endpoint, region: "us-east-1", credentials: { accessKeyId: "key-id", secretAccessKey: "secret" } },
  logs: join(root, "logs.db"),
  log,
});
for (let batch = Number(first) + 1; ; batch++) {
  for (const flowLog of flowLogs) spool.append(flowLog, Array.from({ length: 500 }, () => recordAt(now, batch)));
  writeSync(1, `${batch}\n`);
  now += 150;
  spool.tick();
  delivery.look();
  await sleep(20);
}
