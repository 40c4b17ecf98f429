import assert from "node:assert/strict";
import { test } from "node:test";
import { allocateAddress } from "../../../src/api/ec2/allocate-address.ts";
import { associateAddress, disassociateAddress } from "../../../src/api/ec2/associate-address.ts";
import { attachInternetGateway, detachInternetGateway } from "../../../src/api/ec2/attach-internet-gateway.ts";
import { createDefaultVpc } from "../../../src/api/ec2/create-default-vpc.ts";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { deleteNetworkInterface } from "../../../src/api/ec2/delete-network-interface.ts";
import { deleteSubnet } from "../../../src/api/ec2/delete-subnet.ts";
import { deleteVpc } from "../../../src/api/ec2/delete-vpc.ts";
import { describeEgressOnlyInternetGateways, describeInternetGateways } from "../../../src/api/ec2/describe-internet-gateways.ts";
import { describeRouteTables } from "../../../src/api/ec2/describe-route-tables.ts";
import { describeVpcs } from "../../../src/api/ec2/describe-vpcs.ts";
import {
  createEgressOnlyInternetGateway,
  deleteEgressOnlyInternetGateway,
} from "../../../src/api/ec2/egress-only-internet-gateway.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { createInternetGateway, deleteInternetGateway } from "../../../src/api/ec2/internet-gateway.ts";
import { createRoute } from "../../../src/api/ec2/route.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { createTags, describeTags } from "../../../src/api/ec2/tags.ts";
import { terminated } from "../../../src/model/instance.ts";
import { applyChanges, list, need } from "../../../src/model/world.ts";
import { Region } from "./region.ts";

const unknownGateway = "igw-0fffffffffffffff1";
const unknownVpc = "vpc-0fffffffffffffff2";

const made = (region: Region): string => region.does(createInternetGateway, {}).InternetGateway?.InternetGatewayId ?? "";

test("an internet gateway is made, attached, detached and deleted", () => {
  const region = new Region();
  const { vpc } = region.network();
  const TagSpecifications = [{ ResourceType: "internet-gateway" as const, Tags: [{ Key: "Name", Value: "way out" }] }];
  const gateway = region.does(createInternetGateway, { TagSpecifications }).InternetGateway;
  const InternetGatewayId = gateway?.InternetGatewayId ?? "";
  const bare = { InternetGatewayId, OwnerId: "111122223333", Tags: [{ Key: "Name", Value: "way out" }] };
  assert.match(InternetGatewayId, /^igw-[0-9a-f]{17}$/);
  assert.deepEqual(gateway, { ...bare, Attachments: [] });
  region.does(attachInternetGateway, { InternetGatewayId, VpcId: vpc });
  const found = (Name: string, value: string) =>
    region.does(describeInternetGateways, { Filters: [{ Name, Values: [value] }] }).InternetGateways ?? [];
  assert.deepEqual(found("attachment.vpc-id", vpc), [{ ...bare, Attachments: [{ VpcId: vpc, State: "available" }] }]);
  assert.deepEqual(found("internet-gateway-id", InternetGatewayId), found("tag:Name", "way out"));
  assert.equal(found("attachment.state", "available").length, 2, "the default VPC's, too");
  assert.equal(found("owner-id", "111122223333").length, 2);
  region.does(createTags, { Resources: [InternetGatewayId], Tags: [{ Key: "stage", Value: "live" }] });
  const byType = { Filters: [{ Name: "resource-type", Values: ["internet-gateway"] }] };
  assert.deepEqual(region.does(describeTags, byType).Tags?.map(({ Key }) => Key), ["Name", "stage"]);
  region.does(detachInternetGateway, { InternetGatewayId, VpcId: vpc });
  assert.deepEqual(found("internet-gateway-id", InternetGatewayId)[0]?.Attachments, []);
  region.does(deleteInternetGateway, { InternetGatewayId });
  assert.match(region.refuses(describeInternetGateways, { InternetGatewayIds: [InternetGatewayId] }), /^InvalidInternetGatewayID.NotFound: /);
});

