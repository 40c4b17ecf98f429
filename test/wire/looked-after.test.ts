/** What nobody tells a region of, it finds when it looks again, as it does every half a minute. */
import "../kernel/own-machine.ts";
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { standardQuotas } from "../../src/api/limits.ts";
import { openGuests } from "../../src/io/guests.ts";
import { startRegion, tearDown } from "../../src/main.ts";
import { standardPublicPool } from "../../src/model/public-address.ts";
import { isRefusal } from "../../src/values/refuse.ts";
import { withEndings } from "../endings.ts";
import { canUseKernel } from "../kernel/lab.ts";
import { clientOf, element } from "../region-process.ts";

const skip = canUseKernel ? false : "a region with packets needs root";

test("an instance whose processes died is started again", { skip }, (t) =>
  withEndings(async (defer) => {
    const state = fs.mkdtempSync(path.join(os.tmpdir(), "bailey-looked-after-"));
    defer(() => fs.rmSync(state, { recursive: true }));
    defer(() => tearDown(state));
    t.mock.timers.enable({ apis: ["setInterval"] });
    const region = await startRegion({
      state, host: "127.0.0.1", port: 0, dataplane: "kernel", quotas: standardQuotas, publicPool: standardPublicPool, beyond: false, dnsUpstream: [], allowReset: false,
    });
    if (isRefusal(region)) return assert.fail(region.message);
    defer(region.close);
    const { call, agent } = clientOf(state, region);
    defer(() => agent.destroy());
    const image = element(await call("DescribeImages"), "imageId");
    const id = element(await call("RunInstances", { ImageId: image, MinCount: "1", MaxCount: "1" }), "instanceId");
    const guests = openGuests(state, region.realm);
    const becomes = async (pid: (now: number | undefined) => boolean): Promise<number | undefined> => {
      for (let tries = 0; ; tries++) {
        const found = (await guests.observe()).get(id)?.pid;
        if (pid(found)) return found;
        assert.ok(tries < 500, `it is ${found}`);
        await sleep(10);
      }
    };
    await becomes((pid) => pid !== undefined);
    while (!(await call("DescribeInstances", { "InstanceId.1": id })).includes("<name>running</name>")) await sleep(10);
    const first = await becomes((pid) => pid !== undefined);
    process.kill(first ?? assert.fail(), "SIGKILL");
    await becomes((pid) => pid === undefined);
    t.mock.timers.tick(30_000);
    assert.notEqual(await becomes((pid) => pid !== undefined), first);
  }),
);
