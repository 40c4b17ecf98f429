import { type Answer, AUTHENTIC_DATA, decode, encode, type RecordType, RECURSION_AVAILABLE, TRUNCATED_RESPONSE } from "dns-packet";
import assert from "node:assert/strict";
import { test } from "node:test";
import { openCache } from "../../../src/services/dns/cache.ts";
import { type Query, readQuery } from "../../../src/services/dns/message.ts";
import { readReply, relayed, relayKey, type Reply, writeReply } from "../../../src/services/dns/relay.ts";
import { Random, seed } from "../../random.ts";
import { type Ask, inShort, question } from "./dns-world.ts";

function queryOf(name: string, type: RecordType, ask?: Ask): Query {
  const query = readQuery(question(name, type, ask));
  return query && !("fault" in query) ? query : assert.fail("no query");
}

interface Said {
  readonly name?: string;
  readonly type?: RecordType;
  readonly flags?: number;
  readonly answers?: Answer[];
  readonly authorities?: Answer[];
}

/** A server's message. */
const said = (id: number, { name = "www.example.com", type = "A", flags = 0, answers = [], authorities = [] }: Said = {}): Buffer =>
  encode({ type: "response", id, flags: RECURSION_AVAILABLE | flags, questions: [{ name, type }], answers, authorities });

const a = (data: string, ttl: number): Answer => ({ type: "A", name: "www.example.com", ttl, data });
const soa = (ttl: number, minimum: number): Answer => ({
  type: "SOA",
  name: "example.com",
  ttl,
  data: { mname: "ns.example.com", rname: "root.example.com", serial: 3, refresh: 4, retry: 5, expire: 6, minimum },
});

const query = queryOf("www.example.com", "A");
const replyTo = (message: Buffer): Reply => readReply(query, 7, message) ?? assert.fail("no reply");

test("a question is passed on under another identifier, with EDNS of our own", () => {
  const asked = queryOf("wWw.example.com", "AAAA", { flags: 0x110, edns: { size: 700, dnssecOk: true } });
  const message = decode(relayed(asked, 0xbeef));
  assert.deepEqual([message.id, message.type, message.flag_rd, message.flag_cd], [0xbeef, "query", true, true]);
  assert.deepEqual(message.questions, [{ name: "wWw.example.com", type: "AAAA", class: "IN" }]);
  const [option, ...more] = message.additionals ?? [];
  assert.ok(option?.type === "OPT" && more.length === 0);
  assert.deepEqual([option.udpPayloadSize, option.flag_do, option.options], [1232, true, []]);
});

for (const [what, message, accepted] of [
  ["the reply", said(7, { answers: [a("192.0.2.1", 60)] }), true],
  ["its question in other letters", said(7, { name: "WWW.Example.COM" }), true],
  ["another identifier", said(8), false],
  ["another name", said(7, { name: "www.example.org" }), false],
  ["another type", said(7, { type: "AAAA" }), false],
  ["a type that is another in lower case", said(7, { type: "UNKNOWN_97" as RecordType, name: "www.example.com" }), false],
  ["a query", relayed(query, 7), false],
  ["a record cut short", said(7, { answers: [a("192.0.2.1", 60)] }).subarray(0, -1), false],
  ["nothing", Buffer.alloc(0), false],
] as const) {
  test(`${what} is ${accepted ? "taken" : "left"}`, () => {
    const asked = what.startsWith("a type") ? queryOf("www.example.com", "UNKNOWN_65" as RecordType) : query;
    assert.equal(readReply(asked, 7, message) !== undefined, accepted);
  });
}

for (const [what, said_, keeps] of [
  ["the shortest lifetime", { answers: [a("192.0.2.1", 300), a("192.0.2.2", 200)] }, 200],
  ["no longer than a day", { answers: [a("192.0.2.1", 1_000_000)] }, 86_400],
  ["a lifetime with its first bit set", { answers: [a("192.0.2.1", 0x8000_0000)] }, 0],
  ["no such name, as its zone says", { flags: 3, authorities: [soa(500, 90)] }, 90],
  ["no such record, as long as the zone's own", { authorities: [soa(80, 900)] }, 80],
  ["nothing at all", {}, 0],
  ["a failure", { flags: 2, authorities: [soa(500, 90)] }, 0],
  ["a part", { flags: TRUNCATED_RESPONSE, answers: [a("192.0.2.1", 300)] }, 0],
] as const) {
  test(`remembered for: ${what}`, () => assert.equal(replyTo(said(7, said_ as Said)).keeps, keeps));
}

