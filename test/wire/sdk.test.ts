/** Amazon's own JavaScript client, unmodified: types, errors, pages, waiters, dry runs and idempotency over the wire. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteVpcCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeTagsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type EC2ServiceException,
  paginateDescribeSecurityGroups,
  RunInstancesCommand,
  TerminateInstancesCommand,
  waitUntilInstanceRunning,
  waitUntilInstanceTerminated,
} from "@aws-sdk/client-ec2";
import assert from "node:assert/strict";
import fs from "node:fs";
import { Agent, request } from "node:https";
import { after, before, test } from "node:test";
import { type Region, startRegion } from "../region-process.ts";

let region: Region;
let client: EC2Client;

before(async () => {
  region = await startRegion("none", undefined, "--allow-reset");
  client = clientFor("eu-west-3");
});
after(async () => {
  client?.destroy();
  await region?.close();
});

function clientFor(name: string): EC2Client {
  return new EC2Client({
    endpoint: region.endpoint,
    region: name,
    credentials: region,
    requestHandler: { httpsAgent: new Agent({ ca: fs.readFileSync(region.caBundle) }) },
  });
}

/** The error's name and message, as an SDK user catches it. */
async function failure(call: Promise<unknown>): Promise<EC2ServiceException> {
  try {
    await call;
  } catch (error) {
    return error as EC2ServiceException;
  }
  return assert.fail("it did not fail");
}

test("a VPC is made with its tags, described by filter, and deleted", async () => {
  const tags = [{ Key: "Name", Value: "über & <unter>" }];
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: "10.3.0.7/16", TagSpecifications: [{ ResourceType: "vpc", Tags: tags }] }));
  assert.equal(Vpc?.CidrBlock, "10.3.0.0/16");
  assert.equal(Vpc.State, "pending");
  const { Vpcs } = await client.send(new DescribeVpcsCommand({ Filters: [{ Name: "tag:Name", Values: ["über*"] }] }));
  assert.deepEqual(Vpcs?.map(({ VpcId, Tags, State }) => [VpcId, Tags, State]), [[Vpc.VpcId, tags, "available"]]);
  await client.send(new DeleteVpcCommand({ VpcId: Vpc.VpcId }));
  const error = await failure(client.send(new DescribeVpcsCommand({ VpcIds: [Vpc.VpcId ?? ""] })));
  assert.equal(error.name, "InvalidVpcID.NotFound");
  assert.equal(error.message, `The vpc ID '${Vpc.VpcId}' does not exist`);
  assert.match(error.$metadata.requestId ?? "", /^[0-9a-f-]{36}$/);
  assert.equal(error.$metadata.httpStatusCode, 400);
});

test("a dry run says what would have been, and does nothing", async () => {
  const error = await failure(client.send(new CreateVpcCommand({ CidrBlock: "10.4.0.0/16", DryRun: true })));
  assert.equal(error.name, "DryRunOperation");
  const { Vpcs } = await client.send(new DescribeVpcsCommand({ Filters: [{ Name: "cidr", Values: ["10.4.0.0/16"] }] }));
  assert.deepEqual(Vpcs, []);
});

test("rules come back one for each source, with their ids", async () => {
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: "10.5.0.0/16" }));
  const { GroupId } = await client.send(new CreateSecurityGroupCommand({ GroupName: "web", Description: "d", VpcId: Vpc?.VpcId }));
  const { SecurityGroupRules } = await client.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [
        { IpProtocol: "tcp", FromPort: 443, ToPort: 444, IpRanges: [{ CidrIp: "192.0.2.0/24", Description: "office" }], Ipv6Ranges: [{ CidrIpv6: "2001:DB8::/32" }] },
        { IpProtocol: "17", FromPort: 53, ToPort: 53, UserIdGroupPairs: [{ GroupId }] },
      ],
    }),
  );
  assert.deepEqual(
    SecurityGroupRules?.map((r) => [r.IpProtocol, r.FromPort, r.ToPort, r.CidrIpv4 ?? r.CidrIpv6 ?? r.ReferencedGroupInfo?.GroupId, r.Description]),
    [["tcp", 443, 444, "192.0.2.0/24", "office"], ["tcp", 443, 444, "2001:db8::/32", undefined], ["udp", 53, 53, GroupId, undefined]],
  );
  const described = await client.send(new DescribeSecurityGroupRulesCommand({ SecurityGroupRuleIds: SecurityGroupRules?.map((r) => r.SecurityGroupRuleId ?? "") ?? [] }));
  assert.equal(described.SecurityGroupRules?.length, 3);
  const again = await failure(client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 444, IpRanges: [{ CidrIp: "192.0.2.9/24" }] }] })));
  assert.equal(again.name, "InvalidPermission.Duplicate");
});

