import assert from "node:assert/strict";
import { test } from "node:test";
import { deliveryOf, type Failure, retryAfter } from "../../../src/flow/deliver.ts";
import { type Gaps, skipped, widen } from "../../../src/flow/gaps.ts";

const waits: readonly [failures: number, least: number, most: number][] = [
  [1, 0.5, 1],
  [2, 1, 2],
  [3, 2, 4],
  [6, 16, 32],
  [7, 30, 60],
  [8, 30, 60],
  [2000, 30, 60],
];
for (const [failures, least, most] of waits) {
  test(`after ${failures} failures, ${least} to ${most} seconds`, () => {
    assert.equal(retryAfter(failures, () => 0), least);
    assert.equal(retryAfter(failures, () => 1), most);
  });
}

const told: readonly [failure: Failure, message: string][] = [
  [{ code: "AccessDenied", status: 403, message: "bucket b: Access Denied" }, "Access error: bucket b: Access Denied (AccessDenied)"],
  [{ status: 401, message: "who are you" }, "Access error: who are you"],
  [{ code: "SlowDown", status: 503, message: "Reduce your request rate." }, "Rate limited: Reduce your request rate. (SlowDown)"],
  [{ code: "LimitExceededException", message: "Resource limit exceeded." }, "Rate limited: Resource limit exceeded. (LimitExceededException)"],
  [{ status: 429, message: "" }, "Rate limited"],
  [{ code: "NoSuchBucket", status: 404, message: "The specified bucket does not exist" }, "The specified bucket does not exist (NoSuchBucket)"],
  [{ code: "ENOSPC", message: "ENOSPC: no space left on device, write" }, "ENOSPC: no space left on device, write"],
  [{ message: "" }, "Unknown error"],
];
for (const [failure, message] of told) {
  test(`the owner is told: ${message}`, () => assert.deepEqual(deliveryOf(failure), { status: "FAILED", message }));
}

test("gaps of one interface are one", () => {
  const gaps: Gaps = new Map();
  for (const [eni, start, end] of [["eni-1", 50, 60], ["eni-2", 5, 6], ["eni-1", 40, 45], ["eni-1", 55, 70], ["eni-1", 52, 58]] as const) widen(gaps, eni, { start, end });
  const records = skipped({ account: "111122223333", region: "eu-north-1" }, gaps);
  assert.deepEqual(
    records.map((record) => `${record.status} ${record.account} ${record.interface} ${record.start} ${record.end} ${record.region}`),
    ["SKIPDATA 111122223333 eni-1 40 70 eu-north-1", "SKIPDATA 111122223333 eni-2 5 6 eu-north-1"],
  );
});
