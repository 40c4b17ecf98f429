import assert from "node:assert/strict";
import { test } from "node:test";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { describeInstanceStatus } from "../../../src/api/ec2/describe-instance-status.ts";
import { describeInstances } from "../../../src/api/ec2/describe-instances.ts";
import { describeNetworkInterfaces } from "../../../src/api/ec2/describe-network-interfaces.ts";
import { getConsoleOutput } from "../../../src/api/ec2/get-console-output.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { describeInstanceAttribute, modifyInstanceAttribute } from "../../../src/api/ec2/instance-attribute.ts";
import { rebootInstances, startInstances, stopInstances, terminateInstances } from "../../../src/api/ec2/instance-state.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import type { Input } from "../../../src/api/operation.ts";
import { forgettable, started, stopped, terminated } from "../../../src/model/instance.ts";
import type { InstanceState } from "../../../src/model/resource.ts";
import { applyChanges, everywhere, need, put } from "../../../src/model/world.ts";
import { Region } from "./region.ts";

type RunInput = Input<"RunInstances">;

function setting() {
  const region = new Region();
  const { vpc, subnet } = region.network();
  const ImageId = hostImage(region.call);
  const run = (input: Partial<RunInput> = {}) =>
    region.does(runInstances, { ImageId, MinCount: 1, MaxCount: 1, SubnetId: subnet, ...input }).Instances ?? [];
  return { region, vpc, subnet, ImageId, run };
}

const describe = (region: Region, id: string) =>
  region.does(describeInstances, { InstanceIds: [id] }).Reservations?.[0]?.Instances?.[0];

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

test("RunInstances: pending instances, each with a primary interface", () => {
  const { region, subnet, vpc, run } = setting();
  const web = region.group(vpc, "web");
  const made = run({ MinCount: 2, MaxCount: 3, SecurityGroupIds: [web], InstanceType: "t3.small", KeyName: "mine" });
  assert.deepEqual(
    made.map((one) => [one.AmiLaunchIndex, one.PrivateIpAddress, one.State?.Name, one.InstanceType, one.KeyName]),
    [0, 1, 2].map((index) => [index, `10.0.1.${index + 4}`, "pending", "t3.small", "mine"]),
  );
  const shown = describe(region, made[1]?.InstanceId ?? "");
  assert.deepEqual([shown?.SubnetId, shown?.VpcId, shown?.Placement?.AvailabilityZone], [subnet, vpc, "us-east-1a"]);
  assert.deepEqual(shown?.SecurityGroups, [{ GroupId: web, GroupName: "web" }]);
  const [eni] = shown?.NetworkInterfaces ?? [];
  assert.deepEqual([eni?.Attachment?.DeviceIndex, eni?.Attachment?.DeleteOnTermination, eni?.Status], [0, true, "in-use"]);
  const reservations = region.does(describeInstances, {}).Reservations ?? [];
  assert.deepEqual(reservations.map((one) => one.Instances?.length), [3]);
});

test("without a subnet an instance goes to the default VPC, in the zone asked for", () => {
  const { region, run } = setting();
  const [first] = run({ SubnetId: undefined });
  const [second] = run({ SubnetId: undefined, Placement: { AvailabilityZone: "us-east-1c" } });
  assert.deepEqual([first?.PrivateIpAddress, second?.PrivateIpAddress], ["172.31.0.4", "172.31.32.4"]);
  assert.equal(first?.SecurityGroups?.[0]?.GroupName, "default");
  assert.equal(first.InstanceType, "m1.small");
  const [anywhere] = run({ SubnetId: undefined, Placement: { AvailabilityZone: "" } });
  assert.equal(anywhere?.Placement?.AvailabilityZone, "us-east-1a");
  assert.match(
    region.refuses(runInstances, { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, Placement: { AvailabilityZone: "mars-1a" } }),
    /^InvalidParameterValue: Invalid availability zone: \[mars-1a\]$/,
  );
});

test("tags of a launch go to what they are for", () => {
  const { region, run } = setting();
  const [one] = run({
    TagSpecifications: [
      { ResourceType: "instance", Tags: [{ Key: "Name", Value: "a" }] },
      { ResourceType: "network-interface", Tags: [{ Key: "Name", Value: "b" }] },
    ],
  });
  assert.deepEqual(one?.Tags, [{ Key: "Name", Value: "a" }]);
  const [eni] = region.does(describeNetworkInterfaces, {}).NetworkInterfaces ?? [];
  assert.deepEqual(eni?.TagSet, [{ Key: "Name", Value: "b" }]);
});

