/**
 * Names answered by the services thread on one core, over real sockets through a link: names of 1,000 interfaces, and
 * others' names from the cache; beside a bare UDP echo server of Node's in a thread of the same process.
 *
 *   node bench/dns.ts [--json] [--runs 5] [--seconds 1] [--under-way 64]
 */
import { type Answer, encode } from "dns-packet";
import { execFileSync } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { createNetworkInterface } from "../src/api/ec2/create-network-interface.ts";
import { modifyVpcAttribute } from "../src/api/ec2/vpc-attribute.ts";
import { routerNamespace } from "../src/compile/names.ts";
import { openKernel } from "../src/io/kernel.ts";
import { openServices } from "../src/io/services.ts";
import { applyChanges, need, put, type World } from "../src/model/world.ts";
import { mintId } from "../src/values/id.ts";
import { type Defer, withEndings } from "../test/endings.ts";
import { Region } from "../test/unit/ec2/region.ts";
import { answerRate } from "./lab/asker.ts";
import { measure, report, tell } from "./report.ts";

const resolver = "10.0.0.2";
const echoPort = 7;
const interfaces = 1000;

if (isMainThread) await main();
else if (workerData === "upstream") await answerAll();
else echo();

/** The baseline: takes a datagram, sends it back. */
function echo(): void {
  const socket = dgram.createSocket("udp4", (message, from) => socket.send(message, from.port, from.address));
  socket.bind({ fd: (workerData as { fd: number }).fd }, () => parentPort?.postMessage("ready"));
}

/** A name server that has an address for every name, for an hour. */
async function answerAll(): Promise<void> {
  const socket = dgram.createSocket("udp4", (message, from) => {
    const end = message.indexOf(0, 12) + 5;
    const name = message.toString("latin1", 13, 13 + (message[12] ?? 0));
    const answers: Answer[] = [{ type: "A", name: `${name}.example.com`, ttl: 3600, data: "192.0.2.1" }];
    const rest = encode({ type: "response", id: message.readUInt16BE(0), flags: 0x80, answers });
    rest.writeUInt16BE(1, 4);
    socket.send(Buffer.concat([rest.subarray(0, 12), message.subarray(12, end), rest.subarray(12)]), from.port, from.address);
  });
  await once(socket.bind(0, "127.0.0.1"), "listening");
  parentPort?.postMessage(socket.address().port);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean" },
      runs: { type: "string", default: "5" },
      seconds: { type: "string", default: "1" },
      "under-way": { type: "string", default: "64" },
    },
  });
  await withEndings(async (defer) => {
    const client = await openPlace(defer);
    const questions = {
      own: Array.from({ length: 100 }, (_, n) => question(`ip-${addressOf(n * 10).replaceAll(".", "-")}.ec2.internal`)),
      cached: Array.from({ length: 100 }, (_, n) => question(`host-${n}.example.com`)),
    };
    const rate = (asked: readonly Buffer[], port = 53) =>
      answerRate(
        { namespace: client, to: resolver, port, questions: asked, underWay: Number(values["under-way"]), seconds: Number(values.seconds) },
        port === 53 ? isRecord : () => true,
      );
    const found = { own: [] as number[], cached: [] as number[], bare: [] as number[] };
    const warm = answerRate({ namespace: client, to: resolver, port: 53, questions: questions.cached, underWay: 1, seconds: 0.5 }, isRecord);
    tell(`the cache is full: ${Math.round(warm)} answers a second, one after the other`);
    for (let run = 0; run < Number(values.runs); run++) {
      found.bare.push(rate(questions.own, echoPort));
      found.own.push(rate(questions.own));
      found.cached.push(rate(questions.cached));
      tell(`run ${run + 1}: ${Math.round(found.own.at(-1) ?? 0)} own, ${Math.round(found.cached.at(-1) ?? 0)} cached, ${Math.round(found.bare.at(-1) ?? 0)} echoes a second`);
    }
    report([
      measure(`private names of ${interfaces} interfaces`, "answers/s", found.own, found.bare),
      measure("others' names, from the cache", "answers/s", found.cached, found.bare),
    ]);
  });
}

function question(name: string): Buffer {
  return encode({ type: "query", id: 7, flags: 0x100, questions: [{ name, type: "A" }] });
}

/** NOERROR, and one record. */
function isRecord(answer: Buffer): boolean {
  return (answer.readUInt16BE(2) & 15) === 0 && answer.readUInt16BE(6) === 1;
}

function addressOf(n: number): string {
  return `10.0.${16 + (n >> 8)}.${n & 255}`;
}

/** A router with services and an echo server, and the namespace of an interface behind it, which is returned. */
async function openPlace(defer: Defer): Promise<string> {
  const { world, vpc, address } = makeWorld();
  const realm = `dnsbench${process.pid}`;
  const [router, client] = [routerNamespace(realm, vpc), `${realm}-client`];
  for (const namespace of [router, client]) {
    ip("netns", "add", namespace);
    defer(() => ip("netns", "delete", namespace));
    ip("-n", namespace, "link", "set", "lo", "up");
  }
  ip("-n", router, "address", "add", resolver, "dev", "lo");
  ip("link", "add", "eni", "netns", router, "type", "veth", "peer", "name", "eth0", "netns", client);
  ip("-n", router, "link", "set", "eni", "up");
  ip("-n", client, "link", "set", "eth0", "up");
  ip("-n", client, "address", "add", address, "dev", "eth0");
  ip("-n", client, "route", "add", resolver, "dev", "eth0");
  ip("-n", router, "route", "add", address, "dev", "eni");

  const kernel = openKernel();
  defer(() => kernel.close());
  const upstream = await start(defer, "upstream");
  const settings = { packetsPerSecond: 1e9, upstream: [`127.0.0.1:${String(upstream)}`], tokenSecret: "00" };
  const services = openServices({ realm, settings, opener: kernel, world: () => world, log: tell });
  defer(() => services.close());
  await services.look();
  const [socket] = await kernel.sockets(router, [{ type: "udp", address: resolver, port: echoPort }]);
  await start(defer, { fd: socket?.fd });
  return client;
}

/** Starts this file as a thread, and returns what it says when it is ready. */
async function start(defer: Defer, data: unknown): Promise<unknown> {
  const worker = new Worker(import.meta.filename, { workerData: data });
  defer(() => worker.terminate());
  const [said]: unknown[] = await once(worker, "message");
  return said;
}

function makeWorld(): { world: World; vpc: string; address: string } {
  const region = new Region();
  const { vpc, subnet } = region.network("10.0.0.0/16", "10.0.16.0/20");
  region.does(modifyVpcAttribute, { VpcId: vpc, EnableDnsHostnames: { Value: true } });
  const address = "10.0.31.200";
  const made = region.does(createNetworkInterface, { SubnetId: subnet, PrivateIpAddress: address }).NetworkInterface?.NetworkInterfaceId ?? "";
  const like = need(region.world, "network-interface", made);
  const others = Array.from({ length: interfaces }, (_, n) =>
    put({ ...like, id: mintId("network-interface", `e${n.toString(16).padStart(16, "0")}`), number: 1000 + n, addresses: [addressOf(n)] }),
  );
  return { world: applyChanges(region.world, others), vpc, address };
}

function ip(...words: string[]): void {
  execFileSync("ip", words);
}
