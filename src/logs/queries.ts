/** The port of what runs Logs Insights queries beside everything else. */
import type { LineFormat } from "./insights/discover.ts";
import type { ResultField } from "./insights/query.ts";
import type { LogScope } from "./store.ts";

export interface QueriedGroup {
  readonly name: string;
  /** Of the flow logs that are delivered to it. */
  readonly formats: readonly LineFormat[];
}

export interface QueryRequest {
  readonly text: string;
  readonly groups: readonly QueriedGroup[];
  /** Milliseconds since 1970, both within. */
  readonly from: number;
  readonly to: number;
  /** Most lines of the result. */
  readonly limit: number;
  /** What the query calls now: milliseconds since 1970. */
  readonly now: number;
}

/** What a query has looked at, and what of it passed its filters. */
export interface QueryStatistics {
  readonly matched: number;
  readonly scanned: number;
  readonly bytes: number;
}

export type QueryStatus = "Scheduled" | "Running" | "Complete" | "Failed" | "Cancelled" | "Timeout";

/** A query that was started, as it is now. */
export interface QueryRun {
  readonly id: string;
  readonly request: QueryRequest;
  readonly status: QueryStatus;
  readonly statistics: QueryStatistics;
  /** None before it is complete. */
  readonly rows: readonly (readonly ResultField[])[];
  /** How long it took, once it is over. */
  readonly durationMs?: number;
}

export interface Queries {
  /** Starts a query that can be read; false when too many of the scope's are not over. */
  start(scope: LogScope, id: string, request: QueryRequest): boolean;
  find(scope: LogScope, id: string): QueryRun | undefined;
  /** All that are remembered, the latest first. */
  list(scope: LogScope): QueryRun[];
  /** Whether there was something to stop. */
  stop(scope: LogScope, id: string): boolean;
}
