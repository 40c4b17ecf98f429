import assert from "node:assert/strict";
import { test } from "node:test";
import { allocateAddress } from "../../../src/api/ec2/allocate-address.ts";
import {
  createVpcBlockPublicAccessExclusion,
  deleteVpcBlockPublicAccessExclusion,
  describeVpcBlockPublicAccessExclusions,
  describeVpcBlockPublicAccessOptions,
  modifyVpcBlockPublicAccessExclusion,
  modifyVpcBlockPublicAccessOptions,
} from "../../../src/api/ec2/block-public-access.ts";
import { createCarrierGateway, deleteCarrierGateway, describeCarrierGateways } from "../../../src/api/ec2/carrier-gateway.ts";
import { describeVpcClassicLink, describeVpcClassicLinkDnsSupport } from "../../../src/api/ec2/classic-link.ts";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { deleteNetworkInterface } from "../../../src/api/ec2/delete-network-interface.ts";
import { deleteSubnet } from "../../../src/api/ec2/delete-subnet.ts";
import { deleteVpc } from "../../../src/api/ec2/delete-vpc.ts";
import { describeAddressTransfers } from "../../../src/api/ec2/describe-address-transfers.ts";
import { describeInstanceTypeOfferings } from "../../../src/api/ec2/describe-instance-type-offerings.ts";
import { describeNetworkInsightsAnalyses } from "../../../src/api/ec2/describe-network-insights-analyses.ts";
import { describeRouteTables } from "../../../src/api/ec2/describe-route-tables.ts";
import {
  createNetworkInterfacePermission,
  deleteNetworkInterfacePermission,
  describeNetworkInterfacePermissions,
} from "../../../src/api/ec2/network-interface-permission.ts";
import { createNetworkInsightsPath, deleteNetworkInsightsPath, describeNetworkInsightsPaths } from "../../../src/api/ec2/network-insights-path.ts";
import { createRoute } from "../../../src/api/ec2/route.ts";
import { createSubnetCidrReservation, deleteSubnetCidrReservation, getSubnetCidrReservations } from "../../../src/api/ec2/subnet-cidr-reservation.ts";
import { createTags, describeTags } from "../../../src/api/ec2/tags.ts";
import type { Input } from "../../../src/api/operation.ts";
import { need } from "../../../src/model/world.ts";
import { Region } from "./region.ts";

const account = "111122223333";

test("a carrier gateway: one of a VPC, a target of routes", () => {
  const region = new Region();
  const { vpc, subnet } = region.network();
  const Tags = [{ Key: "Name", Value: "5g" }];
  const made = region.does(createCarrierGateway, { VpcId: vpc, TagSpecifications: [{ ResourceType: "carrier-gateway", Tags }] }).CarrierGateway;
  const CarrierGatewayId = made?.CarrierGatewayId ?? "";
  assert.match(CarrierGatewayId, /^cagw-[0-9a-f]{17}$/);
  const shown = () => region.does(describeCarrierGateways, { CarrierGatewayIds: [CarrierGatewayId] }).CarrierGateways?.[0];
  assert.deepEqual(shown(), { CarrierGatewayId, VpcId: vpc, State: "available", OwnerId: account, Tags });
  assert.equal(made?.State, "pending");
  const found = (Name: string, value: string) => region.does(describeCarrierGateways, { Filters: [{ Name, Values: [value] }] }).CarrierGateways?.length;
  for (const [name, value] of [["carrier-gateway-id", CarrierGatewayId], ["owner-id", account], ["state", "available"], ["vpc-id", vpc], ["tag:Name", "5g"]] as const) {
    assert.equal(found(name, value), 1, name);
    assert.equal(found(name, "other"), 0, name);
  }
  const RouteTableId = need(region.world, "vpc", vpc).mainRouteTable;
  region.does(createRoute, { RouteTableId, DestinationCidrBlock: "0.0.0.0/0", CarrierGatewayId });
  const route = () => region.does(describeRouteTables, { RouteTableIds: [RouteTableId] }).RouteTables?.[0]?.Routes?.at(-1);
  assert.deepEqual([route()?.CarrierGatewayId, route()?.State], [CarrierGatewayId, "active"]);
  const foreign = region.network("10.8.0.0/16", "10.8.1.0/24");
  const other = need(region.world, "vpc", foreign.vpc).mainRouteTable;
  region.does(deleteSubnet, { SubnetId: subnet });
  const before = region.world;
  const cases: [string, RegExp][] = [
    [region.refuses(createCarrierGateway, { VpcId: "vpc-0fffffffffffffff1" }), /^InvalidVpcID.NotFound: /],
    [region.refuses(createCarrierGateway, { VpcId: vpc }), /^CarrierGatewayLimitExceeded: /],
    [region.refuses(deleteCarrierGateway, { CarrierGatewayId: "cagw-0fffffffffffffff1" }), /^InvalidCarrierGatewayID.NotFound: /],
    [region.refuses(createRoute, { RouteTableId: other, DestinationCidrBlock: "0.0.0.0/0", CarrierGatewayId }), /^InvalidParameterValue: .*different networks$/],
    [region.refuses(deleteVpc, { VpcId: vpc }), /^DependencyViolation: /],
  ];
  for (const [said, expected] of cases) assert.match(said, expected);
  assert.equal(region.world, before);
  assert.equal(region.does(deleteCarrierGateway, { CarrierGatewayId }).CarrierGateway?.State, "deleting");
  assert.deepEqual([shown()?.State, route()?.State], ["deleted", "blackhole"]);
  region.does(deleteVpc, { VpcId: vpc });
});

