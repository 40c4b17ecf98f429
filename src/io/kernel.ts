/** The real kernel: a port to the thread that touches it. */
import { Worker } from "node:worker_threads";
import { type Kernel, type ObservedNamespace, type Step, StepFailure, type TranslatedConnection } from "../apply/kernel.ts";
import type { Device, DeviceLister } from "./attachments.ts";
import type { OpenedSocket, SocketOpener } from "./sockets.ts";

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export function openKernel(): Kernel & SocketOpener & DeviceLister {
  const worker = new Worker(new URL("./kernel-thread.ts", import.meta.url));
  const waiting = new Map<number, Waiting>();
  let last = 0;
  worker.on("message", ({ id, value, error, namespace }: { id: number; value?: unknown; error?: string; namespace?: string }) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(value);
    else call?.reject(namespace === undefined ? new Error(error) : new StepFailure(error, namespace));
  });
  const fail = (error: Error) => {
    for (const call of waiting.values()) call.reject(error);
    waiting.clear();
  };
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("the kernel thread has ended")));

  const ask = (request: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, ...request });
    });
  return {
    run: async (steps: readonly Step[]) => {
      if (steps.length > 0) await ask({ run: steps });
    },
    observe: async (prefix) => (await ask({ observe: prefix })) as Map<string, ObservedNamespace>,
    translated: async (namespace) => (await ask({ translated: namespace })) as TranslatedConnection[],
    query: async (namespace, command) => String(await ask({ query: { namespace, command } })),
    devices: async (fd) => (await ask({ devices: fd })) as Device[],
    sockets: async (namespace, wanted) => (await ask({ sockets: { namespace, wanted } })) as OpenedSocket[],
    close: async () => {
      await worker.terminate();
    },
  };
}
