import { spawnSync } from "node:child_process";
import { refuse } from "../values/refuse.ts";
import type { Refusal } from "../values/refuse.ts";
import { spawnDetached } from "./detached.ts";
import { standIn } from "../compile/names.ts";
import { processFile, processIds, startOf } from "./process.ts";
import type { ProcessIdentity } from "./process.ts";

/*
 * Without root, a region lives in an unprivileged user namespace. The anchor is the process that keeps that namespace
 * and the mounts in it (network namespaces are mounts under /run/netns) while the control plane comes and goes.
 */

/** Its own network namespace gets the name that stands for the machine: the real one is closed to it. */
const hold = `mount -n -t tmpfs -o mode=755 tmpfs /run && mkdir /run/netns && touch /run/netns/${standIn} &&
  mount -n --bind /proc/self/ns/net /run/netns/${standIn} && echo ready >&3 && exec sleep infinity 3>&-`;
const namespaces = ["--user", "--map-root-user", "--mount", "--net"];

/** The anchor of the state directory, found by the mark in its environment. */
export function findAnchor(state: string): ProcessIdentity | undefined {
  const mark = `BAILEY_ANCHOR=${state}`;
  for (const pid of processIds()) {
    if (!processFile(pid, "environ")?.split("\0").includes(mark)) continue;
    const started = startOf(pid);
    if (started !== undefined) return { pid, started };
  }
  return undefined;
}

/** The anchor, started if there is none. Refused where this system gives users no namespaces. */
export async function openAnchor(state: string): Promise<ProcessIdentity | Refusal> {
  const found = findAnchor(state);
  if (found) return found;
  if (spawnSync("unshare", [...namespaces, "true"]).status !== 0) return refuse("Privilege", noNamespaces);
  await spawnDetached("unshare", [...namespaces, "/bin/sh", "-c", hold], { BAILEY_ANCHOR: state });
  return findAnchor(state) ?? refuse("Privilege", "the user namespace could not be set up; run bailey as root");
}

const noNamespaces = `the data plane needs root, or unprivileged user namespaces, which are switched off here. Any of these helps:
  run bailey as root
  sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0    (Ubuntu 23.10 and later)
  sudo sysctl -w kernel.unprivileged_userns_clone=1                (older Debian)
  bailey up --dataplane none                                       (the API alone: nothing is enforced)`;

/** The command that runs another one inside: root there, and still in this network namespace, so that it can listen. */
export const entering = ({ pid }: ProcessIdentity): string[] => [
  "nsenter",
  "--target",
  String(pid),
  "--user",
  "--mount",
  "--preserve-credentials",
  "--",
];
