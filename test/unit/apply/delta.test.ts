import assert from "node:assert/strict";
import { test } from "node:test";
import { delta, whole } from "../../../src/apply/delta.ts";
import { parseMarker } from "../../../src/compile/nft.ts";
import { fingerprintOf, withGeneration } from "../../../src/compile/generation.ts";
import { compile } from "../../../src/compile/ruleset.ts";
import { Random, seed } from "../../random.ts";
import { Tables } from "../../reader.ts";
import { randomWorld } from "../../worlds.ts";

const size = { interfaces: 5, groups: 4, rules: 5 };

test("any ruleset made into any other is the other made from nothing", () => {
  const random = new Random(seed);
  for (let world = 0; world < 15; world++) {
    const tables = new Tables();
    let from = withGeneration(compile(randomWorld(random, size).network), 1);
    tables.run(whole(from).join("\n"));
    let next = randomWorld(random, size);
    for (let step = 2; step < 8; step++) {
      const to = withGeneration(compile(next.network), step);
      tables.run(delta(from, to).flat().join("\n"));
      const fresh = new Tables();
      fresh.run(whole(to).join("\n"));
      assert.equal(tables.text(), fresh.text(), `BAILEY_SEED=${seed}, world ${world}, step ${step}`);
      from = to;
      next = random.chance(0.8) ? next.change() : randomWorld(random, size);
    }
  }
});

test("nothing is said where nothing changes, and a change of one rule says little", () => {
  const { network } = randomWorld(new Random(seed), size);
  const parts = compile(network);
  assert.deepEqual(delta(parts, compile(network)), []);
  const [first] = network.groups.values();
  if (!first) throw new Error("a world without groups");
  const added = { id: "sgr-new", protocol: 6, values: { from: 4711, to: 4711 }, peer: { cidr: { family: 4, base: 0x0b0b0b0bn, length: 32 } } } as const;
  const changed = compile({ ...network, groups: new Map(network.groups).set(first.id, { ...first, in: [...first.in, added] }) });
  const commands = delta(parts, changed).flat();
  assert.ok(commands.some((command) => command.includes("11.11.11.11 . 4711")), commands.join("\n"));
  assert.ok(commands.every((command) => command.includes(first.id)), commands.join("\n"));
  assert.notEqual(fingerprintOf(parts), fingerprintOf(changed));
});

test("the generation is a transaction of its own where interval sets change, and asks for none where only others do", () => {
  const { network } = randomWorld(new Random(seed), size);
  const [group] = network.groups.values();
  const [one] = network.interfaces.values();
  if (!group || !one) throw new Error("a world without groups or interfaces");
  const rules = [...group.in, { id: "sgr-new", protocol: 6, values: { from: 4711, to: 4799 }, peer: { cidr: { family: 4, base: 0x0b0b0000n, length: 16 } } }] as const;
  const rows = [
    { what: "a rule", to: { ...network, groups: new Map(network.groups).set(group.id, { ...group, in: rules }) }, last: false },
    { what: "an address", to: { ...network, interfaces: new Map(network.interfaces).set(one.id, { ...one, addresses: one.addresses.slice(1) }) }, last: true },
  ];
  for (const { what, to, last } of rows) {
    const [was, will] = [withGeneration(compile(network), 1), withGeneration(compile(to), 2)];
    const inForce = (transactions: string[][]) => transactions.map((commands) => commands.some((command) => command.includes(" intended/")));
    const transactions = delta(was, will);
    assert.equal(transactions.at(-1)?.some((command) => /(?:add|delete) element/.test(command)), last, what);
    assert.deepEqual(inForce(transactions), transactions.map((_, at) => at === transactions.length - 1), what);
    assert.ok(delta(was, will, true).at(-1)?.every((command) => !/(?:add|delete) element/.test(command)), what);
  }
});

test("a whole ruleset replaces whatever was there", () => {
  const random = new Random(seed + 1);
  const tables = new Tables();
  tables.run("add table inet bailey\nadd chain inet bailey forward { type filter hook forward priority filter; policy accept; }\nadd set inet bailey own4 { type ifname; }");
  const wanted = withGeneration(compile(randomWorld(random, size).network), 9);
  tables.run(whole(wanted).join("\n"));
  const fresh = new Tables();
  fresh.run(whole(wanted).join("\n"));
  assert.equal(tables.text(), fresh.text());
});

test("a fingerprint does not depend on the order of parts, nor on the generation", () => {
  const parts = compile(randomWorld(new Random(seed + 2), size).network);
  const backwards = new Map([...parts].reverse().map(([name, section]) => [name, new Map([...section].reverse())]));
  assert.equal(fingerprintOf(backwards), fingerprintOf(parts));
  const markerUnder = (generation: number) =>
    parseMarker(whole(withGeneration(parts, generation)).map((command) => command.replace(/^add chain inet bailey (\S+)$/, "chain $1 ")).join("\n"));
  assert.deepEqual(markerUnder(3), { fingerprint: fingerprintOf(parts), generation: 3 });
  assert.deepEqual(markerUnder(8), { fingerprint: fingerprintOf(parts), generation: 8 });
});
