import assert from "node:assert/strict";
import { test } from "node:test";
import { createManagedPrefixList } from "../../../src/api/ec2/create-managed-prefix-list.ts";
import { createTransitGateway } from "../../../src/api/ec2/transit-gateway.ts";
import { createTransitGatewayPeeringAttachment } from "../../../src/api/ec2/transit-peering-attachment.ts";
import {
  createTransitGatewayPrefixListReference,
  deleteTransitGatewayPrefixListReference,
  getTransitGatewayPrefixListReferences,
  modifyTransitGatewayPrefixListReference,
} from "../../../src/api/ec2/transit-prefix-list-reference.ts";
import {
  createTransitGatewayRoute,
  deleteTransitGatewayRoute,
  replaceTransitGatewayRoute,
  searchTransitGatewayRoutes,
} from "../../../src/api/ec2/transit-route.ts";
import {
  associateTransitGatewayRouteTable,
  createTransitGatewayRouteTable,
  deleteTransitGatewayRouteTable,
  describeTransitGatewayRouteTables,
  disableTransitGatewayRouteTablePropagation,
  disassociateTransitGatewayRouteTable,
  enableTransitGatewayRouteTablePropagation,
} from "../../../src/api/ec2/transit-route-table.ts";
import {
  getTransitGatewayAttachmentPropagations,
  getTransitGatewayRouteTableAssociations,
  getTransitGatewayRouteTablePropagations,
} from "../../../src/api/ec2/transit-route-table-members.ts";
import { createTransitGatewayVpcAttachment, deleteTransitGatewayVpcAttachment } from "../../../src/api/ec2/transit-vpc-attachment.ts";
import { applyChanges, everywhere, put } from "../../../src/model/world.ts";
import { Region } from "./region.ts";

const unknown = { table: "tgw-rtb-0fffffffffffffff1", attachment: "tgw-attach-0fffffffffffffff2" };

function setting() {
  const region = new Region({ quotas: { routeTablesPerTransitGateway: 2 } });
  const made = region.does(createTransitGateway, {}).TransitGateway;
  const TransitGatewayId = made?.TransitGatewayId ?? "";
  const main = made?.Options?.AssociationDefaultRouteTableId ?? "";
  const attach = (cidr: string, subnet: string) => {
    const { vpc, subnet: id } = region.network(cidr, subnet);
    const attached = region.does(createTransitGatewayVpcAttachment, { TransitGatewayId, VpcId: vpc, SubnetIds: [id] });
    return { vpc, id: attached.TransitGatewayVpcAttachment?.TransitGatewayAttachmentId ?? "" };
  };
  const [a, b] = [attach("10.1.0.0/16", "10.1.1.0/24"), attach("10.2.0.0/16", "10.2.1.0/24")];
  const routes = (table: string, ...Filters: { Name: string; Values: string[] }[]) =>
    region
      .does(searchTransitGatewayRoutes, { TransitGatewayRouteTableId: table, Filters })
      .Routes?.map((route) => [route.DestinationCidrBlock ?? route.PrefixListId, route.Type, route.State, route.TransitGatewayAttachments?.[0]?.ResourceId]);
  return { region, TransitGatewayId, main, a, b, routes };
}

