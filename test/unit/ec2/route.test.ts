import assert from "node:assert/strict";
import { test } from "node:test";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { deleteManagedPrefixList } from "../../../src/api/ec2/delete-managed-prefix-list.ts";
import { deleteNatGateway } from "../../../src/api/ec2/delete-nat-gateway.ts";
import { describeRouteTables } from "../../../src/api/ec2/describe-route-tables.ts";
import { createEgressOnlyInternetGateway } from "../../../src/api/ec2/egress-only-internet-gateway.ts";
import { getManagedPrefixListAssociations } from "../../../src/api/ec2/get-managed-prefix-list-associations.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { modifyManagedPrefixList } from "../../../src/api/ec2/modify-managed-prefix-list.ts";
import { createRoute, deleteRoute, replaceRoute } from "../../../src/api/ec2/route.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { associateVpcCidrBlock, disassociateVpcCidrBlock } from "../../../src/api/ec2/vpc-cidr-block.ts";
import { started, stopped } from "../../../src/model/instance.ts";
import { applyChanges, find, need, put } from "../../../src/model/world.ts";
import { Region } from "./region.ts";
import { gatewayIn, interfaceIn, listOf, natGatewayIn, peeringOf, routesOf, shownRoutes, site, tableIn } from "./routed-site.ts";
import type { ReplaceInput, RouteInput } from "./routed-site.ts";

test("routes of every kind of target, shown and found", () => {
  const { region, table, igw, eigw, nat, eni, pcx, four, six } = site();
  const routes: [RouteInput, string][] = [
    [{ DestinationCidrBlock: "0.0.0.0/0", GatewayId: igw }, `0.0.0.0/0 ${igw} active`],
    [{ DestinationIpv6CidrBlock: "::0/0", EgressOnlyInternetGatewayId: eigw }, `::/0 ${eigw} active`],
    [{ DestinationCidrBlock: "198.51.100.9/24", NatGatewayId: nat }, `198.51.100.0/24 ${nat} active`],
    [{ DestinationCidrBlock: "198.51.101.0/24", GatewayId: nat }, `198.51.101.0/24 ${nat} active`],
    [{ DestinationCidrBlock: "192.0.2.0/25", NetworkInterfaceId: eni }, `192.0.2.0/25 ${eni} blackhole`],
    [{ DestinationCidrBlock: "172.16.0.0/16", VpcPeeringConnectionId: pcx }, `172.16.0.0/16 ${pcx} blackhole`],
    [{ DestinationPrefixListId: four, GatewayId: igw }, `${four} ${igw} active`],
    [{ DestinationPrefixListId: six, EgressOnlyInternetGatewayId: eigw }, `${six} ${eigw} active`],
  ];
  for (const [input] of routes) assert.equal(region.does(createRoute, { RouteTableId: table, ...input }).Return, true);
  assert.deepEqual(routesOf(region, table).slice(2), routes.map(([, shown]) => shown));
  assert.deepEqual([...new Set(shownRoutes(region, table).slice(2).map(({ Origin }) => Origin))], ["CreateRoute"]);

  const found: [string, string][] = [
    ["route.destination-cidr-block", "198.51.100.0/24"],
    ["route.destination-ipv6-cidr-block", "::/0"],
    ["route.destination-prefix-list-id", six],
    ["route.egress-only-internet-gateway-id", eigw],
    ["route.gateway-id", igw],
    ["route.nat-gateway-id", nat],
    ["route.origin", "CreateRoute"],
    ["route.state", "blackhole"],
    ["route.vpc-peering-connection-id", pcx],
  ];
  const tables = (Name: string, value: string) =>
    region.does(describeRouteTables, { Filters: [{ Name, Values: [value] }] }).RouteTables?.map((one) => one.RouteTableId) ?? [];
  for (const [name, value] of found) assert.ok(tables(name, value).includes(table), name);
  for (const [name, value] of found.slice(0, 4)) assert.deepEqual(tables(name, value), [table], name);
  assert.deepEqual(tables("route.transit-gateway-id", "*"), []);
});

