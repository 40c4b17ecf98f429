import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { findAnchor } from "../io/anchor.ts";
import { ended, signal } from "../io/process.ts";
import { isRefusal, refuse } from "../values/refuse.ts";
import type { Refusal } from "../values/refuse.ts";
import { command, stateFlag } from "./command.ts";
import { isRoot, runInside } from "./rootless.ts";
import { readFacts, stateDirectory } from "./state.ts";

/** A control plane that has not stopped by then is killed: its state is safe at any moment. */
const graceMs = 10_000;

export const down = command({
  name: "down",
  summary: "stop the region and remove all of it from this machine, but for its state",
  usage: "[--state DIR] [--wipe]",
  about: `
Stops the control plane if it runs, ends every instance, and removes every namespace, interface and rule that the region
has in the kernel. The state stays: the next 'bailey up' makes all of it again, unless --wipe deletes the state too.`,
  flags: { state: stateFlag, wipe: { type: "boolean", about: "delete the state as well: the region is gone for good" } },
  examples: ["./bailey down", "./bailey down --state /tmp/lab --wipe"],
  positionals: 0,
  async run({ state: flag, wipe }) {
    const state = stateDirectory(flag);
    if (!existsSync(state)) {
      process.stderr.write(`There is nothing in ${state}.\n`);
      return 0;
    }
    const anchor = isRoot() ? undefined : findAnchor(state);
    if (anchor) {
      const code = await runInside(anchor);
      if (code === 0) signal(anchor, "SIGKILL");
      return code;
    }
    await stopControlPlane(state);
    const { tearDown } = await import("../main.ts");
    const problem = (await tearDown(state)) ?? (wipe ? await wipeState(state) : undefined);
    if (problem) return problem;
    process.stderr.write(wipe ? `The region in ${state} is gone.\n` : `The region in ${state} is down; its state is kept.\n`);
    return 0;
  },
});

async function stopControlPlane(state: string): Promise<void> {
  const facts = readFacts(state);
  if (isRefusal(facts) || !signal(facts, "SIGTERM") || (await ended(facts, graceMs))) return;
  signal(facts, "SIGKILL");
  await ended(facts, graceMs);
}

/** Deletes the directory, if it is one of ours: a slip in --state must not cost somebody their files. */
async function wipeState(state: string): Promise<Refusal | undefined> {
  if (!existsSync(join(state, "credentials.json"))) {
    return refuse("State", `${state} does not look like a region's state, so it is left alone`);
  }
  await rm(state, { recursive: true });
  return undefined;
}
