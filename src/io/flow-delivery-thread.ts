/** The thread that delivers flow logs. It shares nothing with the others but files. */
import { parentPort, workerData } from "node:worker_threads";
import type { FlowDeliveryStart, FromFlowDelivery } from "./flow-delivery.ts";
import { openDeliverer } from "./flow-deliverer.ts";
import { openLogGroups } from "./flow-log-groups.ts";
import { openS3 } from "./flow-s3.ts";

/** How often the spool is looked at without being asked to. */
const lookMs = 500;

const port = parentPort;
if (!port) throw new Error("the delivering thread is started as a worker");
const say = (message: FromFlowDelivery): void => port.postMessage(message);

const { spool, limit, directory, kept, logs, s3 } = workerData as FlowDeliveryStart;

const deliverer = openDeliverer({
  spool,
  limit,
  directory,
  kept,
  ...(s3 && { putObject: openS3(s3) }),
  putEvents: openLogGroups(logs),
  now: () => Date.now() / 1000,
  random: () => Math.random(),
  log: (line) => say({ log: line }),
  told: (flowLog, delivery) => say({ told: flowLog, delivery }),
});

// A destination may take its time: looks go on meanwhile, and leave alone what is under way.
const look = (): void => {
  deliverer.look().catch((error: unknown) => say({ log: `flow logs: ${error instanceof Error ? error.stack : String(error)}` }));
};

port.on("message", look);
look();
setInterval(look, lookMs);
