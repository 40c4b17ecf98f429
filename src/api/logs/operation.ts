import type * as CloudWatchLogs from "@aws-sdk/client-cloudwatch-logs";
import type { Queries } from "../../logs/queries.ts";
import type { LogStore } from "../../logs/store.ts";
import type { World } from "../../model/world.ts";
import { type Refusal, isRefusal } from "../../values/refuse.ts";
import type { ServedCall, ServedOperation } from "../perform.ts";
import type { ActionOf, InputOf, OutputOf } from "../sdk.ts";

export type Action = ActionOf<typeof CloudWatchLogs>;
export type Input<A extends Action> = InputOf<typeof CloudWatchLogs, A>;
export type Output<A extends Action> = OutputOf<typeof CloudWatchLogs, A>;

/** What the operations of CloudWatch Logs work on: it is no part of the world. */
export interface Logs {
  readonly store: LogStore;
  readonly queries: Queries;
}

/** An operation of CloudWatch Logs. What it changes it changes in the store, last, when nothing can be refused any more. */
export interface LogsOperation<A extends Action> {
  readonly name: A;
  run(logs: Logs, input: Input<A>, call: LogsCall): Refusal | Output<A>;
}

export interface LogsCall extends ServedCall {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly world: World;
}

export const operation = <A extends Action>(definition: LogsOperation<A>): LogsOperation<A> => definition;

/** An operation as the server calls it. */
export const served = <A extends Action>({ name, run }: LogsOperation<A>, logs: Logs): ServedOperation => ({
  name,
  run(world, input, call) {
    const output = run(logs, input as Input<A>, { ...call, time: Date.parse(call.now), world });
    return isRefusal(output) ? output : { output };
  },
});