test("pages hold each group once", async () => {
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: "10.6.0.0/16" }));
  for (let at = 0; at < 23; at++) {
    await client.send(new CreateSecurityGroupCommand({ GroupName: `page-${at}`, Description: "d", VpcId: Vpc?.VpcId }));
  }
  const names: string[] = [];
  let pages = 0;
  for await (const page of paginateDescribeSecurityGroups({ client, pageSize: 5 }, { Filters: [{ Name: "group-name", Values: ["page-*"] }] })) {
    names.push(...(page.SecurityGroups ?? []).map(({ GroupName }) => GroupName ?? ""));
    pages++;
  }
  assert.equal(pages, 5);
  assert.equal(names.length, 23);
  assert.equal(new Set(names).size, 23);
});

test("the same client token is answered the same, another request with it is refused", async () => {
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: "10.7.0.0/16" }));
  const { Subnet } = await client.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: "10.7.1.0/24" }));
  const input = { ImageId: await image(), MinCount: 1, MaxCount: 1, SubnetId: Subnet?.SubnetId, ClientToken: "once" };
  const first = await client.send(new RunInstancesCommand(input));
  const second = await client.send(new RunInstancesCommand(input));
  assert.equal(second.Instances?.[0]?.InstanceId, first.Instances?.[0]?.InstanceId);
  const other = await failure(client.send(new RunInstancesCommand({ ...input, MaxCount: 2 })));
  assert.equal(other.name, "IdempotentParameterMismatch");
});

async function image(): Promise<string> {
  const { DescribeImagesCommand } = await import("@aws-sdk/client-ec2");
  const { Images } = await client.send(new DescribeImagesCommand({}));
  return Images?.[0]?.ImageId ?? "";
}

test("waiters end", async () => {
  const ran = await client.send(new RunInstancesCommand({ ImageId: await image(), MinCount: 2, MaxCount: 2 }));
  const InstanceIds = ran.Instances?.map(({ InstanceId }) => InstanceId ?? "") ?? [];
  const waiting = { client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 };
  assert.equal((await waitUntilInstanceRunning(waiting, { InstanceIds })).state, "SUCCESS");
  await client.send(new TerminateInstancesCommand({ InstanceIds }));
  assert.equal((await waitUntilInstanceTerminated(waiting, { InstanceIds })).state, "SUCCESS");
});

test("regions do not see each other, and each has its default VPC", async () => {
  const elsewhere = clientFor("sa-east-1");
  try {
    const [here, there] = await Promise.all([client, elsewhere].map((each) => each.send(new DescribeVpcsCommand({ Filters: [{ Name: "is-default", Values: ["true"] }] }))));
    assert.equal(there?.Vpcs?.length, 1);
    assert.notEqual(there.Vpcs[0]?.VpcId, here?.Vpcs?.[0]?.VpcId);
    const { Vpcs } = await elsewhere.send(new DescribeVpcsCommand({}));
    assert.equal(Vpcs?.length, 1);
  } finally {
    elsewhere.destroy();
  }
});

test("tags of every resource can be listed", async () => {
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: "10.8.0.0/16" }));
  await client.send(new CreateTagsCommand({ Resources: [Vpc?.VpcId ?? ""], Tags: [{ Key: "team", Value: "red" }] }));
  const { Tags } = await client.send(new DescribeTagsCommand({ Filters: [{ Name: "resource-id", Values: [Vpc?.VpcId ?? ""] }] }));
  assert.deepEqual(Tags, [{ ResourceId: Vpc?.VpcId, ResourceType: "vpc", Key: "team", Value: "red" }]);
});

test("wrong keys are refused as EC2 refuses them", async () => {
  const stranger = new EC2Client({
    endpoint: region.endpoint,
    region: "eu-west-3",
    credentials: { accessKeyId: region.accessKeyId, secretAccessKey: "wrong" },
    requestHandler: { httpsAgent: new Agent({ ca: fs.readFileSync(region.caBundle) }) },
  });
  const error = await failure(stranger.send(new DescribeVpcsCommand({})));
  assert.equal(error.name, "AuthFailure");
  stranger.destroy();
});

test("an operation Bailey does not serve says so", async () => {
  const { CreateSpotDatafeedSubscriptionCommand } = await import("@aws-sdk/client-ec2");
  assert.equal((await failure(client.send(new CreateSpotDatafeedSubscriptionCommand({ Bucket: "b" })))).name, "UnsupportedOperation");
});

test("reset empties everything", async () => {
  const status = await new Promise((resolve, reject) => {
    const outgoing = request(new URL("/_bailey/reset", region.endpoint), { method: "POST", ca: fs.readFileSync(region.caBundle) }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
  assert.equal(status, 200);
  const { Vpcs } = await client.send(new DescribeVpcsCommand({}));
  assert.deepEqual(Vpcs?.map(({ IsDefault }) => IsDefault), [true]);
});
