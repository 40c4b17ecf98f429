import { type Refusal, isRefusal, refuse } from "../../values/refuse.ts";

/** A parameter of a query request: a value, parameters below it, or (in a bad request) both. */
export interface Parameter {
  value?: string;
  below?: Map<string, Parameter>;
}

export interface FormLimits {
  /** How many parameters one request may have. */
  readonly parameters: number;
  /** How many parts a key may have: `Filter.1.Value.2` has four. */
  readonly depth: number;
}

export const formLimits: FormLimits = { parameters: 20_000, depth: 24 };

/** Reads `application/x-www-form-urlencoded` text into its pairs, or refuses text that is not that. */
export function parsePairs(text: string, limits: FormLimits): Refusal | (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (const part of text.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const key = unescapePart(equals < 0 ? part : part.slice(0, equals));
    const value = unescapePart(equals < 0 ? "" : part.slice(equals + 1));
    if (key === undefined || value === undefined || key === "") {
      return refuse("MalformedQueryString", "The query string contains a syntax error.");
    }
    pairs.push([key, value]);
    if (pairs.length > limits.parameters) {
      return refuse("MalformedQueryString", `The request has more than ${limits.parameters} parameters.`);
    }
  }
  return pairs;
}

/** Plus means space; undefined when the escapes are no UTF-8. */
function unescapePart(text: string): string | undefined {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return undefined;
  }
}

/**
 * Folds dotted keys into a tree: `Filter.1.Value.2=x` is Filter → 1 → Value → 2. Nothing is allocated by an index a
 * client sends, since lists are trees here too.
 */
export function foldPairs(pairs: readonly (readonly [string, string])[], limits: FormLimits): Refusal | Parameter {
  const root: Parameter = {};
  for (const [key, value] of pairs) {
    const parts = key.split(".", limits.depth + 1);
    if (parts.length > limits.depth) {
      return refuse("MalformedQueryString", `A parameter is nested more than ${limits.depth} levels deep.`);
    }
    let node = root;
    for (const part of parts) {
      const below: Map<string, Parameter> = (node.below ??= new Map());
      let next = below.get(part);
      if (!next) below.set(part, (next = {}));
      node = next;
    }
    if (node.value !== undefined) {
      return refuse("MalformedQueryString", `The parameter ${key} is given more than once.`);
    }
    node.value = value;
  }
  return root;
}

/** Reads a whole form into its tree. */
export function parseForm(text: string, limits: FormLimits = formLimits): Refusal | Parameter {
  const pairs = parsePairs(text, limits);
  return isRefusal(pairs) ? pairs : foldPairs(pairs, limits);
}
