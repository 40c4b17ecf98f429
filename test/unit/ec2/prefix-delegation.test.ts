import assert from "node:assert/strict";
import { test } from "node:test";
import { assignIpv6Addresses, assignPrivateIpAddresses } from "../../../src/api/ec2/assign-addresses.ts";
import { attachNetworkInterface } from "../../../src/api/ec2/attach-network-interface.ts";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { describeInstances } from "../../../src/api/ec2/describe-instances.ts";
import { describeNetworkInterfaces } from "../../../src/api/ec2/describe-network-interfaces.ts";
import { describeSubnets } from "../../../src/api/ec2/describe-subnets.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { disassociateSubnetCidrBlock } from "../../../src/api/ec2/subnet-cidr-block.ts";
import { unassignIpv6Addresses, unassignPrivateIpAddresses } from "../../../src/api/ec2/unassign-addresses.ts";
import type { Input } from "../../../src/api/operation.ts";
import { started } from "../../../src/model/instance.ts";
import { applyChanges, everywhere, put } from "../../../src/model/world.ts";
import { Region } from "./region.ts";

/** A subnet of 10.0.1.0/24 and a /64, and smaller ones on demand. `six` is the start of the /64, up to its last colons. */
function setting() {
  const region = new Region();
  const vpc = region.does(createVpc, { CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: true }).Vpc;
  const block = vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? "";
  const subnetOf = (CidrBlock: string, Ipv6CidrBlock?: string) =>
    region.does(createSubnet, { VpcId: vpc?.VpcId, CidrBlock, Ipv6CidrBlock }).Subnet;
  const made = subnetOf("10.0.1.0/24", block.replace("/56", "/64"));
  const subnet = made?.SubnetId ?? "";
  const create = (input: Partial<Input<"CreateNetworkInterface">>) =>
    region.does(createNetworkInterface, { SubnetId: subnet, ...input }).NetworkInterface;
  const shown = (id = "") => region.does(describeNetworkInterfaces, { NetworkInterfaceIds: [id] }).NetworkInterfaces?.[0];
  const free = (id = subnet) => region.does(describeSubnets, { SubnetIds: [id] }).Subnets?.[0]?.AvailableIpAddressCount;
  const association = made?.Ipv6CidrBlockAssociationSet?.[0]?.AssociationId;
  return { region, subnet, subnetOf, create, shown, free, association, six: block.replace("::/56", "") };
}

type Eni = ReturnType<ReturnType<typeof setting>["create"]>;
const prefixesOf = (eni: Eni) => eni?.Ipv4Prefixes?.map(({ Ipv4Prefix }) => Ipv4Prefix);
const ipv6PrefixesOf = (eni: Eni) => eni?.Ipv6Prefixes?.map(({ Ipv6Prefix }) => Ipv6Prefix);

test("a block is whole, aligned, and free of what anybody has: the lowest is taken", () => {
  const { create, shown, free } = setting();
  const first = create({ PrivateIpAddress: "10.0.1.20" });
  assert.equal(free(), 250);
  const second = create({ Ipv4PrefixCount: 2 });
  assert.deepEqual([second?.PrivateIpAddress, prefixesOf(second)], ["10.0.1.4", ["10.0.1.32/28", "10.0.1.48/28"]]);
  assert.equal(free(), 250 - 1 - 32);
  assert.deepEqual(prefixesOf(shown(second?.NetworkInterfaceId)), ["10.0.1.32/28", "10.0.1.48/28"]);
  assert.deepEqual([prefixesOf(first), ipv6PrefixesOf(first)], [undefined, undefined]);
});

test("single addresses are given out around blocks", () => {
  const { create } = setting();
  create({ PrivateIpAddress: "10.0.1.4", Ipv4Prefixes: [{ Ipv4Prefix: "10.0.1.16/28" }] });
  const made = create({ SecondaryPrivateIpAddressCount: 12 })?.PrivateIpAddresses?.map((each) => each.PrivateIpAddress);
  assert.deepEqual(made, [...Array.from({ length: 11 }, (_, index) => `10.0.1.${index + 5}`), "10.0.1.32", "10.0.1.33"]);
});

