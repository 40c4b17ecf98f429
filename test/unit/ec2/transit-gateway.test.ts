import assert from "node:assert/strict";
import { test } from "node:test";
import { createRoute } from "../../../src/api/ec2/route.ts";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { createVpnConnection } from "../../../src/api/ec2/create-vpn-connection.ts";
import { createCustomerGateway } from "../../../src/api/ec2/customer-gateway.ts";
import { deleteNetworkInterface } from "../../../src/api/ec2/delete-network-interface.ts";
import { deleteSubnet } from "../../../src/api/ec2/delete-subnet.ts";
import { deleteVpc } from "../../../src/api/ec2/delete-vpc.ts";
import { describeNetworkInterfaces } from "../../../src/api/ec2/describe-network-interfaces.ts";
import { describeRouteTables } from "../../../src/api/ec2/describe-route-tables.ts";
import { modifyNetworkInterfaceAttribute } from "../../../src/api/ec2/network-interface-attribute.ts";
import { createTags } from "../../../src/api/ec2/tags.ts";
import {
  createTransitGateway,
  deleteTransitGateway,
  describeTransitGateways,
  modifyTransitGateway,
} from "../../../src/api/ec2/transit-gateway.ts";
import {
  acceptTransitGatewayPeeringAttachment,
  createTransitGatewayPeeringAttachment,
  deleteTransitGatewayPeeringAttachment,
  describeTransitGatewayAttachments,
  describeTransitGatewayPeeringAttachments,
  rejectTransitGatewayPeeringAttachment,
} from "../../../src/api/ec2/transit-peering-attachment.ts";
import {
  acceptTransitGatewayVpcAttachment,
  createTransitGatewayVpcAttachment,
  deleteTransitGatewayVpcAttachment,
  describeTransitGatewayVpcAttachments,
  modifyTransitGatewayVpcAttachment,
} from "../../../src/api/ec2/transit-vpc-attachment.ts";
import { deleteVpnConnection } from "../../../src/api/ec2/vpn-connection.ts";
import type { Input } from "../../../src/api/operation.ts";
import { need } from "../../../src/model/world.ts";
import { Region } from "./region.ts";

const account = "111122223333";
const unknownGateway = "tgw-0fffffffffffffff1";

function setting(options: ConstructorParameters<typeof Region>[0] = {}) {
  const region = new Region(options);
  const { vpc, subnet } = region.network();
  const gateway = (Options: Input<"CreateTransitGateway">["Options"] = {}) =>
    region.does(createTransitGateway, { Options }).TransitGateway?.TransitGatewayId ?? "";
  const attach = (TransitGatewayId: string, VpcId = vpc, SubnetIds = [subnet]) =>
    region.does(createTransitGatewayVpcAttachment, { TransitGatewayId, VpcId, SubnetIds }).TransitGatewayVpcAttachment
      ?.TransitGatewayAttachmentId ?? "";
  const attachment = (id: string) =>
    region.does(describeTransitGatewayAttachments, { TransitGatewayAttachmentIds: [id] }).TransitGatewayAttachments?.[0];
  return { region, vpc, subnet, gateway, attach, attachment };
}

