import assert from "node:assert/strict";
import { test } from "node:test";
import {
  describeAddressesAttribute,
  modifyAddressAttribute,
  resetAddressAttribute,
} from "../../../src/api/ec2/address-attribute.ts";
import { allocateAddress, releaseAddress } from "../../../src/api/ec2/allocate-address.ts";
import { assignPrivateIpAddresses } from "../../../src/api/ec2/assign-addresses.ts";
import { associateAddress, disassociateAddress } from "../../../src/api/ec2/associate-address.ts";
import { attachInternetGateway, detachInternetGateway } from "../../../src/api/ec2/attach-internet-gateway.ts";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { deleteNetworkInterface } from "../../../src/api/ec2/delete-network-interface.ts";
import { describeAccountAttributes } from "../../../src/api/ec2/describe-account-attributes.ts";
import { describeAddresses } from "../../../src/api/ec2/describe-addresses.ts";
import { describeNetworkInterfaces } from "../../../src/api/ec2/describe-network-interfaces.ts";
import { createInternetGateway } from "../../../src/api/ec2/internet-gateway.ts";
import { createTags, describeTags } from "../../../src/api/ec2/tags.ts";
import { unassignPrivateIpAddresses } from "../../../src/api/ec2/unassign-addresses.ts";
import type { Input } from "../../../src/api/operation.ts";
import { applyChanges } from "../../../src/model/world.ts";
import { Region } from "./region.ts";

const pool = "198.51.100.0/28";

/** A VPC with an internet gateway, and two interfaces in it: the first has two addresses. */
function setting(options: ConstructorParameters<typeof Region>[0] = {}) {
  const region = new Region({ publicPool: pool, ...options });
  const { vpc, subnet } = region.network();
  const gateway = region.does(createInternetGateway, {}).InternetGateway?.InternetGatewayId ?? "";
  region.does(attachInternetGateway, { InternetGatewayId: gateway, VpcId: vpc });
  const interfaceAt = (...PrivateIpAddresses: string[]) =>
    region.does(createNetworkInterface, {
      SubnetId: subnet,
      PrivateIpAddresses: PrivateIpAddresses.map((PrivateIpAddress, index) => ({ PrivateIpAddress, Primary: index === 0 })),
    }).NetworkInterface?.NetworkInterfaceId ?? "";
  const [a, b] = [interfaceAt("10.0.1.10", "10.0.1.11"), interfaceAt("10.0.1.20")];
  const allocate = () => region.does(allocateAddress, { Domain: "vpc" }).AllocationId ?? "";
  return { region, vpc, subnet, gateway, a, b, allocate };
}

const shownOf = (region: Region, id: string) => region.does(describeAddresses, { AllocationIds: [id] }).Addresses?.[0];
/** Where an elastic IP is: its interface and private address. */
const placeOf = (region: Region, id: string) => {
  const shown = shownOf(region, id);
  return shown?.NetworkInterfaceId && [shown.NetworkInterfaceId, shown.PrivateIpAddress];
};

test("addresses are given out lowest first, never the pool's ends nor the host's, until there are none", () => {
  const { region } = setting();
  const addresses = Array.from({ length: 13 }, () => region.does(allocateAddress, {}).PublicIp);
  assert.deepEqual(addresses, Array.from({ length: 13 }, (_, index) => `198.51.100.${index + 2}`));
  assert.match(region.refuses(allocateAddress, {}), /^InsufficientAddressCapacity: /);
  region.does(releaseAddress, { PublicIp: "198.51.100.7" });
  assert.equal(region.does(allocateAddress, {}).PublicIp, "198.51.100.7");
});

test("no address is given out twice, whoever asks where", () => {
  const { region } = setting();
  const scopes = [region.call, { account: "444455556666", region: "us-east-1" }, { account: "111122223333", region: "eu-west-1" }];
  const made = scopes.map((scope) => region.does(allocateAddress, {}, scope));
  assert.deepEqual(made.map(({ PublicIp }) => PublicIp), ["198.51.100.2", "198.51.100.3", "198.51.100.4"]);
  assert.equal(made[2]?.NetworkBorderGroup, "eu-west-1");
  const [, other] = made;
  assert.match(region.refuses(releaseAddress, { AllocationId: other?.AllocationId }), /^InvalidAllocationID.NotFound: /);
  assert.equal(region.refuses(describeAddresses, { PublicIps: ["198.51.100.3"] }), "InvalidAddress.NotFound: Address '198.51.100.3' not found.");
});

