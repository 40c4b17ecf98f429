/** Judge, compiled text and the kernel, on random networks that change while connections live. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { FlowCounts } from "../../src/io/flow-counts.ts";
import { observations } from "../../src/io/flow-reader.ts";
import type { Network } from "../../src/policy/network.ts";
import { Agreement, interfaceOf, type Kernel, randomRounds, report, type Round } from "../agreement.ts";
import { type Flow, packetsIn } from "../counts.ts";
import { seed } from "../random.ts";
import { ownerOf } from "../voices.ts";
import { canUseKernel, inside, type Lab, openLab } from "./lab.ts";
import { listing } from "./listing.ts";

const skip = canUseKernel ? false : "network namespaces and nftables need root";
const worlds = 50;
const rounds = 10;
const packetsPerRound = 160;
/** Lists and groups of few rules are other text than those of many. */
const sizes = [
  { interfaces: 6, groups: 5, rules: 6 },
  { interfaces: 6, groups: 5, rules: 40 },
] as const;
const [size] = sizes;
/** Milliseconds that counts may take, and between two looks. */
const patience = 500;
const pause = 5;

const kernelOf = (lab: Lab): Kernel => async ({ network, shots }: Round, hoped) => {
  await lab.apply(network);
  const probes = shots.map(({ from, sent }, at) => ({
    from: interfaceOf(network, from),
    to: ownerOf(network, sent.destination),
    sent,
    hoped: hoped[at] ?? false,
  }));
  const crossed = await lab.crossAll(probes);
  return { crossed, counted: network.counted ? await countedIn(lab, shots.length) : [] };
};

/** What was counted since the last look: each packet is, but what nobody waited for may still be on its way. */
async function countedIn({ router }: Lab, sent: number): Promise<Flow[]> {
  const counts = inside(router, () => new FlowCounts());
  const flows: Flow[] = [];
  for (let waited = 0; waited < patience && packetsIn(flows) < sent; waited += pause) {
    if (waited > 0) await sleep(pause);
    flows.push(...observations(counts, 0, 0));
  }
  counts.close();
  return flows;
}

test("judge, compiled text and kernel agree on random networks, packet by packet", { skip }, async (t) => {
  let [packets, accepted, flows, refused] = [0, 0, 0, 0];
  const scripts = Array.from({ length: worlds }, (_, at) => [...randomRounds(seed + at, sizes[at % 2] ?? size, rounds, packetsPerRound)]);
  // One lab for all: links are slow to make, and each world comes after any other.
  const lab = await openLab(firstOf(scripts[0] ?? []));
  try {
    for (const [at, script] of scripts.entries()) {
      lab.forget();
      const agreement = new Agreement();
      for (const round of script) await agreement.hearKernel(round, kernelOf(lab));
      assert.equal(agreement.differences, 0, report(`BAILEY_SEED=${seed}, world ${at}`, agreement));
      packets += agreement.tally.packets;
      accepted += agreement.tally.accepted;
      flows += agreement.tally.flows;
      refused += agreement.tally.refused;
    }
  } finally {
    await lab.close();
  }
  t.diagnostic(`seed ${seed}: ${packets} packets, ${accepted} accepted; ${flows} flows counted alike, ${refused} of them refused`);
  assert.ok(packets >= 100_000 && accepted > packets / 10, `${packets} packets, ${accepted} accepted: too few to prove anything`);
  assert.ok(refused > 10_000 && flows - refused > 1_000, `${flows} flows, ${refused} refused: too few to prove anything`);
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
