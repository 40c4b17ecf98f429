import assert from "node:assert/strict";
import { test } from "node:test";
import { createVpnConnection } from "../../../src/api/ec2/create-vpn-connection.ts";
import { createCustomerGateway, deleteCustomerGateway, describeCustomerGateways } from "../../../src/api/ec2/customer-gateway.ts";
import { deleteSubnet } from "../../../src/api/ec2/delete-subnet.ts";
import { deleteVpc } from "../../../src/api/ec2/delete-vpc.ts";
import { describeRouteTables } from "../../../src/api/ec2/describe-route-tables.ts";
import { associateRouteTable } from "../../../src/api/ec2/route-table-association.ts";
import { createRouteTable } from "../../../src/api/ec2/create-route-table.ts";
import { createRoute } from "../../../src/api/ec2/route.ts";
import { createTags, describeTags } from "../../../src/api/ec2/tags.ts";
import { disableVgwRoutePropagation, enableVgwRoutePropagation } from "../../../src/api/ec2/vgw-route-propagation.ts";
import {
  createVpnConnectionRoute,
  deleteVpnConnection,
  deleteVpnConnectionRoute,
  describeVpnConnections,
  modifyVpnConnectionOptions,
  modifyVpnTunnelOptions,
} from "../../../src/api/ec2/vpn-connection.ts";
import { attachVpnGateway, createVpnGateway, deleteVpnGateway, describeVpnGateways, detachVpnGateway } from "../../../src/api/ec2/vpn-gateway.ts";
import type { Input } from "../../../src/api/operation.ts";
import { forgettableGone } from "../../../src/model/gone.ts";
import { applyChanges, need } from "../../../src/model/world.ts";
import { Region } from "./region.ts";

const Type = "ipsec.1";
const unknown = {
  customer: "cgw-0fffffffffffffff1",
  gateway: "vgw-0fffffffffffffff2",
  connection: "vpn-0fffffffffffffff3",
  vpc: "vpc-0fffffffffffffff4",
  transit: "tgw-abcdefghij0123456",
};

function setting(options: ConstructorParameters<typeof Region>[0] = {}) {
  const region = new Region(options);
  const { vpc, subnet } = region.network();
  const customer = (IpAddress = "198.51.100.7", BgpAsn = 65010) =>
    region.does(createCustomerGateway, { Type, IpAddress, BgpAsn }).CustomerGateway?.CustomerGatewayId ?? "";
  const gateway = () => region.does(createVpnGateway, { Type }).VpnGateway?.VpnGatewayId ?? "";
  const connect = (input: Partial<Input<"CreateVpnConnection">>) =>
    region.does(createVpnConnection, { Type, CustomerGatewayId: customer(), ...input }).VpnConnection;
  return { region, vpc, subnet, customer, gateway, connect };
}

