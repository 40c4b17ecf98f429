import assert from "node:assert/strict";
import { test } from "node:test";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { createVpcEndpoint } from "../../../src/api/ec2/create-vpc-endpoint.ts";
import { deleteRouteTable } from "../../../src/api/ec2/delete-route-table.ts";
import { deleteSecurityGroup } from "../../../src/api/ec2/delete-security-group.ts";
import { deleteSubnet } from "../../../src/api/ec2/delete-subnet.ts";
import { deleteVpc } from "../../../src/api/ec2/delete-vpc.ts";
import { createRouteTable } from "../../../src/api/ec2/create-route-table.ts";
import { describeManagedPrefixLists } from "../../../src/api/ec2/describe-managed-prefix-lists.ts";
import { describeNetworkInterfaces } from "../../../src/api/ec2/describe-network-interfaces.ts";
import { describeRouteTables } from "../../../src/api/ec2/describe-route-tables.ts";
import { describeVpcEndpointServices } from "../../../src/api/ec2/describe-vpc-endpoint-services.ts";
import {
  createVpcEndpointServiceConfiguration,
  deleteVpcEndpointServiceConfigurations,
  describeVpcEndpointServiceConfigurations,
  modifyVpcEndpointServiceConfiguration,
} from "../../../src/api/ec2/endpoint-service-configuration.ts";
import {
  acceptVpcEndpointConnections,
  describeVpcEndpointConnections,
  rejectVpcEndpointConnections,
} from "../../../src/api/ec2/endpoint-service-connections.ts";
import { describeVpcEndpointServicePermissions, modifyVpcEndpointServicePermissions } from "../../../src/api/ec2/endpoint-service-permissions.ts";
import { createRoute, deleteRoute } from "../../../src/api/ec2/route.ts";
import { createTags } from "../../../src/api/ec2/tags.ts";
import { modifyVpcAttribute } from "../../../src/api/ec2/vpc-attribute.ts";
import { deleteVpcEndpoints, describeVpcEndpoints, modifyVpcEndpoint } from "../../../src/api/ec2/vpc-endpoint.ts";
import type { Input } from "../../../src/api/operation.ts";
import { need } from "../../../src/model/world.ts";
import { zonesOf } from "../../../src/model/zone.ts";
import { Region } from "./region.ts";

const s3 = "com.amazonaws.us-east-1.s3";
const logs = "com.amazonaws.us-east-1.logs";
const balancer = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/mine/1234";
const gatewayBalancer = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/gwy/mine/5678";
const unknown = "vpce-0fffffffffffffff1";

function setting(options: ConstructorParameters<typeof Region>[0] = {}) {
  const region = new Region(options);
  const { vpc, subnet } = region.network();
  const inZone = (AvailabilityZone: string, CidrBlock: string) =>
    region.does(createSubnet, { VpcId: vpc, CidrBlock, AvailabilityZone }).Subnet?.SubnetId ?? "";
  const create = (input: Partial<Input<"CreateVpcEndpoint">>) => region.does(createVpcEndpoint, { VpcId: vpc, ServiceName: s3, ...input }).VpcEndpoint;
  const shown = (id = "") => region.does(describeVpcEndpoints, { VpcEndpointIds: [id] }).VpcEndpoints?.[0];
  const main = need(region.world, "vpc", vpc).mainRouteTable;
  return { region, vpc, subnet, inZone, create, shown, main };
}