test("a transit gateway: pending in the answer, then available, with a table of its own", () => {
  const { region } = setting();
  const Tags = [{ Key: "Name", Value: "hub" }];
  const made = region.does(createTransitGateway, {
    Description: "the hub",
    Options: { AmazonSideAsn: 64600, DnsSupport: "disable", TransitGatewayCidrBlocks: ["10.99.0.0/24"] },
    TagSpecifications: [{ ResourceType: "transit-gateway", Tags }],
  }).TransitGateway;
  const TransitGatewayId = made?.TransitGatewayId ?? "";
  assert.match(TransitGatewayId, /^tgw-[0-9a-f]{17}$/);
  const shown = () => region.does(describeTransitGateways, { TransitGatewayIds: [TransitGatewayId] }).TransitGateways?.[0];
  const table = made?.Options?.AssociationDefaultRouteTableId ?? "";
  assert.match(table, /^tgw-rtb-[0-9a-f]{17}$/);
  assert.deepEqual(made, { ...shown(), State: "pending" });
  assert.deepEqual(shown(), {
    TransitGatewayId,
    TransitGatewayArn: `arn:aws:ec2:us-east-1:${account}:transit-gateway/${TransitGatewayId}`,
    State: "available",
    OwnerId: account,
    Description: "the hub",
    CreationTime: made?.CreationTime,
    Options: {
      AmazonSideAsn: 64600,
      TransitGatewayCidrBlocks: ["10.99.0.0/24"],
      AutoAcceptSharedAttachments: "disable",
      DefaultRouteTableAssociation: "enable",
      AssociationDefaultRouteTableId: table,
      DefaultRouteTablePropagation: "enable",
      PropagationDefaultRouteTableId: table,
      VpnEcmpSupport: "enable",
      DnsSupport: "disable",
      SecurityGroupReferencingSupport: "disable",
      MulticastSupport: "disable",
    },
    Tags,
  });
  region.does(createTransitGateway, { Options: { DefaultRouteTableAssociation: "disable", DefaultRouteTablePropagation: "disable" } });
  const found = (Name: string, value: string) =>
    region.does(describeTransitGateways, { Filters: [{ Name, Values: [value] }] }).TransitGateways?.map((one) => one.TransitGatewayId);
  const filters: [string, string][] = [
    ["options.amazon-side-asn", "64600"],
    ["options.association-default-route-table-id", table],
    ["options.default-route-table-association", "enable"],
    ["options.default-route-table-propagation", "enable"],
    ["options.dns-support", "disable"],
    ["options.propagation-default-route-table-id", table],
    ["transit-gateway-id", TransitGatewayId],
    ["tag:Name", "hub"],
  ];
  for (const [name, value] of filters) assert.deepEqual(found(name, value), [TransitGatewayId], name);
  const both = [["options.auto-accept-shared-attachments", "disable"], ["options.vpn-ecmp-support", "enable"], ["owner-id", account], ["state", "available"]];
  for (const [name = "", value = ""] of both) assert.equal(found(name, value)?.length, 2, name);

  const change = { TransitGatewayId, Description: "changed", Options: { VpnEcmpSupport: "disable", DefaultRouteTablePropagation: "disable", AddTransitGatewayCidrBlocks: ["10.98.0.0/24"], RemoveTransitGatewayCidrBlocks: ["10.99.0.0/24"] } } satisfies Input<"ModifyTransitGateway">;
  assert.equal(region.does(modifyTransitGateway, change).TransitGateway?.State, "modifying");
  const { Options, Description } = shown() ?? {};
  assert.deepEqual(
    [Description, Options?.VpnEcmpSupport, Options?.PropagationDefaultRouteTableId, Options?.AssociationDefaultRouteTableId, Options?.TransitGatewayCidrBlocks],
    ["changed", "disable", undefined, table, ["10.98.0.0/24"]],
  );
  assert.equal(region.does(deleteTransitGateway, { TransitGatewayId }).TransitGateway?.State, "deleting");
  assert.equal(shown()?.State, "deleted");
  assert.match(region.refuses(deleteTransitGateway, { TransitGatewayId }), /^InvalidTransitGatewayID.NotFound: Transit Gateway tgw-/);
});

