import type { Id, IdKind } from "../values/id.ts";
import type { Owned } from "./resource.ts";

/** The account and region a caller sees. */
export interface Scope {
  readonly account: string;
  readonly region: string;
}

/** What making a resource takes beside its content: whose it is, when, and fresh randomness. */
export interface Birth extends Scope {
  /** ISO 8601 with milliseconds. */
  readonly now: string;
  mint<K extends IdKind>(kind: K): Id<K>;
  /** `count` random bytes, as lowercase hex. */
  random(count: number): string;
}

export type Tags = Readonly<Record<string, string>>;

/** One for all: most resources have none. */
const noTags: Tags = Object.freeze({});

/** The part every new resource has. */
export const owned = (birth: Birth, tags: Tags = noTags): Owned => ({
  account: birth.account,
  region: birth.region,
  tags,
  created: birth.now,
});

/** New identifiers in ascending order: what is made in one moment is listed in the order of its identifiers. */
export const mintAscending = <K extends IdKind>(birth: Pick<Birth, "mint">, kind: K, count: number): Id<K>[] =>
  Array.from({ length: count }, () => birth.mint(kind)).toSorted();
