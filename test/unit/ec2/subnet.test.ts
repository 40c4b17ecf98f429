import assert from "node:assert/strict";
import { test } from "node:test";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { deleteSubnet } from "../../../src/api/ec2/delete-subnet.ts";
import { describeSubnets } from "../../../src/api/ec2/describe-subnets.ts";
import { modifySubnetAttribute } from "../../../src/api/ec2/modify-subnet-attribute.ts";
import { associateSubnetCidrBlock, disassociateSubnetCidrBlock } from "../../../src/api/ec2/subnet-cidr-block.ts";
import { Region } from "./region.ts";

test("CreateSubnet: a block, a zone, and how many addresses are free", () => {
  const region = new Region();
  const { vpc } = region.network();
  const cases = [
    { CidrBlock: "10.0.16.9/20", AvailabilityZone: "us-east-1b", shown: ["10.0.16.0/20", "us-east-1b", "use1-az1", 4091] },
    { CidrBlock: "10.0.2.0/24", AvailabilityZoneId: "use1-az3", shown: ["10.0.2.0/24", "us-east-1e", "use1-az3", 251] },
    { CidrBlock: "10.0.3.0/28", shown: ["10.0.3.0/28", "us-east-1a", "use1-az6", 11] },
  ];
  for (const { shown, ...input } of cases) {
    const subnet = region.does(createSubnet, { VpcId: vpc, ...input }).Subnet;
    assert.deepEqual(
      [subnet?.CidrBlock, subnet?.AvailabilityZone, subnet?.AvailabilityZoneId, subnet?.AvailableIpAddressCount],
      shown,
    );
  }
});

test("a subnet may be its whole VPC", () => {
  const region = new Region();
  const VpcId = region.does(createVpc, { CidrBlock: "10.3.0.0/24" }).Vpc?.VpcId;
  assert.equal(region.does(createSubnet, { VpcId, CidrBlock: "10.3.0.0/24" }).Subnet?.CidrBlock, "10.3.0.0/24");
});

test("CreateSubnet refuses, in order", () => {
  const region = new Region();
  const { vpc } = region.network();
  const VpcId = "vpc-0fffffffffffffff1";
  const cases: [Parameters<typeof createSubnet.run>[1], string][] = [
    [{ VpcId, CidrBlock: "x", OutpostArn: "arn:x" }, "UnsupportedOperation: The parameter OutpostArn is not supported."],
    [{ VpcId }, "MissingParameter: Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided."],
    [
      { VpcId, CidrBlock: "10.0.9.0", AvailabilityZone: "us-east-1z" },
      "InvalidParameterValue: Value (10.0.9.0) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
    ],
    [
      { VpcId, CidrBlock: "10.0.9.0/24", AvailabilityZone: "us-east-1z" },
      "InvalidParameterValue: Value (us-east-1z) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1e, us-east-1f.",
    ],
    [{ VpcId, CidrBlock: "10.9.9.0/30" }, `InvalidVpcID.NotFound: The vpc ID '${VpcId}' does not exist`],
    [{ VpcId: vpc, CidrBlock: "10.0.9.0/29" }, "InvalidSubnet.Range: The CIDR '10.0.9.0/29' is invalid."],
    [{ VpcId: vpc, CidrBlock: "10.9.0.0/24" }, "InvalidSubnet.Range: The CIDR '10.9.0.0/24' is invalid."],
    [{ VpcId: vpc, CidrBlock: "10.0.1.128/25" }, "InvalidSubnet.Conflict: The CIDR '10.0.1.128/25' conflicts with another subnet"],
    [{ VpcId: vpc, CidrBlock: "10.0.0.0/16" }, "InvalidSubnet.Conflict: The CIDR '10.0.0.0/16' conflicts with another subnet"],
  ];
  for (const [input, expected] of cases) assert.equal(region.refuses(createSubnet, input), expected);
});

test("an interface holds its subnet", () => {
  const region = new Region();
  const { subnet } = region.network();
  region.does(createNetworkInterface, { SubnetId: subnet });
  assert.equal(region.does(describeSubnets, { SubnetIds: [subnet] }).Subnets?.[0]?.AvailableIpAddressCount, 250);
  assert.equal(
    region.refuses(deleteSubnet, { SubnetId: subnet }),
    `DependencyViolation: The subnet '${subnet}' has dependencies and cannot be deleted.`,
  );
});

test("an IPv6 block of a subnet: a /64 of the VPC, one, and freed only when unused", () => {
  const region = new Region();
  const vpc = region.does(createVpc, { CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: true }).Vpc;
  const block = vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? "";
  const slash64 = block.replace("/56", "/64");
  const subnet = region.does(createSubnet, { VpcId: vpc?.VpcId, CidrBlock: "10.0.1.0/24" }).Subnet?.SubnetId;
  const associate = (Ipv6CidrBlock: string) => ({ SubnetId: subnet, Ipv6CidrBlock });
  assert.match(region.refuses(associateSubnetCidrBlock, associate(block.replace("/56", "/57"))), /^InvalidSubnet.Range: /);
  assert.match(region.refuses(associateSubnetCidrBlock, associate("2001:db9::/64")), /^InvalidSubnet.Range: /);
  assert.match(region.refuses(modifySubnetAttribute, { SubnetId: subnet, AssignIpv6AddressOnCreation: { Value: true } }), /IPv6/);
  const made = region.does(associateSubnetCidrBlock, associate(slash64)).Ipv6CidrBlockAssociation;
  assert.equal(made?.Ipv6CidrBlock, slash64);
  assert.match(region.refuses(associateSubnetCidrBlock, associate(slash64)), /^CidrLimitExceeded: /);
  region.does(modifySubnetAttribute, { SubnetId: subnet, AssignIpv6AddressOnCreation: { Value: true } });
  const eni = region.does(createNetworkInterface, { SubnetId: subnet }).NetworkInterface;
  assert.equal(eni?.Ipv6Address, slash64.replace("::/64", "::4"));
  const AssociationId = made.AssociationId;
  assert.match(
    region.refuses(disassociateSubnetCidrBlock, { AssociationId }),
    new RegExp(`^DependencyViolation: .*${eni.NetworkInterfaceId}$`),
  );
});

test("ModifySubnetAttribute changes one attribute per call", () => {
  const region = new Region();
  const { subnet } = region.network();
  const both = { SubnetId: subnet, MapPublicIpOnLaunch: { Value: true }, AssignIpv6AddressOnCreation: { Value: false } };
  assert.match(region.refuses(modifySubnetAttribute, both), /^InvalidParameterCombination: /);
  assert.match(region.refuses(modifySubnetAttribute, { SubnetId: subnet, EnableDns64: { Value: true } }), /^UnsupportedOperation: /);
  region.does(modifySubnetAttribute, { SubnetId: subnet, MapPublicIpOnLaunch: { Value: true } });
  assert.equal(region.does(describeSubnets, { SubnetIds: [subnet] }).Subnets?.[0]?.MapPublicIpOnLaunch, true);
});
