/**
 * Calls to the API beside moto_server under the same load, in turns. Ours verifies signatures, speaks TLS and answers
 * what is durable; moto_server does none of these. With the kernel data plane an answer is in force as well.
 *
 *   node bench/peer.ts [--json] [--runs 5] [--seconds 2] [--clients 4] [--groups 1000] [--dataplane none|kernel]
 *                      [--only PREFIX] [--moto-server PATH]
 *
 * moto_server is looked for on the PATH; without it ours is measured alone.
 */
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { sign } from "../src/cli/sign.ts";
import type { Credentials } from "../src/cli/state.ts";
import { type Defer, withEndings } from "../test/endings.ts";
import { element, type Region, startRegion } from "../test/region-process.ts";
import { type Client, openClient } from "./lab/thin-client.ts";
import { loadWith } from "./lab/closed-loop.ts";
import { type Measure, measure, quantile, report, tell } from "./report.ts";

/** One of the two servers. */
interface Side {
  readonly name: string;
  readonly pid: number;
  readonly call: Region["call"];
}

/** An operation as each side is asked for it. `calls`: at most so many a run. */
interface Task {
  readonly name: string;
  readonly calls?: number;
  /** Made anew for each run: gives the next call. */
  prepare(side: Side, run: number): Promise<() => Promise<string>>;
}

const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    runs: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
    clients: { type: "string", default: "4" },
    groups: { type: "string", default: "1000" },
    dataplane: { type: "string", default: "none" },
    only: { type: "string", default: "" },
    "moto-server": { type: "string", default: "moto_server" },
  },
});
const [runs, seconds, clients, groups] = [values.runs, values.seconds, values.clients, values.groups].map(Number) as [number, number, number, number];
const dataplane = values.dataplane === "kernel" ? "kernel" : "none";

await withEndings(async (defer) => {
  const region = await startRegion(dataplane, undefined, "--quotas", "groupsPerRegion=100000");
  defer(region.close);
  const ours: Side = { name: "ours", pid: region.pid, call: callerOf(new URL(region.endpoint), region, defer, region.caBundle) };
  const peer = await startMoto(values["moto-server"], defer);
  if (!peer) tell(`no moto_server: '${values["moto-server"]}' can't be run, so that ours stands alone; --moto-server PATH says where it is`);
  const sides = peer ? [ours, peer] : [ours];
  const found: Measure[] = [];
  const tasks = (await tasksOf(sides)).filter(({ name }) => name.startsWith(values.only));
  for (const task of tasks) found.push(...(await compare(task, sides)));
  report(found);
});