test("a customer's gateway: made once for an address and number, deleted, shown for an hour more", () => {
  const { region } = setting();
  const Tags = [{ Key: "Name", Value: "office" }];
  const made = region.does(createCustomerGateway, {
    Type,
    PublicIp: "198.51.100.7",
    DeviceName: "edge-1",
    TagSpecifications: [{ ResourceType: "customer-gateway", Tags }],
  }).CustomerGateway;
  const CustomerGatewayId = made?.CustomerGatewayId ?? "";
  assert.match(CustomerGatewayId, /^cgw-[0-9a-f]{17}$/);
  assert.deepEqual(made, {
    CustomerGatewayId,
    State: "available",
    Type,
    IpAddress: "198.51.100.7",
    BgpAsn: "65000",
    CertificateArn: undefined,
    DeviceName: "edge-1",
    Tags,
  });
  const again = region.does(createCustomerGateway, { Type, IpAddress: "198.51.100.7", BgpAsn: 65000 }).CustomerGateway;
  assert.equal(again?.CustomerGatewayId, CustomerGatewayId);
  const extended = region.does(createCustomerGateway, { Type, IpAddress: "198.51.100.7", BgpAsnExtended: 4_200_000_001 }).CustomerGateway;
  assert.deepEqual([extended?.BgpAsn, extended?.BgpAsnExtended], [undefined, "4200000001"]);
  const found = (Name: string, value: string) =>
    region.does(describeCustomerGateways, { Filters: [{ Name, Values: [value] }] }).CustomerGateways?.map((one) => one.CustomerGatewayId);
  const filters: [string, string][] = [
    ["bgp-asn", "65000"],
    ["customer-gateway-id", CustomerGatewayId],
    ["tag:Name", "office"],
    ["tag-key", "Name"],
  ];
  for (const [name, value] of filters) assert.deepEqual(found(name, value), [CustomerGatewayId], name);
  for (const [name, value] of [["ip-address", "198.51.100.7"], ["state", "available"], ["type", Type]] as const) {
    assert.equal(found(name, value)?.length, 2, name);
  }
  region.does(deleteCustomerGateway, { CustomerGatewayId });
  assert.deepEqual(found("state", "deleted"), [CustomerGatewayId]);
  assert.match(region.refuses(deleteCustomerGateway, { CustomerGatewayId }), /^InvalidCustomerGatewayID.NotFound: /);
  assert.notEqual(region.does(createCustomerGateway, { Type, IpAddress: "198.51.100.7" }).CustomerGateway?.CustomerGatewayId, CustomerGatewayId);
  region.waits(3590);
  assert.equal(forgettableGone(region.world, region.call.now).length, 0);
  region.waits(20);
  region.lives((world) => applyChanges(world, forgettableGone(world, region.call.now)));
  assert.deepEqual(found("state", "deleted"), []);
});

test("what is wrong with a customer's gateway", () => {
  const region = new Region({ quotas: { customerGateways: 1 } });
  region.does(createCustomerGateway, { Type, IpAddress: "198.51.100.7" });
  const before = region.world;
  const create = (input: Partial<Input<"CreateCustomerGateway">>) => region.refuses(createCustomerGateway, { Type, ...input });
  const cases: [string, RegExp][] = [
    [create({ Type: "ipsec.2" as string as "ipsec.1" }), /^InvalidParameterValue: Value \(ipsec\.2\) for parameter type is invalid/],
    [create({ IpAddress: "198.51.100.8", BgpAsn: 1, BgpAsnExtended: 2 ** 31 }), /^InvalidParameterCombination: /],
    [create({ IpAddress: "198.51.100.8", BgpAsn: 0 }), /^InvalidParameterValue: Value \(0\) for parameter bgpAsn/],
    [create({ IpAddress: "198.51.100.8", BgpAsn: 2 ** 31 }), /^InvalidParameterValue: Value \(2147483648\) for parameter bgpAsn/],
    [create({ IpAddress: "198.51.100.8", BgpAsnExtended: 7 }), /^InvalidParameterValue: Value \(7\) for parameter bgpAsnExtended/],
    [create({ IpAddress: "198.51.100.8", DeviceName: "x".repeat(256) }), /^InvalidParameterValue: .*deviceName/],
    [create({ IpAddress: "198.51.100.256" }), /^InvalidParameterValue: Value \(198\.51\.100\.256\) for parameter ipAddress/],
    [create({}), /^MissingParameter: .*ipAddress/],
    [create({ IpAddress: "198.51.100.8", TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "a" }] }] }), /^InvalidParameterValue: 'vpc'/],
    [create({ IpAddress: "198.51.100.8" }), /^CustomerGatewayLimitExceeded: /],
    [
      region.refuses(deleteCustomerGateway, { CustomerGatewayId: unknown.customer }),
      /^InvalidCustomerGatewayID.NotFound: The customerGateway ID 'cgw-0fffffffffffffff1' does not exist$/,
    ],
    [region.refuses(deleteCustomerGateway, { CustomerGatewayId: "cgw-1" }), /^InvalidCustomerGatewayId.Malformed: /],
    [region.refuses(describeCustomerGateways, { CustomerGatewayIds: [unknown.customer] }), /^InvalidCustomerGatewayID.NotFound: /],
    [region.refuses(describeCustomerGateways, { Filters: [{ Name: "bgp", Values: ["1"] }] }), /^InvalidParameterValue: /],
  ];
  for (const [said, expected] of cases) assert.match(said, expected);
  assert.equal(region.world, before);
});