test("an attached VPC: an interface in each subnet, a target of routes, and in the default table", () => {
  const { region, vpc, subnet, gateway, attachment } = setting();
  const other = region.does(createSubnet, { VpcId: vpc, CidrBlock: "10.0.2.0/24", AvailabilityZone: "us-east-1b" }).Subnet?.SubnetId ?? "";
  const TransitGatewayId = gateway();
  const made = region.does(createTransitGatewayVpcAttachment, {
    TransitGatewayId,
    VpcId: vpc,
    SubnetIds: [subnet],
    Options: { ApplianceModeSupport: "enable" },
  }).TransitGatewayVpcAttachment;
  const id = made?.TransitGatewayAttachmentId ?? "";
  assert.match(id, /^tgw-attach-[0-9a-f]{17}$/);
  const shown = () => region.does(describeTransitGatewayVpcAttachments, { TransitGatewayAttachmentIds: [id] }).TransitGatewayVpcAttachments?.[0];
  assert.deepEqual(made, { ...shown(), State: "pending" });
  assert.deepEqual(shown(), {
    TransitGatewayAttachmentId: id,
    TransitGatewayId,
    VpcId: vpc,
    VpcOwnerId: account,
    State: "available",
    SubnetIds: [subnet],
    CreationTime: made?.CreationTime,
    Options: { DnsSupport: "enable", SecurityGroupReferencingSupport: "enable", Ipv6Support: "disable", ApplianceModeSupport: "enable" },
  });
  const table = region.does(describeTransitGateways, {}).TransitGateways?.[0]?.Options?.AssociationDefaultRouteTableId;
  assert.deepEqual(attachment(id), {
    TransitGatewayAttachmentId: id,
    TransitGatewayId,
    TransitGatewayOwnerId: account,
    ResourceOwnerId: account,
    ResourceType: "vpc",
    ResourceId: vpc,
    State: "available",
    Association: { TransitGatewayRouteTableId: table, State: "associated" },
    CreationTime: made?.CreationTime,
  });
  const found = (Name: string, value: string) =>
    region.does(describeTransitGatewayVpcAttachments, { Filters: [{ Name, Values: [value] }] }).TransitGatewayVpcAttachments?.length;
  for (const [name, value] of [["state", "available"], ["transit-gateway-attachment-id", id], ["transit-gateway-id", TransitGatewayId], ["vpc-id", vpc]] as const) {
    assert.equal(found(name, value), 1, name);
    assert.equal(found(name, "other"), 0, name);
  }
  const general = (Name: string, value: string) =>
    region.does(describeTransitGatewayAttachments, { Filters: [{ Name, Values: [value] }] }).TransitGatewayAttachments?.length;
  const filters = [
    ["association.state", "associated"], ["association.transit-gateway-route-table-id", table ?? ""], ["resource-id", vpc], ["resource-owner-id", account],
    ["resource-type", "vpc"], ["state", "available"], ["transit-gateway-attachment-id", id], ["transit-gateway-id", TransitGatewayId], ["transit-gateway-owner-id", account],
  ] as const;
  for (const [name, value] of filters) {
    assert.equal(general(name, value), 1, name);
    assert.equal(general(name, "other"), 0, name);
  }

  const interfaces = () => region.does(describeNetworkInterfaces, { Filters: [{ Name: "interface-type", Values: ["transit_gateway"] }] }).NetworkInterfaces ?? [];
  const [eni] = interfaces();
  assert.deepEqual([eni?.SubnetId, eni?.RequesterManaged, eni?.Status, eni?.Groups], [subnet, true, "in-use", []]);
  assert.match(region.refuses(deleteNetworkInterface, { NetworkInterfaceId: eni?.NetworkInterfaceId }), /^InvalidParameterValue: .*in use/);
  const change = { NetworkInterfaceId: eni?.NetworkInterfaceId, Description: { Value: "mine" } };
  assert.match(region.refuses(modifyNetworkInterfaceAttribute, change), /^AuthFailure: /);
  assert.match(region.refuses(deleteSubnet, { SubnetId: subnet }), /^DependencyViolation: /);
  region.does(createTags, { Resources: [id], Tags: [{ Key: "stage", Value: "live" }] });
  assert.deepEqual(shown()?.Tags, [{ Key: "stage", Value: "live" }]);

  const RouteTableId = need(region.world, "vpc", vpc).mainRouteTable;
  region.does(createRoute, { RouteTableId, DestinationCidrBlock: "10.7.0.0/16", TransitGatewayId });
  const route = () => region.does(describeRouteTables, { RouteTableIds: [RouteTableId] }).RouteTables?.[0]?.Routes?.at(-1);
  assert.deepEqual([route()?.TransitGatewayId, route()?.State], [TransitGatewayId, "active"]);

  const modified = region.does(modifyTransitGatewayVpcAttachment, { TransitGatewayAttachmentId: id, AddSubnetIds: [other], RemoveSubnetIds: [subnet], Options: { ApplianceModeSupport: "disable" } });
  assert.equal(modified.TransitGatewayVpcAttachment?.State, "modifying");
  assert.deepEqual([shown()?.SubnetIds, shown()?.Options?.ApplianceModeSupport, interfaces().map(({ SubnetId }) => SubnetId)], [[other], "disable", [other]]);
  region.does(deleteSubnet, { SubnetId: subnet });
  assert.match(region.refuses(deleteVpc, { VpcId: vpc }), /^DependencyViolation: /);
  assert.match(region.refuses(deleteTransitGateway, { TransitGatewayId }), new RegExp(`^IncorrectState: ${TransitGatewayId} has non-deleted VPC Attachments: ${id}\\.$`));
  assert.equal(region.does(deleteTransitGatewayVpcAttachment, { TransitGatewayAttachmentId: id }).TransitGatewayVpcAttachment?.State, "deleting");
  assert.deepEqual([shown()?.State, attachment(id)?.Association, interfaces(), route()?.State], ["deleted", undefined, [], "blackhole"]);
  region.does(deleteSubnet, { SubnetId: other });
  region.does(deleteVpc, { VpcId: vpc });
  region.does(deleteTransitGateway, { TransitGatewayId });
});

