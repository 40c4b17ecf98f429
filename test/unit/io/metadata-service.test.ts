import assert from "node:assert/strict";
import net from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { type MetadataLimits, serveMetadata } from "../../../src/io/metadata-service.ts";
import { openSockets } from "../../../src/io/sockets.ts";
import { interfacesOf } from "../../../src/model/network-interface.ts";
import type { Instance, NetworkInterface } from "../../../src/model/resource.ts";
import { Random, seed } from "../../random.ts";
import { Region } from "../ec2/region.ts";

/** Where the server of this process listens, and whom its clients are by where they call from. */
const port = 8254;
const place = `127.90.${(process.pid >> 8) & 255}.${process.pid & 255}`;
const [web, other, nobody] = ["127.91.0.1", "127.91.0.2", "127.91.0.3"] as const;
const generous: MetadataLimits = { connectionsPerInstance: 8, headerBytes: 8192, requestMs: 10_000, idleMs: 10_000 };

async function serving(t: TestContext, { limits = generous, allowance = Infinity } = {}) {
  const region = new Region();
  const { subnet } = region.network();
  const input = { ImageId: hostImage(region.call), MinCount: 2, MaxCount: 2, SubnetId: subnet, MetadataOptions: { HttpTokens: "optional" as const } };
  const ids = region.does(runInstances, input).Instances?.map(({ InstanceId = "" }) => InstanceId) ?? [];
  const interfaces = new Map<string, NetworkInterface | undefined>([web, other].map((address, index) => [address, interfacesOf(region.world, { id: (ids[index] ?? "") as Instance["id"] })[0]]));
  const bugs: string[] = [];
  let left = allowance;
  const service = await serveMetadata(
    {
      vpc: "vpc-1",
      settings: { packetsPerSecond: 0, upstream: [], tokenSecret: "00ff" },
      world: () => region.world,
      asker: (address) => (left-- > 0 ? interfaces.get(address) : undefined),
      sockets: (wanted) => Promise.resolve(openSockets(wanted)),
      log: (line) => bugs.push(line),
    },
    [place],
    port,
    limits,
  );
  t.after(() => {
    service.close();
    assert.deepEqual(bugs, []);
  });
  return { ids };
}

/** Says something and gives back all that comes until the end of the connection; undefined when that is a reset. */
function say(bytes: string | Uint8Array, { from = web, half = true }: { from?: string; half?: boolean } = {}): Promise<string | undefined> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = net.connect({ host: place, port, localAddress: from, allowHalfOpen: true });
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => (heard += text));
    socket.on("error", () => undefined);
    socket.on("end", () => socket.end());
    socket.on("close", (failed) => resolve(failed && heard === "" ? undefined : heard));
    if (half) socket.end(bytes);
    else socket.write(bytes);
  });
}

const get = (path: string, ...headers: string[]): string => [`GET ${path} HTTP/1.1`, "Host: 169.254.169.254", ...headers, "", ""].join("\r\n");
const putToken = get("/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60").replace("GET", "PUT");
const statuses = (heard: string | undefined): string[] => [...(heard ?? "").matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status ?? "");

test("several requests on one connection, each answered for the instance that calls", async (t) => {
  const { ids } = await serving(t);
  const path = "/latest/meta-data/instance-id";
  const heard = await say(get(path) + putToken + get("/nowhere") + get(path, "Connection: close"));
  assert.deepEqual(statuses(heard), ["200", "200", "404", "200"]);
  assert.equal(heard?.split(ids[0] ?? "").length, 3);
  const head = await say(get(path, "Connection: close").replace("GET", "HEAD"), { from: other });
  assert.match(head ?? "", new RegExp(`^HTTP/1\\.1 200 OK\r\nserver: EC2ws\r\ncontent-type: text/plain\r\ncontent-length: ${ids[1]?.length}\r\n`));
  assert.doesNotMatch(head ?? "", /i-0/);
  const [token] = /^AAA\S{53}$/m.exec((await say(putToken)) ?? "") ?? [""];
  const asks = (from: string) => say(get(path, `X-aws-ec2-metadata-token: ${token}`, "Connection: close"), { from });
  assert.deepEqual([statuses(await asks(web)), statuses(await asks(other))], [["200"], ["401"]]);
});

test("nobody's connection is refused, and so is one too many of an instance's", async (t) => {
  await serving(t);
  assert.equal(await say(get("/"), { from: nobody }), undefined);
  const open = Array.from({ length: 8 }, () => net.connect({ host: place, port, localAddress: web }));
  t.after(() => open.forEach((socket) => socket.destroy()));
  await Promise.all(open.map((socket) => new Promise((resolve) => socket.once("data", resolve).write(get("/")))));
  assert.equal(await say(get("/")), undefined);
  assert.deepEqual(statuses(await say(get("/", "Connection: close"), { from: other })), ["200"]);
  const [first] = open;
  await new Promise((resolve) => first?.once("close", resolve).end());
  // The server may take a moment to see that one of them has gone.
  for (let heard: string | undefined; heard === undefined; ) heard = await say(get("/", "Connection: close"));
});

test("who asks more than its allowance is told to come back later", async (t) => {
  await serving(t, { allowance: 3 });
  assert.deepEqual(statuses(await say(get("/") + get("/") + get("/", "Connection: close"))), ["200", "200", "503"]);
});

test("long heads, bodies and slow clients come to an end", async (t) => {
  await serving(t, { limits: { ...generous, requestMs: 50 } });
  assert.deepEqual(statuses(await say(get("/", `X: ${"x".repeat(9000)}`), { half: false })), ["431"]);
  assert.deepEqual(statuses(await say(`${putToken.slice(0, -2)}Content-Length: 1000000\r\n\r\n${"x".repeat(1000)}`, { half: false })), ["200"]);
  assert.deepEqual(statuses(await say("GET / HTTP/1.1\r\nHost: a\r\nX-Slow:", { half: false })), ["408"]);
});

test("random and bent bytes are answered, or the connection ends; others are served all the while", async (t) => {
  const { ids } = await serving(t, { limits: { ...generous, connectionsPerInstance: 64 } });
  const random = new Random(seed);
  const samples = [get("/latest/meta-data/network/interfaces/macs/"), putToken, get("/latest/meta-data/%00%ff?x#y"), `${get("/")}${putToken}`].map((text) => Buffer.from(text));
  const pieces = ["\r\n", "\0", "%", "/../", "Transfer-Encoding: chunked\r\n", "Content-Length: 9\r\n", " ", ":", "Expect: 100-continue\r\n", "\u00ff", "Upgrade: x\r\nConnection: upgrade\r\n"];
  const bent = (): Buffer => {
    if (random.chance(0.2)) return Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256)));
    const bytes = random.pick(samples);
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(random.pick(pieces), "latin1"), bytes.subarray(random.chance(0.5) ? at : random.below(bytes.length))]);
  };
  for (let round = 0; round < 20; round++) {
    const heard = await Promise.all(Array.from({ length: 30 }, () => say(bent())));
    for (const text of heard) assert.match(text ?? "HTTP/1.1 ", /^(?:HTTP\/1\.1 |$)/);
    assert.match((await say(get("/latest/meta-data/instance-id", "Connection: close"), { from: other })) ?? "", new RegExp(`${ids[1]}$`));
  }
});
