import assert from "node:assert/strict";
import { test } from "node:test";
import { fateBeyond } from "../../../src/apply/uplinks.ts";
import { cidrOf, formatIp, ipOf } from "../../../src/values/ip.ts";

const pool = cidrOf("198.51.100.0/24");
const own = (ip: Parameters<typeof formatIp>[0]) => formatIp(ip) === "192.0.2.77" || formatIp(ip) === "2001:db8:7::1";

for (const [ip, machine, beyond] of [
  ["198.51.100.1", "allow", "allow"],
  ["2001:db8::1", "allow", "allow"],
  ["192.0.2.77", "allow", "allow"],
  ["2001:db8:7::1", "allow", "allow"],
  ["198.51.100.9", "deny", "deny"],
  ["1.1.1.1", "deny", "allow"],
  ["2606:4700::1111", "deny", "deny"],
  ["100.64.3.2", "deny", "deny"],
  ["169.254.9.9", "deny", "deny"],
] as const) {
  test(`what leaves all networks for ${ip}: ${machine} where the internet is the machine, ${beyond} beyond`, () => {
    const fate = (further: boolean) => fateBeyond({ pool, beyond: further }, own, ipOf(ip)).action;
    assert.deepEqual([fate(false), fate(true)], [machine, beyond]);
  });
}
