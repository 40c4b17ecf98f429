import assert from "node:assert/strict";
import { decode, encode } from "dns-packet";
import type { RecordType } from "dns-packet";
import { test } from "node:test";
import { applyChanges, need, put } from "../../../src/model/world.ts";
import { answerDns } from "../../../src/services/dns.ts";
import { Random, seed } from "../../random.ts";
import { asked, dnsWorld, instanceAddress, question, rcodeOf } from "./dns-world.ts";

const fixture = dnsWorld();
const secret = dnsWorld(false);
const { vpcs, instance, ipv6 } = fixture;
const inHome = (name: string, type: RecordType) => asked(fixture, vpcs.home, question(name, type));

/** An IPv6 address's 32 digits, the last first. */
const nibbles = (text: string): string => {
  const [head = "", tail = ""] = text.split("::");
  const groups = [head, tail].map((half) => half.split(":").filter((group) => group !== ""));
  const filled = [...(groups[0] ?? []), ...Array<string>(8 - groups.flat().length).fill("0"), ...(groups[1] ?? [])];
  return filled.map((group) => group.padStart(4, "0")).join("").split("").reverse().join(".");
};

for (const [name, type, answer] of [
  // Private names of the VPC's own addresses.
  ["ip-10-0-1-5.ec2.internal", "A", "A 10.0.1.5"],
  ["ip-100-64-8-6.ec2.internal", "A", "A 100.64.8.6"],
  ["ip-10-0-1-5.ec2.internal", "AAAA", "SOA of ec2.internal"],
  ["ip-10-0-1-5.ec2.internal", "TXT", "SOA of ec2.internal"],
  ["ip-10-0-1-6.ec2.internal", "A", "NXDOMAIN SOA of ec2.internal"],
  ["ip-10-0-1-05.ec2.internal", "A", "NXDOMAIN SOA of ec2.internal"],
  ["x.ip-10-0-1-5.ec2.internal", "A", "NXDOMAIN SOA of ec2.internal"],
  ["ip-10-0-1-5.us-east-1.compute.internal", "A", "NXDOMAIN SOA of us-east-1.compute.internal"],
  ["ip-10-2-1-5.ec2.internal", "A", "NXDOMAIN SOA of ec2.internal"],
  ["ec2.internal", "A", "SOA of ec2.internal"],
  ["ec2.internal", "SOA", "SOA ns0.ec2.internal"],
  ["instance-data.ec2.internal", "A", "A 169.254.169.254"],
  [`${instance}.ec2.internal`, "A", `A ${instanceAddress}`],
  [`${instance}.ec2.internal`, "AAAA", `AAAA ${ipv6}`],
  ["i-0123456789abcdef0.ec2.internal", "A", "NXDOMAIN SOA of ec2.internal"],
  // Those of the peer, in its own region.
  ["ip-10-1-1-5.eu-west-1.compute.internal", "A", "A 10.1.1.5"],
  ["ip-10-1-1-5.ec2.internal", "A", "NXDOMAIN SOA of ec2.internal"],
  // Public names: private inside and in the peer, public elsewhere; others' may be anybody's.
  ["ec2-203-0-113-21.compute-1.amazonaws.com", "A", "A 10.0.1.5"],
  ["ec2-203-0-113-21.compute-1.amazonaws.com", "AAAA", "SOA of compute-1.amazonaws.com"],
  ["ec2-203-0-113-21.us-east-1.compute.amazonaws.com", "A", "elsewhere"],
  ["ec2-203-0-113-22.compute-1.amazonaws.com", "A", "A 203.0.113.22"],
  ["ec2-203-0-113-23.eu-west-1.compute.amazonaws.com", "A", "A 10.1.1.5"],
  ["ec2-203-0-113-23.compute-1.amazonaws.com", "A", "elsewhere"],
  ["ec2-203-0-113-24.compute-1.amazonaws.com", "A", "A 203.0.113.24"],
  ["ec2-203-0-113-99.compute-1.amazonaws.com", "A", "elsewhere"],
  // Reverse: own addresses, what is on the way to them, other private addresses, what is nobody's business here.
  ["5.1.0.10.in-addr.arpa", "PTR", "PTR ip-10-0-1-5.ec2.internal"],
  ["5.1.0.10.in-addr.arpa", "A", "SOA of 10.in-addr.arpa"],
  ["5.1.1.10.in-addr.arpa", "PTR", "PTR ip-10-1-1-5.eu-west-1.compute.internal"],
  ["5.1.2.10.in-addr.arpa", "PTR", "NXDOMAIN SOA of 10.in-addr.arpa"],
  ["1.0.10.in-addr.arpa", "PTR", "SOA of 10.in-addr.arpa"],
  ["2.0.10.in-addr.arpa", "PTR", "NXDOMAIN SOA of 10.in-addr.arpa"],
  ["10.in-addr.arpa", "SOA", "SOA ns0.10.in-addr.arpa"],
  ["1.5.1.0.10.in-addr.arpa", "PTR", "NXDOMAIN SOA of 10.in-addr.arpa"],
  ["0-25.1.0.10.in-addr.arpa", "PTR", "NXDOMAIN SOA of 10.in-addr.arpa"],
  ["6.8.64.100.in-addr.arpa", "PTR", "PTR ip-100-64-8-6.ec2.internal"],
  ["200.8.64.100.in-addr.arpa", "PTR", "NXDOMAIN SOA of 8.64.100.in-addr.arpa"],
  ["8.64.100.in-addr.arpa", "PTR", "SOA of 8.64.100.in-addr.arpa"],
  ["6.9.64.100.in-addr.arpa", "PTR", "elsewhere"],
  ["64.100.in-addr.arpa", "PTR", "elsewhere"],
  ["1.1.15.172.in-addr.arpa", "PTR", "elsewhere"],
  ["1.1.16.172.in-addr.arpa", "PTR", "NXDOMAIN SOA of 16.172.in-addr.arpa"],
  ["1.1.31.172.in-addr.arpa", "PTR", "NXDOMAIN SOA of 31.172.in-addr.arpa"],
  ["1.1.32.172.in-addr.arpa", "PTR", "elsewhere"],
  ["9.9.168.192.in-addr.arpa", "PTR", "NXDOMAIN SOA of 168.192.in-addr.arpa"],
  ["254.169.254.169.in-addr.arpa", "PTR", "PTR instance-data.ec2.internal"],
  ["21.113.0.203.in-addr.arpa", "PTR", "PTR ec2-203-0-113-21.compute-1.amazonaws.com"],
  ["22.113.0.203.in-addr.arpa", "PTR", "PTR mail.example.com"],
  ["23.113.0.203.in-addr.arpa", "PTR", "PTR ec2-203-0-113-23.eu-west-1.compute.amazonaws.com"],
  ["99.113.0.203.in-addr.arpa", "PTR", "elsewhere"],
  ["1.0.0.127.in-addr.arpa", "PTR", "PTR localhost"],
  ["0.0.127.in-addr.arpa", "PTR", "SOA of 127.in-addr.arpa"],
  ["2.0.0.127.in-addr.arpa", "PTR", "NXDOMAIN SOA of 127.in-addr.arpa"],
  [`${nibbles("::1")}.ip6.arpa`, "PTR", "PTR localhost"],
  [`${nibbles(ipv6)}.ip6.arpa`, "PTR", `PTR ${instance}.ec2.internal`],
  [`${nibbles(ipv6).slice(2)}.ip6.arpa`, "PTR", `SOA of ${nibbles(ipv6).slice(36)}.ip6.arpa`],
  [`f${nibbles(ipv6).slice(1)}.ip6.arpa`, "PTR", `NXDOMAIN SOA of ${nibbles(ipv6).slice(36)}.ip6.arpa`],
  [`${nibbles("2001:db9::1")}.ip6.arpa`, "PTR", "elsewhere"],
  // The machine itself.
  ["localhost", "A", "A 127.0.0.1"],
  ["localhost", "AAAA", "AAAA ::1"],
  ["localhost", "MX", "SOA of localhost"],
  ["a.localhost", "A", "A 127.0.0.1"],
  ["localhost.localdomain", "A", "A 127.0.0.1"],
  ["printer.localdomain", "A", "NXDOMAIN SOA of localdomain"],
  // Everything else.
  ["example.com", "A", "elsewhere"],
  ["notec2.internal", "A", "elsewhere"],
  [".", "NS", "elsewhere"],
  ["example.com", "ANY" as RecordType, "REFUSED"],
  ["ec2.internal", "AXFR", "REFUSED"],
  ["ec2.internal", "IXFR", "REFUSED"],
] as const) {
  test(`${name} ${type}: ${answer}`, () => assert.equal(inHome(name, type), answer));
}

