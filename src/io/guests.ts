import { readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Guest } from "../host/guest.ts";
import type { Guests, RunningGuest } from "../host/guests.ts";
import { refuse } from "../values/refuse.ts";
import { spawnDetached } from "./detached.ts";
import { alive, ended, processFile, processIds, signal, startOf } from "./process.ts";

const consoleBytes = 64 * 1024;
/** How long the kernel may take to end the processes of a PID namespace whose init was killed. */
const killMs = 10_000;
const launcher = join(import.meta.dirname, "guest-launch.sh");

/**
 * The instances of a realm on this host, as process trees in Linux namespaces. `state` is the directory whose
 * `instances/<id>` holds an instance's files; nothing in it is needed to tell what runs.
 */
export function openGuests(state: string, realm: string): Guests {
  const directoryOf = (id: string): string => join(state, "instances", id);
  /** What a look at every process saw, for this turn of the event loop: many instances may end at a time. */
  let seen: Map<string, RunningGuest> | undefined;
  let known: Known = new Map();
  const look = (): Map<string, RunningGuest> => {
    known = inits(realm, known);
    seen = new Map([...known.values()].map(({ id, guest }) => [id, guest]));
    setImmediate(() => (seen = undefined));
    return seen;
  };
  return {
    observe: async () => seen ?? look(),
    async start(guest) {
      const before = (seen ?? look()).get(guest.id);
      if (before) return before;
      const directory = directoryOf(guest.id);
      await prepare(directory, guest);
      await spawnDetached("/bin/sh", [launcher, directory, guest.netns, state], {
        BAILEY_INSTANCE: `${realm}/${guest.id}/${guest.boot}`,
      });
      const said = lastLine(consoleOf(directory));
      return look().get(guest.id) ?? refuse("InternalError", `${guest.id} did not start: ${said}`);
    },
    async stop(id, graceMs) {
      const guest = (seen ?? look()).get(id);
      if (!guest || !signal(guest, "SIGTERM") || (await ended(guest, graceMs))) return;
      // When PID 1 of a PID namespace ends, the kernel ends every other process in it.
      signal(guest, "SIGKILL");
      await ended(guest, killMs);
    },
    remove: (id) => rm(directoryOf(id), { recursive: true, force: true }),
    console: (id) => consoleOf(directoryOf(id)),
  };
}

/**
 * Asks the kernel which instances run. Init carries the instance's name in its environment and is PID 1 of a namespace
 * right below this one; both are out of reach of the processes inside, which could only nest deeper.
 */
function inits(realm: string, before: Known): Known {
  const found: Known = new Map();
  for (const pid of processIds()) {
    const last = before.get(pid);
    if (last && alive(last.guest)) {
      // To ask a process that is ending for its environment is to wait for it.
      found.set(pid, last);
      continue;
    }
    const [id, boot] = instanceOf(pid, realm) ?? [];
    const started = id === undefined ? undefined : startOf(pid);
    if (id !== undefined && boot !== undefined && started !== undefined) found.set(pid, { id, guest: { pid, started, boot } });
  }
  return found;
}

/** Instances' inits, by pid. */
type Known = Map<number, { readonly id: string; readonly guest: RunningGuest }>;

/** The instance's id, and which start of it. */
function instanceOf(pid: number, realm: string): string[] | undefined {
  const marker = `BAILEY_INSTANCE=${realm}/`;
  const mark = processFile(pid, "environ")?.split("\0").find((entry) => entry.startsWith(marker));
  if (mark === undefined || !/^NSpid:\t\d+\t1$/m.test(processFile(pid, "status") ?? "")) return undefined;
  return mark.slice(marker.length).split("/");
}

async function prepare(directory: string, guest: Guest): Promise<void> {
  await mkdir(join(directory, "run"), { recursive: true, mode: 0o700 });
  const files = {
    hostname: `${guest.hostname}\n`,
    hosts: guest.hosts,
    "resolv.conf": guest.resolvConf,
    "user-data": guest.userData,
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(directory, name), content, { mode: name === "user-data" ? 0o600 : 0o644 });
  }
}

function consoleOf(directory: string): Uint8Array {
  const logs = ["console.log.1", "console.log"].map((name) => readIfThere(join(directory, name)));
  return Buffer.concat(logs).subarray(-consoleBytes);
}

/** The launcher may rename a log at any moment. */
function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

const lastLine = (bytes: Uint8Array): string => Buffer.from(bytes).toString().trimEnd().split("\n").at(-1) ?? "";
