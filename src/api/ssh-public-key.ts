/** Public keys as OpenSSH and RFC 4716 write them. */
import type { KeyType } from "../model/key-pair.ts";
import { fromBase64, toBase64 } from "../values/base64.ts";
import { refuse } from "../values/refuse.ts";
import type { Refusal } from "../values/refuse.ts";
import type { Keys } from "./operation.ts";

export interface PublicKey {
  readonly type: KeyType;
  /** As SSH writes it (RFC 4253, 6.6). */
  readonly blob: Uint8Array;
  /** The exponent and the modulus of an RSA key, as SSH writes such numbers. */
  readonly numbers: readonly Uint8Array[];
}

const badFormat = refuse("InvalidKeyPair.Format", "Key is not in valid OpenSSH public key format");
/** What base64 has none of: many decoders pass over it, and what is left must be a key all the same. */
const foreign = /[^0-9A-Za-z+/=]/g;
const rsaBits = [1024, 2048, 4096];
const ed25519Bytes = 32;

/** Reads a key: an RSA one of 1,024, 2,048 or 4,096 bits, or an Ed25519 one. */
export function parsePublicKey(text: string): PublicKey | Refusal {
  const blob = fromBase64(encodedIn(text.trim())?.replaceAll(foreign, "") ?? "*");
  const [name, ...numbers] = blob ? stringsOf(blob) : [];
  const [first, second] = numbers;
  if (!blob || !name || !first) return badFormat;
  const type = new TextDecoder().decode(name);
  if (type === "ssh-ed25519" && first.length === ed25519Bytes && !second) return { type: "ed25519", blob, numbers };
  if (type !== "ssh-rsa" || !second || numbers.length !== 2) return badFormat;
  const zeros = second[0] === 0 ? 1 : 0;
  return rsaBits.includes((second.length - zeros) * 8) ? { type: "rsa", blob, numbers } : badFormat;
}

/** The base64 in a key's text: its second word, or all lines between RFC 4716's marks but headers. */
function encodedIn(text: string): string | undefined {
  if (!text.startsWith("---- BEGIN SSH2 PUBLIC KEY ----")) return text.split(/\s+/)[1];
  const [, inside] = /^---- BEGIN SSH2 PUBLIC KEY ----\r?\n([^]*)\r?\n---- END SSH2 PUBLIC KEY ----$/.exec(text) ?? [];
  const lines = inside?.replaceAll(/\\\r?\n/g, "").split(/\r?\n/);
  return lines?.filter((line) => !line.includes(":")).join("");
}

/** The strings a blob is made of; none where it is made of anything else. */
function stringsOf(blob: Uint8Array): Uint8Array[] {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const strings: Uint8Array[] = [];
  let at = 0;
  while (at + 4 <= blob.length) {
    const end = at + 4 + view.getUint32(at);
    if (end > blob.length) return [];
    strings.push(blob.subarray(at + 4, end));
    at = end;
  }
  return at === blob.length ? strings : [];
}

/** A tag, the length, the content: DER of one thing. */
function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Uint8Array.from([tag, ...head, ...content.flatMap((part) => [...part])]);
}

const rsaAlgorithm = Uint8Array.from([0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00]);

/** An RSA key as a SubjectPublicKeyInfo (RFC 3279). */
function subjectPublicKeyInfo([exponent = new Uint8Array(), modulus = new Uint8Array()]: readonly Uint8Array[]): Uint8Array {
  const key = der(0x30, der(0x02, modulus), der(0x02, exponent));
  return der(0x30, rsaAlgorithm, der(0x03, Uint8Array.of(0), key));
}

const colons = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(":");

/** How Amazon tells an imported key by: MD5 of the public key, or as OpenSSH does for Ed25519. */
export const importedFingerprint = (keys: Keys, { type, blob, numbers }: PublicKey): string =>
  type === "ed25519" ? toBase64(keys.digest("sha256", blob)) : colons(keys.digest("md5", subjectPublicKeyInfo(numbers)));

/** The same of one that was made here: SHA-1 of the private key. */
export const madeFingerprint = (keys: Keys, key: PublicKey, pkcs8: Uint8Array): string =>
  key.type === "ed25519" ? importedFingerprint(keys, key) : colons(keys.digest("sha1", pkcs8));
