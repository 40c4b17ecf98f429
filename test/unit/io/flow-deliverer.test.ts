import assert from "node:assert/strict";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { Failure } from "../../../src/flow/deliver.ts";
import type { LogEvent } from "../../../src/io/flow-deliverer.ts";
import type { PutObject } from "../../../src/io/flow-s3.ts";
import { mintId } from "../../../src/values/id.ts";
import { flowLogOf, toBucket, toGroup, toLocal } from "../flow/flow-logs.ts";
import { FlowPlace, header, lineAt, recordAt, slot } from "./flow-place.ts";

function place(t: TestContext): FlowPlace {
  const made = new FlowPlace();
  t.after(() => made.remove());
  return made;
}

const local = flowLogOf(toLocal);
const inBucket = flowLogOf(toBucket, { id: mintId("flow-log", "00000000000000002") });
const inOther = flowLogOf({ ...toBucket, bucket: "other" }, { id: mintId("flow-log", "00000000000000003") });
const inGroup = flowLogOf(toGroup, { id: mintId("flow-log", "00000000000000004"), traffic: "REJECT" });
const text = (...lines: string[]): string => [header, ...lines, ""].join("\n");

/** A bucket that takes everything, or answers what it is told to. */
class Bucket {
  readonly objects = new Map<string, string>();
  calls = 0;
  failure: Failure | undefined;

  readonly put: PutObject = (bucket, key, body) => {
    this.calls++;
    if (!this.failure) this.objects.set(`${bucket}/${key}`, gunzipSync(body).toString("latin1"));
    return Promise.resolve(this.failure);
  };
}

test("a local flow log's records are read while their slot lasts, and packed after it", async (t) => {
  const at = place(t);
  const spool = at.spool();
  const deliverer = at.deliverer();
  spool.append(local, [recordAt(slot + 60, 1)]);
  await deliverer.look();
  assert.deepEqual([...at.delivered()], [["00000001.log", text(lineAt(slot + 60, 1))]]);
  spool.append(local, [recordAt(slot + 61, 2), recordAt(slot + 62, 3)]);
  await deliverer.look();
  await deliverer.look();
  assert.deepEqual([...at.delivered()], [["00000001.log", text(lineAt(slot + 60, 1), lineAt(slot + 61, 2), lineAt(slot + 62, 3))]]);
  spool.append(local, [recordAt(slot + 299, 4)]);
  at.now = slot + 310;
  spool.tick();
  await deliverer.look();
  const all = text(lineAt(slot + 60, 1), lineAt(slot + 61, 2), lineAt(slot + 62, 3), lineAt(slot + 299, 4));
  assert.deepEqual([...at.delivered()], [["00000001.log.gz", all]]);
  assert.equal(at.segments().size, 0);
  assert.deepEqual(at.told, ["1 SUCCESS"]);
  assert.deepEqual([...at.files(at.directory).keys()], [
    "AWSLogs/123456789012/vpcflowlogs/us-east-1/2018/06/20/123456789012_vpcflowlogs_us-east-1_fl-1234abcd1234abcd1_20180620T1620Z_00000001.log.gz",
  ]);
});

test("a deliverer that comes after another makes live files anew, and half made ones go", async (t) => {
  const at = place(t);
  const spool = at.spool();
  spool.append(local, [recordAt(slot + 60, 1)]);
  await at.deliverer().look();
  const [live = ""] = at.files(at.directory).keys();
  writeFileSync(join(at.directory, live), "what a crash left");
  writeFileSync(join(at.spoolPath, local.id, "1-00000001.due.part"), "half");
  const after = at.deliverer();
  assert.deepEqual([...at.segments().keys()], [`${slot}-00000001.open`]);
  await after.look();
  assert.deepEqual([...at.delivered()], [["00000001.log", text(lineAt(slot + 60, 1))]]);
});

test("a segment that a crash kept in the spool is delivered again, to the same file", async (t) => {
  const at = place(t);
  const bucket = new Bucket();
  for (let times = 0; times < 2; times++) {
    const spool = at.spool({ random: () => "0000000a" });
    spool.append(local, [recordAt(slot, 1)]);
    spool.append(inBucket, [recordAt(slot, 1)]);
    spool.close();
    await at.deliverer({ putObject: bucket.put }).look();
  }
  assert.deepEqual([...at.delivered()], [["0000000a.log.gz", text(lineAt(slot, 1))]]);
  assert.deepEqual([...bucket.objects.values()], [text(lineAt(slot, 1))]);
});

