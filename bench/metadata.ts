/**
 * Requests a second for an instance's metadata over connections that are kept, beside an HTTP server that answers the
 * same number of bytes and does nothing else. Each server has a thread of its own; one client asks both in turns.
 *
 *   node bench/metadata.ts [--json] [--runs 5] [--requests 20000] [--connections 16]
 */
import http from "node:http";
import net from "node:net";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { hostImage } from "../src/api/ec2/images.ts";
import { runInstances } from "../src/api/ec2/run-instances.ts";
import { serveMetadata } from "../src/io/metadata-service.ts";
import { openSockets } from "../src/io/sockets.ts";
import { interfacesOf } from "../src/model/network-interface.ts";
import type { Instance } from "../src/model/resource.ts";
import { Region } from "../test/unit/ec2/region.ts";
import { type Measure, measure, report, tell } from "./report.ts";

type Side = "ours" | "bare";
const address = "127.0.0.1";
const body = "i-0123456789abcdef0";
const ok = Buffer.from("HTTP/1.1 200 ");

if (isMainThread) await main();
else await serve((workerData as { side: Side }).side);

async function serve(side: Side): Promise<void> {
  const port = await freePort();
  if (side === "ours") await serveOurs(port);
  else http.createServer((_, outgoing) => outgoing.writeHead(200, { "content-type": "text/plain", "content-length": body.length }).end(body)).listen(port, address);
  parentPort?.postMessage(port);
}

/** The service as it runs, but for the limit of what one interface may ask. */
async function serveOurs(port: number): Promise<void> {
  const region = new Region();
  const input = { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, SubnetId: region.network().subnet };
  const id = region.does(runInstances, input).Instances?.[0]?.InstanceId ?? "";
  const [asking] = interfacesOf(region.world, { id: id as Instance["id"] });
  const router = {
    vpc: "",
    settings: { packetsPerSecond: Infinity, upstream: [], tokenSecret: "00" },
    world: () => region.world,
    asker: () => asking,
    sockets: async (wanted: Parameters<typeof openSockets>[0]) => openSockets(wanted),
    log: tell,
  };
  await serveMetadata(router, [address], port);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, address, () => {
      const at = probe.address();
      probe.close(() => resolve(typeof at === "object" && at ? at.port : 0));
    });
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean" },
      runs: { type: "string", default: "5" },
      requests: { type: "string", default: "20000" },
      connections: { type: "string", default: "16" },
    },
  });
  const [runs, requests, connections] = [Number(values.runs), Number(values.requests), Number(values.connections)];
  const workers = (["ours", "bare"] as const).map((side) => new Worker(import.meta.filename, { workerData: { side } }));
  const [ours = 0, bare = 0] = await Promise.all(workers.map((worker) => new Promise<number>((resolve) => worker.once("message", resolve))));
  const token = await ask(ours, "PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 21600");
  const compare = async (name: string, method: string, path: string, header: string): Promise<Measure> => {
    const rates: Record<Side, number[]> = { ours: [], bare: [] };
    for (let run = 0; run < runs; run++) {
      for (const [side, port] of [["bare", bare], ["ours", ours]] as const) {
        rates[side].push(await load(port, requestOf(method, path, header), requests, connections));
      }
    }
    return measure(`${name}, ${connections} connections`, "requests/s", rates.ours, rates.bare);
  };
  const holding = `X-aws-ec2-metadata-token: ${token}`;
  report([
    await compare("GET an item, with a token", "GET", "/latest/meta-data/instance-id", holding),
    await compare("GET the list of all, with a token", "GET", "/latest/meta-data/", holding),
    await compare("PUT for a token", "PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 21600"),
  ]);
  await Promise.all(workers.map((worker) => worker.terminate()));
}

function requestOf(method: string, path: string, header: string): string {
  return `${method} ${path} HTTP/1.1\r\nHost: 169.254.169.254\r\n${header}\r\n\r\n`;
}

/** Asks once; the body of a 200. */
function ask(port: number, method: string, path: string, header: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, address, () => socket.write(requestOf(method, path, header)));
    socket.once("data", (data) => {
      socket.destroy();
      const text = data.toString();
      if (text.startsWith("HTTP/1.1 200 ")) resolve(text.split("\r\n\r\n")[1] ?? "");
      else reject(new Error(text));
    });
  });
}

/** Requests a second: each connection asks again when it has its answer, whose length is that of the first. */
async function load(port: number, request: string, requests: number, connections: number): Promise<number> {
  let left = requests;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      let [heard, length] = [0, 0];
      const socket = net.connect({ port, host: address, noDelay: true }, () => socket.write(request));
      socket.on("error", reject);
      socket.on("data", (data) => {
        if (length === 0 && !data.subarray(0, 13).equals(ok)) return reject(new Error(data.toString()));
        length ||= data.length;
        heard += data.length;
        if (heard < length) return undefined;
        heard -= length;
        if (--left > 0) return socket.write(request);
        socket.destroy();
        return resolve();
      });
    });
  const begun = performance.now();
  await Promise.all(Array.from({ length: connections }, one));
  return (requests / (performance.now() - begun)) * 1000;
}
