/** Metadata and DHCP over real sockets: a router's namespace, instances on links of their own, and a machine behind one. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { hostImage } from "../../src/api/ec2/images.ts";
import { runInstances } from "../../src/api/ec2/run-instances.ts";
import { routerNamespace } from "../../src/compile/names.ts";
import { openKernel } from "../../src/io/kernel.ts";
import { openServices } from "../../src/io/services.ts";
import { interfacesOf } from "../../src/model/network-interface.ts";
import type { Instance, NetworkInterface } from "../../src/model/resource.ts";
import { applyChanges, need, put } from "../../src/model/world.ts";
import { deviceName } from "../../src/policy/lower.ts";
import { Region } from "../unit/ec2/region.ts";
import { canUseKernel } from "./lab.ts";

const realm = `meta${process.pid}`;
const region = new Region();
const { vpc, subnet } = region.network();
const launch = { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, SubnetId: subnet, Ipv6AddressCount: undefined };
const options = { HttpTokens: "optional", HttpPutResponseHopLimit: 1, HttpProtocolIpv6: "enabled" } as const;
const [web, other, bare] = ["web", "other", "bare"].map((name) => {
  const id = region.does(runInstances, { ...launch, MetadataOptions: options, UserData: Buffer.from(name).toString("base64") }).Instances?.[0]?.InstanceId ?? "";
  const [eni] = interfacesOf(region.world, { id: id as Instance["id"] });
  return { id, eni: eni as NetworkInterface, namespace: `${realm}-${name}` };
}) as [Guest, Guest, Guest];
interface Guest {
  readonly id: string;
  readonly eni: NetworkInterface;
  readonly namespace: string;
}

const router = routerNamespace(realm, vpc);
/** Behind `web`, which passes its packets on as its own: a container, say. */
const behind = `${realm}-behind`;
const ip = (...words: string[]): string => execFileSync("ip", words, { encoding: "utf8" });
const inside = (namespace: string, ...words: string[]): string => ip("netns", "exec", namespace, ...words);

const skip = canUseKernel ? false : "needs root";
const kernel = openKernel();
const stories: string[] = [];
const settings = { packetsPerSecond: 1024, upstream: [], tokenSecret: "ab".repeat(32) };
const services = openServices({ realm, settings, opener: kernel, world: () => region.world, log: (line) => stories.push(line) });

