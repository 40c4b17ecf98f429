/** Ethernet frames for tests: whole packets with right checksums, as connection tracking looks at them. */
import { type Ip, widthOf } from "../../src/values/ip.ts";
import type { Sent } from "../conntrack.ts";

export interface FrameSpec extends Sent {
  /** What arrives is recognised by this number in its last four bytes. */
  readonly tag: number;
  /** Bytes of payload before the tag. */
  readonly padding?: number;
}

export const SYN = 2;
export const ACK = 16;
export const RST = 4;
export const FIN = 1;

const ipBytes = (ip: Ip): Buffer => Buffer.from(ip.bits.toString(16).padStart(widthOf(ip.family) / 4, "0"), "hex");

function checksum(...pieces: Buffer[]): number {
  const bytes = Buffer.concat(pieces);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function tagBytes(tag: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(0xba11e7, 0);
  bytes.writeUInt32BE(tag, 4);
  return bytes;
}

/** The transport header and what follows, its checksum not yet in place. */
function unsummed(spec: FrameSpec): { bytes: Buffer; checksumAt?: number } {
  const { protocol, value, sourcePort = 40_000 } = spec;
  const data = Buffer.concat([Buffer.alloc(spec.padding ?? 0), tagBytes(spec.tag)]);
  if (protocol === 6) {
    const header = Buffer.alloc(20);
    header.writeUInt16BE(sourcePort, 0);
    header.writeUInt16BE(value, 2);
    header.writeUInt32BE(1000, 4);
    header.writeUInt8(0x50, 12);
    header.writeUInt8(spec.flags ?? SYN, 13);
    header.writeUInt16BE(64_000, 14);
    return { bytes: Buffer.concat([header, data]), checksumAt: 16 };
  }
  if (protocol === 17) {
    const header = Buffer.alloc(8);
    header.writeUInt16BE(sourcePort, 0);
    header.writeUInt16BE(value, 2);
    header.writeUInt16BE(8 + data.length, 4);
    return { bytes: Buffer.concat([header, data]), checksumAt: 6 };
  }
  if (protocol === 1 || protocol === 58) {
    const header = Buffer.alloc(8);
    header.writeUInt16BE(value, 0);
    header.writeUInt16BE(spec.identifier ?? 7, 4);
    const quoted = spec.about ? packetBytes({ ...spec.about, tag: 0 }) : Buffer.alloc(0);
    return { bytes: Buffer.concat([header, quoted, data]), checksumAt: 2 };
  }
  return { bytes: Buffer.concat([Buffer.alloc(8), data]) };
}

function pseudoHeader({ source, destination, protocol }: FrameSpec, length: number): Buffer {
  if (source.family === 4 && protocol === 1) return Buffer.alloc(0);
  const tail = Buffer.alloc(8);
  tail.writeUInt32BE(length, 0);
  tail.writeUInt32BE(protocol, 4);
  return Buffer.concat([ipBytes(source), ipBytes(destination), tail]);
}

/** The transport header and what follows. */
export function transportBytes(spec: FrameSpec): Buffer {
  const { bytes, checksumAt } = unsummed(spec);
  if (checksumAt !== undefined) bytes.writeUInt16BE(checksum(pseudoHeader(spec, bytes.length), bytes), checksumAt);
  return bytes;
}

/** The IP packet without its frame. */
export function packetBytes(spec: FrameSpec): Buffer {
  const bytes = transportBytes(spec);
  if (spec.source.family === 6) {
    const header = Buffer.alloc(8);
    header.writeUInt32BE(0x60000000, 0);
    header.writeUInt16BE(bytes.length, 4);
    header.writeUInt8(spec.protocol, 6);
    header.writeUInt8(64, 7);
    return Buffer.concat([header, ipBytes(spec.source), ipBytes(spec.destination), bytes]);
  }
  const header = Buffer.alloc(20);
  header.writeUInt16BE(0x4500, 0);
  header.writeUInt16BE(20 + bytes.length, 2);
  header.writeUInt16BE(0x4000, 6);
  header.writeUInt8(64, 8);
  header.writeUInt8(spec.protocol, 9);
  ipBytes(spec.source).copy(header, 12);
  ipBytes(spec.destination).copy(header, 16);
  header.writeUInt16BE(checksum(header), 10);
  return Buffer.concat([header, bytes]);
}

/** The packet as fragments, cut after so many bytes of what follows its IP header (a multiple of eight). */
export function fragmentsOf(spec: FrameSpec, cut: number): [Buffer, Buffer] {
  const whole = packetBytes(spec);
  const [header, body] = spec.source.family === 4 ? [20, whole.subarray(20)] : [40, whole.subarray(40)];
  const [a, b] = [body.subarray(0, cut), body.subarray(cut)];
  if (header === 40) return [fragment6(whole, spec, a, 0, true), fragment6(whole, spec, b, cut, false)];
  return [fragment4(whole, spec, a, 0, true), fragment4(whole, spec, b, cut, false)];
}

function fragment4(whole: Buffer, { tag }: FrameSpec, body: Buffer, offset: number, more: boolean): Buffer {
  const header = Buffer.from(whole.subarray(0, 20));
  header.writeUInt16BE(20 + body.length, 2);
  header.writeUInt16BE(tag & 0xffff, 4);
  header.writeUInt16BE((more ? 0x2000 : 0) | (offset / 8), 6);
  header.writeUInt16BE(0, 10);
  header.writeUInt16BE(checksum(header), 10);
  return Buffer.concat([header, body]);
}

function fragment6(whole: Buffer, { protocol, tag }: FrameSpec, body: Buffer, offset: number, more: boolean): Buffer {
  const header = Buffer.from(whole.subarray(0, 40));
  header.writeUInt16BE(8 + body.length, 4);
  header.writeUInt8(44, 6);
  const extension = Buffer.alloc(8);
  extension.writeUInt8(protocol, 0);
  extension.writeUInt16BE(offset | (more ? 1 : 0), 2);
  extension.writeUInt32BE(tag, 4);
  return Buffer.concat([header, extension, body]);
}

/** A frame from a host to its router. */
export function frameBytes(spec: FrameSpec, sourceMac: string, destinationMac: string, packet = packetBytes(spec)): Buffer {
  const mac = (text: string) => Buffer.from(text.replaceAll(":", ""), "hex");
  const type = spec.source.family === 4 ? Buffer.from([0x08, 0x00]) : Buffer.from([0x86, 0xdd]);
  return Buffer.concat([mac(destinationMac), mac(sourceMac), type, packet]);
}

/** The tag a frame ends with, where it is one of ours. */
export function tagOf(frame: Buffer): number | undefined {
  if (frame.length < 42 || frame.readUInt32BE(frame.length - 8) !== 0xba11e7) return undefined;
  return frame.readUInt32BE(frame.length - 4);
}
