import assert from "node:assert/strict";
import { test } from "node:test";
import { type Batches, graceSeconds, openBatches } from "../../../src/flow/batch.ts";
import { fileBytes } from "../../../src/flow/s3-layout.ts";
import { mintId } from "../../../src/values/id.ts";
import { flowLogOf, toGroup, toLocal } from "./flow-logs.ts";

const slot = 1_529_511_600;

function open(): Batches {
  let last = 0;
  return openBatches(() => `hash${++last}`);
}
const local = flowLogOf(toLocal);
const other = flowLogOf(toLocal, { id: mintId("flow-log", "00000000000000002") });
const dueAt = (batches: Batches, now: number): string[] => batches.due(now).map(({ flowLog, slot: at, hash }) => `${flowLog.slice(-1)} ${at - slot} ${hash}`);

test("a file has the records of one flow log that end in one slot", () => {
  const batches = open();
  const hashes = [
    batches.place(local, slot, 10, slot),
    batches.place(local, slot + 299, 10, slot + 299),
    batches.place(other, slot + 1, 10, slot + 299),
    batches.place(local, slot + 300, 10, slot + 300),
    batches.place(local, slot + 5, 10, slot + 301),
  ].map(({ hash }) => hash);
  assert.deepEqual(hashes, ["hash1", "hash1", "hash2", "hash3", "hash1"]);
});

test("a slot's file is complete some time after the slot, once", () => {
  const batches = open();
  batches.place(local, slot + 7, 10, slot + 20);
  batches.place(local, slot + 307, 10, slot + 308);
  assert.deepEqual(dueAt(batches, slot + 300 + graceSeconds - 0.1), []);
  assert.deepEqual(dueAt(batches, slot + 300 + graceSeconds), ["1 0 hash1"]);
  assert.deepEqual(dueAt(batches, slot + 301 + graceSeconds), []);
  assert.deepEqual(dueAt(batches, slot + 600 + graceSeconds), ["1 300 hash2"]);
});

test("what comes after its slot's file has another, that waits for more of the kind", () => {
  const batches = open();
  batches.place(local, slot, 10, slot + 20);
  assert.deepEqual(dueAt(batches, slot + 1000), ["1 0 hash1"]);
  assert.equal(batches.place(local, slot, 10, slot + 1000).hash, "hash2");
  assert.equal(batches.place(local, slot + 1, 10, slot + 1005).hash, "hash2");
  assert.deepEqual(dueAt(batches, slot + 1000 + graceSeconds - 0.1), []);
  assert.deepEqual(dueAt(batches, slot + 1000 + graceSeconds), ["1 0 hash2"]);
});

test("a full file is complete at once, and another follows", () => {
  const batches = open();
  assert.equal(batches.place(local, slot, fileBytes - 1, slot).hash, "hash1");
  assert.equal(batches.place(local, slot, 1, slot).hash, "hash1");
  assert.deepEqual(dueAt(batches, slot + 1), []);
  assert.equal(batches.place(local, slot, 1, slot + 2).hash, "hash2");
  assert.deepEqual(dueAt(batches, slot + 2), ["1 0 hash1"]);
  assert.deepEqual(dueAt(batches, slot + 300 + graceSeconds), ["1 0 hash2"]);
});

test("what goes to a log group does not wait for its slot", () => {
  const batches = open();
  batches.place(flowLogOf(toGroup), slot + 1, 10, slot + 2);
  assert.deepEqual(dueAt(batches, slot + 2), ["1 0 hash1"]);
});
