import { type Refusal, isRefusal } from "../values/refuse.ts";
import { Reader, invalidPattern, readComparison, readConditions } from "./conditions.ts";
import type { Test } from "./conditions.ts";
import type { Matches } from "./pattern.ts";

/** Compiles `{ $.a.b = "x*" && ($.n > 5 || $.list[0] IS NULL) }`. Messages that are no JSON objects do not match. */
export function compileJson(text: string): Matches | Refusal {
  if (!text.endsWith("}")) return invalidPattern("a brace is not closed");
  const reader = new Reader(text.slice(1, -1));
  const test = readConditions(reader, readCondition);
  if (isRefusal(test)) return test;
  if (reader.rest !== "") return invalidPattern(`'${reader.rest}' was not expected`);
  return (message) => {
    const parsed = parseObject(message);
    return parsed !== undefined && test(parsed);
  };
}

/** The JSON object a text is, undefined when it is anything else. */
export function parseObject(text: string): object | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function readCondition(reader: Reader): Test<unknown> | Refusal {
  const path = readPath(reader);
  if (isRefusal(path)) return path;
  const found = (event: unknown): unknown[] => follow(event, path, 0);
  if (reader.take(/NOT\s+EXISTS\b/iy)) return (event) => found(event).length === 0;
  const is = reader.take(/IS\s+(NULL|TRUE|FALSE)\b/iy)?.[1]?.toUpperCase();
  if (is !== undefined) {
    const wanted = is === "NULL" ? null : is === "TRUE";
    return (event) => found(event).includes(wanted);
  }
  const test = readComparison(reader);
  if (isRefusal(test)) return test;
  return (event) =>
    found(event).some((value) => {
      if (typeof value === "string" || typeof value === "number") return test(value);
      return typeof value === "boolean" && test(String(value));
    });
}

/** Names of properties, places in lists, or all places of a list. */
type Path = readonly (string | number | "*"[])[];

function readPath(reader: Reader): Path | Refusal {
  if (!reader.take(/\$/y)) return invalidPattern(`a selector like $.name was expected at '${reader.rest}'`);
  const path: (string | number | "*"[])[] = [];
  const step = /\.([\p{L}\p{N}_@-]+)|\.?\[\s*(?:(\d+)|(\*)|"([^"]*)"|'([^']*)')\s*\]/uy;
  for (let found = stepOf(reader, step); found; found = stepOf(reader, step)) {
    const [, name, place, all, quoted, single] = found;
    if (all !== undefined) path.push(["*"]);
    else path.push(place === undefined ? (name ?? quoted ?? single ?? "") : Number(place));
  }
  return path.length > 0 ? path : invalidPattern("a selector names no property");
}

/** A step follows the one before it without space. */
const stepOf = (reader: Reader, step: RegExp): RegExpExecArray | undefined =>
  /\s/.test(reader.text[reader.at] ?? " ") ? undefined : reader.take(step);

/** The values at a path, from its step `at` on. */
function follow(value: unknown, path: Path, at: number): unknown[] {
  const step = path[at];
  if (step === undefined) return [value];
  if (Array.isArray(step)) return Array.isArray(value) ? value.flatMap((each: unknown) => follow(each, path, at + 1)) : [];
  if (typeof step === "number") return Array.isArray(value) && step < value.length ? follow(value[step], path, at + 1) : [];
  if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, step)) return [];
  return follow((value as Readonly<Record<string, unknown>>)[step], path, at + 1);
}
