import assert from "node:assert/strict";
import { test } from "node:test";
import { assignIpv6Addresses, assignPrivateIpAddresses } from "../../../src/api/ec2/assign-addresses.ts";
import { attachNetworkInterface, detachNetworkInterface } from "../../../src/api/ec2/attach-network-interface.ts";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { deleteNetworkInterface } from "../../../src/api/ec2/delete-network-interface.ts";
import { describeNetworkInterfaces } from "../../../src/api/ec2/describe-network-interfaces.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import {
  describeNetworkInterfaceAttribute,
  modifyNetworkInterfaceAttribute,
  resetNetworkInterfaceAttribute,
} from "../../../src/api/ec2/network-interface-attribute.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { unassignIpv6Addresses, unassignPrivateIpAddresses } from "../../../src/api/ec2/unassign-addresses.ts";
import { started } from "../../../src/model/instance.ts";
import { applyChanges, everywhere, put } from "../../../src/model/world.ts";
import { Region } from "./region.ts";

const shownOf = (region: Region, id = "") =>
  region.does(describeNetworkInterfaces, { NetworkInterfaceIds: [id] }).NetworkInterfaces?.[0];

function withInstance(InstanceType: "m5.large" | "t3.micro" = "m5.large") {
  const region = new Region();
  const { vpc, subnet } = region.network();
  const ImageId = hostImage(region.call);
  const run = region.does(runInstances, { ImageId, InstanceType, MinCount: 1, MaxCount: 1, SubnetId: subnet });
  region.lives((world) => applyChanges(world, everywhere(world, "instance").map((one) => put(started(one, region.call.now)))));
  const [instance] = run.Instances ?? [];
  return { region, vpc, subnet, instance: instance?.InstanceId ?? "", primary: instance?.NetworkInterfaces?.[0] };
}

test("an interface gets the lowest free address, the default group and an address card of its own", () => {
  const region = new Region();
  const { subnet } = region.network();
  const first = region.does(createNetworkInterface, { SubnetId: subnet }).NetworkInterface;
  const second = region.does(createNetworkInterface, { SubnetId: subnet, Description: "the second" }).NetworkInterface;
  assert.deepEqual([first?.PrivateIpAddress, second?.PrivateIpAddress], ["10.0.1.4", "10.0.1.5"]);
  assert.notEqual(first?.MacAddress, second?.MacAddress);
  assert.deepEqual([second?.Status, second?.Description, second?.SourceDestCheck], ["available", "the second", true]);
  assert.deepEqual(second?.Groups?.map((group) => group.GroupName), ["default"]);
  region.does(deleteNetworkInterface, { NetworkInterfaceId: first?.NetworkInterfaceId });
  assert.equal(region.does(createNetworkInterface, { SubnetId: subnet }).NetworkInterface?.PrivateIpAddress, "10.0.1.4");
});

test("groups are kept in the order given, each once", () => {
  const region = new Region();
  const { vpc, subnet } = region.network();
  const [a = "", b = "", c = ""] = ["a", "b", "c"].map((name) => region.group(vpc, name));
  const eni = region.does(createNetworkInterface, { SubnetId: subnet, Groups: [c, a, c, b] }).NetworkInterface;
  assert.deepEqual(eni?.Groups?.map((group) => group.GroupId), [c, a, b]);
  const NetworkInterfaceId = eni.NetworkInterfaceId;
  region.does(modifyNetworkInterfaceAttribute, { NetworkInterfaceId, Groups: [b, a] });
  assert.deepEqual(shownOf(region, NetworkInterfaceId)?.Groups?.map((group) => group.GroupId), [b, a]);
  assert.match(region.refuses(modifyNetworkInterfaceAttribute, { NetworkInterfaceId, Groups: [] }), /^MissingParameter: /);
  const six = Array.from({ length: 6 }, (_, index) => region.group(vpc, `many ${index}`));
  const limit = "SecurityGroupsPerInterfaceLimitExceeded: The maximum number of security groups per interface has been reached.";
  assert.equal(region.refuses(modifyNetworkInterfaceAttribute, { NetworkInterfaceId, Groups: six }), limit);
  assert.equal(region.refuses(createNetworkInterface, { SubnetId: subnet, Groups: six }), limit);
});

