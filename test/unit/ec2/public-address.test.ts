import assert from "node:assert/strict";
import { test } from "node:test";
import { allocateAddress, releaseAddress } from "../../../src/api/ec2/allocate-address.ts";
import { associateAddress, disassociateAddress } from "../../../src/api/ec2/associate-address.ts";
import { attachInternetGateway } from "../../../src/api/ec2/attach-internet-gateway.ts";
import { attachNetworkInterface } from "../../../src/api/ec2/attach-network-interface.ts";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { describeAddresses } from "../../../src/api/ec2/describe-addresses.ts";
import { describeInstances } from "../../../src/api/ec2/describe-instances.ts";
import { describeNetworkInterfaces } from "../../../src/api/ec2/describe-network-interfaces.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { startInstances, stopInstances, terminateInstances } from "../../../src/api/ec2/instance-state.ts";
import { createInternetGateway } from "../../../src/api/ec2/internet-gateway.ts";
import { modifySubnetAttribute } from "../../../src/api/ec2/modify-subnet-attribute.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { modifyVpcAttribute } from "../../../src/api/ec2/vpc-attribute.ts";
import type { Input } from "../../../src/api/operation.ts";
import { started, stopped, terminated } from "../../../src/model/instance.ts";
import { freePublicAddress, publicNameOf } from "../../../src/model/public-address.ts";
import { applyChanges, everywhere, put } from "../../../src/model/world.ts";
import { cidrOf } from "../../../src/values/ip.ts";
import { Region } from "./region.ts";

type RunInput = Input<"RunInstances">;

/** A VPC with an internet gateway, a subnet that gives its instances public addresses, and one that does not. */
function setting(publicPool = "198.51.100.0/28") {
  const region = new Region({ publicPool });
  const { vpc, subnet: inner } = region.network();
  const InternetGatewayId = region.does(createInternetGateway, {}).InternetGateway?.InternetGatewayId;
  region.does(attachInternetGateway, { InternetGatewayId, VpcId: vpc });
  const outer = region.does(createSubnet, { VpcId: vpc, CidrBlock: "10.0.2.0/24" }).Subnet?.SubnetId ?? "";
  region.does(modifySubnetAttribute, { SubnetId: outer, MapPublicIpOnLaunch: { Value: true } });
  const base: RunInput = { ImageId: hostImage(region.call), InstanceType: "m5.large", MinCount: 1, MaxCount: 1 };
  const run = (input: Partial<RunInput>) => {
    const made = region.does(runInstances, { ...base, ...input }).Instances?.map((one) => one.InstanceId ?? "") ?? [];
    settle(region);
    return made;
  };
  const shown = (id = "") => region.does(describeInstances, { InstanceIds: [id] }).Reservations?.[0]?.Instances?.[0];
  return { region, vpc, inner, outer, base, run, shown };
}

/** The host finishes what each instance is in the middle of. */
const settle = (region: Region): void =>
  region.lives((world) =>
    applyChanges(
      world,
      everywhere(world, "instance").flatMap((one) => {
        if (one.state === "pending") return [put(started(one, region.call.now))];
        if (one.state === "stopping") return [put(stopped(one, region.call.now))];
        return one.state === "shutting-down" ? terminated(world, one, region.call.now) : [];
      }),
    ),
  );

test("the subnet decides whether an instance gets a public address, unless the launch does", () => {
  const { inner, outer, run, shown } = setting();
  const launched = (spec: NonNullable<RunInput["NetworkInterfaces"]>[number]) =>
    shown(run({ NetworkInterfaces: [{ DeviceIndex: 0, ...spec }] })[0])?.PublicIpAddress;
  assert.equal(shown(run({ SubnetId: outer })[0])?.PublicIpAddress, "198.51.100.2");
  assert.equal(shown(run({ SubnetId: inner })[0])?.PublicIpAddress, undefined);
  assert.equal(launched({ SubnetId: inner, AssociatePublicIpAddress: true }), "198.51.100.3");
  assert.equal(launched({ SubnetId: outer, AssociatePublicIpAddress: false }), undefined);
  assert.equal(launched({ SubnetId: inner }), undefined);
});

