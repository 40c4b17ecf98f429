import assert from "node:assert/strict";
import { test } from "node:test";
import { Map as PersistentMap } from "immutable";
import { changedKeys, derived, evolved, summed } from "../../../src/values/derived.ts";
import { Random, seed } from "../../random.ts";

type Source = PersistentMap<string, number>;

const put = (map: Source, key: string, value: number): Source => evolved(map.set(key, value), map, new Set([key]));
const drop = (map: Source, key: string): Source => evolved(map.delete(key), map, new Set([key]));
const oddTens = (value: number): number | undefined => (value % 2 === 1 ? value * 10 : undefined);

test("whatever a map came of, what is made of it is what is made of it from scratch", () => {
  const random = new Random(seed);
  const [odd, sum] = [derived(oddTens), summed<number, { of: number }>({ of: 0 }, ({ of }, value, times) => ({ of: of + times * value }))];
  const twice = derived((value: number) => value + 1);
  const versions: Source[] = [PersistentMap<string, number>()];
  for (let step = 0; step < 3000; step++) {
    // Mostly the newest, but others go back and begin elsewhere.
    const from = (random.chance(0.8) ? versions.at(-1) : random.pick(versions)) ?? PersistentMap<string, number>();
    const key = `k${random.between(0, 12)}`;
    const next = random.chance(0.6) ? put(from, key, random.between(1, 99)) : drop(from, key);
    versions.push(next);
    if (random.chance(0.3)) continue;
    const wanted = new Map([...next].flatMap(([name, value]) => (oddTens(value) === undefined ? [] : [[name, value * 10]])));
    assert.deepEqual(new Map(odd(next)), wanted, `BAILEY_SEED=${seed}, step ${step}`);
    assert.equal(sum(next).of, [...next.values()].reduce((a, b) => a + b, 0));
    assert.deepEqual(new Map(twice(odd(next))), new Map([...wanted].map(([name, value]) => [name, (value ?? 0) + 1])));
    const before = random.pick(versions);
    const changed = changedKeys(before, next);
    const differ = [...new Set([...before.keys(), ...next.keys()])].filter((name) => before.get(name) !== next.get(name));
    if (changed) assert.ok(differ.every((name) => changed.has(name)), `step ${step}`);
  }
});

test("a small change of a large map makes what changed, and nothing else", () => {
  let calls = 0;
  const counted = derived((value: number) => {
    calls++;
    return value < 1000 ? value : undefined;
  });
  const large = PersistentMap(Array.from({ length: 500 }, (_, at) => [`k${at}`, at] as const));
  const first = counted(large);
  assert.equal(calls, 500);
  const rows: [string, Source, number, readonly string[] | "same"][] = [
    ["one entry", put(large, "k7", 70), 1, ["k7"]],
    ["two, one after the other", put(put(large, "k8", 80), "k9", 90), 2, ["k8", "k9"]],
    ["an entry less", drop(large, "k11"), 0, ["k11"]],
    ["an entry that nothing is made of", put(large, "none", 4000), 1, "same"],
    ["nothing at all", large, 0, "same"],
  ];
  for (const [what, source, made, changed] of rows) {
    calls = 0;
    const result = counted(source);
    assert.equal(calls, made, what);
    if (changed === "same") assert.equal(result, first, what);
    else assert.deepEqual([...(changedKeys(large, source) ?? [])].sort(), changed, what);
  }
});

test("a map that empties and fills again has no end of origins", () => {
  const same = derived((value: number) => value);
  let map: Source = PersistentMap<string, number>();
  for (let step = 0; step < 200; step++) {
    map = step % 2 === 0 ? put(map, "only", step) : drop(map, "only");
    assert.deepEqual([...same(map)], [...map]);
  }
  // Whoever asks for the first time follows all origins.
  assert.deepEqual([...derived((value: number) => value)(put(map, "only", 7))], [["only", 7]]);
});

test("a map that is asked at each change is made entry by entry, however many changes there were", () => {
  let calls = 0;
  const counted = derived((value: number) => (calls++, value));
  let map: Source = PersistentMap(Array.from({ length: 50 }, (_, at) => [`k${at}`, at] as const));
  counted(map);
  calls = 0;
  for (let step = 0; step < 300; step++) counted((map = put(map, `k${step % 50}`, 1000 + step)));
  assert.equal(calls, 300);
});

test("so many changes that nobody asked between are forgotten, and all is made anew", () => {
  let map: Source = PersistentMap({ a: 1 });
  const start = map;
  for (let step = 0; step < 65; step++) map = put(map, "a", step + 2);
  assert.equal(changedKeys(start, map), undefined);
  assert.deepEqual([...derived((value: number) => value + 1)(map)], [["a", 67]]);
});
