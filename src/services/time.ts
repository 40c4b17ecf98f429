/** The clock of a VPC: a server of NTP version 4 (RFC 5905) that remembers nothing of its clients. */

/** Nanoseconds since 1970, UTC. */
export type Nanoseconds = bigint;

const length = 48;
const at = { poll: 2, precision: 3, rootDelay: 4, rootDispersion: 8, reference: 12, updated: 16, origin: 24, received: 32, sent: 40 } as const;
const client = 3;
const server = 4;
/** As Amazon's: its own sources are satellites and reference clocks. */
const stratum = 3;
/** The clock is read to about a microsecond: 2^-20 s. */
const precision = -20;
/** Delay and dispersion towards the source, of which the host's clock does not tell: 2^-10 s, in 16.16 fixed point. */
const aMillisecond = 0x40;
/** At stratum 3, the address of the source: one that no client has, as clients refuse a server that follows them. */
const reference = 0xa9fea97a;
const secondsTo1970 = 2_208_988_800n;

/**
 * The answer to a client's request, or undefined for anything else, which gets none. `received` is when the request
 * came, `now` is read last of all.
 */
export function answerTime(request: Uint8Array, received: Nanoseconds, now: () => Nanoseconds): Uint8Array | undefined {
  const first = request[0];
  if (first === undefined || request.length < length) return undefined;
  const version = (first >> 3) & 7;
  if ((first & 7) !== client || version < 1 || version > 4) return undefined;
  const answer = new Uint8Array(length);
  const view = new DataView(answer.buffer);
  answer[0] = (version << 3) | server;
  answer[1] = stratum;
  answer[at.poll] = request[at.poll] ?? 0;
  view.setInt8(at.precision, precision);
  view.setUint32(at.rootDelay, aMillisecond);
  view.setUint32(at.rootDispersion, aMillisecond);
  view.setUint32(at.reference, reference);
  view.setBigUint64(at.updated, timestamp(received));
  answer.set(request.subarray(at.sent, length), at.origin);
  view.setBigUint64(at.received, timestamp(received));
  view.setBigUint64(at.sent, timestamp(now()));
  return answer;
}

/** Seconds since 1900 in 32.32 fixed point. Eras wrap around, in 2036 for the first time. */
function timestamp(time: Nanoseconds): bigint {
  const seconds = time / 1_000_000_000n + secondsTo1970;
  const fraction = ((time % 1_000_000_000n) << 32n) / 1_000_000_000n;
  return BigInt.asUintN(64, (seconds << 32n) | fraction);
}