test("reservations of a subnet lie in it and apart from each other, and go with it", () => {
  const region = new Region();
  const { subnet: SubnetId } = region.network();
  const Tags = [{ Key: "Name", Value: "pool" }];
  const made = region.does(createSubnetCidrReservation, {
    SubnetId,
    Cidr: "10.0.1.64/28",
    ReservationType: "prefix",
    Description: "for prefixes",
    TagSpecifications: [{ ResourceType: "subnet-cidr-reservation", Tags }],
  }).SubnetCidrReservation;
  const id = made?.SubnetCidrReservationId ?? "";
  assert.match(id, /^scr-[0-9a-f]{17}$/);
  const reservation = { SubnetCidrReservationId: id, SubnetId, Cidr: "10.0.1.64/28", ReservationType: "prefix", OwnerId: account, Description: "for prefixes", Tags };
  assert.deepEqual(made, reservation);
  region.does(createSubnetCidrReservation, { SubnetId, Cidr: "10.0.1.80/32", ReservationType: "explicit" });
  const found = (...Filters: { Name: string; Values: string[] }[]) => region.does(getSubnetCidrReservations, { SubnetId, Filters });
  assert.deepEqual([found().SubnetIpv4CidrReservations?.length, found().SubnetIpv6CidrReservations], [2, []]);
  for (const [Name, value] of [["reservationType", "prefix"], ["tag:Name", "pool"], ["tag-key", "Name"]] as const) {
    assert.deepEqual(found({ Name, Values: [value] }).SubnetIpv4CidrReservations, [reservation], Name);
  }
  assert.equal(found({ Name: "subnet-id", Values: [SubnetId] }).SubnetIpv4CidrReservations?.length, 2);
  const before = region.world;
  const create = (Cidr: string, ReservationType = "prefix", subnet = SubnetId) =>
    region.refuses(createSubnetCidrReservation, { SubnetId: subnet, Cidr, ReservationType: ReservationType as "prefix" });
  const cases: [string, RegExp][] = [
    [create("10.0.1.0/31", "other"), /^InvalidParameterValue: Value \(other\) for parameter reservationType/],
    [create("10.0.1.0"), /^InvalidParameterValue: .*cidr/],
    [create("10.0.1.0/31", "prefix", "subnet-0fffffffffffffff1"), /^InvalidSubnetID.NotFound: /],
    [create("10.0.2.0/31"), /^InvalidParameterValue: Reservation CIDR should be within subnet CIDR block \(10\.0\.1\.0\/24\)$/],
    [create("10.0.1.66/31"), /^InvalidParameterValue: Reservation CIDR 10\.0\.1\.66\/31 has overlap with existing reserved CIDR block$/],
    [region.refuses(deleteSubnetCidrReservation, { SubnetCidrReservationId: "scr-0fffffffffffffff1" }), /^InvalidSubnetCidrReservationID.NotFound: The subnet-cidr-reservation ID 'scr-0fffffffffffffff1' does not exist$/],
  ];
  for (const [said, expected] of cases) assert.match(said, expected);
  assert.equal(region.world, before);
  assert.deepEqual(region.does(deleteSubnetCidrReservation, { SubnetCidrReservationId: id }).DeletedSubnetCidrReservation, reservation);
  assert.equal(found().SubnetIpv4CidrReservations?.length, 1);
  region.does(deleteSubnet, { SubnetId });
});