test("a gateway endpoint is a route to its service's prefix list in each of its tables", () => {
  const { region, vpc, subnet, create, shown, main } = setting();
  const other = region.does(createRouteTable, { VpcId: vpc }).RouteTable?.RouteTableId ?? "";
  const Tags = [{ Key: "Name", Value: "storage" }];
  const made = create({ RouteTableIds: [main], TagSpecifications: [{ ResourceType: "vpc-endpoint", Tags }], ClientToken: "once" });
  const VpcEndpointId = made?.VpcEndpointId ?? "";
  assert.match(VpcEndpointId, /^vpce-[0-9a-f]{17}$/);
  assert.deepEqual(made, shown(VpcEndpointId));
  assert.deepEqual(made, {
    VpcEndpointId,
    VpcEndpointType: "Gateway",
    VpcId: vpc,
    ServiceName: s3,
    State: "available",
    PolicyDocument: '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
    RouteTableIds: [main],
    SubnetIds: [],
    Groups: [],
    IpAddressType: "ipv4",
    DnsOptions: undefined,
    PrivateDnsEnabled: false,
    RequesterManaged: false,
    NetworkInterfaceIds: [],
    DnsEntries: [],
    CreationTimestamp: made?.CreationTimestamp,
    OwnerId: "111122223333",
    ServiceRegion: "us-east-1",
    Tags,
  });
  const list = region.does(describeManagedPrefixLists, { Filters: [{ Name: "prefix-list-name", Values: [s3] }] }).PrefixLists?.[0]?.PrefixListId ?? "";
  const routes = (table: string) =>
    region.does(describeRouteTables, { RouteTableIds: [table] }).RouteTables?.[0]?.Routes?.slice(1).map((route) => [route.DestinationPrefixListId, route.GatewayId, route.State]);
  assert.deepEqual(routes(main), [[list, VpcEndpointId, "active"]]);
  const before = region.world;
  assert.equal(
    region.refuses(deleteRoute, { RouteTableId: main, DestinationPrefixListId: list }),
    `InvalidParameterValue: cannot remove VPC endpoint route ${list} in route table ${main}`,
  );
  assert.equal(
    region.refuses(createVpcEndpoint, { VpcId: vpc, ServiceName: s3, RouteTableIds: [main] }),
    `RouteAlreadyExists: route table ${main} already has a route with destination-prefix-list-id ${list}`,
  );
  assert.equal(region.world, before);
  for (const _ of [1, 2]) region.does(modifyVpcEndpoint, { VpcEndpointId, AddRouteTableIds: [other], PolicyDocument: '{"Statement":[]}' });
  assert.deepEqual([routes(other), shown(VpcEndpointId)?.PolicyDocument], [[[list, VpcEndpointId, "active"]], '{"Statement":[]}']);
  assert.deepEqual(shown(VpcEndpointId)?.RouteTableIds?.toSorted(), [main, other].toSorted());
  region.does(modifyVpcEndpoint, { VpcEndpointId, RemoveRouteTableIds: [main], ResetPolicy: true });
  assert.deepEqual([routes(main), shown(VpcEndpointId)?.RouteTableIds, shown(VpcEndpointId)?.PolicyDocument], [[], [other], made?.PolicyDocument]);
  create({ ServiceName: "com.amazonaws.us-east-1.dynamodb" });
  const found = (Name: string, value: string) =>
    region.does(describeVpcEndpoints, { Filters: [{ Name, Values: [value] }] }).VpcEndpoints?.map((one) => one.VpcEndpointId);
  for (const [name, value] of [["service-name", s3], ["vpc-endpoint-id", VpcEndpointId], ["tag:Name", "storage"], ["tag-key", "Name"]] as const) {
    assert.deepEqual(found(name, value), [VpcEndpointId], name);
  }
  for (const [name, value] of [["vpc-id", vpc], ["vpc-endpoint-state", "available"], ["vpc-endpoint-type", "Gateway"], ["ip-address-type", "ipv4"], ["service-region", "us-east-1"]] as const) {
    assert.equal(found(name, value)?.length, 2, name);
  }
  region.does(deleteRouteTable, { RouteTableId: other });
  assert.deepEqual(shown(VpcEndpointId)?.RouteTableIds, []);
  region.does(deleteSubnet, { SubnetId: subnet });
  assert.match(region.refuses(deleteVpc, { VpcId: vpc }), /^DependencyViolation: /);
  const all = region.does(describeVpcEndpoints, {}).VpcEndpoints?.map(({ VpcEndpointId: id = "" }) => id) ?? [];
  assert.deepEqual(region.does(deleteVpcEndpoints, { VpcEndpointIds: [...all, unknown] }).Unsuccessful, [
    { ResourceId: unknown, Error: { Code: "InvalidVpcEndpoint.NotFound", Message: `The Vpc Endpoint Id '${unknown}' does not exist` } },
  ]);
  assert.equal(shown(VpcEndpointId)?.State, "deleted");
  region.does(deleteVpc, { VpcId: vpc });
});

