/** DHCP's packets (RFC 2131, 2132), read and written. */
import { formatIp } from "../values/ip.ts";

export interface DhcpPacket {
  readonly op: "request" | "reply";
  /** The client's number for its exchange. */
  readonly xid: number;
  readonly secs: number;
  readonly flags: number;
  /** IPv4 addresses: the client's own, the one it gets, and the relay's that passed it on. */
  readonly ciaddr: string;
  readonly yiaddr: string;
  readonly giaddr: string;
  /** The client's MAC address, aa:bb:cc:dd:ee:ff. */
  readonly chaddr: string;
  /** By number; parts of one option are joined (RFC 3396). */
  readonly options: ReadonlyMap<number, Uint8Array>;
}

const at = { op: 0, type: 1, length: 2, xid: 4, secs: 8, flags: 10, ciaddr: 12, yiaddr: 16, giaddr: 24, chaddr: 28, cookie: 236, options: 240 } as const;
const cookie = 0x63825363;
const ethernet = 1;
const macBytes = 6;
const ops = { request: 1, reply: 2 } as const;
const pad = 0;
const end = 255;
const longestPart = 255;
/** What clients of BOOTP's time take for the least. */
const shortest = 300;

/** The packet, or undefined when it is none, or not of Ethernet. */
export function decodeDhcp(bytes: Uint8Array): DhcpPacket | undefined {
  if (bytes.length < at.options) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const op = bytes[at.op] === ops.request ? "request" : bytes[at.op] === ops.reply ? "reply" : undefined;
  if (!op || bytes[at.type] !== ethernet || bytes[at.length] !== macBytes || view.getUint32(at.cookie) !== cookie) return undefined;
  const options = decodeOptions(bytes.subarray(at.options));
  if (!options) return undefined;
  return {
    op,
    xid: view.getUint32(at.xid),
    secs: view.getUint16(at.secs),
    flags: view.getUint16(at.flags),
    ciaddr: addressIn(bytes, at.ciaddr),
    yiaddr: addressIn(bytes, at.yiaddr),
    giaddr: addressIn(bytes, at.giaddr),
    chaddr: Array.from(bytes.subarray(at.chaddr, at.chaddr + macBytes), (byte) => byte.toString(16).padStart(2, "0")).join(":"),
    options,
  };
}

function decodeOptions(bytes: Uint8Array): Map<number, Uint8Array> | undefined {
  const options = new Map<number, Uint8Array>();
  for (let place = 0; place < bytes.length; ) {
    const code = bytes[place++];
    if (code === end || code === undefined) break;
    if (code === pad) continue;
    const length = bytes[place++];
    if (length === undefined || place + length > bytes.length) return undefined;
    const part = bytes.subarray(place, place + length);
    options.set(code, Uint8Array.from([...(options.get(code) ?? []), ...part]));
    place += length;
  }
  return options;
}

/** The IPv4 address in four bytes. */
export const addressIn = (bytes: Uint8Array, place = 0): string =>
  formatIp({ family: 4, bits: BigInt(new DataView(bytes.buffer, bytes.byteOffset + place, 4).getUint32(0)) });

/** The four bytes of an IPv4 address. */
export const addressBytes = (address: string): number[] => address.split(".").map(Number);

/** The packet's bytes, options in the order given. */
export function encodeDhcp({ op, xid, secs, flags, ciaddr, yiaddr, giaddr, chaddr, options }: DhcpPacket): Uint8Array {
  const tail = [...options].flatMap(([code, value]) => parts(code, value));
  const bytes = new Uint8Array(Math.max(shortest, at.options + tail.length + 1));
  const view = new DataView(bytes.buffer);
  bytes.set([ops[op], ethernet, macBytes], at.op);
  view.setUint32(at.xid, xid);
  view.setUint16(at.secs, secs);
  view.setUint16(at.flags, flags);
  bytes.set(addressBytes(ciaddr), at.ciaddr);
  bytes.set(addressBytes(yiaddr), at.yiaddr);
  bytes.set(addressBytes(giaddr), at.giaddr);
  bytes.set(chaddr.split(":").map((byte) => Number.parseInt(byte, 16)), at.chaddr);
  view.setUint32(at.cookie, cookie);
  bytes.set([...tail, end], at.options);
  return bytes;
}

/** An option as one or more parts. */
function parts(code: number, value: Uint8Array): number[] {
  const out: number[] = [];
  for (let place = 0; place === 0 || place < value.length; place += longestPart) {
    const part = value.subarray(place, place + longestPart);
    out.push(code, part.length, ...part);
  }
  return out;
}
