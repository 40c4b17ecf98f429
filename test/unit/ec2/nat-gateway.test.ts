import assert from "node:assert/strict";
import { test } from "node:test";
import { allocateAddress, releaseAddress } from "../../../src/api/ec2/allocate-address.ts";
import { assignPrivateIpAddresses } from "../../../src/api/ec2/assign-addresses.ts";
import { associateAddress, disassociateAddress } from "../../../src/api/ec2/associate-address.ts";
import { attachInternetGateway } from "../../../src/api/ec2/attach-internet-gateway.ts";
import { attachNetworkInterface, detachNetworkInterface } from "../../../src/api/ec2/attach-network-interface.ts";
import { createNatGateway } from "../../../src/api/ec2/create-nat-gateway.ts";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { deleteNatGateway } from "../../../src/api/ec2/delete-nat-gateway.ts";
import { deleteNetworkInterface } from "../../../src/api/ec2/delete-network-interface.ts";
import { deleteSubnet } from "../../../src/api/ec2/delete-subnet.ts";
import { describeAddresses } from "../../../src/api/ec2/describe-addresses.ts";
import { describeNatGateways } from "../../../src/api/ec2/describe-nat-gateways.ts";
import { describeNetworkInterfaces } from "../../../src/api/ec2/describe-network-interfaces.ts";
import { describeRouteTables } from "../../../src/api/ec2/describe-route-tables.ts";
import { describeSubnets } from "../../../src/api/ec2/describe-subnets.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { createInternetGateway } from "../../../src/api/ec2/internet-gateway.ts";
import {
  assignPrivateNatGatewayAddress,
  associateNatGatewayAddress,
  disassociateNatGatewayAddress,
  unassignPrivateNatGatewayAddress,
} from "../../../src/api/ec2/nat-gateway-address.ts";
import { modifyNetworkInterfaceAttribute, resetNetworkInterfaceAttribute } from "../../../src/api/ec2/network-interface-attribute.ts";
import { createRoute } from "../../../src/api/ec2/route.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { createTags, describeTags } from "../../../src/api/ec2/tags.ts";
import { unassignPrivateIpAddresses } from "../../../src/api/ec2/unassign-addresses.ts";
import type { Input } from "../../../src/api/operation.ts";
import { forgettableNatGateways } from "../../../src/model/nat-gateway.ts";
import { applyChanges } from "../../../src/model/world.ts";
import { Region } from "./region.ts";

type CreateInput = Input<"CreateNatGateway">;

function setting(options: ConstructorParameters<typeof Region>[0] = {}) {
  const region = new Region(options);
  const { vpc, subnet } = region.network();
  const InternetGatewayId = region.does(createInternetGateway, {}).InternetGateway?.InternetGatewayId;
  region.does(attachInternetGateway, { InternetGatewayId, VpcId: vpc });
  const allocate = () => region.does(allocateAddress, {}).AllocationId ?? "";
  const create = (input: Partial<CreateInput> = {}) =>
    region.does(createNatGateway, { SubnetId: subnet, AllocationId: allocate(), ...input }).NatGateway;
  const shown = (id = "") => region.does(describeNatGateways, { NatGatewayIds: [id] }).NatGateways?.[0];
  const interfaceOf = (id?: string) => {
    const eni = shown(id)?.NatGatewayAddresses?.[0]?.NetworkInterfaceId ?? "";
    return region.does(describeNetworkInterfaces, { NetworkInterfaceIds: [eni] }).NetworkInterfaces?.[0];
  };
  return { region, vpc, subnet, allocate, create, shown, interfaceOf };
}

const privateIps = (gateway: { NatGatewayAddresses?: { PrivateIp?: string | undefined }[] | undefined } | undefined) =>
  gateway?.NatGatewayAddresses?.map(({ PrivateIp }) => PrivateIp);