test("what is wrong with a transit gateway and an attachment of a VPC, in order", () => {
  const { region, vpc, subnet, gateway, attach } = setting({ quotas: { transitGateways: 2, transitGatewaysPerVpc: 1 } });
  const same = region.does(createSubnet, { VpcId: vpc, CidrBlock: "10.0.3.0/24", AvailabilityZone: need(region.world, "subnet", subnet).zone }).Subnet?.SubnetId ?? "";
  const foreign = region.network("10.8.0.0/16", "10.8.1.0/24");
  const [TransitGatewayId, second] = [gateway(), gateway({ DefaultRouteTableAssociation: "disable", DefaultRouteTablePropagation: "disable" })];
  const TransitGatewayAttachmentId = attach(TransitGatewayId);
  const before = region.world;
  const create = (Options: Input<"CreateTransitGateway">["Options"]) => region.refuses(createTransitGateway, { Options });
  const change = (Options: Input<"ModifyTransitGateway">["Options"]) => region.refuses(modifyTransitGateway, { TransitGatewayId: second, Options });
  const join = (input: Partial<Input<"CreateTransitGatewayVpcAttachment">>) =>
    region.refuses(createTransitGatewayVpcAttachment, { TransitGatewayId, VpcId: vpc, SubnetIds: [subnet], ...input });
  const modify = (input: Partial<Input<"ModifyTransitGatewayVpcAttachment">>) => region.refuses(modifyTransitGatewayVpcAttachment, { TransitGatewayAttachmentId, ...input });
  const cases: [string, RegExp][] = [
    [create({ AmazonSideAsn: 1 }), /^InvalidParameterValue: .*amazonSideAsn/],
    [create({ DnsSupport: "on" as string as "enable" }), /^InvalidParameterValue: Value \(on\) for parameter dnsSupport/],
    [create({ TransitGatewayCidrBlocks: ["10.0.0.0/25"] }), /^InvalidParameterValue: .*transitGatewayCidrBlocks/],
    [create({}), /^TransitGatewayLimitExceeded: /],
    [change({ DefaultRouteTablePropagation: "enable" }), /^InvalidParameterValue: enable DefaultRouteTablePropagation conflicts with PropagationDefaultRouteTableId null$/],
    [change({ DefaultRouteTableAssociation: "enable", AssociationDefaultRouteTableId: "tgw-rtb-0fffffffffffffff1" }), /^InvalidRouteTableID.NotFound: /],
    [region.refuses(deleteTransitGateway, { TransitGatewayId: "tgw-1" }), /^InvalidTransitGatewayID.Malformed: /],
    [region.refuses(deleteTransitGateway, { TransitGatewayId: unknownGateway }), /^InvalidTransitGatewayID.NotFound: Transit Gateway tgw-0fffffffffffffff1 was deleted or does not exist\.$/],
    [join({ SubnetIds: [] }), /^MissingParameter: /],
    [join({ TransitGatewayId: unknownGateway, VpcId: "vpc-0fffffffffffffff1" }), /^InvalidTransitGatewayID.NotFound: /],
    [join({ VpcId: "vpc-0fffffffffffffff1" }), /^InvalidVpcID.NotFound: /],
    [join({ SubnetIds: ["subnet-0fffffffffffffff1"] }), /^InvalidSubnetID.NotFound: /],
    [join({ SubnetIds: [foreign.subnet] }), /^InvalidSubnetID.NotFound: /],
    [join({ SubnetIds: [subnet, same] }), /^DuplicateSubnetsInSameZone: /],
    [join({}), new RegExp(`^DuplicateTransitGatewayAttachment: ${TransitGatewayId} has non-deleted Transit Gateway Attachments with same VPC ID\\.$`)],
    [join({ TransitGatewayId: second }), /^TransitGatewayAttachmentLimitExceeded: /],
    [modify({ TransitGatewayAttachmentId: "tgw-attach-0fffffffffffffff1" }), /^InvalidTransitGatewayAttachmentID.NotFound: /],
    [modify({ AddSubnetIds: [same] }), /^DuplicateSubnetsInSameZone: /],
    [modify({ RemoveSubnetIds: [same] }), /^InvalidSubnetID.NotFound: /],
    [modify({ RemoveSubnetIds: [subnet] }), /^InvalidParameterValue: .*at least one subnet/],
    [region.refuses(acceptTransitGatewayVpcAttachment, { TransitGatewayAttachmentId }), /^IncorrectState: .*available$/],
    [
      region.refuses(createRoute, { RouteTableId: need(region.world, "vpc", foreign.vpc).mainRouteTable, DestinationCidrBlock: "10.0.0.0/8", TransitGatewayId }),
      new RegExp(`^InvalidTransitGatewayID.NotFound: The transitGateway ID '${TransitGatewayId}' does not exist$`),
    ],
  ];
  for (const [said, expected] of cases) assert.match(said, expected);
  assert.equal(region.world, before);
});

