/** Names and time over real sockets: a router's namespace, and instances on links of their own. */
import { type Answer, encode, type RecordType } from "dns-packet";
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import net from "node:net";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { routerNamespace } from "../../src/compile/names.ts";
import { framed } from "../../src/io/dns-upstream.ts";
import { openKernel } from "../../src/io/kernel.ts";
import type { ServiceSettings } from "../../src/io/router-services.ts";
import { openServices } from "../../src/io/services.ts";
import type { NetworkInterface } from "../../src/model/resource.ts";
import { applyChanges, put } from "../../src/model/world.ts";
import { interfaceWith } from "../../src/services/asker.ts";
import { deviceName } from "../../src/policy/lower.ts";
import { type Defer, withEndings } from "../endings.ts";
import { Random, seed } from "../random.ts";
import { dnsWorld, inShort, instanceAddress, question } from "../unit/services/dns-world.ts";
import type { Errand } from "./dns-client.ts";
import { canUseKernel } from "./lab.ts";

const skip = canUseKernel ? false : "network namespaces need root";
const client = path.join(import.meta.dirname, "dns-client.ts");
const run = promisify(execFile);
const ip = (...words: string[]): string => execFileSync("ip", words, { encoding: "utf8" });
const resolvers = ["10.0.0.2", "169.254.169.253", "fd00:ec2::253"];
const clocks = ["169.254.169.123", "fd00:ec2::123"];
const base: ServiceSettings = { packetsPerSecond: 1024, upstream: [], tokenSecret: "cd".repeat(32) };

const gateway = { 4: "10.0.1.1", 6: "fe80:ec2::1" };
let count = 0;

interface Place {
  readonly router: string;
  readonly kernel: ReturnType<typeof openKernel>;
  readonly services: ReturnType<typeof openServices>;
  readonly stories: readonly string[];
  /** Runs errands inside the namespace of an interface. */
  ask(from: Guest, ...errands: Errand[]): Promise<(string | null)[][]>;
  /** Puts an interface into the world. */
  change(eni: NetworkInterface): Promise<void>;
}

type Guest = "instance" | "other";

/** The home VPC of the names' world, with two interfaces on links, and services that answer there. */
async function open(defer: Defer, settings: Partial<ServiceSettings> = {}): Promise<Place & { readonly ipv6: string; readonly eni: NetworkInterface }> {
  const { world: first, vpcs, ipv6 } = dnsWorld();
  let world = first;
  const realm = `dns${process.pid}x${++count}`;
  const router = routerNamespace(realm, vpcs.home);
  const guests = new Map([["instance", instanceAddress], ["other", "10.0.1.5"]].map(([name = "", address = ""]) => {
    const eni = interfaceWith(world, vpcs.home, address) ?? assert.fail(address);
    return [name, { eni, namespace: `${realm}-${name}`, addresses: [...eni.addresses, ...eni.ipv6Addresses] }];
  }));
  makeRouter(router);
  defer(() => void ip("netns", "delete", router));
  for (const { eni, namespace, addresses } of guests.values()) {
    ip("netns", "add", namespace);
    defer(() => void ip("netns", "delete", namespace));
    ip("-n", namespace, "link", "set", "lo", "up");
    connect(router, namespace, deviceName(eni.id), addresses);
  }
  const kernel = openKernel();
  defer(() => kernel.close());
  const stories: string[] = [];
  const services = openServices({ realm, settings: { ...base, ...settings }, opener: kernel, world: () => world, log: (line) => stories.push(line) });
  defer(() => services.close());
  await services.look();
  const eni = guests.get("instance")?.eni ?? assert.fail("nobody");
  return {
    router,
    kernel,
    services,
    stories,
    ipv6,
    eni,
    ask: async (from, ...errands) => {
      const { stdout } = await run("ip", ["netns", "exec", guests.get(from)?.namespace ?? "", process.execPath, client, JSON.stringify(errands)]);
      return JSON.parse(stdout) as (string | null)[][];
    },
    change: async (changed) => {
      world = applyChanges(world, [put(changed)]);
      services.commit([put(changed)], () => Promise.resolve());
      await services.look();
    },
  };
}

function makeRouter(router: string): void {
  ip("netns", "add", router);
  ip("-n", router, "link", "set", "lo", "up");
  for (const address of [gateway[4], ...resolvers, ...clocks]) ip("-n", router, "address", "add", address, "dev", "lo");
}