test("addresses given out from another pool stay", () => {
  const before = new Region({ publicPool: "192.0.2.0/29" });
  const { AllocationId = "" } = before.does(allocateAddress, {});
  const { region } = setting();
  region.world = applyChanges(before.world, []);
  assert.equal(shownOf(region, AllocationId)?.PublicIp, "192.0.2.2");
  assert.equal(region.does(allocateAddress, {}).PublicIp, "198.51.100.2");
});

test("AllocateAddress: what it answers, and what it refuses", () => {
  const { region } = setting({ quotas: { elasticIps: 2 } });
  const tags = [{ Key: "Name", Value: "front" }];
  const made = region.does(allocateAddress, { Address: "198.51.100.9", TagSpecifications: [{ ResourceType: "elastic-ip", Tags: tags }] });
  assert.deepEqual(
    [made.PublicIp, made.Domain, made.PublicIpv4Pool, made.NetworkBorderGroup],
    ["198.51.100.9", "vpc", "amazon", "us-east-1"],
  );
  assert.deepEqual(shownOf(region, made.AllocationId ?? "")?.Tags, tags);
  const cases: [Input<"AllocateAddress">, string][] = [
    [{ PublicIpv4Pool: "ipv4pool-ec2-1", Domain: "standard" }, "UnsupportedOperation: The parameter PublicIpv4Pool is not supported."],
    [{ Domain: "standard", Address: "x" }, "InvalidParameterValue: Value (standard) for parameter domain is invalid."],
    [{ NetworkBorderGroup: "mars-1", Address: "x" }, "InvalidParameterValue: Value (mars-1) for parameter networkBorderGroup is invalid."],
    [{ Address: "198.51.100" }, "InvalidAddress.Malformed: The address '198.51.100' is malformed"],
    [{ Address: "2001:db8::2" }, "InvalidAddress.Malformed: The address '2001:db8::2' is malformed"],
    [{ Address: "203.0.113.9" }, "InvalidAddress.NotFound: Address '203.0.113.9' not found."],
    ...["198.51.100.0", "198.51.100.1", "198.51.100.15"].map((Address): [Input<"AllocateAddress">, string] => [
      { Address },
      `InvalidAddress.NotFound: Address '${Address}' not found.`,
    ]),
    [{ Address: "198.51.100.9" }, "InvalidIPAddress.InUse: Address 198.51.100.9 is in use."],
  ];
  for (const [input, expected] of cases) assert.equal(region.refuses(allocateAddress, input), expected);
  region.does(allocateAddress, { Address: "198.51.100.14" });
  assert.equal(region.refuses(allocateAddress, {}), "AddressLimitExceeded: The maximum number of addresses has been reached.");
  const [attribute] = region.does(describeAccountAttributes, { AttributeNames: ["vpc-max-elastic-ips" as "default-vpc"] }).AccountAttributes ?? [];
  assert.equal(attribute?.AttributeValues?.[0]?.AttributeValue, "2");
});

test("an elastic IP is associated with a private address: its interface shows it, the primary one's on top", () => {
  const { region, a, allocate } = setting();
  const [first, second] = [allocate(), allocate()];
  const { AssociationId } = region.does(associateAddress, { AllocationId: first, NetworkInterfaceId: a });
  region.does(associateAddress, { PublicIp: "198.51.100.3", NetworkInterfaceId: a, PrivateIpAddress: "10.0.1.11" });
  assert.deepEqual(shownOf(region, first), {
    AllocationId: first,
    AssociationId,
    PublicIp: "198.51.100.2",
    Domain: "vpc",
    PublicIpv4Pool: "amazon",
    NetworkBorderGroup: "us-east-1",
    NetworkInterfaceId: a,
    NetworkInterfaceOwnerId: "111122223333",
    PrivateIpAddress: "10.0.1.10",
    InstanceId: undefined,
    Tags: [],
  });
  const [eni] = region.does(describeNetworkInterfaces, { NetworkInterfaceIds: [a] }).NetworkInterfaces ?? [];
  const association = { PublicIp: "198.51.100.2", PublicDnsName: "", IpOwnerId: "111122223333", AllocationId: first, AssociationId };
  assert.deepEqual(eni?.Association, association);
  assert.deepEqual(
    eni.PrivateIpAddresses?.map(({ PrivateIpAddress, Association }) => [PrivateIpAddress, Association?.AllocationId]),
    [["10.0.1.10", first], ["10.0.1.11", second]],
  );
});

