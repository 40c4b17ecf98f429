/** What an instance learns from its network, in a region as users start it, where groups and lists deny everything. */
import "../kernel/own-machine.ts";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { canUseKernel } from "../kernel/lab.ts";
import { bailey, element, type Region, startRegion } from "../region-process.ts";

const missing = ["curl", "python3"].find((command) => spawnSync(command, ["--version"]).status !== 0);
const skip = !canUseKernel ? "needs root" : missing === undefined ? false : `there is no ${missing}`;
let region: Region;
const [first, second] = [{ id: "", address: "" }, { id: "", address: "" }];

before(async () => {
  if (skip !== false) return;
  region = await startRegion("kernel");
  const vpc = element(await region.call("CreateVpc", { CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: "true" }), "vpcId");
  const block = element(await region.call("DescribeVpcs", { "VpcId.1": vpc }), "ipv6CidrBlock");
  const made = await region.call("CreateSubnet", { VpcId: vpc, CidrBlock: "10.0.1.0/24", Ipv6CidrBlock: block.replace("/56", "/64") });
  const subnet = element(made, "subnetId");
  const group = element(await region.call("CreateSecurityGroup", { VpcId: vpc, GroupName: "closed", GroupDescription: "closed" }), "groupId");
  const all = { "IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.IpRanges.1.CidrIp": "0.0.0.0/0" };
  await region.call("RevokeSecurityGroupEgress", { GroupId: group, ...all });
  const acls = await region.call("DescribeNetworkAcls", { "Filter.1.Name": "association.subnet-id", "Filter.1.Value.1": subnet });
  const acl = element(await region.call("CreateNetworkAcl", { VpcId: vpc }), "networkAclId");
  await region.call("ReplaceNetworkAclAssociation", { AssociationId: element(acls, "networkAclAssociationId"), NetworkAclId: acl });
  const image = element(await region.call("DescribeImages"), "imageId");
  const launch = { ImageId: image, MinCount: "1", MaxCount: "1", SubnetId: subnet, "SecurityGroupId.1": group, Ipv6AddressCount: "1" };
  for (const [guest, tokens] of [[first, "optional"], [second, "required"]] as const) {
    const answer = await region.call("RunInstances", { ...launch, "MetadataOptions.HttpTokens": tokens, "MetadataOptions.HttpProtocolIpv6": "enabled" });
    Object.assign(guest, { id: element(answer, "instanceId"), address: element(answer, "privateIpAddress") });
  }
  for (const { id } of [first, second]) await started(id);
});
after(async () => {
  await region?.close();
  if (region) fs.rmSync(region.state, { recursive: true, force: true });
});

async function started(id: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (bailey(region.state, "exec", id, "--", "true").code === 0) return;
    await sleep(50);
  }
  assert.fail(`${id} does not run`);
}

const sh = (id: string, script: string): string => bailey(region.state, "exec", id, "--", "sh", "-c", script).stdout.trim();
const ipv4 = "169.254.169.254";
const ipv6 = "[fd00:ec2::254]";
/** What curl reads, and the status on a line of its own. */
const curl = (id: string, place: string, ...args: string[]): string =>
  sh(id, `curl -s --max-time 2 -w '\\n%{http_code}' ${args.map((arg) => `'${arg}'`).join(" ")} 'http://${place}'`);
const tokenOf = (id: string, host: string): string =>
  curl(id, `${host}/latest/api/token`, "-X", "PUT", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60").replace(/\n200$/, "");
const holding = (token: string): string[] => ["-H", `X-aws-ec2-metadata-token: ${token}`];

test("version 1 and version 2, over IPv4 and IPv6, each instance its own", { skip }, () => {
  const path = "/latest/meta-data/instance-id";
  assert.equal(curl(first.id, ipv4 + path), `${first.id}\n200`);
  assert.match(curl(second.id, ipv4 + path), /\n401$/);
  for (const host of [ipv4, ipv6]) {
    const tokens = [first, second].map(({ id }) => tokenOf(id, host));
    for (const [at, { id, address }] of [first, second].entries()) {
      assert.equal(curl(id, host + path, ...holding(tokens[at] ?? "")), `${id}\n200`);
      assert.equal(curl(id, `${host}/latest/meta-data/local-ipv4`, ...holding(tokens[at] ?? "")), `${address}\n200`);
      assert.match(curl(id, host + path, ...holding(tokens[1 - at] ?? "")), /\n401$/);
    }
  }
});

test("nobody asks in another's name", { skip }, () => {
  sh(second.id, `ip address add ${first.address}/32 dev lo`);
  assert.equal(curl(second.id, `${ipv4}/latest/meta-data/instance-id`, "--interface", first.address), "000");
  sh(second.id, `ip address delete ${first.address}/32 dev lo`);
});

test("changed options hold at once", { skip }, async () => {
  const changed = { InstanceId: first.id, HttpTokens: "required" };
  await region.call("ModifyInstanceMetadataOptions", changed);
  const status = async (wanted: string) => {
    for (let tries = 0; tries < 50 && !curl(first.id, `${ipv4}/`).endsWith(wanted); tries++) await sleep(20);
    return curl(first.id, `${ipv4}/`).slice(-3);
  };
  assert.equal(await status("401"), "401");
  await region.call("ModifyInstanceMetadataOptions", { InstanceId: first.id, HttpEndpoint: "disabled" });
  assert.equal(await status("403"), "403");
});

test("there are no tasks and no activation: refused, at once", { skip }, () => {
  for (const place of ["169.254.170.2", "169.254.169.250:1688", "169.254.169.251:1688"]) {
    assert.equal(sh(first.id, `curl -s --max-time 2 http://${place}; echo $?`), "7", place);
  }
});

/** Sends the packet from no address, and prints the answer. */
const client = `
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.setsockopt(socket.SOL_SOCKET, 25, b"eth0")
s.bind(("0.0.0.0", 68)); s.settimeout(3)
mac = bytes.fromhex(open("/sys/class/net/eth0/address").read().strip().replace(":", ""))
s.sendto(bytes.fromhex("0101060099aabbcc00008000") + bytes(16) + mac + bytes(202) + bytes.fromhex("63825363350101ff"), ("255.255.255.255", 67))
data, sender = s.recvfrom(2000)
print(sender[0], data[4:8].hex(), ".".join(map(str, data[16:20])), data[240:243].hex())
`;

test("an instance that has lost its address is offered it again", { skip }, () => {
  const offered = bailey(region.state, "exec", second.id, "--", "sh", "-c", `ip -4 address flush dev eth0; exec python3 -c '${client}'`);
  assert.equal(offered.stdout.trim(), `10.0.1.1 99aabbcc ${second.address} 350102`, offered.stderr);
});
