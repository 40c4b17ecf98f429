/** The fields Logs Insights finds in messages by itself: those of JSON objects, and of flow logs. */
import { parseObject } from "../pattern-json.ts";
import type { Discovered } from "./row.ts";
import type { Value } from "./value.ts";

/** The names of a flow log's fields in the order of its lines, hyphenated as in formats. */
export type LineFormat = readonly string[];

const renamed: Readonly<Record<string, string>> = {
  start: "startTime",
  end: "endTime",
  srcaddr: "srcAddr",
  dstaddr: "dstAddr",
  srcport: "srcPort",
  dstport: "dstPort",
  "pkt-srcaddr": "pktSrcAddr",
  "pkt-dstaddr": "pktDstAddr",
};

/** What a field of flow logs is called in queries: account-id is accountId, srcaddr is srcAddr. */
export const queryName = (field: string): string =>
  renamed[field] ?? field.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const nothing: Discovered = () => undefined;

/** Finds fields in messages. Lines with as many words as one of the formats has fields are that flow log's. */
export function discoverer(formats: readonly LineFormat[]): (message: string) => Discovered {
  const byLength = new Map(formats.map((format) => [format.length, new Map(format.map((field, at) => [queryName(field), at]))]));
  return (message) => {
    const object = parseObject(message);
    if (object) return (name) => valueAt(object, name);
    if (byLength.size === 0) return nothing;
    const words = message.split(" ");
    const places = byLength.get(words.length);
    if (!places) return nothing;
    return (name) => {
      const at = places.get(name);
      return at === undefined ? undefined : words[at];
    };
  };
}

/** A field of an object by its path, such as `user.roles.0`; names may have dots of their own. */
function valueAt(object: unknown, path: string): Value {
  if (typeof object !== "object" || object === null) return undefined;
  const fields = object as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(fields, path)) return scalar(fields[path]);
  for (let dot = path.indexOf("."); dot >= 0; dot = path.indexOf(".", dot + 1)) {
    const name = path.slice(0, dot);
    const value = Object.hasOwn(fields, name) ? valueAt(fields[name], path.slice(dot + 1)) : undefined;
    if (value !== undefined) return value;
  }
  return undefined;
}

function scalar(value: unknown): Value {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return value === null || value === undefined ? undefined : JSON.stringify(value);
}