test("a public gateway: pending in the answer, available from then on", () => {
  const { region, vpc, subnet, allocate, shown } = setting();
  const AllocationId = allocate();
  const tags = [{ Key: "Name", Value: "way out" }];
  const { NatGateway: made, ClientToken } = region.does(createNatGateway, {
    SubnetId: subnet,
    AllocationId,
    PrivateIpAddress: "10.0.1.40",
    ClientToken: "once",
    TagSpecifications: [{ ResourceType: "natgateway", Tags: tags }],
  });
  assert.deepEqual([made?.State, ClientToken], ["pending", "once"]);
  const gateway = shown(made?.NatGatewayId);
  assert.deepEqual(
    [gateway?.State, gateway?.VpcId, gateway?.SubnetId, gateway?.ConnectivityType, gateway?.Tags],
    ["available", vpc, subnet, "public", tags],
  );
  const [address] = region.does(describeAddresses, { AllocationIds: [AllocationId] }).Addresses ?? [];
  assert.deepEqual(gateway?.NatGatewayAddresses, [
    {
      AllocationId,
      AssociationId: address?.AssociationId,
      NetworkInterfaceId: address?.NetworkInterfaceId,
      PrivateIp: "10.0.1.40",
      PublicIp: "203.0.113.2",
      IsPrimary: true,
      Status: "succeeded",
    },
  ]);
  assert.match(address?.AssociationId ?? "", /^eipassoc-/);
  assert.deepEqual([address?.PrivateIpAddress, address?.InstanceId], ["10.0.1.40", undefined]);
});

test("its interface is Amazon's: in no group, in use, and shown as a gateway's", () => {
  const { region, create, interfaceOf } = setting();
  const id = create()?.NatGatewayId ?? "";
  const eni = interfaceOf(id);
  assert.deepEqual(
    [eni?.Description, eni?.InterfaceType, eni?.Status, eni?.RequesterManaged, eni?.RequesterId, eni?.SourceDestCheck, eni?.Groups],
    [`Interface for NAT Gateway ${id}`, "nat_gateway", "in-use", true, "amazon-aws", false, []],
  );
  assert.deepEqual(eni?.Attachment, {
    AttachmentId: id.replace("nat-", "ela-attach-"),
    DeleteOnTermination: false,
    DeviceIndex: 1,
    InstanceOwnerId: "amazon-aws",
    Status: "attached",
  });
  assert.equal(eni.Association?.PublicIp, "203.0.113.2");
  for (const [Name, value] of [["requester-id", "amazon-aws"], ["requester-managed", "true"], ["interface-type", "nat_gateway"]] as const) {
    const found = region.does(describeNetworkInterfaces, { Filters: [{ Name, Values: [value] }] }).NetworkInterfaces;
    assert.equal(found?.length, 1, Name);
  }
});

test("a private gateway has no elastic IP, and needs no internet gateway", () => {
  const { region, shown } = setting();
  const { subnet } = region.network("10.9.0.0/16", "10.9.1.0/24");
  const made = region.does(createNatGateway, { SubnetId: subnet, ConnectivityType: "private", SecondaryPrivateIpAddressCount: 2 }).NatGateway;
  const gateway = shown(made?.NatGatewayId);
  assert.equal(gateway?.ConnectivityType, "private");
  assert.deepEqual(
    gateway.NatGatewayAddresses?.map(({ PrivateIp, PublicIp, AllocationId, IsPrimary }) => [PrivateIp, PublicIp, AllocationId, IsPrimary]),
    [
      ["10.9.1.4", undefined, undefined, true],
      ["10.9.1.5", undefined, undefined, false],
      ["10.9.1.6", undefined, undefined, false],
    ],
  );
});

test("the primary address is first, however it was chosen", () => {
  const { create, allocate } = setting({ quotas: { natGatewaysPerZone: 9 } });
  const secondary = { SecondaryAllocationIds: [allocate()] };
  assert.deepEqual(privateIps(create(secondary)), ["10.0.1.4", "10.0.1.5"]);
  const fixed = { SecondaryAllocationIds: [allocate()], SecondaryPrivateIpAddresses: ["10.0.1.6"] };
  assert.deepEqual(privateIps(create(fixed)), ["10.0.1.7", "10.0.1.6"]);
  const both = { SecondaryAllocationIds: [allocate()], SecondaryPrivateIpAddresses: ["10.0.1.60"], PrivateIpAddress: "10.0.1.61" };
  assert.deepEqual(privateIps(create(both)), ["10.0.1.61", "10.0.1.60"]);
});

