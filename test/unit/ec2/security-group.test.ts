import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizeSecurityGroupIngress } from "../../../src/api/ec2/authorize-security-group.ts";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { createSecurityGroup } from "../../../src/api/ec2/create-security-group.ts";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { deleteSecurityGroup } from "../../../src/api/ec2/delete-security-group.ts";
import { describeSecurityGroupRules } from "../../../src/api/ec2/describe-security-group-rules.ts";
import { describeSecurityGroups } from "../../../src/api/ec2/describe-security-groups.ts";
import { describeVpcs } from "../../../src/api/ec2/describe-vpcs.ts";
import { Region } from "./region.ts";

const charset = "Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";

test("CreateSecurityGroup: everything out, nothing in; IPv6 too where the VPC has it", () => {
  const region = new Region();
  for (const [ipv6, ranges] of [[false, []], [true, ["::/0"]]] as const) {
    const vpc = region.does(createVpc, { CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: ipv6 }).Vpc;
    const TagSpecifications = [{ ResourceType: "security-group" as const, Tags: [{ Key: "tier", Value: "web" }] }];
    const made = region.does(createSecurityGroup, {
      VpcId: vpc?.VpcId,
      GroupName: "web  ",
      Description: "a description",
      TagSpecifications,
    });
    const [group] = region.does(describeSecurityGroups, { GroupIds: [made.GroupId ?? ""] }).SecurityGroups ?? [];
    assert.equal(group?.GroupName, "web");
    assert.equal(group.Description, "a description");
    assert.deepEqual(group.Tags, [{ Key: "tier", Value: "web" }]);
    assert.equal(group.SecurityGroupArn, `arn:aws:ec2:us-east-1:111122223333:security-group/${made.GroupId}`);
    assert.deepEqual(group.IpPermissions, []);
    const [out, ...noMore] = group.IpPermissionsEgress ?? [];
    assert.deepEqual(noMore, []);
    assert.equal(out?.IpProtocol, "-1");
    assert.equal(out.FromPort, undefined);
    assert.deepEqual(out.IpRanges?.map((range) => range.CidrIp), ["0.0.0.0/0"]);
    assert.deepEqual(out.Ipv6Ranges?.map((range) => range.CidrIpv6), ranges);
  }
});

test("CreateSecurityGroup refuses, in order", () => {
  const region = new Region();
  const { vpc } = region.network();
  region.group(vpc, "Web");
  const unknown = "vpc-0fffffffffffffff1";
  const cases: [Parameters<typeof createSecurityGroup.run>[1], string][] = [
    [
      { GroupName: "sg-web", Description: "é", VpcId: unknown },
      "InvalidParameterValue: Value (sg-web) for parameter GroupName is invalid. Group names may not be in the format sg-*.",
    ],
    [
      { GroupName: "web|", Description: "d", VpcId: unknown },
      "InvalidParameterValue: Value (web|) for parameter GroupName is invalid.",
    ],
    [
      { GroupName: "default", Description: "é", VpcId: unknown },
      "InvalidParameterValue: Cannot use reserved security group name: default",
    ],
    [
      { GroupName: "db", Description: "é", VpcId: unknown },
      `InvalidParameterValue: Invalid security group description. ${charset}`,
    ],
    [
      { GroupName: "db", Description: "d".repeat(256), VpcId: unknown },
      `InvalidParameterValue: Invalid security group description. ${charset}`,
    ],
    [{ GroupName: "db", Description: "d", VpcId: "vpc-x" }, "InvalidVpcID.Malformed: The vpc ID 'vpc-x' is malformed"],
    [{ GroupName: "db", Description: "d", VpcId: unknown }, `InvalidVpcID.NotFound: The vpc ID '${unknown}' does not exist`],
    [
      { GroupName: "wEB", Description: "d", VpcId: vpc },
      `InvalidGroup.Duplicate: The security group 'wEB' already exists for VPC '${vpc}'`,
    ],
  ];
  for (const [input, expected] of cases) assert.equal(region.refuses(createSecurityGroup, input), expected);
});