test("a route table: what is associated with it, what propagates to it, until the attachment goes", () => {
  const { region, TransitGatewayId, main, a, b, routes } = setting();
  const Tags = [{ Key: "Name", Value: "spokes" }];
  const made = region.does(createTransitGatewayRouteTable, {
    TransitGatewayId,
    TagSpecifications: [{ ResourceType: "transit-gateway-route-table", Tags }],
  }).TransitGatewayRouteTable;
  const TransitGatewayRouteTableId = made?.TransitGatewayRouteTableId ?? "";
  const shown = () => region.does(describeTransitGatewayRouteTables, { TransitGatewayRouteTableIds: [TransitGatewayRouteTableId] }).TransitGatewayRouteTables?.[0];
  assert.deepEqual(made, { ...shown(), State: "pending" });
  assert.deepEqual(
    [shown()?.State, shown()?.DefaultAssociationRouteTable, shown()?.DefaultPropagationRouteTable, shown()?.Tags, shown()?.TransitGatewayId],
    ["available", false, false, Tags, TransitGatewayId],
  );
  const found = (Name: string, value: string) =>
    region.does(describeTransitGatewayRouteTables, { Filters: [{ Name, Values: [value] }] }).TransitGatewayRouteTables?.map((one) => one.TransitGatewayRouteTableId);
  for (const name of ["default-association-route-table", "default-propagation-route-table"]) assert.deepEqual(found(name, "true"), [main], name);
  for (const [name, value] of [["transit-gateway-route-table-id", TransitGatewayRouteTableId], ["tag:Name", "spokes"]] as const) {
    assert.deepEqual(found(name, value), [TransitGatewayRouteTableId], name);
  }
  for (const [name, value] of [["state", "available"], ["transit-gateway-id", TransitGatewayId]] as const) assert.equal(found(name, value)?.length, 2, name);

  const pair = { TransitGatewayRouteTableId, TransitGatewayAttachmentId: a.id };
  const member = { TransitGatewayAttachmentId: a.id, ResourceId: a.vpc, ResourceType: "vpc" };
  const associations = (table: string) => region.does(getTransitGatewayRouteTableAssociations, { TransitGatewayRouteTableId: table }).Associations;
  const propagations = () => region.does(getTransitGatewayRouteTablePropagations, { TransitGatewayRouteTableId }).TransitGatewayRouteTablePropagations;
  assert.equal(associations(main)?.length, 2);
  assert.equal(
    region.refuses(associateTransitGatewayRouteTable, pair),
    `Resource.AlreadyAssociated: Transit Gateway Attachment ${a.id} is already associated to a route table.`,
  );
  region.does(disassociateTransitGatewayRouteTable, { ...pair, TransitGatewayRouteTableId: main });
  const associated = region.does(associateTransitGatewayRouteTable, pair).Association;
  assert.deepEqual(associated, { TransitGatewayRouteTableId, ...member, State: "associating" });
  assert.deepEqual(associations(TransitGatewayRouteTableId), [{ ...member, State: "associated" }]);
  region.does(enableTransitGatewayRouteTablePropagation, pair);
  assert.deepEqual(propagations(), [{ ...member, State: "enabled" }]);
  const tables = region.does(getTransitGatewayAttachmentPropagations, { TransitGatewayAttachmentId: a.id }).TransitGatewayAttachmentPropagations;
  assert.deepEqual(tables?.map((one) => one.TransitGatewayRouteTableId).toSorted(), [main, TransitGatewayRouteTableId].toSorted());
  assert.deepEqual(routes(TransitGatewayRouteTableId), [["10.1.0.0/16", "propagated", "active", a.vpc]]);
  const filtered = (Name: string, value: string) =>
    region.does(getTransitGatewayRouteTableAssociations, { TransitGatewayRouteTableId: main, Filters: [{ Name, Values: [value] }] }).Associations?.length;
  for (const [name, value] of [["resource-id", b.vpc], ["resource-type", "vpc"], ["transit-gateway-attachment-id", b.id]] as const) assert.equal(filtered(name, value), 1, name);
  assert.equal(filtered("resource-id", a.vpc), 0);

  const before = region.world;
  const refused: [string, RegExp][] = [
    [region.refuses(enableTransitGatewayRouteTablePropagation, pair), /^TransitGatewayRouteTablePropagation.Duplicate: /],
    [region.refuses(disableTransitGatewayRouteTablePropagation, { ...pair, TransitGatewayAttachmentId: b.id }), /^TransitGatewayRouteTablePropagation.NotFound: /],
    [region.refuses(disassociateTransitGatewayRouteTable, { ...pair, TransitGatewayAttachmentId: b.id }), /^InvalidAssociation.NotFound: /],
    [region.refuses(associateTransitGatewayRouteTable, { ...pair, TransitGatewayRouteTableId: unknown.table }), /^InvalidRouteTableID.NotFound: Transit Gateway Route Table /],
    [region.refuses(associateTransitGatewayRouteTable, { ...pair, TransitGatewayAttachmentId: unknown.attachment }), /^InvalidTransitGatewayAttachmentID.NotFound: /],
    [region.refuses(deleteTransitGatewayRouteTable, { TransitGatewayRouteTableId: main }), /^IncorrectState: .*default/],
    [region.refuses(deleteTransitGatewayRouteTable, { TransitGatewayRouteTableId }), /^IncorrectState: .*associated/],
    [region.refuses(createTransitGatewayRouteTable, { TransitGatewayId }), /^TransitGatewayRouteTableLimitExceeded: /],
  ];
  for (const [said, expected] of refused) assert.match(said, expected);
  assert.equal(region.world, before);
  region.does(deleteTransitGatewayVpcAttachment, { TransitGatewayAttachmentId: a.id });
  assert.deepEqual([associations(TransitGatewayRouteTableId), propagations(), routes(main)?.length], [[], [], 1]);
  region.does(deleteTransitGatewayRouteTable, { TransitGatewayRouteTableId });
  assert.equal(shown()?.State, "deleted");
});