test("CreateNatGateway refuses, in order", () => {
  const { region, subnet, allocate, create } = setting({ quotas: { natGatewaysPerZone: 2 } });
  const bare = region.network("10.9.0.0/16", "10.9.1.0/24");
  const [free, spare, third] = [allocate(), allocate(), allocate()];
  const bound = create()?.NatGatewayAddresses?.[0]?.AllocationId ?? "";
  const unknown = "eipalloc-0fffffffffffffff1";
  const nowhere = "subnet-0fffffffffffffff1";
  const lonely = { ConnectivityType: "private" } as const;
  const cases: [CreateInput, string][] = [
    [{ VpcId: "vpc-1" }, "UnsupportedOperation: The parameter VpcId is not supported."],
    [{ AvailabilityMode: "regional" }, "UnsupportedOperation: Regional NAT gateways are not supported."],
    [{ ConnectivityType: "odd" as "public" }, "InvalidParameterValue: Value (odd) for parameter connectivityType is invalid."],
    [{ AllocationId: unknown }, "MissingParameter: The request must contain the parameter SubnetId"],
    [
      { SubnetId: nowhere, PrivateIpAddress: "10.0.1.256" },
      "InvalidParameterValue: Value (10.0.1.256) for parameter privateIpAddress is invalid. Not a valid IPv4 address.",
    ],
    [{ SubnetId: nowhere }, "MissingParameter: The request must contain the parameter AllocationId"],
    [
      { SubnetId: nowhere, AllocationId: unknown, SecondaryPrivateIpAddressCount: 1 },
      "InvalidParameterCombination: A number of secondary addresses may only be specified for a private NAT gateway",
    ],
    [
      { SubnetId: nowhere, AllocationId: unknown, SecondaryAllocationIds: [free], SecondaryPrivateIpAddresses: ["10.0.1.8", "10.0.1.9"] },
      "InvalidParameterCombination: There must be as many private IP addresses as allocation IDs",
    ],
    [
      { ...lonely, SubnetId: nowhere, AllocationId: unknown },
      "InvalidParameterCombination: An Elastic IP address may not be specified for a private NAT gateway",
    ],
    [
      { ...lonely, SubnetId: nowhere, SecondaryPrivateIpAddresses: ["10.0.1.8"], SecondaryPrivateIpAddressCount: 1 },
      "InvalidParameterCombination: The parameters privateIpAddress and privateIpAddressCount cannot be used together",
    ],
    [{ SubnetId: nowhere, AllocationId: unknown }, `InvalidSubnetID.NotFound: The subnet ID '${nowhere}' does not exist`],
    [
      { SubnetId: bare.subnet, AllocationId: free, SecondaryAllocationIds: [free] },
      `InvalidParameterValue: The allocation ID '${free}' is there more than once.`,
    ],
    [{ SubnetId: bare.subnet, AllocationId: unknown }, `InvalidAllocationID.NotFound: The allocation ID '${unknown}' does not exist`],
    [{ SubnetId: bare.subnet, AllocationId: bound }, `Resource.AlreadyAssociated: Elastic IP address ${bound} is already associated`],
    [{ SubnetId: bare.subnet, AllocationId: free }, `Gateway.NotAttached: Network ${bare.vpc} has no Internet gateway attached`],
    [
      { SubnetId: subnet, AllocationId: free, SecondaryAllocationIds: [spare, third] },
      "AddressLimitExceeded: The maximum number of Elastic IP addresses per NAT gateway is 2",
    ],
    [
      { ...lonely, SubnetId: subnet, SecondaryPrivateIpAddressCount: 8 },
      "PrivateIpAddressLimitExceeded: The maximum number of addresses per NAT gateway is 8",
    ],
    [{ SubnetId: subnet, AllocationId: free, PrivateIpAddress: "10.0.2.8" }, "InvalidParameterValue: Address 10.0.2.8 does not fall within the subnet's address range"],
    [{ SubnetId: subnet, AllocationId: free, PrivateIpAddress: "10.0.1.4" }, "InvalidIPAddress.InUse: Address 10.0.1.4 is in use."],
  ];
  for (const [input, expected] of cases) assert.equal(region.refuses(createNatGateway, input), expected);
  create({ ...lonely, AllocationId: undefined });
  assert.equal(
    region.refuses(createNatGateway, { SubnetId: subnet, AllocationId: free }),
    "NatGatewayLimitExceeded: Performing this operation would exceed the limit of 2 NAT gateways",
  );
  const far = region.does(createSubnet, { VpcId: region.network("10.8.0.0/16", "10.8.1.0/24").vpc, CidrBlock: "10.8.2.0/24", AvailabilityZone: "us-east-1b" });
  region.does(createNatGateway, { SubnetId: far.Subnet?.SubnetId, ConnectivityType: "private" });
});

