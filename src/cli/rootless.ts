import { spawn } from "node:child_process";
import { entering } from "../io/anchor.ts";
import type { ProcessIdentity } from "../io/process.ts";

/** Whether this process may make network namespaces: as root, be it only in a user namespace. */
export const isRoot = (): boolean => process.geteuid?.() === 0;

/** Runs this very command line again inside the anchor's namespaces; its exit code. */
export function runInside(anchor: ProcessIdentity): Promise<number> {
  const [file = "", ...args] = [...entering(anchor), process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn(file, args, { stdio: "inherit" });
  // The terminal's own signals reach the child anyway.
  process.on("SIGINT", () => {});
  for (const name of ["SIGTERM", "SIGHUP"] as const) process.on(name, () => child.kill(name));
  return new Promise((resolve) => {
    child.on("error", () => resolve(126));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
