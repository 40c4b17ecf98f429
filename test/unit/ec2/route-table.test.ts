import assert from "node:assert/strict";
import { test } from "node:test";
import { detachInternetGateway } from "../../../src/api/ec2/attach-internet-gateway.ts";
import { createRouteTable } from "../../../src/api/ec2/create-route-table.ts";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { deleteRouteTable } from "../../../src/api/ec2/delete-route-table.ts";
import { deleteSubnet } from "../../../src/api/ec2/delete-subnet.ts";
import { deleteVpc } from "../../../src/api/ec2/delete-vpc.ts";
import { describeRouteTables } from "../../../src/api/ec2/describe-route-tables.ts";
import { associateRouteTable, disassociateRouteTable, replaceRouteTableAssociation } from "../../../src/api/ec2/route-table-association.ts";
import { createRoute, deleteRoute, replaceRoute } from "../../../src/api/ec2/route.ts";
import type { Input } from "../../../src/api/operation.ts";
import { find } from "../../../src/model/world.ts";
import { Region } from "./region.ts";
import { associationsOf, gatewayIn, mainAssociationOf, mainTableOf, site, subnetIn, tableIn } from "./routed-site.ts";
import type { RouteInput } from "./routed-site.ts";

test("CreateRouteTable: local routes of every block, associated with nothing, until there are too many", () => {
  const region = new Region({ quotas: { routeTablesPerVpc: 2 } });
  const vpc = region.does(createVpc, { CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: true }).Vpc;
  const VpcId = vpc?.VpcId ?? "";
  const TagSpecifications = [{ ResourceType: "route-table" as const, Tags: [{ Key: "Name", Value: "public" }] }];
  const table = region.does(createRouteTable, { VpcId, TagSpecifications }).RouteTable;
  const local = { GatewayId: "local", Origin: "CreateRouteTable", State: "active" };
  assert.deepEqual(table, {
    RouteTableId: table?.RouteTableId,
    VpcId,
    OwnerId: "111122223333",
    Routes: [
      { DestinationCidrBlock: "10.0.0.0/16", ...local },
      { DestinationIpv6CidrBlock: vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock, ...local },
    ],
    Associations: [],
    PropagatingVgws: [],
    Tags: [{ Key: "Name", Value: "public" }],
  });
  const before = region.world;
  const cases: [Input<"CreateRouteTable">, RegExp][] = [
    [{ VpcId: "vpc-x", TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "k" }] }] }, /^InvalidParameterValue: 'vpc' is not/],
    [{ VpcId: "vpc-x" }, /^InvalidVpcID.Malformed: /],
    [{ VpcId: "vpc-00000000" }, /^InvalidVpcID.NotFound: /],
    [{ VpcId }, /^RouteTableLimitExceeded: /],
  ];
  for (const [input, expected] of cases) assert.match(region.refuses(createRouteTable, input), expected);
  assert.equal(region.world, before);
});