test("an instance in the default VPC has a public address and a name for it", () => {
  const { region, run, shown } = setting();
  const one = shown(run({})[0]);
  assert.deepEqual([one?.PublicIpAddress, one?.PublicDnsName], ["198.51.100.2", "ec2-198-51-100-2.compute-1.amazonaws.com"]);
  const [eni] = one?.NetworkInterfaces ?? [];
  const association = { PublicIp: "198.51.100.2", PublicDnsName: "ec2-198-51-100-2.compute-1.amazonaws.com", IpOwnerId: "amazon" };
  assert.deepEqual({ ...eni?.Association }, { ...association, AllocationId: undefined, AssociationId: undefined });
  assert.deepEqual(eni?.PrivateIpAddresses?.[0]?.Association, eni?.Association);
  assert.deepEqual(region.does(describeAddresses, {}).Addresses, []);
});

test("releasing an elastic IP ends its association in the default VPC, and the instance gets another address", () => {
  const { region, inner, run, shown } = setting();
  const { AllocationId } = region.does(allocateAddress, { Address: "198.51.100.9" });
  const [common, own] = [run({})[0], run({ SubnetId: inner })[0]];
  region.does(associateAddress, { AllocationId, InstanceId: own });
  assert.equal(region.refuses(releaseAddress, { AllocationId }), "InvalidIPAddress.InUse: Address 198.51.100.9 is in use.");
  region.does(associateAddress, { AllocationId, InstanceId: common });
  assert.equal(shown(common)?.PublicIpAddress, "198.51.100.9");
  region.does(releaseAddress, { AllocationId });
  assert.equal(shown(common)?.PublicIpAddress, "198.51.100.2");
  assert.deepEqual(region.does(describeAddresses, {}).Addresses, []);
});

test("private names are those of interfaces where the VPC gives names, and always the instance's", () => {
  const { region, vpc, inner, run, shown } = setting();
  const [id] = run({ SubnetId: inner });
  const name = "ip-10-0-1-4.ec2.internal";
  const names = () => {
    const [eni] = shown(id)?.NetworkInterfaces ?? [];
    return [shown(id)?.PrivateDnsName, eni?.PrivateDnsName, eni?.PrivateIpAddresses?.[0]?.PrivateDnsName];
  };
  const found = () =>
    region.does(describeInstances, { Filters: [{ Name: "network-interface.private-dns-name", Values: [name] }] }).Reservations?.length;
  assert.deepEqual([names(), found()], [[name, undefined, undefined], 0]);
  region.does(modifyVpcAttribute, { VpcId: vpc, EnableDnsHostnames: { Value: true } });
  assert.deepEqual([names(), found()], [[name, name, name], 1]);
});

test("public names follow the region, and are there only where the VPC gives names", () => {
  assert.equal(publicNameOf("eu-west-1", "203.0.113.25"), "ec2-203-0-113-25.eu-west-1.compute.amazonaws.com");
  const { region, vpc, outer, run, shown } = setting();
  const [id] = run({ SubnetId: outer });
  assert.equal(shown(id)?.PublicDnsName, "");
  region.does(modifyVpcAttribute, { VpcId: vpc, EnableDnsHostnames: { Value: true } });
  assert.equal(shown(id)?.PublicDnsName, "ec2-198-51-100-2.compute-1.amazonaws.com");
});

test("of several interfaces the primary one gets the subnet's public address", () => {
  const { outer, run, shown } = setting();
  const [id] = run({ NetworkInterfaces: [{ DeviceIndex: 1, SubnetId: outer }, { DeviceIndex: 0, SubnetId: outer }] });
  assert.deepEqual(
    shown(id)?.NetworkInterfaces?.map(({ Attachment, Association }) => [Attachment?.DeviceIndex, Association?.PublicIp]),
    [[0, "198.51.100.2"], [1, undefined]],
  );
});

