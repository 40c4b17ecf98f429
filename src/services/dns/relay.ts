/**
 * Names that others know: the question as it is passed on, and their reply as it is passed back. Records are not
 * decoded, so that those of any type pass; only their lifetimes are looked at.
 */
import { AUTHENTIC_DATA, CHECKING_DISABLED, encode, RECURSION_DESIRED, TRUNCATED_RESPONSE } from "dns-packet";
import { flagsOf, headerLength, optionOf, type Query, rcodes, responseFlag, truncated, type Rcode, withQuestion } from "./message.ts";

export interface Reply {
  readonly rcode: Rcode;
  readonly authentic: boolean;
  /** It did not fit: the server is to be asked over TCP. */
  readonly truncated: boolean;
  readonly answers: number;
  readonly authorities: number;
  /** Their records, as they were; what is additional is left behind. */
  readonly body: Buffer;
  /** Where in the body the records' lifetimes are. */
  readonly lifetimes: readonly number[];
  /** Seconds it may be remembered; 0: not at all. */
  readonly keeps: number;
}

/** The question for a server upstream, under an identifier nobody can guess. */
export function relayed(query: Query, id: number): Buffer {
  const flags = RECURSION_DESIRED | (query.checkingDisabled ? CHECKING_DISABLED : 0);
  return withQuestion(encode({ type: "query", id, flags, additionals: [optionOf(query.edns?.dnssecOk ?? false)] }), query.question);
}

/** What answers to different queries may be shared by. */
export function relayKey({ question, edns, checkingDisabled }: Query): string {
  const { name, kind } = parts(question);
  return `${name} ${kind} ${edns?.dnssecOk ? "do" : ""} ${checkingDisabled ? "cd" : ""}`;
}

const parts = (question: Uint8Array): { name: string; kind: string } => {
  const text = Buffer.from(question).toString("latin1");
  // Of ASCII letters alone, as RFC 4343 has it.
  return { name: text.slice(0, -4).replace(/[A-Z]/g, (letter) => letter.toLowerCase()), kind: text.slice(-4) };
};

/** Reads a server's message; undefined when it is not whole, or no reply to this question under this identifier. */
export function readReply(query: Query, id: number, message: Buffer): Reply | undefined {
  const start = headerLength + query.question.length;
  if (message.length < start || message.readUInt16BE(0) !== id || message.readUInt16BE(4) !== 1) return undefined;
  const flags = message.readUInt16BE(2);
  const [ours, theirs] = [query.question, message.subarray(headerLength, start)].map(parts);
  if ((flags & 0xf800) !== responseFlag || ours?.name !== theirs?.name || ours?.kind !== theirs?.kind) return undefined;
  const [answers, authorities] = [message.readUInt16BE(6), message.readUInt16BE(8)];
  const records = readRecords(message, start, answers + authorities);
  if (!records) return undefined;
  const rcode = Object.entries(rcodes).find(([, code]) => code === (flags & 15))?.[0];
  const lifetimes = records.map(({ lifetime }) => lifetime - start);
  return {
    rcode: isRcode(rcode) ? rcode : "SERVFAIL",
    authentic: (flags & AUTHENTIC_DATA) !== 0,
    truncated: (flags & TRUNCATED_RESPONSE) !== 0,
    answers,
    authorities,
    body: Buffer.from(message.subarray(start, records.at(-1)?.end ?? start)),
    lifetimes,
    keeps: (flags & TRUNCATED_RESPONSE) === 0 ? keeps(message, rcode, records, answers) : 0,
  };
}

const isRcode = (text: string | undefined): text is Rcode => text !== undefined && text in rcodes;

interface RecordSeen {
  readonly type: number;
  /** Where its lifetime is, and where it ends. */
  readonly lifetime: number;
  readonly end: number;
}

function readRecords(message: Buffer, start: number, count: number): RecordSeen[] | undefined {
  const records: RecordSeen[] = [];
  for (let at = start; records.length < count; ) {
    const fixed = endOfAnyName(message, at);
    if (fixed === undefined || fixed + 10 > message.length) return undefined;
    const end = fixed + 10 + message.readUInt16BE(fixed + 8);
    if (end > message.length) return undefined;
    records.push({ type: message.readUInt16BE(fixed), lifetime: fixed + 4, end });
    at = end;
  }
  return records;
}

/** A name ends with the root, or where it points back to another one. */
function endOfAnyName(message: Buffer, at: number): number | undefined {
  for (let place = at; ; ) {
    const length = message[place];
    if (length === undefined) return undefined;
    if (length === 0) return place + 1;
    if (length >= 0xc0) return place + 2;
    if (length > 63) return undefined;
    place += length + 1;
  }
}

const SOA = 6;
/** Nothing is remembered for longer, whatever it says. */
const longest = 86_400;

/** The shortest lifetime of its records; where there is no answer, what the zone says of such (RFC 2308). */
function keeps(message: Buffer, rcode: string | undefined, records: readonly RecordSeen[], answers: number): number {
  if (rcode !== "NOERROR" && rcode !== "NXDOMAIN") return 0;
  const soa = records.find(({ type }) => type === SOA);
  if (answers === 0 && !soa) return 0;
  const limits = answers === 0 && soa ? [message.readUInt32BE(soa.end - 4)] : [];
  // A lifetime with its first bit set means none (RFC 2181).
  const times = [...records.map(({ lifetime }) => message.readUInt32BE(lifetime)), ...limits].map((time) => (time > 0x7fff_ffff ? 0 : time));
  return Math.min(longest, ...times);
}

/** A reply, `age` seconds after it came, as an answer to a query for the same. */
export function writeReply(query: Query, reply: Reply, age: number, limit: number): Buffer {
  const rest = encode({ type: "response", id: query.id, flags: flagsOf(query), additionals: query.edns ? [optionOf(query.edns.dnssecOk)] : [] });
  const option = rest.subarray(headerLength);
  const body = Buffer.from(reply.body);
  for (const at of reply.lifetimes) body.writeUInt32BE(Math.max(0, body.readUInt32BE(at) - age), at);
  const whole = Buffer.concat([withQuestion(rest.subarray(0, headerLength), query.question), body, option]);
  if (whole.length > limit || reply.truncated) return truncated(query, reply.rcode);
  whole.writeUInt16BE(whole.readUInt16BE(2) | rcodes[reply.rcode] | (reply.authentic ? AUTHENTIC_DATA : 0), 2);
  whole.writeUInt16BE(reply.answers, 6);
  whole.writeUInt16BE(reply.authorities, 8);
  return whole;
}
