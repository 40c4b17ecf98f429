/**
 * `bailey up --internet`: instances leave the machine only when they may, and nobody else's packets go any other way than
 * before. A namespace stands for the machine, so that the real one is left alone; another, where its default route leads,
 * for all that is beyond; a third is a stranger on another of its links.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CLONE_NEWNET, setns } from "../../src/io/libc.ts";
import { canUseKernel } from "../kernel/lab.ts";
import { bailey, element, type Region, startRegion } from "../region-process.ts";
import { webClient } from "../web.ts";

const options = { skip: canUseKernel ? false : "needs root" };
const names = { machine: `bm-${process.pid}`, beyond: `bb-${process.pid}`, stranger: `bs-${process.pid}` };
/** The machine's address towards what is beyond. */
const outer = "198.51.100.1";
/** Of the server beyond: a public one, one of a private network, one of the link. */
const [server, privately, locally] = ["192.0.2.80", "10.9.9.9", "169.254.9.9"];
const stranger = "198.18.0.2";

let region: Region;
let uplink: string;
const ids: Record<"open" | "hidden" | "publicIp", string> = { open: "", hidden: "", publicIp: "" };
const closing: (() => unknown)[] = [];

const ip = (...args: string[]) => execFileSync("ip", args, { stdio: ["ignore", "ignore", "inherit"] });
const within = (where: keyof typeof names, ...command: string[]) => ["netns", "exec", names[where], ...command];

/** Two namespaces' ends of a link, each with its address. */
function join(device: string, address: string, where: "beyond" | "stranger", farAddress: string): void {
  ip("link", "add", device, "netns", names.machine, "type", "veth", "peer", "name", "eth0", "netns", names[where]);
  for (const [space, end, own] of [[names.machine, device, address], [names[where], "eth0", farAddress]] as const) {
    ip("-n", space, "address", "add", `${own}/24`, "dev", end);
    ip("-n", space, "link", "set", end, "up");
  }
}

/** Says to whoever asks by which address it came. */
const mirror = `use IO::Socket::INET;
my $server = IO::Socket::INET->new(LocalPort => 80, Listen => 16, ReuseAddr => 1) or die $@;
while (my $client = $server->accept) {
  while (defined(my $line = <$client>)) { last unless $line =~ /\\S/ }
  print $client "HTTP/1.0 200 OK\\r\\n\\r\\n" . $client->peerhost . "\\n"; close $client;
}`;

/** A public subnet with an instance that everybody may reach, and one in a private subnet, behind a NAT gateway. */
async function makeNetwork(): Promise<void> {
  const make = async (answer: string, action: string, parameters: Readonly<Record<string, string>>) =>
    element(await region.call(action, parameters), answer);
  const vpc = await make("vpcId", "CreateVpc", { CidrBlock: "10.0.0.0/16" });
  const [front = "", back = ""] = await Promise.all(
    ["10.0.1.0/24", "10.0.2.0/24"].map((CidrBlock) => make("subnetId", "CreateSubnet", { VpcId: vpc, CidrBlock })),
  );
  const gateway = await make("internetGatewayId", "CreateInternetGateway", {});
  await region.call("AttachInternetGateway", { InternetGatewayId: gateway, VpcId: vpc });
  await region.call("ModifySubnetAttribute", { SubnetId: front, "MapPublicIpOnLaunch.Value": "true" });
  const allocation = await make("allocationId", "AllocateAddress", {});
  const nat = await make("natGatewayId", "CreateNatGateway", { SubnetId: front, AllocationId: allocation });
  for (const [subnet, target] of [[front, { GatewayId: gateway }], [back, { NatGatewayId: nat }]] as const) {
    const table = await make("routeTableId", "CreateRouteTable", { VpcId: vpc });
    await region.call("AssociateRouteTable", { RouteTableId: table, SubnetId: subnet });
    await region.call("CreateRoute", { RouteTableId: table, DestinationCidrBlock: "0.0.0.0/0", ...target });
  }
  const group = await make("groupId", "CreateSecurityGroup", { GroupName: "open", GroupDescription: "open", VpcId: vpc });
  await region.call("AuthorizeSecurityGroupIngress", { GroupId: group, IpProtocol: "-1", CidrIp: "0.0.0.0/0" });
  const image = await make("imageId", "DescribeImages", {});
  const launch = (SubnetId: string) => make("instanceId", "RunInstances", {
    ImageId: image, MinCount: "1", MaxCount: "1", SubnetId, "SecurityGroupId.1": group,
    UserData: Buffer.from(`#!/usr/bin/perl\n${mirror}`).toString("base64"),
  });
  [ids.open = "", ids.hidden = ""] = await Promise.all([launch(front), launch(back)]);
  for (const id of [ids.open, ids.hidden]) {
    while (!(await region.call("DescribeInstances", { "InstanceId.1": id })).includes("<name>running</name>")) await sleep(50);
  }
  ids.publicIp = await make("ipAddress", "DescribeInstances", { "InstanceId.1": ids.open });
}

/** What the server said, or undefined when nothing came in time. */
const fetched = ({ status, stdout }: { readonly status: number | null; readonly stdout: string }): string | undefined =>
  status === 0 ? stdout.trim() : undefined;

function fetch(from: string, address: string): string | undefined {
  const { code, stdout } = bailey(region.state, "exec", from, "--", ...webClient(address));
  return fetched({ status: code, stdout });
}
const fetchFrom = (where: keyof typeof names, address: string) =>
  fetched(spawnSync("ip", within(where, ...webClient(address)), { encoding: "utf8" }));

