/**
 * Packets as lines, as tests say them and as frames are read: `tcp 10.0.0.10:40000 > 203.0.113.1:443 S`,
 * `udp [2001:db8::a]:40000 > [2001:db8::1]:53`, `icmp 10.0.0.10 > 10.0.1.10 8/0 #7`, `proto47 10.0.0.10 > 10.0.1.10`. An
 * ICMP error ends with what it is about: `icmp 198.51.100.7 > 10.0.0.10 3/4 about (udp …)`.
 */
import { formatIp, type Family, type Ip } from "../../src/values/ip.ts";
import { ICMP, ICMPV6, TCP, UDP } from "../../src/values/protocol.ts";
import type { Sent } from "../conntrack.ts";
import { ip } from "../network.ts";

const names: Readonly<Record<number, string>> = { [TCP]: "tcp", [UDP]: "udp", [ICMP]: "icmp", [ICMPV6]: "icmp6" };
const numbers = new Map(Object.entries(names).map(([number, name]) => [name, Number(number)]));
const flagLetters = ["F", "S", "R", "P", "A"] as const;

const line = /^(\S+) (\S+) > (\S+)(?: (\d+)\/(\d+)(?: #(\d+))?(?: about \((.*)\))?)?(?: ([SARFP]+))?$/;

/** A packet from its line; fails when it is none. */
export function parsePacket(text: string): Sent {
  const [, name = "", from = "", to = "", type, code, identifier, about, flags] = line.exec(text) ?? [];
  const protocol = numbers.get(name) ?? Number(/^proto(\d+)$/.exec(name)?.[1]);
  if (Number.isNaN(protocol)) throw new Error(`not a packet: ${text}`);
  const [source, destination] = [placeOf(from), placeOf(to)];
  return {
    source: source.address,
    destination: destination.address,
    protocol,
    sourcePort: source.port,
    value: type === undefined ? destination.port : (Number(type) << 8) | Number(code),
    ...(identifier !== undefined && { identifier: Number(identifier) }),
    ...(flags !== undefined && { flags: flagLetters.reduce((sum, letter, bit) => sum | (flags.includes(letter) ? 1 << bit : 0), 0) }),
    ...(about !== undefined && { about: parsePacket(about) }),
  };
}

/** `10.0.0.10`, `10.0.0.10:80`, `2001:db8::a`, `[2001:db8::a]:80`. */
function placeOf(text: string): { readonly address: Ip; readonly port: number } {
  const [, six, four, port] = /^(?:\[(.*)\]|([\d.]+)):(\d+)$/.exec(text) ?? [undefined, undefined, text, "0"];
  return { address: ip(six ?? four ?? ""), port: Number(port) };
}

const place = (address: Ip, port?: number): string => {
  const text = formatIp(address);
  return port === undefined ? text : `${address.family === 6 ? `[${text}]` : text}:${port}`;
};

/** The line of a frame's packet; undefined where it has none. */
export function readFrame(frame: Buffer): string | undefined {
  const type = frame.readUInt16BE(12);
  return type === 0x0800 || type === 0x86dd ? readPacket(frame.subarray(14)) : undefined;
}

function readPacket(bytes: Buffer): string {
  const family: Family = bytes.readUInt8(0) >> 4 === 4 ? 4 : 6;
  const address = (from: number, to: number): Ip => ({ family, bits: BigInt(`0x${bytes.subarray(from, to).toString("hex")}`) });
  const [source, destination] = family === 4 ? [address(12, 16), address(16, 20)] : [address(8, 24), address(24, 40)];
  const protocol = bytes.readUInt8(family === 4 ? 9 : 6);
  const body = bytes.subarray(family === 4 ? (bytes.readUInt8(0) & 15) * 4 : 40);
  const name = names[protocol] ?? `proto${protocol}`;
  if (protocol === TCP || protocol === UDP) {
    const ends = `${name} ${place(source, body.readUInt16BE(0))} > ${place(destination, body.readUInt16BE(2))}`;
    const flags = protocol === TCP && body.length > 13 ? body.readUInt8(13) : 0;
    const letters = ["S", "F", "R", "P", "A"].filter((letter) => flags & (1 << flagLetters.findIndex((each) => each === letter))).join("");
    return letters === "" ? ends : `${ends} ${letters}`;
  }
  const ends = `${name} ${place(source)} > ${place(destination)}`;
  if (protocol !== ICMP && protocol !== ICMPV6) return ends;
  const [kind, code] = [body.readUInt8(0), body.readUInt8(1)];
  const isError = protocol === ICMP ? [3, 11, 12].includes(kind) : kind < 128;
  return `${ends} ${kind}/${code} ${isError ? `about (${readPacket(body.subarray(8))})` : `#${body.readUInt16BE(4)}`}`;
}

/** What the one who got a packet answers. */
export function answerTo(text: string): string {
  const [, name = "", from = "", to = "", , , identifier, , flags] = line.exec(text) ?? [];
  const ends = `${name} ${to} > ${from}`;
  if (name === "tcp") return `${ends} ${flags === "S" ? "SA" : "A"}`;
  return identifier === undefined ? ends : `${ends} ${name === "icmp" ? "0/0" : "129/0"} #${identifier}`;
}
