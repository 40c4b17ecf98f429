import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionTrackingSpecificationRequest } from "@aws-sdk/client-ec2";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { describeInstances } from "../../../src/api/ec2/describe-instances.ts";
import { describeNetworkInterfaces } from "../../../src/api/ec2/describe-network-interfaces.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { modifyNetworkInterfaceAttribute } from "../../../src/api/ec2/network-interface-attribute.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { find } from "../../../src/model/world.ts";
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
