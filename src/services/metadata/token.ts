/** Session tokens: an end and a proof, so that nothing has to be remembered of those given out. */
import { fromBase64, toBase64 } from "../../values/base64.ts";

export interface TokenCrypto {
  /** HMAC-SHA-256. */
  hmac(key: string | Uint8Array, data: string): Uint8Array;
  /** Compares in a time that doesn't tell where the texts differ. */
  equal(a: string, b: string): boolean;
}

export interface Tokens {
  /** A token for the instance that is good for `seconds` from `now` (milliseconds). */
  mint(instance: string, seconds: number, now: number): string;
  /** How many seconds the instance's token is still good for; undefined when it is none of its tokens, or over. */
  secondsLeft(instance: string, token: string, now: number): number | undefined;
}

/** Eight bytes of end, in milliseconds, and 32 of proof. */
const endBytes = 8;
const tokenLength = 56;

/** Tokens proved with a secret: whoever holds the same one knows them. */
export function openTokens({ hmac, equal }: TokenCrypto, secret: Uint8Array): Tokens {
  const tokenOf = (instance: string, end: number): string => {
    const bytes = new Uint8Array(endBytes + 32);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(end));
    bytes.set(hmac(secret, `${instance} ${end}`), endBytes);
    return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_");
  };
  return {
    mint: (instance, seconds, now) => tokenOf(instance, now + seconds * 1000),
    secondsLeft(instance, token, now) {
      const end = token.length === tokenLength ? endOf(token) : undefined;
      if (end === undefined || !equal(token, tokenOf(instance, end))) return undefined;
      const left = Math.ceil((end - now) / 1000);
      return left > 0 ? left : undefined;
    },
  };
}

/** What the token says of its end. */
function endOf(token: string): number | undefined {
  const bytes = fromBase64(token.replaceAll("-", "+").replaceAll("_", "/"));
  const end = bytes && new DataView(bytes.buffer).getBigUint64(0);
  return end !== undefined && end <= Number.MAX_SAFE_INTEGER ? Number(end) : undefined;
}