test("interfaces of a launch: made to measure or there already", () => {
  const { region, subnet, run } = setting();
  const existing = region.does(createNetworkInterface, { SubnetId: subnet, PrivateIpAddress: "10.0.1.50" }).NetworkInterface?.NetworkInterfaceId;
  const [one] = run({
    SubnetId: undefined,
    InstanceType: "m5.large",
    NetworkInterfaces: [
      { DeviceIndex: 1, NetworkInterfaceId: existing },
      { DeviceIndex: 0, SubnetId: subnet, PrivateIpAddress: "10.0.1.40", SecondaryPrivateIpAddressCount: 1, DeleteOnTermination: false },
    ],
  });
  assert.deepEqual(
    one?.NetworkInterfaces?.map((eni) => [eni.PrivateIpAddress, eni.Attachment?.DeviceIndex, eni.Attachment?.DeleteOnTermination]),
    [
      ["10.0.1.40", 0, false],
      ["10.0.1.50", 1, false],
    ],
  );
  assert.equal(one.PrivateIpAddress, "10.0.1.40");
});

test("RunInstances refuses, in order", () => {
  const { region, vpc, subnet, ImageId } = setting();
  const elsewhere = region.group(region.network("10.6.0.0/16", "10.6.1.0/24").vpc, "elsewhere");
  const far = region.does(createSubnet, { VpcId: vpc, CidrBlock: "10.0.3.0/24", AvailabilityZone: "us-east-1b" }).Subnet?.SubnetId;
  const base: RunInput = { ImageId, MinCount: 1, MaxCount: 1, SubnetId: subnet };
  const unknownImage = "ami-00000000";
  const cases: [Partial<RunInput>, string][] = [
    [{ LaunchTemplate: { LaunchTemplateId: "lt-1" }, MinCount: 0 }, "InvalidLaunchTemplateId.Malformed: The launch template ID 'lt-1' is malformed"],
    [{ MinCount: 0, UserData: "?" }, "InvalidParameterValue: Value (0) for parameter minCount is invalid. Minimum value is 1."],
    [{ MinCount: 3, MaxCount: 2, UserData: "?" }, "InvalidParameterCombination: MaxCount (2) may not be less than MinCount (3)"],
    [
      { NetworkInterfaces: [{ DeviceIndex: 0 }], UserData: "?" },
      "InvalidParameterCombination: Network interfaces and an instance-level subnet ID may not be specified on the same request",
    ],
    [{ PrivateIpAddress: "10.0.1.9", MaxCount: 2 }, "InvalidParameterCombination: Addresses may not be specified when launching more than one instance"],
    [{ UserData: "?", ImageId: unknownImage }, "InvalidParameterValue: Invalid BASE64 encoding of user data."],
    [{ UserData: "A".repeat(21848), ImageId: unknownImage }, "InvalidParameterValue: User data is limited to 16384 bytes"],
    [{ ImageId: undefined, InstanceType: "z9.huge" as "m5.large" }, "MissingParameter: The request must contain the parameter ImageId"],
    [{ ImageId: "ami-x", InstanceType: "z9.huge" as "m5.large" }, "InvalidParameterValue: Invalid value 'z9.huge' for InstanceType."],
    [{ ImageId: "ami-x" }, 'InvalidAMIID.Malformed: Invalid id: "ami-x" (expecting "ami-...")'],
    [{ ImageId: unknownImage, SubnetId: "subnet-00000000" }, "InvalidAMIID.NotFound: The image id '[ami-00000000]' does not exist"],
    [{ SubnetId: "subnet-00000000", SecurityGroupIds: ["x"] }, "InvalidSubnetID.NotFound: The subnet ID 'subnet-00000000' does not exist"],
    [{ SecurityGroupIds: ["sg-00000000"] }, "InvalidGroup.NotFound: The security group 'sg-00000000' does not exist"],
    [{ SecurityGroupIds: [elsewhere] }, `InvalidParameter: Security group ${elsewhere} and subnet ${subnet} belong to different networks.`],
    [
      { SubnetId: far, Placement: { AvailabilityZone: "us-east-1a" } },
      `InvalidParameterValue: The subnet '${far}' is in the availability zone us-east-1b, not in us-east-1a.`,
    ],
    [{ PrivateIpAddress: "10.0.1.2" }, "InvalidParameterValue: Address 10.0.1.2 is in subnet's reserved address range"],
  ];
  for (const [input, expected] of cases) assert.equal(region.refuses(runInstances, { ...base, ...input }), expected);
});