test("a VPN gateway is attached to one VPC, is a target of routes, and keeps the VPC while attached", () => {
  const { region, vpc, subnet } = setting();
  const Tags = [{ Key: "Name", Value: "to the office" }];
  const TagSpecifications = [{ ResourceType: "vpn-gateway" as const, Tags }];
  const made = region.does(createVpnGateway, { Type, AmazonSideAsn: 64777, AvailabilityZone: "us-east-1b", TagSpecifications }).VpnGateway;
  const VpnGatewayId = made?.VpnGatewayId ?? "";
  assert.match(VpnGatewayId, /^vgw-[0-9a-f]{17}$/);
  const bare = { VpnGatewayId, State: "available", Type, AmazonSideAsn: 64777, AvailabilityZone: "us-east-1b", Tags };
  assert.deepEqual(made, { ...bare, VpcAttachments: [] });
  assert.deepEqual(region.does(attachVpnGateway, { VpnGatewayId, VpcId: vpc }).VpcAttachment, { VpcId: vpc, State: "attaching" });
  assert.deepEqual(region.does(attachVpnGateway, { VpnGatewayId, VpcId: vpc }).VpcAttachment, { VpcId: vpc, State: "attached" });
  const shown = () => region.does(describeVpnGateways, { VpnGatewayIds: [VpnGatewayId] }).VpnGateways?.[0];
  assert.deepEqual(shown(), { ...bare, VpcAttachments: [{ VpcId: vpc, State: "attached" }] });
  region.does(createVpnGateway, { Type });
  const found = (Name: string, value: string) =>
    region.does(describeVpnGateways, { Filters: [{ Name, Values: [value] }] }).VpnGateways?.map((one) => one.VpnGatewayId);
  const filters: [string, string][] = [
    ["amazon-side-asn", "64777"],
    ["attachment.state", "attached"],
    ["attachment.vpc-id", vpc],
    ["availability-zone", "us-east-1b"],
    ["vpn-gateway-id", VpnGatewayId],
    ["tag:Name", "to*"],
  ];
  for (const [name, value] of filters) assert.deepEqual(found(name, value), [VpnGatewayId], name);
  assert.equal(found("type", Type)?.length, 2);
  assert.equal(found("state", "available")?.length, 2);
  region.does(createTags, { Resources: [VpnGatewayId], Tags: [{ Key: "stage", Value: "live" }] });
  const byType = { Filters: [{ Name: "resource-type", Values: ["vpn-gateway"] }] };
  assert.deepEqual(region.does(describeTags, byType).Tags?.map(({ Key }) => Key), ["Name", "stage"]);

  const RouteTableId = need(region.world, "vpc", vpc).mainRouteTable;
  region.does(createRoute, { RouteTableId, DestinationCidrBlock: "192.168.0.0/16", GatewayId: VpnGatewayId });
  const route = () => region.does(describeRouteTables, { RouteTableIds: [RouteTableId] }).RouteTables?.[0]?.Routes?.at(-1);
  assert.deepEqual([route()?.GatewayId, route()?.State, route()?.Origin], [VpnGatewayId, "active", "CreateRoute"]);
  region.does(deleteSubnet, { SubnetId: subnet });
  assert.match(region.refuses(deleteVpc, { VpcId: vpc }), /^DependencyViolation: /);
  region.does(detachVpnGateway, { VpnGatewayId, VpcId: vpc });
  assert.deepEqual(shown()?.VpcAttachments, [{ VpcId: vpc, State: "detached" }]);
  assert.equal(route()?.State, "blackhole");
  region.does(deleteVpc, { VpcId: vpc });
  region.does(deleteVpnGateway, { VpnGatewayId });
  assert.deepEqual([shown()?.State, shown()?.VpcAttachments], ["deleted", []]);
  assert.match(region.refuses(deleteVpnGateway, { VpnGatewayId }), /^InvalidVpnGatewayID.NotFound: /);
});