before(async () => {
  if (skip !== false) return;
  for (const name of [router, behind, ...[web, other, bare].map(({ namespace }) => namespace)]) {
    ip("netns", "add", name);
    ip("-n", name, "link", "set", "lo", "up");
  }
  for (const address of ["10.0.1.1/32", "169.254.169.254/32", "fd00:ec2::254/128"]) ip("-n", router, "address", "add", address, "dev", "lo");
  for (const { eni, namespace } of [web, other, bare]) {
    const device = deviceName(eni.id);
    ip("link", "add", device, "netns", router, "type", "veth", "peer", "name", "eth0", "netns", namespace, "address", eni.mac);
    ip("-n", router, "link", "set", device, "up");
    ip("-n", namespace, "link", "set", "eth0", "up");
    ip("-n", router, "route", "add", `${eni.addresses[0]}/32`, "dev", device);
  }
  for (const { eni, namespace } of [web, other]) {
    ip("-n", namespace, "address", "add", `${eni.addresses[0]}/24`, "dev", "eth0");
    ip("-n", namespace, "route", "add", "default", "via", "10.0.1.1");
  }
  ip("link", "add", "inner", "netns", web.namespace, "type", "veth", "peer", "name", "eth0", "netns", behind);
  for (const [namespace, device, address] of [[web.namespace, "inner", "192.168.9.1/24"], [behind, "eth0", "192.168.9.2/24"]] as const) {
    ip("-n", namespace, "address", "add", address, "dev", device);
    ip("-n", namespace, "link", "set", device, "up");
  }
  ip("-n", behind, "route", "add", "default", "via", "192.168.9.1");
  inside(web.namespace, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
  inside(web.namespace, "nft", "add table ip nat; add chain ip nat out { type nat hook postrouting priority 100; }; add rule ip nat out oifname eth0 masquerade");
  await services.look();
});

after(async () => {
  await services.close();
  await kernel.close();
  if (skip !== false) return;
  for (const name of [router, behind, ...[web, other, bare].map(({ namespace }) => namespace)]) ip("netns", "delete", name);
  assert.deepEqual(stories, []);
});

/** Asks from a namespace; `status body`, or what went wrong. */
function ask(namespace: string, path: string, { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {}): string {
  const script = `
    fetch("http://169.254.169.254${path}", { method: "${method}", headers: ${JSON.stringify(headers)}, signal: AbortSignal.timeout(1000) })
      .then(async (answer) => process.stdout.write(answer.status + " " + await answer.text()), (error) => process.stdout.write(String(error.name)));`;
  return spawnSync("ip", ["netns", "exec", namespace, process.execPath, "--eval", script], { encoding: "utf8" }).stdout;
}

const token = { method: "PUT", headers: { "X-aws-ec2-metadata-token-ttl-seconds": "60" } };
const holding = (text: string) => ({ headers: { "X-aws-ec2-metadata-token": text.replace(/^200 /, "") } });
const change = async (metadataOptions: object): Promise<void> => {
  const instance = need(region.world, "instance", web.id);
  const changed = put({ ...instance, metadataOptions: { tokens: "optional", hopLimit: 1, endpoint: true, ipv6: true, tags: false, ...metadataOptions } });
  region.lives((world) => applyChanges(world, [changed]));
  services.commit([changed], () => Promise.resolve());
  await services.look();
};

test("an instance reads its own metadata, with a token and without", { skip }, () => {
  assert.equal(ask(web.namespace, "/latest/meta-data/instance-id"), `200 ${web.id}`);
  assert.equal(ask(other.namespace, "/latest/user-data"), "200 other");
  const given = ask(web.namespace, "/latest/api/token", token);
  assert.match(given, /^200 \S{56}$/);
  assert.equal(ask(web.namespace, "/latest/meta-data/local-ipv4", holding(given)), `200 ${web.eni.addresses[0]}`);
  assert.match(ask(other.namespace, "/latest/meta-data/local-ipv4", holding(given)), /^401 /);
});

test("a token goes no further than the hop limit; other answers do", { skip }, async () => {
  assert.equal(ask(behind, "/latest/meta-data/instance-id"), `200 ${web.id}`);
  assert.equal(ask(behind, "/latest/api/token", token), "TimeoutError");
  await change({ hopLimit: 2 });
  const given = ask(behind, "/latest/api/token", token);
  assert.match(given, /^200 \S{56}$/);
  await change({ tokens: "required", hopLimit: 1 });
  assert.match(ask(behind, "/latest/meta-data/instance-id"), /^401 /);
  assert.equal(ask(behind, "/latest/meta-data/instance-id", holding(given)), `200 ${web.id}`);
  await change({ endpoint: false });
  assert.match(ask(web.namespace, "/latest/api/token", token), /^403 /);
  await change({});
});

/** A client without an address: says each of the packets in turn and prints the answers, and whom they came from, in hex. */
const client = `
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.setsockopt(socket.SOL_SOCKET, 25, b"eth0")
s.bind(("0.0.0.0", 68)); s.settimeout(3)
for packet in sys.argv[1:]:
    s.sendto(bytes.fromhex(packet), ("255.255.255.255", 67))
    data, sender = s.recvfrom(2000)
    print(sender[0], sender[1], data.hex())
`;

test("a machine without an address gets its own by DHCP", { skip }, () => {
  const { eni, namespace } = bare;
  const address = eni.addresses[0] ?? "";
  const hex = (text: string) => text.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0")).join("");
  const head = `01010600${"11223344"}00008000${"00".repeat(16)}${eni.mac.replaceAll(":", "")}${"00".repeat(202)}63825363`;
  const lines = inside(namespace, "python3", "-c", client, `${head}350101ff`, `${head}3501033604${hex("10.0.1.1")}3204${hex(address)}ff`).trim().split("\n");
  const answers = lines.map((line) => line.split(" "));
  assert.deepEqual(answers.map(([sender, port]) => [sender, port]), [["10.0.1.1", "67"], ["10.0.1.1", "67"]]);
  const [offer = "", ack = ""] = answers.map(([, , data = ""]) => data);
  assert.deepEqual([offer, ack].map((data) => [data.slice(8, 16), data.slice(32, 40), data.slice(480, 486)]), [
    ["11223344", hex(address), "350102"],
    ["11223344", hex(address), "350105"],
  ]);
});

test("a machine renews with its server alone, which answers it alone", { skip }, () => {
  const { eni, namespace } = web;
  const address = eni.addresses[0] ?? "";
  const bytes = Buffer.alloc(244);
  bytes.write("010106005566778800000000", "hex");
  bytes.set(address.split(".").map(Number), 12);
  bytes.write(eni.mac.replaceAll(":", ""), 28, "hex");
  bytes.write("63825363350103ff", 236, "hex");
  const renewal = client.replace('"255.255.255.255"', '"10.0.1.1"').replace("0.0.0.0", address);
  const [sender, , data = ""] = inside(namespace, "python3", "-c", renewal, bytes.toString("hex")).split(" ");
  assert.deepEqual([sender, data.slice(8, 16), data.slice(480, 486)], ["10.0.1.1", "55667788", "350105"]);
});