test("CreateNetworkInterface refuses, in order", () => {
  const region = new Region();
  const { subnet } = region.network();
  const elsewhere = region.group(region.network("10.8.0.0/16", "10.8.1.0/24").vpc, "elsewhere");
  region.does(createNetworkInterface, { SubnetId: subnet, PrivateIpAddress: "10.0.1.77" });
  const unknown = "subnet-0fffffffffffffff1";
  const cases: [Parameters<typeof createNetworkInterface.run>[1], string][] = [
    [{ SubnetId: unknown, PrivateIpAddress: "x", EnablePrimaryIpv6: true }, "UnsupportedOperation: The parameter EnablePrimaryIpv6 is not supported."],
    [
      { SubnetId: unknown, PrivateIpAddress: "10.0.1.256" },
      "InvalidParameterValue: Value (10.0.1.256) for parameter privateIpAddress is invalid. Not a valid IPv4 address.",
    ],
    [
      { SubnetId: unknown, PrivateIpAddresses: [{ PrivateIpAddress: "10.0.1.9" }], SecondaryPrivateIpAddressCount: 1 },
      "InvalidParameterCombination: The parameters privateIpAddress and privateIpAddressCount cannot be used together",
    ],
    [{ SubnetId: "subnet-x", Groups: ["x"] }, "InvalidSubnetID.Malformed: The subnet ID 'subnet-x' is malformed"],
    [{ SubnetId: unknown, Groups: ["x"] }, `InvalidSubnetID.NotFound: The subnet ID '${unknown}' does not exist`],
    [
      { SubnetId: subnet, Groups: ["x"], PrivateIpAddress: "10.0.2.4" },
      'InvalidGroupId.Malformed: Invalid id: "x" (expecting "sg-...")',
    ],
    [
      { SubnetId: subnet, Groups: [elsewhere], PrivateIpAddress: "10.0.2.4" },
      "InvalidGroup.NotFound: You have specified two resources that belong to different networks.",
    ],
    [{ SubnetId: subnet, PrivateIpAddress: "10.0.2.4" }, "InvalidParameterValue: Address 10.0.2.4 does not fall within the subnet's address range"],
    [{ SubnetId: subnet, PrivateIpAddress: "10.0.1.3" }, "InvalidParameterValue: Address 10.0.1.3 is in subnet's reserved address range"],
    [{ SubnetId: subnet, PrivateIpAddress: "10.0.1.255" }, "InvalidParameterValue: Address 10.0.1.255 is in subnet's reserved address range"],
    [{ SubnetId: subnet, PrivateIpAddress: "10.0.1.77" }, "InvalidIPAddress.InUse: Address 10.0.1.77 is in use."],
    [{ SubnetId: subnet, SecondaryPrivateIpAddressCount: 2_000_000_000 }, "PrivateIpAddressLimitExceeded: The maximum number of addresses per interface is 50"],
    [{ SubnetId: subnet, Ipv6AddressCount: 1 }, `InvalidParameterValue: The subnet '${subnet}' does not have an IPv6 CIDR block associated with it.`],
  ];
  for (const [input, expected] of cases) assert.equal(region.refuses(createNetworkInterface, input), expected);
});

test("a full subnet refuses", () => {
  const region = new Region();
  const { vpc } = region.network();
  const SubnetId = region.does(createSubnet, { VpcId: vpc, CidrBlock: "10.0.9.0/28" }).Subnet?.SubnetId;
  const made = region.does(createNetworkInterface, { SubnetId, SecondaryPrivateIpAddressCount: 10 }).NetworkInterface;
  assert.deepEqual(
    made?.PrivateIpAddresses?.map((address) => [address.PrivateIpAddress, address.Primary]),
    Array.from({ length: 11 }, (_, index) => [`10.0.9.${index + 4}`, index === 0]),
  );
  assert.match(region.refuses(createNetworkInterface, { SubnetId }), /^InsufficientFreeAddressesInSubnet: /);
});