test("a reply is passed back in the asker's letters, older, without what was additional", () => {
  const compressed = Buffer.from(
    "000781a00001000100000001" + "0377777707657861" + "6d706c6503636f6d0000010001" + "c00c000100010000012c0004c0000201" + "0000290200000000000000",
    "hex",
  );
  const asked = queryOf("WWW.example.com", "A");
  const reply = readReply(asked, 7, compressed) ?? assert.fail("no reply");
  const message = writeReply(asked, reply, 100, 512);
  const answer = decode(message);
  assert.deepEqual([answer.id, answer.flag_ra, answer.flag_rd, answer.flag_ad, answer.flag_aa], [0x5a17, true, true, true, false]);
  const [record] = answer.answers ?? [];
  assert.deepEqual(record, { name: "WWW.example.com", type: "A", ttl: 200, class: "IN", flush: false, data: "192.0.2.1" });
  assert.deepEqual(answer.additionals, []);
  const withEdns = queryOf("www.example.com", "A", { edns: { size: 4000 } });
  assert.deepEqual(decode(writeReply(withEdns, reply, 400, 512)).additionals?.map(({ type }) => type), ["OPT"]);
  const [old] = decode(writeReply(withEdns, reply, 400, 512)).answers ?? [];
  assert.equal(old && "ttl" in old && old.ttl, 0);
});

test("a reply that is too long is cut, and so is one that came cut", () => {
  const many = replyTo(said(7, { answers: Array.from({ length: 40 }, (_, n) => a(`192.0.2.${n}`, 60)) }));
  assert.equal(inShort(writeReply(query, many, 0, 512)), "TC");
  assert.equal(inShort(writeReply(query, many, 0, 65_535)).split(" A ").length, 40);
  assert.equal(inShort(writeReply(query, replyTo(said(7, { flags: TRUNCATED_RESPONSE, answers: [a("192.0.2.1", 5)] })), 0, 512)), "TC");
  assert.equal(inShort(writeReply(query, replyTo(said(7, { flags: 3 | AUTHENTIC_DATA, authorities: [soa(9, 9)] })), 0, 512)), "NXDOMAIN SOA of example.com");
});

test("what is asked alike is remembered alike", () => {
  const key = (name: string, type: RecordType, ask?: Ask) => relayKey(queryOf(name, type, ask));
  assert.equal(key("WWW.example.com", "A"), key("www.EXAMPLE.com", "A"));
  const different = [
    key("www.example.com", "A"),
    key("www.example.org", "A"),
    key("www.example.com", "UNKNOWN_65" as RecordType),
    key("www.example.com", "UNKNOWN_97" as RecordType),
    key("www.example.com", "A", { flags: 0x110 }),
    key("www.example.com", "A", { edns: { size: 512, dnssecOk: true } }),
  ];
  assert.equal(new Set(different).size, different.length);
});

test("any octets at all are no reply, or one that can be passed on", () => {
  const random = new Random(seed);
  const whole = said(7, { answers: [a("192.0.2.1", 60), a("192.0.2.2", 60)], authorities: [soa(1, 2)] });
  let taken = 0;
  for (let round = 0; round < 20_000; round++) {
    const message = Buffer.from(whole);
    for (let change = random.below(4); change >= 0; change--) message[random.between(random.chance(0.9) ? 33 : 0, message.length - 1)] = random.below(256);
    const reply = readReply(query, 7, message.subarray(0, random.chance(0.2) ? random.below(message.length) : message.length));
    if (!reply) continue;
    taken++;
    assert.ok(writeReply(query, reply, random.below(100), 512).length <= 512, `seed ${seed}, round ${round}`);
  }
  assert.ok(taken > 1000);
});

test("a cache forgets what has lapsed, and what was not asked for the longest", () => {
  const cache = openCache({ replies: 3, octets: 1 << 20 });
  const reply = (ttl: number) => replyTo(said(7, { answers: [a("192.0.2.1", ttl)] }));
  for (const [n, key] of ["one", "two", "three"].entries()) cache.put(key, reply(10 + n), 1000);
  cache.put("none", reply(0), 1000);
  assert.equal(cache.get("none", 1000), undefined);
  assert.deepEqual([cache.get("one", 1000)?.age, cache.get("one", 10_999)?.age], [0, 9]);
  assert.equal(cache.get("one", 11_000), undefined, "it held for ten seconds");
  cache.put("one", reply(50), 11_000);
  assert.equal(cache.get("two", 11_500)?.age, 10);
  cache.put("four", reply(50), 11_500);
  assert.deepEqual(["one", "two", "three", "four"].map((key) => cache.get(key, 11_600) !== undefined), [true, true, false, true]);
});

test("a cache holds no more octets than it may", () => {
  const cache = openCache({ replies: 1000, octets: 2500 });
  const large = replyTo(said(7, { answers: Array.from({ length: 20 }, (_, n) => a(`192.0.2.${n}`, 60)) }));
  for (const key of ["one", "two", "three"]) cache.put(key, large, 0);
  assert.deepEqual(["one", "two", "three"].map((key) => cache.get(key, 1) !== undefined), [false, true, true]);
});
