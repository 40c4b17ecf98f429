/** Which file a record goes into, and when a file is complete. Times are Unix seconds. */
import type { FlowLog } from "../model/resource.ts";
import { fileBytes, type FlowFile, slotOf, slotSeconds } from "./s3-layout.ts";

/** A file of one flow log that is being filled. */
export interface Batch extends FlowFile {
  readonly flowLog: string;
}

/** What of a flow log says how its records are batched. */
export type Batched = Pick<FlowLog, "id" | "destination">;

export interface Batches {
  /** The batch that takes so many bytes of records which end then; what is full by them is due. */
  place(flowLog: Batched, end: number, bytes: number, now: number): Batch;
  /** What is complete by now. It is told once, and takes no more. */
  due(now: number): Batch[];
}

/** A slot's file waits for records that end at its last moment: they are told when their window closes. */
export const graceSeconds = 10;

interface Filling extends Batch {
  bytes: number;
  /** When it is complete if it is not full before. */
  readonly until: number;
}

/** Starts with no batch. `hash` makes eight hex digits, never the same twice. */
export function openBatches(hash: () => string): Batches {
  const filling = new Map<string, Filling>();
  const full: Batch[] = [];
  const open = ({ id, destination }: Batched, slot: number, now: number): Filling => {
    // What comes late may bring more of its slot with it. Log streams have no files: their records go at once.
    const until = destination.type === "cloud-watch-logs" ? now : Math.max(slot + slotSeconds, now) + graceSeconds;
    const batch = { flowLog: id, slot, hash: hash(), bytes: 0, until };
    filling.set(keyOf(id, slot), batch);
    return batch;
  };
  return {
    place(flowLog, end, bytes, now) {
      const slot = slotOf(end);
      const key = keyOf(flowLog.id, slot);
      let batch = filling.get(key);
      if (batch && batch.bytes + bytes > fileBytes) {
        filling.delete(key);
        full.push(batch);
        batch = undefined;
      }
      batch ??= open(flowLog, slot, now);
      batch.bytes += bytes;
      return batch;
    },
    due(now) {
      const over = [...filling].filter(([, { until }]) => until <= now);
      for (const [key] of over) filling.delete(key);
      return [...full.splice(0), ...over.map(([, batch]) => batch)];
    },
  };
}

const keyOf = (flowLog: string, slot: number): string => `${flowLog}/${slot}`;
