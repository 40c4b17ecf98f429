import type { Filter, Tag } from "@aws-sdk/client-ec2";
import { refuse } from "../values/refuse.ts";
import type { Refusal } from "../values/refuse.ts";
import { limits } from "./limits.ts";

type Value = string | number | boolean | undefined;

/** What a Describe call can be filtered by: each filter's name and the values it looks at in one shown resource. */
export type Filters<View> = { readonly [name: string]: (view: View) => readonly Value[] };
/** Filters that are known and that nothing here passes: what they look at is not there. */
export const passedByNothing = (...names: readonly string[]): Filters<unknown> =>
  Object.fromEntries(names.map((name) => [name, () => []]));

/** Where a shown resource has its tags: under one name or the other. */
export interface Tagged {
  readonly Tags?: Tag[] | undefined;
  readonly TagSet?: Tag[] | undefined;
}

interface Condition<View> {
  readonly values: (view: View) => readonly Value[];
  readonly patterns: readonly ((text: string) => boolean)[];
}

/**
 * Reads the filters of a call: what it gives says whether a shown resource passes all of them, each by any of its
 * values, and by none when it has none. Every table has `tag:KEY`, `tag-key` and `tag-value` beside its own names.
 * Refuses names the table does not have.
 */
export function parseFilters<View extends Tagged>(
  table: Filters<View>,
  filters: readonly Filter[] | undefined,
): ((view: View) => boolean) | Refusal {
  const conditions: Condition<View>[] = [];
  const total = (filters ?? []).reduce((sum, filter) => sum + (filter.Values?.length ?? 0), 0);
  if (total > limits.filterValues) {
    return refuse(
      "FilterLimitExceeded",
      `The maximum number of filter values specified on a single call is ${limits.filterValues}`,
    );
  }
  for (const { Name, Values } of filters ?? []) {
    const values = Name === undefined ? undefined : valuesOf(table, Name);
    if (!values) return refuse("InvalidParameterValue", `The filter '${Name ?? "null"}' is invalid`);
    conditions.push({ values, patterns: (Values ?? []).map(parsePattern) });
  }
  return (view) => conditions.every((condition) => passes(condition, view));
}

const passes = <View>({ values, patterns }: Condition<View>, view: View): boolean =>
  values(view).some((value) => value !== undefined && patterns.some((matches) => matches(String(value))));

function valuesOf<View extends Tagged>(table: Filters<View>, name: string): Condition<View>["values"] | undefined {
  const tagsOf = ({ Tags, TagSet }: Tagged): Tag[] => Tags ?? TagSet ?? [];
  if (name === "tag-key") return (view) => tagsOf(view).map((tag) => tag.Key);
  if (name === "tag-value") return (view) => tagsOf(view).map((tag) => tag.Value);
  if (name.startsWith("tag:")) {
    const key = name.slice("tag:".length);
    return (view) => tagsOf(view).filter((tag) => tag.Key === key).map((tag) => tag.Value);
  }
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

type Token = { readonly any: "many" | "one" } | { readonly char: string };

/**
 * A value with wildcards as a test of whole texts: `*` is any text, `?` at most one character, a backslash takes the
 * next character as it is. Case counts. The time is the product of both lengths, whatever the pattern.
 */
export function parsePattern(pattern: string): (text: string) => boolean {
  if (!/[*?\\]/.test(pattern)) return (text) => text === pattern;
  const tokens = tokensOf(pattern);
  return (text) => {
    let reached = skip(tokens, new Set([0]));
    for (const char of text) {
      const next = new Set<number>();
      for (const at of reached) {
        const token = tokens[at];
        if (!token) continue;
        if ("char" in token ? token.char === char : true) next.add("any" in token && token.any === "many" ? at : at + 1);
      }
      reached = skip(tokens, next);
    }
    return reached.has(tokens.length);
  };
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  let literal = false;
  for (const char of pattern) {
    if (!literal && char === "\\") {
      literal = true;
      continue;
    }
    if (literal || (char !== "*" && char !== "?")) tokens.push({ char });
    else tokens.push({ any: char === "*" ? "many" : "one" });
    literal = false;
  }
  return tokens;
}

/** Both wildcards may stand for nothing: the places reached without reading a character are reached too. */
function skip(tokens: readonly Token[], reached: Set<number>): Set<number> {
  for (const at of reached) {
    const token = tokens[at];
    if (token && "any" in token) reached.add(at + 1);
  }
  return reached;
}