test("route tables say whose routes they would learn, until the gateway is detached", () => {
  const { region, vpc, gateway } = setting();
  const [GatewayId, stranger] = [gateway(), gateway()];
  region.does(attachVpnGateway, { VpnGatewayId: GatewayId, VpcId: vpc });
  const RouteTableId = need(region.world, "vpc", vpc).mainRouteTable;
  const learns = () => region.does(describeRouteTables, { RouteTableIds: [RouteTableId] }).RouteTables?.[0]?.PropagatingVgws;
  for (const _ of [1, 2]) region.does(enableVgwRoutePropagation, { RouteTableId, GatewayId });
  assert.deepEqual(learns(), [{ GatewayId }]);
  const before = region.world;
  const cases: [string, RegExp][] = [
    [region.refuses(enableVgwRoutePropagation, { RouteTableId: "rtb-0fffffffffffffff1", GatewayId }), /^InvalidRouteTableID.NotFound: /],
    [region.refuses(enableVgwRoutePropagation, { RouteTableId, GatewayId: unknown.gateway }), /^InvalidGatewayID.NotFound: /],
    [
      region.refuses(enableVgwRoutePropagation, { RouteTableId, GatewayId: stranger }),
      new RegExp(`^Gateway.NotAttached: resource ${stranger} is not attached to network ${vpc}$`),
    ],
  ];
  for (const [said, expected] of cases) assert.match(said, expected);
  assert.equal(region.world, before);
  for (const _ of [1, 2]) region.does(disableVgwRoutePropagation, { RouteTableId, GatewayId });
  assert.deepEqual(learns(), []);
  region.does(enableVgwRoutePropagation, { RouteTableId, GatewayId });
  region.does(detachVpnGateway, { VpnGatewayId: GatewayId, VpcId: vpc });
  assert.deepEqual(learns(), []);
});

test("what is wrong with a VPN gateway", () => {
  const { region, vpc, gateway, connect } = setting({ quotas: { vpnGateways: 3 } });
  const other = region.network("10.9.0.0/16", "10.9.1.0/24").vpc;
  const [attached, free, used] = [gateway(), gateway(), gateway()];
  region.does(attachVpnGateway, { VpnGatewayId: attached, VpcId: vpc });
  connect({ VpnGatewayId: used });
  const table = region.does(createRouteTable, { VpcId: vpc }).RouteTable?.RouteTableId ?? "";
  region.does(associateRouteTable, { RouteTableId: table, GatewayId: attached });
  const RouteTableId = need(region.world, "vpc", other).mainRouteTable;
  const before = region.world;
  const attach = (VpnGatewayId: string, VpcId: string) => region.refuses(attachVpnGateway, { VpnGatewayId, VpcId });
  const detach = (VpnGatewayId: string, VpcId: string) => region.refuses(detachVpnGateway, { VpnGatewayId, VpcId });
  const cases: [string, RegExp][] = [
    [region.refuses(createVpnGateway, { Type, AmazonSideAsn: 64511 }), /^InvalidParameterValue: .*amazonSideAsn/],
    [region.refuses(createVpnGateway, { Type, AmazonSideAsn: 65535 }), /^InvalidParameterValue: .*amazonSideAsn/],
    [region.refuses(createVpnGateway, { Type }), /^VpnGatewayLimitExceeded: /],
    [attach("?", unknown.vpc), /^InvalidVpnGatewayID.NotFound: The vpnGateway ID '\?' does not exist$/],
    [attach(attached, unknown.vpc), /^InvalidVpcID.NotFound: /],
    [attach(attached, other), /^VpnGatewayAttachmentLimitExceeded: /],
    [attach(free, vpc), /^InvalidVpcState: /],
    [detach(free, vpc), /^InvalidVpnGatewayAttachment.NotFound: /],
    [detach(attached, other), /^InvalidVpnGatewayAttachment.NotFound: /],
    [detach(attached, vpc), new RegExp(`^DependencyViolation: .*: ${table}$`)],
    [region.refuses(deleteVpnGateway, { VpnGatewayId: attached }), /^IncorrectState: The VPN gateway is in use\.$/],
    [region.refuses(deleteVpnGateway, { VpnGatewayId: used }), /^IncorrectState: The VPN gateway is in use\.$/],
    [
      region.refuses(createRoute, { RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId: attached }),
      /^InvalidParameterValue: route table .* belong to different networks$/,
    ],
    [region.refuses(createRoute, { RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId: unknown.gateway }), /^InvalidGatewayID.NotFound: /],
  ];
  for (const [said, expected] of cases) assert.match(said, expected);
  assert.equal(region.world, before);
});

