/** What users run already, behind interfaces: real namespaces and processes, real traffic, the command line as it is. */
import "../kernel/own-machine.ts";
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { AttachAnswer } from "../../src/api/bailey/attach.ts";
import type { StatusReport } from "../../src/cli/status.ts";
import { canUseKernel } from "../kernel/lab.ts";
import { bailey, element, type Region, startRegion } from "../region-process.ts";
import { webClient, webServer } from "../web.ts";

const options = { skip: canUseKernel ? false : "needs root" };
const blue = `attach-blue-${process.pid}`;
const bluePath = `/run/netns/${blue}`;
const ids = { vpc: "", subnet: "", other: "", web: "", client: "" };
let region: Region;
let server: ChildProcess | undefined;

before(async () => {
  if (!canUseKernel) return;
  region = await startRegion("kernel");
  ids.vpc = element(await region.call("CreateVpc", { CidrBlock: "10.0.0.0/16" }), "vpcId");
  ids.subnet = element(await region.call("CreateSubnet", { VpcId: ids.vpc, CidrBlock: "10.0.1.0/24" }), "subnetId");
  ids.other = element(await region.call("CreateSubnet", { VpcId: ids.vpc, CidrBlock: "10.0.2.0/24" }), "subnetId");
  ids.web = element(await region.call("CreateSecurityGroup", { VpcId: ids.vpc, GroupName: "web", GroupDescription: "web" }), "groupId");
  const image = element(await region.call("DescribeImages"), "imageId");
  const launch = { ImageId: image, MinCount: "1", MaxCount: "1", SubnetId: ids.other };
  ids.client = element(await region.call("RunInstances", launch), "instanceId");
  execFileSync("ip", ["netns", "add", blue]);
  await eventually("the client runs", () => bailey(region.state, "exec", ids.client, "--", "true").code === 0);
});
after(async () => {
  server?.kill("SIGKILL");
  await region?.close();
  if (canUseKernel) spawnSync("ip", ["netns", "delete", blue]);
  if (region) fs.rmSync(region.state, { recursive: true, force: true });
});

async function eventually(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (holds()) return;
    await sleep(20);
  }
  assert.fail(`not in time: ${what}`);
}

function attach(...args: string[]): AttachAnswer {
  const { code, stdout, stderr } = bailey(region.state, "attach", "--subnet", ids.subnet, "--json", ...args);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as AttachAnswer;
}

const report = (): StatusReport => JSON.parse(bailey(region.state, "status", "--json").stdout) as StatusReport;
const stateOf = (id: string): string | undefined => report().instances.find((instance) => instance.id === id)?.state;
const ip = (...args: string[]): string => execFileSync("ip", ["-n", blue, ...args], { encoding: "utf8" });

/** What is in the blue namespace, without what comes by itself in its own time. */
const inside = (): string => [ip("-brief", "link"), ip("-4", "route", "show", "table", "all"), ip("-4", "rule"), ip("-6", "rule")].join("\n");

/** What the client, an instance, reads from a web server at the address. */
function fetch(address: string): string | undefined {
  const { code, stdout } = bailey(region.state, "exec", ids.client, "--", ...webClient(address));
  return code === 0 ? stdout.trim() : undefined;
}