test("what can't be attached, detached or deleted refuses, in order, and changes nothing", () => {
  const region = new Region({ quotas: { internetGateways: 3 } });
  const [first, second] = [region.network(), region.network()];
  const [attached, free] = [made(region), made(region)];
  region.does(attachInternetGateway, { InternetGatewayId: attached, VpcId: first.vpc });
  const attach = (InternetGatewayId: string, VpcId: string) => region.refuses(attachInternetGateway, { InternetGatewayId, VpcId });
  const detach = (InternetGatewayId: string, VpcId: string) => region.refuses(detachInternetGateway, { InternetGatewayId, VpcId });
  const missing = `InvalidInternetGatewayID.NotFound: The internetGateway ID '${unknownGateway}' does not exist`;
  const before = region.world;
  const cases: [string, string][] = [
    [attach("igw-1", "vpc-1"), "InvalidInternetGatewayId.Malformed: The internetGateway ID 'igw-1' is malformed"],
    [attach(unknownGateway, unknownVpc), missing],
    [attach(attached, unknownVpc), `InvalidVpcID.NotFound: The vpc ID '${unknownVpc}' does not exist`],
    [attach(attached, first.vpc), `Resource.AlreadyAssociated: resource ${attached} is already attached to network ${first.vpc}`],
    [attach(attached, second.vpc), `Resource.AlreadyAssociated: resource ${attached} is already attached to network ${first.vpc}`],
    [attach(free, first.vpc), `InvalidParameterValue: Network ${first.vpc} already has an internet gateway attached`],
    [detach(unknownGateway, unknownVpc), missing],
    [detach(attached, "vpc-1"), "InvalidVpcID.Malformed: The vpc ID 'vpc-1' is malformed"],
    [detach(attached, unknownVpc), `Gateway.NotAttached: resource ${attached} is not attached to network ${unknownVpc}`],
    [detach(attached, second.vpc), `Gateway.NotAttached: resource ${attached} is not attached to network ${second.vpc}`],
    [detach(free, first.vpc), `Gateway.NotAttached: resource ${free} is not attached to network ${first.vpc}`],
    [region.refuses(deleteInternetGateway, { InternetGatewayId: unknownGateway }), missing],
    [
      region.refuses(deleteInternetGateway, { InternetGatewayId: attached }),
      `DependencyViolation: The internetGateway '${attached}' has dependencies and cannot be deleted.`,
    ],
    [region.refuses(createInternetGateway, {}), "InternetGatewayLimitExceeded: The maximum number of internet gateways has been reached."],
  ];
  for (const [refusal, expected] of cases) assert.equal(refusal, expected);
  assert.equal(region.world, before);
});

test("a gateway stays while an address of its VPC is public, whether elastic or an instance's own", () => {
  const region = new Region();
  const { vpc, subnet } = region.network();
  const gateway = { InternetGatewayId: made(region), VpcId: vpc };
  region.does(attachInternetGateway, gateway);
  const mapped = `DependencyViolation: Network ${vpc} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`;

  const { NetworkInterfaceId } = region.does(createNetworkInterface, { SubnetId: subnet }).NetworkInterface ?? {};
  const { AllocationId } = region.does(allocateAddress, {});
  const { AssociationId } = region.does(associateAddress, { AllocationId, NetworkInterfaceId });
  assert.equal(region.refuses(detachInternetGateway, gateway), mapped);
  region.does(disassociateAddress, { AssociationId });

  const NetworkInterfaces = [{ DeviceIndex: 0, SubnetId: subnet, AssociatePublicIpAddress: true }];
  const launch = { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, NetworkInterfaces };
  const [instance] = region.does(runInstances, launch).Instances ?? [];
  assert.equal(region.refuses(detachInternetGateway, gateway), mapped);
  const { id } = need(region.world, "instance", instance?.InstanceId ?? "");
  region.lives((world) => applyChanges(world, terminated(world, need(world, "instance", id), region.call.now)));
  region.does(detachInternetGateway, gateway);
});