test("a VPN connection has two tunnels that are down, and the configuration clients read them from", () => {
  const { region, gateway, customer } = setting();
  const [VpnGatewayId, CustomerGatewayId] = [gateway(), customer()];
  const Tags = [{ Key: "Name", Value: "office" }];
  const made = region.does(createVpnConnection, {
    Type,
    VpnGatewayId,
    CustomerGatewayId,
    Options: {
      StaticRoutesOnly: true,
      RemoteIpv4NetworkCidr: "10.0.0.0/8",
      TunnelOptions: [
        { TunnelInsideCidr: "169.254.40.0/30", PreSharedKey: "a.secret_Key", Phase1LifetimeSeconds: 7200, IKEVersions: [{ Value: "ikev2" }] },
        { TunnelInsideCidr: "169.254.44.0/30", PreSharedKey: "another.key1", DPDTimeoutAction: "none", Phase2DHGroupNumbers: [{ Value: 5 }] },
      ],
    },
    TagSpecifications: [{ ResourceType: "vpn-connection", Tags }],
  }).VpnConnection;
  const VpnConnectionId = made?.VpnConnectionId ?? "";
  assert.match(VpnConnectionId, /^vpn-[0-9a-f]{17}$/);
  assert.equal(made?.State, "pending");
  const shown = () => region.does(describeVpnConnections, { VpnConnectionIds: [VpnConnectionId] }).VpnConnections?.[0];
  const connection = shown();
  assert.deepEqual({ ...connection, State: "pending" }, made);
  const [first, second] = connection?.Options?.TunnelOptions ?? [];
  assert.deepEqual(
    [connection?.State, connection?.Category, connection?.GatewayAssociationState, connection?.VpnGatewayId, connection?.TransitGatewayId],
    ["available", "VPN", "associated", VpnGatewayId, undefined],
  );
  assert.deepEqual(
    [connection?.Options?.LocalIpv4NetworkCidr, connection?.Options?.RemoteIpv4NetworkCidr, connection?.Options?.StaticRoutesOnly],
    ["0.0.0.0/0", "10.0.0.0/8", true],
  );
  assert.deepEqual(
    [first?.OutsideIpAddress, first?.TunnelInsideCidr, first?.PreSharedKey, first?.Phase1LifetimeSeconds, first?.IkeVersions],
    ["198.18.0.1", "169.254.40.0/30", "a.secret_Key", 7200, [{ Value: "ikev2" }]],
  );
  assert.deepEqual(
    [second?.OutsideIpAddress, second?.DpdTimeoutAction, second?.Phase2DHGroupNumbers, second?.Phase1LifetimeSeconds],
    ["198.18.0.2", "none", [{ Value: 5 }], undefined],
  );
  assert.deepEqual(connection?.VgwTelemetry?.map(({ OutsideIpAddress, Status }) => [OutsideIpAddress, Status]), [["198.18.0.1", "DOWN"], ["198.18.0.2", "DOWN"]]);
  const xml = connection?.CustomerGatewayConfiguration ?? "";
  const texts = (name: string) => [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text]) => text);
  assert.deepEqual(texts("ip_address"), [
    "198.51.100.7", "169.254.40.2", "198.18.0.1", "169.254.40.1",
    "198.51.100.7", "169.254.44.2", "198.18.0.2", "169.254.44.1",
  ]);
  assert.deepEqual(texts("pre_shared_key"), ["a.secret_Key", "another.key1"]);
  assert.deepEqual([texts("vpn_gateway_id"), texts("customer_gateway_id"), texts("asn")], [[VpnGatewayId], [CustomerGatewayId], []]);
  assert.ok(xml.includes(`<vpn_connection id="${VpnConnectionId}">`));

  for (const _ of [1, 2]) region.does(createVpnConnectionRoute, { VpnConnectionId, DestinationCidrBlock: "192.168.7.9/24" });
  assert.deepEqual(shown()?.Routes, [{ DestinationCidrBlock: "192.168.7.0/24", Source: "Static", State: "available" }]);
  const found = (Name: string, value: string) =>
    region.does(describeVpnConnections, { Filters: [{ Name, Values: [value] }] }).VpnConnections?.map((one) => one.VpnConnectionId);
  const bgp = region.does(createVpnConnection, { Type, CustomerGatewayId: customer("198.51.100.9", 65044) }).VpnConnection;
  const filters: [string, string][] = [
    ["bgp-asn", "65010"],
    ["customer-gateway-configuration", "*169.254.40.2*"],
    ["customer-gateway-id", CustomerGatewayId],
    ["option.static-routes-only", "true"],
    ["route.destination-cidr-block", "192.168.7.0/24"],
    ["vpn-connection-id", VpnConnectionId],
    ["vpn-gateway-id", VpnGatewayId],
    ["tag:Name", "office"],
  ];
  for (const [name, value] of filters) assert.deepEqual(found(name, value), [VpnConnectionId], name);
  assert.equal(found("type", Type)?.length, 2);
  assert.equal(found("transit-gateway-id", "*")?.length, 0);
  assert.deepEqual([bgp?.VpnGatewayId, bgp?.GatewayAssociationState], [undefined, "not-associated"]);
  assert.match(bgp?.CustomerGatewayConfiguration ?? "", /<asn>65044<\/asn>[^]*<asn>64512<\/asn>/);
  region.does(deleteVpnConnectionRoute, { VpnConnectionId, DestinationCidrBlock: "192.168.7.0/24" });
  assert.deepEqual(shown()?.Routes, []);
  assert.match(region.refuses(deleteCustomerGateway, { CustomerGatewayId }), /^IncorrectState: The customer gateway is in use\.$/);
  region.does(deleteVpnConnection, { VpnConnectionId });
  assert.deepEqual([shown()?.State, shown()?.CustomerGatewayConfiguration], ["deleted", undefined]);
  region.does(deleteCustomerGateway, { CustomerGatewayId });
  region.does(deleteVpnGateway, { VpnGatewayId });
});

