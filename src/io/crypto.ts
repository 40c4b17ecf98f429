import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Crypto } from "../iam/signature.ts";

const sha256 = (data: string | Uint8Array): Buffer => createHash("sha256").update(data).digest();

/** The hashes signatures need. */
export const crypto: Crypto = {
  sha256hex: (data) => sha256(data).toString("hex"),
  hmac: (key, data) => createHmac("sha256", key).update(data).digest(),
  // Hashing first makes the lengths equal, so that nothing is told by them either.
  equal: (a, b) => timingSafeEqual(sha256(a), sha256(b)),
};

/** `count` random bytes, as lowercase hex. */
export const randomHex = (count: number): string => randomBytes(count).toString("hex");
