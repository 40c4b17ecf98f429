/**
 * A machine's network for one test process alone: what Bailey puts on the machine it runs on, addresses of the public
 * pool above all, meets nothing of another test's. To be imported before anything that starts a thread or a process.
 */
import { execFileSync } from "node:child_process";
import { CLONE_NEWNET, unshare } from "../../src/io/libc.ts";
import { canUseKernel } from "./lab.ts";

if (canUseKernel) {
  unshare(CLONE_NEWNET);
  execFileSync("ip", ["link", "set", "lo", "up"]);
}