for (const [where, name, type, answer] of [
  ["the peer, of home, which shares nothing", "ip-10-0-1-5.ec2.internal", "A", "NXDOMAIN SOA of ec2.internal"],
  ["the peer, of home", "ec2-203-0-113-21.compute-1.amazonaws.com", "A", "A 203.0.113.21"],
  ["the peer, of itself", "ec2-203-0-113-23.eu-west-1.compute.amazonaws.com", "A", "A 10.1.1.5"],
  ["the peer, of itself", "instance-data.eu-west-1.compute.internal", "A", "A 169.254.169.254"],
  ["the peer, of itself", "instance-data.ec2.internal", "A", "NXDOMAIN SOA of ec2.internal"],
] as const) {
  test(`asked in ${where}: ${name}`, () => assert.equal(asked(fixture, vpcs.peer, question(name, type)), answer));
}

for (const [name, type, answer] of [
  ["ip-10-1-1-5.eu-west-1.compute.internal", "A", "NXDOMAIN SOA of eu-west-1.compute.internal"],
  ["ec2-203-0-113-23.eu-west-1.compute.amazonaws.com", "A", "A 203.0.113.23"],
  ["5.1.1.10.in-addr.arpa", "PTR", "NXDOMAIN SOA of 10.in-addr.arpa"],
] as const) {
  test(`a peer that does not share its names: ${name}`, () => assert.equal(asked(secret, secret.vpcs.home, question(name, type)), answer));
}

