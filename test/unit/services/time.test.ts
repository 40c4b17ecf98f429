import assert from "node:assert/strict";
import { test } from "node:test";
import { answerTime } from "../../../src/services/time.ts";

const at1970 = 0x83aa_7e80;
/** 2026-03-04 05:06:07 UTC and a bit. */
const seconds = 1_772_600_767;
const received = BigInt(seconds) * 1_000_000_000n + 250_000_000n;
const sent = received + 500_000_000n;

/** A client's request: first octet, poll interval, and its own clock in two words. */
function request(first: number, length = 48): Buffer {
  const message = Buffer.alloc(length, 0xee);
  message[0] = first;
  message[2] = 6;
  if (length >= 48) message.set([0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88], 40);
  return message;
}

for (const version of [1, 2, 3, 4]) {
  test(`a client of version ${version} gets the time`, () => {
    const answer = Buffer.from(answerTime(request((version << 3) | 3), received, () => sent) ?? []);
    assert.equal(answer.length, 48);
    assert.equal(answer[0], (version << 3) | 4, "no leap second, the same version, a server");
    assert.deepEqual([...answer.subarray(1, 4)], [3, 6, 0x100 - 20], "stratum, poll, precision");
    assert.equal(answer.readUInt32BE(4), 0x40, "root delay");
    assert.equal(answer.readUInt32BE(8), 0x40, "root dispersion");
    assert.equal(answer.subarray(24, 32).toString("hex"), "1122334455667788", "originate");
    assert.deepEqual([answer.readUInt32BE(16), answer.readUInt32BE(20)], [seconds + at1970, 0x4000_0000], "reference");
    assert.deepEqual([answer.readUInt32BE(32), answer.readUInt32BE(36)], [seconds + at1970, 0x4000_0000], "receive");
    assert.deepEqual([answer.readUInt32BE(40), answer.readUInt32BE(44)], [seconds + at1970, 0xc000_0000], "transmit");
  });
}

test("after 2036 the seconds begin anew", () => {
  const later = BigInt(2 ** 32 - at1970 + 5) * 1_000_000_000n;
  const answer = Buffer.from(answerTime(request(0x23), later, () => later) ?? []);
  assert.equal(answer.readUInt32BE(40), 5);
});

test("a request may be followed by extensions or a signature", () => {
  assert.equal(answerTime(request(0x23, 68), received, () => sent)?.length, 48);
});

for (const [what, message] of [
  ["nothing", Buffer.alloc(0)],
  ["a message cut short", request(0x23, 47)],
  ["version 0", request(0x03)],
  ["version 5", request(0x2b)],
  ["a server", request(0x24)],
  ["a peer", request(0x21)],
  ["a broadcast", request(0x25)],
  ["a control message", request(0x16)],
  ["a private one, as for monlist", request(0x17)],
] as const) {
  test(`${what} gets no answer`, () => assert.equal(answerTime(message, received, () => sent), undefined));
}