test("an interface endpoint has an interface in each subnet, groups, and names", () => {
  const { region, vpc, subnet, inZone, create, shown } = setting();
  const second = inZone("us-east-1b", "10.0.2.0/24");
  const group = region.group(vpc, "endpoints");
  const VpcEndpointType = "Interface";
  assert.match(
    region.refuses(createVpcEndpoint, { VpcId: vpc, ServiceName: logs, VpcEndpointType }),
    /^InvalidParameter: Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for vpc-/,
  );
  region.does(modifyVpcAttribute, { VpcId: vpc, EnableDnsHostnames: { Value: true } });
  const made = create({ ServiceName: logs, VpcEndpointType, SubnetIds: [subnet] });
  const VpcEndpointId = made?.VpcEndpointId ?? "";
  assert.equal(made?.State, "pending");
  const endpoint = () => shown(VpcEndpointId);
  assert.deepEqual({ ...endpoint(), State: "pending" }, made);
  const interfaces = () => region.does(describeNetworkInterfaces, { Filters: [{ Name: "interface-type", Values: ["vpc_endpoint"] }] }).NetworkInterfaces ?? [];
  const defaultGroup = need(region.world, "vpc", vpc).defaultGroup;
  assert.deepEqual(
    [endpoint()?.State, endpoint()?.SubnetIds, endpoint()?.Groups, endpoint()?.PrivateDnsEnabled, endpoint()?.RouteTableIds],
    ["available", [subnet], [{ GroupId: defaultGroup, GroupName: "default" }], true, []],
  );
  const { zone } = need(region.world, "subnet", subnet);
  const domain = "logs.us-east-1.vpce.amazonaws.com";
  const names = endpoint()?.DnsEntries?.map(({ DnsName = "" }) => DnsName);
  const label = /^vpce-[0-9a-f]{17}-([0-9a-f]{8})\./.exec(names?.[0] ?? "")?.[1];
  assert.deepEqual(names, [`${VpcEndpointId}-${label}.${domain}`, `${VpcEndpointId}-${label}-${zone}.${domain}`, "logs.us-east-1.amazonaws.com"]);
  const [eni] = interfaces();
  assert.deepEqual(endpoint()?.NetworkInterfaceIds, [eni?.NetworkInterfaceId]);
  assert.deepEqual(
    [eni?.SubnetId, eni?.RequesterManaged, eni?.Status, eni?.Description, eni?.Groups?.[0]?.GroupId],
    [subnet, true, "in-use", `VPC Endpoint Interface ${VpcEndpointId}`, defaultGroup],
  );
  assert.match(
    region.refuses(createVpcEndpoint, { VpcId: vpc, ServiceName: logs, VpcEndpointType }),
    /^InvalidParameter: private-dns-enabled cannot be set because there is already a conflicting DNS domain for logs\.us-east-1\.amazonaws\.com in the VPC vpc-/,
  );
  region.does(modifyVpcEndpoint, { VpcEndpointId, AddSubnetIds: [second, subnet], RemoveSubnetIds: [], AddSecurityGroupIds: [group], RemoveSecurityGroupIds: [defaultGroup], PrivateDnsEnabled: false });
  assert.deepEqual(
    [endpoint()?.SubnetIds, endpoint()?.Groups?.map(({ GroupId }) => GroupId), interfaces().map(({ Groups }) => Groups?.[0]?.GroupId), endpoint()?.DnsEntries?.length],
    [[subnet, second], [group], [group, group], 3],
  );
  assert.match(region.refuses(deleteSecurityGroup, { GroupId: group }), /^DependencyViolation: /);
  region.does(modifyVpcEndpoint, { VpcEndpointId, RemoveSubnetIds: [subnet] });
  region.does(deleteSubnet, { SubnetId: subnet });
  assert.match(region.refuses(deleteSubnet, { SubnetId: second }), /^DependencyViolation: /);
  assert.deepEqual(region.does(deleteVpcEndpoints, { VpcEndpointIds: [VpcEndpointId] }).Unsuccessful, []);
  assert.deepEqual([interfaces(), endpoint()?.State, endpoint()?.NetworkInterfaceIds], [[], "deleted", []]);
  region.does(deleteSubnet, { SubnetId: second });
});