test("a launch that only partly fits makes MaxCount at most and MinCount at least, or nothing", () => {
  const { region, vpc, run } = setting();
  const SubnetId = region.does(createSubnet, { VpcId: vpc, CidrBlock: "10.0.9.0/28" }).Subnet?.SubnetId;
  const base = { ImageId: hostImage(region.call), SubnetId };
  assert.match(region.refuses(runInstances, { ...base, MinCount: 12, MaxCount: 20 }), /^InsufficientFreeAddressesInSubnet: /);
  assert.equal(run({ SubnetId, MinCount: 11, MaxCount: 20 }).length, 11);
  const next = region.does(createSubnet, { VpcId: vpc, CidrBlock: "10.0.9.16/28" }).Subnet?.SubnetId;
  const NetworkInterfaces = [{ DeviceIndex: 0, SubnetId: next }, { DeviceIndex: 1, SubnetId: next }];
  assert.equal(run({ SubnetId: undefined, NetworkInterfaces, MaxCount: 9 }).length, 5);
  const filter = { Filters: [{ Name: "subnet-id", Values: [next ?? ""] }] };
  assert.equal(region.does(describeNetworkInterfaces, filter).NetworkInterfaces?.length, 10);
  assert.equal(everywhere(region.world, "instance").length, 16);
});

test("which order an instance follows in which state", () => {
  const operations = { start: startInstances, stop: stopInstances, terminate: terminateInstances, reboot: rebootInstances };
  const table: Record<InstanceState, Record<keyof typeof operations, InstanceState | "refused">> = {
    pending: { start: "pending", stop: "refused", terminate: "shutting-down", reboot: "refused" },
    running: { start: "running", stop: "stopping", terminate: "shutting-down", reboot: "running" },
    stopping: { start: "refused", stop: "stopping", terminate: "shutting-down", reboot: "refused" },
    stopped: { start: "pending", stop: "stopped", terminate: "shutting-down", reboot: "refused" },
    "shutting-down": { start: "refused", stop: "refused", terminate: "shutting-down", reboot: "refused" },
    terminated: { start: "refused", stop: "refused", terminate: "terminated", reboot: "refused" },
  };
  const { region, run } = setting();
  const id = run()[0]?.InstanceId ?? "";
  const original = need(region.world, "instance", id);
  for (const [state, orders] of Object.entries(table) as [InstanceState, (typeof table)[InstanceState]][]) {
    for (const [order, expected] of Object.entries(orders) as [keyof typeof operations, string][]) {
      const changes = state === "terminated" ? terminated(region.world, original, region.call.now) : [put({ ...original, state })];
      const there = new Region();
      there.world = applyChanges(region.world, changes);
      const operation = operations[order];
      if (expected === "refused") {
        assert.match(there.refuses(operation, { InstanceIds: [id] }), /^IncorrectInstanceState: The instance '.*' is not in a state/);
        continue;
      }
      there.does(operation, { InstanceIds: [id] });
      const after = need(there.world, "instance", id);
      assert.equal(after.state, expected, `${order} when ${state}`);
      assert.equal(after.rebooted !== undefined, order === "reboot");
    }
  }
});

test("an instance's life: stop, start, terminate, forget", () => {
  const { region, run } = setting();
  const [id = "", other = ""] = run({ MaxCount: 2, MinCount: 2 }).map((one) => one.InstanceId ?? "");
  settle(region);
  assert.deepEqual(region.does(describeInstanceStatus, {}).InstanceStatuses?.map((one) => one.InstanceStatus?.Status), ["ok", "ok"]);
  const stopping = region.does(stopInstances, { InstanceIds: [id] }).StoppingInstances?.[0];
  assert.deepEqual([stopping?.PreviousState, stopping?.CurrentState], [{ Code: 16, Name: "running" }, { Code: 64, Name: "stopping" }]);
  settle(region);
  assert.equal(describe(region, id)?.State?.Name, "stopped");
  assert.match(describe(region, id)?.StateTransitionReason ?? "", /^User initiated \(2026-01-01 00:00:\d\d GMT\)$/);
  assert.equal(describe(region, id)?.PrivateIpAddress, "10.0.1.4");
  assert.deepEqual(region.does(describeInstanceStatus, {}).InstanceStatuses?.map((one) => one.InstanceId), [other]);
  assert.equal(region.does(describeInstanceStatus, { IncludeAllInstances: true }).InstanceStatuses?.length, 2);
  region.does(startInstances, { InstanceIds: [id] });
  assert.equal(describe(region, id)?.StateTransitionReason, "");
  settle(region);
  region.does(terminateInstances, { InstanceIds: [id] });
  settle(region);
  const gone = describe(region, id);
  assert.deepEqual([gone?.State?.Name, gone?.VpcId, gone?.PrivateIpAddress, gone?.NetworkInterfaces], ["terminated", undefined, undefined, []]);
  assert.equal(region.does(describeNetworkInterfaces, {}).NetworkInterfaces?.length, 1);
  const { stateChanged } = need(region.world, "instance", id);
  const after = (milliseconds: number) => new Date(Date.parse(stateChanged) + milliseconds).toISOString();
  assert.deepEqual(forgettable(region.world, after(3600_000)), []);
  assert.deepEqual(forgettable(region.world, after(3600_001)), [{ delete: { kind: "instance", id } }]);
});

