/** A region in a process of its own with a fresh state, as a user starts it; and a client that keeps its connections. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { type Agent as AnyAgent, request as plainRequest } from "node:http";
import { Agent, request as tlsRequest } from "node:https";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sign } from "../src/cli/sign.ts";

const launcher = path.join(import.meta.dirname, "..", "bailey");

export interface Region {
  readonly state: string;
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly caBundle: string;
  readonly pid: number;
  /** The launcher, which becomes the control plane. */
  readonly process: ChildProcess;
  /** Milliseconds from the start of the launcher to the first answered call. */
  readonly startMs: number;
  /** Calls an EC2 operation and returns the answer's text; rejects when it is an error. */
  call(action: string, parameters?: Readonly<Record<string, string>>): Promise<string>;
  /** Resident memory of the control plane, in MB. */
  residentMb(): number;
  close(): Promise<void>;
}

/** Runs `bailey` and returns what it printed and its exit code. */
export function bailey(state: string, command: string, ...args: string[]): { code: number; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(launcher, [command, "--state", state, ...args], { encoding: "utf8" });
  return { code: status ?? -1, stdout, stderr };
}

/** Starts a region and waits until it answers; `existing` is a state to start from, and is kept. */
export async function startRegion(dataplane: "kernel" | "none", existing?: string, ...flags: string[]): Promise<Region> {
  const state = existing ?? fs.mkdtempSync(path.join(os.tmpdir(), "bailey-bench-"));
  const begun = performance.now();
  fs.rmSync(path.join(state, "endpoint.json"), { force: true });
  const child = spawn(launcher, ["up", "--state", state, "--listen", "127.0.0.1:0", "--dataplane", dataplane, ...flags], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let story = "";
  child.stderr.on("data", (chunk: Buffer) => (story += chunk.toString()));
  const endpointFile = path.join(state, "endpoint.json");
  for (let waited = 0; !fs.existsSync(endpointFile); waited += 2) {
    if (child.exitCode !== null || waited > 60_000) throw new Error(`the region did not start: ${story}`);
    await sleep(2);
  }
  const facts = JSON.parse(fs.readFileSync(endpointFile, "utf8")) as { endpoint: string; caBundle: string; region: string; pid: number };
  const { call, agent, credentials } = clientOf(state, facts);
  await call("DescribeVpcs");
  const startMs = performance.now() - begun;
  return {
    ...facts,
    ...credentials,
    process: child,
    state,
    startMs,
    call,
    residentMb: () => {
      const status = fs.readFileSync(`/proc/${facts.pid}/status`, "utf8");
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
    },
    close: async () => {
      agent.destroy();
      child.kill("SIGTERM");
      await new Promise((resolve) => (child.exitCode === null && child.signalCode === null ? child.once("exit", resolve) : resolve(undefined)));
      const down = spawn(launcher, ["down", "--state", state, ...(existing === undefined ? ["--wipe"] : [])], { stdio: "ignore" });
      await new Promise((resolve) => down.once("exit", resolve));
    },
  };
}

/** A client with the root keys of a state's region; its connections are its agent's. */
export function clientOf(state: string, region: { readonly endpoint: string; readonly caBundle: string; readonly region: string }) {
  const credentials = JSON.parse(fs.readFileSync(path.join(state, "credentials.json"), "utf8")) as {
    accessKeyId: string;
    secretAccessKey: string;
  };
  const url = new URL(region.endpoint);
  const agent = new Agent({ keepAlive: true, ca: fs.readFileSync(region.caBundle) });
  const call: Region["call"] = async (action, parameters = {}) => {
    const body = new URLSearchParams({ Action: action, Version: "2016-11-15", ...parameters }).toString();
    const scope = { region: region.region, service: "ec2" };
    const headers = sign({ method: "POST", host: url.host, path: "/", body }, credentials, scope, Date.now());
    return post(url, agent, headers, body);
  };
  return { call, agent, credentials };
}

/** Posts a form, with TLS where the URL says so, and returns the body of a 200; rejects on any other answer. */
export function post(url: URL, agent: AnyAgent, headers: Record<string, string>, body: string): Promise<string> {
  const request = url.protocol === "https:" ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: "POST",
        agent,
        headers: { ...headers, "content-type": "application/x-www-form-urlencoded; charset=utf-8", "content-length": String(Buffer.byteLength(body)) },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${response.statusCode}: ${text.slice(0, 500)}`));
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** The text of the first element of that name. */
export function element(xml: string, name: string): string {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  if (found === undefined) throw new Error(`no ${name} in ${xml.slice(0, 300)}`);
  return found;
}