test("what is said about public access is shown, with its exclusions", () => {
  const region = new Region({ quotas: { publicAccessExclusions: 2 } });
  const { vpc, subnet } = region.network();
  const options = () => region.does(describeVpcBlockPublicAccessOptions, {}).VpcBlockPublicAccessOptions;
  assert.deepEqual(options(), {
    AwsAccountId: account,
    AwsRegion: "us-east-1",
    State: "default-state",
    InternetGatewayBlockMode: "off",
    LastUpdateTimestamp: undefined,
    ManagedBy: "account",
    ExclusionsAllowed: "allowed",
  });
  const changed = region.does(modifyVpcBlockPublicAccessOptions, { InternetGatewayBlockMode: "block-ingress" }).VpcBlockPublicAccessOptions;
  assert.deepEqual([changed?.State, options()?.State, options()?.InternetGatewayBlockMode], ["update-in-progress", "update-complete", "block-ingress"]);

  const Tags = [{ Key: "Name", Value: "open" }];
  const made = region.does(createVpcBlockPublicAccessExclusion, {
    VpcId: vpc,
    InternetGatewayExclusionMode: "allow-egress",
    TagSpecifications: [{ ResourceType: "vpc-block-public-access-exclusion", Tags }],
  }).VpcBlockPublicAccessExclusion;
  const ExclusionId = made?.ExclusionId ?? "";
  assert.match(ExclusionId, /^vpcbpa-exclude-[0-9a-f]{17}$/);
  const shown = () => region.does(describeVpcBlockPublicAccessExclusions, { ExclusionIds: [ExclusionId] }).VpcBlockPublicAccessExclusions?.[0];
  assert.deepEqual([made?.State, shown()?.State, shown()?.ResourceArn], ["create-in-progress", "create-complete", `arn:aws:ec2:us-east-1:${account}:vpc/${vpc}`]);
  region.does(createVpcBlockPublicAccessExclusion, { SubnetId: subnet, InternetGatewayExclusionMode: "allow-bidirectional" });
  const found = (Name: string, value: string) =>
    region.does(describeVpcBlockPublicAccessExclusions, { Filters: [{ Name, Values: [value] }] }).VpcBlockPublicAccessExclusions?.map((one) => one.ExclusionId);
  for (const [name, value] of [["internet-gateway-exclusion-mode", "allow-egress"], ["resource-arn", "*:vpc/*"], ["tag:Name", "open"]] as const) {
    assert.deepEqual(found(name, value), [ExclusionId], name);
  }
  assert.equal(found("state", "create-complete")?.length, 2);
  const before = region.world;
  const create = (input: Partial<Input<"CreateVpcBlockPublicAccessExclusion">>) =>
    region.refuses(createVpcBlockPublicAccessExclusion, { InternetGatewayExclusionMode: "allow-egress", ...input });
  const cases: [string, RegExp][] = [
    [region.refuses(modifyVpcBlockPublicAccessOptions, { InternetGatewayBlockMode: "on" as string as "off" }), /^InvalidParameterValue: Value \(on\)/],
    [create({ VpcId: vpc, InternetGatewayExclusionMode: "allow" as string as "allow-egress" }), /^InvalidParameterValue: Value \(allow\)/],
    [create({ VpcId: vpc, SubnetId: subnet }), /^InvalidParameterCombination: /],
    [create({}), /^MissingParameter: /],
    [create({ VpcId: "vpc-0fffffffffffffff1" }), /^InvalidVpcID.NotFound: /],
    [create({ VpcId: vpc }), /^InvalidParameterValue: .* already\.$/],
    [create({ VpcId: region.network("10.9.0.0/16", "10.9.1.0/24").vpc }), /^VpcBlockPublicAccessExclusionLimitExceeded: /],
    [
      region.refuses(deleteVpcBlockPublicAccessExclusion, { ExclusionId: "vpcbpa-exclude-0fffffffffffffff1" }),
      /^InvalidVpcBlockPublicAccessExclusionId.NotFound: /,
    ],
  ];
  for (const [said, expected] of cases) assert.match(said, expected);
  assert.equal(region.world.tables.get("vpc-block-public-access-exclusion"), before.tables.get("vpc-block-public-access-exclusion"));
  region.does(modifyVpcBlockPublicAccessExclusion, { ExclusionId, InternetGatewayExclusionMode: "allow-bidirectional" });
  assert.deepEqual([shown()?.State, shown()?.InternetGatewayExclusionMode], ["update-complete", "allow-bidirectional"]);
  region.does(deleteVpcBlockPublicAccessExclusion, { ExclusionId });
  assert.equal(shown()?.State, "delete-complete");
  region.does(deleteSubnet, { SubnetId: subnet });
  assert.deepEqual(found("resource-arn", "*:subnet/*"), []);
});