test("a primary address is first, even when only secondary ones are named", () => {
  const region = new Region();
  const { subnet } = region.network();
  const addressesOf = (input: object) =>
    region
      .does(createNetworkInterface, { SubnetId: subnet, ...input })
      .NetworkInterface?.PrivateIpAddresses?.map((address) => address.PrivateIpAddress);
  const named = [{ PrivateIpAddress: "10.0.1.4" }, { PrivateIpAddress: "10.0.1.60", Primary: true }];
  assert.deepEqual(addressesOf({ PrivateIpAddresses: named }), ["10.0.1.60", "10.0.1.4"]);
  assert.deepEqual(addressesOf({ PrivateIpAddresses: [{ PrivateIpAddress: "10.0.1.5" }] }), ["10.0.1.6", "10.0.1.5"]);
});

test("addresses are assigned, moved and unassigned; never the primary one", () => {
  const region = new Region();
  const { subnet } = region.network();
  const [a, b] = ["10.0.1.10", "10.0.1.20"].map(
    (PrivateIpAddress) => region.does(createNetworkInterface, { SubnetId: subnet, PrivateIpAddress }).NetworkInterface?.NetworkInterfaceId,
  );
  const has = (id?: string) => shownOf(region, id)?.PrivateIpAddresses?.map((address) => address.PrivateIpAddress);
  const out = region.does(assignPrivateIpAddresses, { NetworkInterfaceId: a, SecondaryPrivateIpAddressCount: 2 });
  assert.deepEqual(out.AssignedPrivateIpAddresses, [{ PrivateIpAddress: "10.0.1.4" }, { PrivateIpAddress: "10.0.1.5" }]);
  const take = { NetworkInterfaceId: b, PrivateIpAddresses: ["10.0.1.5"] };
  assert.equal(region.refuses(assignPrivateIpAddresses, take), "InvalidIPAddress.InUse: Address 10.0.1.5 is in use.");
  region.does(assignPrivateIpAddresses, { ...take, AllowReassignment: true });
  assert.deepEqual([has(a), has(b)], [["10.0.1.10", "10.0.1.4"], ["10.0.1.20", "10.0.1.5"]]);
  const primary = { NetworkInterfaceId: b, PrivateIpAddresses: ["10.0.1.10"], AllowReassignment: true };
  assert.equal(region.refuses(assignPrivateIpAddresses, primary), "InvalidIPAddress.InUse: Address 10.0.1.10 is in use.");
  const both = { ...primary, PrivateIpAddresses: ["10.0.1.4", "10.0.1.10"] };
  assert.equal(region.refuses(assignPrivateIpAddresses, both), "InvalidIPAddress.InUse: Address 10.0.1.10 is in use.");
  const unassign = (...PrivateIpAddresses: string[]) => ({ NetworkInterfaceId: a, PrivateIpAddresses });
  assert.match(region.refuses(unassignPrivateIpAddresses, unassign("10.0.1.4", "10.0.1.99")), /^InvalidParameterValue: Some of \[10.0.1.99\] addresses are not assigned/);
  assert.match(region.refuses(unassignPrivateIpAddresses, unassign("10.0.1.10")), /^InvalidParameterValue: The primary private IP address/);
  region.does(unassignPrivateIpAddresses, unassign("10.0.1.4"));
  assert.deepEqual(has(a), ["10.0.1.10"]);
});

test("IPv6 addresses are the same thing with another width", () => {
  const region = new Region();
  const vpc = region.does(createVpc, { CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: true }).Vpc;
  const Ipv6CidrBlock = vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock?.replace("/56", "/64") ?? "";
  const prefix = Ipv6CidrBlock.replace("/64", "");
  const SubnetId = region.does(createSubnet, { VpcId: vpc?.VpcId, CidrBlock: "10.0.1.0/24", Ipv6CidrBlock }).Subnet?.SubnetId;
  const NetworkInterfaceId = region.does(createNetworkInterface, { SubnetId, Ipv6AddressCount: 1 }).NetworkInterface?.NetworkInterfaceId;
  const has = () => shownOf(region, NetworkInterfaceId)?.Ipv6Addresses?.map((address) => address.Ipv6Address);
  assert.deepEqual(has(), [`${prefix}4`]);
  const out = region.does(assignIpv6Addresses, { NetworkInterfaceId, Ipv6Addresses: [`${prefix}00AB`] });
  assert.deepEqual(out.AssignedIpv6Addresses, [`${prefix}ab`]);
  assert.deepEqual(has(), [`${prefix}4`, `${prefix}ab`]);
  assert.match(region.refuses(assignIpv6Addresses, { NetworkInterfaceId, Ipv6Addresses: [`${prefix}3`] }), /reserved address range$/);
  region.does(unassignIpv6Addresses, { NetworkInterfaceId, Ipv6Addresses: [`${prefix}4`] });
  assert.deepEqual(has(), [`${prefix}ab`]);
});

