/** Addresses and prefixes of both families as one value: family is data, never a copied function. */

export type Family = 4 | 6;

/** An address: `bits` is its 32 or 128-bit number, most significant octet first. */
export interface Ip {
  readonly family: Family;
  readonly bits: bigint;
}

/** A prefix in canonical form: host bits of `base` are zero. */
export interface Cidr {
  readonly family: Family;
  readonly base: bigint;
  readonly length: number;
}

export const widthOf = (family: Family): number => (family === 4 ? 32 : 128);

/** Parses dotted quads (no leading zeros, as inet_pton) and RFC 4291 text; undefined when malformed. */
export function parseIp(text: string): Ip | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Ip | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let bits = 0n;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    bits = (bits << 8n) | BigInt(part);
  }
  return { family: 4, bits };
}

function parseIpv6(text: string): Ip | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const groups: bigint[][] = [];
  for (const [index, half] of halves.entries()) {
    const parsed = parseGroups(half, index === halves.length - 1);
    if (!parsed) return undefined;
    groups.push(parsed);
  }
  const [head = [], tail] = groups;
  const known = head.length + (tail?.length ?? 0);
  if (tail === undefined ? known !== 8 : known > 7) return undefined;
  const all = tail === undefined ? head : [...head, ...Array<bigint>(8 - known).fill(0n), ...tail];
  return { family: 6, bits: all.reduce((bits, group) => (bits << 16n) | group, 0n) };
}

/** Colon-separated hextets; the last may be a dotted quad. */
function parseGroups(text: string, last: boolean): bigint[] | undefined {
  if (text === "") return [];
  const out: bigint[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (last && index === parts.length - 1 && part.includes(".")) {
      const quad = parseIpv4(part);
      if (!quad) return undefined;
      out.push(quad.bits >> 16n, quad.bits & 0xffffn);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      out.push(BigInt(`0x${part}`));
    }
  }
  return out;
}

/** Canonical text: dotted quad, or RFC 5952 (lower case, longest run of zeros compressed). */
export function formatIp({ family, bits }: Ip): string {
  if (family === 4) return quadOf(Number(bits));
  const [a, b, c, d] = [wordOf(bits >> 96n), wordOf(bits >> 64n), wordOf(bits >> 32n), wordOf(bits)];
  const groups = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff, c >>> 16, c & 0xffff, d >>> 16, d & 0xffff];
  const zeros = longestZeros(groups);
  let text = "";
  for (let at = 0; at < groups.length; at++) {
    if (at === zeros.from) text += "::";
    if (at >= zeros.from && at < zeros.end) continue;
    if (at > 0 && at !== zeros.end) text += ":";
    text += groups[at]?.toString(16);
  }
  return text;
}

/** The first of the longest runs of two zeros or more; an empty one past the end where there is none. */
function longestZeros(groups: readonly number[]): { readonly from: number; readonly end: number } {
  let longest = { from: groups.length, end: groups.length + 1 };
  for (let from = 0; from < groups.length; from++) {
    let end = from;
    while (groups[end] === 0) end++;
    if (end - from > longest.end - longest.from) longest = { from, end };
    from = end;
  }
  return longest;
}

const quadOf = (bits: number): string => `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;

/** The lower 32 bits, as a number: flow records are told by the hundred thousand, and bigints are slow. */
const wordOf = (bits: bigint): number => Number(bits & 0xffffffffn);

const hostBits = (family: Family, length: number): bigint => (1n << BigInt(widthOf(family) - length)) - 1n;

/** Parses `address/length`, zeroing host bits as Amazon does; undefined when malformed or the length is missing. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const ip = match && parseIp(match[1] ?? "");
  const length = Number(match?.[2]);
  if (!ip || length > widthOf(ip.family)) return undefined;
  return prefixOf(ip, length);
}

/** The prefix of the length that holds the address. */
export const prefixOf = ({ family, bits }: Ip, length: number): Cidr => ({
  family,
  base: bits & ~hostBits(family, length),
  length,
});

export const formatCidr = (cidr: Cidr): string =>
  `${formatIp({ family: cidr.family, bits: cidr.base })}/${cidr.length}`;

export const firstOf = (cidr: Cidr): Ip => ({ family: cidr.family, bits: cidr.base });
export const lastOf = (cidr: Cidr): Ip => ({
  family: cidr.family,
  bits: cidr.base | hostBits(cidr.family, cidr.length),
});

/** Whether two are one address. */
export const sameIp = (a: Ip, b: Ip): boolean => a.family === b.family && a.bits === b.bits;

/** The prefix that holds just this address. */
export const hostCidr = (ip: Ip): Cidr => prefixOf(ip, widthOf(ip.family));

/** Whether the prefix holds the address; never across families. */
export const holds = (cidr: Cidr, ip: Ip): boolean =>
  cidr.family === ip.family && (ip.bits & ~hostBits(cidr.family, cidr.length)) === cidr.base;

/** Whether `outer` holds all of `inner`. */
export const covers = (outer: Cidr, inner: Cidr): boolean =>
  outer.length <= inner.length && holds(outer, firstOf(inner));

export const overlaps = (a: Cidr, b: Cidr): boolean => covers(a, b) || covers(b, a);

export const offset = (ip: Ip, by: number): Ip => ({ family: ip.family, bits: ip.bits + BigInt(by) });

/** Canonical text, such as the model holds, read back. Anything else is a broken invariant, not bad input, and thrown. */
export function ipOf(text: string): Ip {
  const ip = parseIp(text);
  if (!ip) throw new Error(`not an address: ${text}`);
  return ip;
}

/** As ipOf, for prefixes. */
export function cidrOf(text: string): Cidr {
  const cidr = parseCidr(text);
  if (!cidr) throw new Error(`not a prefix: ${text}`);
  return cidr;
}
