import { getServers } from "node:dns";
import { isIP } from "node:net";
import { adjustQuotas, type Quotas } from "../api/limits.ts";
import { openAnchor } from "../io/anchor.ts";
import { alive, startOf } from "../io/process.ts";
import { isPublicPool, standardPublicPool } from "../model/public-address.ts";
import { formatCidr, parseCidr } from "../values/ip.ts";
import { isRefusal, refuse } from "../values/refuse.ts";
import type { Refusal } from "../values/refuse.ts";
import { command, misuse, stateFlag } from "./command.ts";
import { quote } from "./env.ts";
import { isRoot, runInside } from "./rootless.ts";
import type { RegionOptions, Running } from "./running.ts";
import { makeStateDirectory, readFacts, stateDirectory, writeFacts } from "./state.ts";

export const up = command({
  name: "up",
  summary: "start the region: the API on this machine, and its packet filters in this kernel",
  usage: "[--state DIR] [--listen HOST:PORT] [--region NAME] [--account ID]",
  about: `
Starts the region whose state is in DIR, or makes a new one there, and serves it until Ctrl-C. What runs then goes on
running: instances, and the filtering of their packets. The next 'bailey up' takes them over; 'bailey down' ends them.
Without root it uses an unprivileged user namespace, where the system allows that.`,
  flags: {
    state: stateFlag,
    listen: { type: "string", value: "HOST:PORT", about: "where the API answers (default: 127.0.0.1:7443)" },
    region: { type: "string", value: "NAME", about: "the region clients are pointed at (default: us-east-1)" },
    account: { type: "string", value: "ID", about: "twelve digits (default: 123456789012)" },
    dataplane: { type: "string", value: "KIND", about: "kernel, or none: the API alone, nothing runs (default: kernel)" },
    quotas: { type: "string", value: "NAME=N,…", about: "quotas other than Amazon's defaults, such as rulesPerGroup=200" },
    "public-pool": {
      type: "string",
      value: "CIDR",
      about: `what public addresses are given out of: an IPv4 prefix, /29 or wider (default: ${standardPublicPool})`,
    },
    internet: {
      type: "string",
      value: "SCOPE",
      about: "what internet gateways lead to: machine, this one alone, or beyond, what it reaches by IPv4 too (default: machine)",
    },
    "dns-upstream": {
      type: "string",
      value: "SERVERS",
      about: "who answers for names that are not the region's: HOST[:PORT],…, system, or off (default: off, they are refused)",
    },
    activation: {
      type: "string",
      value: "HOST:PORT",
      about: "the server that instances reach at 169.254.169.250 and .251, port 1688 (default: none, they are refused)",
    },
    "s3-endpoint": {
      type: "string",
      value: "URL",
      about: "the S3 that flow logs are delivered to, with the keys in the environment or the region's own (default: none)",
    },
    "flow-logs-limit": {
      type: "string",
      value: "GB",
      about: "how much is kept of flow logs that go to the region's own directory; the oldest records go first (default: 10)",
    },
    images: {
      type: "string",
      value: "SCOPE",
      about: "what launches may name: own, the one image there is, or any, each standing for that one (default: own)",
    },
    "allow-reset": { type: "boolean", about: "let POST /_bailey/reset empty everything: for test suites" },
  },
  examples: ["./bailey up", "./bailey up --state /tmp/lab --listen 127.0.0.1:7444 --region eu-central-1"],
  positionals: 0,
  async run(values) {
    const options = optionsOf(values);
    if (isRefusal(options)) return options;
    const { state } = options;
    const problem = makeStateDirectory(state);
    if (problem) return problem;
    const before = readFacts(state);
    if (!isRefusal(before) && alive(before)) {
      return refuse("Running", `the region in ${state} runs already, as process ${before.pid} at ${before.endpoint}`);
    }
    if (options.dataplane === "kernel" && !isRoot()) {
      if (options.beyond) return refuse("Privilege", "--internet beyond changes how this machine forwards packets, which only root may");
      const anchor = await openAnchor(state);
      return isRefusal(anchor) ? anchor : runInside(anchor);
    }
    const { startRegion } = await import("../main.ts");
    const running = await startRegion(options).catch((error: unknown) => cannotListen(error, options));
    return isRefusal(running) ? running : serve(options, running);
  },
});

interface Given {
  readonly state?: string;
  readonly listen?: string;
  readonly region?: string;
  readonly account?: string;
  readonly dataplane?: string;
  readonly quotas?: string;
  readonly "public-pool"?: string;
  readonly internet?: string;
  readonly "dns-upstream"?: string;
  readonly activation?: string;
  readonly "s3-endpoint"?: string;
  readonly "flow-logs-limit"?: string;
  readonly images?: string;
  readonly "allow-reset"?: boolean;
}

