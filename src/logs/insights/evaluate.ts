import { type Refusal, isRefusal, refuse } from "../../values/refuse.ts";
import type { Expression, Infix } from "./expression.ts";
import { scalarFunctions } from "./functions.ts";
import { type Period, ceilTo, floorTo } from "./period.ts";
import type { Row } from "./row.ts";
import { type Value, equal, numberOf, order, textOf, truthOf } from "./value.ts";

export type Compute = (row: Row) => Value;

/** What stands for a call that is computed elsewhere, undefined for the others: how aggregates get into expressions. */
export type Stand = (call: Expression & { readonly kind: "call" }) => Compute | Refusal | undefined;

/** Refusals of what is read well but means nothing. */
export const malformed = (why: string): Refusal => refuse("MalformedQueryException", why);

/** Compiles an expression into a function of a row. `now` in milliseconds since 1970. */
export function compile(expression: Expression, now: number, stand: Stand = () => undefined): Compute | Refusal {
  const inner = (each: Expression): Compute | Refusal => compile(each, now, stand);
  switch (expression.kind) {
    case "literal": {
      const { value } = expression;
      return () => value;
    }
    case "period":
      return malformed("a period of time has no place here");
    case "field": {
      const { name } = expression;
      return (row) => row.get(name);
    }
    case "not":
      return chain([expression.of], inner, (of) => !truthOf(of));
    case "negative":
      return chain([expression.of], inner, (of) => arithmetic("-", 0, of));
    case "infix":
      return compileInfix(expression.operator, inner(expression.left), inner(expression.right));
    case "like":
      return compileLike(expression.test, inner(expression.of));
    case "in":
      return chain([expression.of, ...expression.list], inner, (value, ...list) => list.some((each) => equal(value, each)));
    case "call":
      return stand(expression) ?? compileCall(expression, now, inner);
  }
}

/** A function of the values of other expressions. */
function chain(
  parts: readonly Expression[],
  inner: (each: Expression) => Compute | Refusal,
  of: (...values: readonly Value[]) => Value,
): Compute | Refusal {
  const computes: Compute[] = [];
  for (const part of parts) {
    const compute = inner(part);
    if (isRefusal(compute)) return compute;
    computes.push(compute);
  }
  const [only] = computes;
  if (only && computes.length === 1) return (row) => of(only(row));
  return (row) => of(...computes.map((compute) => compute(row)));
}

function compileInfix(operator: Infix, left: Compute | Refusal, right: Compute | Refusal): Compute | Refusal {
  if (isRefusal(left)) return left;
  if (isRefusal(right)) return right;
  switch (operator) {
    case "and":
      return (row) => truthOf(left(row)) && truthOf(right(row));
    case "or":
      return (row) => truthOf(left(row)) || truthOf(right(row));
    case "=":
      return (row) => equal(left(row), right(row));
    case "!=":
      return (row) => !equal(left(row), right(row));
    case "<":
    case "<=":
    case ">":
    case ">=":
      return (row) => compare(operator, left(row), right(row));
    default:
      return (row) => arithmetic(operator, left(row), right(row));
  }
}

/** Numbers compare with numbers, texts with texts; nothing else is more or less. */
function compare(operator: "<" | "<=" | ">" | ">=", a: Value, b: Value): boolean {
  if (a === undefined || b === undefined || (numberOf(a) === undefined) !== (numberOf(b) === undefined)) return false;
  const place = order(a, b);
  if (place === 0) return operator === "<=" || operator === ">=";
  return place < 0 === operator.startsWith("<");
}

function arithmetic(operator: "+" | "-" | "*" | "/" | "%" | "^", a: Value, b: Value): Value {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left === undefined || right === undefined) return undefined;
  const results = { "+": left + right, "-": left - right, "*": left * right, "/": left / right, "%": left % right, "^": left ** right };
  const result = results[operator];
  return Number.isFinite(result) ? result : undefined;
}

function compileLike(test: RegExp | string, of: Compute | Refusal): Compute | Refusal {
  if (isRefusal(of)) return of;
  const matches = typeof test === "string" ? (text: string) => text.includes(test) : (text: string) => test.test(text);
  return (row) => {
    const value = of(row);
    return value !== undefined && matches(textOf(value));
  };
}

type Call = Expression & { readonly kind: "call" };

function compileCall(call: Call, now: number, inner: (each: Expression) => Compute | Refusal): Compute | Refusal {
  const name = call.name.toLowerCase();
  if (name === "now") return () => ({ ms: now });
  if (name === "bin") return compilePeriodic(floorTo, { kind: "field", name: "@timestamp" }, call.args, call.name, inner);
  if (name === "datefloor" || name === "dateceil") {
    const [time, ...rest] = call.args;
    if (time) return compilePeriodic(name === "datefloor" ? floorTo : ceilTo, time, rest, call.name, inner);
  }
  const known = Object.hasOwn(scalarFunctions, name) ? scalarFunctions[name] : undefined;
  if (!known) return malformed(`the function ${call.name} is unknown, or has no place here`);
  if (call.star || call.args.length < known.least || call.args.length > known.most) return wrongArguments(call.name);
  return chain(call.args, inner, known.of);
}

export const wrongArguments = (name: string): Refusal => malformed(`the function ${name} takes other arguments`);

function compilePeriodic(
  round: (time: { readonly ms: number }, period: Period) => Value,
  time: Expression,
  [period, ...more]: readonly Expression[],
  name: string,
  inner: (each: Expression) => Compute | Refusal,
): Compute | Refusal {
  if (period?.kind !== "period" || more.length > 0) return wrongArguments(name);
  const compute = inner(time);
  if (isRefusal(compute)) return compute;
  return (row) => {
    const ms = numberOf(compute(row));
    return ms === undefined ? undefined : round({ ms }, period.period);
  };
}
