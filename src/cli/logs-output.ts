/** Rows as a table for people, as JSON or as comma-separated values. */
import type { Answer, Cell, Row } from "../io/flow-query.ts";
import { isRefusal, type Refusal } from "../values/refuse.ts";
import { misuse } from "./command.ts";
import { table } from "./table.ts";

export type Form = "table" | "json" | "csv";

export function formOf({ json, csv }: { readonly json?: boolean; readonly csv?: boolean }): Form | Refusal {
  if (json && csv) return misuse("either --json or --csv");
  return json ? "json" : csv ? "csv" : "table";
}

/** Nobody reads a longer table. */
const mostShown = 10_000;

/** The answer piece by piece, so that one of any size can be written. */
export async function* written({ columns, rows }: Answer, form: Form): AsyncGenerator<string> {
  if (form === "table") return yield* asTable({ columns, rows });
  if (form === "csv") yield `${columns.map(csvCell).join(",")}\r\n`;
  let any = false;
  for await (const some of rows) {
    if (some.length === 0) continue;
    if (form === "csv") yield some.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
    else yield `${any ? ",\n" : "[\n"}${some.map((row) => `  ${JSON.stringify(objectOf(columns, row))}`).join(",\n")}`;
    any = true;
  }
  if (form === "json") yield any ? "\n]\n" : "[]\n";
}

const objectOf = (columns: readonly string[], row: Row): Record<string, Cell> =>
  Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null]));

async function* asTable({ columns, rows }: Answer): AsyncGenerator<string> {
  const shown: Row[] = [];
  let more = false;
  for await (const some of rows) {
    shown.push(...some.slice(0, mostShown - shown.length));
    more = shown.length === mostShown;
    if (more) break;
  }
  yield table(columns.map((name) => name.toUpperCase()), shown.map((row) => row.map(textOf)));
  if (more) yield `… the first ${mostShown} rows; --csv or --json writes all\n`;
}

/** What a cell is in plain text; nothing where there is no value. */
function textOf(cell: Cell): string {
  if (cell === null) return "";
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

/** RFC 4180. */
function csvCell(cell: Cell): string {
  const text = textOf(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Writes the answer to stdout. */
export async function print(answer: Answer | Refusal, form: Form): Promise<number | Refusal> {
  if (isRefusal(answer)) return answer;
  for await (const piece of written(answer, form)) process.stdout.write(piece);
  return 0;
}

/** Rows that are at hand, as an answer. */
export const answerOf = (columns: readonly string[], rows: readonly Row[]): Answer => ({
  columns,
  rows: (async function* () {
    yield await Promise.resolve(rows);
  })(),
});