test("an instance as target is its one interface; it is a blackhole while the instance does not run", () => {
  const { region, subnet, table } = site();
  const run = { ImageId: hostImage(region.call), InstanceType: "m5.large", MinCount: 1, MaxCount: 1 } as const;
  const instance = region.does(runInstances, { ...run, SubnetId: subnet }).Instances?.[0];
  const InstanceId = instance?.InstanceId ?? "";
  const eni = instance?.NetworkInterfaces?.[0]?.NetworkInterfaceId;
  region.does(createRoute, { RouteTableId: table, DestinationCidrBlock: "0.0.0.0/0", InstanceId });
  const shown = () => shownRoutes(region, table).at(-1);
  const whole = { DestinationCidrBlock: "0.0.0.0/0", NetworkInterfaceId: eni, InstanceId, InstanceOwnerId: "111122223333", Origin: "CreateRoute" };
  assert.deepEqual(shown(), { ...whole, State: "blackhole" });
  const is = (state: typeof started) =>
    region.lives((world) => applyChanges(world, [put(state(need(world, "instance", InstanceId), region.call.now))]));
  is(started);
  assert.deepEqual(shown(), { ...whole, State: "active" });
  is(stopped);
  assert.equal(shown()?.State, "blackhole");
  const byInstance = { Filters: [{ Name: "route.instance-id", Values: [InstanceId] }] };
  assert.deepEqual(region.does(describeRouteTables, byInstance).RouteTables?.map((one) => one.RouteTableId), [table]);

  const slots = [0, 1].map((DeviceIndex) => ({ DeviceIndex, SubnetId: subnet }));
  const second = region.does(runInstances, { ...run, NetworkInterfaces: slots }).Instances?.[0]?.InstanceId;
  assert.equal(
    region.refuses(createRoute, { RouteTableId: table, DestinationCidrBlock: "1.0.0.0/8", InstanceId: second }),
    `InvalidInstanceID: There are multiple interfaces attached to instance '${second}'. Please specify an interface ID for the operation instead.`,
  );
});

