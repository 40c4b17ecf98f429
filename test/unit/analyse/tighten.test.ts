import assert from "node:assert/strict";
import { test } from "node:test";
import { cover, coverNumbers } from "../../../src/analyse/cover.ts";
import { isTight, type Said, tighten, type Use } from "../../../src/analyse/tighten.ts";
import { UsageOfRules } from "../../../src/analyse/usage.ts";
import { covers, formatCidr, holds, overlaps } from "../../../src/values/ip.ts";
import { within } from "../../../src/values/ports.ts";
import { cidr, ip } from "../../network.ts";
import { Random, seed } from "../../random.ts";

const hosts = (base: string, from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, at) => `${base}${from + at}`);

for (const [name, addresses, most, prefixes] of [
  ["nobody", [], 4, []],
  ["one address, however often", ["10.0.0.5", "10.0.0.5"], 4, ["10.0.0.5/32"]],
  ["two halves", ["10.0.0.4", "10.0.0.5"], 4, ["10.0.0.4/31"]],
  ["neighbours of different prefixes", ["10.0.0.5", "10.0.0.6"], 4, ["10.0.0.5/32", "10.0.0.6/32"]],
  ["a whole block", hosts("10.0.0.", 0, 255), 4, ["10.0.0.0/24"]],
  ["cut where least is in common", ["10.0.0.1", "10.0.0.9", "192.168.1.1"], 2, ["10.0.0.0/28", "192.168.1.1/32"]],
  ["one prefix", ["10.0.0.1", "10.0.3.1"], 1, ["10.0.0.0/22"]],
  ["both families", ["2001:db8::1", "10.0.0.1", "2001:db8::2"], 1, ["10.0.0.1/32", "2001:db8::/126"]],
  ["everything", ["0.0.0.0", "255.255.255.255"], 1, ["0.0.0.0/0"]],
] as const) {
  test(`cover: ${name}`, () => assert.deepEqual(cover(addresses.map(ip), most).map(formatCidr), prefixes));
}

for (const [numbers, most, ranges] of [
  [[], 3, []], [[5], 3, ["5-5"]], [[3, 1, 2, 2], 3, ["1-3"]], [[80, 443, 444], 3, ["80-80", "443-444"]], [[1, 3, 100, 102, 900], 2, ["1-102", "900-900"]],
] as const) {
  test(`cover ${numbers.join(", ")} by ${most}`, () => {
    assert.deepEqual(coverNumbers(numbers, most).map(({ from, to }) => `${from}-${to}`), ranges);
  });
}

test(`covers hold all and are disjoint (seed ${seed})`, () => {
  const random = new Random(seed);
  for (let round = 0; round < 200; round++) {
    const bits = 1 << random.between(1, 20);
    const addresses = Array.from({ length: random.between(1, 60) }, () => ({ family: 4, bits: BigInt(random.below(bits)) }) as const);
    const most = random.between(1, 9);
    const prefixes = cover(addresses, most);
    assert.ok(prefixes.length <= most);
    for (const address of addresses) assert.equal(prefixes.filter((prefix) => holds(prefix, address)).length, 1);
    assert.ok(prefixes.every((one, at) => prefixes.every((other, place) => at === place || !overlaps(one, other))));
  }
});

const uses = (...texts: string[]): Use[] =>
  texts.map((text) => {
    const [peer = "", protocol = "", port = "0"] = text.split(" ");
    return { peer: ip(peer), protocol: Number(protocol), port: Number(port) };
  });
const saidText = ({ protocol, values, peer }: Said): string =>
  `${protocol} ${values === "any" ? "any" : `${values.from}-${values.to}`} ${peer ? formatCidr(peer) : "ref"}`;
const said = (protocol: Said["protocol"], values: Said["values"], peer?: string): Said => ({ protocol, values, ...(peer !== undefined && { peer: cidr(peer) }) });

