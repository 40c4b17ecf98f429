/** Runs one Logs Insights query in a thread of its own, on a connection of its own to the log store. */
import { parentPort, workerData } from "node:worker_threads";
import { runQuery, type Outcome } from "../logs/insights/run.ts";
import type { QueryRequest, QueryStatistics } from "../logs/queries.ts";
import type { LogScope } from "../logs/store.ts";
import { isRefusal } from "../values/refuse.ts";
import { openLogStore } from "./log-store.ts";

export interface QueryWork {
  /** Path of the log store. */
  readonly store: string;
  readonly scope: LogScope;
  readonly request: QueryRequest;
}

export type QueryNews = { readonly statistics: QueryStatistics } | { readonly outcome: Outcome };

const { store: path, scope, request } = workerData as QueryWork;
const tell = (news: QueryNews): void => parentPort?.postMessage(news);
const store = openLogStore(path);
if (isRefusal(store)) throw new Error(store.message);
tell({ outcome: runQuery(store, scope, request, (statistics) => tell({ statistics })) });
store.close();