/** A link as the product makes them: the router is found at its own addresses, whatever the link. */
function connect(router: string, namespace: string, device: string, addresses: readonly string[]): void {
  ip("link", "add", device, "netns", router, "type", "veth", "peer", "name", "eth0", "netns", namespace);
  ip("-n", router, "link", "set", device, "up");
  ip("-n", namespace, "link", "set", "eth0", "up");
  ip("-n", router, "address", "add", `${gateway[6]}/64`, "dev", device, "nodad");
  for (const address of addresses) {
    const ipv6 = address.includes(":");
    ip("-n", namespace, "address", "add", address, "dev", "eth0", ...(ipv6 ? ["nodad"] : []));
    ip("-n", router, "route", "add", address, "dev", device);
    ip("-n", namespace, "route", "add", "default", "via", gateway[ipv6 ? 6 : 4], "dev", "eth0", "onlink");
  }
}

const hex = (name: string, type: RecordType = "A"): string => question(name, type).toString("hex");
const short = (message: string | null | undefined): string => (message === null || message === undefined ? "silence" : inShort(Buffer.from(message, "hex")));
const udp = (to: string, ...names: string[]): Errand => ({ udp: names.map((name) => hex(name)), to });
const over = (names: readonly (readonly [string, RecordType])[]): string =>
  Buffer.concat(names.map(([name, type]) => framed(question(name, type)))).toString("hex");

/** The messages of a stream. */
function messages(stream: string | null | undefined): string[] {
  const found: string[] = [];
  for (let rest = Buffer.from(stream ?? "", "hex"); rest.length > 2; ) {
    const end = 2 + rest.readUInt16BE(0);
    found.push(inShort(rest.subarray(2, end)));
    rest = rest.subarray(end);
  }
  return found;
}

const own = "ip-10-0-1-5.ec2.internal";

test("an instance asks its network", { skip }, (t) =>
  withEndings(async (defer) => {
    const place = await open(defer);
    await t.test("at each of the resolver's addresses, over both transports", async () => {
      const found = await place.ask("instance", ...resolvers.map((to) => udp(to, own)));
      assert.deepEqual(found.map(([answer]) => short(answer)), resolvers.map(() => "A 10.0.1.5"));
      const both = over([[own, "A"], ["7.1.0.10.in-addr.arpa", "PTR"], ["example.com", "A"]]);
      const streams = await place.ask("instance", ...resolvers.map((to) => ({ tcp: both, to })));
      for (const [stream] of streams) assert.deepEqual(messages(stream), ["A 10.0.1.5", "PTR ip-10-0-1-7.ec2.internal", "REFUSED"]);
    });
    await t.test("again over TCP, when an answer was cut", async () => {
      const long = `${"n".repeat(60)}.${"n".repeat(60)}.${"n".repeat(60)}.${"n".repeat(60)}.localhost`;
      const [[cut] = [], [whole] = []] = await place.ask("instance", udp("10.0.0.2", long), { tcp: over([[long, "A"]]), to: "10.0.0.2" });
      assert.deepEqual([short(cut), messages(whole)], ["TC", ["A 127.0.0.1"]]);
    });
    await t.test("what time it is on the host", async () => {
      const request = Buffer.alloc(48);
      request[0] = 0x23;
      const before = Date.now();
      const found = await place.ask("instance", ...clocks.map((to) => ({ udp: [request.toString("hex")], to, port: 123 })));
      const after = Date.now();
      for (const [answer] of found) {
        const seconds = Buffer.from(answer ?? "", "hex").readUInt32BE(40) - 2_208_988_800;
        assert.ok(seconds >= Math.floor(before / 1000) && seconds <= after / 1000, `${seconds} between ${before} and ${after}`);
      }
    });
    await t.test("random octets, over both transports: they do no harm", async () => {
      const random = new Random(seed);
      const noise = (length: number) => Buffer.from(Array.from({ length }, () => random.below(256))).toString("hex");
      const some = Array.from({ length: 50 }, () => noise(random.below(60)));
      await place.ask(
        "instance",
        { udp: some, to: "10.0.0.2", patience: 50 },
        { udp: some, to: "169.254.169.123", port: 123, patience: 50 },
        ...Array.from({ length: 5 }, () => ({ tcp: noise(300), to: "10.0.0.2" })),
      );
      const [[answer] = []] = await place.ask("instance", udp("10.0.0.2", own));
      assert.equal(short(answer), "A 10.0.1.5");
    });
    assert.deepEqual(place.stories, []);
  }),
);