test("RunInstances refuses a public address where it can't be", () => {
  const { region, inner, outer, base } = setting();
  const NetworkInterfaceId = region.does(createNetworkInterface, { SubnetId: outer }).NetworkInterface?.NetworkInterfaceId;
  const several = "InvalidParameterCombination: The associatePublicIPAddress parameter cannot be specified when launching with multiple network interfaces";
  const cases: [RunInput["NetworkInterfaces"], string][] = [
    [[{ DeviceIndex: 0, SubnetId: inner, AssociatePublicIpAddress: true }, { DeviceIndex: 1, SubnetId: inner }], several],
    [[{ DeviceIndex: 0, SubnetId: inner }, { DeviceIndex: 1, SubnetId: inner, AssociatePublicIpAddress: false }], several],
    [
      [{ DeviceIndex: 1, SubnetId: inner, AssociatePublicIpAddress: true }],
      "InvalidParameterCombination: A network interface with device index 0 must be specified.",
    ],
    [
      [{ DeviceIndex: 0, NetworkInterfaceId, AssociatePublicIpAddress: true }],
      "InvalidParameterCombination: A network interface and associatePublicIpAddress may not be specified together",
    ],
  ];
  for (const [NetworkInterfaces, expected] of cases) {
    assert.equal(region.refuses(runInstances, { ...base, NetworkInterfaces }), expected);
  }
});

test("an interface that was there before a launch has no public address", () => {
  const { region, outer, run, shown } = setting();
  const made = region.does(createNetworkInterface, { SubnetId: outer }).NetworkInterface;
  assert.equal(made?.Association, undefined);
  const [id] = run({ NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: made?.NetworkInterfaceId }] });
  assert.equal(shown(id)?.PublicIpAddress, undefined);
});

test("an exhausted pool launches as many as fit, starts none, and changes nothing when it refuses", () => {
  const { region, outer, base, run, shown } = setting("198.51.100.0/29");
  assert.match(region.refuses(runInstances, { ...base, SubnetId: outer, MinCount: 6, MaxCount: 9 }), /^InsufficientAddressCapacity: /);
  const ids = run({ SubnetId: outer, MinCount: 3, MaxCount: 9 });
  assert.deepEqual(
    ids.map((id) => shown(id)?.PublicIpAddress),
    [2, 3, 4, 5, 6].map((host) => `198.51.100.${host}`),
  );
  region.does(stopInstances, { InstanceIds: ids.slice(0, 2) });
  settle(region);
  region.does(allocateAddress, {});
  assert.match(region.refuses(startInstances, { InstanceIds: ids.slice(0, 2) }), /^InsufficientAddressCapacity: /);
  region.does(startInstances, { InstanceIds: ids.slice(1, 2) });
  assert.equal(shown(ids[1])?.PublicIpAddress, "198.51.100.3");
});

test("a public address goes when the instance stops, and another comes when it starts", () => {
  const { region, inner, outer, run, shown } = setting();
  const [id = "", unseen = ""] = [...run({ SubnetId: outer }), ...run({ SubnetId: inner })];
  region.does(stopInstances, { InstanceIds: [id, unseen] });
  settle(region);
  assert.deepEqual([shown(id)?.PublicIpAddress, shown(id)?.PublicDnsName], [undefined, ""]);
  assert.equal(region.does(allocateAddress, {}).PublicIp, "198.51.100.2");
  region.does(startInstances, { InstanceIds: [id, unseen] });
  settle(region);
  assert.deepEqual([shown(id)?.PublicIpAddress, shown(unseen)?.PublicIpAddress], ["198.51.100.3", undefined]);
  region.does(startInstances, { InstanceIds: [id] });
  assert.equal(shown(id)?.PublicIpAddress, "198.51.100.3");
});

