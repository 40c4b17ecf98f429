/**
 * Calls to the API, beside an HTTPS server that answers the same bytes and does nothing else: what remains is the price
 * of a client, TLS and HTTP in the same process model. Authorize answers when durable and in force in the kernel.
 *
 *   node bench/api.ts [--json] [--runs 5] [--calls 400] [--clients 4] [--dataplane kernel|none]
 */
import fs from "node:fs";
import { Agent, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { parseArgs } from "node:util";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { withEndings } from "../test/endings.ts";
import { element, post, type Region, startRegion } from "../test/region-process.ts";
import { loadWith } from "./lab/closed-loop.ts";
import { type Measure, measure, quantile, report, tell } from "./report.ts";

interface Bare {
  readonly url: URL;
  readonly agent: Agent;
  say(body: string): Promise<void>;
}

if (!isMainThread) {
  const { cert, key } = workerData as { cert: string; key: string };
  let body = "";
  const server = createServer({ cert, key }, (incoming, outgoing) => {
    incoming.resume();
    incoming.on("end", () => outgoing.writeHead(200, { "content-type": "text/xml" }).end(body));
  });
  parentPort?.on("message", (text: string) => {
    body = text;
    parentPort?.postMessage("said");
  });
  server.listen(0, "127.0.0.1", () => parentPort?.postMessage((server.address() as AddressInfo).port));
} else {
  await main();
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean" },
      runs: { type: "string", default: "5" },
      calls: { type: "string", default: "400" },
      clients: { type: "string", default: "4" },
      dataplane: { type: "string", default: process.getuid?.() === 0 ? "kernel" : "none" },
    },
  });
  const dataplane = values.dataplane === "kernel" ? "kernel" : "none";
  await withEndings(async (defer) => {
    const region = await startRegion(dataplane);
    defer(region.close);
    const worker = new Worker(import.meta.filename, {
      workerData: {
        cert: fs.readFileSync(path.join(region.state, "server.pem"), "utf8"),
        key: fs.readFileSync(path.join(region.state, "server.key"), "utf8"),
      },
    });
    defer(() => worker.terminate());
    const port = await next<number>(worker);
    const bare: Bare = {
      url: new URL(`https://127.0.0.1:${port}`),
      agent: new Agent({ keepAlive: true, ca: fs.readFileSync(path.join(region.state, "ca.pem")) }),
      say: async (body) => {
        worker.postMessage(body);
        await next(worker);
      },
    };
    report(await measureAll(region, bare, Number(values.runs), Number(values.calls), Number(values.clients), dataplane));
  });
}

function next<T>(worker: Worker): Promise<T> {
  return new Promise((resolve) => worker.once("message", resolve));
}

async function measureAll(region: Region, bare: Bare, runs: number, calls: number, clients: number, dataplane: string): Promise<Measure[]> {
  const vpc = element(await region.call("CreateVpc", { CidrBlock: "10.0.0.0/16" }), "vpcId");
  const subnet = element(await region.call("CreateSubnet", { VpcId: vpc, CidrBlock: "10.0.1.0/24" }), "subnetId");
  const create = (name: string) => region.call("CreateSecurityGroup", { GroupName: name, GroupDescription: "bench", VpcId: vpc });
  const groups: string[] = [];
  let serial = 0;
  const authorize = async () => {
    const at = serial++;
    // One rule in each group in turn, so that no group passes its limit.
    const group = groups[at % groups.length] ?? "";
    return region.call("AuthorizeSecurityGroupIngress", {
      GroupId: group,
      "IpPermissions.1.IpProtocol": "tcp",
      "IpPermissions.1.FromPort": String(1 + Math.floor(at / groups.length)),
      "IpPermissions.1.ToPort": String(1 + Math.floor(at / groups.length)),
      "IpPermissions.1.IpRanges.1.CidrIp": "192.0.2.0/24",
    });
  };
  const found: Measure[] = [];
  const run = async (name: string, what: () => Promise<string>, count = calls) => {
    found.push(...(await compare(`${name}`, what, bare, runs, count, clients)));
  };

  for (let at = 0; at < 10; at++) groups.push(element(await create(`first-${at}`), "groupId"));
  await run("DescribeVpcs", () => region.call("DescribeVpcs"));
  await run("DescribeSecurityGroups, 10 groups", () => region.call("DescribeSecurityGroups", { "Filter.1.Name": "group-name", "Filter.1.Value.1": "first-*" }));
  await run("CreateSecurityGroup", () => create(`group-${serial++}`), Math.floor(calls / 2));
  while (groups.length < 100) groups.push(element(await create(`more-${groups.length}`), "groupId"));
  // An interface in every other group, so that the rules are compiled and reach the kernel.
  for (let at = 0; at < 100; at += 4) {
    const ids = Object.fromEntries(groups.slice(at, at + 4).map((id, n) => [`SecurityGroupId.${n + 1}`, id]));
    await region.call("CreateNetworkInterface", { SubnetId: subnet, ...ids });
  }
  serial = 0;
  await run(`AuthorizeSecurityGroupIngress, durable${dataplane === "kernel" ? " and in force" : ""}`, authorize, Math.floor(calls / 2));
  for (let at = 0; at < 1000; at++) await create(`thousand-${at}`);
  const many = { "Filter.1.Name": "group-name", "Filter.1.Value.1": "thousand-*" };
  await run("DescribeSecurityGroups, 1,000 groups", () => region.call("DescribeSecurityGroups", many), 20);
  return found;
}

/** Calls a second and the time of one, against the bare server saying the same. */
async function compare(name: string, what: () => Promise<string>, bare: Bare, runs: number, calls: number, clients: number): Promise<Measure[]> {
  await bare.say(await what());
  const floor = () => post(bare.url, bare.agent, { "x-amz-content-sha256": "0".repeat(64) }, "Action=None");
  const rates: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  const times: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  for (let at = 0; at < runs; at++) {
    for (const [side, call] of [["bare", floor], ["ours", what]] as const) {
      const { rate, times: taken, failure } = await loadWith(call, { clients, calls });
      if (failure !== undefined) throw new Error(`${name}: ${failure}`);
      rates[side].push(rate);
      times[side].push(...taken);
    }
  }
  tell(`${name}: ${Math.round(measure("", "", rates.ours, rates.bare).ours)} calls/s`);
  const quantiles = (share: number): Measure => {
    const [ours, baseline] = [quantile(times.ours, share), quantile(times.bare, share)];
    return { name: `${name}, p${share * 100}`, unit: "ms", ours, baseline, ratio: ours / baseline, runs };
  };
  return [measure(`${name}, ${clients} clients`, "calls/s", rates.ours, rates.bare), quantiles(0.5), quantiles(0.99)];
}