/** What the flags ask for, each checked. */
export function optionsOf(given: Given): RegionOptions | Refusal {
  const { listen = "127.0.0.1:7443", region, account, dataplane = "kernel", internet = "machine", images = "own" } = given;
  const place = placeOf(listen);
  if (!place) return misuse(`--listen is HOST:PORT, not '${listen}'`);
  const activation = given.activation === undefined ? undefined : placeOf(given.activation);
  if (given.activation !== undefined && !activation?.port) return misuse(`--activation is HOST:PORT, not '${given.activation}'`);
  if (region !== undefined && !/^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/.test(region)) return misuse(`--region is a name like us-east-1, not '${region}'`);
  if (account !== undefined && !/^\d{12}$/.test(account)) return misuse(`--account is twelve digits, not '${account}'`);
  if (dataplane !== "kernel" && dataplane !== "none") return misuse(`--dataplane is kernel or none, not '${dataplane}'`);
  if (internet !== "machine" && internet !== "beyond") return misuse(`--internet is machine or beyond, not '${internet}'`);
  const s3Endpoint = given["s3-endpoint"];
  if (s3Endpoint !== undefined && !/^https?:$/.test(URL.parse(s3Endpoint)?.protocol ?? "")) return misuse(`--s3-endpoint is an http or https URL, not '${s3Endpoint}'`);
  const gigabytes = given["flow-logs-limit"] === undefined ? undefined : Number(given["flow-logs-limit"]);
  if (gigabytes !== undefined && !(gigabytes > 0)) return misuse(`--flow-logs-limit is a number of gigabytes, not '${given["flow-logs-limit"]}'`);
  if (images !== "own" && images !== "any") return misuse(`--images is own or any, not '${images}'`);
  const quotas = quotasOf(given.quotas);
  if (isRefusal(quotas)) return quotas;
  const publicPool = poolOf(given["public-pool"] ?? standardPublicPool);
  if (isRefusal(publicPool)) return publicPool;
  const dnsUpstream = upstreamOf(given["dns-upstream"] ?? "off");
  if (isRefusal(dnsUpstream)) return dnsUpstream;
  const allowReset = given["allow-reset"] ?? false;
  return { state: stateDirectory(given.state), ...place, dataplane, quotas, publicPool, beyond: internet === "beyond", dnsUpstream, allowReset, ...(region !== undefined && { region }), ...(account !== undefined && { account }), ...(activation && { activation }), ...(images === "any" && { anyImage: true }), ...(s3Endpoint !== undefined && { s3Endpoint }), ...(gigabytes !== undefined && { flowLogBytes: gigabytes * 1e9 }) };
}

/** HOST:PORT or [IPV6]:PORT; undefined when it is neither. */
function placeOf(text: string): { host: string; port: number } | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  return host === undefined || Number(port) > 65535 ? undefined : { host, port: Number(port) };
}

function quotasOf(text: string | undefined): Quotas | Refusal {
  const pairs = (text ?? "").split(",").filter((pair) => pair !== "").map((pair) => pair.split("="));
  const quotas = adjustQuotas(Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, value === "" ? Number.NaN : Number(value)])));
  return isRefusal(quotas) ? misuse(`--quotas: ${quotas.message}`) : quotas;
}

function poolOf(text: string): string | Refusal {
  const pool = parseCidr(text);
  return pool && isPublicPool(pool) ? formatCidr(pool) : misuse(`--public-pool is an IPv4 prefix, /29 or wider, not '${text}'`);
}

/** The name servers a flag names. The system's are those of this moment. */
function upstreamOf(text: string): readonly string[] | Refusal {
  if (text === "off") return [];
  if (text === "system") return getServers();
  const servers = text.split(",");
  const wrong = servers.find((server) => {
    const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(server) ?? [undefined, server];
    return isIP(bracketed ?? plain ?? server) === 0 || Number(port ?? 1) < 1 || Number(port ?? 1) > 65535;
  });
  return wrong === undefined ? servers : misuse(`--dns-upstream is an address with or without a port, system, or off; not '${wrong}'`);
}

/** The refusal of an address that is taken, or not this machine's. Any other error is a bug, and thrown on. */
function cannotListen(error: unknown, { host, port }: RegionOptions): Refusal {
  if (!(error instanceof Error && "syscall" in error && error.syscall === "listen")) throw error;
  return refuse("Listen", `can't listen at ${host}:${port}, try another with --listen (${error.message})`);
}

/** Tells the other commands where the region is, and the user what to do, until a signal ends it. */
async function serve({ state, dataplane }: RegionOptions, running: Running): Promise<number> {
  const { endpoint, caBundle, region, account, realm } = running;
  const none = dataplane === "none";
  const started = startOf(process.pid) ?? 0;
  writeFacts(state, { endpoint, caBundle, region, account, realm, dataplane, pid: process.pid, started });
  const inState = state === stateDirectory(undefined) ? "" : ` --state ${quote(state)}`;
  tell(`
Region ${region} of account ${account} answers at ${endpoint}${none ? ", without a data plane: nothing runs" : ""}.
Its state is in ${state}.

In another terminal:
  eval "$(./bailey env${inState})"
  aws ec2 create-vpc --cidr-block 10.0.0.0/16
  ./bailey status${inState}

Ctrl-C ends this process${none ? "; its state is kept" : "; instances and the filtering of their packets go on"}.
`);
  await untilAsked();
  await running.close();
  tell(`
The control plane has stopped. ${none ? "Its state is kept" : "Instances and the filtering of their packets go on as they are"}:
  ./bailey up${inState}      takes them over again
  ./bailey down${inState}    ends and removes them
`);
  return 0;
}

const tell = (story: string): void => void process.stderr.write(story);

/** npm passes Ctrl-C on to a child that has had it from the terminal already. */
const echoMs = 1000;

/** Until a first signal asks this process to end. A second one, after a moment, gets its default: the end, at once. */
function untilAsked(): Promise<void> {
  return new Promise((resolve) => {
    const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    const asked = (): void => {
      setTimeout(() => {
        for (const name of names) process.off(name, asked);
      }, echoMs).unref();
      resolve();
    };
    for (const name of names) process.on(name, asked);
  });
}