test("nobody but the gateway may change its interface or its elastic IP", () => {
  const { region, subnet, create, interfaceOf } = setting();
  const gateway = create({ ConnectivityType: "public" });
  const AllocationId = gateway?.NatGatewayAddresses?.[0]?.AllocationId;
  const eni = interfaceOf(gateway?.NatGatewayId);
  const NetworkInterfaceId = eni?.NetworkInterfaceId ?? "";
  const other = region.does(createNetworkInterface, { SubnetId: subnet }).NetworkInterface?.NetworkInterfaceId;
  const denied = "AuthFailure: You do not have permission to access the specified resource.";
  assert.equal(region.refuses(modifyNetworkInterfaceAttribute, { NetworkInterfaceId, SourceDestCheck: { Value: true } }), denied);
  assert.equal(region.refuses(resetNetworkInterfaceAttribute, { NetworkInterfaceId }), denied);
  assert.equal(region.refuses(assignPrivateIpAddresses, { NetworkInterfaceId, SecondaryPrivateIpAddressCount: 1 }), denied);
  assert.equal(region.refuses(unassignPrivateIpAddresses, { NetworkInterfaceId, PrivateIpAddresses: ["10.0.1.4"] }), denied);
  assert.equal(region.refuses(releaseAddress, { AllocationId }), denied);
  assert.equal(region.refuses(associateAddress, { AllocationId, NetworkInterfaceId: other }), denied);
  assert.equal(region.refuses(disassociateAddress, { AssociationId: eni?.Association?.AssociationId }), denied);
  const spare = region.does(allocateAddress, {}).AllocationId;
  assert.equal(region.refuses(associateAddress, { AllocationId: spare, NetworkInterfaceId }), denied);
  assert.equal(
    region.refuses(detachNetworkInterface, { AttachmentId: eni?.Attachment?.AttachmentId }),
    "OperationNotPermitted: You are not allowed to manage 'ela-attach' attachments.",
  );
  assert.equal(
    region.refuses(deleteNetworkInterface, { NetworkInterfaceId }),
    `InvalidParameterValue: Network interface '${NetworkInterfaceId}' is currently in use: ${gateway?.NatGatewayId}`,
  );
  const inUse = `InvalidNetworkInterface.InUse: Interface: [${NetworkInterfaceId}] in use.`;
  const launch = { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1 };
  assert.equal(region.refuses(runInstances, { ...launch, NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId }] }), inUse);
  const InstanceId = region.does(runInstances, { ...launch, SubnetId: subnet }).Instances?.[0]?.InstanceId;
  assert.equal(region.refuses(attachNetworkInterface, { InstanceId, NetworkInterfaceId, DeviceIndex: 1 }), inUse);
});

