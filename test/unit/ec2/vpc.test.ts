import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizeSecurityGroupEgress } from "../../../src/api/ec2/authorize-security-group.ts";
import { createDefaultSubnet, createDefaultVpc } from "../../../src/api/ec2/create-default-vpc.ts";
import { createNetworkAcl } from "../../../src/api/ec2/create-network-acl.ts";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { prepare } from "../../../src/api/ec2/default-vpc.ts";
import { deleteSecurityGroup } from "../../../src/api/ec2/delete-security-group.ts";
import { deleteSubnet } from "../../../src/api/ec2/delete-subnet.ts";
import { deleteVpc } from "../../../src/api/ec2/delete-vpc.ts";
import { describeDhcpOptions } from "../../../src/api/ec2/describe-dhcp-options.ts";
import { describeNetworkAcls } from "../../../src/api/ec2/describe-network-acls.ts";
import { describeRouteTables } from "../../../src/api/ec2/describe-route-tables.ts";
import { describeSecurityGroups } from "../../../src/api/ec2/describe-security-groups.ts";
import { describeSubnets } from "../../../src/api/ec2/describe-subnets.ts";
import { describeVpcs } from "../../../src/api/ec2/describe-vpcs.ts";
import { deleteNetworkAclEntry } from "../../../src/api/ec2/network-acl-entry.ts";
import { associateVpcCidrBlock, disassociateVpcCidrBlock } from "../../../src/api/ec2/vpc-cidr-block.ts";
import { describeVpcAttribute, modifyVpcAttribute } from "../../../src/api/ec2/vpc-attribute.ts";
import { Region } from "./region.ts";

const inVpc = (vpc: string) => ({ Filters: [{ Name: "vpc-id", Values: [vpc] }] });
const unknownVpc = "vpc-0fffffffffffffff1";

test("a region starts with the default VPC everybody knows, once", () => {
  const region = new Region({ region: "eu-west-1" });
  const [vpc] = region.does(describeVpcs, {}).Vpcs ?? [];
  assert.equal(vpc?.CidrBlock, "172.31.0.0/16");
  assert.equal(vpc?.IsDefault, true);
  const subnets = region.does(describeSubnets, {}).Subnets ?? [];
  assert.deepEqual(
    subnets.map((s) => [s.AvailabilityZone, s.AvailabilityZoneId, s.CidrBlock, s.AvailableIpAddressCount, s.MapPublicIpOnLaunch]),
    [
      ["eu-west-1a", "euw1-az1", "172.31.0.0/20", 4091, true],
      ["eu-west-1b", "euw1-az2", "172.31.16.0/20", 4091, true],
      ["eu-west-1c", "euw1-az3", "172.31.32.0/20", 4091, true],
    ],
  );
  const [options] = region.does(describeDhcpOptions, {}).DhcpOptions ?? [];
  assert.equal(options?.DhcpOptionsId, vpc.DhcpOptionsId);
  assert.equal(options?.DhcpConfigurations?.[0]?.Values?.[0]?.Value, "eu-west-1.compute.internal");
  assert.equal(prepare(region.world, region.call, region.call), undefined);
  assert.ok(prepare(region.world, { account: "999988887777", region: "eu-west-1" }, region.call));
});

test("CreateVpc makes a default group, a default ACL and a main route table", () => {
  const region = new Region();
  const vpc = region.does(createVpc, { CidrBlock: "10.20.255.255/16" }).Vpc;
  assert.equal(vpc?.CidrBlock, "10.20.0.0/16");
  assert.equal(vpc.IsDefault, false);
  const id = vpc.VpcId ?? "";
  const [group, ...noMore] = region.does(describeSecurityGroups, inVpc(id)).SecurityGroups ?? [];
  assert.deepEqual(noMore, []);
  assert.equal(group?.GroupName, "default");
  assert.equal(group.Description, "default VPC security group");
  assert.deepEqual(group.IpPermissions?.map((p) => [p.IpProtocol, p.FromPort, p.UserIdGroupPairs?.[0]?.GroupId]), [
    ["-1", undefined, group.GroupId],
  ]);
  assert.deepEqual(group.IpPermissionsEgress?.map((p) => p.IpRanges?.map((r) => r.CidrIp)), [["0.0.0.0/0"]]);
  const [acl] = region.does(describeNetworkAcls, inVpc(id)).NetworkAcls ?? [];
  assert.equal(acl?.IsDefault, true);
  assert.deepEqual(acl.Entries?.map((e) => [e.Egress, e.RuleNumber, e.RuleAction, e.Protocol, e.CidrBlock]), [
    [true, 100, "allow", "-1", "0.0.0.0/0"],
    [true, 32767, "deny", "-1", "0.0.0.0/0"],
    [false, 100, "allow", "-1", "0.0.0.0/0"],
    [false, 32767, "deny", "-1", "0.0.0.0/0"],
  ]);
  const [table] = region.does(describeRouteTables, inVpc(id)).RouteTables ?? [];
  assert.equal(table?.Associations?.[0]?.Main, true);
  assert.deepEqual(table.Routes?.map((r) => [r.DestinationCidrBlock, r.GatewayId]), [["10.20.0.0/16", "local"]]);
});