test("options of a connection and of its tunnels change", () => {
  const { region, gateway, connect } = setting();
  const made = connect({ VpnGatewayId: gateway() });
  const VpnConnectionId = made?.VpnConnectionId ?? "";
  const changed = region.does(modifyVpnConnectionOptions, { VpnConnectionId, LocalIpv4NetworkCidr: "192.168.0.0/16" }).VpnConnection;
  assert.deepEqual([changed?.Options?.LocalIpv4NetworkCidr, changed?.Options?.RemoteIpv4NetworkCidr], ["192.168.0.0/16", "0.0.0.0/0"]);
  const VpnTunnelOutsideIpAddress = made?.VgwTelemetry?.[1]?.OutsideIpAddress ?? "";
  const tunnels = (TunnelOptions: Input<"ModifyVpnTunnelOptions">["TunnelOptions"]) =>
    region.does(modifyVpnTunnelOptions, { VpnConnectionId, VpnTunnelOutsideIpAddress, TunnelOptions }).VpnConnection?.Options?.TunnelOptions;
  const before = made?.Options?.TunnelOptions;
  assert.deepEqual(tunnels({ PreSharedKey: "new.key_4567", ReplayWindowSize: 64 }), [
    before?.[0],
    { ...before?.[1], PreSharedKey: "new.key_4567", ReplayWindowSize: 64 },
  ]);
  assert.equal(tunnels({ StartupAction: "start" })?.[1]?.ReplayWindowSize, 64, "what is not given stays");
});

