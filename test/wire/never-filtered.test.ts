/**
 * What no group and no list stands before, in a region as a user starts it: two instances whose group has no rules, in a
 * subnet whose list has no entries. A test for each line of Amazon's list, and one for everything that is not on it.
 */
import "../kernel/own-machine.ts";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { hostNamespace } from "../../src/compile/names.ts";
import { frameBytes } from "../kernel/frame.ts";
import { canUseKernel } from "../kernel/lab.ts";
import { parsePacket, readFrame } from "../kernel/packet-text.ts";
import { Wire } from "../kernel/wire.ts";
import { element, type Region, startRegion } from "../region-process.ts";
import { inShort, question } from "../unit/services/dns-world.ts";
import { type Question, refused, silence } from "./questions.ts";

const skip = canUseKernel ? false : "needs root";
const run = promisify(execFile);
const [address, neighbour] = ["10.0.1.10", "10.0.1.11"];
const name = "ip-10-0-1-10.ec2.internal";
const routerMac = "02:ba:11:e7:00:01";

let region: Region;
let instance = "";
let namespace = "";
let subnet6 = "";
/** Says back what it hears. */
const activation = net.createServer((socket) => socket.pipe(socket));

before(async () => {
  if (skip !== false) return;
  await new Promise<void>((resolve) => activation.listen(0, "127.0.0.1", resolve));
  const place = activation.address();
  assert.ok(typeof place === "object" && place);
  region = await startRegion("kernel", undefined, "--activation", `127.0.0.1:${place.port}`);
  const vpc = element(await region.call("CreateVpc", { CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: "true" }), "vpcId");
  await region.call("ModifyVpcAttribute", { VpcId: vpc, "EnableDnsHostnames.Value": "true" });
  subnet6 = element(await region.call("DescribeVpcs", { "VpcId.1": vpc }), "ipv6CidrBlock").replace("/56", "/64");
  const subnet = element(await region.call("CreateSubnet", { VpcId: vpc, CidrBlock: "10.0.1.0/24", Ipv6CidrBlock: subnet6 }), "subnetId");
  const group = element(await region.call("CreateSecurityGroup", { VpcId: vpc, GroupName: "empty", GroupDescription: "empty" }), "groupId");
  await region.call("RevokeSecurityGroupEgress", { GroupId: group, "IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.IpRanges.1.CidrIp": "0.0.0.0/0" });
  await region.call("RevokeSecurityGroupEgress", { GroupId: group, "IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.Ipv6Ranges.1.CidrIpv6": "::/0" });
  const acl = element(await region.call("CreateNetworkAcl", { VpcId: vpc }), "networkAclId");
  const acls = await region.call("DescribeNetworkAcls", { "Filter.1.Name": "association.subnet-id", "Filter.1.Value.1": subnet });
  await region.call("ReplaceNetworkAclAssociation", { NetworkAclId: acl, AssociationId: element(acls, "networkAclAssociationId") });
  const ImageId = element(await region.call("DescribeImages"), "imageId");
  const launch = { ImageId, MinCount: "1", MaxCount: "1", SubnetId: subnet, "SecurityGroupId.1": group, Ipv6AddressCount: "1" };
  const options = { "MetadataOptions.HttpTokens": "optional", "MetadataOptions.HttpProtocolIpv6": "enabled" };
  for (const PrivateIpAddress of [neighbour, address]) {
    instance = element(await region.call("RunInstances", { ...launch, ...options, PrivateIpAddress }), "instanceId");
  }
  for (let tries = 0; !(await region.call("DescribeInstances", { "InstanceId.1": instance })).includes("<name>running</name>"); tries++) {
    assert.ok(tries < 500, "it does not run");
    await sleep(10);
  }
  const { realm } = JSON.parse(fs.readFileSync(path.join(region.state, "endpoint.json"), "utf8")) as { realm: string };
  namespace = hostNamespace(realm, instance);
});
after(async () => {
  activation.close();
  await region?.close();
  if (region) fs.rmSync(region.state, { recursive: true, force: true });
});

async function ask(...questions: Question[]): Promise<string[]> {
  const client = path.join(import.meta.dirname, "questions.ts");
  const { stdout } = await run("ip", ["netns", "exec", namespace, process.execPath, client, JSON.stringify(questions)]);
  return JSON.parse(stdout) as string[];
}

const hex = (text: string): string => Buffer.from(text).toString("hex");
const text = (answer = ""): string => Buffer.from(answer, "hex").toString();
const twice = (length: number): string => length.toString(16).padStart(4, "0");

for (const to of ["169.254.169.254", "fd00:ec2::254"]) {
  test(`metadata at ${to}`, { skip }, async () => {
    const [answer] = await ask({ tcp: hex("GET /latest/meta-data/instance-id HTTP/1.0\r\n\r\n"), to, port: 80 });
    assert.match(text(answer), new RegExp(`^HTTP/1\\.. 200 [^]*\r\n\r\n${instance}$`));
  });
}

for (const to of ["10.0.0.2", "169.254.169.253", "fd00:ec2::253"]) {
  test(`names at ${to}, over UDP and TCP`, { skip }, async () => {
    const asked = question(name, "A").toString("hex");
    const [udp = "", tcp = ""] = await ask({ udp: asked, to, port: 53 }, { tcp: twice(asked.length / 2) + asked, to, port: 53 });
    assert.deepEqual([udp, tcp.slice(4)].map((answer) => inShort(Buffer.from(answer, "hex"))), [`A ${address}`, `A ${address}`]);
  });
}

