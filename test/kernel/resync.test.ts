/** An empty kernel is filled closed: rules before links, in one transaction, and nothing they refuse passes meanwhile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { largeWorld } from "../../bench/large-world.ts";
import { withEndings } from "../endings.ts";
import { canUseKernel } from "./lab.ts";
import { attachedWorld, resyncUnderLoad } from "./resync.ts";

const skip = canUseKernel ? false : "network namespaces and nftables need root";

test("no packet that the rules refuse passes while a network is put into an empty kernel", { skip }, () =>
  withEndings(async (defer) => {
    const { sent, ...found } = await resyncUnderLoad(attachedWorld(largeWorld(100, 17, 60)), defer);
    assert.deepEqual(found, { transactions: 1, leaked: 0, passes: true });
    assert.ok(sent > 1000, `${sent} packets are too few to have seen it`);
  }),
);
