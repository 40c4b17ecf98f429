import assert from "node:assert/strict";
import { test } from "node:test";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import type { DhcpOptions, NetworkInterface, Vpc } from "../../../src/model/resource.ts";
import { applyChanges, need, put } from "../../../src/model/world.ts";
import { answerDhcp } from "../../../src/services/dhcp.ts";
import { decodeDhcp, type DhcpPacket, encodeDhcp } from "../../../src/services/dhcp-packet.ts";
import { mintId } from "../../../src/values/id.ts";
import { Random, seed } from "../../random.ts";
import { Region } from "../ec2/region.ts";

const everyone = "255.255.255.255";
const mtu = [0x23, 0x29];

function setting(vpcChange: Partial<Vpc> = {}, options?: DhcpOptions["options"]) {
  const region = new Region({ region: "eu-west-1" });
  const { vpc: id, subnet } = region.network("10.7.0.0/16", "10.7.36.0/22");
  const input = { SubnetId: subnet, PrivateIpAddress: "10.7.37.20", SecondaryPrivateIpAddressCount: 1 };
  const made = region.does(createNetworkInterface, input).NetworkInterface?.NetworkInterfaceId ?? "";
  const eni = need(region.world, "network-interface", made);
  region.lives((world) => {
    const vpc = { ...need(world, "vpc", id), ...vpcChange };
    if (!options) return applyChanges(world, [put(vpc)]);
    const { account, created } = vpc;
    const set = { kind: "dhcp-options", id: mintId("dhcp-options", "d".repeat(17)), account, region: vpc.region, created, tags: {}, options } as const;
    return applyChanges(world, [put(set), put({ ...vpc, dhcpOptions: set.id })]);
  });
  return { world: region.world, eni };
}

type Ask = Partial<Omit<DhcpPacket, "options">> & { readonly options?: readonly (readonly [number, readonly number[]])[] };

const question = (eni: NetworkInterface, type: number, { options = [], ...rest }: Ask = {}): Uint8Array =>
  encodeDhcp({
    op: "request",
    xid: 0xdeadbeef,
    secs: 258,
    flags: 0x8000,
    ciaddr: "0.0.0.0",
    yiaddr: "0.0.0.0",
    giaddr: "0.0.0.0",
    chaddr: eni.mac,
    ...rest,
    options: new Map([[53, Uint8Array.of(type)], ...options.map(([code, value]) => [code, Uint8Array.from(value)] as const)]),
  });

/** What is answered, options as numbers. */
function ask({ world, eni }: ReturnType<typeof setting>, type: number, rest?: Ask) {
  const answer = answerDhcp(world, eni, question(eni, type, rest));
  const packet = answer && decodeDhcp(answer.bytes);
  return packet && { ...packet, to: answer.to, options: Object.fromEntries([...packet.options].map(([code, value]) => [code, [...value]])) };
}

const ascii = (text: string): number[] => [...Buffer.from(text)];

const network = {
  1: [255, 255, 252, 0],
  3: [10, 7, 36, 1],
  6: [10, 7, 0, 2],
  12: ascii("ip-10-7-37-20"),
  15: ascii("eu-west-1.compute.internal"),
  26: mtu,
  28: [10, 7, 39, 255],
  54: [10, 7, 36, 1],
};
const lease = { 51: [0, 0, 14, 16], 58: [0, 0, 7, 8], 59: [0, 0, 12, 78] };
const header = { op: "reply", xid: 0xdeadbeef, secs: 258, flags: 0x8000, giaddr: "0.0.0.0" };

test("an offer, and what follows, hold what the interface has", () => {
  const at = setting();
  const { mac: chaddr } = at.eni;
  const offer = { ...header, chaddr, ciaddr: "0.0.0.0", yiaddr: "10.7.37.20", to: everyone, options: { 53: [2], ...network, ...lease } };
  assert.deepEqual(ask(at, 1), offer);
  const accepted = ask(at, 3, { options: [[54, [10, 7, 36, 1]], [50, [10, 7, 37, 20]]] });
  assert.deepEqual(accepted, { ...offer, options: { ...offer.options, 53: [5] } });
  assert.deepEqual(ask(at, 3, { ciaddr: "10.7.37.20" }), { ...offer, ciaddr: "10.7.37.20", to: "10.7.37.20", options: { ...offer.options, 53: [5] } });
  const inform = ask(at, 8, { ciaddr: "10.7.37.20" });
  assert.deepEqual(inform, { ...offer, ciaddr: "10.7.37.20", yiaddr: "0.0.0.0", to: "10.7.37.20", options: { 53: [5], ...network } });
});