test("CreateRoute refuses, in order, and then changes nothing", () => {
  const { region, table, other, ipv6, igw, eigw, nat, eni, pcx, four, six } = site();
  const strangeEni = interfaceIn(region, other.subnet);
  const strangeIgw = gatewayIn(region, other.vpc);
  const strangeEigw = region.does(createEgressOnlyInternetGateway, { VpcId: other.vpc }).EgressOnlyInternetGateway;
  const strangeNat = natGatewayIn(region, other.subnet);
  const deletedNat = natGatewayIn(region, other.subnet);
  region.does(deleteNatGateway, { NatGatewayId: deletedNat });
  const far = region.network("192.168.0.0/16", "192.168.1.0/24");
  const strangePcx = peeringOf(region, far.vpc, other.vpc);
  const failedPcx = peeringOf(region, far.vpc, region.network("192.168.1.0/24", "192.168.1.0/24").vpc);
  region.does(createRoute, { RouteTableId: table, DestinationCidrBlock: "9.0.0.0/8", GatewayId: igw });

  const destinations = "The request must contain exactly one of destinationCidrBlock, destinationIpv6CidrBlock or destinationPrefixListId";
  const different = (what: string) => `InvalidParameterValue: route table ${table} and ${what} belong to different networks`;
  const inside = (cidr: string) =>
    `InvalidParameterValue: The destination CIDR block ${cidr} is equal to or more specific than one of this VPC's CIDR blocks. This route can target only an interface or an instance.`;
  const any = { DestinationCidrBlock: "0.0.0.0/0" };
  const any6 = { DestinationIpv6CidrBlock: "::/0" };
  const cases: [RouteInput, string | RegExp][] = [
    [{ RouteTableId: "x" }, `MissingParameter: ${destinations}`],
    [{ RouteTableId: "x", ...any, ...any6 }, `InvalidParameterCombination: ${destinations}`],
    [{ RouteTableId: "x", DestinationCidrBlock: "::/0" }, /^InvalidParameterValue: Value \(::\/0\) for parameter destinationCidrBlock is invalid/],
    [{ RouteTableId: "x", DestinationIpv6CidrBlock: "1.0.0.0/8" }, /^InvalidParameterValue: .* destinationIpv6CidrBlock is invalid/],
    [{ RouteTableId: "x", DestinationPrefixListId: "sites" }, /^InvalidPrefixListId.Malformed: /],
    [{ RouteTableId: "x", ...any }, /^MissingParameter: The request must contain exactly one of .*gatewayId, .*vpcPeeringConnectionId$/],
    [{ RouteTableId: "x", DestinationCidrBlock: "169.254.169.0/24", GatewayId: igw, NatGatewayId: nat }, /^InvalidParameterCombination: The request must contain exactly one of /],
    [{ RouteTableId: "x", DestinationCidrBlock: "169.254.168.0/22", GatewayId: igw }, /^InvalidParameterValue: .*169.254.168.0\/22 is reserved/],
    [{ RouteTableId: "x", DestinationCidrBlock: "169.254.171.7/32", GatewayId: igw }, /^InvalidParameterValue: .* is reserved/],
    [{ RouteTableId: "x", DestinationIpv6CidrBlock: "fd00:ec2::/64", GatewayId: igw }, /^InvalidParameterValue: .* is reserved/],
    [{ RouteTableId: "x", ...any, GatewayId: igw }, /^InvalidRouteTableId.Malformed: /],
    [{ RouteTableId: "rtb-00000000", DestinationPrefixListId: "pl-00000000", GatewayId: "igw-00000000" }, /^InvalidRouteTableID.NotFound: /],
    [{ DestinationPrefixListId: "pl-00000000", GatewayId: "igw-00000000" }, /^InvalidPrefixListID.NotFound: /],
    [{ ...any, GatewayId: "igw-00000000" }, "InvalidGatewayID.NotFound: The gateway ID 'igw-00000000' does not exist"],
    [{ ...any, GatewayId: "vgw-00000000" }, "InvalidGatewayID.NotFound: The gateway ID 'vgw-00000000' does not exist"],
    [{ DestinationCidrBlock: "10.0.0.0/16", GatewayId: "local" }, "InvalidGatewayID.NotFound: The gateway ID 'local' does not exist"],
    [{ ...any6, EgressOnlyInternetGatewayId: "eigw-1" }, /^InvalidEgressOnlyInternetGatewayId.Malformed: /],
    [{ ...any6, EgressOnlyInternetGatewayId: "eigw-00000000" }, /^InvalidEgressOnlyInternetGatewayId.NotFound: /],
    [{ ...any, NatGatewayId: "nat-1" }, /^NatGatewayMalformed: /],
    [{ ...any, NatGatewayId: deletedNat }, /^InvalidNatGatewayID.NotFound: /],
    [{ ...any, NetworkInterfaceId: "eni-00000000" }, /^InvalidNetworkInterfaceID.NotFound: /],
    [{ ...any, InstanceId: "i-00000000" }, /^InvalidInstanceID.NotFound: /],
    [{ ...any, VpcPeeringConnectionId: "pcx-1" }, /^InvalidVpcPeeringConnectionId.Malformed: /],
    [{ ...any, VpcPeeringConnectionId: failedPcx }, /^InvalidVpcPeeringConnectionID.NotFound: /],
    [{ ...any, TransitGatewayId: "tgw-00000000" }, "InvalidTransitGatewayID.NotFound: The transitGateway ID 'tgw-00000000' does not exist"],
    [{ ...any, VpcEndpointId: "vpce-00000000" }, /^InvalidVpcEndpointId.NotFound: /],
    [{ ...any, CarrierGatewayId: "cagw-00000000" }, /^InvalidCarrierGatewayID.NotFound: /],
    [{ ...any, LocalGatewayId: "lgw-00000000" }, /^InvalidLocalGatewayID.NotFound: /],
    [{ ...any, CoreNetworkArn: "arn:a" }, /^InvalidCoreNetworkArn.NotFound: /],
    [{ ...any, OdbNetworkArn: "arn:b" }, /^InvalidOdbNetworkArn.NotFound: /],
    [{ ...any, GatewayId: strangeIgw }, different(`network gateway ${strangeIgw}`)],
    [{ ...any6, EgressOnlyInternetGatewayId: strangeEigw?.EgressOnlyInternetGatewayId }, different(`egress-only internet gateway ${strangeEigw?.EgressOnlyInternetGatewayId}`)],
    [{ ...any, NatGatewayId: strangeNat }, different(`NAT gateway ${strangeNat}`)],
    [{ ...any, NetworkInterfaceId: strangeEni }, different(`interface ${strangeEni}`)],
    [{ ...any, VpcPeeringConnectionId: strangePcx }, different(`VPC peering connection ${strangePcx}`)],
    [{ ...any, EgressOnlyInternetGatewayId: eigw }, `InvalidParameterValue: The egress-only internet gateway ${eigw} takes IPv6 traffic only.`],
    [{ DestinationPrefixListId: four, EgressOnlyInternetGatewayId: eigw }, /takes IPv6 traffic only/],
    [{ ...any6, NatGatewayId: nat }, `InvalidParameterValue: The NAT gateway ${nat} takes IPv4 traffic only.`],
    [{ DestinationPrefixListId: six, NatGatewayId: nat }, /takes IPv4 traffic only/],
    [{ DestinationIpv6CidrBlock: "64:ff9b::/96", NatGatewayId: nat }, /^UnsupportedOperation: NAT64 is not supported/],
    [{ DestinationCidrBlock: "10.0.0.0/16", VpcPeeringConnectionId: pcx }, inside("10.0.0.0/16")],
    [{ DestinationCidrBlock: "10.0.1.0/24", GatewayId: igw }, inside("10.0.1.0/24")],
    [{ DestinationIpv6CidrBlock: ipv6, GatewayId: igw }, inside(ipv6)],
    [{ DestinationCidrBlock: "10.0.1.0/25", NetworkInterfaceId: eni }, "InvalidParameterValue: Route destination doesn't match any subnet CIDR blocks."],
    [{ DestinationCidrBlock: "10.0.0.0/17", NatGatewayId: nat }, "InvalidParameterValue: Route destination doesn't match any subnet CIDR blocks."],
    [{ DestinationCidrBlock: "10.0.0.0/16", NetworkInterfaceId: eni }, "RouteAlreadyExists: The route identified by 10.0.0.0/16 already exists."],
    [{ DestinationCidrBlock: "9.1.2.3/8", NetworkInterfaceId: eni }, "RouteAlreadyExists: The route identified by 9.0.0.0/8 already exists."],
  ];
  const before = region.world;
  for (const [input, expected] of cases) {
    const refusal = region.refuses(createRoute, { RouteTableId: table, ...input });
    if (typeof expected === "string") assert.equal(refusal, expected);
    else assert.match(refusal, expected, JSON.stringify(input));
  }
  region.does(createRoute, { RouteTableId: table, DestinationCidrBlock: "9.1.2.3/8", GatewayId: igw });
  assert.equal(find(region.world, "route-table", table), find(before, "route-table", table), "the very same route again");
});