test("what a call names is kept clear of what it leaves to be chosen", () => {
  const { region, subnetOf } = setting();
  const fixed = { SubnetId: subnetOf("10.0.5.0/27")?.SubnetId, PrivateIpAddress: "10.0.5.20" };
  assert.match(region.refuses(createNetworkInterface, { ...fixed, Ipv4PrefixCount: 1 }), /^InsufficientCidrBlocks: /);
  const { SubnetId } = subnetOf("10.0.6.0/26") ?? {};
  const crowd = Array.from({ length: 12 }, (_, index) => ({ PrivateIpAddress: `10.0.6.${index + 4}`, Primary: index === 0 }));
  region.does(createNetworkInterface, { SubnetId, PrivateIpAddresses: crowd });
  const made = region.does(createNetworkInterface, { SubnetId, Ipv4Prefixes: [{ Ipv4Prefix: "10.0.6.16/28" }] }).NetworkInterface;
  assert.deepEqual([made?.PrivateIpAddress, prefixesOf(made)], ["10.0.6.32", ["10.0.6.16/28"]]);
  const wide = subnetOf("10.0.7.0/25")?.SubnetId;
  region.does(createNetworkInterface, { SubnetId: wide, SecondaryPrivateIpAddressCount: 11 });
  const next = region.does(createNetworkInterface, { SubnetId: wide, Ipv4PrefixCount: 1 }).NetworkInterface;
  assert.deepEqual([next?.PrivateIpAddress, prefixesOf(next)], ["10.0.7.16", ["10.0.7.32/28"]]);
});

test("the first and the last block of a subnet are never delegated", () => {
  const { region, subnetOf } = setting();
  const { SubnetId } = subnetOf("10.0.7.0/26") ?? {};
  const made = region.does(createNetworkInterface, { SubnetId, Ipv4PrefixCount: 2 }).NetworkInterface;
  assert.deepEqual(prefixesOf(made), ["10.0.7.16/28", "10.0.7.32/28"]);
  const more = { NetworkInterfaceId: made?.NetworkInterfaceId, Ipv4PrefixCount: 1 };
  assert.equal(
    region.refuses(assignPrivateIpAddresses, more),
    "InsufficientCidrBlocks: The specified subnet does not have enough free cidr blocks to satisfy the request.",
  );
  const small = subnetOf("10.0.8.0/28")?.SubnetId;
  assert.match(region.refuses(createNetworkInterface, { SubnetId: small, Ipv4PrefixCount: 1 }), /^InsufficientCidrBlocks: /);
});

test("IPv6 blocks are /80", () => {
  const { region, create, six } = setting();
  const made = create({ Ipv6PrefixCount: 1 });
  assert.deepEqual(ipv6PrefixesOf(made), [`${six}:1::/80`]);
  const NetworkInterfaceId = made?.NetworkInterfaceId;
  const named = region.does(assignIpv6Addresses, { NetworkInterfaceId, Ipv6Prefixes: [`${six}:3::/80`] });
  assert.deepEqual([named.AssignedIpv6Addresses, named.AssignedIpv6Prefixes], [[], [`${six}:3::/80`]]);
  const mixed = region.does(assignIpv6Addresses, { NetworkInterfaceId, Ipv6AddressCount: 1, Ipv6PrefixCount: 2 });
  assert.deepEqual([mixed.AssignedIpv6Addresses, mixed.AssignedIpv6Prefixes], [[`${six}::4`], [`${six}:2::/80`, `${six}:4::/80`]]);
  assert.equal(
    region.refuses(assignIpv6Addresses, { NetworkInterfaceId, Ipv6Addresses: [`${six}:3::9`] }),
    `InvalidIPAddress.InUse: Address ${six}:3::9 is in use.`,
  );
});

