/** The CNI plugin, run as a container runtime runs it. */
import "../kernel/own-machine.ts";
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { canUseKernel } from "../kernel/lab.ts";
import { bailey, element, type Region, startRegion } from "../region-process.ts";
import { webClient } from "../web.ts";

const options = { skip: canUseKernel ? false : "needs root" };
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "bailey-cni-"));
const plugin = path.join(directory, "bailey");
const [one, two] = [`cni-one-${process.pid}`, `cni-two-${process.pid}`] as const;
let region: Region;
let subnet = "";
let group = "";

before(async () => {
  fs.symlinkSync(path.join(import.meta.dirname, "..", "..", "bailey-cni"), plugin);
  if (!canUseKernel) return;
  region = await startRegion("kernel");
  const vpc = element(await region.call("CreateVpc", { CidrBlock: "10.0.0.0/16" }), "vpcId");
  subnet = element(await region.call("CreateSubnet", { VpcId: vpc, CidrBlock: "10.0.1.0/24" }), "subnetId");
  group = element(await region.call("CreateSecurityGroup", { VpcId: vpc, GroupName: "pods", GroupDescription: "pods" }), "groupId");
  for (const name of [one, two]) execFileSync("ip", ["netns", "add", name]);
});
after(async () => {
  await region?.close();
  if (region) fs.rmSync(region.state, { recursive: true, force: true });
  if (canUseKernel) for (const name of [one, two]) spawnSync("ip", ["netns", "delete", name]);
  fs.rmSync(directory, { recursive: true, force: true });
});

interface Said {
  readonly code: number;
  /** Parsed; undefined when nothing was printed. */
  readonly answer: Record<string, unknown> | undefined;
}

/** Runs the plugin with no environment but what runtimes give it. */
function cni(command: string, container: string, configuration: object, more: Readonly<Record<string, string>> = {}): Said {
  const env = {
    PATH: process.env["PATH"] ?? "",
    CNI_COMMAND: command,
    CNI_CONTAINERID: container,
    CNI_NETNS: `/run/netns/${container}`,
    CNI_IFNAME: "eth0",
    CNI_PATH: directory,
    ...more,
  };
  const { status, stdout } = spawnSync(plugin, { input: JSON.stringify(configuration), env, encoding: "utf8" });
  return { code: status ?? -1, answer: stdout === "" ? undefined : (JSON.parse(stdout) as Record<string, unknown>) };
}

const configuration = (cniVersion: string) => ({ cniVersion, name: "pods", type: "bailey", subnet, groups: [group], state: region.state });
const attachedNow = (): number => bailey(region.state, "status").stdout.split("\n").filter((line) => line.includes("running (container")).length;

function mac(netns: string, device = "eth0"): string {
  return execFileSync("ip", ["-n", netns, "-brief", "link", "show", device], { encoding: "utf8" }).trim().split(/\s+/)[2] ?? "";
}

for (const [cniVersion, version, mtu] of [
  ["0.3.1", { version: "4" }, {}],
  ["0.4.0", { version: "4" }, {}],
  ["1.0.0", {}, {}],
  ["1.1.0", {}, { mtu: 9001 }],
] as const) {
  test(`ADD, CHECK and DEL of version ${cniVersion}`, options, () => {
    const asked = configuration(cniVersion);
    const added = cni("ADD", one, asked, { CNI_ARGS: "IgnoreUnknown=1;IP=10.0.1.40;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=cart" });
    assert.deepEqual(added, {
      code: 0,
      answer: {
        cniVersion,
        interfaces: [{ name: "eth0", mac: mac(one), ...mtu, sandbox: `/run/netns/${one}` }],
        ips: [{ ...version, interface: 0, address: "10.0.1.40/24", gateway: "10.0.1.1" }],
        routes: [{ dst: "0.0.0.0/0", gw: "10.0.1.1" }],
        dns: { nameservers: ["10.0.0.2"], search: ["ec2.internal"] },
      },
    });
    const checked = { ...asked, prevResult: added.answer };
    if (cniVersion !== "0.3.1") {
      assert.deepEqual(cni("CHECK", one, checked), { code: 0, answer: undefined });
      execFileSync("ip", ["-n", one, "address", "delete", "10.0.1.40/24", "dev", "eth0"]);
      const { code, answer } = cni("CHECK", one, checked);
      assert.deepEqual([code, answer?.["code"], answer?.["msg"]], [1, 101, `eth0 in /run/netns/${one} does not have 10.0.1.40/24`]);
    }
    assert.deepEqual(cni("DEL", one, checked), { code: 0, answer: undefined });
    assert.deepEqual(cni("DEL", one, checked, { CNI_NETNS: "" }), { code: 0, answer: undefined }, "again, and without a namespace");
    assert.equal(attachedNow(), 0);
  });
}

test("two containers of a network reach each other where their group says so", options, async () => {
  for (const name of [one, two]) {
    assert.equal(cni("ADD", name, configuration("1.1.0")).code, 0);
    execFileSync("ip", ["-n", name, "link", "set", "lo", "up"]);
  }
  const address = execFileSync("ip", ["-n", two, "-4", "-brief", "address", "show", "eth0"], { encoding: "utf8" }).trim().split(/\s+|\//)[2] ?? "";
  const reached = (): number | null => spawnSync("ip", ["netns", "exec", one, ...webClient(address, 9)]).status;
  assert.equal(reached(), 124, "in silence");
  await region.call("AuthorizeSecurityGroupIngress", { GroupId: group, "IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.Groups.1.GroupId": group });
  assert.equal(reached(), 1, "refused by the container itself");
});

test("GC detaches what the runtime no longer knows, and only that", options, () => {
  const valid = { "cni.dev/valid-attachments": [{ containerID: two, ifname: "eth0" }] };
  assert.deepEqual(cni("GC", "", { ...configuration("1.1.0"), name: "others", ...valid }), { code: 0, answer: undefined });
  assert.equal(attachedNow(), 2, "another network's");
  assert.deepEqual(cni("GC", "", { ...configuration("1.1.0"), ...valid }), { code: 0, answer: undefined });
  assert.equal(attachedNow(), 1);
  assert.equal(cni("CHECK", one, { ...configuration("1.1.0"), prevResult: {} }).answer?.["msg"], `Nothing is attached as eth0 of ${one}`);
  assert.equal(cni("DEL", two, configuration("1.1.0")).code, 0);
});

test("errors are the interface's own", options, () => {
  const good = configuration("1.1.0");
  const taken = () => execFileSync("ip", ["-n", one, "link", "add", "eth0", "type", "veth", "peer", "name", "far"]);
  taken();
  const statePath = path.join(directory, "nowhere");
  for (const [command, asked, code, msg] of [
    ["ADD", good, 100, "The region refused"],
    ["ADD", { ...good, subnet: "subnet-0123456789abcdef0" }, 100, "The region refused"],
    ["ADD", { ...good, state: statePath }, 11, "The region is not available"],
    ["DEL", { ...good, state: statePath }, undefined, undefined],
    ["STATUS", good, undefined, undefined],
    ["STATUS", { ...good, state: statePath }, 50, "The region is not available"],
    ["STATUS", { ...good, subnet: "subnet-1" }, 50, "There is no subnet subnet-1"],
  ] as const) {
    const said = cni(command, one, asked);
    assert.deepEqual([said.answer?.["code"], said.answer?.["msg"], said.code], [code, msg, code === undefined ? 0 : 1], command);
  }
  assert.match(String(cni("ADD", one, good).answer?.["details"]), /has a device 'eth0' already/);
  execFileSync("ip", ["-n", one, "link", "delete", "eth0"]);
});
