/** Spools a thousand records at a time in the directory argv[2], for ever, and says how often once append has returned. */
import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { openFlowSpool } from "../../../src/io/flow-spool.ts";
import { flowLogOf, toLocal } from "../flow/flow-logs.ts";
import { recordAt, slot } from "./flow-place.ts";

let now = slot;
const spool = openFlowSpool({
  directory: process.argv[2] ?? "",
  limit: 1e9,
  now: () => now,
  random: (bytes) => randomBytes(bytes).toString("hex"),
  log: (line) => process.stderr.write(`${line}\n`),
});
for (let batch = 1; ; batch++) {
  spool.append(flowLogOf(toLocal), Array.from({ length: 1000 }, () => recordAt(now, batch)));
  writeSync(1, `${batch}\n`);
  now += 100;
  spool.tick();
}
