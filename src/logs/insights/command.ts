import { type Expression, readExpression, takeExpression } from "./expression.ts";
import type { Reader } from "./reader.ts";

/** A column of results: its name, and what is in it. */
export interface Column {
  readonly name: string;
  readonly of: Expression;
}

/** One step of a query. */
export type Command =
  | { readonly kind: "fields" | "display"; readonly columns: readonly Column[] }
  | { readonly kind: "filter"; readonly of: Expression }
  /** Names of the expression's groups in their order; none: they have names themselves. */
  | { readonly kind: "parse"; readonly of: Expression; readonly pattern: RegExp; readonly names: readonly string[] }
  | { readonly kind: "stats"; readonly columns: readonly Column[]; readonly by: readonly Column[] }
  | { readonly kind: "sort"; readonly keys: readonly { readonly of: Expression; readonly descending: boolean }[] }
  | { readonly kind: "limit"; readonly count: number }
  | { readonly kind: "dedup"; readonly of: readonly Expression[] };

const known = ["fields", "display", "filter", "parse", "stats", "sort", "limit", "dedup"] as const;
/** Commands of Amazon's that Bailey does not have. */
const unserved = ["anomaly", "diff", "filterindex", "join", "lookup", "pattern", "source", "subquery", "unmask", "unnest"];

/** Reads a query to its end; what the reader found at fault is in the reader. */
export function readCommands(reader: Reader): Command[] {
  const commands: Command[] = [];
  do {
    const command = readCommand(reader);
    if (command) commands.push(command);
  } while (!reader.fault && reader.skip("|"));
  if (reader.next.kind !== "end") reader.fail();
  return commands;
}

function readCommand(reader: Reader): Command | undefined {
  const { text, from } = reader.next;
  const name = known.find((candidate) => reader.at(candidate));
  if (name === undefined) {
    if (unserved.includes(text.toLowerCase())) reader.failAt(from, `the command ${text} is not supported`);
    else reader.fail();
    return undefined;
  }
  reader.take(name === "parse");
  switch (name) {
    case "fields":
    case "display":
      return { kind: name, columns: readColumns(reader) };
    case "filter":
      return { kind: name, of: readExpression(reader) };
    case "parse":
      return readParse(reader);
    case "stats":
      return { kind: name, columns: readColumns(reader), by: reader.skip("by") ? readColumns(reader) : [] };
    case "sort":
      return { kind: name, keys: readList(reader, readKey) };
    case "limit":
      return readLimit(reader);
    case "dedup":
      return { kind: name, of: readList(reader, readExpression) };
  }
}

function readList<T>(reader: Reader, read: (reader: Reader) => T): T[] {
  const list: T[] = [];
  do list.push(read(reader));
  while (reader.skip(","));
  return list;
}

const readColumns = (reader: Reader): Column[] => readList(reader, readColumn);

/** An expression, and its name: the one after `as`, a field's own, else the expression as it is written. */
function readColumn(reader: Reader): Column {
  const { from } = reader.next;
  const of = readExpression(reader);
  const written = of.kind === "field" ? of.name : reader.query.slice(from, reader.after);
  return { name: reader.skip("as") ? readName(reader) : written, of };
}

function readName(reader: Reader): string {
  const { kind, text } = reader.next;
  if (kind === "name" || kind === "quoted") reader.take();
  else reader.fail();
  return text;
}

function readKey(reader: Reader): { of: Expression; descending: boolean } {
  const of = readExpression(reader);
  const descending = reader.skip("desc");
  if (!descending) reader.skip("asc");
  return { of, descending };
}

const mostRows = 100_000;

function readLimit(reader: Reader): Command {
  const { kind, text, from } = reader.next;
  const count = kind === "number" ? Number(text) : Number.NaN;
  if (Number.isInteger(count) && count >= 1 && count <= mostRows) reader.take();
  else reader.failAt(from, `a limit is a number from 1 to ${mostRows},`);
  return { kind: "limit", count };
}

const message: Expression = { kind: "field", name: "@message" };

/** `parse [field] "text * text" as a, b` or `parse [field] /expression/ [as a, b]`. */
function readParse(reader: Reader): Command {
  const { kind } = reader.next;
  let of = message;
  if (kind === "name" || kind === "quoted") of = { kind: "field", name: reader.take(true).text };
  const { kind: form, text, from } = reader.next;
  if (form === "expression") {
    const pattern = takeExpression(reader);
    const names = reader.skip("as") ? readList(reader, readName) : [];
    return { kind: "parse", of, pattern, names };
  }
  if (form !== "string") reader.fail();
  reader.take();
  reader.expect("as");
  const names = readList(reader, readName);
  const stars = text.split("*").length - 1;
  if (stars !== names.length) reader.failAt(from, `a pattern with ${stars} wildcards needs as many names`);
  return { kind: "parse", of, pattern: globExpression(text), names };
}

/** Each `*` is a group of as little as possible; one at the end takes all that is left. */
function globExpression(glob: string): RegExp {
  const escaped = glob.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}/]/g, "\\$&"));
  return new RegExp(escaped.join("(.*?)") + (glob.endsWith("*") ? "$" : ""), "su");
}
