import type { Reader } from "./reader.ts";
import { type Period, parsePeriod } from "./period.ts";

export type Infix = "and" | "or" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%" | "^";

/** What a query computes of an event. */
export type Expression =
  | { readonly kind: "literal"; readonly value: string | number }
  | { readonly kind: "period"; readonly period: Period }
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "not"; readonly of: Expression }
  | { readonly kind: "negative"; readonly of: Expression }
  | { readonly kind: "infix"; readonly operator: Infix; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "like"; readonly of: Expression; readonly test: RegExp | string }
  | { readonly kind: "in"; readonly of: Expression; readonly list: readonly Expression[] }
  /** `star`: its argument is `*`. `text`: as it stands in the query, which is what a column of its values is called. */
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[]; readonly star: boolean; readonly text: string };

const nothing: Expression = { kind: "literal", value: "" };

export function readExpression(reader: Reader): Expression {
  return reader.nested(() => {
    let left = readAnd(reader);
    while (reader.skip("or")) left = { kind: "infix", operator: "or", left, right: readAnd(reader) };
    return left;
  }, nothing);
}

function readAnd(reader: Reader): Expression {
  let left = readNot(reader);
  while (reader.skip("and")) left = { kind: "infix", operator: "and", left, right: readNot(reader) };
  return left;
}

function readNot(reader: Reader): Expression {
  let negations = 0;
  while (reader.skip("not")) negations++;
  const of = readComparison(reader);
  return negations % 2 === 1 ? { kind: "not", of } : of;
}

const comparisons = ["=", "!=", "<=", ">=", "<", ">"] as const;

function readComparison(reader: Reader): Expression {
  const left = readSum(reader);
  const negated = reader.skip("not");
  const matched = readMatch(reader, left);
  if (matched) return negated ? { kind: "not", of: matched } : matched;
  if (negated) reader.fail();
  const operator = comparisons.find((candidate) => reader.skip(candidate));
  return operator ? { kind: "infix", operator, left, right: readSum(reader) } : left;
}

/** `like` and `in`, undefined when there is neither. */
function readMatch(reader: Reader, of: Expression): Expression | undefined {
  if (reader.skip("like", true) || reader.skip("=~", true)) return { kind: "like", of, test: readTest(reader) };
  if (!reader.skip("in")) return undefined;
  reader.expect("[");
  const list: Expression[] = [];
  while (!reader.at("]") && !reader.fault) {
    list.push(readSum(reader));
    if (!reader.skip(",")) break;
  }
  reader.expect("]");
  return { kind: "in", of, list };
}

function readTest(reader: Reader): RegExp | string {
  const { kind } = reader.next;
  if (kind === "string") return reader.take().text;
  if (kind === "expression") return takeExpression(reader);
  reader.fail();
  return "";
}

/** A regular expression; `(?i)` at its start makes it ignore case. The next token is one. */
export function takeExpression(reader: Reader): RegExp {
  const { text, from } = reader.take();
  const ignoring = text.startsWith("(?i)");
  try {
    return new RegExp(ignoring ? text.slice(4) : text, ignoring ? "iu" : "u");
  } catch {
    reader.failAt(from, `invalid regular expression /${text}/`);
    return /(?:)/u;
  }
}

function readSum(reader: Reader): Expression {
  let left = readProduct(reader);
  for (;;) {
    const operator = (["+", "-"] as const).find((candidate) => reader.skip(candidate));
    if (!operator) return left;
    left = { kind: "infix", operator, left, right: readProduct(reader) };
  }
}

function readProduct(reader: Reader): Expression {
  let left = readPower(reader);
  for (;;) {
    const operator = (["*", "/", "%"] as const).find((candidate) => reader.skip(candidate));
    if (!operator) return left;
    left = { kind: "infix", operator, left, right: readPower(reader) };
  }
}

function readPower(reader: Reader): Expression {
  const left = readSign(reader);
  return reader.skip("^") ? { kind: "infix", operator: "^", left, right: reader.nested(() => readPower(reader), nothing) } : left;
}

function readSign(reader: Reader): Expression {
  return reader.skip("-") ? { kind: "negative", of: reader.nested(() => readSign(reader), nothing) } : readOperand(reader);
}

function readOperand(reader: Reader): Expression {
  const { kind, text, from } = reader.next;
  switch (kind) {
    case "number":
      return { kind: "literal", value: Number(reader.take().text) };
    case "string":
      return { kind: "literal", value: reader.take().text };
    case "quoted":
      return { kind: "field", name: reader.take().text };
    case "period":
      return readPeriod(reader);
    case "name":
      reader.take();
      return reader.at("(") ? readCall(reader, text, from) : { kind: "field", name: text };
    default:
      if (!reader.skip("(")) {
        reader.fail();
        return nothing;
      }
  }
  const inner = readExpression(reader);
  reader.expect(")");
  return inner;
}

function readPeriod(reader: Reader): Expression {
  const period = parsePeriod(reader.next.text);
  if (!period) reader.fail();
  reader.take();
  return period ? { kind: "period", period } : nothing;
}

function readCall(reader: Reader, name: string, from: number): Expression {
  reader.expect("(");
  const star = reader.skip("*");
  const args: Expression[] = [];
  while (!star && !reader.at(")") && !reader.fault) {
    args.push(readExpression(reader));
    if (!reader.skip(",")) break;
  }
  reader.expect(")");
  return { kind: "call", name, args, star, text: reader.query.slice(from, reader.after) };
}