const settingOf = (device: string): string => `/proc/sys/net/ipv4/conf/${device}/forwarding`;
const setForwarding = (device: string, value: string) => fs.writeFileSync(settingOf(device), value);
const forwarding = (): Record<string, string> =>
  Object.fromEntries(["all", "wan0", "lan0"].map((device) => [device, fs.readFileSync(settingOf(device), "utf8").trim()]));

const nft = (...args: string[]): string => execFileSync("nft", args, { encoding: "utf8" });
/** The table with the handles the kernel gave its parts: the same as long as nobody makes it anew. */
const ourTable = (): string => spawnSync("nft", ["-a", "list", "table", "ip", uplink], { encoding: "utf8" }).stdout;

/** Ends the control plane, starts it again, and waits until all is in force. */
async function again(...flags: string[]): Promise<void> {
  process.kill(region.pid, "SIGTERM");
  while (fs.existsSync(`/proc/${region.pid}`)) await sleep(10);
  region = await startRegion("kernel", region.state, ...flags);
  const status = () => JSON.parse(bailey(region.state, "status", "--json").stdout) as { revision: number; dataplane: { revision: number } };
  while (status().dataplane.revision !== status().revision) await sleep(50);
}

before(async () => {
  if (options.skip) return;
  for (const name of Object.values(names)) {
    ip("netns", "add", name);
    closing.push(() => ip("netns", "delete", name));
    ip("-n", name, "link", "set", "lo", "up");
  }
  join("wan0", outer, "beyond", "198.51.100.2");
  join("lan0", "198.18.0.1", "stranger", stranger);
  for (const address of [server, privately, locally]) ip("-n", names.beyond, "address", "add", `${address}/32`, "dev", "lo");
  ip("-n", names.machine, "route", "add", "default", "via", "198.51.100.2");
  ip("-n", names.beyond, "route", "add", "default", "via", outer);
  ip("-n", names.stranger, "route", "add", "default", "via", "198.18.0.1");
  for (const where of ["beyond", "stranger"] as const) {
    const child = spawn("ip", within(where, "perl", "-e", mirror), { stdio: "ignore" });
    closing.push(() => child.kill());
  }
  // This process, and so all it starts, is on that machine from now on.
  const [home, machine] = ["/proc/thread-self/ns/net", `/run/netns/${names.machine}`].map((path) => fs.openSync(path, "r"));
  setns(machine, CLONE_NEWNET);
  closing.push(() => setns(home, CLONE_NEWNET));
  setForwarding("all", "0");
  region = await startRegion("kernel", undefined, "--internet", "beyond");
  closing.push(() => bailey(region.state, "down", "--wipe"));
  const facts = JSON.parse(fs.readFileSync(`${region.state}/endpoint.json`, "utf8")) as { realm: string };
  uplink = `bailey-${facts.realm}`;
  await makeNetwork();
});
after(async () => {
  await region?.close();
  for (const close of closing.toReversed()) await close();
});

test("beyond: both leave under the machine's address", options, () => {
  assert.equal(fetch(ids.open, server), outer);
  assert.equal(fetch(ids.hidden, server), outer);
});

test("beyond: no private network, no link of the machine's, and no address nobody has", options, () => {
  assert.equal(fetch(ids.open, privately), undefined);
  assert.equal(fetch(ids.open, locally), undefined);
  ip("-n", names.beyond, "address", "add", "203.0.113.77/32", "dev", "lo");
  assert.equal(fetch(ids.open, "203.0.113.77"), undefined);
});

test("beyond: nobody there reaches an instance, which the machine does", options, () => {
  assert.equal(fetchFrom("machine", ids.publicIp), "203.0.113.1");
  assert.equal(fetchFrom("beyond", ids.publicIp), undefined);
  assert.equal(fetchFrom("stranger", ids.publicIp), undefined);
});

test("beyond: the machine forwards nothing else", options, () => {
  assert.deepEqual(forwarding(), { all: "0", wan0: "1", lan0: "0" });
  assert.equal(fetchFrom("machine", stranger), "198.18.0.1", "it is there");
  assert.equal(fetchFrom("beyond", stranger), undefined);
  setForwarding("lan0", "1");
  assert.equal(fetchFrom("beyond", stranger), undefined, "not by a device that forwards for our sake alone");
  setForwarding("lan0", "0");
});

test("beyond: the next control plane finds all in order; one whose table a stranger flushed makes it anew", options, async () => {
  const before = ourTable();
  assert.match(before, /handle/);
  await again("--internet", "beyond");
  assert.equal(ourTable(), before);
  nft("flush", "ruleset");
  await again("--internet", "beyond");
  assert.match(ourTable(), /elements = \{ "wan0" \}/);
  assert.equal(fetch(ids.hidden, server), outer);
});

test("machine: nobody leaves it any more, and it is as it was", options, async () => {
  await again();
  assert.equal(ourTable(), "");
  assert.deepEqual(forwarding(), { all: "0", wan0: "0", lan0: "0" });
  assert.equal(fetch(ids.open, server), undefined);
  assert.equal(fetch(ids.hidden, server), undefined);
  assert.equal(fetchFrom("machine", ids.publicIp), "203.0.113.1");
});

test("beyond, on a machine that is a router: others go on as before, also when the region is down", options, async () => {
  setForwarding("all", "1");
  await again("--internet", "beyond");
  assert.equal(fetch(ids.hidden, server), outer);
  assert.equal(fetchFrom("beyond", stranger), "198.51.100.2");
  assert.equal(fetchFrom("beyond", ids.publicIp), undefined);
  assert.equal(bailey(region.state, "down").code, 0);
  assert.equal(ourTable(), "");
  assert.deepEqual(forwarding(), { all: "1", wan0: "1", lan0: "1" });
  assert.equal(fetchFrom("beyond", stranger), "198.51.100.2");
});
