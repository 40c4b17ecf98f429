import type { Refusal } from "../../values/refuse.ts";
import type { Scalar } from "./shape.ts";
import { toBase64 } from "../../values/base64.ts";

export type ScalarValue = string | number | boolean | Date | Uint8Array;
/** What an input holds once decoded. */
export type Value = ScalarValue | Value[] | Fields;
export interface Fields {
  [name: string]: Value;
}
/** The value is wrapped, so that no map a client sends can pass for a refusal. */
export type Decoded = Refusal | { readonly decoded: Value };

const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const timestamp = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** What a scalar's text must be, as the end of an error message. */
export const expectations: Readonly<Record<Scalar["kind"], string>> = {
  string: "a string",
  number: "a number",
  boolean: "true or false",
  timestamp: "an ISO 8601 date and time",
  blob: "base64",
};

/** Reads the text of a scalar; undefined when it is no such thing. */
export function parseScalar(kind: Scalar["kind"], text: string): ScalarValue | undefined {
  switch (kind) {
    case "string":
      return text;
    case "number":
      return number.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined;
    case "boolean":
      return parseBoolean(text.toLowerCase());
    case "timestamp":
      return parseTimestamp(text);
    case "blob":
      return base64.test(text) ? Uint8Array.from(atob(text), (char) => char.charCodeAt(0)) : undefined;
  }
}

function parseBoolean(text: string): boolean | undefined {
  if (text === "true" || text === "1") return true;
  return text === "false" || text === "0" ? false : undefined;
}

/** Text without a zone is UTC. */
function parseTimestamp(text: string): Date | undefined {
  if (!timestamp.test(text)) return undefined;
  const zoned = text.includes("T") && !/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? `${text}Z` : text;
  const date = new Date(zoned);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** The wire text of a scalar. Dates may come as ISO 8601 text and blobs as base64, and pass as they are. */
export function formatScalar(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return toBase64(value);
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  throw new Error(`an output holds a ${typeof value} where the model has a scalar`);
}