test("an egress-only gateway: one for a VPC, described, deleted; routes to it become blackholes", () => {
  const region = new Region();
  const { vpc, subnet } = region.network();
  const TagSpecifications = [{ ResourceType: "egress-only-internet-gateway" as const, Tags: [{ Key: "by", Value: "test" }] }];
  const gateway = region.does(createEgressOnlyInternetGateway, { VpcId: vpc, TagSpecifications }).EgressOnlyInternetGateway;
  const EgressOnlyInternetGatewayId = gateway?.EgressOnlyInternetGatewayId ?? "";
  assert.deepEqual(gateway, {
    EgressOnlyInternetGatewayId,
    Attachments: [{ VpcId: vpc, State: "attached" }],
    Tags: [{ Key: "by", Value: "test" }],
  });
  const described = (tag: string) =>
    region.does(describeEgressOnlyInternetGateways, { Filters: [{ Name: "tag-key", Values: [tag] }] }).EgressOnlyInternetGateways;
  assert.deepEqual([described("by"), described("other")], [[gateway], []]);
  const before = region.world;
  const unknown = "eigw-0fffffffffffffff1";
  assert.equal(
    region.refuses(createEgressOnlyInternetGateway, { VpcId: vpc }),
    `InvalidParameterValue: Network ${vpc} already has an egress-only internet gateway attached`,
  );
  assert.match(region.refuses(createEgressOnlyInternetGateway, { VpcId: unknownVpc }), /^InvalidVpcID.NotFound: /);
  const deletion = (id: string) => region.refuses(deleteEgressOnlyInternetGateway, { EgressOnlyInternetGatewayId: id });
  assert.match(deletion(unknown), /^InvalidEgressOnlyInternetGatewayId.NotFound: /);
  assert.match(deletion("eigw-1"), /^InvalidEgressOnlyInternetGatewayId.Malformed: /);
  assert.equal(region.world, before);

  const main = need(region.world, "vpc", vpc).mainRouteTable;
  region.does(createRoute, { RouteTableId: main, DestinationIpv6CidrBlock: "::/0", EgressOnlyInternetGatewayId });
  region.does(deleteSubnet, { SubnetId: subnet });
  assert.match(region.refuses(deleteVpc, { VpcId: vpc }), /^DependencyViolation: /);
  assert.equal(region.does(deleteEgressOnlyInternetGateway, { EgressOnlyInternetGatewayId }).ReturnCode, true);
  const route = region.does(describeRouteTables, { RouteTableIds: [main] }).RouteTables?.[0]?.Routes?.at(-1);
  assert.deepEqual([route?.EgressOnlyInternetGatewayId, route?.State], [EgressOnlyInternetGatewayId, "blackhole"]);
  region.does(deleteVpc, { VpcId: vpc });
});

test("the default VPC comes with an internet gateway it routes to, and stays while that is attached", () => {
  const region = new Region();
  const [vpc] = region.does(describeVpcs, {}).Vpcs ?? [];
  const [gateway, ...others] = region.does(describeInternetGateways, {}).InternetGateways ?? [];
  assert.deepEqual([gateway?.Attachments?.[0]?.VpcId, others], [vpc?.VpcId, []]);
  const routes = () => region.does(describeRouteTables, {}).RouteTables?.[0]?.Routes?.map((route) => [route.DestinationCidrBlock, route.GatewayId, route.State]);
  const InternetGatewayId = gateway?.InternetGatewayId ?? "";
  assert.deepEqual(routes(), [["172.31.0.0/16", "local", "active"], ["0.0.0.0/0", InternetGatewayId, "active"]]);

  for (const { id } of list(region.world, region.call, "subnet")) region.does(deleteSubnet, { SubnetId: id });
  assert.match(region.refuses(deleteVpc, { VpcId: vpc?.VpcId }), /^DependencyViolation: /);
  region.does(detachInternetGateway, { InternetGatewayId, VpcId: vpc?.VpcId });
  assert.deepEqual(routes()?.[1], ["0.0.0.0/0", InternetGatewayId, "blackhole"]);
  region.does(deleteVpc, { VpcId: vpc?.VpcId });
  region.does(createDefaultVpc, {});
  assert.notEqual(routes()?.[1]?.[1], InternetGatewayId);
});

test("a deleted interface leaves its routes behind as blackholes", () => {
  const region = new Region();
  const { vpc, subnet } = region.network();
  const NetworkInterfaceId = region.does(createNetworkInterface, { SubnetId: subnet }).NetworkInterface?.NetworkInterfaceId ?? "";
  const RouteTableId = need(region.world, "vpc", vpc).mainRouteTable;
  region.does(createRoute, { RouteTableId, DestinationCidrBlock: "0.0.0.0/0", NetworkInterfaceId });
  region.does(deleteNetworkInterface, { NetworkInterfaceId });
  const route = region.does(describeRouteTables, { RouteTableIds: [RouteTableId] }).RouteTables?.[0]?.Routes?.[1];
  assert.deepEqual([route?.NetworkInterfaceId, route?.State], [NetworkInterfaceId, "blackhole"]);
});
