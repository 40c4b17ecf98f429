import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionTrackingSpecificationRequest } from "@aws-sdk/client-ec2";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { describeInstances } from "../../../src/api/ec2/describe-instances.ts";
import { describeNetworkInterfaces } from "../../../src/api/ec2/describe-network-interfaces.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { modifyNetworkInterfaceAttribute } from "../../../src/api/ec2/network-interface-attribute.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { createTags, deleteTags } from "../../../src/api/ec2/tags.ts";
import { find, need } from "../../../src/model/world.ts";
import { lowerVpc } from "../../../src/policy/lower.ts";
import { Region } from "./region.ts";

const lowest = { TcpEstablishedTimeout: 60, UdpTimeout: 30, UdpStreamTimeout: 61 };
const highest = { TcpEstablishedTimeout: 432_000, UdpTimeout: 59, UdpStreamTimeout: 180 };

const shown = (region: Region, id = "") =>
  region.does(describeNetworkInterfaces, { NetworkInterfaceIds: [id] }).NetworkInterfaces?.[0]?.ConnectionTrackingConfiguration;

test("timeouts are set when an interface is made, kept one by one when modified, and shown", () => {
  const region = new Region();
  const { subnet } = region.network();
  const make = (ConnectionTrackingSpecification?: ConnectionTrackingSpecificationRequest) =>
    region.does(createNetworkInterface, { SubnetId: subnet, ConnectionTrackingSpecification }).NetworkInterface;
  assert.equal(make()?.ConnectionTrackingConfiguration, undefined);
  const made = make(lowest);
  assert.deepEqual(made?.ConnectionTrackingConfiguration, lowest);
  const NetworkInterfaceId = made.NetworkInterfaceId ?? "";
  region.does(modifyNetworkInterfaceAttribute, { NetworkInterfaceId, ConnectionTrackingSpecification: { UdpTimeout: 45 } });
  assert.deepEqual(shown(region, NetworkInterfaceId), { ...lowest, UdpTimeout: 45 });
  region.does(modifyNetworkInterfaceAttribute, { NetworkInterfaceId, ConnectionTrackingSpecification: highest });
  assert.deepEqual(find(region.world, "network-interface", NetworkInterfaceId)?.connectionTracking, {
    tcpEstablished: 432_000,
    udp: 59,
    udpStream: 180,
  });
});

test("a launch sets the timeouts of the interfaces it makes, and of no other", () => {
  const region = new Region();
  const { subnet } = region.network();
  const launch = { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1 };
  const spec = { DeviceIndex: 0, SubnetId: subnet, ConnectionTrackingSpecification: highest };
  const [instance] = region.does(runInstances, { ...launch, NetworkInterfaces: [spec] }).Instances ?? [];
  const [described] = region.does(describeInstances, { InstanceIds: [instance?.InstanceId ?? ""] }).Reservations?.[0]?.Instances ?? [];
  assert.deepEqual(described?.NetworkInterfaces?.[0]?.ConnectionTrackingConfiguration, highest);
  assert.deepEqual(shown(region, described.NetworkInterfaces[0].NetworkInterfaceId), highest);
  const { NetworkInterfaceId } = region.does(createNetworkInterface, { SubnetId: subnet }).NetworkInterface ?? {};
  const existing = { DeviceIndex: 0, NetworkInterfaceId, ConnectionTrackingSpecification: lowest };
  assert.match(region.refuses(runInstances, { ...launch, NetworkInterfaces: [existing] }), /^InvalidParameterCombination: /);
});

test("seconds out of bounds refuse, before anything is looked up", () => {
  const region = new Region();
  const ImageId = hostImage(region.call);
  const cases: [ConnectionTrackingSpecificationRequest, string][] = [
    [{ TcpEstablishedTimeout: 59 }, "Value (59) for parameter tcpEstablishedTimeout is invalid. Valid values are between 60 and 432000 seconds."],
    [{ TcpEstablishedTimeout: 432_001, UdpTimeout: 1 }, "Value (432001) for parameter tcpEstablishedTimeout is invalid. Valid values are between 60 and 432000 seconds."],
    [{ UdpTimeout: 29 }, "Value (29) for parameter udpTimeout is invalid. Valid values are between 30 and 60 seconds."],
    [{ UdpTimeout: 61 }, "Value (61) for parameter udpTimeout is invalid. Valid values are between 30 and 60 seconds."],
    [{ UdpStreamTimeout: 58 }, "Value (58) for parameter udpStreamTimeout is invalid. Valid values are between 60 and 180 seconds."],
    [{ UdpStreamTimeout: 181 }, "Value (181) for parameter udpStreamTimeout is invalid. Valid values are between 60 and 180 seconds."],
    [{ UdpStreamTimeout: 60.5 }, "Value (60.5) for parameter udpStreamTimeout is invalid. Valid values are between 60 and 180 seconds."],
  ];
  for (const [ConnectionTrackingSpecification, message] of cases) {
    const spec = { ConnectionTrackingSpecification };
    const expected = `InvalidParameterValue: ${message}`;
    assert.equal(region.refuses(createNetworkInterface, { SubnetId: "subnet-00000000", ...spec }), expected);
    assert.equal(region.refuses(modifyNetworkInterfaceAttribute, { NetworkInterfaceId: "eni-00000000", ...spec }), expected);
    const NetworkInterfaces = [{ DeviceIndex: 0, SubnetId: "subnet-00000000", ...spec }];
    assert.equal(region.refuses(runInstances, { ImageId, MinCount: 1, MaxCount: 1, NetworkInterfaces }), expected);
  }
  const two = { NetworkInterfaceId: "eni-00000000", SourceDestCheck: { Value: true }, ConnectionTrackingSpecification: lowest };
  assert.match(region.refuses(modifyNetworkInterfaceAttribute, two), /^InvalidParameterCombination: /);
  const unknown = { NetworkInterfaceId: "eni-00000000", ConnectionTrackingSpecification: lowest };
  assert.match(region.refuses(modifyNetworkInterfaceAttribute, unknown), /^InvalidNetworkInterfaceID.NotFound: /);
});

test("the tag for the most connections is an interface's allowance", () => {
  const region = new Region();
  const { vpc, subnet } = region.network();
  const tagged = (Value: string) => [{ Key: "bailey:tracked-connections", Value }];
  const TagSpecifications = [{ ResourceType: "network-interface" as const, Tags: tagged("12") }];
  const id = region.does(createNetworkInterface, { SubnetId: subnet, TagSpecifications }).NetworkInterface?.NetworkInterfaceId ?? "";
  const allowance = () => lowerVpc(region.world, need(region.world, "vpc", vpc)).interfaces.get(id)?.allowance;
  assert.equal(allowance(), 12);
  for (const whole of ["1", "4294967295"]) {
    region.does(createTags, { Resources: [id], Tags: tagged(whole) });
    assert.equal(allowance(), Number(whole));
  }
  for (const other of ["", "0", "-1", "1.5", "1e3", "01", " 1", "many", "4294967296"]) {
    const refused = region.refuses(createTags, { Resources: [id], Tags: tagged(other) });
    assert.equal(refused, `InvalidParameterValue: The tag 'bailey:tracked-connections' takes a whole number from 1 to 4294967295, not '${other}'`);
  }
  assert.equal(allowance(), 4_294_967_295);
  region.does(deleteTags, { Resources: [id], Tags: [{ Key: "bailey:tracked-connections" }] });
  assert.equal(allowance(), undefined);
});