test("attach and detach: a free slot in the same zone, and never the primary interface", () => {
  const { region, vpc, subnet, instance, primary } = withInstance("t3.micro");
  const other = region.does(createSubnet, { VpcId: vpc, CidrBlock: "10.0.7.0/24", AvailabilityZone: "us-east-1c" }).Subnet?.SubnetId;
  const make = (SubnetId?: string) => region.does(createNetworkInterface, { SubnetId }).NetworkInterface?.NetworkInterfaceId;
  const [eni, far, third] = [make(subnet), make(other), make(subnet)];
  const attach = (NetworkInterfaceId = "", DeviceIndex = 1) => ({ NetworkInterfaceId, DeviceIndex, InstanceId: instance });
  assert.equal(region.refuses(attachNetworkInterface, attach(eni, 0)), `InvalidParameterValue: Instance '${instance}' already has an interface attached at device index '0'.`);
  assert.equal(
    region.refuses(attachNetworkInterface, attach(far, 0)),
    "InvalidParameterCombination: You may not attach a network interface to an instance if they are not in the same availability zone",
  );
  const { AttachmentId } = region.does(attachNetworkInterface, attach(eni));
  assert.equal(shownOf(region, eni)?.Status, "in-use");
  assert.equal(region.refuses(attachNetworkInterface, attach(eni, 2)), `InvalidNetworkInterface.InUse: Interface: [${eni}] in use.`);
  assert.equal(region.refuses(attachNetworkInterface, attach(third, 2)), "AttachmentLimitExceeded: Interface count 3 exceeds the limit for t3.micro");
  assert.match(region.refuses(deleteNetworkInterface, { NetworkInterfaceId: eni }), new RegExp(`is currently in use: ${instance}$`));
  assert.equal(
    region.refuses(detachNetworkInterface, { AttachmentId: primary?.Attachment?.AttachmentId }),
    "OperationNotPermitted: The network interface at device index 0 and networkCard index 0 cannot be detached.",
  );
  region.does(detachNetworkInterface, { AttachmentId });
  assert.equal(shownOf(region, eni)?.Status, "available");
  assert.equal(region.refuses(detachNetworkInterface, { AttachmentId }), `InvalidAttachmentID.NotFound: The attachment ID '${AttachmentId}' does not exist`);
  assert.match(region.refuses(detachNetworkInterface, { AttachmentId: "eni-attach-x" }), /^InvalidNetworkInterfaceAttachmentId.Malformed: /);
});

test("attributes of an interface: one per call, shown and reset", () => {
  const { region, primary } = withInstance();
  const NetworkInterfaceId = primary?.NetworkInterfaceId;
  const modify = (input: object) => region.does(modifyNetworkInterfaceAttribute, { NetworkInterfaceId, ...input });
  const show = (Attribute: "description" | "sourceDestCheck" | "attachment" | "groupSet") =>
    region.does(describeNetworkInterfaceAttribute, { NetworkInterfaceId, Attribute });
  modify({ Description: { Value: "front" } });
  modify({ SourceDestCheck: { Value: false } });
  modify({ Attachment: { AttachmentId: primary?.Attachment?.AttachmentId, DeleteOnTermination: false } });
  assert.equal(show("description").Description?.Value, "front");
  assert.equal(show("sourceDestCheck").SourceDestCheck?.Value, false);
  assert.equal(show("attachment").Attachment?.DeleteOnTermination, false);
  assert.equal(show("groupSet").Groups?.length, 1);
  region.does(resetNetworkInterfaceAttribute, { NetworkInterfaceId });
  assert.equal(show("sourceDestCheck").SourceDestCheck?.Value, true);
  const both = { NetworkInterfaceId, Description: { Value: "x" }, SourceDestCheck: { Value: true } };
  assert.match(region.refuses(modifyNetworkInterfaceAttribute, both), /^InvalidParameterCombination: /);
});