test("a gateway's addresses are taken in its subnet, which stays while it is there", () => {
  const { region, subnet, create } = setting();
  const gateway = create({ ConnectivityType: "private", AllocationId: undefined, SecondaryPrivateIpAddressCount: 2 });
  const free = () => region.does(describeSubnets, { SubnetIds: [subnet] }).Subnets?.[0]?.AvailableIpAddressCount;
  assert.equal(free(), 251 - 3);
  const NetworkInterfaceId = region.does(createNetworkInterface, { SubnetId: subnet }).NetworkInterface?.NetworkInterfaceId;
  const take = { NetworkInterfaceId, PrivateIpAddresses: ["10.0.1.5"], AllowReassignment: true };
  assert.equal(region.refuses(assignPrivateIpAddresses, take), "InvalidIPAddress.InUse: Address 10.0.1.5 is in use.");
  region.does(deleteNetworkInterface, { NetworkInterfaceId });
  assert.match(region.refuses(deleteSubnet, { SubnetId: subnet }), /^DependencyViolation: /);
  region.does(deleteNatGateway, { NatGatewayId: gateway?.NatGatewayId });
  assert.equal(free(), 251);
  region.does(deleteSubnet, { SubnetId: subnet });
});

test("a deleted gateway: its elastic IP is free, its route a blackhole, and it is shown for an hour", () => {
  const { region, vpc, create, shown, interfaceOf } = setting();
  const gateway = create();
  const { NatGatewayId = "", NatGatewayAddresses = [] } = gateway ?? {};
  const eni = interfaceOf(NatGatewayId)?.NetworkInterfaceId;
  const [table] = region.does(describeRouteTables, { Filters: [{ Name: "vpc-id", Values: [vpc] }] }).RouteTables ?? [];
  region.does(createRoute, { RouteTableId: table?.RouteTableId, DestinationCidrBlock: "0.0.0.0/0", NatGatewayId });
  const routeState = () =>
    region
      .does(describeRouteTables, { RouteTableIds: [table?.RouteTableId ?? ""] })
      .RouteTables?.[0]?.Routes?.find((route) => route.NatGatewayId === NatGatewayId)?.State;
  assert.equal(routeState(), "active");

  assert.equal(region.does(deleteNatGateway, { NatGatewayId }).NatGatewayId, NatGatewayId);
  const deleted = region.call.now;
  assert.equal(routeState(), "blackhole");
  const gone = shown(NatGatewayId);
  assert.deepEqual([gone?.State, gone?.DeleteTime?.toISOString()], ["deleted", deleted]);
  assert.deepEqual(privateIps(gone), privateIps(gateway));
  assert.equal(gone?.NatGatewayAddresses?.[0]?.AssociationId, undefined);
  assert.match(region.refuses(describeNetworkInterfaces, { NetworkInterfaceIds: [eni ?? ""] }), /^InvalidNetworkInterfaceID.NotFound: /);
  assert.match(region.refuses(deleteNatGateway, { NatGatewayId }), /^NatGatewayNotFound: /);
  region.does(releaseAddress, { AllocationId: NatGatewayAddresses[0]?.AllocationId });

  const after = (milliseconds: number) => new Date(Date.parse(deleted) + milliseconds).toISOString();
  assert.deepEqual(forgettableNatGateways(region.world, after(3600_000)), []);
  region.lives((world) => applyChanges(world, forgettableNatGateways(world, after(3600_001))));
  assert.match(region.refuses(describeNatGateways, { NatGatewayIds: [NatGatewayId] }), /^NatGatewayNotFound: /);
  assert.equal(routeState(), "blackhole");
});