test("what belongs to another account is no target, and its tables do not exist", () => {
  const { region, table, igw } = site();
  const stranger = new Region({ account: "444455556666" });
  const { vpc } = stranger.network();
  const own = tableIn(stranger, vpc);
  stranger.world = applyChanges(region.world, [put(need(stranger.world, "vpc", vpc)), put(need(stranger.world, "route-table", own))]);
  const any = { DestinationCidrBlock: "0.0.0.0/0", GatewayId: igw };
  assert.match(stranger.refuses(createRoute, { RouteTableId: table, ...any }), /^InvalidRouteTableID.NotFound: /);
  assert.match(stranger.refuses(createRoute, { RouteTableId: own, ...any }), /^InvalidGatewayID.NotFound: /);
});

test("subnets can be led through an appliance, and so can the whole VPC, and back", () => {
  const { region, vpc, table, ipv6, subnet6, nat, eni } = site();
  region.does(createRoute, { RouteTableId: table, DestinationCidrBlock: "10.0.1.0/24", NetworkInterfaceId: eni });
  region.does(createRoute, { RouteTableId: table, DestinationIpv6CidrBlock: subnet6, NetworkInterfaceId: eni });
  region.does(replaceRoute, { RouteTableId: table, DestinationCidrBlock: "10.0.0.0/16", NatGatewayId: nat });
  region.does(replaceRoute, { RouteTableId: table, DestinationIpv6CidrBlock: ipv6, NetworkInterfaceId: eni });
  assert.deepEqual(routesOf(region, table), [
    `10.0.0.0/16 ${nat} active`,
    `${ipv6} ${eni} blackhole`,
    `10.0.1.0/24 ${eni} blackhole`,
    `${subnet6} ${eni} blackhole`,
  ]);
  assert.equal(shownRoutes(region, table)[0]?.Origin, "CreateRouteTable");
  region.does(replaceRoute, { RouteTableId: table, DestinationCidrBlock: "10.0.0.0/16", LocalTarget: true });
  region.does(replaceRoute, { RouteTableId: table, DestinationIpv6CidrBlock: ipv6, GatewayId: "local" });
  assert.deepEqual(routesOf(region, table).slice(0, 2), ["10.0.0.0/16 local active", `${ipv6} local active`]);

  const AssociationId = region.does(associateVpcCidrBlock, { VpcId: vpc, CidrBlock: "10.7.0.0/16" }).CidrBlockAssociation?.AssociationId;
  region.does(replaceRoute, { RouteTableId: table, DestinationCidrBlock: "10.7.0.0/16", NetworkInterfaceId: eni });
  region.does(disassociateVpcCidrBlock, { AssociationId });
  assert.equal(routesOf(region, table).length, 4, "a local route goes with its block, wherever it led");
});