test("a VPN to a transit gateway is an attachment of it, and goes with its connection", () => {
  const { region, gateway, attachment } = setting();
  const TransitGatewayId = gateway();
  const CustomerGatewayId = region.does(createCustomerGateway, { Type: "ipsec.1", IpAddress: "198.51.100.7" }).CustomerGateway?.CustomerGatewayId;
  const Options = { TunnelInsideIpVersion: "ipv6", EnableAcceleration: true } as const;
  const VpnConnection = region.does(createVpnConnection, { Type: "ipsec.1", CustomerGatewayId, TransitGatewayId, Options }).VpnConnection;
  const VpnConnectionId = VpnConnection?.VpnConnectionId ?? "";
  assert.deepEqual([VpnConnection?.TransitGatewayId, VpnConnection?.VpnGatewayId, VpnConnection?.Options?.LocalIpv6NetworkCidr], [TransitGatewayId, undefined, "::/0"]);
  assert.match(VpnConnection?.Options?.TunnelOptions?.[0]?.TunnelInsideIpv6Cidr ?? "", /^fd.*\/126$/);
  const id = region.does(describeTransitGatewayAttachments, {}).TransitGatewayAttachments?.[0]?.TransitGatewayAttachmentId ?? "";
  const shown = attachment(id);
  assert.deepEqual([shown?.ResourceType, shown?.ResourceId, shown?.State, shown?.Association?.State], ["vpn", VpnConnectionId, "available", "associated"]);
  assert.match(region.refuses(describeTransitGatewayVpcAttachments, { TransitGatewayAttachmentIds: [id] }), /^InvalidTransitGatewayAttachmentID.NotFound: /);
  assert.match(region.refuses(deleteTransitGateway, { TransitGatewayId }), /^IncorrectState: .* has non-deleted VPN Attachments: /);
  region.does(deleteVpnConnection, { VpnConnectionId });
  assert.equal(attachment(id)?.State, "deleted");
  region.does(deleteTransitGateway, { TransitGatewayId });
});

