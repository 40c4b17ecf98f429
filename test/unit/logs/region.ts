/** CloudWatch Logs in memory, to call operations in: the time is told, and queries run when they are started. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { standardQuotas } from "../../../src/api/limits.ts";
import { logsOperations } from "../../../src/api/logs/catalog.ts";
import type { Action, Input, Output } from "../../../src/api/logs/operation.ts";
import type { ServedCall, ServedOperation } from "../../../src/api/perform.ts";
import { encodeOutput } from "../../../src/api/wire/codec.ts";
import { openLogStore } from "../../../src/io/log-store.ts";
import { loadModel } from "../../../src/io/shapes.ts";
import { runQuery } from "../../../src/logs/insights/run.ts";
import type { Queries, QueryRun } from "../../../src/logs/queries.ts";
import type { LogStore } from "../../../src/logs/store.ts";
import { type World, emptyWorld } from "../../../src/model/world.ts";
import { mintId } from "../../../src/values/id.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

const model = loadModel("logs");

export class LogsRegion {
  /** Milliseconds since 1970. */
  now = Date.UTC(2026, 5, 15, 12);
  world: World = emptyWorld;
  readonly account: string;
  readonly region: string;
  readonly store: LogStore;
  readonly runs: QueryRun[] = [];
  /** How many queries may run yet. */
  room = Infinity;
  readonly #operations: ReadonlyMap<string, ServedOperation>;
  #count = 0;

  constructor(account = "111122223333", region = "us-east-1") {
    [this.account, this.region] = [account, region];
    const store = openLogStore(":memory:");
    if (isRefusal(store)) assert.fail(store.message);
    this.store = store;
    this.#operations = logsOperations({ store, queries: this.#queries(store) });
  }

  /** Runs what is started at once; a query of no group's stays as it is. */
  #queries(store: LogStore): Queries {
    return {
      start: (scope, id, request) => {
        if (this.room-- <= 0) return false;
        this.runs.unshift({ id, request, status: "Complete", durationMs: 5, ...runQuery(store, scope, request) });
        return true;
      },
      find: (_scope, id) => this.runs.find((run) => run.id === id),
      list: () => this.runs,
      stop: (_scope, id) => this.runs.some((run) => run.id === id && run.status === "Running"),
    };
  }

  #run(name: string, input: object) {
    const digits = (length: number): string => (++this.#count).toString(16).padStart(length, "0");
    const { account, region } = this;
    const call: ServedCall = {
      account,
      region,
      caller: { account, region, principal: `arn:aws:iam::${account}:root`, accessKeyId: "AKIA", service: "logs" },
      now: new Date(this.now).toISOString(),
      mint: (kind) => mintId(kind, digits(17)),
      random: (count) => digits(count * 2),
      digest: (text) => createHash("sha256").update(text).digest("hex"),
      quotas: standardQuotas,
      publicPool: "203.0.113.0/24",
    };
    const operation = this.#operations.get(name) ?? assert.fail(name);
    return operation.run(this.world, input, call);
  }

  /** What the operation answers. Fails when it refuses, or answers what can't be encoded. */
  does<A extends Action>(name: A, input: Input<A>): Output<A> {
    const outcome = this.#run(name, input as object);
    if (isRefusal(outcome)) return assert.fail(`${name}: ${outcome.refused}: ${outcome.message}`);
    encodeOutput(model, model.operation(name) ?? assert.fail(name), outcome.output, "request");
    return outcome.output as Output<A>;
  }

  /** The code and message the operation refuses with. Fails when it does not refuse. */
  refuses<A extends Action>(name: A, input: Input<A>): string {
    const outcome = this.#run(name, input as object);
    return isRefusal(outcome) ? `${outcome.refused}: ${outcome.message}` : assert.fail(`${name} did not refuse`);
  }

  /** Adds events, a message each, to a stream of a group; makes both as needed. Times are relative to now. */
  holds(logGroupName: string, logStreamName: string, events: readonly (readonly [at: number, message: string])[]): void {
    this.store.createGroup(this, logGroupName, {}, this.now);
    this.store.createStream(this, logGroupName, logStreamName, this.now);
    this.store.append(this, logGroupName, logStreamName, events.map(([at, message]) => ({ time: this.now + at, message })), this.now + 1);
  }
}
