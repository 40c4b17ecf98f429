/** A virtual machine's tap behind an interface: the tap is the host's own before and after. */
import "../kernel/own-machine.ts";
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { AttachAnswer } from "../../src/api/bailey/attach.ts";
import type { StatusReport } from "../../src/cli/status.ts";
import { canUseKernel } from "../kernel/lab.ts";
import { bailey, element, type Region, startRegion } from "../region-process.ts";
import { udpEcho, virtualMachine } from "../virtual-machine.ts";

const skip = !canUseKernel ? "needs root" : fs.existsSync("/dev/net/tun") ? false : "there are no taps here";
const tap = `vm${process.pid}`;
const mac = "52:54:00:00:00:07";
let region: Region;
let machine: ChildProcess;
let said = "";
let client = "";
let subnet = "";
let group = "";

before(async () => {
  if (skip !== false) return;
  region = await startRegion("kernel");
  const vpc = element(await region.call("CreateVpc", { CidrBlock: "10.0.0.0/16" }), "vpcId");
  subnet = element(await region.call("CreateSubnet", { VpcId: vpc, CidrBlock: "10.0.1.0/24" }), "subnetId");
  const other = element(await region.call("CreateSubnet", { VpcId: vpc, CidrBlock: "10.0.2.0/24" }), "subnetId");
  group = element(await region.call("CreateSecurityGroup", { VpcId: vpc, GroupName: "vm", GroupDescription: "vm" }), "groupId");
  const ImageId = element(await region.call("DescribeImages"), "imageId");
  client = element(await region.call("RunInstances", { ImageId, MinCount: "1", MaxCount: "1", SubnetId: other }), "instanceId");
  const script = path.join(region.state, "machine.pl");
  fs.writeFileSync(script, virtualMachine, { mode: 0o755 });
  machine = spawn(script, [tap, mac], { stdio: ["ignore", "pipe", "inherit"] });
  machine.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await eventually("the client runs", () => bailey(region.state, "exec", client, "--", "true").code === 0);
});
after(async () => {
  machine?.kill("SIGKILL");
  await region?.close();
  if (region) fs.rmSync(region.state, { recursive: true, force: true });
});

async function eventually(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (holds()) return;
    await sleep(20);
  }
  assert.fail(`not in time: ${what}`);
}

const attach = (): AttachAnswer => {
  const { code, stdout, stderr } = bailey(
    region.state, "attach", "--subnet", subnet, "--group", group, "--tap", tap, "--mac", mac, "--address", "10.0.1.60", "--json",
  );
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as AttachAnswer;
};
const echo = (text: string): string | undefined => {
  const { code, stdout } = bailey(region.state, "exec", client, "--", ...udpEcho("10.0.1.60", 9, text));
  return code === 0 ? stdout : undefined;
};
const onHost = (): string[] => Array.from(execFileSync("ip", ["-o", "link"], { encoding: "utf8" }).matchAll(/^\d+: ([^:@]+)/gm), ([, name]) => name ?? "");

test("the machine's frames meet its groups, and the tap comes back", { skip }, async () => {
  const attached = attach();
  assert.deepEqual([attached.mac, attached.device], [mac, tap]);
  assert.ok(!onHost().includes(tap));
  await eventually("DHCP tells it all", () => /^lease 10\.0\.1\.60\/255\.255\.255\.0 10\.0\.1\.1 10\.0\.0\.2 9001$/m.test(said));
  await eventually("the router answers ARP", () => /^gateway 02:ba:11:e7:00:01$/m.test(said));
  assert.equal(echo("refused"), undefined);
  await region.call("AuthorizeSecurityGroupIngress", {
    GroupId: group, "IpPermissions.1.IpProtocol": "udp", "IpPermissions.1.FromPort": "9", "IpPermissions.1.ToPort": "9",
    "IpPermissions.1.IpRanges.1.CidrIp": "10.0.2.0/24",
  });
  assert.equal(echo("admitted"), "admitted");

  process.kill(region.pid, "SIGKILL");
  region = await startRegion("kernel", region.state);
  assert.equal(echo("taken over"), "taken over");

  assert.equal(bailey(region.state, "detach", "--tap", tap).code, 0);
  assert.ok(onHost().includes(tap));
  assert.match(execFileSync("ip", ["link", "show", tap], { encoding: "utf8" }), /\bUP\b.* mtu 1500 /);
  assert.equal(echo("detached"), undefined);
});

test("what is no tap is refused; a machine that ends ends its attachment, and holds nobody up", { skip }, async () => {
  for (const name of ["lo", "vm-nowhere"]) {
    const { code, stderr } = bailey(region.state, "attach", "--subnet", subnet, "--tap", name);
    assert.equal(code, 1);
    assert.match(stderr, name === "lo" ? /not the name of a tap/ : /There is no tap vm-nowhere/);
  }
  const { instance } = attach();
  machine.kill("SIGKILL");
  process.kill(region.pid, "SIGKILL");
  region = await startRegion("kernel", region.state);
  const report = (): StatusReport => JSON.parse(bailey(region.state, "status", "--json").stdout) as StatusReport;
  await eventually("it is terminated", () => report().instances.find(({ id }) => id === instance)?.state === "terminated");
  await eventually("all else is in force", () => report().dataplane.healthy);
});