test("transit gateways peer over accounts and regions: asked, answered by the other side, ended by either", () => {
  const { region, gateway } = setting();
  const other = { account: "444455556666", region: "eu-central-1" };
  const theirs = region.does(createTransitGateway, {}, other).TransitGateway?.TransitGatewayId ?? "";
  const ours = gateway();
  const ask = (PeerTransitGatewayId = theirs) =>
    region.does(createTransitGatewayPeeringAttachment, {
      TransitGatewayId: ours,
      PeerTransitGatewayId,
      PeerAccountId: other.account,
      PeerRegion: other.region,
      TagSpecifications: [{ ResourceType: "transit-gateway-attachment", Tags: [{ Key: "Name", Value: "ours" }] }],
    }).TransitGatewayPeeringAttachment;
  const asked = ask();
  const TransitGatewayAttachmentId = asked?.TransitGatewayAttachmentId ?? "";
  const shown = (scope = { account, region: "us-east-1" }) =>
    region.does(describeTransitGatewayPeeringAttachments, { TransitGatewayAttachmentIds: [TransitGatewayAttachmentId] }, scope).TransitGatewayPeeringAttachments?.[0];
  assert.equal(asked?.State, "initiatingRequest");
  assert.deepEqual([shown()?.State, shown(other)?.State], ["pendingAcceptance", "pendingAcceptance"]);
  assert.deepEqual(shown()?.RequesterTgwInfo, { TransitGatewayId: ours, OwnerId: account, Region: "us-east-1" });
  assert.deepEqual(shown(other)?.AccepterTgwInfo, { TransitGatewayId: theirs, OwnerId: other.account, Region: other.region });
  region.does(createTags, { Resources: [TransitGatewayAttachmentId], Tags: [{ Key: "Name", Value: "theirs" }] }, other);
  assert.deepEqual([shown()?.Tags, shown(other)?.Tags], [[{ Key: "Name", Value: "ours" }], [{ Key: "Name", Value: "theirs" }]]);
  const seen = (scope = { account, region: "us-east-1" }) => region.does(describeTransitGatewayAttachments, {}, scope).TransitGatewayAttachments?.[0];
  assert.deepEqual([seen()?.TransitGatewayId, seen()?.ResourceId], [ours, theirs]);
  assert.deepEqual([seen(other)?.TransitGatewayId, seen(other)?.ResourceId], [theirs, ours]);
  const found = (Name: string, value: string, scope = { account, region: "us-east-1" }) =>
    region.does(describeTransitGatewayPeeringAttachments, { Filters: [{ Name, Values: [value] }] }, scope).TransitGatewayPeeringAttachments?.length;
  assert.deepEqual(
    [found("local-owner-id", account), found("remote-owner-id", other.account), found("local-owner-id", account, other), found("remote-owner-id", account, other)],
    [1, 1, 0, 1],
  );
  for (const [name, value] of [["state", "pendingAcceptance"], ["transit-gateway-attachment-id", TransitGatewayAttachmentId], ["transit-gateway-id", theirs], ["tag:Name", "ours"]] as const) {
    assert.equal(found(name, value), 1, name);
    assert.equal(found(name, "other"), 0, name);
  }
  const before = region.world;
  const refused: [string, RegExp][] = [
    [
      region.refuses(acceptTransitGatewayPeeringAttachment, { TransitGatewayAttachmentId }),
      new RegExp(`^InvalidParameterValue: Cannot accept ${TransitGatewayAttachmentId} as the source of the peering request\\.$`),
    ],
    [region.refuses(rejectTransitGatewayPeeringAttachment, { TransitGatewayAttachmentId }), /^InvalidParameterValue: Cannot reject /],
    [
      region.refuses(createTransitGatewayPeeringAttachment, { TransitGatewayId: ours, PeerTransitGatewayId: theirs, PeerAccountId: other.account, PeerRegion: other.region }),
      /^DuplicateTransitGatewayAttachment: /,
    ],
    [
      region.refuses(createTransitGatewayPeeringAttachment, { TransitGatewayId: ours, PeerTransitGatewayId: ours, PeerAccountId: account, PeerRegion: "us-east-1" }),
      /^InvalidParameterValue: /,
    ],
    [
      region.refuses(createTransitGatewayPeeringAttachment, { TransitGatewayId: ours, PeerTransitGatewayId: theirs, PeerAccountId: "me", PeerRegion: "us-east-1" }),
      /^InvalidParameterValue: .*peerAccountId/,
    ],
    [region.refuses(deleteTransitGateway, { TransitGatewayId: theirs }, other), /^IncorrectState: .*Transit Gateway Cross Region Peering Attachments: /],
  ];
  for (const [said, expected] of refused) assert.match(said, expected);
  assert.equal(region.world, before);
  region.does(acceptTransitGatewayPeeringAttachment, { TransitGatewayAttachmentId }, other);
  assert.deepEqual([shown()?.State, shown(other)?.State], ["available", "available"]);
  assert.match(region.refuses(acceptTransitGatewayPeeringAttachment, { TransitGatewayAttachmentId }, other), /^IncorrectState: /);
  region.does(deleteTransitGatewayPeeringAttachment, { TransitGatewayAttachmentId }, other);
  assert.equal(shown()?.State, "deleted");

  const again = ask()?.TransitGatewayAttachmentId ?? "";
  assert.equal(region.does(rejectTransitGatewayPeeringAttachment, { TransitGatewayAttachmentId: again }, other).TransitGatewayPeeringAttachment?.State, "rejected");
  const nobody = ask(unknownGateway)?.TransitGatewayAttachmentId ?? "";
  const failed = region.does(describeTransitGatewayPeeringAttachments, { TransitGatewayAttachmentIds: [nobody] }).TransitGatewayPeeringAttachments?.[0];
  assert.equal(failed?.State, "failed");
  region.does(deleteTransitGateway, { TransitGatewayId: ours });
});