test("an interface that is to outlive its instance is detached", () => {
  const { region, subnet, run } = setting();
  const eni = region.does(createNetworkInterface, { SubnetId: subnet }).NetworkInterface?.NetworkInterfaceId ?? "";
  const [one] = run({ SubnetId: undefined, NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: eni }] });
  region.does(terminateInstances, { InstanceIds: [one?.InstanceId ?? ""] });
  settle(region);
  const [left] = region.does(describeNetworkInterfaces, {}).NetworkInterfaces ?? [];
  assert.deepEqual([left?.NetworkInterfaceId, left?.Status, left?.Attachment], [eni, "available", undefined]);
});

test("all instances of a call obey or none does", () => {
  const { region, run } = setting();
  const [a = "", b = ""] = run({ MaxCount: 2, MinCount: 2 }).map((one) => one.InstanceId ?? "");
  settle(region);
  region.does(modifyInstanceAttribute, { InstanceId: b, DisableApiTermination: { Value: true } });
  assert.equal(
    region.refuses(terminateInstances, { InstanceIds: [a, b] }),
    `OperationNotPermitted: The instance '${b}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
  );
  const unknown = ["i-00000001", "i-00000002"];
  assert.equal(region.refuses(stopInstances, { InstanceIds: [a, ...unknown] }), "InvalidInstanceID.NotFound: The instance IDs 'i-00000001, i-00000002' do not exist");
  assert.equal(region.refuses(stopInstances, { InstanceIds: ["i-00000001", "i-x"] }), "InvalidInstanceID.Malformed: The instance ID 'i-x' is malformed");
  assert.equal(describe(region, a)?.State?.Name, "running");
});

test("attributes of an instance", () => {
  const { region, vpc, subnet, run } = setting();
  const InstanceId = run({ UserData: "aGVsbG8=" })[0]?.InstanceId ?? "";
  settle(region);
  const modify = (input: object) => region.does(modifyInstanceAttribute, { InstanceId, ...input });
  const show = (Attribute: Input<"DescribeInstanceAttribute">["Attribute"]) => region.does(describeInstanceAttribute, { InstanceId, Attribute });
  const web = region.group(vpc, "web");
  modify({ Groups: [web] });
  assert.deepEqual(show("groupSet").Groups, [{ GroupId: web, GroupName: "web" }]);
  modify({ SourceDestCheck: { Value: false } });
  assert.equal(show("sourceDestCheck").SourceDestCheck?.Value, false);
  modify({ Attribute: "sourceDestCheck", Value: "true" });
  assert.equal(show("sourceDestCheck").SourceDestCheck?.Value, true);
  modify({ InstanceInitiatedShutdownBehavior: { Value: "terminate" } });
  assert.equal(show("instanceInitiatedShutdownBehavior").InstanceInitiatedShutdownBehavior?.Value, "terminate");
  assert.equal(show("userData").UserData?.Value, "aGVsbG8=");
  const UserData = { Value: new TextEncoder().encode("bye") };
  assert.match(region.refuses(modifyInstanceAttribute, { InstanceId, UserData }), /^IncorrectInstanceState: /);
  region.does(stopInstances, { InstanceIds: [InstanceId] });
  settle(region);
  modify({ UserData });
  assert.equal(show("userData").UserData?.Value, "Ynll");
  modify({ Attribute: "userData", Value: "eW8=" });
  assert.equal(show("userData").UserData?.Value, "eW8=");
  modify({ InstanceType: { Value: "m5.large" } });
  assert.equal(show("instanceType").InstanceType?.Value, "m5.large");
  assert.match(region.refuses(modifyInstanceAttribute, { InstanceId }), /^InvalidParameterCombination: /);
  const [two] = run({ SubnetId: undefined, NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: subnet }, { DeviceIndex: 1, SubnetId: subnet }] });
  assert.match(
    region.refuses(modifyInstanceAttribute, { InstanceId: two?.InstanceId, SourceDestCheck: { Value: false } }),
    /^InvalidInstanceID: There are multiple interfaces attached/,
  );
});

test("the console is what the host read", () => {
  const { region, run } = setting();
  const InstanceId = run()[0]?.InstanceId ?? "";
  assert.equal(region.does(getConsoleOutput, { InstanceId }).Output, "");
  const call = { ...region.call, console: (id: string) => (id === InstanceId ? "Ym9vdA==" : undefined) };
  const answer = getConsoleOutput.run(region.world, { InstanceId }, call);
  assert.equal("output" in answer && answer.output.Output, "Ym9vdA==");
});
