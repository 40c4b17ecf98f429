import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type RunningQueries, openQueries } from "../../../src/io/log-queries.ts";
import { type OpenLogStore, openLogStore } from "../../../src/io/log-store.ts";
import type { QueryRequest, QueryRun } from "../../../src/logs/queries.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

const scope = { account: "111122223333", region: "us-east-1" };
let directory: string;
let store: OpenLogStore;
let queries: RunningQueries;

before(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "bailey-queries-"));
  const opened = openLogStore(path.join(directory, "logs.db"));
  if (isRefusal(opened)) assert.fail(opened.message);
  store = opened;
  store.put(scope.account, scope.region, "g", "s", ["a", "b", `${"x".repeat(40)}!`].map((message, time) => ({ time, message })), 1);
  queries = openQueries(path.join(directory, "logs.db"), () => undefined);
});
after(async () => {
  await queries.clear();
  store.close();
  fs.rmSync(directory, { recursive: true });
});

const request = (text: string): QueryRequest => ({ text, groups: [{ name: "g", formats: [] }], from: 0, to: 10, limit: 10, now: Date.now() });
/** Time without end, as far as anybody can tell. */
const endless = "filter @message like /^(x+)+$/";

async function ended(id: string): Promise<QueryRun> {
  for (;;) {
    const run = queries.find(scope, id);
    if (!run) return assert.fail(`${id} is not known`);
    if (run.status !== "Scheduled" && run.status !== "Running") return run;
    await sleep(5);
  }
}

test("a query runs beside everything else, and answers", async () => {
  assert.equal(queries.start(scope, "one", request("stats count(*) as n, max(@timestamp) as last")), true);
  const { status, rows, statistics, durationMs } = await ended("one");
  assert.deepEqual([status, rows], ["Complete", [[{ field: "n", value: "3" }, { field: "last", value: "1970-01-01 00:00:00.002" }]]]);
  assert.deepEqual(statistics, { matched: 3, scanned: 3, bytes: 3 * 26 + 1 + 1 + 41 });
  assert.ok((durationMs ?? -1) >= 0);
});

test("two run at once, others wait; what is stopped makes room, even if it would never end", async () => {
  for (const id of ["slow-1", "slow-2"]) queries.start(scope, id, request(endless));
  queries.start(scope, "waiting", request("fields @message | limit 1"));
  const statuses = () => ["slow-1", "slow-2", "waiting"].map((id) => queries.find(scope, id)?.status);
  assert.deepEqual(statuses(), ["Running", "Running", "Scheduled"]);
  assert.equal(queries.stop(scope, "slow-1"), true);
  assert.equal((await ended("waiting")).status, "Complete");
  assert.deepEqual(statuses(), ["Cancelled", "Running", "Complete"]);
  assert.equal(queries.stop(scope, "slow-1"), false);
  assert.equal(queries.stop({ ...scope, region: "eu-west-1" }, "slow-2"), false);
  assert.equal(queries.stop(scope, "slow-2"), true);
  assert.deepEqual(queries.list(scope).map(({ id }) => id).slice(0, 3), ["waiting", "slow-2", "slow-1"]);
});

test("no more than thirty of a scope are pending, and others have theirs; all can be forgotten", async () => {
  for (let at = 0; at < 30; at++) assert.equal(queries.start(scope, `many-${at}`, request(endless)), true);
  assert.equal(queries.start(scope, "too-many", request(endless)), false);
  assert.equal(queries.start({ ...scope, region: "eu-west-1" }, "elsewhere", request(endless)), true);
  assert.equal(queries.find(scope, "elsewhere"), undefined);
  await queries.clear();
  assert.deepEqual(queries.list(scope), []);
});