test("AssociateAddress refuses, in order", () => {
  const { region, a, b, allocate } = setting();
  const bare = region.network("10.9.0.0/16", "10.9.1.0/24");
  const inland = region.does(createNetworkInterface, { SubnetId: bare.subnet }).NetworkInterface?.NetworkInterfaceId;
  const [one, two] = [allocate(), allocate()];
  const at = region.does(associateAddress, { AllocationId: one, NetworkInterfaceId: a }).AssociationId;
  const unknown = "eipalloc-0fffffffffffffff1";
  const cases: [Input<"AssociateAddress">, string][] = [
    [{}, "MissingParameter: Either public IP or allocation id must be specified"],
    [
      { AllocationId: one, PublicIp: "198.51.100.2" },
      "InvalidParameterCombination: You may specify public IP or allocation id, but not both in the same call",
    ],
    [{ AllocationId: "eipalloc-x", InstanceId: "x" }, "InvalidAllocationID.NotFound: The allocation ID 'eipalloc-x' does not exist"],
    [{ AllocationId: unknown, InstanceId: "x" }, `InvalidAllocationID.NotFound: The allocation ID '${unknown}' does not exist`],
    [{ PublicIp: "198.51.100.14", InstanceId: "x" }, "InvalidAddress.NotFound: Address '198.51.100.14' not found."],
    [{ AllocationId: two }, "MissingParameter: Either an instance ID or a network interface ID must be specified"],
    [
      { AllocationId: two, InstanceId: "i-00000000", NetworkInterfaceId: a },
      "InvalidParameterCombination: You may specify an instance ID or a network interface ID, but not both",
    ],
    [{ AllocationId: two, InstanceId: "i-00000000" }, "InvalidInstanceID.NotFound: The instance ID 'i-00000000' does not exist"],
    [
      { AllocationId: two, NetworkInterfaceId: inland, PrivateIpAddress: "10.0.1.256" },
      "InvalidParameterValue: Value (10.0.1.256) for parameter privateIpAddress is invalid. Not a valid IPv4 address.",
    ],
    [
      { AllocationId: two, NetworkInterfaceId: inland, PrivateIpAddress: "10.9.1.77" },
      `InvalidParameterValue: The private IP address 10.9.1.77 is not assigned to interface ${inland}`,
    ],
    [{ AllocationId: two, NetworkInterfaceId: inland }, `Gateway.NotAttached: Network ${bare.vpc} is not attached to any internet gateway`],
    [
      { AllocationId: one, NetworkInterfaceId: b, AllowReassociation: false },
      `Resource.AlreadyAssociated: resource ${one} is already associated with associate-id ${at}`,
    ],
    [
      { AllocationId: two, NetworkInterfaceId: a, AllowReassociation: false },
      `Resource.AlreadyAssociated: resource ${a} is already associated with associate-id ${at}`,
    ],
  ];
  for (const [input, expected] of cases) assert.equal(region.refuses(associateAddress, input), expected);
  assert.deepEqual([placeOf(region, one), placeOf(region, two)], [[a, "10.0.1.10"], undefined]);
});

test("an elastic IP moves, and takes the place of another; the same call again changes nothing", () => {
  const { region, a, b, allocate } = setting();
  const [one, two] = [allocate(), allocate()];
  const associate = (AllocationId: string, NetworkInterfaceId: string) =>
    region.does(associateAddress, { AllocationId, NetworkInterfaceId }).AssociationId;
  const first = associate(one, a);
  assert.equal(region.does(associateAddress, { AllocationId: one, NetworkInterfaceId: a, AllowReassociation: false }).AssociationId, first);
  const moved = associate(one, b);
  assert.notEqual(moved, first);
  assert.deepEqual(placeOf(region, one), [b, "10.0.1.20"]);
  associate(two, b);
  assert.deepEqual([placeOf(region, one), placeOf(region, two)], [undefined, [b, "10.0.1.20"]]);
});