/** What somebody in the blue namespace reads from there. */
const fetchFromBlue = (address: string, port: number): string | undefined => {
  const { status, stdout } = spawnSync("ip", ["netns", "exec", blue, ...webClient(address, port)], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
};

async function serveInBlue(): Promise<void> {
  const script = path.join(region.state, "serve.pl");
  fs.writeFileSync(script, webServer("0.0.0.0", 80), { mode: 0o755 });
  server = spawn("ip", ["netns", "exec", blue, script], { stdio: "ignore" });
  await eventually("the server listens", () => spawnSync("ip", ["netns", "exec", blue, "ss", "-ltnH"], { encoding: "utf8" }).stdout.includes(":80"));
}

const admit = (): Promise<string> =>
  region.call("AuthorizeSecurityGroupIngress", {
    GroupId: ids.web,
    "IpPermissions.1.IpProtocol": "tcp",
    "IpPermissions.1.FromPort": "80",
    "IpPermissions.1.ToPort": "80",
    "IpPermissions.1.IpRanges.1.CidrIp": "10.0.2.0/24",
  });
const revokeAll = (): Promise<string> =>
  region.call("RevokeSecurityGroupIngress", {
    GroupId: ids.web,
    "IpPermissions.1.IpProtocol": "tcp",
    "IpPermissions.1.FromPort": "80",
    "IpPermissions.1.ToPort": "80",
    "IpPermissions.1.IpRanges.1.CidrIp": "10.0.2.0/24",
  });

test("a namespace of somebody else's: groups refuse and admit, and the server's death changes nothing", options, async () => {
  ip("link", "add", "theirs", "type", "veth", "peer", "name", "far");
  for (const device of ["theirs", "far"]) ip("link", "set", device, "up");
  ip("address", "add", "192.0.2.7/24", "dev", "theirs");
  ip("route", "add", "default", "via", "192.0.2.1", "dev", "theirs");
  const before = inside();
  await serveInBlue();

  const attached = attach("--netns", bluePath, "--group", ids.web, "--address", "10.0.1.50", "--name", "blue", "--device", "net1");
  assert.deepEqual([attached.device, attached.addresses], ["net1", [{ address: "10.0.1.50/24", gateway: "10.0.1.1" }]]);
  const shown = await region.call("DescribeInstances", { "Filter.1.Name": "tag:Name", "Filter.1.Value.1": "blue" });
  assert.equal(element(shown, "instanceId"), attached.instance);
  assert.match(shown, /<name>running<\/name>.*<privateIpAddress>10\.0\.1\.50</s);

  assert.equal(fetch("10.0.1.50"), undefined, "the group admits nobody");
  await admit();
  assert.match(fetch("10.0.1.50") ?? "", /^hello/);
  assert.match(ip("route", "get", "198.51.100.1"), /dev theirs/, "its own default route is still the way");
  assert.match(ip("route", "get", "10.0.2.10"), /dev net1/, "the VPC is reached through the interface");
  assert.match(ip("route", "get", "198.51.100.1", "from", "10.0.1.50"), /dev net1/, "and so is all from its address");

  process.kill(region.pid, "SIGKILL");
  assert.match(fetch("10.0.1.50") ?? "", /^hello/, "without a control plane");
  region = await startRegion("kernel", region.state);
  assert.equal(stateOf(attached.instance), "running");
  assert.match(fetch("10.0.1.50") ?? "", /^hello/, "with the next one");
  await revokeAll();
  assert.equal(fetch("10.0.1.50"), undefined, "which is in charge");

  assert.equal(bailey(region.state, "detach", "--netns", bluePath).code, 0);
  assert.equal(inside(), before, "what was there is as it was");
  assert.equal(stateOf(attached.instance), "terminated");
  assert.equal(bailey(region.state, "detach", attached.instance).code, 0, "again is no error");
  server?.kill("SIGKILL");
});

test("terminate-instances detaches; nothing else of an instance's life is ours", options, async () => {
  const { instance } = attach("--netns", bluePath);
  for (const action of ["StopInstances", "RebootInstances", "StartInstances"]) {
    await assert.rejects(region.call(action, { "InstanceId.1": instance }), /UnsupportedOperation.*run by somebody else/s);
  }
  await region.call("TerminateInstances", { "InstanceId.1": instance });
  await eventually("it is terminated", () => stateOf(instance) === "terminated");
  await eventually("its device is gone", () => !ip("-brief", "link").includes("eth0"));
});

test("what is attached ends with its process, and with its path", options, async () => {
  const child = spawn("unshare", ["--net", "sleep", "1000"], { stdio: "ignore" });
  const pid = String(child.pid);
  const isApart = (): boolean => fs.readlinkSync(`/proc/${pid}/ns/net`) !== fs.readlinkSync("/proc/self/ns/net");
  await eventually("it has a namespace of its own", isApart);
  const byPid = attach("--pid", pid, "--device", "net0");
  const link = `/run/netns/${blue}-too`;
  execFileSync("ip", ["netns", "add", `${blue}-too`]);
  const byPath = attach("--netns", link);
  child.kill("SIGKILL");
  execFileSync("ip", ["netns", "delete", `${blue}-too`]);
  await eventually("both are terminated", () => [byPid, byPath].every(({ instance }) => stateOf(instance) === "terminated"));
  const reasons = await region.call("DescribeInstances", { "InstanceId.1": byPid.instance, "InstanceId.2": byPath.instance });
  assert.match(reasons, new RegExp(`Client.InstanceInitiatedShutdown: Instance initiated shutdown: process ${pid} has ended`));
  assert.match(reasons, new RegExp(`Instance initiated shutdown: ${link} no longer leads to the network`));
  await eventually("nothing of them is left", () => !fs.readdirSync("/run/netns").some((name) => name.includes(byPid.instance) || name.includes(byPath.instance)));
});

test("whoever rules in the namespace can spoil his own attachment, and no other's", options, async () => {
  const { instance } = attach("--netns", bluePath);
  ip("link", "delete", "eth0");
  ip("link", "add", "eth0", "type", "veth", "peer", "name", "far0");
  process.kill(region.pid, "SIGKILL");
  region = await startRegion("kernel", region.state);
  await eventually("it is given up", () => stateOf(instance) === "terminated");
  await eventually("all else is in force", () => report().dataplane.healthy);
  assert.match(ip("-brief", "link"), /eth0/, "the device is theirs");
  ip("link", "delete", "eth0");
});

test("what cannot be attached is refused, and nothing is made", options, async () => {
  const before = report().instances.length;
  const held = attach("--netns", bluePath);
  fs.writeFileSync(path.join(region.state, "plain"), "");
  const hostInstance = `/run/netns/${fs.readdirSync("/run/netns").find((name) => name.includes(ids.client))}`;
  for (const [args, message] of [
    [["--netns", "/proc/self/ns/net"], /network of the host itself/],
    [["--netns", bluePath], /has an interface of Bailey's already/],
    [["--netns", hostInstance], /has an interface of Bailey's already/],
    [["--netns", path.join(region.state, "plain")], /is no network namespace/],
    [["--netns", "/proc/self/ns/mnt"], /is no network namespace/],
    [["--netns", "/nowhere"], /cannot be opened: ENOENT/],
    [["--pid", "4194305"], /There is no process 4194305/],
    [["--container", "no-such-container"], /the container no-such-container is not found/],
  ] as const) {
    const { code, stderr } = bailey(region.state, "attach", "--subnet", ids.subnet, ...args);
    assert.equal(code, 1, args.join(" "));
    assert.match(stderr, message);
  }
  bailey(region.state, "detach", held.instance);
  ip("link", "add", "eth0", "type", "veth", "peer", "name", "far0");
  const { code, stderr } = bailey(region.state, "attach", "--subnet", ids.subnet, "--netns", bluePath);
  assert.deepEqual([code, stderr.trim()], [1, `bailey: The network of namespace '${bluePath}' has a device 'eth0' already; another can be chosen.`]);
  ip("link", "delete", "eth0");
  assert.equal(report().instances.length, before + 1);
  assert.equal(fetchFromBlue("10.0.2.10", 80), undefined);
});
