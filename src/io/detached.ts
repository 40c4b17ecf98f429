import { spawn } from "node:child_process";
import type { Readable } from "node:stream";

/** What is started takes tens of milliseconds to get ready; a host this slow has other troubles. */
const readyMs = 10_000;

/**
 * Starts a program that outlives this process: a session of its own, no descriptor of ours, and no environment but
 * PATH and what is given. It writes a line to descriptor 3 when it is ready. Answers whether it did so in time.
 */
export function spawnDetached(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<boolean> {
  const child = spawn(file, args, {
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    env: { PATH: process.env["PATH"], LANG: "C.UTF-8", ...environment },
  });
  const ready = child.stdio[3] as Readable;
  return new Promise((resolve) => {
    const answer = (isReady: boolean): void => {
      clearTimeout(timer);
      ready.destroy();
      child.unref();
      resolve(isReady);
    };
    const timer = setTimeout(() => answer(false), readyMs);
    ready.once("data", () => answer(true));
    ready.once("close", () => answer(false));
    child.once("error", () => answer(false));
  });
}
