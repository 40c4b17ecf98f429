import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { interfaceOf } from "../agreement.ts";
import { cases } from "../cases/all.ts";
import { ownerOf } from "../voices.ts";
import { canUseKernel, type Lab, openLab } from "./lab.ts";

const skip = canUseKernel ? false : "network namespaces and nftables need root";

/** One for all cases: every site has the same interfaces. */
let lab: Lab | undefined;
before(async () => {
  const [first] = cases;
  if (canUseKernel && first) lab = await openLab(first.network);
});
after(async () => lab?.close());

for (const { name, network, steps } of cases) {
  test(`case ${name}, with real packets`, { skip }, async () => {
    if (!lab) throw new Error("no lab");
    let present = network;
    lab.forget();
    await lab.apply(present);
    for (const step of steps) {
      if ("now" in step) {
        present = step.now;
        await lab.apply(present);
        continue;
      }
      const { sent, verdict, said } = step;
      const from = step.from === undefined ? ownerOf(present, sent.source) : interfaceOf(present, step.from);
      const crossed = await lab.crosses({ from, to: ownerOf(present, sent.destination), sent, hoped: verdict === "accept" });
      assert.equal(crossed ? "accept" : "drop", verdict, said);
    }
  });
}
