/** Two regions of one machine: the second to have public addresses has them out of a pool of its own. */
import "../kernel/own-machine.ts";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { test } from "node:test";
import { type Defer, withEndings } from "../endings.ts";
import { canUseKernel } from "../kernel/lab.ts";
import { bailey, element, type Region, startRegion } from "../region-process.ts";

const skip = canUseKernel ? false : "a region with packets needs root";

/** Launches an instance with a public address of the default VPC. */
async function publish(region: Region): Promise<string> {
  const ImageId = element(await region.call("DescribeImages"), "imageId");
  return region.call("RunInstances", { ImageId, MinCount: "1", MaxCount: "1" });
}

async function start(defer: Defer, existing?: string, ...flags: string[]): Promise<Region> {
  const region = await startRegion("kernel", existing, ...flags);
  defer(() => region.close());
  return region;
}

/** The device that the machine's packets for an address leave by. */
const leadsTo = (address: string): string | undefined => /\bdev (\S+)/.exec(execFileSync("ip", ["route", "get", address], { encoding: "utf8" }))?.[1];

const refusal = /^bailey: public address 203\.0\.113\.\d+ leads to another region of this machine \(device bailey-[0-9a-f]{8}\): .*--public-pool/;

test("a region whose pool leads to another one does not start, until it has a pool of its own", { skip }, () =>
  withEndings(async (defer) => {
    const one = await start(defer);
    await publish(one);
    const uplink = leadsTo("203.0.113.2");
    const state = fs.mkdtempSync("/tmp/bailey-two-regions-");
    defer(() => fs.rmSync(state, { recursive: true, force: true }));
    defer(() => void bailey(state, "down", "--wipe"));
    for (const flags of [[], ["--public-pool", "203.0.113.0/29"], ["--public-pool", "203.0.0.0/16"]]) {
      const { code, stderr } = bailey(state, "up", "--listen", "127.0.0.1:0", ...flags);
      assert.deepEqual([code, stderr.trim().split("\n").length], [1, 1], stderr);
      assert.match(stderr, refusal);
    }
    const two = await start(defer, state, "--public-pool", "198.51.100.0/28");
    await publish(two);
    assert.equal(leadsTo("203.0.113.2"), uplink);
    assert.notEqual(leadsTo("198.51.100.2"), uplink);

    // What is left of a region is its own.
    process.kill(one.pid, "SIGKILL");
    const next = await start(defer, one.state);
    assert.equal(leadsTo("203.0.113.2"), uplink);
    await next.call("DescribeVpcs");
  }),
);

test("of two regions that started with one pool, the first to give an address out keeps it", { skip }, () =>
  withEndings(async (defer) => {
    const [one, two] = [await start(defer), await start(defer)];
    await publish(one);
    const uplink = leadsTo("203.0.113.2");
    await assert.rejects(publish(two), /503: .*another route leads to 203\.0\.113\.2\/32/s);
    assert.equal(leadsTo("203.0.113.2"), uplink);
  }),
);