test("no new public address for an instance with a second interface or an elastic IP", () => {
  const { region, outer, run, shown } = setting();
  const [paired = "", elastic = "", secondary = ""] = run({ SubnetId: outer, MinCount: 3, MaxCount: 3 });
  const NetworkInterfaceId = region.does(createNetworkInterface, { SubnetId: outer }).NetworkInterface?.NetworkInterfaceId;
  region.does(attachNetworkInterface, { InstanceId: paired, NetworkInterfaceId, DeviceIndex: 1 });
  region.does(associateAddress, { AllocationId: region.does(allocateAddress, {}).AllocationId, InstanceId: elastic });
  const [another] = run({ NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: outer, SecondaryPrivateIpAddressCount: 1 }] });
  const second = shown(another)?.NetworkInterfaces?.[0]?.PrivateIpAddresses?.[1]?.PrivateIpAddress;
  const AllocationId = region.does(allocateAddress, {}).AllocationId;
  region.does(associateAddress, { AllocationId, InstanceId: another, PrivateIpAddress: second });
  const ids = [paired, elastic, secondary, another ?? ""];
  region.does(stopInstances, { InstanceIds: ids });
  settle(region);
  region.does(startInstances, { InstanceIds: ids });
  assert.deepEqual(ids.map((id) => shown(id)?.PublicIpAddress !== undefined), [false, true, true, false]);
});

test("an elastic IP takes the place of an address from the pool, and gives way to another one of it", () => {
  const { region, outer, run, shown } = setting();
  const [id = "", other = ""] = run({ SubnetId: outer, MinCount: 2, MaxCount: 2 });
  const publicIps = () => [shown(id)?.PublicIpAddress, shown(other)?.PublicIpAddress];
  const { AllocationId, PublicIp } = region.does(allocateAddress, {});
  region.does(associateAddress, { AllocationId, InstanceId: id });
  assert.deepEqual(publicIps(), [PublicIp, "198.51.100.3"]);
  assert.equal(region.does(describeAddresses, {}).Addresses?.[0]?.InstanceId, id);
  assert.equal(region.does(allocateAddress, {}).PublicIp, "198.51.100.2");

  const { AssociationId } = region.does(associateAddress, { AllocationId, InstanceId: other });
  assert.deepEqual(publicIps(), ["198.51.100.3", PublicIp], "it moves");
  region.does(disassociateAddress, { AssociationId });
  assert.deepEqual(publicIps(), ["198.51.100.3", "198.51.100.5"], "it goes");
});

test("no address from the pool follows an elastic IP where none would come with a start, or none is left", () => {
  const { region, inner, outer, run, shown } = setting("198.51.100.0/28");
  const elastic = () => region.does(allocateAddress, {}).AllocationId;
  const NetworkInterfaceId = region.does(createNetworkInterface, { SubnetId: outer }).NetworkInterface?.NetworkInterfaceId;
  const cases: Record<string, { readonly subnet?: string; readonly meanwhile?: (id: string) => unknown; readonly secondary?: true }> = {
    "without one at its launch": { subnet: inner },
    "with a second interface": { meanwhile: (InstanceId) => region.does(attachNetworkInterface, { InstanceId, NetworkInterfaceId, DeviceIndex: 1 }) },
    "stopped": { meanwhile: (id) => [region.does(stopInstances, { InstanceIds: [id] }), settle(region)] },
    "with an elastic IP of a secondary address": { secondary: true },
    "no address left": { meanwhile: () => { while (freePublicAddress(region.world, cidrOf("198.51.100.0/28"))) elastic(); } },
  };
  for (const [name, { subnet = outer, meanwhile, secondary }] of Object.entries(cases)) {
    const [id = ""] = run({ NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: subnet, SecondaryPrivateIpAddressCount: 1 }] });
    const [primary, further] = shown(id)?.NetworkInterfaces?.[0]?.PrivateIpAddresses ?? [];
    const of = shown(id)?.NetworkInterfaces?.[0]?.NetworkInterfaceId;
    const associate = (PrivateIpAddress: string | undefined) => region.does(associateAddress, { AllocationId: elastic(), NetworkInterfaceId: of, PrivateIpAddress }).AssociationId;
    const AssociationId = associate(primary?.PrivateIpAddress);
    if (secondary) associate(further?.PrivateIpAddress);
    meanwhile?.(id);
    region.does(disassociateAddress, { AssociationId });
    assert.equal(shown(id)?.PublicIpAddress, undefined, name);
  }
});

