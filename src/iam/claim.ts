import { type Refusal, isRefusal, refuse } from "../values/refuse.ts";
import { type SignedRequest, headerValues, queryPairs } from "./canonical.ts";
import { codesOf } from "./signature-codes.ts";

export interface Scope {
  /** YYYYMMDD */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** What a request says of its own signature; nothing of it has been checked. */
export interface Claim {
  readonly accessKeyId: string;
  readonly scope: Scope;
  /** Lower case, in the order given. */
  readonly signedHeaders: readonly string[];
  /** 64 hex digits. */
  readonly signature: string;
  /** YYYYMMDDTHHMMSSZ */
  readonly date: string;
  /** The same in milliseconds since 1970. */
  readonly signedAt: number;
  readonly sessionToken: string | undefined;
  /** As declared in x-amz-content-sha256. */
  readonly payloadHash: string | undefined;
  /** Seconds a presigned URL is good for; undefined for a signature in the header. */
  readonly expiresSeconds: number | undefined;
}

const algorithm = "AWS4-HMAC-SHA256";
const longestExpiry = 604_800;

const incomplete = (message: string): Refusal => refuse("IncompleteSignature", message);

/** Reads where a request says it is signed: the Authorization header or the query, never both. */
export function readClaim(request: SignedRequest): Refusal | Claim {
  const pairs = queryPairs(request.target);
  if (!pairs) return refuse("MalformedQueryString", "The query string contains a syntax error.");
  const presigned = pairs.some(([name]) => name === "X-Amz-Signature" || name === "X-Amz-Credential");
  const authorization = headerValues(request, "authorization");
  if (authorization.length > 1) return incomplete("The request has more than one Authorization header.");
  const [header] = authorization;
  if (header !== undefined && presigned) {
    return incomplete("Credentials must be in the Authorization header or in the query, not in both.");
  }
  if (header !== undefined) return claimOfHeader(request, header);
  if (presigned) return claimOfQuery(request, pairs);
  return refuse("MissingAuthenticationToken", "Request is missing Authentication Token");
}

function claimOfHeader(request: SignedRequest, header: string): Refusal | Claim {
  if (!header.startsWith(`${algorithm} `)) return incomplete(`The Authorization header must begin with ${algorithm}.`);
  const fields = fieldsOf(header.slice(algorithm.length + 1));
  if (isRefusal(fields)) return fields;
  const [date, ...moreDates] = headerValues(request, "x-amz-date");
  const [token, ...moreTokens] = headerValues(request, "x-amz-security-token");
  const [hash, ...moreHashes] = headerValues(request, "x-amz-content-sha256");
  if (moreDates.length + moreTokens.length + moreHashes.length > 0) {
    return incomplete("The request has more than one of a header that may stand only once.");
  }
  return claimOf({
    credential: fields.get("Credential"),
    signedHeaders: fields.get("SignedHeaders"),
    signature: fields.get("Signature"),
    date: date ?? dateHeader(request),
    sessionToken: token,
    payloadHash: hash,
    expiresSeconds: undefined,
  });
}

/** `name=value` pairs between commas, each name once. */
function fieldsOf(text: string): Refusal | Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.split(",")) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(equals, 0)).trim();
    if (name === "" || fields.has(name)) return incomplete("The Authorization header is malformed.");
    fields.set(name, part.slice(equals + 1).trim());
  }
  return fields;
}

/** The Date header in the basic form of ISO 8601, when there is no x-amz-date. */
function dateHeader(request: SignedRequest): string | undefined {
  const [value] = headerValues(request, "date");
  const date = new Date(value ?? "");
  return Number.isNaN(date.getTime()) ? value : date.toISOString().replace(/[-:]|\.\d+/g, "");
}

function claimOfQuery(request: SignedRequest, pairs: readonly (readonly [string, string])[]): Refusal | Claim {
  const fields = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (!name.startsWith("X-Amz-")) continue;
    if (fields.has(name)) return incomplete(`The query has more than one ${name}.`);
    fields.set(name, value);
  }
  if (fields.get("X-Amz-Algorithm") !== algorithm) return incomplete(`X-Amz-Algorithm must be ${algorithm}.`);
  const expires = fields.get("X-Amz-Expires") ?? "";
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > longestExpiry) {
    return incomplete(`X-Amz-Expires must be a number of seconds from 1 to ${longestExpiry}.`);
  }
  const [headerHash] = headerValues(request, "x-amz-content-sha256");
  return claimOf({
    credential: fields.get("X-Amz-Credential"),
    signedHeaders: fields.get("X-Amz-SignedHeaders"),
    signature: fields.get("X-Amz-Signature"),
    date: fields.get("X-Amz-Date"),
    sessionToken: fields.get("X-Amz-Security-Token"),
    payloadHash: headerHash ?? fields.get("X-Amz-Content-Sha256"),
    expiresSeconds: Number(expires),
  });
}

interface Parts {
  readonly credential: string | undefined;
  readonly signedHeaders: string | undefined;
  readonly signature: string | undefined;
  readonly date: string | undefined;
  readonly sessionToken: string | undefined;
  readonly payloadHash: string | undefined;
  readonly expiresSeconds: number | undefined;
}

function claimOf(parts: Parts): Refusal | Claim {
  const { credential, signedHeaders, signature, date } = parts;
  if (credential === undefined || signedHeaders === undefined || signature === undefined) {
    return incomplete("Authorization requires 'Credential', 'SignedHeaders' and 'Signature' parameters.");
  }
  const signedAt = date === undefined ? undefined : parseDate(date);
  if (date === undefined || signedAt === undefined) {
    return incomplete("Authorization requires existence of either a 'X-Amz-Date' or a 'Date', as YYYYMMDDTHHMMSSZ.");
  }
  const [accessKeyId = "", scopeDate = "", region = "", service = "", terminator = "", ...rest] = credential.split("/");
  if (!/^\w{1,128}$/.test(accessKeyId) || rest.length > 0 || region === "" || service === "") {
    return incomplete("Credential must be 'key/YYYYMMDD/region/service/aws4_request'.");
  }
  const codes = codesOf(service);
  if (terminator !== "aws4_request") {
    return codes.mismatch("Credential should be scoped with a valid terminator: 'aws4_request'.");
  }
  if (!isRegion(region)) return codes.mismatch(`Credential should be scoped to a valid Region, not '${region}'.`);
  return {
    ...parts,
    accessKeyId,
    scope: { date: scopeDate, region, service },
    signedHeaders: signedHeaders.toLowerCase().split(";"),
    signature,
    date,
    signedAt,
  };
}

/** Region names as Amazon forms them: us-east-1, ap-southeast-4, us-gov-west-1. */
const isRegion = (text: string): boolean => /^[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[1-9]\d?$/.test(text);

/** Milliseconds since 1970. */
function parseDate(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
