/** A request as it stood on the wire, and the text a signature is made over. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** As sent: names in any case, in order, repeated names kept. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** All values of a header; the name is lower case. */
export const headerValues = (request: SignedRequest, name: string): string[] =>
  request.headers.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value);

/** Decoded name-value pairs of the query, or undefined when an escape is no UTF-8. */
export function queryPairs(target: string): (readonly [string, string])[] | undefined {
  const mark = target.indexOf("?");
  if (mark < 0) return [];
  try {
    return target
      .slice(mark + 1)
      .split("&")
      .filter((part) => part !== "")
      .map((part) => {
        const [name = "", ...value] = part.split("=");
        return [decodeQuery(name), decodeQuery(value.join("="))] as const;
      });
  } catch {
    return undefined;
  }
}

/** A client may write a space as plus; what it signed is %20. */
const decodeQuery = (text: string): string => decodeURIComponent(text.replaceAll("+", " "));

/** Percent-encodes everything but RFC 3986's unreserved characters. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** The canonical request of Signature Version 4. `payloadHash` goes in as it is. */
export function canonicalRequest(
  request: SignedRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  const headers = signedHeaders.map((name) => `${name}:${headerValues(request, name).map(collapse).join(",")}\n`);
  return [
    request.method,
    canonicalPath(request.target.split("?", 1)[0] ?? ""),
    canonicalQuery(queryPairs(request.target) ?? []),
    headers.join(""),
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
}

const collapse = (value: string): string => value.trim().replace(/ +/g, " ");

/** Dot segments removed (RFC 3986 section 5.2.4), empty segments too; the path as sent is encoded once more. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(encode(segment));
  }
  const directory = segments.length > 0 && /\/(?:\.{0,2})$/.test(path);
  return `/${segments.join("/")}${directory ? "/" : ""}`;
}

function canonicalQuery(pairs: readonly (readonly [string, string])[]): string {
  return pairs
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
