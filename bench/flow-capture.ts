/**
 * Many flows in one window: whether all are counted, how long it takes to read and reset them, and what memory they take.
 *
 *   node bench/flow-capture.ts [--json] [--flows 500000]
 *
 * Two readings: the first finds tables that have grown meanwhile, the second ones that are as large as they need be. Reading
 * time is beside that of a tenth of the flows, per flow. Needs root, and a machine that does nothing else for its memory.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { overflow, tables } from "../src/compile/count.ts";
import { FlowCounts } from "../src/io/flow-counts.ts";
import { openKernel } from "../src/io/kernel.ts";
import { closeFd, send } from "../src/io/libc.ts";
import { type Defer, withEndings } from "../test/endings.ts";
import { frameBytes } from "../test/kernel/frame.ts";
import { inside } from "../test/kernel/lab.ts";
import { openPacketSocket } from "../test/kernel/wire.ts";
import { ip } from "../test/network.ts";
import { client, crowdedNetwork, openSite, routerMac, server, type Site } from "./lab/site.ts";
import { measure, report, tell } from "./report.ts";

const { values } = parseArgs({ options: { json: { type: "boolean" }, flows: { type: "string", default: "500000" } } });
const flows = Number(values.flows);
const portsEach = 60_000;

const availableMb = (): number => Number(/MemAvailable:\s+(\d+)/.exec(readFileSync("/proc/meminfo", "utf8"))?.[1]) / 1024;

/** One UDP packet of each flow. */
function sendAll(site: Site, count: number): void {
  const fd = openPacketSocket(site.client, "eth0", false);
  const packet = { source: ip(client.address), destination: ip(server.address), protocol: 17, sourcePort: 0, value: 0, tag: 0 };
  const frame = frameBytes(packet, client.mac, routerMac);
  // No checksum, which UDP over IPv4 allows.
  frame.writeUInt16BE(0, 40);
  for (let flow = 0; flow < count; flow++) {
    frame.writeUInt16BE(1 + (flow % portsEach), 34);
    frame.writeUInt16BE(7000 + Math.floor(flow / portsEach), 36);
    send(fd, frame, frame.length, 0);
  }
  closeFd(fd);
}

function readAll(counts: FlowCounts): { readonly packets: number; readonly seconds: number } {
  const begun = performance.now();
  let packets = 0;
  for (const table of tables) for (const reading of counts.read(table)) if (reading.protocol === 17) packets += reading.packets;
  return { packets, seconds: (performance.now() - begun) / 1000 };
}

async function measureFlows(count: number, defer: Defer) {
  const kernel = openKernel();
  defer(() => kernel.close());
  const site = await openSite(kernel, `flows-${count}`, { policy: { ...crowdedNetwork(10), counted: true } }, defer);
  const counts = inside(site.router, () => new FlowCounts());
  defer(() => counts.close());
  const before = availableMb();
  sendAll(site, count);
  const [first, second] = [readAll(counts), readAll(counts)];
  const missed = counts.tally(overflow.accepted);
  tell(`${count} flows: ${first.packets + second.packets} packets counted, ${missed} without room; read in ${first.seconds.toFixed(2)} s, again in ${second.seconds.toFixed(2)} s`);
  return { counted: first.packets + second.packets, seconds: first.seconds, mb: before - availableMb() };
}

await withEndings(async (defer) => {
  const few = await measureFlows(Math.round(flows / 10), defer);
  const many = await measureFlows(flows, defer);
  report([
    measure("flows counted in one window, against those sent", "flows", [many.counted], [flows]),
    measure("seconds to read a flow, against a tenth of the flows", "µs", [(many.seconds / flows) * 1e6], [(few.seconds / flows) * 1e7]),
    measure("memory of the kernel, connections included, against a tenth of the flows", "MB", [many.mb], [few.mb]),
  ]);
});
