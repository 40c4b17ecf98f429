import type { Refusal } from "../values/refuse.ts";
import type { Guest } from "./guest.ts";

/** One incarnation of an instance on its host. */
export interface RunningGuest {
  /** Process id, as the host sees it, of the instance's PID 1. */
  readonly pid: number;
  /** Clock ticks since boot at which that process started: with the pid, it names the process for good. */
  readonly started: number;
  /** Which start of the instance it is: Guest.boot as it was then. */
  readonly boot: string;
}

/** The instances of one realm on one host. It remembers nothing: what runs is read from the kernel each time. */
export interface Guests {
  /** What runs now, by instance id. */
  observe(): Promise<Map<string, RunningGuest>>;
  /**
   * Starts the instance unless it runs already. Its network namespace must exist. Answers when the instance is set up
   * and its user data has begun; refused (Server.InternalError) when the host can't start it.
   */
  start(guest: Guest): Promise<RunningGuest | Refusal>;
  /** Asks every process to end, and ends those that are left after `graceMs` milliseconds. */
  stop(id: string, graceMs: number): Promise<void>;
  /** Forgets the instance's files. The instance must not run. */
  remove(id: string): Promise<void>;
  /** The last 64 KiB the instance wrote; empty when it never ran. */
  console(id: string): Uint8Array;
}