test("CreateVpc refuses, in order", () => {
  const region = new Region();
  const badTag = [{ ResourceType: "subnet" as const, Tags: [{ Key: "a", Value: "b" }] }];
  const cases: [Parameters<typeof createVpc.run>[1], string][] = [
    [{ CidrBlock: "10.0.0/16", Ipv4IpamPoolId: "ipam-pool-1" }, "UnsupportedOperation: The parameter Ipv4IpamPoolId is not supported."],
    [{}, "MissingParameter: Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided."],
    [
      { CidrBlock: "10.0.0/16", TagSpecifications: badTag },
      "InvalidParameterValue: Value (10.0.0/16) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
    ],
    [{ CidrBlock: "fd00::/16" }, "InvalidParameterValue: Value (fd00::/16) for parameter cidrBlock is invalid. This is not a valid CIDR block."],
    [{ CidrBlock: "10.0.0.0/15", TagSpecifications: badTag }, "InvalidVpc.Range: The CIDR '10.0.0.0/15' is invalid."],
    [{ CidrBlock: "10.0.0.0/29" }, "InvalidVpc.Range: The CIDR '10.0.0.0/29' is invalid."],
    [{ CidrBlock: "0.1.0.0/16" }, "InvalidVpc.Range: The CIDR '0.1.0.0/16' is invalid."],
    [{ CidrBlock: "127.0.0.0/24" }, "InvalidVpc.Range: The CIDR '127.0.0.0/24' is invalid."],
    [{ CidrBlock: "169.254.0.0/24" }, "InvalidVpc.Range: The CIDR '169.254.0.0/24' is invalid."],
    [{ CidrBlock: "239.0.0.0/24" }, "InvalidVpc.Range: The CIDR '239.0.0.0/24' is invalid."],
    [
      { CidrBlock: "10.0.0.0/16", InstanceTenancy: "host", TagSpecifications: badTag },
      "InvalidParameterValue: Value (host) for parameter instanceTenancy is invalid.",
    ],
    [
      { CidrBlock: "10.0.0.0/16", TagSpecifications: badTag },
      "InvalidParameter: 'subnet' is not a valid taggable resource type for this operation.",
    ],
  ];
  for (const [input, expected] of cases) assert.equal(region.refuses(createVpc, input), expected);
});

test("a region has so many VPCs and no more", () => {
  const region = new Region();
  for (let count = 1; count < region.call.quotas.vpcs; count++) region.does(createVpc, { CidrBlock: "10.0.0.0/28" });
  assert.match(region.refuses(createVpc, { CidrBlock: "10.0.0.0/28" }), /^VpcLimitExceeded: /);
});

test("a VPC with IPv6 has a /56 of its own, and its group and ACL let IPv6 through", () => {
  const region = new Region();
  const made = ["10.1.0.0/16", "10.2.0.0/16"].map(
    (CidrBlock) => region.does(createVpc, { CidrBlock, AmazonProvidedIpv6CidrBlock: true }).Vpc,
  );
  const [first, second] = made.map((vpc) => vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? "");
  assert.match(first ?? "", /^2001:db8:.*::\/56$/);
  assert.notEqual(first, second);
  const acl = region.does(describeNetworkAcls, inVpc(made[0]?.VpcId ?? "")).NetworkAcls?.[0];
  assert.deepEqual(
    acl?.Entries?.filter((e) => e.Egress === false).map((e) => [e.RuleNumber, e.RuleAction, e.CidrBlock ?? e.Ipv6CidrBlock]),
    [
      [100, "allow", "0.0.0.0/0"],
      [101, "allow", "::/0"],
      [32767, "deny", "0.0.0.0/0"],
      [32768, "deny", "::/0"],
    ],
  );
  const group = region.does(describeSecurityGroups, inVpc(made[0]?.VpcId ?? "")).SecurityGroups?.[0];
  assert.deepEqual(group?.IpPermissionsEgress?.map((p) => p.Ipv6Ranges?.map((r) => r.CidrIpv6)), [["::/0"]]);
});