test("a bucket gets an object for each slot, named after it", async (t) => {
  const at = place(t);
  const bucket = new Bucket();
  const spool = at.spool();
  spool.append(inBucket, [recordAt(slot + 3, 1), recordAt(slot + 303, 2)]);
  spool.close();
  await at.deliverer({ putObject: bucket.put }).look();
  const folder = "records/AWSLogs/123456789012/vpcflowlogs/us-east-1/2018/06/20/123456789012_vpcflowlogs_us-east-1_fl-00000000000000002";
  assert.deepEqual([...bucket.objects], [
    [`${folder}_20180620T1620Z_00000001.log.gz`, text(lineAt(slot + 3, 1))],
    [`${folder}_20180620T1625Z_00000002.log.gz`, text(lineAt(slot + 303, 2))],
  ]);
  assert.equal(at.files(at.spoolPath).size, 1);
});

test("an S3 that is down for an hour is asked once a minute, and then has everything", async (t) => {
  const at = place(t);
  const bucket = new Bucket();
  const spool = at.spool();
  const deliverer = at.deliverer({ putObject: bucket.put });
  bucket.failure = { code: "ServiceUnavailable", status: 503, message: "bucket records: come back later" };
  const ends: number[] = [];
  for (const end = slot + 3600; at.now < end; at.now += 1) {
    if (at.now % 60 === 0) {
      ends.push(at.now);
      spool.append(inBucket, [recordAt(at.now, 1)]);
    }
    spool.tick();
    await deliverer.look();
  }
  assert.ok(bucket.calls > 50 && bucket.calls < 70, `${bucket.calls} calls`);
  assert.deepEqual(new Set(at.told), new Set(["2 FAILED bucket records: come back later (ServiceUnavailable)"]));
  assert.equal(at.lines.length, 1);
  bucket.failure = undefined;
  spool.close();
  at.now += 60;
  await deliverer.look();
  const lines = [...bucket.objects.values()].flatMap((object) => object.trimEnd().split("\n").slice(1));
  assert.deepEqual(lines.sort(), ends.map((end) => lineAt(end, 1)).sort());
  assert.equal(at.told.at(-1), "2 SUCCESS");
  assert.equal(at.segments().size, 0);
});

test("where there is no S3, its flow logs fail and say what to do", async (t) => {
  const at = place(t);
  const spool = at.spool();
  spool.append(inBucket, [recordAt(slot, 1)]);
  spool.close();
  await at.deliverer().look();
  assert.deepEqual(at.told, ["2 FAILED this region has no S3; start it with --s3-endpoint"]);
  assert.equal(at.segments().size, 1);
});

test("nobody waits for another's bucket", async (t) => {
  const at = place(t);
  const spool = at.spool();
  for (const flowLog of [inBucket, inOther, local]) spool.append(flowLog, [recordAt(slot, 1)]);
  spool.close();
  const asked: string[] = [];
  let answer: (failure: undefined) => void = () => undefined;
  const deliverer = at.deliverer({
    putObject: (bucket) => {
      asked.push(bucket);
      return bucket === "other" ? Promise.resolve(undefined) : new Promise((resolve) => (answer = resolve));
    },
  });
  const first = deliverer.look();
  await until(() => at.told.length === 2);
  await until(() => asked.includes("records"));
  const second = deliverer.look();
  answer(undefined);
  await Promise.all([first, second]);
  assert.deepEqual([...at.told].sort(), ["1 SUCCESS", "2 SUCCESS", "3 SUCCESS"]);
  assert.deepEqual([...asked].sort(), ["other", "records"]);
});

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

test("a log group gets a stream for each interface, and events at their record's start", async (t) => {
  const at = place(t);
  const spool = at.spool();
  const put: string[] = [];
  const events: LogEvent[] = [];
  const records = [recordAt(slot + 70, 1), recordAt(slot + 60, 2, { interface: "eni-2" }), recordAt(slot + 60, 3)];
  spool.append(inGroup, records);
  await at
    .deliverer({
      putEvents: (account, region, group, stream, some) => {
        put.push(`${account} ${region} ${group} ${stream} ${some.length}`);
        events.push(...some);
        return Promise.resolve(undefined);
      },
    })
    .look();
  assert.deepEqual(put, ["123456789012 us-east-1 /vpc/flows eni-1235b8ca123456789-reject 2", "123456789012 us-east-1 /vpc/flows eni-2-reject 1"]);
  assert.deepEqual(events, [
    { timestamp: slot * 1000, message: lineAt(slot + 60, 3) },
    { timestamp: (slot + 10) * 1000, message: lineAt(slot + 70, 1) },
    { timestamp: slot * 1000, message: lineAt(slot + 60, 2).replace("eni-1235b8ca123456789", "eni-2") },
  ]);
});

test("events that were not taken are put again", async (t) => {
  const at = place(t);
  const spool = at.spool();
  spool.append(inGroup, [recordAt(slot + 60, 1)]);
  let calls = 0;
  const deliverer = at.deliverer({
    putEvents: () => Promise.resolve(++calls === 1 ? { code: "ThrottlingException", message: "Rate exceeded" } : undefined),
  });
  await deliverer.look();
  await deliverer.look();
  assert.equal(calls, 1);
  at.now += 1;
  await deliverer.look();
  assert.deepEqual(at.told, ["4 FAILED Rate limited: Rate exceeded (ThrottlingException)", "4 SUCCESS"]);
  // What failed before counts no more: the next wait is as short as the first.
  calls = 0;
  spool.append(inGroup, [recordAt(slot + 70, 2)]);
  await deliverer.look();
  at.now += 1;
  await deliverer.look();
  assert.equal(at.told.at(-1), "4 SUCCESS");
});