test("DisassociateAddress: by association or address", () => {
  const { region, a, allocate } = setting();
  const [AllocationId, idle] = [allocate(), allocate()];
  const { AssociationId } = region.does(associateAddress, { AllocationId, NetworkInterfaceId: a });
  const cases: [Input<"DisassociateAddress">, string][] = [
    [{}, "MissingParameter: Either public IP or association id must be specified"],
    [
      { AssociationId, PublicIp: "198.51.100.2" },
      "InvalidParameterCombination: You may specify public IP or association id, but not both in the same call",
    ],
    [{ AssociationId: "x" }, "InvalidAssociationID.NotFound: The association ID 'x' does not exist"],
    [{ AssociationId: "eipassoc-00000000" }, "InvalidAssociationID.NotFound: The association ID 'eipassoc-00000000' does not exist"],
    [{ PublicIp: "198.51.100.14" }, "InvalidAddress.NotFound: Address '198.51.100.14' not found."],
  ];
  for (const [input, expected] of cases) assert.equal(region.refuses(disassociateAddress, input), expected);
  region.does(disassociateAddress, { AssociationId });
  assert.equal(placeOf(region, AllocationId), undefined);
  region.does(disassociateAddress, { PublicIp: shownOf(region, idle)?.PublicIp });
  region.does(associateAddress, { AllocationId, NetworkInterfaceId: a });
  region.does(disassociateAddress, { PublicIp: "198.51.100.2" });
  assert.equal(placeOf(region, AllocationId), undefined);
});

test("ReleaseAddress: only what is associated with nothing", () => {
  const { region, a, allocate } = setting();
  const AllocationId = allocate();
  const { AssociationId } = region.does(associateAddress, { AllocationId, NetworkInterfaceId: a });
  assert.equal(region.refuses(releaseAddress, { AllocationId }), "InvalidIPAddress.InUse: Address 198.51.100.2 is in use.");
  region.does(disassociateAddress, { AssociationId });
  assert.equal(
    region.refuses(releaseAddress, { AllocationId, NetworkBorderGroup: "eu-west-1" }),
    "InvalidAddress.NotFound: Address '198.51.100.2' not found.",
  );
  region.does(releaseAddress, { AllocationId, NetworkBorderGroup: "us-east-1" });
  assert.match(region.refuses(releaseAddress, { AllocationId }), /^InvalidAllocationID.NotFound: /);
});

test("an elastic IP goes along with a private address that moves, and is left by one that goes", () => {
  const { region, a, b, allocate } = setting();
  const [secondary, primary] = [allocate(), allocate()];
  region.does(associateAddress, { AllocationId: secondary, NetworkInterfaceId: a, PrivateIpAddress: "10.0.1.11" });
  region.does(associateAddress, { AllocationId: primary, NetworkInterfaceId: a });
  const PrivateIpAddresses = ["10.0.1.11"];
  region.does(assignPrivateIpAddresses, { NetworkInterfaceId: b, PrivateIpAddresses, AllowReassignment: true });
  assert.deepEqual([placeOf(region, secondary), placeOf(region, primary)], [[b, "10.0.1.11"], [a, "10.0.1.10"]]);
  region.does(unassignPrivateIpAddresses, { NetworkInterfaceId: b, PrivateIpAddresses });
  region.does(deleteNetworkInterface, { NetworkInterfaceId: a });
  assert.deepEqual([placeOf(region, secondary), placeOf(region, primary)], [undefined, undefined]);
});

test("DescribeAddresses: named, filtered, oldest first", () => {
  const { region, a, b, allocate } = setting();
  const [one, two, three] = [allocate(), allocate(), allocate()];
  const { AssociationId = "" } = region.does(associateAddress, { AllocationId: two, NetworkInterfaceId: b });
  region.does(associateAddress, { AllocationId: three, NetworkInterfaceId: a, PrivateIpAddress: "10.0.1.11" });
  region.does(createTags, { Resources: [one], Tags: [{ Key: "Name", Value: "spare" }] });
  const shown = (input: Input<"DescribeAddresses">) =>
    region.does(describeAddresses, input).Addresses?.map(({ AllocationId }) => AllocationId);
  assert.deepEqual(shown({}), [one, two, three]);
  assert.deepEqual(shown({ AllocationIds: [three], PublicIps: ["198.51.100.2"] }), [one, three]);
  for (const [Name, value, expected] of [
    ["allocation-id", one, [one]],
    ["association-id", AssociationId, [two]],
    ["domain", "vpc", [one, two, three]],
    ["network-border-group", "us-east-*", [one, two, three]],
    ["network-interface-id", b, [two]],
    ["network-interface-owner-id", "111122223333", [two, three]],
    ["private-ip-address", "10.0.1.11", [three]],
    ["public-ip", "198.51.100.3", [two]],
    ["instance-id", "*", []],
    ["tag:Name", "spare", [one]],
  ] as const) {
    assert.deepEqual(shown({ Filters: [{ Name, Values: [value] }] }), expected, Name);
  }
  assert.match(region.refuses(describeAddresses, { PublicIps: ["x"] }), /^InvalidAddress.Malformed: /);
  const [tag] = region.does(describeTags, {}).Tags ?? [];
  assert.deepEqual([tag?.ResourceId, tag?.ResourceType], [one, "elastic-ip"]);
});

