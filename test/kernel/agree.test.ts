/** Judge, compiled text and the kernel, on random networks that change while connections live. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Network } from "../../src/policy/network.ts";
import { Agreement, interfaceOf, type Kernel, randomRounds, report, type Round } from "../agreement.ts";
import { seed } from "../random.ts";
import { ownerOf } from "../voices.ts";
import { canUseKernel, type Lab, openLab } from "./lab.ts";
import { listing } from "./listing.ts";

const skip = canUseKernel ? false : "network namespaces and nftables need root";
const worlds = 20;
const rounds = 10;
const size = { interfaces: 6, groups: 5, rules: 6 };

const kernelOf = (lab: Lab): Kernel => async ({ network, shots }: Round, hoped) => {
  await lab.apply(network);
  const probes = shots.map(({ from, sent }, at) => ({
    from: interfaceOf(network, from),
    to: ownerOf(network, sent.destination),
    sent,
    hoped: hoped[at] ?? false,
  }));
  return lab.crossAll(probes);
};

test("judge, compiled text and kernel agree on random networks, packet by packet", { skip }, async (t) => {
  let packets = 0;
  let accepted = 0;
  for (let at = 0; at < worlds; at++) {
    const script = [...randomRounds(seed + at, size, rounds)];
    const lab = await openLab(firstOf(script));
    try {
      const agreement = new Agreement();
      for (const round of script) await agreement.hearKernel(round, kernelOf(lab));
      assert.equal(agreement.tally.disagreements.length, 0, report(`BAILEY_SEED=${seed}, world ${at}`, agreement));
      packets += agreement.tally.packets;
      accepted += agreement.tally.accepted;
    } finally {
      await lab.close();
    }
  }
  t.diagnostic(`seed ${seed}: ${packets} packets, ${accepted} accepted`);
  assert.ok(packets >= 20_000 && accepted > packets / 10, `${packets} packets, ${accepted} accepted: too few to prove anything`);
});

test("changes made one after the other leave the kernel as if made from nothing", { skip }, async () => {
  for (let at = 0; at < 3; at++) {
    const script = [...randomRounds(seed + 100 + at, size, rounds)];
    const last = script.at(-1)?.network ?? firstOf(script);
    const [changed, fresh] = [await openLab(firstOf(script)), await openLab(last)];
    try {
      for (const { network } of script) await changed.apply(network);
      const [ours, theirs] = [await listing(changed), await listing(fresh)];
      assert.deepEqual(ours, theirs, `BAILEY_SEED=${seed}, world ${100 + at}`);
    } finally {
      await changed.close();
      await fresh.close();
    }
  }
});

function firstOf(script: readonly Round[]): Network {
  const [first] = script;
  if (!first) throw new Error("a script without rounds");
  return first.network;
}