test("a segment that is read in parts is put in several calls, and no line is cut", async (t) => {
  const at = place(t);
  at.spool().append(inGroup, Array.from({ length: 2500 }, (_, n) => recordAt(slot + 60, n)));
  const streams = new Set<string>();
  const ports: string[] = [];
  await at
    .deliverer({
      putEvents: (_account, _region, _group, stream, some) => {
        streams.add(stream);
        ports.push(...some.map(({ message }) => message.split(" ")[5] ?? ""));
        return Promise.resolve(undefined);
      },
    })
    .look();
  assert.deepEqual([...streams], ["eni-1235b8ca123456789-reject"]);
  assert.deepEqual(ports, Array.from({ length: 2500 }, (_, n) => String(n)));
});

test("a spool over its limit gives up what is oldest, and says so", async (t) => {
  const at = place(t);
  const bucket = new Bucket();
  bucket.failure = { status: 403, code: "AccessDenied", message: "bucket records: Access Denied" };
  const spool = at.spool();
  const deliverer = at.deliverer({ putObject: bucket.put, limit: 1300 });
  for (let minute = 0; minute < 30; minute++) {
    at.now = slot + 300 * minute + 60;
    const eni = { interface: `eni-${minute % 2}` };
    spool.append(inBucket, [recordAt(at.now, minute, eni), recordAt(at.now + 1, minute, eni)]);
    at.now += 300;
    spool.tick();
    await deliverer.look();
  }
  const bytes = [...at.segments().values()].reduce((sum, each) => sum + each.length, 0);
  assert.ok(bytes <= 1300, `${bytes} bytes`);
  bucket.failure = undefined;
  at.now += 60;
  await deliverer.look();
  const told = [...bucket.objects.values()].flatMap((object) => object.trimEnd().split("\n").slice(1));
  const skips = told.filter((line) => line.endsWith("SKIPDATA")).map((line) => line.split(" "));
  const kept = told.filter((line) => line.endsWith("OK")).length / 2;
  assert.ok(kept > 0 && kept < 5, `${kept} kept`);
  const lastDropped = slot + 300 * (30 - kept - 1) + 60;
  assert.deepEqual(
    skips.map(([, , eni, , , , , , , , start, end]) => `${eni} ${start} ${end}`).sort(),
    [0, 1].map((eni) => `eni-${eni} ${slot + 300 * eni} ${lastDropped + 1 - ((29 - kept) % 2 === eni ? 0 : 300)}`),
  );
});

test("of local records the oldest go when there are too many, and it is said once", async (t) => {
  const at = place(t);
  const spool = at.spool();
  const deliverer = at.deliverer({ kept: 600 });
  mkdirSync(join(at.directory, "mine"), { recursive: true });
  writeFileSync(join(at.directory, "mine", "note.txt"), "nobody's flow log");
  for (let hour = 0; hour < 50; hour++) {
    at.now = slot + 3600 * hour + 300;
    spool.append(local, [recordAt(at.now - 1, hour)]);
    at.now += 310;
    spool.tick();
    await deliverer.look();
  }
  const names = [...at.files(at.directory).keys()];
  const days = names.filter((name) => name.startsWith("AWS")).map((name) => name.split("/").slice(4, 7).join("-"));
  assert.deepEqual(days, ["2018-06-22", "2018-06-22", "2018-06-22"], "the newest are there, and folders without a file are not");
  assert.equal([...at.delivered()].at(-1)?.[1], "nobody's flow log");
  assert.deepEqual(at.lines, [`flow logs: ${at.directory} is over its limit of 600 bytes: the oldest records go, first those of 2018-06-20T16:20:00.000Z`]);
  assert.equal(new Set(at.told).size, 1, "all were delivered");
});

test("a folder that can't be written fails, and its records stay", async (t) => {
  const at = place(t);
  const spool = at.spool();
  spool.append(local, [recordAt(slot, 1)]);
  spool.close();
  mkdirSync(at.directory);
  writeFileSync(join(at.directory, "AWSLogs"), "in the way");
  const deliverer = at.deliverer();
  await deliverer.look();
  assert.match(at.told.join("; "), /^1 FAILED E(?:EXIST|NOTDIR): /);
  assert.equal(at.segments().size, 1);
  rmSync(join(at.directory, "AWSLogs"));
  chmodSync(at.directory, 0o700);
  at.now += 1;
  await deliverer.look();
  assert.deepEqual([...at.delivered()], [["00000001.log.gz", text(lineAt(slot, 1))]]);
});
