/** The thread that delivers flow logs. It shares nothing with the others but the spool's folder. */
import { parentPort, workerData } from "node:worker_threads";
import type { Failure } from "../flow/deliver.ts";
import type { FlowDeliveryStart, FromFlowDelivery, ToFlowDelivery } from "./flow-delivery.ts";
import { openDeliverer } from "./flow-deliverer.ts";
import { openS3 } from "./flow-s3.ts";

/** How often the spool is looked at without being asked to. */
const lookMs = 1000;

const port = parentPort;
if (!port) throw new Error("the delivering thread is started as a worker");
const say = (message: FromFlowDelivery): void => port.postMessage(message);

const { spool, limit, directory, s3 } = workerData as FlowDeliveryStart;
/** Calls that the main thread has not answered. */
const putting = new Map<number, (failure: Failure | undefined) => void>();
let lastPut = 0;

const deliverer = openDeliverer({
  spool,
  limit,
  directory,
  ...(s3 && { putObject: openS3(s3) }),
  putEvents: (account, region, group, stream, events) =>
    new Promise((resolve) => {
      putting.set(++lastPut, resolve);
      say({ put: lastPut, to: [account, region, group, stream], events });
    }),
  now: () => Date.now() / 1000,
  random: () => Math.random(),
  log: (line) => say({ log: line }),
  told: (flowLog, delivery) => say({ told: flowLog, delivery }),
});

// A destination may take its time: looks go on meanwhile, and leave alone what is under way.
const look = (): void => {
  deliverer.look().catch((error: unknown) => say({ log: `flow logs: ${error instanceof Error ? error.stack : String(error)}` }));
};

port.on("message", (message: ToFlowDelivery) => {
  if ("look" in message) return look();
  putting.get(message.put)?.(message.failure);
  putting.delete(message.put);
});
look();
setInterval(look, lookMs);
