import { Worker } from "node:worker_threads";
import type { Queries, QueryRequest, QueryRun, QueryStatus } from "../logs/queries.ts";
import type { LogScope } from "../logs/store.ts";
import type { QueryNews, QueryWork } from "./log-query-thread.ts";

export interface RunningQueries extends Queries {
  /** Ends those that run, and forgets all. */
  clear(): Promise<void>;
}

/** How many run at once, and how many of a scope may run or wait. */
const mostRunning = 2;
const mostPending = 30;
/** Results of how many are remembered, of all scopes together. */
const mostRemembered = 100;
/** Amazon's own limit. */
const longestMs = 60 * 60 * 1000;
/** A query that needs more fails, and nothing else with it. */
const heapMb = 512;

interface Held {
  readonly scope: LogScope;
  run: QueryRun;
  thread?: Worker;
  timer?: NodeJS.Timeout;
}

/** Runs queries on the log store in a file. What ran is forgotten when this process ends. */
export function openQueries(path: string, log: (line: string) => void): RunningQueries {
  return new ThreadedQueries(path, log);
}

class ThreadedQueries implements RunningQueries {
  readonly #path: string;
  readonly #log: (line: string) => void;
  /** The oldest first. */
  readonly #held = new Map<string, Held>();

  constructor(path: string, log: (line: string) => void) {
    this.#path = path;
    this.#log = log;
  }

  start(scope: LogScope, id: string, request: QueryRequest): boolean {
    if (this.#of(scope).filter(isPending).length >= mostPending) return false;
    const run: QueryRun = { id, request, status: "Scheduled", statistics: { matched: 0, scanned: 0, bytes: 0 }, rows: [] };
    this.#held.set(id, { scope: { account: scope.account, region: scope.region }, run });
    this.#forget();
    this.#next();
    return true;
  }

  find(scope: LogScope, id: string): QueryRun | undefined {
    return this.#of(scope).find(({ run }) => run.id === id)?.run;
  }

  list(scope: LogScope): QueryRun[] {
    return this.#of(scope).map(({ run }) => run).toReversed();
  }

  stop(scope: LogScope, id: string): boolean {
    const held = this.#of(scope).find(({ run }) => run.id === id);
    if (!held || !isPending(held)) return false;
    this.#end(held, "Cancelled");
    return true;
  }

  async clear(): Promise<void> {
    const threads = [...this.#held.values()].flatMap(({ thread }) => thread ?? []);
    for (const held of this.#held.values()) this.#end(held, "Cancelled", false);
    this.#held.clear();
    await Promise.all(threads.map((thread) => thread.terminate()));
  }

  #of({ account, region }: LogScope): Held[] {
    return [...this.#held.values()].filter(({ scope }) => scope.account === account && scope.region === region);
  }

  #forget(): void {
    for (const [id, held] of this.#held) {
      if (this.#held.size <= mostRemembered) return;
      if (!isPending(held)) this.#held.delete(id);
    }
  }

  /** Starts what waits, as long as there is room. */
  #next(): void {
    const all = [...this.#held.values()];
    const room = mostRunning - all.filter(({ run }) => run.status === "Running").length;
    for (const held of all.filter(({ run }) => run.status === "Scheduled").slice(0, Math.max(0, room))) this.#begin(held);
  }

  #begin(held: Held): void {
    const work: QueryWork = { store: this.#path, scope: held.scope, request: held.run.request };
    const thread = new Worker(new URL("./log-query-thread.ts", import.meta.url), {
      workerData: work,
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    });
    held.thread = thread;
    held.run = { ...held.run, status: "Running" };
    held.timer = setTimeout(() => this.#end(held, "Timeout"), longestMs).unref();
    thread.on("message", (news: QueryNews) => {
      if (!isPending(held)) return;
      held.run = "outcome" in news ? { ...held.run, ...news.outcome } : { ...held.run, statistics: news.statistics };
      if ("outcome" in news) this.#end(held, "Complete");
    });
    thread.on("error", (error) => {
      this.#log(`a query failed: ${String(error)}`);
      this.#end(held, "Failed");
    });
    thread.on("exit", () => this.#end(held, "Failed"));
  }

  /** The query is over, unless it was already; the next one begins. */
  #end(held: Held, status: QueryStatus, goOn = true): void {
    if (!isPending(held)) return;
    clearTimeout(held.timer);
    held.run = { ...held.run, status, durationMs: Math.max(0, Date.now() - held.run.request.now) };
    void held.thread?.terminate();
    delete held.thread;
    if (goOn) this.#next();
  }
}

const isPending = ({ run }: Held): boolean => run.status === "Scheduled" || run.status === "Running";
