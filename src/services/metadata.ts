/** The instance metadata service, versions 1 and 2: what it answers an interface. */
import type { NetworkInterface } from "../model/resource.ts";
import type { World } from "../model/world.ts";
import type { Family } from "../values/ip.ts";
import { follow, isFolder } from "./metadata/place.ts";
import { type Subject, subjectOf } from "./metadata/subject.ts";
import type { Tokens } from "./metadata/token.ts";
import { listing, treeOf } from "./metadata/tree.ts";

export interface MetadataRequest {
  readonly method: string;
  /** The request's target as it was sent. */
  readonly path: string;
  /** By name, in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The family of the address it was sent to. */
  readonly family: Family;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface MetadataResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Where it may travel no further than so many hops. */
  readonly hopLimit?: number;
}

const tokenHeader = "x-aws-ec2-metadata-token";
const secondsHeader = "x-aws-ec2-metadata-token-ttl-seconds";
const longestSeconds = 21_600;

const reasons: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  503: "Service Unavailable",
};

/** An answer without what was asked for. */
export function failure(status: number, headers: Readonly<Record<string, string>> = {}): MetadataResponse {
  const title = `${status} - ${reasons[status] ?? "Error"}`;
  const body = `<?xml version="1.0" encoding="iso-8859-1"?>
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${title}</title>
 </head>
 <body>
  <h1>${title}</h1>
 </body>
</html>
`;
  return { status, headers: { "content-type": "text/html", ...headers }, body };
}

const success = (body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): MetadataResponse => ({
  status: 200,
  headers: { "content-type": typeof body === "string" ? "text/plain" : "application/octet-stream", ...headers },
  body,
});

/** What the service answers a request that came from the interface: about its own instance, and no other. */
export function answerMetadata(world: World, asking: NetworkInterface, request: MetadataRequest, tokens: Tokens): MetadataResponse {
  const subject = subjectOf(world, asking);
  if (!subject) return failure(404);
  const { endpoint, ipv6 } = subject.options;
  if (!endpoint || (request.family === 6 && !ipv6)) return failure(403);
  const path = parsePath(request.path);
  if (!path) return failure(400);
  const [version, ...rest] = path;
  const isToken = rest.length === 2 && rest[0] === "api" && rest[1] === "token";
  if (isToken && version === "latest") return request.method === "PUT" ? giveToken(subject, request, tokens) : failure(405, { allow: "PUT" });
  // Amazon's answer: tokens of old versions were never to be had.
  if (isToken && request.method === "PUT") return failure(403);
  if (request.method !== "GET" && request.method !== "HEAD") return failure(405, { allow: "GET, HEAD" });
  return read(subject, path, request, tokens);
}

/** The names in a path, each decoded; undefined when it can't be. Repeated slashes are one, as Amazon has it. */
function parsePath(target: string): string[] | undefined {
  const [path = ""] = target.split(/[?#]/, 1);
  if (!path.startsWith("/")) return undefined;
  try {
    return path.split("/").filter((name) => name !== "").map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** A token to ask with. A proxy says whom it asks for: to such, none is given. */
function giveToken({ instance, options }: Subject, { headers, now }: MetadataRequest, tokens: Tokens): MetadataResponse {
  if (headers["x-forwarded-for"] !== undefined) return failure(403);
  const text = headers[secondsHeader];
  const seconds = typeof text === "string" && /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > longestSeconds) return failure(400);
  return {
    ...success(tokens.mint(instance.id, seconds, now), { [secondsHeader]: String(seconds) }),
    hopLimit: options.hopLimit,
  };
}

function read(subject: Subject, path: readonly string[], { headers, now }: MetadataRequest, tokens: Tokens): MetadataResponse {
  const token = headers[tokenHeader];
  const left = typeof token === "string" ? tokens.secondsLeft(subject.instance.id, token, now) : undefined;
  if (left === undefined && (token !== undefined || subject.options.tokens === "required")) return failure(401);
  const place = follow(treeOf(subject), path);
  const body = isFolder(place) ? listing(place, path.length) : place;
  if (body === undefined || (isFolder(place) && body === "")) return failure(404);
  return success(body, left === undefined ? {} : { [secondsHeader]: String(left) });
}