test("what is wrong with an endpoint, in order", () => {
  const { region, vpc, subnet, inZone, create, main } = setting({ quotas: { gatewayEndpointsPerVpc: 1 } });
  const same = inZone(need(region.world, "subnet", subnet).zone, "10.0.3.0/24");
  const foreign = region.network("10.8.0.0/16", "10.8.1.0/24");
  const foreignTable = need(region.world, "vpc", foreign.vpc).mainRouteTable;
  const gateway = create({})?.VpcEndpointId ?? "";
  const own = create({ ServiceName: logs, VpcEndpointType: "Interface", SubnetIds: [subnet], PrivateDnsEnabled: false })?.VpcEndpointId ?? "";
  const before = region.world;
  const refused = (input: Partial<Input<"CreateVpcEndpoint">>) => region.refuses(createVpcEndpoint, { VpcId: vpc, ServiceName: s3, ...input });
  const forInterface = (input: Partial<Input<"CreateVpcEndpoint">>) => refused({ ServiceName: logs, VpcEndpointType: "Interface", PrivateDnsEnabled: false, ...input });
  const modify = (input: Partial<Input<"ModifyVpcEndpoint">>) => region.refuses(modifyVpcEndpoint, { VpcEndpointId: own, ...input });
  const cases: [string, RegExp][] = [
    [refused({ ResourceConfigurationArn: "x" }), /^UnsupportedOperation: /],
    [refused({ VpcEndpointType: "interface" as string as "Interface" }), /^InvalidParameterValue: Value \(interface\) for parameter vpcEndpointType/],
    [refused({ VpcEndpointType: "Resource" }), /^UnsupportedOperation: /],
    [refused({ ServiceRegion: "eu-west-1" }), /^UnsupportedOperation: /],
    [refused({ SubnetIds: [subnet] }), /^InvalidParameter: Subnet IDs are only supported for Interface type VPC Endpoint\.$/],
    [forInterface({ RouteTableIds: [main] }), /^InvalidParameter: Route table IDs /],
    [refused({ SecurityGroupIds: ["sg-1"] }), /^InvalidParameter: Security group IDs /],
    [refused({ PolicyDocument: "my policy document" }), /^InvalidPolicyDocument: /],
    [refused({ PolicyDocument: "[]" }), /^InvalidPolicyDocument: /],
    [forInterface({ IpAddressType: "ipv6" }), /^UnsupportedOperation: /],
    [forInterface({ DnsOptions: { DnsRecordIpType: "a" as string as "ipv4" } }), /^InvalidParameterValue: .*dnsRecordIpType/],
    [refused({ VpcId: "vpc-0fffffffffffffff1", ServiceName: "x" }), /^InvalidVpcID.NotFound: /],
    [refused({ ServiceName: "com.amazonaws.us-west-1.s3" }), /^InvalidServiceName: The Vpc Endpoint Service 'com\.amazonaws\.us-west-1\.s3' does not exist$/],
    [refused({ ServiceName: logs }), /^InvalidParameter: Endpoint type \(Gateway\) does not match available service types \(\[Interface\]\)\.$/],
    [refused({ RouteTableIds: ["rtb-0fffffffffffffff1"] }), /^InvalidRouteTableID.NotFound: /],
    [refused({ RouteTableIds: [foreignTable] }), /^InvalidParameter: Route table .* does not belong to vpc/],
    [forInterface({ SubnetIds: ["subnet-0fffffffffffffff1"] }), /^InvalidSubnetID.NotFound: /],
    [forInterface({ SubnetIds: [foreign.subnet] }), /^InvalidParameter: Subnet .* does not belong to vpc/],
    [
      forInterface({ SubnetIds: [subnet, same] }),
      new RegExp(`^DuplicateSubnetsInSameZone: Found another VPC endpoint subnet in the availability zone of ${same}\\. `),
    ],
    [forInterface({ SecurityGroupIds: ["sg-0fffffffffffffff1"] }), /^InvalidGroup.NotFound: /],
    [refused({ PrivateDnsEnabled: true }), /^InvalidParameter: Private DNS is only supported/],
    [refused({}), /^VpcEndpointLimitExceeded: /],
    [modify({ VpcEndpointId: unknown }), /^InvalidVpcEndpointId.NotFound: /],
    [modify({ VpcEndpointId: main }), /^InvalidVpcEndpointId.NotFound: /],
    [modify({ AddRouteTableIds: [main] }), /^InvalidParameter: .*no route tables/],
    [modify({ VpcEndpointId: gateway, AddSubnetIds: [subnet] }), /^InvalidParameter: .*no subnets/],
    [modify({ VpcEndpointId: gateway, AddSecurityGroupIds: ["sg-1"] }), /^InvalidParameter: .*no security groups/],
    [modify({ PolicyDocument: "{}", ResetPolicy: true }), /^InvalidParameterCombination: /],
    [modify({ AddSubnetIds: [same] }), /^DuplicateSubnetsInSameZone: /],
    [modify({ PrivateDnsEnabled: true }), /^InvalidParameter: Enabling private DNS requires /],
    [modify({ RemoveSecurityGroupIds: [need(region.world, "vpc", vpc).defaultGroup] }), /^InvalidParameter: .*at least one security group/],
    [region.refuses(describeVpcEndpoints, { VpcEndpointIds: [main] }), /^InvalidVpcEndpointId.NotFound: /],
    [region.refuses(createRoute, { RouteTableId: main, DestinationCidrBlock: "0.0.0.0/0", VpcEndpointId: gateway }), /^RouteNotSupported: Route table contains unsupported route target: vpce-\w+\. VPC Endpoints of this type /],
  ];
  for (const [said, expected] of cases) assert.match(said, expected);
  assert.equal(region.world, before);
});