test("ReplaceRoute and DeleteRoute refuse what is not there, and local routes", () => {
  const { region, table, igw, eni, pcx, four } = site();
  region.does(createRoute, { RouteTableId: table, DestinationCidrBlock: "0.0.0.0/0", GatewayId: igw });
  const replacing: [ReplaceInput, string | RegExp][] = [
    [{ DestinationCidrBlock: "0.0.0.0/0", LocalTarget: false }, /^MissingParameter: /],
    [{ DestinationCidrBlock: "0.0.0.0/0", LocalTarget: true, GatewayId: igw }, /^InvalidParameterCombination: /],
    [{ RouteTableId: "rtb-00000000", DestinationCidrBlock: "0.0.0.0/0", LocalTarget: true }, /^InvalidRouteTableID.NotFound: /],
    [{ DestinationCidrBlock: "0.0.0.0/0", LocalTarget: true }, "InvalidParameterValue: local-target only allowed with network local destination CIDRs"],
    [{ DestinationPrefixListId: four, LocalTarget: true }, "InvalidParameterValue: local-target only allowed with network local destination CIDRs"],
    [{ DestinationCidrBlock: "10.0.0.0/16", GatewayId: igw }, /^InvalidParameterValue: .* can target only an interface or an instance\.$/],
    [{ DestinationCidrBlock: "1.0.0.0/8", GatewayId: igw }, "InvalidParameterValue: There is no route defined for '1.0.0.0/8' in the route table. Use CreateRoute instead."],
  ];
  const deleting: [ReplaceInput, string | RegExp][] = [
    [{}, /^MissingParameter: /],
    [{ RouteTableId: "rtb-00000000", DestinationCidrBlock: "1.0.0.0/8" }, /^InvalidRouteTableID.NotFound: /],
    [{ DestinationCidrBlock: "1.0.0.0/8" }, `InvalidRoute.NotFound: no route with destination-cidr-block 1.0.0.0/8 in route table ${table}`],
    [{ DestinationIpv6CidrBlock: "::/0" }, `InvalidRoute.NotFound: no route with destination-ipv6-cidr-block ::/0 in route table ${table}`],
    [{ DestinationPrefixListId: four }, `InvalidRoute.NotFound: no route with destination-prefix-list-id ${four} in route table ${table}`],
    [{ DestinationCidrBlock: "10.0.0.0/16" }, `InvalidParameterValue: cannot remove local route 10.0.0.0/16 in route table ${table}`],
  ];
  const before = region.world;
  const check = (refusal: string, expected: string | RegExp) =>
    typeof expected === "string" ? assert.equal(refusal, expected) : assert.match(refusal, expected);
  for (const [input, expected] of replacing) check(region.refuses(replaceRoute, { RouteTableId: table, ...input }), expected);
  for (const [input, expected] of deleting) check(region.refuses(deleteRoute, { RouteTableId: table, ...input }), expected);
  assert.equal(region.world, before);

  region.does(replaceRoute, { RouteTableId: table, DestinationCidrBlock: "0.0.0.0/0", VpcPeeringConnectionId: pcx });
  assert.equal(routesOf(region, table).at(-1), `0.0.0.0/0 ${pcx} blackhole`);
  region.does(replaceRoute, { RouteTableId: table, DestinationCidrBlock: "10.0.0.0/16", NetworkInterfaceId: eni });
  check(region.refuses(deleteRoute, { RouteTableId: table, DestinationCidrBlock: "10.0.0.0/16" }), /cannot remove local route/);
  region.does(deleteRoute, { RouteTableId: table, DestinationCidrBlock: "0.0.0.0/0" });
  assert.equal(routesOf(region, table).length, 2);
});