test("what is wrong with a VPN connection, in order", () => {
  const { region, gateway, customer } = setting({ quotas: { vpnConnectionsPerGateway: 1, vpnConnections: 2 } });
  const [VpnGatewayId, CustomerGatewayId, full] = [gateway(), customer(), gateway()];
  const taken = { Options: { TunnelOptions: [{ TunnelInsideCidr: "169.254.40.0/30" }] } };
  const made = region.does(createVpnConnection, { Type, CustomerGatewayId, VpnGatewayId: full, ...taken }).VpnConnection;
  const VpnConnectionId = made?.VpnConnectionId ?? "";
  const before = region.world;
  const create = (input: Partial<Input<"CreateVpnConnection">>) => region.refuses(createVpnConnection, { Type, CustomerGatewayId, VpnGatewayId, ...input });
  const tunnel = (options: NonNullable<NonNullable<Input<"CreateVpnConnection">["Options"]>["TunnelOptions"]>[number]) =>
    create({ Options: { TunnelOptions: [options] } });
  const connection = { VpnConnectionId };
  const outside = made?.VgwTelemetry?.[0]?.OutsideIpAddress;
  const cases: [string, RegExp][] = [
    [
      create({ TransitGatewayId: "gateway_id", CustomerGatewayId: unknown.customer }),
      /^InvalidParameterValue: The request must not contain both parameter vpnGatewayId and transitGatewayId$/,
    ],
    [create({ Options: { StaticRoutesOnly: true, OutsideIpAddressType: "PrivateIpv4" } }), /^InvalidParameterValue: .*outsideIpAddressType/],
    [create({ Options: { TransportTransitGatewayAttachmentId: "x" } }), /^UnsupportedOperation: /],
    [create({ Options: { LocalIpv4NetworkCidr: "10.0.0.0/33" } }), /^InvalidParameterValue: .*localIpv4NetworkCidr/],
    [tunnel({ PreSharedKey: "0starts.with.0" }), /^InvalidParameterValue: .*preSharedKey/],
    [tunnel({ PreSharedKey: "short" }), /^InvalidParameterValue: .*preSharedKey/],
    [tunnel({ TunnelInsideCidr: "169.254.5.0/30" }), /^InvalidParameterValue: .*tunnelInsideCidr/],
    [tunnel({ TunnelInsideCidr: "169.254.6.0/29" }), /^InvalidParameterValue: .*tunnelInsideCidr/],
    [tunnel({ TunnelInsideIpv6Cidr: "2001:db8::/126" }), /^InvalidParameterValue: .*tunnelInsideIpv6Cidr/],
    [tunnel({ Phase1LifetimeSeconds: 899 }), /^InvalidParameterValue: Value \(899\) for parameter phase1LifetimeSeconds/],
    [tunnel({ Phase1LifetimeSeconds: 900, Phase2LifetimeSeconds: 900 }), /^InvalidParameterValue: Value \(900\) for parameter phase2LifetimeSeconds/],
    [tunnel({ Phase2LifetimeSeconds: 900, RekeyMarginTimeSeconds: 451 }), /^InvalidParameterValue: .*rekeyMarginTimeSeconds/],
    [tunnel({ DPDTimeoutAction: "wait" }), /^InvalidParameterValue: Value \(wait\)/],
    [tunnel({ Phase1DHGroupNumbers: [{ Value: 5 }] }), /^InvalidParameterValue: Value \(5\) for parameter phase1DHGroupNumbers/],
    [tunnel({ Phase2EncryptionAlgorithms: [{ Value: "DES" }] }), /^InvalidParameterValue: Value \(DES\)/],
    [create({ Options: { TunnelOptions: [{}, {}, {}] } }), /^InvalidParameterValue: /],
    [
      region.refuses(createVpnConnection, { Type, CustomerGatewayId: unknown.customer, TransitGatewayId: "gateway_id" }),
      /^InvalidCustomerGatewayID.NotFound: The customerGateway ID 'cgw-0fffffffffffffff1' does not exist$/,
    ],
    [
      region.refuses(createVpnConnection, { Type, CustomerGatewayId, TransitGatewayId: unknown.transit }),
      /^InvalidTransitGatewayID.NotFound: The transitGateway ID 'tgw-abcdefghij0123456' does not exist$/,
    ],
    [create({ VpnGatewayId: unknown.gateway }), /^InvalidVpnGatewayID.NotFound: /],
    [create({ Options: { TunnelInsideIpVersion: "ipv6" } }), /^InvalidParameterValue: .*tunnelInsideIpVersion/],
    [create({ Options: { EnableAcceleration: true } }), /^InvalidParameterValue: .*enableAcceleration/],
    [create({ VpnGatewayId: full }), /^VpnConnectionLimitExceeded: /],
    [region.refuses(deleteVpnConnection, { VpnConnectionId: unknown.connection }), /^InvalidVpnConnectionID.NotFound: /],
    [region.refuses(describeVpnConnections, { VpnConnectionIds: ["?"] }), /^InvalidVpnConnectionID.NotFound: The vpnConnection ID '\?' does not exist$/],
    [region.refuses(createVpnConnectionRoute, { VpnConnectionId: unknown.connection, DestinationCidrBlock: "x" }), /^InvalidParameterValue: /],
    [region.refuses(createVpnConnectionRoute, { ...connection, DestinationCidrBlock: "10.0.0.0/8" }), /^InvalidVpnConnection.InvalidType: /],
    [region.refuses(modifyVpnTunnelOptions, { ...connection, VpnTunnelOutsideIpAddress: "198.18.9.9", TunnelOptions: {} }), /^InvalidParameterValue: /],
    [
      region.refuses(modifyVpnTunnelOptions, { ...connection, VpnTunnelOutsideIpAddress: outside, TunnelOptions: { RekeyMarginTimeSeconds: 1801 } }),
      /^InvalidParameterValue: /,
    ],
  ];
  for (const [said, expected] of cases) assert.match(said, expected);
  assert.equal(region.world, before);
  region.does(createVpnConnection, { Type, CustomerGatewayId });
  assert.match(create({}), /^VpnConnectionLimitExceeded: /);
});

