/** Delivers what is in the spool from a thread of its own: neither traffic nor the API waits for a destination. */
import { Worker } from "node:worker_threads";
import type { Delivery } from "../flow/deliver.ts";
import type { S3Place } from "./flow-s3.ts";

export interface FlowDeliveryDependencies extends FlowDeliveryStart {
  log(line: string): void;
}

export interface FlowDelivery {
  /** How a flow log's records were last delivered; undefined when nothing was yet. */
  status(flowLog: string): Delivery | undefined;
  /** Has it look at once: records were spooled. It looks twice a second anyway. */
  look(): void;
  /** Ends at once; what was under way is delivered again by the next. */
  close(): Promise<void>;
}

/** What the thread starts with. */
export interface FlowDeliveryStart {
  /** As FlowSpoolOptions's directory and limit. */
  readonly spool: string;
  readonly limit: number;
  /** Where the files of local flow logs lie. */
  readonly directory: string;
  /** Bytes they may have. */
  readonly kept: number;
  /** The file of the region's log store; it is opened when there is something for it. */
  readonly logs: string;
  readonly s3?: S3Place;
}

/** To the thread: look. */
export type ToFlowDelivery = "look";

/** From the thread. */
export type FromFlowDelivery = { readonly told: string; readonly delivery: Delivery } | { readonly log: string };

/** Before a thread that ended by a bug is started again. */
const restartMs = 1000;

/** Starts the thread; one that fails is replaced. */
export function openFlowDelivery({ log, ...workerData }: FlowDeliveryDependencies): FlowDelivery {
  const deliveries = new Map<string, Delivery>();
  let closed = false;
  let worker: Worker | undefined;
  const hear = (message: FromFlowDelivery) => {
    if ("log" in message) log(message.log);
    else deliveries.set(message.told, message.delivery);
  };
  const start = () => {
    if (closed) return;
    const started = new Worker(new URL("./flow-delivery-thread.ts", import.meta.url), { workerData });
    started.on("message", hear);
    started.on("error", (error) => log(`flow logs: ${error.stack}`));
    started.on("exit", () => {
      worker = undefined;
      if (!closed) setTimeout(start, restartMs).unref();
    });
    worker = started;
  };
  start();
  return {
    status: (flowLog) => deliveries.get(flowLog),
    look: () => worker?.postMessage("look" satisfies ToFlowDelivery),
    close: async () => {
      closed = true;
      await worker?.terminate();
    },
  };
}
