import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint } from "../../../src/values/fingerprint.ts";
import { once } from "../../../src/values/once.ts";

test("the same objects give the same object, others another", () => {
  let calls = 0;
  const sum = once((a: { n: number }, b: { n: number }) => ({ total: a.n + b.n, call: ++calls }));
  const [one, two] = [{ n: 1 }, { n: 2 }];
  const made = sum(one, two);
  assert.equal(sum(one, two), made);
  assert.notEqual(sum(two, one), made);
  assert.notEqual(sum(one, { n: 2 }), made);
  assert.equal(made.total, 3);
  assert.equal(calls, 3);
});

test("without arguments there is one value", () => {
  const make = once(() => ({}));
  assert.equal(make(), make());
});

test("fingerprints are 16 digits, and tell texts apart that differ in little", () => {
  const texts = ["", "a", "b", "ab", "ba", "sg-1 sg-2", "sg-2 sg-1", "sg-1  sg-2", "sg-12", ...Array.from({ length: 5000 }, (_, at) => `sg-${at}/in`)];
  const prints = texts.map(fingerprint);
  assert.equal(new Set(prints).size, new Set(texts).size);
  for (const print of prints) assert.match(print, /^[0-9a-f]{16}$/);
  assert.equal(fingerprint("sg-7/in"), fingerprint("sg-7/in"));
});