test("CreateNetworkInterface refuses prefixes, in order", () => {
  const { region, subnet, create, subnetOf } = setting();
  create({ PrivateIpAddress: "10.0.1.70", Ipv4Prefixes: [{ Ipv4Prefix: "10.0.1.96/28" }] });
  const four = (...texts: string[]) => ({ Ipv4Prefixes: texts.map((Ipv4Prefix) => ({ Ipv4Prefix })) });
  const nowhere = "subnet-0fffffffffffffff1";
  const malformed = (text: string, family: 4 | 6) =>
    `InvalidParameterValue: Value (${text}) for parameter ipv${family}Prefix is invalid. Expecting a block with a length of /${family === 4 ? 28 : 80}.`;
  const cases: [Partial<Input<"CreateNetworkInterface">>, string][] = [
    [
      { ...four("x"), Ipv4PrefixCount: 1, SubnetId: nowhere },
      "InvalidParameterCombination: The parameters ipv4Prefix and ipv4PrefixCount cannot be used together",
    ],
    [{ Ipv4PrefixCount: -1, SubnetId: nowhere }, "InvalidParameterValue: Value (-1) for parameter ipv4PrefixCount is invalid."],
    ...["10.0.1.16", "10.0.1.16/27", "10.0.1.17/28", "10.0.1.16/28/28", "2001:db8::/28"].map(
      (text): [Partial<Input<"CreateNetworkInterface">>, string] => [{ ...four(text), SubnetId: nowhere }, malformed(text, 4)],
    ),
    [{ Ipv6Prefixes: [{ Ipv6Prefix: "2001:db8::1/80" }], SubnetId: nowhere }, malformed("2001:db8::1/80", 6)],
    [
      { ...four("10.0.1.16/28"), SecondaryPrivateIpAddressCount: 1, SubnetId: nowhere },
      "InvalidParameterCombination: The parameters privateIpAddress and ipv4Prefix cannot be used together",
    ],
    [
      { Ipv6PrefixCount: 1, Ipv6AddressCount: 1, SubnetId: nowhere },
      "InvalidParameterCombination: The parameters ipv6Address and ipv6Prefix cannot be used together",
    ],
    [{ Ipv4PrefixCount: 50 }, "PrivateIpAddressLimitExceeded: The maximum number of addresses per interface is 50"],
    [four("10.0.2.16/28"), "InvalidParameterValue: Prefix 10.0.2.16/28 does not fall within the subnet's address range"],
    [four("10.0.1.0/28"), "InvalidParameterValue: Prefix 10.0.1.0/28 is in subnet's reserved address range"],
    [four("10.0.1.240/28"), "InvalidParameterValue: Prefix 10.0.1.240/28 is in subnet's reserved address range"],
    [four("10.0.1.64/28"), "InvalidIPAddress.InUse: Prefix 10.0.1.64/28 is in use."],
    [four("10.0.1.96/28"), "InvalidIPAddress.InUse: Prefix 10.0.1.96/28 is in use."],
    [four("10.0.1.32/28", "10.0.1.32/28"), "InvalidIPAddress.InUse: Prefix 10.0.1.32/28 is in use."],
    [{ ...four("10.0.1.32/28"), PrivateIpAddress: "10.0.1.33" }, "InvalidIPAddress.InUse: Address 10.0.1.33 is in use."],
    [{ PrivateIpAddress: "10.0.1.100" }, "InvalidIPAddress.InUse: Address 10.0.1.100 is in use."],
  ];
  for (const [input, expected] of cases) {
    assert.equal(region.refuses(createNetworkInterface, { SubnetId: subnet, ...input }), expected);
  }
  const plain = subnetOf("10.0.3.0/24")?.SubnetId;
  assert.equal(
    region.refuses(createNetworkInterface, { SubnetId: plain, Ipv6PrefixCount: 1 }),
    `InvalidParameterValue: The subnet '${plain}' does not have an IPv6 CIDR block associated with it.`,
  );
});