test("a route table's attachments are listed by age", () => {
  const { region, main, a, b } = setting();
  region.lives((world) =>
    applyChanges(
      world,
      everywhere(world, "transit-gateway-attachment").map((one) => put({ ...one, created: one.id === a.id ? "2024-01-02T00:00:00Z" : "2024-01-01T00:00:00Z" })),
    ),
  );
  const table = { TransitGatewayRouteTableId: main };
  const listings = [
    region.does(getTransitGatewayRouteTableAssociations, table).Associations,
    region.does(getTransitGatewayRouteTablePropagations, table).TransitGatewayRouteTablePropagations,
  ];
  for (const found of listings) assert.deepEqual(found?.map((one) => one.TransitGatewayAttachmentId), [b.id, a.id]);
});

test("static routes take precedence, can be blackholes, and are searched by their prefixes", () => {
  const { region, main, a, b, routes } = setting();
  const target = { TransitGatewayRouteTableId: main, TransitGatewayAttachmentId: b.id };
  const route = region.does(createTransitGatewayRoute, { ...target, DestinationCidrBlock: "10.1.0.0/16" }).Route;
  assert.deepEqual(route, {
    DestinationCidrBlock: "10.1.0.0/16",
    TransitGatewayAttachments: [{ TransitGatewayAttachmentId: b.id, ResourceType: "vpc", ResourceId: b.vpc }],
    Type: "static",
    State: "active",
  });
  region.does(createTransitGatewayRoute, { TransitGatewayRouteTableId: main, Blackhole: true, DestinationCidrBlock: "10.1.64.7/18" });
  region.does(createTransitGatewayRoute, { ...target, DestinationCidrBlock: "0.0.0.0/0" });
  const all = [
    ["0.0.0.0/0", "static", "active", b.vpc],
    ["10.1.0.0/16", "static", "active", b.vpc],
    ["10.1.64.0/18", "static", "blackhole", undefined],
    ["10.2.0.0/16", "propagated", "active", b.vpc],
  ];
  assert.deepEqual(routes(main), all);
  const searched = (Name: string, ...Values: string[]) => routes(main, { Name, Values })?.map(([destination]) => destination);
  const cases: [string, string[], string[]][] = [
    ["route-search.exact-match", ["10.1.0.0/16"], ["10.1.0.0/16"]],
    ["route-search.exact-match", ["10.1.0.0/16", "10.2.0.0/16"], ["10.1.0.0/16", "10.2.0.0/16"]],
    ["route-search.longest-prefix-match", ["10.1.65.0/24"], ["10.1.64.0/18"]],
    ["route-search.longest-prefix-match", ["10.1.1.1"], ["10.1.0.0/16"]],
    ["route-search.subnet-of-match", ["10.1.0.0/16"], ["10.1.0.0/16", "10.1.64.0/18"]],
    ["route-search.supernet-of-match", ["10.1.64.0/18"], ["0.0.0.0/0", "10.1.0.0/16", "10.1.64.0/18"]],
    ["type", ["propagated"], ["10.2.0.0/16"]],
    ["state", ["blackhole"], ["10.1.64.0/18"]],
    ["attachment.transit-gateway-attachment-id", [a.id], []],
    ["attachment.resource-id", [b.vpc], ["0.0.0.0/0", "10.1.0.0/16", "10.2.0.0/16"]],
    ["attachment.resource-type", ["vpn"], []],
    ["prefix-list-id", ["pl-*"], []],
  ];
  for (const [name, values, expected] of cases) assert.deepEqual(searched(name, ...values), expected, `${name} ${values.join()}`);
  const first = region.does(searchTransitGatewayRoutes, { TransitGatewayRouteTableId: main, Filters: [], MaxResults: 5 });
  assert.equal(first.AdditionalRoutesAvailable, false);

  region.does(replaceTransitGatewayRoute, { ...target, TransitGatewayAttachmentId: a.id, DestinationCidrBlock: "0.0.0.0/0" });
  assert.deepEqual(routes(main, { Name: "route-search.exact-match", Values: ["0.0.0.0/0"] }), [["0.0.0.0/0", "static", "active", a.vpc]]);
  region.does(deleteTransitGatewayVpcAttachment, { TransitGatewayAttachmentId: a.id });
  assert.deepEqual(routes(main)?.[0]?.slice(0, 3), ["0.0.0.0/0", "static", "blackhole"]);
  assert.equal(region.does(deleteTransitGatewayRoute, { TransitGatewayRouteTableId: main, DestinationCidrBlock: "0.0.0.0/0" }).Route?.State, "deleted");
});