test("Amazon's services are listed, by name and type", () => {
  const { region } = setting();
  const described = (input: Input<"DescribeVpcEndpointServices">) => region.does(describeVpcEndpointServices, input);
  const both = described({ ServiceNames: [s3] });
  assert.deepEqual(both.ServiceNames, [s3]);
  assert.deepEqual(both.ServiceDetails?.map(({ ServiceType, Owner }) => [ServiceType, Owner]), [
    [[{ ServiceType: "Gateway" }], "amazon"],
    [[{ ServiceType: "Interface" }], "amazon"],
  ]);
  assert.equal(new Set(both.ServiceDetails?.map(({ ServiceId }) => ServiceId)).size, 2);
  const found = (Name: string, value: string) => described({ Filters: [{ Name, Values: [value] }] }).ServiceNames;
  assert.deepEqual(found("service-type", "Gateway"), ["com.amazonaws.us-east-1.dynamodb", s3]);
  assert.deepEqual(found("service-name", "*.ecr.*"), ["com.amazonaws.us-east-1.ecr.api", "com.amazonaws.us-east-1.ecr.dkr"]);
  for (const [name, value] of [["owner", "amazon"], ["service-region", "us-east-1"], ["supported-ip-address-types", "ipv4"]] as const) {
    assert.ok((found(name, value)?.length ?? 0) > 100, name);
    assert.deepEqual(found(name, "other"), [], name);
  }
  const first = described({ MaxResults: 5 });
  assert.equal(described({ MaxResults: 5, NextToken: first.NextToken }).ServiceDetails?.length, 5);
  assert.match(region.refuses(describeVpcEndpointServices, { ServiceNames: ["com.amazonaws.s3"] }), /^InvalidServiceName: /);
});

