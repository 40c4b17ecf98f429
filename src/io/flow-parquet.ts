/** Parquet from a segment's text, by DuckDB, which is loaded when the first such file is made. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { columnOf, type Field, type FieldType } from "../flow/field.ts";
import type { Format } from "../flow/format.ts";

/** What one file may need at most; rows go through in groups. */
const settings = { threads: "1", memory_limit: "256MB", preserve_insertion_order: "true" };

const sqlTypes: Readonly<Record<FieldType, string>> = { INT_32: "INTEGER", INT_64: "BIGINT", STRING: "VARCHAR" };

let connected: Promise<DuckDBConnection> | undefined;

async function connect(): Promise<DuckDBConnection> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  return (await DuckDBInstance.create(":memory:", settings)).connect();
}

/**
 * Writes the records of a segment as Parquet, compressed with zstd: a column for each field, typed as Amazon's. A number
 * that is told as `-` is null; text keeps its `-`, as in Amazon's files. Rejects when there is no room.
 */
export async function writeParquet(segment: string, format: Format, path: string): Promise<void> {
  connected ??= connect();
  const connection = await connected;
  await connection.run(copyStatement(segment, format, path));
}

/** The statement that reads text with as many words before the record as a segment's lines have. */
export function copyStatement(segment: string, { fields }: Format, path: string): string {
  const words = ["interface", "first", "last", ...fields.map((_, at) => wordAt(at))];
  const columns = words.map((word) => `${word}: 'VARCHAR'`).join(", ");
  // A format may name a field twice; a table can't.
  const selected = fields.flatMap((field, at) => (fields.indexOf(field) === at ? [`${valueOf(field, at)} AS "${columnOf(field)}"`] : []));
  return (
    `COPY (SELECT ${selected.join(", ")} FROM read_csv(${quoted(segment)}, auto_detect = false, header = false, ` +
    `delim = ' ', quote = '', escape = '', columns = {${columns}})) TO ${quoted(path)} (FORMAT parquet, COMPRESSION zstd)`
  );
}

const wordAt = (at: number): string => `word${at}`;

const valueOf = ({ type }: Field, at: number): string =>
  type === "STRING" ? wordAt(at) : `nullif(${wordAt(at)}, '-')::${sqlTypes[type]}`;

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
