/** The SQL that makes files of flow records one view, with the same columns whatever the files have. */
import { columnOf, fields, type FieldType } from "../flow/field.ts";
import type { TextFile } from "./flow-sources.ts";

/** Parquet files whose columns are the same: DuckDB's types by name. */
export interface ParquetGroup {
  readonly paths: readonly string[];
  readonly types: ReadonlyMap<string, string>;
}

const sqlTypes: Readonly<Record<FieldType, string>> = { INT_32: "INTEGER", INT_64: "BIGINT", STRING: "VARCHAR" };
const knownTypes: ReadonlyMap<string, string> = new Map(fields.map((field) => [columnOf(field), sqlTypes[field.type]]));

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** A path as DuckDB takes it: one that is no pattern. */
const quotePath = (path: string): string => quoteText(path.replaceAll(/[*?[]/g, "[$&]"));

/** The known columns in their order, then those nobody knew when this was written, as text. */
export function columnsOf(text: readonly TextFile[], parquet: readonly ParquetGroup[]): ReadonlyMap<string, string> {
  const found = [...text.flatMap(({ columns }) => columns.map(columnOf)), ...parquet.flatMap(({ types }) => [...types.keys()].map(known))];
  const unknown = [...new Set(found)].filter((name) => !knownTypes.has(name)).toSorted();
  return new Map([...knownTypes, ...unknown.map((name) => [name, "VARCHAR"] as const)]);
}

/** Those of its columns that some file has. */
export function presentIn(text: readonly TextFile[], parquet: readonly ParquetGroup[]): ReadonlySet<string> {
  return new Set([...text.flatMap(({ columns }) => columns.map(columnOf)), ...parquet.flatMap(({ types }) => [...types.keys()].map(known))]);
}

/** A column's name with underscores, as Amazon's Parquet files have it. */
const known = (name: string): string => columnOf({ name: name.toLowerCase() });

/** The statement that makes the view `flows`. */
export function flowsView(text: readonly TextFile[], parquet: readonly ParquetGroup[]): string {
  const columns = columnsOf(text, parquet);
  const alike = Map.groupBy(text, (file) => JSON.stringify([file.gzip, file.header, file.columns.map(({ name }) => name)]));
  const parts = [...[...alike.values()].map((files) => selectText(files, columns)), ...parquet.map((group) => selectParquet(group, columns))];
  return `CREATE VIEW flows AS ${parts.length > 0 ? parts.join("\nUNION ALL\n") : `${select(columns, (_, type) => `NULL::${type}`)} WHERE false`}`;
}

const select = (columns: ReadonlyMap<string, string>, value: (name: string, type: string) => string): string =>
  `SELECT ${[...columns].map(([name, type]) => `${value(name, type)} AS ${quoteName(name)}`).join(", ")}`;

/** Lines that don't fit are noted in the table `reject_errors`, up to so many of a file. */
const mostRejected = 1000;

function selectText(files: readonly TextFile[], columns: ReadonlyMap<string, string>): string {
  const [first] = files;
  const own = (first?.columns ?? []).map(columnOf);
  // A format may name a field twice; a table can't.
  const types = own.map((name, at) => `${quoteText(own.indexOf(name) === at ? name : `${name} ${at}`)}: ${quoteText(columns.get(name) ?? "VARCHAR")}`);
  const source =
    `read_csv([${files.map(({ path }) => quotePath(path)).join(", ")}], columns = {${types.join(", ")}}, delim = ' ', ` +
    `header = ${first?.header ?? false}, compression = ${first?.gzip ? "'gzip'" : "'none'"}, nullstr = '-', auto_detect = false, ` +
    `quote = '', escape = '', hive_partitioning = false, ignore_errors = true, store_rejects = true, rejects_limit = ${mostRejected})`;
  return `${select(columns, (name, type) => (own.includes(name) ? inSeconds(name) : `NULL::${type}`))} FROM ${source}`;
}

/** Times are in seconds, but some files have milliseconds. */
function inSeconds(name: string): string {
  const column = quoteName(name);
  return name === "start" || name === "end" ? `CASE WHEN ${column} > 2147483647 THEN ${column} // 1000 ELSE ${column} END` : column;
}

function selectParquet({ paths, types }: ParquetGroup, columns: ReadonlyMap<string, string>): string {
  const own = new Map([...types].map(([name, type]) => [known(name), { name: quoteName(name), type }]));
  const value = (name: string, type: string): string => {
    const column = own.get(name);
    if (!column) return `NULL::${type}`;
    if (column.type !== type) return `TRY_CAST(${column.name} AS ${type})`;
    return type === "VARCHAR" ? `NULLIF(${column.name}, '-')` : column.name;
  };
  return `${select(columns, value)} FROM read_parquet([${paths.map(quotePath).join(", ")}], hive_partitioning = false)`;
}