test("a public gateway gets more elastic IPs and gives them back, but keeps its first", () => {
  const { region, allocate, create, shown, interfaceOf } = setting({ quotas: { elasticIpsPerNatGateway: 3 } });
  const NatGatewayId = create()?.NatGatewayId ?? "";
  const [one, two, three] = [allocate(), allocate(), allocate()];
  const added = region.does(associateNatGatewayAddress, { NatGatewayId, AllocationIds: [one, two] });
  assert.deepEqual(
    added.NatGatewayAddresses?.map(({ PrivateIp, AllocationId, IsPrimary }) => [PrivateIp, AllocationId, IsPrimary]),
    [["10.0.1.5", one, false], ["10.0.1.6", two, false]],
  );
  const dropped = region.does(disassociateNatGatewayAddress, {
    NatGatewayId,
    AssociationIds: [added.NatGatewayAddresses?.[0]?.AssociationId ?? ""],
    MaxDrainDurationSeconds: 60,
  });
  assert.deepEqual(privateIps(dropped), ["10.0.1.5"]);
  region.does(associateNatGatewayAddress, { NatGatewayId, AllocationIds: [three], PrivateIpAddresses: ["10.0.1.50"] });
  assert.deepEqual(privateIps(shown(NatGatewayId)), ["10.0.1.4", "10.0.1.6", "10.0.1.50"]);
  const own = interfaceOf(NatGatewayId)?.PrivateIpAddresses?.map(({ PrivateIpAddress, Association }) => [PrivateIpAddress, Association?.AllocationId]);
  assert.deepEqual(own?.slice(1), [["10.0.1.6", two], ["10.0.1.50", three]]);
  assert.equal(
    region.refuses(associateNatGatewayAddress, { NatGatewayId, AllocationIds: [one] }),
    "AddressLimitExceeded: The maximum number of Elastic IP addresses per NAT gateway is 3",
  );
  region.does(releaseAddress, { AllocationId: one });
});

test("a private gateway gets more addresses and gives them back, but keeps its first", () => {
  const { region, create, shown } = setting();
  const NatGatewayId = create({ ConnectivityType: "private", AllocationId: undefined })?.NatGatewayId ?? "";
  const assigned = region.does(assignPrivateNatGatewayAddress, { NatGatewayId, PrivateIpAddressCount: 2 });
  assert.deepEqual(privateIps(assigned), ["10.0.1.5", "10.0.1.6"]);
  region.does(assignPrivateNatGatewayAddress, { NatGatewayId, PrivateIpAddresses: ["10.0.1.70"] });
  region.does(unassignPrivateNatGatewayAddress, { NatGatewayId, PrivateIpAddresses: ["10.0.1.5", "10.0.1.70"] });
  assert.deepEqual(privateIps(shown(NatGatewayId)), ["10.0.1.4", "10.0.1.6"]);
  assert.equal(
    region.refuses(assignPrivateNatGatewayAddress, { NatGatewayId, PrivateIpAddressCount: 7 }),
    "PrivateIpAddressLimitExceeded: The maximum number of addresses per NAT gateway is 8",
  );
});

