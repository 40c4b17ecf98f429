import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readlinkSync } from "node:fs";
import { constants } from "node:os";
import type { RunningGuest } from "../host/guests.ts";
import { openGuests } from "../io/guests.ts";
import { childrenOf, signal, startOf } from "../io/process.ts";
import { isRefusal, refuse } from "../values/refuse.ts";
import { command, misuse, stateFlag } from "./command.ts";
import { readFacts, stateDirectory } from "./state.ts";

export const exec = command({
  name: "exec",
  summary: "run a command in an instance",
  usage: "[--state DIR] INSTANCE [--] [COMMAND [ARGUMENT...]]",
  about: `
Runs a command as root inside a running instance: in its network, with its hostname, processes, /run and /tmp; the rest
of the file system is this machine's. The terminal, stdin and stdout are passed through, and the exit code is the
command's (128 + n when signal n ended it). Without a command: your $SHELL, or /bin/sh. The control plane need not run.`,
  flags: { state: stateFlag },
  examples: [
    "./bailey exec i-0123456789abcdef0 -- curl -s http://10.0.2.10/",
    "./bailey exec i-0123456789abcdef0",
  ],
  positionals: 1,
  passThrough: true,
  async run({ state: flag }, [id, ...words]) {
    if (id === undefined) return misuse("say which instance");
    const state = stateDirectory(flag);
    const facts = readFacts(state);
    if (isRefusal(facts)) return facts;
    const running = await openGuests(state, facts.realm).observe();
    const guest = running.get(id);
    if (!guest) {
      const others = [...running.keys()].toSorted().join(", ");
      return refuse("NotRunning", `${id} is not running here; ${others === "" ? "nothing is" : `running: ${others}`}`);
    }
    const program = words[0] === "--" ? words.slice(1) : words;
    return runIn(guest, program.length > 0 ? program : [process.env["SHELL"] || "/bin/sh"]);
  },
});

/** As at a login: in HOME, where that is ours to use. */
const login = '[ -w "$HOME" ] || export HOME=/tmp; cd "$HOME"; exec "$@"';

/** Runs the program in the instance's namespaces and answers its exit code. */
function runIn({ pid }: RunningGuest, program: readonly string[]): Promise<number> {
  const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid"];
  // A region started without root lives in a user namespace of its own.
  if (userNamespace(pid) !== userNamespace("self")) namespaces.push("--user", "--preserve-credentials");
  const args = ["--target", String(pid), ...namespaces, "--", "/bin/sh", "-c", login, "sh", ...program];
  const child = spawn("nsenter", args, { stdio: "inherit", env: environment() });
  const passed = passSignals(child);
  return new Promise((resolve) => {
    const end = (code: number): void => {
      passed();
      resolve(code);
    };
    child.on("error", (error) => {
      process.stderr.write(`bailey: nsenter can't be run: ${error.message}\n`);
      end(126);
    });
    child.on("exit", (code, by) => end(code ?? 128 + (by ? constants.signals[by] : 0)));
  });
}

const userNamespace = (pid: number | "self"): string => readlinkSync(`/proc/${pid}/ns/user`);

/** What the terminal means for the program is the program's; nothing else of the caller's environment is. */
function environment(): NodeJS.ProcessEnv {
  const { TERM, LANG } = process.env;
  return {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: "/root",
    LANG: LANG ?? "C.UTF-8",
    ...(TERM === undefined ? {} : { TERM }),
  };
}

/**
 * The terminal sends its signals to the program too, so they are left to it. Those sent to this process alone are
 * passed on to the program, which nsenter would leave behind. Answers how to undo this.
 */
function passSignals(child: ChildProcess): () => void {
  const ignore = (): void => {};
  const pass = (name: "SIGTERM" | "SIGHUP"): void => {
    for (const pid of childrenOf(child.pid ?? 0)) {
      const started = startOf(pid);
      if (started !== undefined) signal({ pid, started }, name);
    }
  };
  const handlers = { SIGINT: ignore, SIGQUIT: ignore, SIGTERM: () => pass("SIGTERM"), SIGHUP: () => pass("SIGHUP") };
  for (const [name, handler] of Object.entries(handlers)) process.on(name, handler);
  return () => {
    for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
  };
}
