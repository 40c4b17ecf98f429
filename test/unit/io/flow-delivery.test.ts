import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { type FlowDelivery, openFlowDelivery } from "../../../src/io/flow-delivery.ts";
import { segmentsIn } from "../../../src/io/flow-segments.ts";
import { lastPosition } from "../../../src/logs/store.ts";
import { openLogStore } from "../../../src/io/log-store.ts";
import { mintId } from "../../../src/values/id.ts";
import { isRefusal } from "../../../src/values/refuse.ts";
import { flowLogOf, toBucket, toGroup, toLocal } from "../flow/flow-logs.ts";
import { FlowPlace, lineAt, recordAt, slot } from "./flow-place.ts";
import { S3Server } from "./s3-server.ts";

const local = flowLogOf(toLocal);
const inBucket = flowLogOf(toBucket, { id: mintId("flow-log", "00000000000000002") });
const inGroup = flowLogOf(toGroup, { id: mintId("flow-log", "00000000000000004") });

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
}

interface Opened {
  readonly at: FlowPlace;
  readonly server: S3Server;
  readonly endpoint: string;
  deliver(): FlowDelivery;
  /** The file of the log store. */
  readonly logs: string;
}

async function open(t: TestContext): Promise<Opened> {
  const at = new FlowPlace();
  const server = new S3Server();
  const endpoint = await server.listen();
  const logs = join(at.root, "logs.db");
  t.after(() => {
    server.close();
    at.remove();
  });
  const deliver = (): FlowDelivery => {
    const delivery = openFlowDelivery({
      spool: at.spoolPath,
      limit: 1e9,
      directory: at.directory,
      kept: 1e9,
      s3: { endpoint, region: "us-east-1", credentials: { accessKeyId: "key-id", secretAccessKey: "secret" } },
      logs,
      log: (line) => at.lines.push(line),
    });
    t.after(() => delivery.close());
    return delivery;
  };
  return { at, server, endpoint, deliver, logs };
}

test("a thread of its own delivers to each kind of destination, and says how it went", async (t) => {
  const { at, server, deliver, logs } = await open(t);
  const store = openLogStore(logs);
  assert.ok(!isRefusal(store));
  t.after(() => store.close());
  const delivery = deliver();
  assert.equal(delivery.status(local.id), undefined);
  server.refuse = { status: 403, code: "AccessDenied", message: "Access Denied" };
  const spool = at.spool();
  for (const flowLog of [local, inBucket, inGroup]) spool.append(flowLog, [recordAt(slot, 1)]);
  spool.close();
  delivery.look();
  await until(() => [local, inBucket, inGroup].every(({ id }) => delivery.status(id) !== undefined));
  assert.deepEqual(delivery.status(inBucket.id), { status: "FAILED", message: "Access error: bucket records: Access Denied (AccessDenied)" });
  server.refuse = undefined;
  await until(() => delivery.status(inBucket.id)?.status === "SUCCESS");
  assert.deepEqual([local, inGroup].map(({ id }) => delivery.status(id)?.status), ["SUCCESS", "SUCCESS"]);
  assert.ok([...at.delivered()].some(([name, text]) => name.endsWith(".log.gz") && text.includes(lineAt(slot, 1))));
  assert.ok(gunzipSync([...server.objects.values()][0] ?? "").includes(lineAt(slot, 1)));
  const events = [...store.read({ account: "123456789012", region: "us-east-1" }, "/vpc/flows", { from: { time: 0, place: 0 }, to: lastPosition, newestFirst: false })];
  assert.deepEqual(events.map(({ stream, time, message }) => ({ stream, time, message })), [
    { stream: "eni-1235b8ca123456789-all", time: (slot - 60) * 1000, message: lineAt(slot, 1) },
  ]);
  assert.deepEqual(server.unsigned, []);
});

test("processes that are killed while they deliver lose nothing, and leave no half file", async (t) => {
  const { at, server, endpoint, deliver } = await open(t);
  let appended = 0;
  for (const kill of [3, 12, 25]) {
    const args = [join(import.meta.dirname, "flow-region.ts"), at.root, String(appended), endpoint];
    const worker = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const first = appended;
    for await (const line of createInterface(worker.stdout)) {
      appended = Number(line);
      if (appended === first + kill) worker.kill("SIGKILL");
    }
    if (worker.exitCode === null && worker.signalCode === null) await once(worker, "exit");
  }
  at.spool().close();
  deliver();
  await until(() => segmentsIn(at.spoolPath).length === 0);
  const files = [...at.delivered()].map(([name, text]) => (name.endsWith(".gz") ? text : `live file ${name}`));
  const objects = [...server.objects.values()].map((object) => gunzipSync(object).toString("latin1"));
  for (const texts of [files, objects]) {
    assert.ok(texts.every((text) => text.startsWith("version ") && text.endsWith("\n")), "whole files");
    const ports = texts.flatMap((text) => text.trimEnd().split("\n").slice(1)).map((line) => Number(line.split(" ")[5]));
    for (let batch = 1; batch <= appended; batch++) assert.ok(ports.filter((port) => port === batch).length >= 500, `batch ${batch} of ${appended}`);
  }
});
