import { fromBase64, toBase64 } from "../../values/base64.ts";
import type { Refusal } from "../../values/refuse.ts";
import { invalid, refuseNumber } from "./constraint.ts";

/** A token says what it is for and where to go on. */
export const writeToken = (topic: string, place: string): string => toBase64(new TextEncoder().encode(`${topic}\n${place}`));

/** Where to go on, undefined when the token is none of the topic's. */
export function readToken(topic: string, token: string): string | undefined {
  const text = new TextDecoder().decode(fromBase64(token));
  return text.startsWith(`${topic}\n`) ? text.slice(topic.length + 1) : undefined;
}

export const badToken = invalid("The specified nextToken is invalid.");

export interface PageRequest {
  readonly limit?: number | undefined;
  readonly nextToken?: string | undefined;
}

/** The most that one call describes, and what it describes when nothing is said. */
export const mostDescribed = 50;

/**
 * The items after the token's, at most as many as asked for; keys are different and grow, or fall when `descending`.
 * Refuses a size that is out of bounds, and a token that is not the topic's.
 */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { limit = mostDescribed, nextToken }: PageRequest,
  topic: string,
  descending = false,
): { readonly items: T[]; readonly next: string | undefined } | Refusal {
  const wrong = refuseNumber(limit, "limit", [1, mostDescribed]);
  if (wrong) return wrong;
  const after = nextToken === undefined ? undefined : readToken(topic, nextToken);
  if (nextToken !== undefined && after === undefined) return badToken;
  const keyed = items.map((item) => ({ item, key: keyOf(item) })).sort((a, b) => (a.key < b.key === descending ? 1 : -1));
  const rest = after === undefined ? keyed : keyed.filter(({ key }) => (descending ? key < after : key > after));
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(({ item }) => item), next: last && shown.length < rest.length ? writeToken(topic, last.key) : undefined };
}

