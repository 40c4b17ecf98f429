import { fromBase64, toBase64 } from "../values/base64.ts";
import { refuse } from "../values/refuse.ts";
import type { Refusal } from "../values/refuse.ts";

export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** The smallest and largest MaxResults of a call. */
export type Bounds = readonly [number, number];

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page starts; undefined on the last one. */
  readonly next: string | undefined;
}

/** The key a token stands for, or the refusal of a page request that can't be served. `topic` ties a token to its call. */
export function parsePageRequest(
  { MaxResults, NextToken }: PageRequest,
  [least, most]: Bounds,
  topic: string,
): { after: string; size: number } | Refusal {
  const wrong = (bound: string) =>
    refuse("InvalidParameterValue", `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value ${bound}.`);
  if (MaxResults !== undefined && MaxResults < least) return wrong(`greater than ${least}`);
  if (MaxResults !== undefined && MaxResults > most) return wrong(`less than or equal to ${most}`);
  const after = NextToken === undefined || NextToken === "" ? "" : readToken(NextToken, topic);
  if (after === undefined) return refuse("InvalidNextToken", `The token '${NextToken}' is invalid`);
  return { after, size: MaxResults ?? Infinity };
}

/**
 * The items after the token's key, at most the size asked for. Pages are cut by key and not by count, so what is made
 * or deleted between two calls neither repeats nor hides anything else.
 */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { after, size }: { after: string; size: number },
  topic: string,
): Page<T> {
  const rest = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => key > after)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const shown = rest.slice(0, size);
  const last = shown.at(-1);
  return {
    items: shown.map(({ item }) => item),
    next: last && shown.length < rest.length ? writeToken(last.key, topic) : undefined,
  };
}

const separator = "\n";
const writeToken = (key: string, topic: string): string =>
  toBase64(new TextEncoder().encode(`${topic}${separator}${key}`));

function readToken(token: string, topic: string): string | undefined {
  const text = new TextDecoder().decode(fromBase64(token));
  return text.startsWith(`${topic}${separator}`) ? text.slice(topic.length + separator.length) : undefined;
}