const nak = { yiaddr: "0.0.0.0", ciaddr: "0.0.0.0", to: everyone, options: { 53: [6], 54: [10, 7, 36, 1] } };
const cases: readonly [what: string, type: number, ask: Ask, answer: 5 | 6 | undefined][] = [
  ["starts again with its address", 3, { options: [[50, [10, 7, 37, 20]]] }, 5],
  ["starts again with another's", 3, { options: [[50, [10, 7, 37, 21]]] }, 6],
  ["starts again with its secondary address", 3, { options: [[50, [10, 7, 36, 4]]] }, 6],
  ["renews another's", 3, { ciaddr: "10.7.37.21" }, 6],
  ["accepts another server's offer", 3, { options: [[54, [10, 7, 36, 2]], [50, [10, 7, 37, 20]]] }, undefined],
  ["requests nothing", 3, {}, undefined],
  ["requests three bytes", 3, { options: [[50, [10, 7, 37]]] }, undefined],
  ["declines", 4, { options: [[50, [10, 7, 37, 20]]] }, undefined],
  ["releases", 7, { ciaddr: "10.7.37.20" }, undefined],
  ["informs of another's address", 8, { ciaddr: "10.7.37.21" }, undefined],
  ["offers", 2, {}, undefined],
  ["says an unknown type", 99, {}, undefined],
  ["has another MAC address", 1, { chaddr: "02:11:22:33:44:55" }, undefined],
  ["comes by a relay", 1, { giaddr: "10.7.36.9" }, undefined],
  ["is an answer", 1, { op: "reply" }, undefined],
];
for (const [what, type, rest, expected] of cases) {
  test(`a client that ${what}: ${expected ?? "no answer"}`, () => {
    const answer = ask(setting(), type, rest);
    if (expected === 6) assert.deepEqual({ ...answer, ...nak }, answer);
    else assert.deepEqual(answer?.options[53], expected && [expected]);
  });
}

test("the VPC's option set decides what machines are told", () => {
  const own = setting({}, [
    { key: "domain-name", values: ["one.example two.example"] },
    { key: "domain-name-servers", values: ["10.1.2.3", "AmazonProvidedDNS", "2001:db8::1"] },
    { key: "ntp-servers", values: ["10.1.2.4", "fd00:ec2::123", "10.1.2.5"] },
    { key: "netbios-name-servers", values: ["10.1.2.6"] },
    { key: "netbios-node-type", values: ["2"] },
  ]);
  const options = ask(own, 1)?.options;
  assert.deepEqual(
    [15, 6, 42, 44, 46].map((code) => options?.[code]),
    [ascii("one.example two.example"), [10, 1, 2, 3, 10, 7, 0, 2], [10, 1, 2, 4, 10, 1, 2, 5], [10, 1, 2, 6], [2]],
  );
  const none = ask(setting({ dhcpOptions: "default" }), 1)?.options;
  assert.deepEqual([none?.[6], none?.[15], none?.[3]], [undefined, undefined, network[3]]);
  assert.equal(ask(setting({ dnsSupport: false }), 1)?.options[6], undefined);
});

test("long options are cut in parts and joined again", () => {
  const { eni } = setting();
  const value = Uint8Array.from({ length: 700 }, (_, index) => index % 251);
  const packet = decodeDhcp(question(eni, 1, { options: [[77, [...value]], [12, []]] }));
  assert.deepEqual([packet?.options.get(77), packet?.options.get(12)], [value, new Uint8Array()]);
});

test("the shortest packet is 300 bytes, as clients of old want it", () => assert.equal(question(setting().eni, 1).length, 300));

test("cut, bent and random packets are never a failure", () => {
  const { world, eni } = setting();
  const random = new Random(seed);
  const whole = question(eni, 3, { options: [[50, [10, 7, 37, 20]], [55, [1, 3, 6, 15, 26]], [61, [1, 2, 3, 4]]] });
  let answered = 0;
  for (let times = 0; times < 5000; times++) {
    const bytes = random.chance(0.2) ? Uint8Array.from({ length: random.below(600) }, () => random.below(256)) : whole.slice(0, random.chance(0.3) ? random.below(whole.length) : whole.length);
    for (let bends = random.below(4); bends > 0 && bytes.length > 0; bends--) bytes[random.chance(0.7) ? Math.min(bytes.length - 1, random.between(236, 275)) : random.below(bytes.length)] = random.below(256);
    const answer = answerDhcp(world, eni, bytes);
    if (answer) answered++;
    assert.ok(!answer || decodeDhcp(answer.bytes)?.op === "reply");
  }
  assert.ok(answered > 100 && answered < 4900, `${answered} answers`);
});

for (const [what, place, value] of [
  ["another link's kind", 1, 6],
  ["long addresses", 2, 16],
  ["no cookie", 239, 0],
  ["a third operation", 0, 3],
  ["an option longer than the packet", 241, 255],
] as const) {
  test(`not DHCP of ours: ${what}`, () => {
    const bytes = question(setting().eni, 1);
    assert.ok(decodeDhcp(bytes));
    bytes[place] = value;
    assert.equal(decodeDhcp(bytes), undefined);
  });
}