test("a customer's own service: permitted, connected to, answered, deleted", () => {
  const { region, vpc, subnet, create, shown } = setting();
  const other = { account: "444455556666", region: "us-east-1" };
  const Tags = [{ Key: "Name", Value: "mine" }];
  const made = region.does(createVpcEndpointServiceConfiguration, {
    NetworkLoadBalancerArns: [balancer],
    PrivateDnsName: "svc.example.com",
    SupportedRegions: ["us-west-1"],
    TagSpecifications: [{ ResourceType: "vpc-endpoint-service", Tags }],
  }).ServiceConfiguration;
  const ServiceId = made?.ServiceId ?? "";
  const ServiceName = `com.amazonaws.vpce.us-east-1.${ServiceId}`;
  const config = () => region.does(describeVpcEndpointServiceConfigurations, { ServiceIds: [ServiceId] }).ServiceConfigurations?.[0];
  assert.match(ServiceId, /^vpce-svc-[0-9a-f]{17}$/);
  assert.deepEqual(made, config());
  assert.deepEqual(made, {
    ServiceId,
    ServiceName,
    ServiceType: [{ ServiceType: "Interface" }],
    ServiceState: "Available",
    AvailabilityZones: zonesOf("us-east-1").map(({ name }) => name),
    AcceptanceRequired: true,
    ManagesVpcEndpoints: false,
    NetworkLoadBalancerArns: [balancer],
    GatewayLoadBalancerArns: undefined,
    SupportedIpAddressTypes: ["ipv4"],
    BaseEndpointDnsNames: [`${ServiceId}.us-east-1.vpce.amazonaws.com`],
    PrivateDnsName: "svc.example.com",
    PrivateDnsNameConfiguration: made?.PrivateDnsNameConfiguration,
    SupportedRegions: [{ Region: "us-west-1", ServiceState: "Available" }],
    RemoteAccessEnabled: true,
    Tags,
  });
  assert.equal(made.PrivateDnsNameConfiguration?.State, "pendingVerification");
  const found = (Name: string, value: string) =>
    region.does(describeVpcEndpointServiceConfigurations, { Filters: [{ Name, Values: [value] }] }).ServiceConfigurations?.length;
  for (const [name, value] of [["service-id", ServiceId], ["service-name", ServiceName], ["service-state", "Available"], ["supported-ip-address-types", "ipv4"], ["tag:Name", "mine"]] as const) {
    assert.equal(found(name, value), 1, name);
    assert.equal(found(name, "other"), 0, name);
  }

  const theirs = region.does(describeVpcEndpointServices, {}, other).ServiceNames ?? [];
  assert.ok(!theirs.includes(ServiceName), "nobody is allowed yet");
  const principal = "arn:aws:iam::444455556666:root";
  const AddedPrincipals = region.does(modifyVpcEndpointServicePermissions, { ServiceId, AddAllowedPrincipals: [principal, "*"] }).AddedPrincipals;
  assert.deepEqual(AddedPrincipals?.map(({ Principal, PrincipalType }) => [Principal, PrincipalType]), [[principal, "Account"], ["*", "All"]]);
  region.does(modifyVpcEndpointServicePermissions, { ServiceId, AddAllowedPrincipals: [principal], RemoveAllowedPrincipals: ["*"] });
  const allowed = (...Filters: { Name: string; Values: string[] }[]) => region.does(describeVpcEndpointServicePermissions, { ServiceId, Filters }).AllowedPrincipals;
  assert.deepEqual(allowed(), [{ ...AddedPrincipals?.[0], Tags: [] }]);
  for (const [Name, value] of [["principal", principal], ["principal-type", "Account"]] as const) {
    assert.equal(allowed({ Name, Values: [value] })?.length, 1, Name);
    assert.equal(allowed({ Name, Values: ["other"] })?.length, 0, Name);
  }
  assert.deepEqual(region.does(describeVpcEndpointServices, { ServiceNames: [ServiceName] }, other).ServiceDetails?.[0]?.Owner, "111122223333");

  const endpoint = create({ ServiceName, VpcEndpointType: "Interface", SubnetIds: [subnet] });
  const VpcEndpointId = endpoint?.VpcEndpointId ?? "";
  assert.deepEqual([endpoint?.State, endpoint?.PrivateDnsEnabled], ["pendingAcceptance", false]);
  const connections = (...Filters: { Name: string; Values: string[] }[]) => region.does(describeVpcEndpointConnections, { Filters }).VpcEndpointConnections;
  const [connection] = connections() ?? [];
  assert.deepEqual(
    [connection?.ServiceId, connection?.VpcEndpointId, connection?.VpcEndpointOwner, connection?.VpcEndpointState, connection?.NetworkLoadBalancerArns],
    [ServiceId, VpcEndpointId, "111122223333", "pendingAcceptance", [balancer]],
  );
  for (const [Name, value] of [
    ["ip-address-type", "ipv4"], ["service-id", ServiceId], ["vpc-endpoint-id", VpcEndpointId], ["vpc-endpoint-owner", "111122223333"],
    ["vpc-endpoint-region", "us-east-1"], ["vpc-endpoint-state", "pendingAcceptance"],
  ] as const) {
    assert.equal(connections({ Name, Values: [value] })?.length, 1, Name);
    assert.equal(connections({ Name, Values: ["other"] })?.length, 0, Name);
  }
  const answer = { ServiceId, VpcEndpointIds: [VpcEndpointId] };
  assert.deepEqual(region.does(acceptVpcEndpointConnections, answer).Unsuccessful, []);
  assert.equal(shown(VpcEndpointId)?.State, "available");
  assert.equal(region.does(acceptVpcEndpointConnections, answer).Unsuccessful?.[0]?.Error?.Code, "InvalidState");
  const inUse = region.does(deleteVpcEndpointServiceConfigurations, { ServiceIds: [ServiceId, "vpce-svc-03cf101d15c3bff53"] }).Unsuccessful;
  assert.deepEqual(inUse?.map(({ ResourceId, Error: error }) => [ResourceId, error?.Code]), [
    [ServiceId, "ExistingVpcEndpointConnections"],
    ["vpce-svc-03cf101d15c3bff53", "InvalidVpcEndpointService.NotFound"],
  ]);
  assert.deepEqual(region.does(rejectVpcEndpointConnections, answer).Unsuccessful, []);
  assert.equal(shown(VpcEndpointId)?.State, "rejected");
  region.does(modifyVpcEndpointServiceConfiguration, { ServiceId, AcceptanceRequired: false, RemovePrivateDnsName: true, AddSupportedRegions: ["eu-north-1"], RemoveSupportedRegions: ["us-west-1"] });
  assert.deepEqual(
    [config()?.AcceptanceRequired, config()?.PrivateDnsName, config()?.PrivateDnsNameConfiguration, config()?.SupportedRegions?.map(({ Region: name }) => name)],
    [false, undefined, {}, ["eu-north-1"]],
  );
  region.does(createTags, { Resources: [ServiceId], Tags: [{ Key: "stage", Value: "live" }] });
  assert.equal(config()?.Tags?.length, 2);
  region.does(deleteVpcEndpoints, { VpcEndpointIds: [VpcEndpointId] });
  assert.deepEqual(region.does(deleteVpcEndpointServiceConfigurations, { ServiceIds: [ServiceId] }).Unsuccessful, []);
  assert.match(region.refuses(describeVpcEndpointServiceConfigurations, { ServiceIds: [ServiceId] }), /^InvalidVpcEndpointServiceId.NotFound: /);
  assert.match(region.refuses(createVpcEndpoint, { VpcId: vpc, ServiceName, VpcEndpointType: "Interface" }), /^InvalidServiceName: /);
});

