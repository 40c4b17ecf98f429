import assert from "node:assert/strict";
import { test } from "node:test";
import { type Range, subtract, union, within } from "../../../src/values/ports.ts";
import { Random, seed } from "../../random.ts";

const range = (from: number, to: number): Range => ({ from, to });

test("ranges that touch or overlap become one", () => {
  assert.deepEqual(union([range(80, 90), range(22, 22), range(91, 95), range(85, 86)]), [range(22, 22), range(80, 95)]);
  assert.deepEqual(union([range(0, 10), range(12, 13)]), [range(0, 10), range(12, 13)]);
  assert.deepEqual(union([]), []);
});

test("what is taken away may be an end, a middle, all, or nothing", () => {
  const whole = [range(10, 20)];
  assert.deepEqual(subtract(whole, [range(5, 12)]), [range(13, 20)]);
  assert.deepEqual(subtract(whole, [range(18, 30)]), [range(10, 17)]);
  assert.deepEqual(subtract(whole, [range(14, 15), range(17, 17)]), [range(10, 13), range(16, 16), range(18, 20)]);
  assert.deepEqual(subtract(whole, [range(0, 65535)]), []);
  assert.deepEqual(subtract(whole, [range(21, 22), range(0, 9)]), whole);
});

test("unions and differences hold what they should, number by number", () => {
  const random = new Random(seed);
  const some = () => Array.from({ length: random.below(6) }, () => {
    const from = random.below(40);
    return range(from, from + random.below(10));
  });
  for (let times = 0; times < 300; times++) {
    const [ours, taken] = [some(), some()];
    const [sum, rest] = [union(ours), subtract(ours, taken)];
    for (let value = 0; value < 52; value++) {
      const inside = ours.some((each) => within(each, value));
      const gone = taken.some((each) => within(each, value));
      assert.equal(sum.filter((each) => within(each, value)).length, inside ? 1 : 0);
      assert.equal(rest.filter((each) => within(each, value)).length, inside && !gone ? 1 : 0);
    }
  }
});