test("permissions of an interface go with it", () => {
  const region = new Region();
  const { subnet } = region.network();
  const NetworkInterfaceId = region.does(createNetworkInterface, { SubnetId: subnet }).NetworkInterface?.NetworkInterfaceId ?? "";
  const wish = { NetworkInterfaceId, AwsAccountId: "444455556666", Permission: "INSTANCE-ATTACH" } as const;
  const made = region.does(createNetworkInterfacePermission, wish).InterfacePermission;
  const id = made?.NetworkInterfacePermissionId ?? "";
  assert.match(id, /^eni-perm-[0-9a-f]{17}$/);
  assert.deepEqual(made, { NetworkInterfacePermissionId: id, ...wish, PermissionState: { State: "granted" } });
  assert.deepEqual(region.does(createNetworkInterfacePermission, wish).InterfacePermission, made, "once more is the same");
  const found = (name: string, value: string) =>
    region.does(describeNetworkInterfacePermissions, { Filters: [{ Name: `network-interface-permission.${name}`, Values: [value] }] }).NetworkInterfacePermissions?.length;
  for (const [name, value] of [
    ["aws-account-id", "444455556666"], ["network-interface-id", NetworkInterfaceId], ["network-interface-permission-id", id], ["permission", "INSTANCE-ATTACH"],
  ] as const) {
    assert.equal(found(name, value), 1, name);
    assert.equal(found(name, "other"), 0, name);
  }
  assert.equal(found("aws-service", "*"), 0);
  const before = region.world;
  const create = (input: object) => region.refuses(createNetworkInterfacePermission, { ...wish, ...input });
  const cases: [string, RegExp][] = [
    [create({ AwsService: "x" }), /^UnsupportedOperation: /],
    [create({ AwsAccountId: undefined }), /^MissingParameter: /],
    [create({ AwsAccountId: "4444" }), /^InvalidParameterValue: .*awsAccountId/],
    [create({ Permission: "ALL" }), /^InvalidParameterValue: Value \(ALL\)/],
    [create({ NetworkInterfaceId: "eni-0fffffffffffffff1" }), /^InvalidNetworkInterfaceID.NotFound: /],
    [region.refuses(deleteNetworkInterfacePermission, { NetworkInterfacePermissionId: "eni-perm-0fffffffffffffff1" }), /^InvalidPermissionID.NotFound: /],
    [region.refuses(createTags, { Resources: [id], Tags: [{ Key: "a", Value: "b" }] }), /^InvalidID: /],
  ];
  for (const [said, expected] of cases) assert.match(said, expected);
  assert.equal(region.world, before);
  assert.equal(region.does(deleteNetworkInterfacePermission, { NetworkInterfacePermissionId: id }).Return, true);
  region.does(createNetworkInterfacePermission, wish);
  region.does(deleteNetworkInterface, { NetworkInterfaceId });
  assert.deepEqual(region.does(describeNetworkInterfacePermissions, {}).NetworkInterfacePermissions, []);
});