test("what is wrong with a service of one's own", () => {
  const { region } = setting({ quotas: { endpointServices: 1 } });
  const ServiceId = region.does(createVpcEndpointServiceConfiguration, { NetworkLoadBalancerArns: [balancer] }).ServiceConfiguration?.ServiceId ?? "";
  const before = region.world;
  const create = (input: Input<"CreateVpcEndpointServiceConfiguration">) => region.refuses(createVpcEndpointServiceConfiguration, input);
  const NetworkLoadBalancerArns = [balancer];
  const cases: [string, RegExp][] = [
    [create({}), /^InvalidParameter: exactly one of network_load_balancer_arn or gateway_load_balancer_arn is a required member$/],
    [create({ NetworkLoadBalancerArns, GatewayLoadBalancerArns: [gatewayBalancer] }), /^InvalidParameter: exactly one of /],
    [create({ NetworkLoadBalancerArns: ["mine"] }), /^InvalidParameter: 'mine'/],
    [create({ NetworkLoadBalancerArns, SupportedRegions: ["here"] }), /^InvalidParameterValue: .*supportedRegions/],
    [create({ NetworkLoadBalancerArns, SupportedIpAddressTypes: ["ipv5"] }), /^InvalidParameterValue: .*supportedIpAddressTypes/],
    [create({ NetworkLoadBalancerArns }), /^VpcEndpointLimitExceeded: /],
    [
      region.refuses(describeVpcEndpointServiceConfigurations, { ServiceIds: ["vpce-svc-unknown"] }),
      /^InvalidVpcEndpointServiceId.NotFound: The VpcEndpointService Id 'vpce-svc-unknown' does not exist$/,
    ],
    [region.refuses(modifyVpcEndpointServiceConfiguration, { ServiceId, RemoveNetworkLoadBalancerArns: [balancer] }), /^InvalidParameter: /],
    [region.refuses(modifyVpcEndpointServiceConfiguration, { ServiceId, PrivateDnsName: "a", RemovePrivateDnsName: true }), /^InvalidParameterCombination: /],
    [region.refuses(modifyVpcEndpointServicePermissions, { ServiceId, AddAllowedPrincipals: ["prin1"] }), /^InvalidPrincipal: /],
    [region.refuses(acceptVpcEndpointConnections, { ServiceId: "vpce-svc-0fffffffffffffff1", VpcEndpointIds: [unknown] }), /^InvalidVpcEndpointServiceId.NotFound: /],
  ];
  for (const [said, expected] of cases) assert.match(said, expected);
  assert.equal(region.world, before);
});