test("prefixes are assigned and unassigned, with addresses or without", () => {
  const { region, create, shown, free, six } = setting();
  const NetworkInterfaceId = create({})?.NetworkInterfaceId;
  const both = region.does(assignPrivateIpAddresses, { NetworkInterfaceId, SecondaryPrivateIpAddressCount: 1, Ipv4PrefixCount: 1 });
  assert.deepEqual(both.AssignedPrivateIpAddresses, [{ PrivateIpAddress: "10.0.1.5" }]);
  assert.deepEqual(both.AssignedIpv4Prefixes, [{ Ipv4Prefix: "10.0.1.16/28" }]);
  region.does(assignPrivateIpAddresses, { NetworkInterfaceId, Ipv4Prefixes: ["10.0.1.64/28"] });
  region.does(assignIpv6Addresses, { NetworkInterfaceId, Ipv6PrefixCount: 1 });
  assert.equal(free(), 251 - 2 - 32);
  assert.match(
    region.refuses(unassignPrivateIpAddresses, { NetworkInterfaceId, Ipv4Prefixes: ["10.0.1.16/28", "10.0.1.32/28"] }),
    /^InvalidParameterValue: Some of \[10.0.1.32\/28\] prefixes are not assigned/,
  );
  assert.match(region.refuses(unassignPrivateIpAddresses, { NetworkInterfaceId, Ipv4Prefixes: ["10.0.1.16/27"] }), /^InvalidParameterValue: Value /);
  assert.match(region.refuses(unassignPrivateIpAddresses, { NetworkInterfaceId }), /^MissingParameter: /);
  region.does(unassignPrivateIpAddresses, { NetworkInterfaceId, PrivateIpAddresses: ["10.0.1.5"], Ipv4Prefixes: ["10.0.1.16/28"] });
  assert.deepEqual([prefixesOf(shown(NetworkInterfaceId)), free()], [["10.0.1.64/28"], 251 - 1 - 16]);
  const gone = region.does(unassignIpv6Addresses, { NetworkInterfaceId, Ipv6Prefixes: [`${six}:1::/80`] });
  assert.deepEqual(gone.UnassignedIpv6Prefixes, [`${six}:1::/80`]);
  region.does(unassignPrivateIpAddresses, { NetworkInterfaceId, Ipv4Prefixes: ["10.0.1.64/28"] });
  assert.deepEqual([prefixesOf(shown(NetworkInterfaceId)), ipv6PrefixesOf(shown(NetworkInterfaceId)), free()], [undefined, undefined, 250]);
});

test("a launched instance has prefixes, which count against its type", () => {
  const { region, subnet, create } = setting();
  const base = { ImageId: hostImage(region.call), InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 } as const;
  const with4 = (Ipv4PrefixCount: number) => ({ ...base, NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: subnet, Ipv4PrefixCount }] });
  assert.equal(region.refuses(runInstances, with4(2)), "PrivateIpAddressLimitExceeded: The maximum number of addresses per interface is 2");
  const [made] = region.does(runInstances, with4(1)).Instances ?? [];
  region.lives((world) => applyChanges(world, everywhere(world, "instance").map((one) => put(started(one, region.call.now)))));
  const [shown] = region.does(describeInstances, {}).Reservations?.[0]?.Instances ?? [];
  assert.deepEqual(shown?.NetworkInterfaces?.[0]?.Ipv4Prefixes, [{ Ipv4Prefix: "10.0.1.16/28" }]);
  const NetworkInterfaceId = made?.NetworkInterfaces?.[0]?.NetworkInterfaceId;
  const full = "PrivateIpAddressLimitExceeded: The maximum number of addresses per interface is 0";
  assert.equal(region.refuses(assignPrivateIpAddresses, { NetworkInterfaceId, SecondaryPrivateIpAddressCount: 1 }), full);
  const wide = create({ Ipv4PrefixCount: 2 })?.NetworkInterfaceId;
  assert.match(
    region.refuses(attachNetworkInterface, { NetworkInterfaceId: wide, InstanceId: made?.InstanceId, DeviceIndex: 1 }),
    /^PrivateIpAddressLimitExceeded: /,
  );
  const many = { ...base, MaxCount: 2, NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: subnet, Ipv4Prefixes: [{ Ipv4Prefix: "10.0.1.64/28" }] }] };
  assert.match(region.refuses(runInstances, many), /^InvalidParameterCombination: Addresses may not be specified/);
});

test("an IPv6 block stays with its subnet while a part of it is delegated", () => {
  const { region, create, association, six } = setting();
  const NetworkInterfaceId = create({ Ipv6PrefixCount: 1 })?.NetworkInterfaceId;
  assert.match(region.refuses(disassociateSubnetCidrBlock, { AssociationId: association }), /^DependencyViolation: /);
  region.does(unassignIpv6Addresses, { NetworkInterfaceId, Ipv6Prefixes: [`${six}:1::/80`] });
  region.does(disassociateSubnetCidrBlock, { AssociationId: association });
});
