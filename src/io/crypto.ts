import { createHmac, createSecretKey, hash, randomFillSync, timingSafeEqual } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { Crypto } from "../iam/signature.ts";

const sha256 = (data: string | Uint8Array): Buffer => hash("sha256", data, "buffer");

/** The hashes signatures need. */
export const crypto: Crypto = {
  sha256hex: (data) => hash("sha256", data, "hex"),
  hmac: (key, data) => createHmac("sha256", keyOf(key)).update(data).digest(),
  // Hashing first makes the lengths equal, so that nothing is told by them either.
  equal: (a, b) => timingSafeEqual(sha256(a), sha256(b)),
};

/** Making a key ready costs five times what its use does, and signing keys are used again and again. */
const prepared = new WeakMap<Uint8Array, KeyObject>();

function keyOf(key: string | Uint8Array): string | KeyObject {
  if (typeof key === "string") return key;
  const known = prepared.get(key) ?? createSecretKey(key);
  prepared.set(key, known);
  return known;
}

/** Asked of the system at once, since each question has its price. */
const pool = new Uint8Array(8192);
let used = pool.length;

/** `count` random bytes, as lowercase hex. At most 8192. */
export function randomHex(count: number): string {
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = Buffer.from(pool.buffer, used, count);
  used += count;
  const text = bytes.toString("hex");
  // What was given out may be a secret.
  bytes.fill(0);
  return text;
}