test("a peer without DNS support has no names", () => {
  const peer = { ...need(fixture.world, "vpc", vpcs.peer), dnsSupport: false };
  const world = applyChanges(fixture.world, [put(peer)]);
  const name = "ip-10-1-1-5.eu-west-1.compute.internal";
  assert.equal(asked({ ...fixture, world }, vpcs.home, question(name, "A")), "NXDOMAIN SOA of eu-west-1.compute.internal");
});

for (const [name, type, answer] of [
  ["ip-10-3-1-5.ec2.internal", "A", "NXDOMAIN SOA of ec2.internal"],
  ["5.1.3.10.in-addr.arpa", "PTR", "NXDOMAIN SOA of 10.in-addr.arpa"],
  ["localhost", "A", "A 127.0.0.1"],
  ["ec2-203-0-113-21.compute-1.amazonaws.com", "A", "A 203.0.113.21"],
] as const) {
  test(`without DNS hostnames: ${name}`, () => assert.equal(asked(fixture, vpcs.quiet, question(name, type)), answer));
}

test("without DNS support there is no answer at all", () => {
  const vpc = { ...need(fixture.world, "vpc", vpcs.home), dnsSupport: false };
  const world = applyChanges(fixture.world, [put(vpc)]);
  assert.equal(asked({ ...fixture, world }, vpc.id, question("localhost", "A")), "silence");
  assert.equal(asked({ ...fixture, world }, vpc.id, Buffer.alloc(12)), "silence");
});

const answerTo = (message: Buffer, transport: "udp" | "tcp" = "udp"): Buffer => {
  const verdict = answerDns(fixture.world, need(fixture.world, "vpc", vpcs.home), message, transport);
  return verdict && "answer" in verdict ? verdict.answer : assert.fail("no answer");
};

test("the question comes back as it was asked, letter for letter, and names the records", () => {
  const sent = question("iP-10-0-1-5.eC2.INternal", "A", { flags: 0x110 });
  const answer = answerTo(sent);
  assert.deepEqual(answer.subarray(12, sent.length), sent.subarray(12));
  const { id, answers, ...flags } = decode(answer);
  assert.equal(id, 0x5a17);
  assert.deepEqual(answers?.map(({ name, ...rest }) => [name, "ttl" in rest && rest.ttl]), [["iP-10-0-1-5.eC2.INternal", 60]]);
  const { flag_qr, flag_aa, flag_tc, flag_rd, flag_ra, flag_ad, flag_cd } = flags;
  assert.deepEqual({ flag_qr, flag_aa, flag_tc, flag_rd, flag_ra, flag_ad, flag_cd }, {
    flag_qr: true, flag_aa: false, flag_tc: false, flag_rd: true, flag_ra: true, flag_ad: false, flag_cd: true,
  });
});

test("EDNS is answered with EDNS, and only then", () => {
  const options = (message: Buffer) => (decode(answerTo(message)).additionals ?? []).filter((each) => each.type === "OPT");
  assert.equal(options(question("localhost", "A")).length, 0);
  const [option] = options(question("localhost", "A", { edns: { size: 4096, dnssecOk: true } }));
  assert.deepEqual([option?.udpPayloadSize, option?.ednsVersion, option?.extendedRcode, option?.flag_do], [1232, 0, 0, true]);
  const [refused] = options(question("localhost", "A", { edns: { size: 4096, version: 1 } }));
  assert.deepEqual([refused?.ednsVersion, refused?.extendedRcode], [0, 1], "BADVERS");
});

