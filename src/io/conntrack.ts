/** Translated connections of a network namespace: which the kernel remembers, and how it forgets one. */
import type { TranslatedConnection } from "../apply/kernel.ts";
import type { Ip } from "../values/ip.ts";
import { AF_NETLINK, closeFd, recv, send, SOCK_RAW_CLOEXEC, socket, SystemError } from "./libc.ts";
import { type Attribute, attributesOf, messageBytes, messagesOf } from "./netlink-message.ts";

const NETLINK_NETFILTER = 12;
const AF_INET = 2;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const REQUEST = 1;
const ACK = 4;
const DUMP = 0x300;
const subsystem = 1 << 8;
const CONNECTION = { get: subsystem | 1, delete: subsystem | 2, count: subsystem | 5 } as const;
const CTA_STATS_GLOBAL_ENTRIES = 1;
const CTA = { original: 1, reply: 2, status: 3, id: 12, zone: 18, statusMask: 26 } as const;
const TUPLE = { addresses: 1, source: 1, destination: 2 } as const;
/** Bits of a connection's status: its source, or its destination, is another one for who answers. */
const translated = [1 << 4, 1 << 5] as const;
const ENOENT = 2;

/** A connection tracking socket of the calling thread's present namespace. */
export class Conntrack {
  readonly #fd = socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_NETFILTER);
  readonly #buffer = Buffer.alloc(262_144);
  #sequence = 0;

  close(): void {
    closeFd(this.#fd);
  }

  /** All IPv4 connections with a translation, each once. */
  translated(): TranslatedConnection[] {
    const found = new Map<string, TranslatedConnection>();
    // The table is all namespaces': the kernel takes some milliseconds to look for none in it.
    if (this.#count() === 0) return [];
    for (const bit of translated) {
      for (const body of this.#ask(CONNECTION.get, DUMP, [[CTA.status, be32(bit)], [CTA.statusMask, be32(bit)]])) {
        const attributes = attributesOf(body.subarray(4));
        const [original, reply, id] = [CTA.original, CTA.reply, CTA.id].map((type) => attributes.get(type));
        // An older kernel knows no filter by status.
        if (!original || !reply || !id || ((attributes.get(CTA.status)?.readUInt32BE(0) ?? 0) & bit) === 0) continue;
        const zone = attributes.get(CTA.zone);
        const key = { original: Buffer.from(original), id: Buffer.from(id), ...(zone && { zone: Buffer.from(zone) }) };
        found.set(id.toString("hex"), { original: endsOf(original), reply: endsOf(reply), zone: zone?.readUInt16BE(0) ?? 0, key });
      }
    }
    return [...found.values()];
  }

  /** The next packet of it opens a connection. One that is gone already is none to forget. */
  forget({ key: { original, id, zone } }: TranslatedConnection): void {
    const attributes: Attribute[] = [[CTA.original | nested, Buffer.from(original)], [CTA.id, Buffer.from(id)]];
    if (zone) attributes.push([CTA.zone, Buffer.from(zone)]);
    this.#ask(CONNECTION.delete, ACK, attributes);
  }

  /** How many this namespace has; undefined where the kernel doesn't say. */
  #count(): number | undefined {
    const [body] = this.#ask(CONNECTION.count, ACK, []);
    return body && attributesOf(body.subarray(4)).get(CTA_STATS_GLOBAL_ENTRIES)?.readUInt32BE(0);
  }

  #ask(type: number, flags: number, attributes: readonly Attribute[]): Buffer[] {
    const sequence = ++this.#sequence;
    const bytes = messageBytes(type, REQUEST | flags, sequence, Buffer.from([AF_INET, 0, 0, 0]), attributes);
    send(this.#fd, bytes, bytes.length, 0);
    const found: Buffer[] = [];
    for (;;) {
      const length = recv(this.#fd, this.#buffer, this.#buffer.length, 0);
      for (const message of messagesOf(this.#buffer.subarray(0, length))) {
        if (message.sequence !== sequence) continue;
        if (message.type === NLMSG_DONE) return found;
        if (message.type !== NLMSG_ERROR) {
          found.push(Buffer.from(message.body));
          continue;
        }
        const errno = -message.body.readInt32LE(0);
        if (errno === 0 || errno === ENOENT) return found;
        throw new SystemError(`conntrack ${type}`, errno);
      }
    }
  }
}

const nested = 0x8000;

const be32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

function endsOf(tuple: Buffer): { source: Ip; destination: Ip } {
  const addresses = attributesOf(attributesOf(tuple).get(TUPLE.addresses) ?? Buffer.alloc(0));
  const address = (type: number): Ip => ({ family: 4, bits: BigInt(addresses.get(type)?.readUInt32BE(0) ?? 0) });
  return { source: address(TUPLE.source), destination: address(TUPLE.destination) };
}