test("without a VPC a group goes to the default VPC, while there is one", () => {
  const region = new Region();
  const [standard] = region.does(describeVpcs, {}).Vpcs ?? [];
  const { GroupId } = region.does(createSecurityGroup, { GroupName: "loose", Description: "d" });
  const found = region.does(describeSecurityGroups, { GroupNames: ["loose"] }).SecurityGroups?.[0];
  assert.deepEqual([found?.GroupId, found?.VpcId], [GroupId, standard?.VpcId]);
  assert.equal(
    region.refuses(describeSecurityGroups, { GroupNames: ["tight"] }),
    `InvalidGroup.NotFound: The security group 'tight' does not exist in default VPC '${standard?.VpcId}'`,
  );
  region.does(deleteSecurityGroup, { GroupName: "loose" });
  region.losesDefaultVpc();
  assert.match(region.refuses(createSecurityGroup, { GroupName: "loose", Description: "d" }), /^VPCIdNotSpecified: No default VPC/);
});

test("DeleteSecurityGroup: not the default one, not while it is used or named; a group may name itself", () => {
  const region = new Region();
  const { vpc, subnet } = region.network();
  const [web, db, lonely] = ["web", "db", "lonely"].map((name) => region.group(vpc, name));
  const [standard] =
    region.does(describeSecurityGroups, { Filters: [{ Name: "group-name", Values: ["default"] }, { Name: "vpc-id", Values: [vpc] }] })
      .SecurityGroups ?? [];
  assert.equal(
    region.refuses(deleteSecurityGroup, { GroupId: standard?.GroupId }),
    `CannotDelete: the specified group: "${standard?.GroupId}" name: "default" cannot be deleted by a user`,
  );
  const refer = (GroupId = "", to = "") =>
    region.does(authorizeSecurityGroupIngress, {
      GroupId,
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 1433, ToPort: 1433, UserIdGroupPairs: [{ GroupId: to }] }],
    });
  refer(db, web);
  refer(lonely, lonely);
  assert.equal(
    region.refuses(deleteSecurityGroup, { GroupId: web }),
    `DependencyViolation: resource ${web} has a dependent object: ${db}`,
  );
  const eni = region.does(createNetworkInterface, { SubnetId: subnet, Groups: [db ?? ""] }).NetworkInterface;
  assert.equal(
    region.refuses(deleteSecurityGroup, { GroupId: db }),
    `DependencyViolation: resource ${db} has a dependent object: ${eni?.NetworkInterfaceId}`,
  );
  assert.deepEqual(region.does(deleteSecurityGroup, { GroupId: lonely }), { Return: true, GroupId: lonely });
  assert.equal(
    region.refuses(deleteSecurityGroup, { GroupId: lonely }),
    `InvalidGroup.NotFound: The security group '${lonely}' does not exist`,
  );
  const rules = region.does(describeSecurityGroupRules, { Filters: [{ Name: "group-id", Values: [lonely ?? ""] }] });
  assert.deepEqual(rules.SecurityGroupRules, []);
  assert.equal(region.refuses(deleteSecurityGroup, { GroupId: "" }), "InvalidGroupId.Malformed: The security group ID '' is malformed");
  assert.equal(
    region.refuses(deleteSecurityGroup, { GroupId: "x*" }),
    'InvalidGroupId.Malformed: Invalid id: "x*" (expecting "sg-...")',
  );
});

test("DescribeSecurityGroupRules: a malformed group refuses, an unknown one is empty, an unknown rule refuses", () => {
  const region = new Region();
  const group = (value: string) => ({ Filters: [{ Name: "group-id", Values: [value] }] });
  assert.equal(
    region.refuses(describeSecurityGroupRules, group("foobar")),
    "InvalidGroupId.Malformed: The security group ID 'foobar' is malformed",
  );
  assert.deepEqual(region.does(describeSecurityGroupRules, group("sg-00000000")).SecurityGroupRules, []);
  assert.equal(
    region.refuses(describeSecurityGroupRules, { SecurityGroupRuleIds: ["sgr-00000000"] }),
    "InvalidSecurityGroupRuleId.NotFound: The security group rule ID 'sgr-00000000' does not exist",
  );
});
