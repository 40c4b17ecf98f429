/**
 * Signature Version 4, the verifying side: in the Authorization header or in the query of a presigned URL. Pure: keys,
 * hashes and the time are arguments.
 */
import { type Refusal, refuse } from "../values/refuse.ts";
import type { Claim } from "./claim.ts";
import { type SignedRequest, canonicalRequest, headerValues } from "./canonical.ts";
import { type SignatureCodes, codesOf } from "./signature-codes.ts";

export interface Crypto {
  /** SHA-256, lowercase hex. */
  sha256hex(data: string | Uint8Array): string;
  /** HMAC-SHA-256. */
  hmac(key: string | Uint8Array, data: string): Uint8Array;
  /** Compares in a time that doesn't tell where the texts differ. */
  equal(a: string, b: string): boolean;
}

/** What is known of an access key. Temporary credentials have a session token and an end (ISO 8601). */
export interface AccessKey {
  readonly secret: string;
  readonly account: string;
  /** Who signs with it, as an ARN. */
  readonly principal: string;
  readonly sessionToken?: string;
  readonly expires?: string;
}

/** A caller whose signature held, and the scope it signed for. */
export interface Caller {
  readonly accessKeyId: string;
  readonly account: string;
  readonly principal: string;
  readonly region: string;
  readonly service: string;
}

export interface Verifier {
  readonly crypto: Crypto;
  lookup(accessKeyId: string): AccessKey | undefined;
}

/** How far a client's clock may be off, either way. */
const skewMs = 15 * 60 * 1000;

/**
 * Verifies what a request claims of its signature at the time `now` (milliseconds since 1970). Refuses with
 * RequestExpired, or what the service calls an unknown key, a wrong signature and an expired token.
 */
export function verifySignature(
  request: SignedRequest,
  claim: Claim,
  verifier: Verifier,
  now: number,
): Refusal | Caller {
  const { scope } = claim;
  const codes = codesOf(scope.service);
  const key = verifier.lookup(claim.accessKeyId);
  if (!key) return codes.unknownKey();
  const refusal =
    refuseHeaders(request, claim, codes) ??
    refuseTime(claim, now, codes) ??
    refusePayload(request, claim, verifier.crypto, codes) ??
    refuseSignature(request, claim, key, verifier.crypto, codes) ??
    refuseToken(claim, key, verifier.crypto, now, codes);
  if (refusal) return refusal;
  const { account, principal } = key;
  return { accessKeyId: claim.accessKeyId, account, principal, region: scope.region, service: scope.service };
}

/** What a proxy could change without being noticed must be signed: the host, and all that speaks to AWS. */
function refuseHeaders(request: SignedRequest, claim: Claim, codes: SignatureCodes): Refusal | undefined {
  if (!claim.signedHeaders.includes("host")) {
    return codes.mismatch("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  }
  for (const [name] of request.headers) {
    const lower = name.toLowerCase();
    if (lower.startsWith("x-amz-") && !claim.signedHeaders.includes(lower)) {
      return codes.mismatch(`'${lower}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
  }
  const absent = claim.signedHeaders.find((name) => headerValues(request, name).length === 0);
  return absent === undefined ? undefined : codes.mismatch(`The signed header '${absent}' is not in the request.`);
}

function refuseTime(claim: Claim, now: number, codes: SignatureCodes): Refusal | undefined {
  const { date, signedAt, scope } = claim;
  if (date.slice(0, 8) !== scope.date) {
    return codes.mismatch("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP");
  }
  const end = signedAt + (claim.expiresSeconds ?? 0) * 1000 + skewMs;
  if (now > end) return refuse("RequestExpired", `Request has expired. Signed ${date}, now ${compact(now)}.`);
  if (signedAt - skewMs > now) return refuse("RequestExpired", `Signature not yet current: ${date}, now ${compact(now)}.`);
  return undefined;
}

const compact = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, "");

/** A hash the client declares must be that of the body it sent. */
function refusePayload(
  request: SignedRequest,
  claim: Claim,
  crypto: Crypto,
  codes: SignatureCodes,
): Refusal | undefined {
  const { payloadHash } = claim;
  if (payloadHash === undefined || payloadHash === "UNSIGNED-PAYLOAD") return undefined;
  if (crypto.equal(payloadHash, crypto.sha256hex(request.body))) return undefined;
  return codes.mismatch("The provided 'x-amz-content-sha256' header does not match what was computed.");
}

function refuseSignature(
  request: SignedRequest,
  claim: Claim,
  key: AccessKey,
  crypto: Crypto,
  codes: SignatureCodes,
): Refusal | undefined {
  const payloadHash = claim.payloadHash ?? crypto.sha256hex(request.body);
  const canonical = canonicalRequest(request, claim.signedHeaders, payloadHash);
  const { date, region, service } = claim.scope;
  const scope = `${date}/${region}/${service}/aws4_request`;
  const stringToSign = `AWS4-HMAC-SHA256\n${claim.date}\n${scope}\n${crypto.sha256hex(canonical)}`;
  const signature = toHex(crypto.hmac(signingKey(key, scope, crypto), stringToSign));
  if (crypto.equal(signature, claim.signature)) return undefined;
  return codes.mismatch(
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.",
  );
}

/** What was derived from a key, by scope. A client needs few; one that invents scopes makes us derive anew. */
const derived = new WeakMap<AccessKey, Map<string, Uint8Array>>();
const mostScopes = 64;

function signingKey(key: AccessKey, scope: string, crypto: Crypto): Uint8Array {
  const known = derived.get(key) ?? new Map<string, Uint8Array>();
  derived.set(key, known);
  const before = known.get(scope);
  if (before) return before;
  const [date = "", ...parts] = scope.split("/");
  const made = parts.reduce((signing, part) => crypto.hmac(signing, part), crypto.hmac(`AWS4${key.secret}`, date));
  if (known.size >= mostScopes) known.clear();
  known.set(scope, made);
  return made;
}

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Temporary keys need their token, long-lived ones may not have any. */
function refuseToken(
  claim: Claim,
  key: AccessKey,
  crypto: Crypto,
  now: number,
  codes: SignatureCodes,
): Refusal | undefined {
  const { sessionToken, expires } = key;
  const matches =
    sessionToken === undefined || claim.sessionToken === undefined
      ? sessionToken === claim.sessionToken
      : crypto.equal(sessionToken, claim.sessionToken);
  if (!matches) return codes.unknownKey();
  return expires !== undefined && Date.parse(expires) <= now ? codes.expiredToken() : undefined;
}