test("a table has room for so many routes of each family, where a prefix list counts as its size", () => {
  const region = new Region({ quotas: { routesPerTable: 4 } });
  const VpcId = region.does(createVpc, { CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: true }).Vpc?.VpcId ?? "";
  const GatewayId = gatewayIn(region, VpcId);
  const RouteTableId = tableIn(region, VpcId);
  const [two, tooLarge, six] = [listOf(region, "IPv4", 2), listOf(region, "IPv4", 4), listOf(region, "IPv6", 3)];
  const full = "RouteLimitExceeded: The maximum number of routes has been reached.";
  const add = (input: RouteInput) => ({ RouteTableId, GatewayId, ...input });
  assert.equal(region.refuses(createRoute, add({ DestinationPrefixListId: tooLarge })), full);
  region.does(createRoute, add({ DestinationPrefixListId: two }));
  region.does(createRoute, add({ DestinationCidrBlock: "0.0.0.0/0" }));
  assert.equal(region.refuses(createRoute, add({ DestinationCidrBlock: "1.0.0.0/8" })), full);
  region.does(createRoute, add({ DestinationPrefixListId: six }));
  assert.equal(region.refuses(createRoute, add({ DestinationIpv6CidrBlock: "::/0" })), full);
  region.does(replaceRoute, add({ DestinationCidrBlock: "0.0.0.0/0" }));

  const before = region.world;
  assert.equal(
    region.refuses(modifyManagedPrefixList, { PrefixListId: two, MaxEntries: 3 }),
    `RouteLimitExceeded: The following route tables do not have room for 3 entries: ${RouteTableId}`,
  );
  assert.equal(region.world, before);
  assert.equal(region.does(deleteManagedPrefixList, { PrefixListId: two }).PrefixList?.State, "delete-in-progress");
  assert.deepEqual(region.does(getManagedPrefixListAssociations, { PrefixListId: two }).PrefixListAssociations, [
    { ResourceId: RouteTableId, ResourceOwner: "111122223333" },
  ]);
  region.does(deleteRoute, { RouteTableId, DestinationCidrBlock: "0.0.0.0/0" });
  region.does(modifyManagedPrefixList, { PrefixListId: two, MaxEntries: 3 });
  region.does(deleteRoute, { RouteTableId, DestinationPrefixListId: two });
  region.does(deleteManagedPrefixList, { PrefixListId: two });
});

test("a new block may not take over a route, only be a part of its destination", () => {
  const { region, vpc, table, igw } = site();
  region.does(createRoute, { RouteTableId: table, DestinationCidrBlock: "10.9.4.0/24", GatewayId: igw });
  const before = region.world;
  for (const CidrBlock of ["10.9.4.0/24", "10.9.4.0/23", "10.9.0.0/16"]) {
    assert.equal(
      region.refuses(associateVpcCidrBlock, { VpcId: vpc, CidrBlock }),
      `InvalidVpc.Range: The CIDR '${CidrBlock}' is equal to or larger than the destination of a route in ${table}.`,
    );
  }
  assert.equal(region.world, before);
  region.does(associateVpcCidrBlock, { VpcId: vpc, CidrBlock: "10.9.4.0/25" });
});