test("a path of network insights keeps its question", () => {
  const region = new Region();
  const { subnet } = region.network();
  const [Source = "", Destination = ""] = [1, 2].map(() => region.does(createNetworkInterface, { SubnetId: subnet }).NetworkInterface?.NetworkInterfaceId);
  const Tags = [{ Key: "Name", Value: "web" }];
  const made = region.does(createNetworkInsightsPath, {
    Source,
    Destination: `arn:aws:ec2:us-east-1:${account}:network-interface/${Destination}`,
    Protocol: "tcp",
    FilterAtSource: { SourceAddress: "10.0.1.4", DestinationPortRange: { FromPort: 443, ToPort: 444 } },
    TagSpecifications: [{ ResourceType: "network-insights-path", Tags }],
  }).NetworkInsightsPath;
  const id = made?.NetworkInsightsPathId ?? "";
  assert.match(id, /^nip-[0-9a-f]{17}$/);
  assert.deepEqual(region.does(describeNetworkInsightsPaths, { NetworkInsightsPathIds: [id] }).NetworkInsightsPaths, [made]);
  assert.deepEqual(
    [made?.Source, made?.Destination, made?.DestinationArn, made?.Protocol, made?.FilterAtSource?.DestinationPortRange, made?.Tags],
    [Source, Destination, `arn:aws:ec2:us-east-1:${account}:network-interface/${Destination}`, "tcp", { FromPort: 443, ToPort: 444 }, Tags],
  );
  const found = (Name: string, value: string) =>
    region.does(describeNetworkInsightsPaths, { Filters: [{ Name, Values: [value] }] }).NetworkInsightsPaths?.length;
  for (const [name, value] of [
    ["source", Source], ["destination", Destination], ["protocol", "tcp"], ["tag:Name", "web"],
    ["filter-at-source.source-address", "10.0.1.4"], ["filter-at-source.destination-port-range", "443-444"],
  ] as const) {
    assert.equal(found(name, value), 1, name);
    assert.equal(found(name, "other"), 0, name);
  }
  for (const name of ["filter-at-source.source-port-range", "filter-at-source.destination-address", "filter-at-destination.source-address", "filter-at-destination.destination-address", "filter-at-destination.source-port-range", "filter-at-destination.destination-port-range"]) {
    assert.equal(found(name, "*"), 0, name);
  }
  assert.equal(region.does(describeTags, { Filters: [{ Name: "resource-type", Values: ["network-insights-path"] }] }).Tags?.length, 1);
  const before = region.world;
  const create = (input: Partial<Input<"CreateNetworkInsightsPath">>) => region.refuses(createNetworkInsightsPath, { Source, Destination, Protocol: "udp", ...input });
  const cases: [string, RegExp][] = [
    [create({ Protocol: "icmp" as string as "tcp" }), /^InvalidParameterValue: Value \(icmp\)/],
    [create({ FilterAtSource: {}, SourceIp: "10.0.1.4" }), /^InvalidParameterCombination: filterAtSource/],
    [create({ FilterAtDestination: {}, DestinationIp: "10.0.1.4" }), /^InvalidParameterCombination: filterAtDestination/],
    [create({ DestinationPort: 65536 }), /^InvalidParameterValue: .*destinationPort/],
    [create({ SourceIp: "::1" }), /^InvalidParameterValue: .*sourceIp/],
    [create({ FilterAtSource: { SourcePortRange: { FromPort: 9, ToPort: 8 } } }), /^InvalidParameterValue: .*toPort/],
    [create({ Source: undefined }), /^MissingParameter: .*source/],
    [create({ Source: subnet }), /^InvalidParameterValue: .*source/],
    [create({ Source: "eni-0fffffffffffffff1" }), /^InvalidNetworkInterfaceID.NotFound: /],
    [create({ Destination: undefined }), /^MissingParameter: .*destination/],
    [region.refuses(deleteNetworkInsightsPath, { NetworkInsightsPathId: "nip-0fffffffffffffff1" }), /^InvalidNetworkInsightsPathId.NotFound: /],
  ];
  for (const [said, expected] of cases) assert.match(said, expected);
  assert.equal(region.world, before);
  assert.equal(region.does(deleteNetworkInsightsPath, { NetworkInsightsPathId: id }).NetworkInsightsPathId, id);
});

