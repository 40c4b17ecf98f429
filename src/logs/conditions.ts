/** What filter patterns of JSON and of space-delimited events have in common: conditions, and how they are joined. */
import { type Refusal, isRefusal, refuse } from "../values/refuse.ts";
import { compileWildcard } from "./wildcard.ts";

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** The refusal of a pattern that can't be read. */
export const invalidPattern = (why: string): Refusal => refuse("InvalidParameterException", `Invalid filter pattern: ${why}`);

/** Reads a text from the left. */
export class Reader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** What a sticky expression finds here, after white space; undefined, and nothing is read, when it finds nothing. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    const space = /\s*/y;
    space.lastIndex = this.at;
    space.exec(this.text);
    pattern.lastIndex = space.lastIndex;
    const found = pattern.exec(this.text);
    if (!found) return undefined;
    this.at = pattern.lastIndex;
    return found;
  }

  get rest(): string {
    return this.text.slice(this.at).trim();
  }
}

export type Test<Subject> = (subject: Subject) => boolean;

/** Reads conditions joined by `&&` and `||`, the former binding more tightly, and grouped by parentheses. */
export function readConditions<Subject>(reader: Reader, leaf: (reader: Reader) => Test<Subject> | Refusal): Test<Subject> | Refusal {
  return readJoined(reader, /\|\|/y, (each) => (subject) => each.some((test) => test(subject)), () =>
    readJoined(reader, /&&/y, (each) => (subject) => each.every((test) => test(subject)), () => {
      if (!reader.take(/\(/y)) return leaf(reader);
      const inner = readConditions(reader, leaf);
      if (isRefusal(inner) || reader.take(/\)/y)) return inner;
      return invalidPattern("a parenthesis is not closed");
    }),
  );
}

function readJoined<Subject>(
  reader: Reader,
  joint: RegExp,
  join: (each: readonly Test<Subject>[]) => Test<Subject>,
  next: () => Test<Subject> | Refusal,
): Test<Subject> | Refusal {
  const each: Test<Subject>[] = [];
  do {
    const test = next();
    if (isRefusal(test)) return test;
    each.push(test);
  } while (reader.take(joint));
  const [only] = each;
  return only && each.length === 1 ? only : join(each);
}

/** A comparison with what follows: a number, a quoted or bare text with `*`, or `%an expression%`. Of numbers and texts. */
export function readComparison(reader: Reader): Test<string | number> | Refusal {
  const operator = reader.take(/<=|>=|!=|=|<|>/y)?.[0] as Comparison | undefined;
  if (operator === undefined) return invalidPattern(`a comparison was expected at '${reader.rest}'`);
  const expression = reader.take(/%([^%]+)%/y)?.[1];
  if (expression !== undefined) {
    const test = compileExpression(expression);
    if (isRefusal(test)) return test;
    return equality(operator, (value) => test(String(value)));
  }
  const quoted = reader.take(/"((?:[^"\\]|\\.)*)"/y)?.[1];
  if (quoted !== undefined) return equality(operator, textTest(quoted.replace(/\\(.)/g, "$1")));
  const bare = reader.take(/[^\s()&|,{}"=<>!]+/y)?.[0];
  if (bare === undefined) return invalidPattern(`a value was expected at '${reader.rest}'`);
  const wanted = numberOf(bare);
  if (wanted === undefined) return equality(operator, textTest(bare));
  return numberTest(operator, wanted);
}

function textTest(pattern: string): Test<string | number> {
  const matches = compileWildcard(pattern);
  return (value) => matches(String(value));
}

function equality(operator: Comparison, equals: Test<string | number>): Test<string | number> | Refusal {
  if (operator === "=") return equals;
  if (operator === "!=") return (value) => !equals(value);
  return invalidPattern(`'${operator}' compares numbers`);
}

function numberTest(operator: Comparison, wanted: number): Test<string | number> {
  const of = (compare: (value: number) => boolean): Test<string | number> => (value) => {
    const number = numberOf(value);
    return number !== undefined && compare(number);
  };
  switch (operator) {
    case "=":
      return of((value) => value === wanted);
    case "!=":
      return (value) => numberOf(value) !== wanted;
    case "<":
      return of((value) => value < wanted);
    case "<=":
      return of((value) => value <= wanted);
    case ">":
      return of((value) => value > wanted);
    case ">=":
      return of((value) => value >= wanted);
  }
}

function numberOf(value: string | number): number | undefined {
  if (typeof value === "number") return value;
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(value) ? Number(value) : undefined;
}

/** A regular expression, as Amazon allows it in patterns: without groups, which also keeps its time in bounds. */
export function compileExpression(source: string): Test<string> | Refusal {
  if (/(?:^|[^\\])\(/.test(source)) return invalidPattern("regular expressions can't have parentheses");
  try {
    const expression = new RegExp(source);
    return (text) => expression.test(text);
  } catch {
    return invalidPattern(`'${source}' is no regular expression`);
  }
}
