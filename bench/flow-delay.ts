/**
 * How long after a window has closed its records are in the local file, in a region as a user starts it.
 *
 *   node bench/flow-delay.ts [--json] [--windows 2]
 *
 * A packet each tenth of a second; the last second of each window is waited for. Beside it stands what Amazon documents: about
 * five minutes to its log groups. Takes a minute for each window. Needs root.
 */
import { globSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { closeFd, send } from "../src/io/libc.ts";
import { flowLogFiles } from "../src/io/flow-logs.ts";
import { withEndings } from "../test/endings.ts";
import { frameBytes } from "../test/kernel/frame.ts";
import { routerMac } from "../test/kernel/lab.ts";
import { openPacketSocket } from "../test/kernel/wire.ts";
import { ip } from "../test/network.ts";
import { element, type Region, startRegion } from "../test/region-process.ts";
import { measure, report, tell } from "./report.ts";

const { values } = parseArgs({ options: { json: { type: "boolean" }, windows: { type: "string", default: "2" }, pool: { type: "string", default: "203.0.113.0/24" } } });
const windows = Number(values.windows);
const windowSeconds = 60;
const amazonSeconds = 300;
const [address, other] = ["10.0.0.10", "10.0.0.20"];

async function setUp({ call }: Region) {
  const vpc = element(await call("CreateVpc", { CidrBlock: "10.0.0.0/16" }), "vpcId");
  const subnet = element(await call("CreateSubnet", { VpcId: vpc, CidrBlock: "10.0.0.0/24" }), "subnetId");
  const image = element(await call("DescribeImages"), "imageId");
  const run = (at: string) => call("RunInstances", { ImageId: image, MinCount: "1", MaxCount: "1", SubnetId: subnet, PrivateIpAddress: at });
  const [xml] = [await run(address), await run(other)];
  await call("CreateFlowLogs", { ResourceType: "VPC", "ResourceId.1": vpc, TrafficType: "ALL" });
  return { instance: element(xml, "instanceId"), mac: element(xml, "macAddress") };
}

/** The last moment that any record of UDP was seen, in seconds since 1970. */
function newest(state: string): number {
  const folder = flowLogFiles(state);
  const lines = globSync("**/*.log", { cwd: folder }).flatMap((name) => readFileSync(join(folder, name), "latin1").split("\n"));
  return Math.max(0, ...lines.map((line) => line.split(" ")).flatMap((words) => (words[7] === "17" ? [Number(words[11])] : [])));
}

await withEndings(async (defer) => {
  const region = await startRegion("kernel", undefined, "--public-pool", values.pool);
  defer(() => region.close());
  const { instance, mac } = await setUp(region);
  const namespace = readdirSync("/run/netns").find((name) => name.endsWith(instance));
  if (namespace === undefined) throw new Error("the instance does not run");
  const fd = openPacketSocket(namespace, "eth0", false);
  const packet = { source: ip(address), destination: ip(other), protocol: 17, sourcePort: 4000, value: 9, tag: 0 };
  const timer = setInterval(() => send(fd, frameBytes(packet, mac, routerMac), 54, 0), 100);
  defer(() => {
    clearInterval(timer);
    closeFd(fd);
  });
  const delays: number[] = [];
  for (let window = 0; window < windows; window++) {
    const closes = (Math.floor(Date.now() / 1000 / windowSeconds) + 1) * windowSeconds;
    await sleep(closes * 1000 - Date.now());
    while (newest(region.state) < closes - 1) await sleep(5);
    delays.push(Date.now() / 1000 - closes);
    tell(`a window that closed at ${new Date(closes * 1000).toISOString()}: in the file ${delays.at(-1)?.toFixed(2)} s later`);
  }
  report([measure("seconds from a window's end to its records in the local file, against Amazon's documented ones", "s", delays, [amazonSeconds])]);
});