for (const [name, rule, used, tighter] of [
  ["ports and peers", said(6, { from: 0, to: 65535 }, "10.0.0.0/16"), uses("10.0.1.5 6 5432", "10.0.1.6 6 5432"),
    ["6 5432-5432 10.0.1.5/32", "6 5432-5432 10.0.1.6/32"]],
  ["ports of different peers stay apart", said(6, { from: 0, to: 65535 }, "10.0.0.0/16"), uses("10.0.1.5 6 22", "10.0.2.6 6 80", "10.0.2.6 6 81"),
    ["6 22-22 10.0.1.5/32", "6 80-81 10.0.2.6/32"]],
  ["all traffic, of which two protocols are used", said("all", "any", "0.0.0.0/0"), uses("10.0.1.5 6 22", "10.0.1.5 1"),
    ["1 any 10.0.1.5/32", "6 22-22 10.0.1.5/32"]],
  ["types are not known, and stay", said(1, { from: 0x0800, to: 0x08ff }, "0.0.0.0/0"), uses("10.0.1.5 1"), ["1 2048-2303 10.0.1.5/32"]],
  ["a reference stays", said(6, { from: 0, to: 65535 }), uses("10.0.1.5 6 5432", "10.0.9.5 6 5432"), ["6 5432-5432 ref"]],
  ["what used it is half of it", said(6, { from: 443, to: 443 }, "10.0.0.0/30"), uses("10.0.0.0 6 443", "10.0.0.1 6 443"), ["6 443-443 10.0.0.0/30"]],
  ["what it does not admit is not its use", said(6, { from: 80, to: 90 }, "10.0.0.0/8"), uses("10.0.0.1 6 443", "11.0.0.1 6 80", "10.0.0.1 17 80", "10.0.0.7 6 85"),
    ["6 85-85 10.0.0.7/32"]],
  ["nothing used it", said(6, { from: 80, to: 90 }, "10.0.0.0/8"), [], ["6 80-90 10.0.0.0/8"]],
] as const) {
  test(`tighten: ${name}`, () => {
    const found = tighten(rule, used);
    assert.deepEqual(found.map(saidText), tighter);
    assert.equal(isTight(rule, found), tighter.length === 1 && tighter[0] === saidText(rule));
  });
}

test(`tighter rules admit all uses and nothing that the rule does not (seed ${seed})`, () => {
  const random = new Random(seed + 2);
  for (let round = 0; round < 200; round++) {
    const peer = `10.${random.below(4)}.0.0/${random.between(8, 24)}`;
    const [protocol, values] = random.pick<[Said["protocol"], Said["values"]]>([["all", "any"], [6, { from: 100, to: 9000 }], [17, { from: 0, to: 65535 }]]);
    const rule = said(protocol, values, peer);
    const base = rule.peer ?? assert.fail();
    const drawn = Array.from({ length: random.between(1, 80) }, () => ({
      peer: { family: 4, bits: base.base | BigInt(random.below(256)) } as const,
      protocol: rule.protocol === "all" ? random.pick([1, 6, 17]) : rule.protocol,
      port: random.between(100, 100 + random.pick([3, 8000])),
    }));
    const tighter = tighten(rule, drawn);
    for (const use of drawn) {
      assert.ok(tighter.some(({ protocol: own, values: range, peer: prefix }) =>
        (own === "all" || own === use.protocol) && (range === "any" || use.protocol === 1 || within(range, use.port)) && prefix && holds(prefix, use.peer)));
    }
    for (const { protocol: own, values: range, peer: prefix } of tighter) {
      assert.ok(protocol === "all" || own === protocol);
      assert.ok(values === "any" || (range !== "any" && range.from >= values.from && range.to <= values.to));
      assert.ok(prefix && covers(base, prefix));
    }
  }
});

test("usage: answers show that a rule is used, but not for what", () => {
  const usage = new UsageOfRules();
  const kind = { rules: ["sgr-1", "acl-1:100:ingress"], peer: "10.0.0.1", protocol: 6, port: 80, reply: false, packets: 3 };
  usage.add(kind);
  usage.add({ ...kind, packets: 4 });
  usage.add({ ...kind, rules: ["sgr-2"], reply: true, port: 443 });
  assert.deepEqual(usage.of("sgr-1"), { packets: 7, uses: [{ peer: ip("10.0.0.1"), protocol: 6, port: 80 }] });
  assert.deepEqual(usage.of("sgr-2"), { packets: 3, uses: [] });
  assert.equal(usage.of("sgr-3"), undefined);
});