test("an IPv6 block that comes later opens what nobody changed, and nothing else", () => {
  const region = new Region();
  const { vpc } = region.network();
  const untouched = region.group(vpc, "untouched");
  const changed = region.group(vpc, "changed");
  region.does(authorizeSecurityGroupEgress, {
    GroupId: changed,
    IpPermissions: [{ IpProtocol: "udp", FromPort: 53, ToPort: 53, IpRanges: [{ CidrIp: "10.9.8.7/32" }] }],
  });
  const standard = region.does(describeNetworkAcls, inVpc(vpc)).NetworkAcls?.[0]?.NetworkAclId ?? "";
  region.does(deleteNetworkAclEntry, { NetworkAclId: standard, RuleNumber: 100, Egress: true });
  const custom = region.does(createNetworkAcl, { VpcId: vpc }).NetworkAcl?.NetworkAclId ?? "";
  region.does(associateVpcCidrBlock, { VpcId: vpc, AmazonProvidedIpv6CidrBlock: true });
  const ipv6Out = (id: string) =>
    region.does(describeSecurityGroups, { GroupIds: [id] }).SecurityGroups?.[0]?.IpPermissionsEgress?.flatMap(
      (p) => p.Ipv6Ranges?.map((r) => r.CidrIpv6) ?? [],
    );
  assert.deepEqual(ipv6Out(untouched), ["::/0"]);
  assert.deepEqual(ipv6Out(changed), []);
  const numbers = (id: string) =>
    region.does(describeNetworkAcls, { NetworkAclIds: [id] }).NetworkAcls?.[0]?.Entries?.map((e) => e.RuleNumber);
  assert.deepEqual(numbers(custom), [32767, 32768, 32767, 32768]);
  assert.deepEqual(numbers(standard), [32767, 32768, 100, 101, 32767, 32768]);
});

test("DeleteVpc refuses while something holds the VPC, and takes along what was made with it", () => {
  const region = new Region();
  assert.equal(region.refuses(deleteVpc, { VpcId: "vpc-123" }), "InvalidVpcID.Malformed: The vpc ID 'vpc-123' is malformed");
  assert.equal(region.refuses(deleteVpc, { VpcId: "net-1" }), 'InvalidVpcID.Malformed: Invalid id: "net-1" (expecting "vpc-...")');
  assert.equal(
    region.refuses(deleteVpc, { VpcId: unknownVpc }),
    `InvalidVpcID.NotFound: The vpc ID '${unknownVpc}' does not exist`,
  );
  const { vpc, subnet } = region.network();
  const group = region.group(vpc, "web");
  const held = `DependencyViolation: The vpc '${vpc}' has dependencies and cannot be deleted.`;
  assert.equal(region.refuses(deleteVpc, { VpcId: vpc }), held);
  region.does(deleteSubnet, { SubnetId: subnet });
  assert.equal(region.refuses(deleteVpc, { VpcId: vpc }), held);
  region.does(deleteSecurityGroup, { GroupId: group });
  region.does(deleteVpc, { VpcId: vpc });
  assert.deepEqual(region.does(describeSecurityGroups, inVpc(vpc)).SecurityGroups, []);
  assert.deepEqual(region.does(describeNetworkAcls, inVpc(vpc)).NetworkAcls, []);
  assert.deepEqual(region.does(describeRouteTables, inVpc(vpc)).RouteTables, []);
});

test("what belongs to another account does not exist", () => {
  const region = new Region();
  const { vpc } = region.network();
  const stranger = new Region({ account: "444455556666" });
  stranger.world = region.world;
  assert.equal(stranger.refuses(deleteVpc, { VpcId: vpc }), `InvalidVpcID.NotFound: The vpc ID '${vpc}' does not exist`);
});

test("VPC attributes: one per call, and what was set is shown", () => {
  const region = new Region();
  const { vpc } = region.network();
  const shows = (Attribute: "enableDnsHostnames" | "enableDnsSupport") =>
    region.does(describeVpcAttribute, { VpcId: vpc, Attribute });
  assert.equal(shows("enableDnsHostnames").EnableDnsHostnames?.Value, false);
  region.does(modifyVpcAttribute, { VpcId: vpc, EnableDnsHostnames: { Value: true } });
  assert.equal(shows("enableDnsHostnames").EnableDnsHostnames?.Value, true);
  assert.equal(shows("enableDnsSupport").EnableDnsSupport?.Value, true);
  const both = { VpcId: "vpc-bad", EnableDnsSupport: { Value: false }, EnableDnsHostnames: { Value: false } };
  assert.match(region.refuses(modifyVpcAttribute, both), /^InvalidParameterCombination: /);
  assert.match(region.refuses(modifyVpcAttribute, { VpcId: "vpc-bad", EnableDnsSupport: {} }), /^MissingParameter: /);
  assert.match(region.refuses(modifyVpcAttribute, { VpcId: "vpc-bad", EnableDnsSupport: { Value: true } }), /^InvalidVpcID.Malformed: /);
});

