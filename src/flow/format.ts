/** A flow log's format: which fields its lines have, in which order. */
import { type Refusal, refuse } from "../values/refuse.ts";
import { type Field, fieldNamed, fields } from "./field.ts";
import type { FlowRecord } from "./record.ts";

export interface Format {
  /** As CreateFlowLogs takes it: `${version} ${account-id} …`. */
  readonly text: string;
  readonly fields: readonly Field[];
  /** What the field `version` says: the highest of the fields' versions. */
  readonly version: number;
}

/** What a flow log has that names no format: the fields of version 2. */
export const defaultFormat = formatOf(fields.filter(({ version }) => version === 2));

/** The format with these fields in this order; at least one. */
export function formatOf(chosen: readonly Field[]): Format {
  return {
    text: chosen.map(({ name }) => `\${${name}}`).join(" "),
    fields: chosen,
    version: Math.max(2, ...chosen.map(({ version }) => version)),
  };
}

const token = /^\$\{([^{}\s]+)\}$/;

/**
 * Reads a LogFormat: `${field}` tokens with one space between them, none before or after. Refused with the code
 * InvalidParameter when there are none, when it is written otherwise, and when it names a field that flow logs of a VPC
 * do not have.
 */
export function parseFormat(text: string): Format | Refusal {
  const names = text.split(" ").map((word) => token.exec(word)?.[1]);
  const chosen: Field[] = [];
  for (const name of names) {
    if (name === undefined) return invalid(text);
    const field = fieldNamed(name);
    if (!field) return refuse("InvalidParameter", `Unknown field in LogFormat: ${name}`);
    chosen.push(field);
  }
  return formatOf(chosen);
}

const invalid = (text: string): Refusal =>
  refuse("InvalidParameter", `1 validation error detected: Value '${text}' at 'logFormat' has an invalid format`);

/** The first line of a text file. */
export const headerOf = (format: Format): string => format.fields.map(({ name }) => name).join(" ");

/** Makes the function that writes a record as a line of the format, without a newline: ASCII words, a space between. */
export function compileLine({ fields: asked, version }: Format): (record: FlowRecord) => string {
  const values = asked.map(({ name, of }) => (name === "version" ? () => version : of));
  const empty = asked.map((field, at) => (field.always ? values[at] : undefined));
  return (record) => (record.count ? values : empty).map((value) => value?.(record) ?? "-").join(" ");
}