test("a subnet is in one table at most, moves to another, leaves, and goes with its association", () => {
  const { region, vpc, subnet, table, other } = site();
  const second = tableIn(region, vpc);
  const AssociationId = region.does(associateRouteTable, { RouteTableId: table, SubnetId: subnet }).AssociationId ?? "";
  assert.match(AssociationId, /^rtbassoc-/);
  assert.equal(region.does(associateRouteTable, { RouteTableId: table, SubnetId: subnet }).AssociationId, AssociationId);
  const before = region.world;
  const cases: [Partial<Input<"AssociateRouteTable">>, string | RegExp][] = [
    [{ PublicIpv4Pool: "ipv4pool-ec2-1" }, /^UnsupportedOperation: /],
    [{ RouteTableId: "x" }, /^MissingParameter: .*exactly one of subnetId or gatewayId$/],
    [{ RouteTableId: "x", SubnetId: subnet, GatewayId: "igw-1" }, /^InvalidParameterCombination: /],
    [{ RouteTableId: "rtb-00000000", SubnetId: "subnet-00000000" }, /^InvalidRouteTableID.NotFound: /],
    [{ SubnetId: "subnet-00000000" }, /^InvalidSubnetID.NotFound: /],
    [{ GatewayId: "vgw-00000000" }, "InvalidGatewayID.NotFound: The gateway ID 'vgw-00000000' does not exist"],
    [{ SubnetId: other.subnet }, `InvalidParameterValue: route table ${second} and subnet ${other.subnet} belong to different networks`],
    [{ SubnetId: subnet }, `Resource.AlreadyAssociated: the specified association for route table ${second} conflicts with an existing association`],
  ];
  for (const [input, expected] of cases) {
    const refusal = region.refuses(associateRouteTable, { RouteTableId: second, ...input });
    if (typeof expected === "string") assert.equal(refusal, expected);
    else assert.match(refusal, expected);
  }
  assert.match(region.refuses(deleteRouteTable, { RouteTableId: table }), new RegExp(`^DependencyViolation: The routeTable '${table}' has dependencies and cannot be deleted.$`));
  const replace = (id: string, RouteTableId: string) => ({ AssociationId: id, RouteTableId });
  assert.match(region.refuses(replaceRouteTableAssociation, replace("aclassoc-00000000", second)), /^InvalidAssociationID.Malformed: /);
  assert.match(region.refuses(replaceRouteTableAssociation, replace("rtbassoc-00000000", second)), /^InvalidAssociationID.NotFound: /);
  assert.match(region.refuses(replaceRouteTableAssociation, replace(AssociationId, "rtb-00000000")), /^InvalidRouteTableID.NotFound: /);
  const strange = mainTableOf(region, other.vpc);
  assert.match(region.refuses(replaceRouteTableAssociation, replace(AssociationId, strange)), /^InvalidParameterValue: .* different networks$/);
  assert.equal(region.world, before);

  const moved = region.does(replaceRouteTableAssociation, replace(AssociationId, second));
  assert.notEqual(moved.NewAssociationId, AssociationId);
  assert.deepEqual([associationsOf(region, table), associationsOf(region, second)], [[], [subnet]]);
  assert.equal(region.does(replaceRouteTableAssociation, replace(moved.NewAssociationId ?? "", second)).NewAssociationId, moved.NewAssociationId);
  region.does(disassociateRouteTable, { AssociationId: moved.NewAssociationId });
  assert.match(region.refuses(disassociateRouteTable, { AssociationId: moved.NewAssociationId }), /^InvalidAssociationID.NotFound: /);

  const fresh = subnetIn(region, vpc, "10.0.9.0/24");
  region.does(associateRouteTable, { RouteTableId: table, SubnetId: fresh });
  region.does(deleteSubnet, { SubnetId: fresh });
  assert.deepEqual(associationsOf(region, table), []);
  region.does(deleteRouteTable, { RouteTableId: table });
  assert.match(region.refuses(describeRouteTables, { RouteTableIds: [table] }), /^InvalidRouteTableID.NotFound: /);
});

test("another table becomes the main one; the main one cannot go, nor its association", () => {
  const { region, vpc, subnet, table } = site();
  const former = mainTableOf(region, vpc);
  const AssociationId = mainAssociationOf(region, vpc);
  const before = region.world;
  assert.equal(
    region.refuses(disassociateRouteTable, { AssociationId }),
    `InvalidParameterValue: cannot disassociate the main route table association ${AssociationId}`,
  );
  assert.match(region.refuses(deleteRouteTable, { RouteTableId: former }), /^DependencyViolation: /);
  assert.equal(region.does(replaceRouteTableAssociation, { AssociationId, RouteTableId: former }).NewAssociationId, AssociationId);
  assert.equal(region.world.tables, before.tables);

  region.does(associateRouteTable, { RouteTableId: table, SubnetId: subnet });
  const { NewAssociationId } = region.does(replaceRouteTableAssociation, { AssociationId, RouteTableId: table });
  assert.deepEqual([mainTableOf(region, vpc), mainAssociationOf(region, vpc)], [table, NewAssociationId]);
  assert.notEqual(NewAssociationId, AssociationId);
  assert.deepEqual([associationsOf(region, former), associationsOf(region, table)], [[], ["main", subnet]]);
  const main = { Filters: [{ Name: "association.main", Values: ["true"] }, { Name: "vpc-id", Values: [vpc] }] };
  assert.deepEqual(region.does(describeRouteTables, main).RouteTables?.map((one) => one.RouteTableId), [table]);
  assert.match(region.refuses(deleteRouteTable, { RouteTableId: table }), /^DependencyViolation: /);
  region.does(deleteRouteTable, { RouteTableId: former });
});