test("secondary blocks follow Amazon's table of ranges that do not mix", () => {
  const cases: [string, string, string][] = [
    ["10.5.0.0/16", "10.7.0.0/16", "joins"],
    ["10.5.0.0/16", "172.16.0.0/16", "restricted"],
    ["10.5.0.0/16", "192.168.0.0/16", "restricted"],
    ["10.5.0.0/16", "198.19.0.0/24", "restricted"],
    ["10.5.0.0/16", "100.64.0.0/16", "joins"],
    ["10.5.0.0/16", "54.1.0.0/16", "joins"],
    ["10.1.0.0/16", "10.0.0.0/24", "restricted"],
    ["172.20.0.0/16", "172.31.0.0/24", "restricted"],
    ["172.20.0.0/16", "172.30.0.0/24", "joins"],
    ["192.168.0.0/24", "192.168.1.0/24", "joins"],
    ["100.64.0.0/16", "10.0.0.0/16", "restricted"],
    ["100.64.0.0/16", "100.65.0.0/16", "joins"],
    ["198.19.0.0/24", "198.19.1.0/24", "joins"],
    ["198.19.0.0/24", "10.0.0.0/24", "restricted"],
    ["10.5.0.0/16", "10.5.6.0/24", "overlaps"],
  ];
  for (const [primary, CidrBlock, verdict] of cases) {
    const region = new Region();
    const VpcId = region.does(createVpc, { CidrBlock: primary }).Vpc?.VpcId ?? "";
    if (verdict === "joins") region.does(associateVpcCidrBlock, { VpcId, CidrBlock });
    else assert.match(region.refuses(associateVpcCidrBlock, { VpcId, CidrBlock }), new RegExp(`^InvalidVpc.Range: .*${verdict}`));
  }
});

test("a joined block is routed and may leave again; the primary one and one in use may not", () => {
  const region = new Region();
  const { vpc } = region.network();
  const joined = region.does(associateVpcCidrBlock, { VpcId: vpc, CidrBlock: "10.1.0.0/24" }).CidrBlockAssociation;
  const AssociationId = joined?.AssociationId ?? "";
  const routes = () =>
    region.does(describeRouteTables, inVpc(vpc)).RouteTables?.[0]?.Routes?.map((r) => r.DestinationCidrBlock);
  assert.deepEqual(routes(), ["10.0.0.0/16", "10.1.0.0/24"]);
  const subnet = region.does(createSubnet, { VpcId: vpc, CidrBlock: "10.1.0.0/26" }).Subnet?.SubnetId ?? "";
  assert.match(region.refuses(disassociateVpcCidrBlock, { AssociationId }), new RegExp(`^DependencyViolation: .*${subnet}$`));
  region.does(deleteSubnet, { SubnetId: subnet });
  region.does(disassociateVpcCidrBlock, { AssociationId });
  assert.deepEqual(routes(), ["10.0.0.0/16"]);
  assert.match(region.refuses(disassociateVpcCidrBlock, { AssociationId }), /^InvalidVpcCidrBlockAssociationID.NotFound: /);
  const primary = region.does(describeVpcs, { VpcIds: [vpc] }).Vpcs?.[0]?.CidrBlockAssociationSet?.[0]?.AssociationId;
  assert.match(region.refuses(disassociateVpcCidrBlock, { AssociationId: primary }), /^OperationNotPermitted: /);
});

test("a VPC has five blocks and no more", () => {
  const region = new Region();
  const { vpc } = region.network();
  for (const third of [1, 2, 3, 4]) region.does(associateVpcCidrBlock, { VpcId: vpc, CidrBlock: `10.${third}.0.0/16` });
  assert.equal(
    region.refuses(associateVpcCidrBlock, { VpcId: vpc, CidrBlock: "10.5.0.0/16" }),
    `CidrLimitExceeded: This network ${vpc} has met its maximum number of allowed CIDRs: 5`,
  );
});

test("the default VPC and its subnets can be made again, once each", () => {
  const region = new Region();
  assert.match(region.refuses(createDefaultVpc, {}), /^DefaultVpcAlreadyExists: /);
  const zone = { AvailabilityZone: "us-east-1b" };
  assert.match(region.refuses(createDefaultSubnet, zone), /^DefaultSubnetAlreadyExistsInAvailabilityZone: /);
  const subnets = region.does(describeSubnets, {}).Subnets ?? [];
  region.does(deleteSubnet, { SubnetId: subnets[1]?.SubnetId ?? "" });
  assert.equal(region.does(createDefaultSubnet, zone).Subnet?.CidrBlock, "172.31.16.0/20");
  region.losesDefaultVpc();
  assert.match(region.refuses(createDefaultSubnet, zone), /^DefaultVpcDoesNotExist: /);
  assert.equal(prepare(region.world, region.call, region.call), undefined);
  assert.equal(region.does(createDefaultVpc, {}).Vpc?.CidrBlock, "172.31.0.0/16");
});
