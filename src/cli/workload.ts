/** What is attached, as the command line names it: the flags of `attach` and `detach`. */
import { spawnSync } from "node:child_process";
import { startOf } from "../io/process.ts";
import { refuse } from "../values/refuse.ts";
import type { Refusal } from "../values/refuse.ts";
import { type Flag, misuse } from "./command.ts";

export const workloadFlags = {
  netns: { type: "string", value: "PATH", about: "a network namespace, by its absolute path, such as /run/netns/NAME" },
  pid: { type: "string", value: "N", about: "the network namespace of a process" },
  container: { type: "string", value: "ID", about: "the network namespace of a container of podman, docker or nerdctl" },
  tap: { type: "string", value: "NAME", about: "a virtual machine's tap device" },
} as const satisfies Readonly<Record<string, Flag>>;

type Name = keyof typeof workloadFlags;
type Given = { readonly [K in Name]?: string };

const kinds = { netns: "namespace", pid: "process", container: "container", tap: "tap" } as const;

export interface Workload {
  readonly kind: (typeof kinds)[Name];
  readonly name: string;
}

/** The one workload the flags name; undefined when they name none. */
export function workloadOf(given: Given): Workload | Refusal | undefined {
  const [named, another] = (["netns", "pid", "container", "tap"] as const).flatMap((flag) => {
    const name = given[flag];
    return name === undefined ? [] : [{ flag, name }];
  });
  if (another) return misuse(`--${named?.flag} and --${another.flag}: only one can be said`);
  if (!named) return undefined;
  const { flag, name } = named;
  if (name === "") return misuse(`--${flag} needs a value`);
  if (flag === "netns" && !name.startsWith("/")) return misuse(`--netns is an absolute path, not '${name}'`);
  if (flag === "pid" && !/^[1-9]\d{0,9}$/.test(name)) return misuse(`--pid is a process id, not '${name}'`);
  return { kind: kinds[flag], name };
}

/** Where the network of a workload is, for the region to find it. */
export function whereaboutsOf({ kind, name }: Workload): { path?: string; pid?: number; started?: number } | Refusal {
  if (kind === "namespace") return { path: name };
  if (kind === "process") return { pid: Number(name) };
  return kind === "container" ? processOf(name) : {};
}

const engines = ["podman", "docker", "nerdctl"];

/** The process of a container, as the user's own engine knows it: another user's region could not ask for it. */
function processOf(container: string): { pid: number; started: number } | Refusal {
  const complaints: string[] = [];
  for (const engine of engines) {
    const args = ["inspect", "--format", "{{.State.Pid}}", "--", container];
    const { error, status, stdout, stderr } = spawnSync(engine, args, { encoding: "utf8", timeout: 10_000 });
    if (error && "code" in error && error.code === "ENOENT") continue;
    const pid = Number(stdout.trim());
    const started = status === 0 && pid > 0 ? startOf(pid) : undefined;
    if (started !== undefined) return { pid, started };
    complaints.push(`${engine}: ${status === 0 ? "it does not run" : (error?.message ?? stderr.trim().split("\n").at(-1) ?? "")}`);
  }
  const tried = complaints.length > 0 ? complaints.join("; ") : `none of ${engines.join(", ")} is here`;
  return refuse("NotRunning", `the container ${container} is not found (${tried})`);
}