test("what does not fit is cut, and whole over TCP or with more room", () => {
  const label = "n".repeat(60);
  // Twice in the answer, as question and as owner.
  const long = `${[label, label, label, label].join(".")}.localhost`;
  const [plain, roomy] = [question(long, "A"), question(long, "A", { edns: { size: 1232 } })];
  assert.equal(asked(fixture, vpcs.home, plain), "TC");
  assert.equal(answerTo(plain).length, plain.length);
  assert.equal(asked(fixture, vpcs.home, plain, "tcp"), "A 127.0.0.1");
  assert.equal(asked(fixture, vpcs.home, roomy), "A 127.0.0.1");
  const little = { edns: { size: 100 } };
  assert.equal(asked(fixture, vpcs.home, question("10.in-addr.arpa", "SOA", little)), "SOA ns0.10.in-addr.arpa", "512 octets, whatever it says");
});

/** A header of a query with one question, changed; then the question. */
const crooked = (change: (message: Buffer) => void, message = question("localhost", "A")): Buffer => {
  change(message);
  return message;
};

for (const [what, message, rcode] of [
  ["a status request", crooked((m) => m.writeUInt16BE(0x1000, 2)), 4],
  ["an update", crooked((m) => m.writeUInt16BE(0x2800, 2)), 4],
  ["no question", crooked((m) => m.writeUInt16BE(0, 4)), 1],
  ["two questions", crooked((m) => m.writeUInt16BE(2, 4)), 1],
  ["an answer in a question", encode({ type: "query", id: 0x5a17, questions: [{ name: "localhost", type: "A" }], answers: [{ name: "localhost", type: "A", data: "127.0.0.1" }] }), 1],
  ["an authority in a question", crooked((m) => m.writeUInt16BE(1, 8)), 1],
  ["more records than there are", crooked((m) => m.writeUInt16BE(1, 10)), 1],
  ["a name that never ends", crooked((m) => m.fill(63, 12)), 1],
  ["a name that points to itself", Buffer.from("5a17010000010000000000000c00c00c00010001", "hex"), 1],
  ["a question cut short", question("localhost", "A").subarray(0, -1), 1],
  ["two OPT records", Buffer.concat([crooked((m) => m.writeUInt16BE(2, 10), question("localhost", "A", { edns: { size: 512 } })), Buffer.from("00002902000000000000" + "00", "hex")]), 1],
] as const) {
  test(`${what}: ${rcode === 1 ? "FORMERR" : "NOTIMP"}`, () => {
    const answer = answerTo(message);
    assert.deepEqual([answer.readUInt16BE(0), answer.length, rcodeOf(answer)], [0x5a17, 12, rcode]);
  });
}

test("other classes are refused", () => {
  for (const kind of ["CH", "ANY"] as const) assert.equal(asked(fixture, vpcs.home, question("version.bind", "TXT", { class: kind })), "REFUSED");
});

test("what is no question gets no answer", () => {
  assert.equal(asked(fixture, vpcs.home, Buffer.alloc(0)), "silence");
  assert.equal(asked(fixture, vpcs.home, question("localhost", "A").subarray(0, 11)), "silence");
  assert.equal(asked(fixture, vpcs.home, answerTo(question("localhost", "A"))), "silence");
});

test("a label with a dot in it is no name of ours", () => {
  const odd = question("ip-10-0-1-5_ec2.internal", "A");
  odd[odd.indexOf("_")] = 0x2e;
  assert.equal(asked(fixture, vpcs.home, odd), "elsewhere");
});

test("any octets at all are answered with a fault or not at all", () => {
  const random = new Random(seed);
  const whole = [
    question("ip-10-0-1-5.ec2.internal", "A"),
    question("5.1.0.10.in-addr.arpa", "PTR", { edns: { size: 4096 } }),
    question(`${nibbles(ipv6)}.ip6.arpa`, "PTR"),
  ];
  const seen = new Map<number, number>();
  for (let round = 0; round < 20_000; round++) {
    const message = round % 2 === 0 ? Buffer.from(random.pick(whole)) : Buffer.alloc(random.below(80));
    if (round % 2 === 1) for (let at = 0; at < message.length; at++) message[at] = random.below(256);
    for (let change = random.below(4); change >= 0 && message.length > 0; change--) message[random.below(message.length)] = random.below(256);
    const cut = random.chance(0.2) ? message.subarray(0, random.below(message.length + 1)) : message;
    const verdict = answerDns(fixture.world, need(fixture.world, "vpc", vpcs.home), cut, random.chance(0.5) ? "udp" : "tcp");
    if (!verdict || "elsewhere" in verdict) continue;
    assert.equal(verdict.answer.readUInt16BE(0), cut.readUInt16BE(0), `seed ${seed}, round ${round}`);
    assert.ok(verdict.answer.length <= 1232);
    const rcode = rcodeOf(verdict.answer);
    seen.set(rcode, (seen.get(rcode) ?? 0) + 1);
  }
  assert.deepEqual(new Set(seen.keys()), new Set([0, 1, 3, 4, 5]), `every kind of answer was seen, seed ${seed}`);
});