test("who has no address here is not answered, and who gets one is", { skip }, () =>
  withEndings(async (defer) => {
    const place = await open(defer);
    const [namespace = ""] = ip("netns", "list").split("\n").filter((line) => line.includes(`dns${process.pid}x${count}-instance`)).map((line) => line.split(" ")[0]);
    ip("-n", namespace, "address", "add", "10.0.1.77/32", "dev", "eth0");
    ip("-n", place.router, "route", "add", "10.0.1.77", "dev", deviceName(place.eni.id));
    const errand: Errand = { udp: [hex("ip-10-0-1-77.ec2.internal")], to: "10.0.0.2", from: "10.0.1.77", patience: 100 };
    assert.deepEqual(await place.ask("instance", errand), [[null]]);
    await place.change({ ...place.eni, addresses: [...place.eni.addresses, "10.0.1.77"] });
    const [[answer] = []] = await place.ask("instance", errand);
    assert.equal(short(answer), "A 10.0.1.77");
  }),
);

test("an instance that asks too much is answered no more; others are", { skip }, () =>
  withEndings(async (defer) => {
    const place = await open(defer, { packetsPerSecond: 5 });
    const [answers = []] = await place.ask("instance", { ...udp("10.0.0.2", ...Array<string>(100).fill(own)), patience: 100 });
    const answered = answers.filter((answer) => answer !== null).length;
    assert.ok(answered >= 5 && answered < 50, `${answered} of 100`);
    const [[other] = []] = await place.ask("other", udp("10.0.0.2", own));
    assert.equal(short(other), "A 10.0.1.5");
  }),
);

test("a namespace that is made anew is served anew", { skip }, () =>
  withEndings(async (defer) => {
    const place = await open(defer);
    ip("netns", "delete", place.router);
    await place.kernel.run([{ op: "namespace.add", namespace: place.router, role: "router" }]);
    await place.services.look();
    const heard = ip("netns", "exec", place.router, "ss", "--listening", "--numeric", "--tcp", "--udp", "--no-header");
    const ports = [...resolvers.map((each) => `${each.includes(":") ? `[${each}]` : each}:53`), "169.254.169.123:123"];
    for (const port of ports) assert.ok(heard.includes(`${port} `), `${port} in ${heard}`);
    assert.deepEqual(place.stories, []);
  }),
);

/** A name server on the host that has one answer, the more of it the longer the name; cut when it is asked over UDP for `large`. */
async function upstream(defer: Defer): Promise<{ readonly place: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const answer = (message: Buffer, transport: "udp" | "tcp"): Buffer => {
    const name = message.toString("latin1", 13, 13 + (message[12] ?? 0));
    asked.push(`${transport} ${name}`);
    const cut = name === "large" && transport === "udp";
    const end = message.indexOf(0, 12) + 5;
    const answers: Answer[] = cut ? [] : Array.from({ length: name === "large" ? 60 : 1 }, (_, n) => ({ type: "A", name: `${name}.example.com`, ttl: 30, data: `192.0.2.${n}` }));
    const rest = encode({ type: "response", id: message.readUInt16BE(0), flags: 0x80 | (cut ? 0x200 : 0), answers });
    rest.writeUInt16BE(1, 4);
    return Buffer.concat([rest.subarray(0, 12), message.subarray(12, end), rest.subarray(12)]);
  };
  const server = net.createServer((socket) => socket.on("data", (chunk) => socket.write(framed(answer(chunk.subarray(2), "tcp")))));
  await once(server.listen(0, "127.0.0.1"), "listening");
  defer(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const socket = dgram.createSocket("udp4", (message, from) => socket.send(answer(message, "udp"), from.port, from.address));
  await new Promise<void>((resolve) => socket.bind(port, "127.0.0.1", resolve));
  defer(() => void socket.close());
  return { place: `127.0.0.1:${port}`, asked };
}

test("other names are asked for elsewhere, once, and over TCP when they are long", { skip }, () =>
  withEndings(async (defer) => {
    const others = await upstream(defer);
    const place = await open(defer, { upstream: [others.place] });
    const [[first] = [], [again] = [], [large] = []] = await place.ask("instance", udp("10.0.0.2", "www.example.com"), udp("fd00:ec2::253", "WWW.example.com"), {
      tcp: over([["large.example.com", "A"]]),
      to: "10.0.0.2",
    });
    assert.deepEqual([short(first), short(again)], ["A 192.0.2.0", "A 192.0.2.0"]);
    assert.equal(messages(large)[0]?.split("192.0.2.").length, 61);
    const [[cut] = []] = await place.ask("other", udp("10.0.0.2", "large.example.com"));
    assert.equal(short(cut), "TC");
    assert.deepEqual(others.asked, ["udp www", "udp large", "tcp large"]);
  }),
);

test("when nobody elsewhere answers, that is said at once", { skip }, () =>
  withEndings(async (defer) => {
    const place = await open(defer, { upstream: ["127.0.0.1:1"] });
    const [[answer] = []] = await place.ask("instance", udp("10.0.0.2", "www.example.com"));
    assert.equal(short(answer), "SERVFAIL");
  }),
);