test("the interface's filters see elastic IPs of all its addresses", () => {
  const { region, a, b, allocate } = setting();
  const AllocationId = allocate();
  const { AssociationId = "" } = region.does(associateAddress, { AllocationId, NetworkInterfaceId: a, PrivateIpAddress: "10.0.1.11" });
  for (const [Name, value] of [
    ["association.allocation-id", AllocationId],
    ["association.association-id", AssociationId],
    ["association.ip-owner-id", "111122223333"],
    ["association.public-ip", "198.51.100.2"],
    ["addresses.association.owner-id", "111122223333"],
    ["addresses.association.public-ip", "198.51.100.2"],
  ] as const) {
    const found = region.does(describeNetworkInterfaces, { Filters: [{ Name, Values: [value] }] }).NetworkInterfaces;
    assert.deepEqual(found?.map((eni) => eni.NetworkInterfaceId), [a], Name);
  }
  const [idle] = region.does(describeNetworkInterfaces, { NetworkInterfaceIds: [b] }).NetworkInterfaces ?? [];
  assert.equal(idle?.Association, undefined);
});

test("an internet gateway stays while an address of its VPC has an elastic IP", () => {
  const { region, vpc, gateway, a, allocate } = setting();
  const { AssociationId } = region.does(associateAddress, { AllocationId: allocate(), NetworkInterfaceId: a });
  const detach = { InternetGatewayId: gateway, VpcId: vpc };
  assert.match(region.refuses(detachInternetGateway, detach), /^DependencyViolation: /);
  region.does(disassociateAddress, { AssociationId });
  region.does(detachInternetGateway, detach);
});

test("the name of an address's reverse record is set, shown and reset", () => {
  const { region, allocate } = setting();
  const [AllocationId, plain] = [allocate(), allocate()];
  const set = region.does(modifyAddressAttribute, { AllocationId, DomainName: "Mail.Example.com." }).Address;
  assert.deepEqual(set, { AllocationId, PublicIp: "198.51.100.2", PtrRecord: "mail.example.com." });
  const shown = region.does(describeAddressesAttribute, { Attribute: "domain-name" }).Addresses;
  assert.deepEqual(shown?.map(({ PtrRecord }) => PtrRecord), ["mail.example.com.", undefined]);
  const page = region.does(describeAddressesAttribute, { MaxResults: 1 });
  const rest = region.does(describeAddressesAttribute, { MaxResults: 1, NextToken: page.NextToken });
  assert.deepEqual([page.Addresses?.[0]?.AllocationId, rest.Addresses?.[0]?.AllocationId, rest.NextToken], [AllocationId, plain, undefined]);
  const reset = region.does(resetAddressAttribute, { AllocationId, Attribute: "domain-name" }).Address;
  assert.equal(reset?.PtrRecord, undefined);
  for (const DomainName of ["", "localhost", "-a.example.com", "a..example.com", `${"a".repeat(64)}.example.com`, `${"a.".repeat(126)}com`]) {
    assert.match(region.refuses(modifyAddressAttribute, { AllocationId, DomainName }), /^InvalidParameterValue: /);
  }
  assert.match(region.refuses(modifyAddressAttribute, { AllocationId }), /^MissingParameter: /);
  assert.match(
    region.refuses(resetAddressAttribute, { AllocationId, Attribute: "colour" as "domain-name" }),
    /^InvalidParameterValue: Value \(colour\) for parameter attribute is invalid.$/,
  );
});