/** Starts moto_server on a free port; undefined when there is no such program. */
async function startMoto(program: string, defer: Defer): Promise<Side | undefined> {
  const port = await freePort();
  const child = spawn(program, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const started = await new Promise<boolean>((resolve) => child.once("spawn", () => resolve(true)).once("error", () => resolve(false)));
  if (!started) return undefined;
  defer(() => void child.kill());
  const anybody = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", region: "us-east-1" };
  const call = callerOf(new URL(`http://127.0.0.1:${port}`), anybody, defer);
  await untilAnswered(child, () => call("DescribeVpcs"));
  return { name: "moto_server", pid: child.pid ?? 0, call };
}

/** Calls over as many connections as there are calls at a time. */
function callerOf(url: URL, keys: Credentials & { readonly region: string }, defer: Defer, ca?: string): Region["call"] {
  const idle: Client[] = [];
  defer(() => idle.forEach((client) => client.close()));
  return async (action, parameters = {}) => {
    const body = new URLSearchParams({ Action: action, Version: "2016-11-15", ...parameters }).toString();
    const headers = sign({ method: "POST", host: url.host, path: "/", body }, keys, { region: keys.region, service: "ec2" }, Date.now());
    const client = idle.pop() ?? openClient(url, ca);
    try {
      return await client.post(headers, body);
    } finally {
      idle.push(client);
    }
  };
}

async function untilAnswered(child: ChildProcess, call: () => Promise<unknown>): Promise<void> {
  for (let waited = 0; ; waited += 100) {
    const answered = await call().then(() => true, () => false);
    if (answered) return;
    if (child.exitCode !== null || waited > 60_000) throw new Error("moto_server did not start");
    await sleep(100);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Makes the groups that are described, each with two rules and a tag, on every side. */
async function tasksOf(sides: readonly Side[]): Promise<Task[]> {
  const vpcs = new Map<Side, string>();
  const made = new Map<Side, string[]>();
  for (const side of sides) {
    const vpc = await newVpc(side);
    vpcs.set(side, vpc);
    const ids: string[] = [];
    made.set(side, ids);
    while (ids.length < groups) ids.push(await groupWithRules(side, vpc, ids.length));
    tell(`${side.name}: ${ids.length} groups made`);
  }
  const idsOf = (side: Side) => made.get(side) ?? [];
  const all = (side: Side) => ({ "Filter.1.Name": "vpc-id", "Filter.1.Value.1": vpcs.get(side) ?? "" });
  return [
    // First, as what the other tasks make would be described, too, more of it by the faster side.
    { name: `DescribeSecurityGroups, ${groups} groups`, prepare: (side) => Promise.resolve(() => side.call("DescribeSecurityGroups", all(side))) },
    { name: "DescribeVpcs", prepare: ({ call }) => Promise.resolve(() => call("DescribeVpcs")) },
    {
      name: "CreateSecurityGroup",
      calls: groups,
      prepare: async (side) => {
        const vpc = await newVpc(side);
        let serial = 0;
        return () => createGroup(side, vpc, serial++);
      },
    },
    {
      name: "AuthorizeSecurityGroupIngress",
      prepare: (side, run) => {
        let serial = 0;
        return Promise.resolve(() => authorize(side, idsOf(side)[serial % groups] ?? "", 1000 + run * 1000 + Math.floor(serial / groups), serial++));
      },
    },
    {
      name: "DescribeSecurityGroups by id",
      prepare: (side) => {
        let serial = 0;
        return Promise.resolve(() => side.call("DescribeSecurityGroups", { "GroupId.1": idsOf(side)[serial++ % groups] ?? "" }));
      },
    },
  ];
}

async function newVpc({ call }: Side): Promise<string> {
  return element(await call("CreateVpc", { CidrBlock: "10.0.0.0/16" }), "vpcId");
}

function createGroup({ call }: Side, vpc: string, serial: number): Promise<string> {
  return call("CreateSecurityGroup", {
    GroupName: `group-${serial}`,
    GroupDescription: "bench",
    VpcId: vpc,
    "TagSpecification.1.ResourceType": "security-group",
    "TagSpecification.1.Tag.1.Key": "serial",
    "TagSpecification.1.Tag.1.Value": String(serial),
  });
}

/** One rule, unlike any other: a port for each round over the groups, an address for each call. */
function authorize({ call }: Side, group: string, port: number, serial: number): Promise<string> {
  return call("AuthorizeSecurityGroupIngress", {
    GroupId: group,
    "IpPermissions.1.IpProtocol": "tcp",
    "IpPermissions.1.FromPort": String(port),
    "IpPermissions.1.ToPort": String(port),
    "IpPermissions.1.IpRanges.1.CidrIp": `10.1.${Math.floor(serial / 250) % 250}.${serial % 250}/32`,
  });
}

async function groupWithRules(side: Side, vpc: string, serial: number): Promise<string> {
  const group = element(await createGroup(side, vpc, serial), "groupId");
  await authorize(side, group, 80, serial);
  await authorize(side, group, 443, serial);
  return group;
}

/** Calls a second and the time of one, side by side. */
async function compare(task: Task, sides: readonly Side[]): Promise<Measure[]> {
  const taken = sides.map((side) => ({ side, rates: [] as number[], cpu: [] as number[], times: [] as number[], failures: 0 }));
  for (let run = 0; run < runs; run++) {
    for (const each of taken) {
      const call = await task.prepare(each.side, run);
      const before = cpuMs(each.side.pid);
      const { rate, times, failures, failure } = await loadWith(call, { clients, seconds, ...(task.calls !== undefined && { calls: task.calls }) });
      each.rates.push(rate);
      each.cpu.push((cpuMs(each.side.pid) - before) / Math.max(1, times.length));
      each.times.push(...times);
      each.failures += failures;
      if (failure !== undefined && each.failures === failures) tell(`${each.side.name} refuses ${task.name}: ${failure.slice(0, 200)}`);
    }
  }
  const [ours, peer = { rates: [], cpu: [], times: [], failures: 0 }] = taken;
  if (!ours) return [];
  const rates = measure(`${task.name}, ${clients} clients`, "calls/s", ours.rates, peer.rates);
  tell(`${task.name}: ${Math.round(rates.ours)} calls/s, ${rates.ratio.toFixed(1)} times the peer's; failed: ${ours.failures}, the peer's: ${peer.failures}`);
  const timesAt = (share: number): Measure => {
    const [mine, theirs] = [quantile(ours.times, share), quantile(peer.times, share)];
    return { name: `${task.name}, p${share * 100}`, unit: "ms", ours: mine, baseline: theirs, ratio: theirs === 0 ? 0 : mine / theirs, runs };
  };
  return [rates, timesAt(0.5), timesAt(0.99), measure(`${task.name}, the server's CPU`, "ms/call", ours.cpu, peer.cpu)];
}

/** The time a process has had of all processors: unlike a rate, hardly a matter of what else runs. */
function cpuMs(pid: number): number {
  const [, , , , , , , , , , , user = "0", system = "0"] = fs.readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
  return (Number(user) + Number(system)) * 10;
}
