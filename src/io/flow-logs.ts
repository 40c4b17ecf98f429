/** Flow logs from the kernel to where they go: one thread reads and spools, another delivers. Neither runs before there is a flow log. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Delivery } from "../flow/deliver.ts";
import { type Change, tableOf, type World } from "../model/world.ts";
import { type FlowCapture, openFlowCapture } from "./flow-capture.ts";
import { type FlowDelivery, openFlowDelivery } from "./flow-delivery.ts";
import type { S3Place } from "./flow-s3.ts";

export interface FlowLogsDependencies {
  readonly realm: string;
  /** The region's directory. */
  readonly state: string;
  readonly s3?: S3Place;
  /** Bytes that the files of local flow logs may have; absent: 10 GB. */
  readonly kept?: number;
  /** The file of the region's log store. */
  readonly logs: string;
  world(): World;
  log(line: string): void;
}

export interface FlowLogs {
  /** Tells what was committed. */
  commit(changes: readonly Change[]): void;
  /** How a flow log's records were last delivered. */
  delivery(flowLog: string): Delivery | undefined;
  close(): Promise<void>;
}

/** Bytes of records that wait for their destination. */
const spoolBytes = 4 * 2 ** 30;
const keptBytes = 10e9;

export const flowLogFiles = (state: string): string => join(state, "flow-logs");
const spoolOf = (state: string): string => join(state, "flow-spool");

export function openFlowLogs({ realm, state, kept = keptBytes, logs, s3, world, log }: FlowLogsDependencies): FlowLogs {
  const spool = spoolOf(state);
  const capture: FlowCapture = openFlowCapture({ realm, spool, limit: spoolBytes, world, log });
  let delivery: FlowDelivery | undefined;
  /** What an earlier process spooled is delivered, whether its flow log is still there or not. */
  const begin = () => {
    const wanted = tableOf(world(), "flow-log").size > 0 || (existsSync(spool) && readdirSync(spool).length > 0);
    if (wanted) delivery ??= openFlowDelivery({ spool, limit: spoolBytes, directory: flowLogFiles(state), kept, logs, ...(s3 && { s3 }), log });
  };
  begin();
  return {
    commit: (changes) => {
      capture.commit(changes);
      begin();
    },
    delivery: (flowLog) => delivery?.status(flowLog),
    close: async () => {
      await capture.close();
      await delivery?.close();
    },
  };
}