test("blocks inside the tunnels of a gateway's connections differ", () => {
  const { region, gateway, customer } = setting();
  const [VpnGatewayId, CustomerGatewayId] = [gateway(), customer()];
  const Options = { TunnelOptions: [{ TunnelInsideCidr: "169.254.40.0/30" }, { TunnelInsideCidr: "169.254.40.0/30" }] };
  assert.match(region.refuses(createVpnConnection, { Type, CustomerGatewayId, VpnGatewayId, Options }), /^InvalidParameterValue: .*169\.254\.40\.0/);
  const blocks = [1, 2, 3].flatMap(
    () => region.does(createVpnConnection, { Type, CustomerGatewayId, VpnGatewayId }).VpnConnection?.Options?.TunnelOptions ?? [],
  );
  assert.equal(new Set(blocks.map(({ TunnelInsideCidr }) => TunnelInsideCidr)).size, 6);
  assert.equal(new Set(blocks.map(({ OutsideIpAddress }) => OutsideIpAddress)).size, 6);
  assert.equal(new Set(blocks.map(({ PreSharedKey }) => PreSharedKey)).size, 6);
});

test("gateways of another account do not exist", () => {
  const { region, gateway, customer } = setting();
  const [VpnGatewayId, CustomerGatewayId] = [gateway(), customer()];
  const stranger = { account: "444455556666", region: region.call.region };
  assert.match(region.refuses(deleteVpnGateway, { VpnGatewayId }, stranger), /^InvalidVpnGatewayID.NotFound: /);
  assert.match(region.refuses(createVpnConnection, { Type, CustomerGatewayId, VpnGatewayId }, stranger), /^InvalidCustomerGatewayID.NotFound: /);
  assert.deepEqual(region.does(describeVpnGateways, {}, stranger).VpnGateways, []);
});