test("every instance type is offered in every place; no address is on its way to another account", () => {
  const region = new Region();
  const offered = (input: Input<"DescribeInstanceTypeOfferings">) => region.does(describeInstanceTypeOfferings, input).InstanceTypeOfferings ?? [];
  const [first] = offered({});
  assert.deepEqual([first?.LocationType, first?.Location], ["region", "us-east-1"]);
  const named = { Filters: [{ Name: "instance-type", Values: ["t3.small"] }, { Name: "location", Values: ["us-east-1a"] }] };
  assert.deepEqual(offered({ LocationType: "availability-zone", ...named }), [{ InstanceType: "t3.small", LocationType: "availability-zone", Location: "us-east-1a" }]);
  assert.deepEqual(offered({ LocationType: "outpost" }), []);
  assert.ok(offered({ LocationType: "availability-zone-id" }).every(({ Location = "" }) => /^use1-az\d$/.test(Location)));
  assert.match(region.refuses(describeInstanceTypeOfferings, { LocationType: "moon" as string as "region" }), /^InvalidParameterValue: /);

  const { AllocationId = "" } = region.does(allocateAddress, {});
  assert.deepEqual(region.does(describeAddressTransfers, { AllocationIds: [AllocationId] }).AddressTransfers, []);
  assert.match(region.refuses(describeAddressTransfers, { AllocationIds: ["eipalloc-0fffffffffffffff1"] }), /^InvalidAllocationID.NotFound: /);
});

test("no VPC is linked to EC2-Classic, and no path was ever analysed", () => {
  const region = new Region();
  const { vpc, subnet } = region.network();
  const VpcIds = [vpc];
  assert.deepEqual(region.does(describeVpcClassicLink, { VpcIds }).Vpcs, [{ VpcId: vpc, ClassicLinkEnabled: false, Tags: [] }]);
  assert.deepEqual(region.does(describeVpcClassicLinkDnsSupport, { VpcIds }).Vpcs, [{ VpcId: vpc, ClassicLinkDnsSupported: false }]);
  const linked = (value: string) => region.does(describeVpcClassicLink, { Filters: [{ Name: "is-classic-link-enabled", Values: [value] }] }).Vpcs?.length;
  assert.deepEqual([linked("false"), linked("true")], [2, 0]);
  assert.match(region.refuses(describeVpcClassicLink, { VpcIds: ["vpc-0fffffffffffffff1"] }), /^InvalidVpcID.NotFound: /);

  const [Source, Destination] = [1, 2].map(() => region.does(createNetworkInterface, { SubnetId: subnet }).NetworkInterface?.NetworkInterfaceId);
  const { NetworkInsightsPathId } = region.does(createNetworkInsightsPath, { Source, Destination, Protocol: "tcp" }).NetworkInsightsPath ?? {};
  assert.deepEqual(region.does(describeNetworkInsightsAnalyses, { NetworkInsightsPathId }).NetworkInsightsAnalyses, []);
  const analyses = (input: Input<"DescribeNetworkInsightsAnalyses">) => region.refuses(describeNetworkInsightsAnalyses, input);
  assert.match(analyses({ NetworkInsightsPathId: "nip-0fffffffffffffff1" }), /^InvalidNetworkInsightsPathId.NotFound: /);
  assert.match(analyses({ NetworkInsightsAnalysisIds: ["nia-0fffffffffffffff1"] }), /^InvalidNetworkInsightsAnalysisId.NotFound: /);
});
