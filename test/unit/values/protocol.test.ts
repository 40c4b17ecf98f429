import assert from "node:assert/strict";
import { test } from "node:test";
import { hasPorts, hasTypes, parseProtocol, protocolName, type Protocol } from "../../../src/values/protocol.ts";

const known: readonly [text: string, protocol: Protocol | undefined, name?: string][] = [
  ["-1", "all", "-1"],
  ["all", "all", "-1"],
  ["tcp", 6, "tcp"],
  ["TCP", 6, "tcp"],
  ["17", 17, "udp"],
  ["1", 1, "icmp"],
  ["icmpv6", 58, "icmpv6"],
  ["0", 0, "0"],
  ["47", 47, "47"],
  ["255", 255, "255"],
  ["256", undefined],
  ["06", undefined],
  ["-2", undefined],
  ["gre", undefined],
  ["", undefined],
  ["6 ", undefined],
];
for (const [text, protocol, name] of known) {
  test(`protocol "${text}"`, () => {
    const parsed = parseProtocol(text);
    assert.equal(parsed, protocol);
    if (parsed !== undefined) assert.equal(protocolName(parsed), name);
  });
}

test("who has ports, who has types", () => {
  const all: readonly Protocol[] = ["all", 0, 1, 6, 17, 47, 58, 132];
  assert.deepEqual(all.filter(hasPorts), [6, 17]);
  assert.deepEqual(all.filter(hasTypes), [1, 58]);
});
