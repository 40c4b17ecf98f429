import { readFileSync, readdirSync } from "node:fs";

/** A process named for good: a pid comes back, a pid with its start time (clock ticks since boot) does not. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: number;
}

/** Every process id in sight. */
export const processIds = (): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** A file of /proc/<pid>, or undefined when the process is gone or not ours to read. */
export function processFile(pid: number, name: "environ" | "stat" | "status"): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return undefined;
  }
}

/** The fields of /proc/<pid>/stat that follow the command's name: state first, then the parent's pid. */
const statFields = (pid: number): string[] => processFile(pid, "stat")?.replace(/^.*\) /s, "").split(" ") ?? [];

/** Clock ticks since boot at which the process started, or undefined when it has ended. */
export function startOf(pid: number): number | undefined {
  const fields = statFields(pid);
  return fields.length === 0 || fields[0] === "Z" ? undefined : Number(fields[19]);
}

/** Whether this very process still runs. */
export const alive = ({ pid, started }: ProcessIdentity): boolean => startOf(pid) === started;

/** The process ids whose parent is `pid`. */
export const childrenOf = (pid: number): number[] => processIds().filter((child) => Number(statFields(child)[1]) === pid);

/** Sends a signal to exactly this process; whether it was there to get it. */
export function signal(process_: ProcessIdentity, name: "SIGTERM" | "SIGKILL" | "SIGHUP"): boolean {
  if (!alive(process_)) return false;
  try {
    return process.kill(process_.pid, name);
  } catch {
    return false;
  }
}

/** Waits until the process has ended, at most `ms` milliseconds; whether it has. */
export async function ended(process_: ProcessIdentity, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (alive(process_)) {
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}
