/** A call that changes rules answers when they are in force: the very next packet is judged by them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { withEndings } from "../endings.ts";
import { element, startRegion } from "../region-process.ts";
import { launchPair } from "./first-syn.ts";
import { canUseKernel } from "./lab.ts";

const skip = canUseKernel ? false : "network namespaces and nftables need root";
const rounds = 100;

test("the first SYN after Authorize is admitted, and the first new one after Revoke is refused", { skip }, () =>
  withEndings(async (defer) => {
    const region = await startRegion("kernel");
    defer(region.close);
    const vpc = element(await region.call("CreateVpc", { CidrBlock: "10.0.0.0/16" }), "vpcId");
    const subnet = element(await region.call("CreateSubnet", { VpcId: vpc, CidrBlock: "10.0.1.0/24" }), "subnetId");
    const pair = await launchPair(region, vpc, subnet);
    defer(pair.close);
    const seen = { admitted: 0, refused: 0 };
    for (let port = 20_000; port < 20_000 + rounds; port++) {
      await pair.change("Authorize", port);
      if (await pair.admits(port)) seen.admitted++;
      await pair.change("Revoke", port);
      if (!(await pair.admits(port))) seen.refused++;
    }
    assert.deepEqual({ ...seen, late: pair.late() }, { admitted: rounds, refused: rounds, late: 0 });
  }),
);
