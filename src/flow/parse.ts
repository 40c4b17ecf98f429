/** Reads the text of flow logs, Bailey's and Amazon's, of any format. */
import { type Field, fieldNamed } from "./field.ts";
import { defaultFormat } from "./format.ts";

/** A column of a text file: a field, or one that this Bailey does not know, as text. */
export type Column = Pick<Field, "name" | "type">;

/** A line's values by field name, numbers where the field has a number; what it tells as `-` is absent. */
export type Row = ReadonlyMap<string, string | number>;

const headerWord = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** The columns that a text file's first line names; undefined when that line is a record already. */
export function readHeader(line: string): readonly Column[] | undefined {
  const words = wordsOf(line);
  const known = words.map(fieldNamed);
  if (!words.every((word) => headerWord.test(word)) || known.every((field) => field === undefined)) return undefined;
  return words.map((name, at): Column => known[at] ?? { name, type: "STRING" });
}

/** What a line's columns are where no header and no format says: those of the default format. */
export const defaultColumns: readonly Column[] = defaultFormat.fields;

/**
 * Reads a line; undefined when it has not one word for each column, or text where a number belongs. Several spaces are
 * read as one, and times in milliseconds as the seconds they should be: both are seen in real files.
 */
export function parseLine(columns: readonly Column[], line: string): Row | undefined {
  const words = wordsOf(line);
  if (words.length !== columns.length) return undefined;
  const row = new Map<string, string | number>();
  for (const [at, { name, type }] of columns.entries()) {
    const word = words[at] ?? "-";
    if (word === "-") continue;
    const value = type === "STRING" ? word : numberOf(name, word);
    if (value === undefined) return undefined;
    row.set(name, value);
  }
  return row;
}

const wordsOf = (line: string): string[] => line.trim().split(/ +/);

/** The last second that 32 bits hold. */
const lastSecond = 2 ** 31 - 1;

function numberOf(name: string, word: string): number | undefined {
  if (!/^\d{1,15}$/.test(word)) return undefined;
  const number = Number(word);
  const inMilliseconds = (name === "start" || name === "end") && number > lastSecond;
  return inMilliseconds ? Math.floor(number / 1000) : number;
}

/** The value of a tag field as the tag has it; undefined when it is not percent-encoded UTF-8. */
export function decodeTag(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
