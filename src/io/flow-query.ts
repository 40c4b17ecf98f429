/** Questions in SQL about files of flow records: DuckDB reads them where they lie, as one view called `flows`. */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection, DuckDBResult, Json } from "@duckdb/node-api";
import { isRefusal, type Refusal, refuse } from "../values/refuse.ts";
import type { Column } from "../flow/parse.ts";
import { type FlowFile, inspect } from "./flow-sources.ts";
import { flowsView, type ParquetGroup, presentIn, quoteText } from "./flow-view.ts";

/** A value of a row; what JSON has no word for is text. */
export type Cell = Json;
export type Row = readonly Cell[];

export interface Answer {
  readonly columns: readonly string[];
  /** Some thousand at a time, as they are found. Rejects with a QueryError. */
  readonly rows: AsyncIterable<readonly Row[]>;
}

/** What went wrong while rows were read. */
export class QueryError extends Error {}

export interface Flows {
  /** How many files there are, and which columns of the view some of them have. */
  readonly files: number;
  readonly columns: ReadonlySet<string>;
  /** Any SQL of DuckDB's; of several statements the last one answers. */
  query(sql: string): Promise<Answer | Refusal>;
  /** How far the present question is: rows read, and the share of all from 0 to 1 where it can be told. */
  progress(): { readonly rows: number; readonly share?: number };
  /** Lines that were passed over as they fit no format: how many, and the first. */
  unreadable(): Promise<{ readonly lines: number; readonly first?: string }>;
  close(): void;
}

/**
 * Opens files for questions. `format` says what text without a header is, where that is not the default format. Refused
 * when a file is none of flow records.
 */
export async function openFlows(paths: readonly string[], format?: readonly Column[]): Promise<Flows | Refusal> {
  const files: FlowFile[] = [];
  for (const path of paths) {
    const file = inspect(path, format);
    if (isRefusal(file)) return file;
    if (file) files.push(file);
  }
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const spill = join(tmpdir(), `bailey-spill-${randomUUID()}`);
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    temp_directory: spill,
    preserve_insertion_order: "false",
  });
  const connection = await instance.connect();
  const close = () => {
    connection.closeSync();
    instance.closeSync();
    rmSync(spill, { recursive: true, force: true });
  };
  const text = files.filter((file) => file.kind === "text");
  try {
    const parquet = await parquetGroups(connection, files.filter(({ kind }) => kind === "parquet").map(({ path }) => path));
    await connection.run(`SET TimeZone = 'UTC'; SET enable_progress_bar = true; SET enable_progress_bar_print = false; ${flowsView(text, parquet)}`);
    return { files: files.length, columns: presentIn(text, parquet), ...questionsTo(connection), close };
  } catch (error) {
    close();
    return refuse("Unreadable", messageOf(error));
  }
}

/** DuckDB's own words, without the kind of error they begin with. */
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/^(?:Failed to extract statements: )?[A-Z][A-Za-z ]* Error: /, "").trim();

async function parquetGroups(connection: DuckDBConnection, paths: readonly string[]): Promise<ParquetGroup[]> {
  if (paths.length === 0) return [];
  const sql =
    "SELECT file_name, list(name ORDER BY column_id), list(duckdb_type ORDER BY column_id) " +
    `FROM parquet_schema([${paths.map((path) => quoteText(path.replaceAll(/[*?[]/g, "[$&]"))).join(", ")}]) WHERE num_children IS NULL GROUP BY file_name`;
  const rows = (await connection.runAndReadAll(sql)).getRowsJson() as [string, string[], string[]][];
  const alike = Map.groupBy(rows, ([, names, types]) => JSON.stringify([names, types]));
  return [...alike.values()].map((group) => {
    const [, names = [], types = []] = group[0] ?? [];
    return { paths: group.map(([path]) => path), types: new Map(names.map((name, at) => [name, types[at] ?? ""])) };
  });
}

function questionsTo(connection: DuckDBConnection): Pick<Flows, "query" | "progress" | "unreadable"> {
  return {
    async query(sql) {
      try {
        const result = await connection.stream(sql);
        return { columns: result.deduplicatedColumnNames(), rows: rowsOf(result) };
      } catch (error) {
        return refuse("Query", messageOf(error));
      }
    },
    progress() {
      const { percentage, rows_processed: rows } = connection.progress;
      return { rows: Number(rows), ...(percentage >= 0 && { share: percentage / 100 }) };
    },
    async unreadable() {
      const sql =
        "SELECT count(DISTINCT (file_path, line)), min(file_path || ':' || line) FROM (SELECT DISTINCT scan_id, file_id, file_path FROM reject_scans) " +
        "JOIN reject_errors USING (scan_id, file_id)";
      try {
        const [row] = (await connection.runAndReadAll(sql)).getRowsJson();
        const [lines, first] = row ?? [];
        return { lines: Number(lines), ...(typeof first === "string" && { first }) };
      } catch {
        // The table is only there once text was read.
        return { lines: 0 };
      }
    },
  };
}

async function* rowsOf(result: DuckDBResult): AsyncGenerator<Row[]> {
  const { DuckDBTypeId: types } = await import("@duckdb/node-api");
  const whole: readonly number[] = [types.BIGINT, types.UBIGINT, types.HUGEINT, types.UHUGEINT];
  const decimal = types.DECIMAL;
  const numeric = Array.from({ length: result.columnCount }, (_, at) => {
    const type: number = result.columnTypeId(at);
    return whole.includes(type) || type === decimal;
  });
  try {
    for await (const rows of result.yieldRowsJson()) yield rows.map((row) => row.map((cell, at) => (numeric[at] ? asNumber(cell) : cell)));
  } catch (error) {
    throw new QueryError(messageOf(error));
  }
}

/** Large numbers come as text; those that a number holds exactly become one. */
function asNumber(cell: Json): Json {
  const number = typeof cell === "string" ? Number(cell) : NaN;
  return Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number)) ? number : cell;
}