test("calls about a gateway's addresses refuse, in order", () => {
  const { region, allocate, create } = setting();
  const open = create()?.NatGatewayId ?? "";
  const closed = create({ ConnectivityType: "private", AllocationId: undefined })?.NatGatewayId ?? "";
  const free = allocate();
  const primary = region.does(describeNatGateways, { NatGatewayIds: [open] }).NatGateways?.[0]?.NatGatewayAddresses?.[0];
  const bound = primary?.AllocationId ?? "";
  const cases: [string, string][] = [
    [
      region.refuses(associateNatGatewayAddress, { NatGatewayId: open, AllocationIds: [] }),
      "MissingParameter: The request must contain the parameter AllocationId",
    ],
    [
      region.refuses(associateNatGatewayAddress, { NatGatewayId: "nat-x", AllocationIds: [free], PrivateIpAddresses: ["x", "y"] }),
      "InvalidParameterCombination: There must be as many private IP addresses as allocation IDs",
    ],
    [
      region.refuses(associateNatGatewayAddress, { NatGatewayId: "nat-x", AllocationIds: [free] }),
      "NatGatewayMalformed: The natGateway ID 'nat-x' is malformed",
    ],
    [
      region.refuses(associateNatGatewayAddress, { NatGatewayId: closed, AllocationIds: [free] }),
      `InvalidParameterValue: The NAT gateway ${closed} is not a public one.`,
    ],
    [
      region.refuses(associateNatGatewayAddress, { NatGatewayId: open, AllocationIds: [bound] }),
      `Resource.AlreadyAssociated: Elastic IP address ${bound} is already associated`,
    ],
    [
      region.refuses(assignPrivateNatGatewayAddress, { NatGatewayId: closed }),
      "MissingParameter: The request must contain the parameter PrivateIpAddress",
    ],
    [
      region.refuses(assignPrivateNatGatewayAddress, { NatGatewayId: open, PrivateIpAddressCount: 1 }),
      `InvalidParameterValue: The NAT gateway ${open} is not a private one.`,
    ],
    [
      region.refuses(disassociateNatGatewayAddress, { NatGatewayId: open, AssociationIds: ["eipassoc-x"], MaxDrainDurationSeconds: 4001 }),
      "InvalidParameterValue: Value (4001) for parameter maxDrainDurationSeconds is invalid.",
    ],
    [
      region.refuses(disassociateNatGatewayAddress, { NatGatewayId: open, AssociationIds: ["eipassoc-x"] }),
      "InvalidAssociationID.NotFound: The association ID 'eipassoc-x' does not exist",
    ],
    [
      region.refuses(disassociateNatGatewayAddress, { NatGatewayId: open, AssociationIds: [primary?.AssociationId ?? ""] }),
      `OperationNotPermitted: The primary address 10.0.1.4 of the NAT gateway ${open} cannot be taken away`,
    ],
    [
      region.refuses(unassignPrivateNatGatewayAddress, { NatGatewayId: closed, PrivateIpAddresses: ["10.0.1.99"] }),
      `InvalidParameterValue: The address 10.0.1.99 is not assigned to the NAT gateway ${closed}`,
    ],
    [
      region.refuses(unassignPrivateNatGatewayAddress, { NatGatewayId: closed, PrivateIpAddresses: ["10.0.1.5"] }),
      `OperationNotPermitted: The primary address 10.0.1.5 of the NAT gateway ${closed} cannot be taken away`,
    ],
  ];
  for (const [refused, expected] of cases) assert.equal(refused, expected);
});

test("DescribeNatGateways: named, filtered, a page at a time", () => {
  const { region, vpc, subnet, create } = setting({ quotas: { natGatewaysPerZone: 9 } });
  const ids = Array.from({ length: 7 }, () => create({ ConnectivityType: "private", AllocationId: undefined })?.NatGatewayId ?? "");
  const [first = "", second = "", ...rest] = ids;
  region.does(createTags, { Resources: [second], Tags: [{ Key: "Name", Value: "second" }] });
  region.does(deleteNatGateway, { NatGatewayId: first });
  const shown = (input: Input<"DescribeNatGateways">) =>
    region.does(describeNatGateways, input).NatGateways?.map(({ NatGatewayId }) => NatGatewayId);
  for (const [Name, value, expected] of [
    ["nat-gateway-id", first, [first]],
    ["state", "deleted", [first]],
    ["state", "available", [second, ...rest]],
    ["subnet-id", subnet, ids],
    ["vpc-id", vpc, ids],
    ["vpc-id", "vpc-00000000", []],
    ["tag:Name", "second", [second]],
  ] as const) {
    assert.deepEqual(shown({ Filter: [{ Name, Values: [value] }] }), expected, Name);
  }
  const page = region.does(describeNatGateways, { MaxResults: 5 });
  const next = region.does(describeNatGateways, { MaxResults: 5, NextToken: page.NextToken });
  assert.deepEqual([page.NatGateways?.length, next.NatGateways?.length, next.NextToken], [5, 2, undefined]);
  const unknown = "nat-0fffffffffffffff1";
  assert.equal(region.refuses(describeNatGateways, { NatGatewayIds: [unknown] }), `NatGatewayNotFound: The natGateway ID '${unknown}' does not exist`);
  const [tag] = region.does(describeTags, { Filters: [{ Name: "resource-type", Values: ["natgateway"] }] }).Tags ?? [];
  assert.deepEqual([tag?.ResourceId, tag?.Value], [second, "second"]);
});