test("an endpoint of a load balancer is a target of routes, and stays while one leads to it", () => {
  const { region, vpc, subnet, create, shown, main } = setting();
  const ServiceName = region.does(createVpcEndpointServiceConfiguration, { GatewayLoadBalancerArns: [gatewayBalancer], AcceptanceRequired: false }).ServiceConfiguration?.ServiceName;
  const VpcEndpointType = "GatewayLoadBalancer";
  assert.match(region.refuses(createVpcEndpoint, { VpcId: vpc, ServiceName, VpcEndpointType }), /^InvalidParameter: .*exactly one subnet/);
  const VpcEndpointId = create({ ServiceName, VpcEndpointType, SubnetIds: [subnet] })?.VpcEndpointId ?? "";
  assert.deepEqual([shown(VpcEndpointId)?.PolicyDocument, shown(VpcEndpointId)?.Groups, shown(VpcEndpointId)?.DnsEntries], [undefined, [], []]);
  const DestinationCidrBlock = "0.0.0.0/0";
  region.does(createRoute, { RouteTableId: main, DestinationCidrBlock, VpcEndpointId });
  const route = region.does(describeRouteTables, { RouteTableIds: [main] }).RouteTables?.[0]?.Routes?.at(-1);
  assert.deepEqual([route?.GatewayId, route?.State], [VpcEndpointId, "active"]);
  const kept = region.does(deleteVpcEndpoints, { VpcEndpointIds: [VpcEndpointId] }).Unsuccessful;
  assert.equal(kept?.[0]?.Error?.Message, "Endpoint must be removed from route table before deletion");
  region.does(deleteRoute, { RouteTableId: main, DestinationCidrBlock });
  assert.deepEqual(region.does(deleteVpcEndpoints, { VpcEndpointIds: [VpcEndpointId] }).Unsuccessful, []);
});