test("DHCP at the subnet's router", { skip }, async () => {
  const link = (await run("ip", ["-n", namespace, "-o", "link", "show", "eth0"])).stdout;
  const mac = /link\/ether (\S+)/.exec(link)?.[1]?.replaceAll(":", "") ?? "";
  const own = address.split(".").map((part) => Number(part).toString(16).padStart(2, "0")).join("");
  const request = `0101060099aabbcc00000000${own}${"00".repeat(12)}${mac}${"00".repeat(202)}63825363350103ff`;
  const [answer = ""] = await ask({ udp: request, to: "10.0.1.1", port: 67, from: 68 });
  assert.deepEqual([answer.slice(0, 16), answer.slice(32, 40), answer.slice(480, 486)], ["0201060099aabbcc", own, "350105"]);
});

for (const to of ["169.254.169.123", "fd00:ec2::123"]) {
  test(`time at ${to}`, { skip }, async () => {
    const [answer = ""] = await ask({ udp: `23${"00".repeat(47)}`, to, port: 123 });
    assert.deepEqual([answer.slice(0, 2), answer.length], ["24", 96]);
  });
}

const activators = ["169.254.169.250", "169.254.169.251", "fd00:ec2::250"];
for (const to of activators) {
  test(`activation at ${to}: what the server says`, { skip }, async () => {
    assert.equal(text((await ask({ tcp: hex("activate me"), to, port: 1688 }))[0]), "activate me");
  });
}

test("tasks' metadata: there are no tasks, and whoever asks is told at once", { skip }, async () => {
  assert.deepEqual(await ask({ tcp: hex("GET / HTTP/1.0\r\n\r\n"), to: "169.254.170.2", port: 80 }), [refused]);
});

for (const router of ["10.0.1.1", "::1 of the subnet", "fe80:ec2::1"]) {
  test(`the router answers ping at ${router}`, { skip }, async () => {
    const to = router.replace("::1 of the subnet", subnet6.replace("::/64", "::1"));
    const six = to.includes(":");
    const own = (await run("ip", ["-n", namespace, "-o", "address", "show", "dev", "eth0", "scope", "global"])).stdout;
    const from = (six ? /inet6 ([^/]+)\// : /inet ([^/]+)\//).exec(own)?.[1] ?? assert.fail(own);
    const mac = /link\/ether (\S+)/.exec((await run("ip", ["-n", namespace, "-o", "link", "show", "eth0"])).stdout)?.[1] ?? "";
    const wire = new Wire(namespace);
    try {
      wire.send(frameBytes({ ...parsePacket(six ? `icmp6 ${from} > ${to} 128/0 #9` : `icmp ${from} > ${to} 8/0 #9`), tag: 1 }, mac, routerMac));
      const answer = six ? `icmp6 ${to} > ${from} 129/0 #9` : `icmp ${to} > ${from} 0/0 #9`;
      const heard: string[] = [];
      for (let waited = 0; waited < 1000 && !heard.includes(answer); waited += 5) {
        await sleep(5);
        for (const frame of wire.frames()) heard.push(readFrame(frame) ?? "no packet");
      }
      assert.ok(heard.includes(answer), `only ${heard.join(", ")}`);
    } finally {
      wire.close();
    }
  });
}

/** Other ports of those addresses, addresses beside them, one's own name server, a neighbour. */
const others: readonly Question[] = [
  ...["169.254.169.254", "fd00:ec2::254"].flatMap((to): Question[] => [{ udp: "00", to, port: 161 }, { tcp: "", to, port: 443 }]),
  ...["10.0.0.2", "169.254.169.253", "fd00:ec2::253"].flatMap((to): Question[] => [{ udp: "00", to, port: 5353 }, { tcp: "", to, port: 22 }]),
  ...["169.254.169.123", "fd00:ec2::123"].map((to): Question => ({ tcp: "", to, port: 22 })),
  ...activators.map((to): Question => ({ udp: "00", to, port: 1689 })),
  { tcp: "", to: "169.254.170.2", port: 8080 },
  { udp: "00", to: "10.0.1.1", port: 53 },
  { tcp: "", to: "10.0.1.1", port: 22 },
  { tcp: "", to: "169.254.169.1", port: 80 },
  { udp: "00", to: "10.0.1.2", port: 53 },
  { tcp: "", to: neighbour, port: 53 },
  { udp: "00", to: neighbour, port: 53 },
  { tcp: "", to: "198.51.100.7", port: 443 },
];

test("nothing else passes", { skip }, async () => {
  const answers = await ask(...others);
  assert.deepEqual(others.filter((_, at) => answers[at] !== silence), []);
});

test("activation without a server is refused at once", { skip }, async () => {
  process.kill(region.pid, "SIGKILL");
  region = await startRegion("kernel", region.state);
  const asked = activators.map((to): Question => ({ tcp: hex("activate me"), to, port: 1688 }));
  const wanted = activators.map(() => refused);
  let answers = await ask(...asked);
  // The region answers calls at once; its services come up beside it.
  for (let tries = 0; tries < 10 && answers.some((each, at) => each !== wanted[at]); tries++) answers = await ask(...asked);
  assert.deepEqual(answers, wanted);
});