test("an elastic IP stays through a stop, and is left when the instance is terminated", () => {
  const { region, outer, run, shown } = setting();
  const [id = ""] = run({ SubnetId: outer });
  const { AllocationId, PublicIp } = region.does(allocateAddress, {});
  region.does(associateAddress, { AllocationId, InstanceId: id });
  region.does(stopInstances, { InstanceIds: [id] });
  settle(region);
  assert.equal(shown(id)?.PublicIpAddress, PublicIp);
  region.does(terminateInstances, { InstanceIds: [id] });
  settle(region);
  const [left] = region.does(describeAddresses, {}).Addresses ?? [];
  assert.deepEqual([left?.AllocationId, left?.AssociationId, left?.NetworkInterfaceId], [AllocationId, undefined, undefined]);
});

test("an interface that outlives its instance has no public address from the pool", () => {
  const { region, outer, run } = setting();
  const [id = ""] = run({ NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: outer, DeleteOnTermination: false }] });
  region.does(terminateInstances, { InstanceIds: [id] });
  settle(region);
  const [eni] = region.does(describeNetworkInterfaces, {}).NetworkInterfaces ?? [];
  assert.deepEqual([eni?.Status, eni?.Association], ["available", undefined]);
  const [next] = run({ NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: eni?.NetworkInterfaceId }] });
  region.does(stopInstances, { InstanceIds: [next ?? ""] });
  settle(region);
  region.does(startInstances, { InstanceIds: [next ?? ""] });
  assert.equal(region.does(describeNetworkInterfaces, {}).NetworkInterfaces?.[0]?.Association, undefined);
});

test("AssociateAddress wants the interface of an instance that has several, and none that is gone", () => {
  const { region, inner, run } = setting();
  const { AllocationId } = region.does(allocateAddress, {});
  const [several] = run({ NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: inner }, { DeviceIndex: 1, SubnetId: inner }] });
  assert.match(region.refuses(associateAddress, { AllocationId, InstanceId: several }), /^InvalidInstanceID: There are multiple interfaces attached/);
  const [gone = ""] = run({ SubnetId: inner });
  region.does(terminateInstances, { InstanceIds: [gone] });
  settle(region);
  assert.match(region.refuses(associateAddress, { AllocationId, InstanceId: gone }), /^IncorrectInstanceState: .* is terminated.$/);
});

test("instances are found by their public addresses", () => {
  const { region, vpc, outer, run } = setting();
  region.does(modifyVpcAttribute, { VpcId: vpc, EnableDnsHostnames: { Value: true } });
  const [pooled, elastic] = run({ SubnetId: outer, MinCount: 2, MaxCount: 2 });
  const { AllocationId = "" } = region.does(allocateAddress, {});
  const { AssociationId = "" } = region.does(associateAddress, { AllocationId, InstanceId: elastic });
  for (const [Name, value, expected] of [
    ["ip-address", "198.51.100.2", pooled],
    ["ip-address", "198.51.100.4", elastic],
    ["dns-name", "ec2-198-51-100-4.*", elastic],
    ["network-interface.association.public-ip", "198.51.100.2", pooled],
    ["network-interface.association.ip-owner-id", "amazon", pooled],
    ["network-interface.association.allocation-id", AllocationId, elastic],
    ["network-interface.association.association-id", AssociationId, elastic],
    ["network-interface.association.public-dns-name", "ec2-198-51-100-2.*", pooled],
    ["network-interface.addresses.association.public-ip", "198.51.100.4", elastic],
    ["network-interface.addresses.association.ip-owner-id", "111122223333", elastic],
    ["network-interface.addresses.association.allocation-id", AllocationId, elastic],
    ["network-interface.addresses.association.association-id", AssociationId, elastic],
    ["network-interface.addresses.association.public-dns-name", "ec2-198-51-100-2.*", pooled],
  ] as const) {
    const found = region.does(describeInstances, { Filters: [{ Name, Values: [value] }] }).Reservations;
    assert.deepEqual(found?.flatMap(({ Instances = [] }) => Instances.map((one) => one.InstanceId)), [expected], Name);
  }
  const byName = region.does(describeNetworkInterfaces, {
    Filters: [{ Name: "association.public-dns-name", Values: ["ec2-198-51-100-2.*"] }],
  }).NetworkInterfaces;
  assert.deepEqual(byName?.map(({ Attachment }) => Attachment?.InstanceId), [pooled]);
});
