/**
 * Reads the counts of flows out of a namespace's sets, and resets each as it is read: what is counted meanwhile is in the
 * next reading. Netlink's own messages, as a listing by nft takes eighty microseconds an element.
 *
 * An element that does not fit into a message any more is put into the next; but when there was room for its key, the
 * kernel has reset its counter by then (seen on 6.18). So messages have a length that leaves no such room.
 */
import { keptSeconds, type Table, tables } from "../compile/count.ts";
import type { Field } from "../compile/rule.ts";
import type { Ip } from "../values/ip.ts";
import { AF_NETLINK, closeFd, recv, send, setsockopt, SOCK_RAW_CLOEXEC, socket, SystemError } from "./libc.ts";
import { messageBytes } from "./netlink-message.ts";

const NETLINK_NETFILTER = 12;
const NFPROTO_INET = 1;
const REQUEST = 1;
const DUMP = 0x300;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const subsystem = 10 << 8;
const NEWTABLE = subsystem | 0;
const GETTABLE = subsystem | 1;
const NEWSETELEM = subsystem | 12;
const GETSETELEM_RESET = subsystem | 33;
const NEWOBJ = subsystem | 18;
const GETOBJ_RESET = subsystem | 21;
const LIST = { table: 1, set: 2, elements: 3 } as const;
const ELEMENT = { key: 1, expiration: 5, expression: 7 } as const;
const COUNTER = { bytes: 1, packets: 2 } as const;
const TABLE = { name: 1, handle: 4 } as const;
const OBJECT = { table: 1, name: 2, type: 3, data: 4 } as const;
const NFT_OBJECT_COUNTER = 1;
const ENOENT = 2;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const queueBytes = 4 * 1024 * 1024;

/** One element as it was read. */
export interface Reading {
  /** The key's first field where it is a device's number or a mark. */
  readonly by: number;
  readonly source: Ip;
  readonly destination: Ip;
  /** 0 where the protocol has none. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly protocol: number;
  /** Of a table of flags. */
  readonly flags: number;
  readonly packets: number;
  readonly bytes: number;
  /** Milliseconds since the last packet. */
  readonly idle: number;
}

const align = (length: number): number => (length + 3) & ~3;
const attribute = (payload: number): number => align(4 + payload);
const nlmsghdr = 16;

/** Octets of what comes before the elements, of an element up to its counter, and of a whole one, which never differ in a table. */
const headed = ({ name }: Table): number => nlmsghdr + 4 + attribute("bailey".length + 1) + attribute(name.length + 1) + attribute(0);
const keyed = ({ key, family }: Table): number =>
  attribute(0) + attribute(attribute(key.reduce((sum, field) => sum + octetsOf(field, family), 0))) + attribute(0) + attribute("counter".length + 1);
const whole = (table: Table): number => keyed(table) + attribute(attribute(8) + attribute(8)) + attribute(8);
const octetsOf = (field: Field, family: 4 | 6): number => (family === 6 && /^[sd]addr/.test(field) ? 16 : 4);

/** The longest that a dump's messages are, but for what the kernel keeps for itself of 32 KiB. */
const longestMessage = 32_000;
/** What is left over of a message is too little for another key, in every table. */
const messageLength = longestFitting(longestMessage);

function longestFitting(length: number): number {
  return tables.every((table) => (length - headed(table)) % whole(table) < keyed(table)) ? length : longestFitting(length - 4);
}

/** A netfilter socket of the calling thread's present network namespace. */
export class FlowCounts {
  readonly #fd = socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_NETFILTER);
  readonly #buffer = Buffer.alloc(messageLength);
  #sequence = 0;
  #torn = 0;

  constructor() {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(queueBytes);
    try {
      setsockopt(this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, size, 4);
    } catch {
      // Without the privilege the default has to do: a dump waits for its reader.
    }
    // The kernel makes messages as long as what the last one was received with.
    this.handle();
  }

