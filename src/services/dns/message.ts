/** DNS messages (RFC 1035, 6891): a question read, an answer written. */
import { type Answer, CHECKING_DISABLED, decode, type DecodedPacket, encode, type OptAnswer, RECURSION_AVAILABLE, RECURSION_DESIRED, TRUNCATED_RESPONSE } from "dns-packet";

export interface Query {
  readonly id: number;
  readonly recursionDesired: boolean;
  readonly checkingDisabled: boolean;
  /** Name, type and class as they came, octet for octet: clients look for their own upper and lower case in it. */
  readonly question: Uint8Array;
  /** The name as it was asked, for records to be named alike. */
  readonly asked: string;
  /** Lower case, without the final dot; undefined when a label is not of letters, digits, - and _, as all of ours are. */
  readonly name: string | undefined;
  /** Such as AAAA, or UNKNOWN_65400. */
  readonly type: string;
  /** IN, but for curious people. */
  readonly class: string;
  /** Present when the client speaks EDNS: what it takes over UDP, and whether it wants signatures. */
  readonly edns?: { readonly size: number; readonly dnssecOk: boolean };
}

export const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
export type Rcode = keyof typeof rcodes;

export const headerLength = 12;
export const responseFlag = 0x8000;
/** Without EDNS, by RFC 1035. */
const plainSize = 512;
/** What crosses every network in one piece. */
export const ownSize = 1232;
export const largestMessage = 65_535;

/** A query; or the answer to what can't be one; or undefined for what must not be answered at all. */
export function readQuery(message: Buffer): Query | { readonly fault: Buffer } | undefined {
  if (message.length < headerLength) return undefined;
  const flags = message.readUInt16BE(2);
  if ((flags & responseFlag) !== 0) return undefined;
  if (((flags >> 11) & 15) !== 0) return { fault: bare(message, "NOTIMP") };
  const end = endOfName(message, headerLength);
  // Counted before it is decoded: the counts say how much room is made.
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) => message.readUInt16BE(at));
  const counted = questions === 1 && answers === 0 && authorities === 0 && (additionals ?? 0) <= 2;
  const packet = counted && end !== undefined ? tryDecode(message) : undefined;
  const asked = packet?.questions?.[0];
  const options = packet?.additionals?.filter((each): each is OptAnswer => each.type === "OPT") ?? [];
  const [option] = options;
  if (!packet || !asked || end === undefined || options.length > 1 || (option && option.name !== ".")) {
    return { fault: bare(message, "FORMERR") };
  }
  const query: Query = {
    id: message.readUInt16BE(0),
    recursionDesired: packet.flag_rd,
    checkingDisabled: packet.flag_cd,
    question: message.subarray(headerLength, end + 4),
    asked: asked.name,
    name: isHostName(message, headerLength, end) ? asked.name.replace(/^\.$/, "").toLowerCase() : undefined,
    type: asked.type,
    class: asked.class ?? "IN",
    ...(option && { edns: { size: option.udpPayloadSize, dnssecOk: option.flag_do } }),
  };
  return option && option.ednsVersion !== 0 ? { fault: write(query, "NOERROR", [], [], badVersion) } : query;
}

function tryDecode(message: Buffer): DecodedPacket | undefined {
  try {
    return decode(message);
  } catch {
    return undefined;
  }
}

/** Where the name at `at` ends; undefined when it leaves the message or is not written out, as a question's must be. */
function endOfName(message: Buffer, at: number): number | undefined {
  for (let place = at; ; ) {
    const length = message[place];
    if (length === undefined || length > 63) return undefined;
    place += length + 1;
    if (length === 0) return place + 4 <= message.length ? place : undefined;
  }
}

function isHostName(message: Buffer, from: number, end: number): boolean {
  for (let place = from; place < end; ) {
    const length = message[place] ?? 0;
    const label = message.toString("latin1", place + 1, place + 1 + length);
    if (!/^[A-Za-z0-9_-]*$/.test(label)) return false;
    place += length + 1;
  }
  return true;
}

/** The header alone, when what came after it is not understood. */
function bare(message: Buffer, rcode: Rcode): Buffer {
  const kept = message.readUInt16BE(2) & 0x7900;
  const answer = Buffer.alloc(headerLength);
  answer.writeUInt16BE(message.readUInt16BE(0), 0);
  answer.writeUInt16BE(responseFlag | kept | rcodes[rcode], 2);
  return answer;
}

/** The upper eight bits of BADVERS. */
const badVersion = 1;

/** What an answer to the query may be long over UDP. */
export const datagramLimit = ({ edns }: Query): number => Math.min(Math.max(edns?.size ?? plainSize, plainSize), ownSize);

/** An answer of at most `limit` octets; a longer one says so instead, and the client asks again over TCP. */
export function writeAnswer(query: Query, rcode: Rcode, limit: number, answers: Answer[] = [], authorities: Answer[] = []): Buffer {
  const whole = write(query, rcode, answers, authorities);
  return whole.length <= limit ? whole : truncated(query, rcode);
}

export const truncated = (query: Query, rcode: Rcode): Buffer => {
  const answer = write(query, rcode, [], []);
  answer.writeUInt16BE(answer.readUInt16BE(2) | TRUNCATED_RESPONSE, 2);
  return answer;
};

function write(query: Query, rcode: Rcode, answers: Answer[], authorities: Answer[], extendedRcode = 0): Buffer {
  const rest = encode({
    type: "response",
    id: query.id,
    flags: flagsOf(query) | rcodes[rcode],
    answers,
    authorities,
    additionals: query.edns ? [optionOf(query.edns.dnssecOk, extendedRcode)] : [],
  });
  return withQuestion(rest, query.question);
}

/** A message made without its question, with it. The library does not compress, so that nothing in it points anywhere. */
export function withQuestion(rest: Buffer, question: Uint8Array): Buffer {
  const whole = Buffer.concat([rest.subarray(0, headerLength), question, rest.subarray(headerLength)]);
  whole.writeUInt16BE(1, 4);
  return whole;
}

/** RA even where nothing is forwarded: resolvers in C libraries take an empty answer without it for a lame server's. */
export const flagsOf = ({ recursionDesired, checkingDisabled }: Query): number =>
  RECURSION_AVAILABLE | (recursionDesired ? RECURSION_DESIRED : 0) | (checkingDisabled ? CHECKING_DISABLED : 0);

const dnssecOkFlag = 0x8000;

export const optionOf = (dnssecOk: boolean, extendedRcode = 0): OptAnswer => ({
  type: "OPT",
  name: ".",
  udpPayloadSize: ownSize,
  extendedRcode,
  ednsVersion: 0,
  flags: dnssecOk ? dnssecOkFlag : 0,
  flag_do: dnssecOk,
  options: [],
});