test("routes to prefix lists", () => {
  const { region, main, b, routes } = setting();
  const PrefixListId = region.does(createManagedPrefixList, { PrefixListName: "l", MaxEntries: 2, AddressFamily: "IPv4" }).PrefixList?.PrefixListId ?? "";
  const target = { TransitGatewayRouteTableId: main, PrefixListId };
  region.does(createTransitGatewayPrefixListReference, { ...target, TransitGatewayAttachmentId: b.id });
  const shown = (Name = "prefix-list-id", value = PrefixListId) =>
    region.does(getTransitGatewayPrefixListReferences, { TransitGatewayRouteTableId: main, Filters: [{ Name, Values: [value] }] }).TransitGatewayPrefixListReferences;
  assert.deepEqual(shown(), [
    {
      TransitGatewayRouteTableId: main,
      PrefixListId,
      PrefixListOwnerId: "111122223333",
      State: "available",
      Blackhole: false,
      TransitGatewayAttachment: { TransitGatewayAttachmentId: b.id, ResourceType: "vpc", ResourceId: b.vpc },
    },
  ]);
  for (const [name, value] of [
    ["attachment.resource-id", b.vpc], ["attachment.resource-type", "vpc"], ["attachment.transit-gateway-attachment-id", b.id],
    ["is-blackhole", "false"], ["prefix-list-owner-id", "111122223333"], ["state", "available"],
  ] as const) {
    assert.equal(shown(name, value)?.length, 1, name);
    assert.equal(shown(name, "other")?.length, 0, name);
  }
  assert.deepEqual(routes(main, { Name: "prefix-list-id", Values: [PrefixListId] }), [[PrefixListId, "static", "active", b.vpc]]);
  assert.match(region.refuses(createTransitGatewayPrefixListReference, { ...target, Blackhole: true }), /^RouteAlreadyExists: /);
  region.does(modifyTransitGatewayPrefixListReference, { ...target, Blackhole: true });
  assert.equal(shown()?.[0]?.Blackhole, true);
  region.does(deleteTransitGatewayPrefixListReference, target);
  assert.deepEqual(shown(), []);
  assert.match(region.refuses(deleteTransitGatewayPrefixListReference, target), /^InvalidRoute.NotFound: /);
});

test("what is wrong with a route of a transit gateway, in order", () => {
  const { region, TransitGatewayId, main, a, b } = setting();
  const other = region.does(createTransitGateway, {}).TransitGateway;
  const waiting = region.does(createTransitGatewayPeeringAttachment, {
    TransitGatewayId,
    PeerTransitGatewayId: other?.TransitGatewayId,
    PeerAccountId: "111122223333",
    PeerRegion: "us-east-1",
  }).TransitGatewayPeeringAttachment;
  const DestinationCidrBlock = "10.7.0.0/16";
  region.does(createTransitGatewayRoute, { TransitGatewayRouteTableId: main, TransitGatewayAttachmentId: a.id, DestinationCidrBlock });
  const before = region.world;
  const create = (input: object) =>
    region.refuses(createTransitGatewayRoute, { TransitGatewayRouteTableId: main, TransitGatewayAttachmentId: a.id, DestinationCidrBlock, ...input });
  const foreign = other?.Options?.AssociationDefaultRouteTableId;
  const cases: [string, RegExp][] = [
    [create({ DestinationCidrBlock: "10.0.0.0" }), /^InvalidParameterValue: .*destinationCidrBlock/],
    [create({ Blackhole: true }), /^InvalidParameterCombination: /],
    [create({ TransitGatewayAttachmentId: undefined }), /^InvalidParameterCombination: /],
    [create({ TransitGatewayRouteTableId: unknown.table }), /^InvalidRouteTableID.NotFound: /],
    [create({ TransitGatewayAttachmentId: unknown.attachment }), /^InvalidTransitGatewayAttachmentID.NotFound: /],
    [create({ TransitGatewayRouteTableId: foreign }), /^InvalidParameterValue: .*different transit gateways/],
    [create({ TransitGatewayAttachmentId: waiting?.TransitGatewayAttachmentId }), /^IncorrectState: .*pendingAcceptance$/],
    [create({ TransitGatewayAttachmentId: b.id }), new RegExp(`^RouteAlreadyExists: Route 10\\.7\\.0\\.0/16 already exists in Transit Gateway Route Table ${main}\\.$`)],
    [region.refuses(replaceTransitGatewayRoute, { TransitGatewayRouteTableId: main, Blackhole: true, DestinationCidrBlock: "10.8.0.0/16" }), /^InvalidRoute.NotFound: /],
    [region.refuses(deleteTransitGatewayRoute, { TransitGatewayRouteTableId: main, DestinationCidrBlock: "10.2.0.0/16" }), /^InvalidRoute.NotFound: /],
    [region.refuses(searchTransitGatewayRoutes, { TransitGatewayRouteTableId: main, Filters: [{ Name: "route-search.exact-match", Values: ["x"] }] }), /^InvalidParameterValue: /],
    [region.refuses(searchTransitGatewayRoutes, { TransitGatewayRouteTableId: main, Filters: [{ Name: "route", Values: ["x"] }] }), /^InvalidParameterValue: /],
  ];
  for (const [said, expected] of cases) assert.match(said, expected);
  assert.equal(region.world, before);
});
