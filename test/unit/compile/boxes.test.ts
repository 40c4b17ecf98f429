import assert from "node:assert/strict";
import { test } from "node:test";
import { type Box, disjoint } from "../../../src/compile/boxes.ts";
import { holds, type Ip } from "../../../src/values/ip.ts";
import { within } from "../../../src/values/ports.ts";
import { cidr, ip } from "../../network.ts";
import { Random, seed } from "../../random.ts";

const box = (prefix: string, from: number, to: number, rule: string): Box => ({ cidr: cidr(prefix), values: { from, to }, rules: [rule] });
const has = (boxes: readonly Box[], address: Ip, value: number): Box[] =>
  boxes.filter((each) => holds(each.cidr, address) && within(each.values, value));

test("a narrower prefix keeps what its wider ones lack", () => {
  const made = disjoint([box("10.1.0.0/16", 80, 90, "narrow"), box("10.0.0.0/8", 85, 99, "wide"), box("10.1.0.0/16", 88, 110, "more")]);
  assert.deepEqual(made, [
    { cidr: cidr("10.0.0.0/8"), values: { from: 85, to: 99 }, rules: ["wide"] },
    { cidr: cidr("10.1.0.0/16"), values: { from: 80, to: 84 }, rules: ["narrow"] },
    { cidr: cidr("10.1.0.0/16"), values: { from: 100, to: 110 }, rules: ["more"] },
  ]);
});

test("the union is the same, no point is in two boxes, and the rules named are among those that hold it", () => {
  const random = new Random(seed);
  const sites = ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.7", "10.0.0.8", "10.0.0.255", "10.1.0.0", "2001:db8::", "2001:db8::1"].map(ip);
  for (let times = 0; times < 400; times++) {
    const boxes = Array.from({ length: random.between(0, 8) }, (_, at): Box => {
      const site = random.pick(sites);
      const from = random.below(12);
      const width = site.family === 4 ? 32 : 128;
      const shift = BigInt(random.pick([0, 0, 1, 3, 8, 24, width]));
      const base = (site.bits >> shift) << shift;
      return { cidr: { family: site.family, base, length: width - Number(shift) }, values: { from, to: from + random.below(5) }, rules: [`r${at}`] };
    });
    const made = disjoint(boxes);
    for (const address of sites) {
      for (let value = 0; value < 18; value++) {
        const [before, after] = [has(boxes, address, value), has(made, address, value)];
        assert.equal(after.length, before.length > 0 ? 1 : 0);
        const rules = before.flatMap((each) => each.rules);
        assert.ok(after.every((each) => each.rules.some((rule) => rules.includes(rule))));
      }
    }
  }
});