test("a gateway's table leads into the VPC only: directly, or through an appliance", () => {
  const { region, vpc, subnet, table, other, igw, nat, eni, pcx, four } = site();
  const associate = { RouteTableId: table, GatewayId: igw };
  const strange = gatewayIn(region, other.vpc);
  const wrong: [RouteInput, RegExp][] = [
    [{ DestinationCidrBlock: "0.0.0.0/0", GatewayId: igw }, /^InvalidParameterValue: .* can't have the target igw-/],
    [{ DestinationCidrBlock: "10.0.1.0/24", NatGatewayId: nat }, /^InvalidParameterValue: .* can't have the target nat-/],
    [{ DestinationCidrBlock: "172.16.0.0/16", VpcPeeringConnectionId: pcx }, /^InvalidParameterValue: .* can't have the target pcx-/],
    [{ DestinationCidrBlock: "8.0.0.0/8", NetworkInterfaceId: eni }, /^InvalidParameterValue: .* can't have the destination 8\.0\.0\.0\/8/],
    [{ DestinationPrefixListId: four, NetworkInterfaceId: eni }, /^InvalidParameterValue: .* can't have the destination pl-/],
  ];
  for (const [input, expected] of wrong) {
    region.does(createRoute, { RouteTableId: table, ...input });
    const before = region.world;
    assert.match(region.refuses(associateRouteTable, associate), expected);
    assert.equal(region.world, before);
    const { DestinationCidrBlock, DestinationPrefixListId } = input;
    region.does(deleteRoute, { RouteTableId: table, DestinationCidrBlock, DestinationPrefixListId });
  }
  assert.match(region.refuses(associateRouteTable, { RouteTableId: table, GatewayId: strange }), /^InvalidParameterValue: .* belong to different networks$/);
  assert.match(region.refuses(associateRouteTable, { RouteTableId: mainTableOf(region, vpc), GatewayId: igw }), /^InvalidParameterValue: The main route table/);
  region.does(createRoute, { RouteTableId: table, DestinationCidrBlock: "10.0.1.0/24", NetworkInterfaceId: eni });
  region.does(replaceRoute, { RouteTableId: table, DestinationCidrBlock: "10.0.0.0/16", NatGatewayId: nat });
  assert.match(region.refuses(associateRouteTable, associate), /can't have the target nat-/);
  region.does(replaceRoute, { RouteTableId: table, DestinationCidrBlock: "10.0.0.0/16", NetworkInterfaceId: eni });
  const { AssociationId = "" } = region.does(associateRouteTable, associate);
  assert.deepEqual(associationsOf(region, table), [igw]);
  const byGateway = { Filters: [{ Name: "association.gateway-id", Values: [igw] }] };
  assert.deepEqual(region.does(describeRouteTables, byGateway).RouteTables?.map((one) => one.RouteTableId), [table]);

  const before = region.world;
  for (const [input, expected] of wrong.filter(([{ DestinationCidrBlock }]) => DestinationCidrBlock !== "10.0.1.0/24")) {
    assert.match(region.refuses(createRoute, { RouteTableId: table, ...input }), expected);
  }
  assert.match(region.refuses(replaceRoute, { RouteTableId: table, DestinationCidrBlock: "10.0.1.0/24", NatGatewayId: nat }), /can't have the target nat-/);
  const makeMain = { AssociationId: mainAssociationOf(region, vpc), RouteTableId: table };
  assert.match(region.refuses(replaceRouteTableAssociation, makeMain), /^InvalidParameterValue: The route table .* can't be the main one\.$/);
  const toMain = { AssociationId, RouteTableId: mainTableOf(region, vpc) };
  assert.match(region.refuses(replaceRouteTableAssociation, toMain), /^InvalidParameterValue: The main route table/);
  assert.match(region.refuses(associateRouteTable, { RouteTableId: tableIn(region, vpc), GatewayId: igw }), /^Resource.AlreadyAssociated: /);
  const detach = { InternetGatewayId: igw, VpcId: vpc };
  assert.match(region.refuses(detachInternetGateway, detach), new RegExp(`^DependencyViolation: .*: ${table}$`));
  assert.equal(find(region.world, "route-table", table), find(before, "route-table", table));
  region.does(replaceRoute, { RouteTableId: table, DestinationCidrBlock: "10.0.0.0/16", LocalTarget: true });
  region.does(associateRouteTable, { RouteTableId: table, SubnetId: subnet });
  region.does(disassociateRouteTable, { AssociationId });
  region.does(detachInternetGateway, detach);
});

test("a VPC goes with its main table, whichever that is, and not before its other tables", () => {
  const region = new Region();
  const { vpc, subnet } = region.network();
  const table = tableIn(region, vpc);
  const former = mainTableOf(region, vpc);
  region.does(replaceRouteTableAssociation, { AssociationId: mainAssociationOf(region, vpc), RouteTableId: table });
  region.does(deleteSubnet, { SubnetId: subnet });
  assert.match(region.refuses(deleteVpc, { VpcId: vpc }), /^DependencyViolation: /);
  region.does(deleteRouteTable, { RouteTableId: former });
  region.does(deleteVpc, { VpcId: vpc });
  assert.equal(find(region.world, "route-table", table), undefined);
});
