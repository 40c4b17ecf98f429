/** The judge and the compiled text say the same of every packet: all small worlds, and random large ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Agreement, randomRounds, report } from "../../agreement.ts";
import { seed } from "../../random.ts";
import { smallRounds } from "../../small-worlds.ts";

test("judge and compiled text agree in every small world", (t) => {
  const agreement = new Agreement();
  for (const round of smallRounds()) agreement.hear(round);
  const { packets, accepted } = agreement.tally;
  assert.equal(agreement.differences, 0, report("small worlds", agreement));
  assert.ok(packets > 100_000 && accepted > packets / 10, `${packets} packets, ${accepted} accepted: too few to prove anything`);
  t.diagnostic(`${packets} packets, ${accepted} accepted`);
});

test("judge and compiled text agree in large random worlds", (t) => {
  const sizes = [
    { interfaces: 6, groups: 5, rules: 6 },
    { interfaces: 12, groups: 10, rules: 40 },
  ];
  let [flows, refused] = [0, 0];
  for (const [at, size] of sizes.entries()) {
    for (let world = 0; world < 12; world++) {
      const agreement = new Agreement();
      for (const round of randomRounds(seed + 1000 * at + world, size, 6)) agreement.hear(round);
      assert.equal(agreement.differences, 0, report(`BAILEY_SEED=${seed}, size ${at}, world ${world}`, agreement));
      flows += agreement.tally.flows;
      refused += agreement.tally.refused;
    }
  }
  t.diagnostic(`seed ${seed}: ${flows} flows counted alike, ${refused} of them refused`);
  assert.ok(refused > 1000 && flows - refused > 1000, `${flows} flows, ${refused} refused: too few to prove anything`);
});