  close(): void {
    closeFd(this.#fd);
  }

  /** Every element that counted something since it was last read. Nothing where there is no such set. */
  *read(table: Table): Generator<Reading> {
    let roomFor = 0;
    for (const body of this.#dump(GETSETELEM_RESET, NEWSETELEM, [[LIST.table, "bailey"], [LIST.set, table.name]])) {
      // The last message of a dump says nothing.
      if (roomFor >= keyed(table) && body.length + nlmsghdr > headed(table)) this.#torn++;
      roomFor = messageLength - nlmsghdr - body.length;
      for (const [type, from, to] of attributes(body, 4, body.length)) {
        if (type !== LIST.elements) continue;
        for (const [, start, end] of attributes(body, from, to)) {
          const reading = readElement(body, start, end, table);
          if (reading && reading.packets > 0) yield reading;
        }
      }
    }
  }

  /** How many elements may have lost what they counted, as the kernel made messages of another length; begins at 0 again. */
  torn(): number {
    const torn = this.#torn;
    this.#torn = 0;
    return torn;
  }

  /** The number of the table in force: one that replaces it has another, and begins to count at 0. Undefined where there is none. */
  handle(): bigint | undefined {
    let handle: bigint | undefined;
    for (const body of this.#dump(GETTABLE, NEWTABLE, [])) {
      let [own, number] = ["", 0n];
      for (const [type, from, to] of attributes(body, 4, body.length)) {
        if (type === TABLE.name) own = body.toString("latin1", from, to - 1);
        if (type === TABLE.handle) number = body.readBigUInt64BE(from);
      }
      if (own === "bailey") handle = number;
    }
    return handle;
  }

  /** A named counter's packets, which begin at 0 again. */
  tally(name: string): number {
    for (const body of this.#dump(GETOBJ_RESET, NEWOBJ, [[OBJECT.table, "bailey"], [OBJECT.type, be32(NFT_OBJECT_COUNTER)]])) {
      let [own, packets] = ["", 0];
      for (const [type, from, to] of attributes(body, 4, body.length)) {
        if (type === OBJECT.name) own = body.toString("latin1", from, to - 1);
        if (type === OBJECT.data) packets = counterIn(body, from, to).packets;
      }
      if (own === name) return packets;
    }
    return 0;
  }

  *#dump(type: number, answer: number, wanted: Parameters<typeof messageBytes>[4]): Generator<Buffer> {
    const sequence = ++this.#sequence;
    const request = messageBytes(type, REQUEST | DUMP, sequence, Buffer.from([NFPROTO_INET, 0, 0, 0]), wanted);
    send(this.#fd, request, request.length, 0);
    for (;;) {
      const length = recv(this.#fd, this.#buffer, this.#buffer.length, 0);
      for (let at = 0; at + 16 <= length; ) {
        const size = this.#buffer.readUInt32LE(at);
        const kind = this.#buffer.readUInt16LE(at + 4);
        const own = this.#buffer.readUInt32LE(at + 8) === sequence;
        if (own && kind === NLMSG_DONE) return;
        if (own && kind === NLMSG_ERROR) {
          const errno = -this.#buffer.readInt32LE(at + 16);
          if (errno === ENOENT) return;
          throw new SystemError("netfilter dump", errno);
        }
        if (own && kind === answer) yield this.#buffer.subarray(at + 16, at + size);
        at += align(size);
      }
    }
  }
}

const be32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** Attributes between two places, as [type, start, end] of their payloads. */
function* attributes(bytes: Buffer, from: number, to: number): Generator<readonly [type: number, start: number, end: number]> {
  for (let at = from; at + 4 <= to; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4) return;
    yield [bytes.readUInt16LE(at + 2) & 0x3fff, at + 4, at + length];
    at += align(length);
  }
}

function readElement(bytes: Buffer, from: number, to: number, table: Table): Reading | undefined {
  let [key, counter, idle] = [-1, { packets: 0, bytes: 0 }, 0];
  for (const [type, start, end] of attributes(bytes, from, to)) {
    // The key is nested once more, as a value.
    if (type === ELEMENT.key) key = start + 4;
    else if (type === ELEMENT.expiration) idle = Math.max(0, keptSeconds * 1000 - Number(bytes.readBigUInt64BE(start)));
    else if (type === ELEMENT.expression) counter = expressionCounter(bytes, start, end);
  }
  return key < 0 ? undefined : { ...readKey(bytes, key, table), ...counter, idle };
}

/** An expression's data is its second attribute. */
function expressionCounter(bytes: Buffer, from: number, to: number): { packets: number; bytes: number } {
  for (const [type, start, end] of attributes(bytes, from, to)) if (type === 2) return counterIn(bytes, start, end);
  return { packets: 0, bytes: 0 };
}

function counterIn(bytes: Buffer, from: number, to: number): { packets: number; bytes: number } {
  let [packets, octets] = [0, 0];
  for (const [type, start] of attributes(bytes, from, to)) {
    const value = Number(bytes.readBigUInt64BE(start));
    if (type === COUNTER.packets) packets = value;
    if (type === COUNTER.bytes) octets = value;
  }
  return { packets, bytes: octets };
}

/** A key's fields, each at a multiple of four octets. */
function readKey(bytes: Buffer, at: number, { key, family, protocol }: Table): Omit<Reading, "packets" | "bytes" | "idle"> {
  let [by, sourcePort, destinationPort, number, flags] = [0, 0, 0, protocol ?? 0, 0];
  let [source, destination] = [nobody, nobody];
  for (const field of key) {
    if (field === "iifIndex" || field === "mark") by = bytes.readUInt32LE(at);
    else if (field === "sport") sourcePort = bytes.readUInt16BE(at);
    else if (field === "port") destinationPort = bytes.readUInt16BE(at);
    else if (field === "protocol") number = bytes.readUInt8(at);
    else if (field === "flags") flags = bytes.readUInt8(at);
    else if (field.startsWith("saddr")) source = readIp(bytes, at, family);
    else destination = readIp(bytes, at, family);
    at += octetsOf(field, family);
  }
  return { by, source, destination, sourcePort, destinationPort, protocol: number, flags };
}

const nobody: Ip = { family: 4, bits: 0n };

function readIp(bytes: Buffer, at: number, family: 4 | 6): Ip {
  if (family === 4) return { family, bits: BigInt(bytes.readUInt32BE(at)) };
  return { family, bits: (bytes.readBigUInt64BE(at) << 64n) | bytes.readBigUInt64BE(at + 8) };
}
