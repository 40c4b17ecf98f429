import assert from "node:assert/strict";
import { isIP } from "node:net";
import { test } from "node:test";
import { covers, firstOf, formatCidr, formatIp, holds, hostCidr, lastOf, offset, overlaps, parseCidr, parseIp } from "../../../src/values/ip.ts";
import { cidr, ip } from "../../network.ts";
import { Random, seed } from "../../random.ts";

const addresses: readonly [text: string, canonical: string][] = [
  ["0.0.0.0", "0.0.0.0"],
  ["255.254.253.252", "255.254.253.252"],
  ["10.0.0.5", "10.0.0.5"],
  ["::", "::"],
  ["::1", "::1"],
  ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["2001:0db8::0001", "2001:db8::1"],
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::ffff:192.0.2.1", "::ffff:c000:201"],
  ["fe80::", "fe80::"],
];

for (const [text, canonical] of addresses) {
  test(`${text} is an address, written ${canonical}`, () => assert.equal(formatIp(ip(text)), canonical));
}

const malformed = [
  "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.-4", "1.2.3.4 ", "1.2.3.x", ":", ":::", "1::2::3", "12345::", "g::",
  "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "1.2.3.4::", "::1.2.3", "::1.2.3.4:5", "fe80::1%eth0",
];
for (const text of malformed) test(`"${text}" is no address`, () => assert.equal(parseIp(text), undefined));

test("what is an address is what Node takes for one, and formatting loses nothing", () => {
  const random = new Random(seed);
  for (let times = 0; times < 3000; times++) {
    const length = random.between(1, 20);
    const text = Array.from({ length }, () => random.pick(["0", "1", "9", "a", "25", "::", ":", ":", ".", "."])).join("");
    const parsed = parseIp(text);
    assert.equal(parsed?.family ?? 0, isIP(text), text);
    if (parsed) assert.deepEqual(parseIp(formatIp(parsed)), parsed, text);
  }
});

test("prefixes lose their host bits", () => {
  assert.equal(formatCidr(cidr("100.68.0.18/18")), "100.68.0.0/18");
  assert.equal(formatCidr(cidr("203.0.113.12/24")), "203.0.113.0/24");
  assert.equal(formatCidr(cidr("2001:db8::ffff/113")), "2001:db8::8000/113");
  assert.equal(formatCidr(cidr("198.51.100.7/0")), "0.0.0.0/0");
});

for (const text of ["10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/08", "10.0.0.0/-1", "/8", "10.0.0/8", "10.0.0.0/8/9", "10.0.0.0/1e1"]) {
  test(`"${text}" is no prefix`, () => assert.equal(parseCidr(text), undefined));
}

test("a prefix holds its first address to its last, and none of the other family", () => {
  for (const text of ["10.1.2.64/26", "172.16.0.0/12", "192.0.2.7/32", "2001:db8:0:4::/62", "::5/128"]) {
    const prefix = cidr(text);
    const [first, last] = [firstOf(prefix), lastOf(prefix)];
    assert.ok(holds(prefix, first) && holds(prefix, last), text);
    assert.ok(!holds(prefix, offset(first, -1)) && !holds(prefix, offset(last, 1)), text);
    assert.ok(!holds(prefix, { family: first.family === 4 ? 6 : 4, bits: first.bits }), text);
  }
  assert.equal(formatIp(lastOf(cidr("10.1.2.64/26"))), "10.1.2.127");
  assert.equal(formatIp(lastOf(cidr("2001:db8:0:4::/62"))), "2001:db8:0:7:ffff:ffff:ffff:ffff");
  assert.deepEqual(hostCidr(ip("10.9.8.7")), cidr("10.9.8.7/32"));
});

const pairs: readonly [a: string, b: string, aCoversB: boolean, overlap: boolean][] = [
  ["10.0.0.0/8", "10.3.0.0/16", true, true],
  ["10.3.0.0/16", "10.0.0.0/8", false, true],
  ["10.3.0.0/16", "10.3.0.0/16", true, true],
  ["10.3.0.0/16", "10.4.0.0/16", false, false],
  ["0.0.0.0/0", "::/0", false, false],
  ["::/0", "2001:db8::/32", true, true],
];
for (const [a, b, covered, overlap] of pairs) {
  test(`${a} and ${b}`, () => assert.deepEqual([covers(cidr(a), cidr(b)), overlaps(cidr(a), cidr(b))], [covered, overlap]));
}
