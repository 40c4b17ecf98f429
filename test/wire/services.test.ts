/** A region as a user starts it: its instances find names and time whatever is denied, also after kill -9, and no sooner than they run. */
import "../kernel/own-machine.ts";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { hostNamespace } from "../../src/compile/names.ts";
import { withEndings } from "../endings.ts";
import type { Errand } from "../kernel/dns-client.ts";
import { bailey, element, type Region, startRegion } from "../region-process.ts";
import { inShort, question } from "../unit/services/dns-world.ts";

const skip = process.getuid?.() === 0 ? false : "a region with packets needs root";
const run = promisify(execFile);
const client = path.join(import.meta.dirname, "../kernel/dns-client.ts");

interface Home {
  readonly vpc: string;
  readonly instance: string;
  readonly address: string;
  readonly realm: string;
}

/** An instance in a VPC with DNS hostnames, to and from which every packet is refused by group and list. */
async function launch(region: Region): Promise<Home> {
  const vpc = element(await region.call("CreateVpc", { CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: "true" }), "vpcId");
  await region.call("ModifyVpcAttribute", { VpcId: vpc, "EnableDnsHostnames.Value": "true" });
  const ipv6 = element(await region.call("DescribeVpcs", { "VpcId.1": vpc }), "ipv6CidrBlock").replace("/56", "/64");
  const subnet = element(await region.call("CreateSubnet", { VpcId: vpc, CidrBlock: "10.0.1.0/24", Ipv6CidrBlock: ipv6 }), "subnetId");
  const group = element(await region.call("CreateSecurityGroup", { VpcId: vpc, GroupName: "shut", GroupDescription: "shut" }), "groupId");
  const acl = element(await region.call("CreateNetworkAcl", { VpcId: vpc }), "networkAclId");
  const acls = await region.call("DescribeNetworkAcls", { "Filter.1.Name": "association.subnet-id", "Filter.1.Value.1": subnet });
  await region.call("ReplaceNetworkAclAssociation", { NetworkAclId: acl, AssociationId: element(acls, "networkAclAssociationId") });
  for (const [range, any] of [["IpRanges.1.CidrIp", "0.0.0.0/0"], ["Ipv6Ranges.1.CidrIpv6", "::/0"]] as const) {
    await region.call("RevokeSecurityGroupEgress", { GroupId: group, "IpPermissions.1.IpProtocol": "-1", [`IpPermissions.1.${range}`]: any });
  }
  const image = element(await region.call("DescribeImages"), "imageId");
  const input = { ImageId: image, MinCount: "1", MaxCount: "1", SubnetId: subnet, "SecurityGroupId.1": group, Ipv6AddressCount: "1" };
  const instance = element(await region.call("RunInstances", input), "instanceId");
  for (let tries = 0; ; tries++) {
    const described = await region.call("DescribeInstances", { "InstanceId.1": instance });
    if (described.includes("<name>running</name>")) {
      const { realm } = JSON.parse(fs.readFileSync(path.join(region.state, "endpoint.json"), "utf8")) as { realm: string };
      return { vpc, instance, realm, address: element(described, "privateIpAddress") };
    }
    assert.ok(tries < 500, "it does not run");
    await sleep(10);
  }
}

async function ask({ realm, instance }: Home, ...errands: Errand[]): Promise<(string | null)[]> {
  const { stdout } = await run("ip", ["netns", "exec", hostNamespace(realm, instance), process.execPath, client, JSON.stringify(errands)]);
  return (JSON.parse(stdout) as (string | null)[][]).map(([answer = null]) => answer);
}

const named = (name: string, to: string): Errand => ({ udp: [question(name, "A").toString("hex")], to });
const short = (answer: string | null | undefined): string => (typeof answer === "string" ? inShort(Buffer.from(answer, "hex")) : "silence");
const time: Errand = { udp: [Buffer.concat([Buffer.of(0x23), Buffer.alloc(47)]).toString("hex")], to: "169.254.169.123", port: 123 };
const resolvers = ["10.0.0.2", "169.254.169.253", "fd00:ec2::253"];

test("names and time, with everything denied, and after kill -9", { skip }, () =>
  withEndings(async (defer) => {
    const region = await startRegion("kernel");
    defer(region.close);
    const home = await launch(region);
    const name = `ip-${home.address.replaceAll(".", "-")}.ec2.internal`;
    const found = await ask(home, ...resolvers.map((to) => named(name, to)), time);
    assert.deepEqual(found.slice(0, 3).map(short), resolvers.map(() => `A ${home.address}`));
    assert.equal(found[3]?.length, 96);
    const { stdout } = bailey(region.state, "exec", home.instance, "--", "getent", "ahostsv4", `${home.instance}.ec2.internal`);
    assert.match(stdout, new RegExp(`^${home.address} `));

    await region.call("ModifyVpcAttribute", { VpcId: home.vpc, "EnableDnsSupport.Value": "false" });
    assert.equal(short((await ask(home, named(name, "10.0.0.2")))[0]), "silence");
    await region.call("ModifyVpcAttribute", { VpcId: home.vpc, "EnableDnsSupport.Value": "true" });

    process.kill(region.pid, "SIGKILL");
    const again = await startRegion("kernel", region.state);
    defer(again.close);
    // The region answers calls at once; its services come up beside it.
    let answer = "silence";
    for (let tries = 0; answer === "silence" && tries < 10; tries++) answer = short((await ask(home, named(name, "10.0.0.2")))[0]);
    assert.equal(answer, `A ${home.address}`);
  }),
);
