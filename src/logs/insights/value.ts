/** What fields and expressions of a query have as values. */

/** A point in time, milliseconds since 1970. */
export interface Time {
  readonly ms: number;
}

export type Value = string | number | boolean | Time | undefined;

const isTime = (value: Value): value is Time => typeof value === "object";

/** A value as a number, undefined when it is none. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === undefined) return undefined;
  if (isTime(value)) return value.ms;
  const number = value.trim() === "" ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A value as results show it: numbers with four decimals at most, times as `2026-01-02 03:04:05.678`. */
export function textOf(value: Exclude<Value, undefined>): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "number") return String(Number.isInteger(value) ? value : Number(value.toFixed(4)));
  return new Date(value.ms).toISOString().replace("T", " ").replace("Z", "");
}

export function truthOf(value: Value): boolean {
  if (typeof value === "boolean") return value;
  return value === "true" || (numberOf(value) ?? 0) !== 0;
}

/** Numbers as numbers, everything else as texts. */
export function equal(a: Value, b: Value): boolean {
  if (a === undefined || b === undefined) return a === b;
  const [left, right] = [numberOf(a), numberOf(b)];
  return left !== undefined && right !== undefined ? left === right : textOf(a) === textOf(b);
}

/** Below, above or at 0, as the first comes before, after or beside the second: what is absent, then texts, then numbers. */
export function order(a: Value, b: Value): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined) return left - right;
  if (left !== undefined || right !== undefined) return left === undefined ? -1 : 1;
  const [one, other] = [textOf(a), textOf(b)];
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
