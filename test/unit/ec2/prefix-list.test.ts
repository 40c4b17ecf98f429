import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizeSecurityGroupEgress, authorizeSecurityGroupIngress } from "../../../src/api/ec2/authorize-security-group.ts";
import { createManagedPrefixList } from "../../../src/api/ec2/create-managed-prefix-list.ts";
import { deleteManagedPrefixList } from "../../../src/api/ec2/delete-managed-prefix-list.ts";
import { describeManagedPrefixLists } from "../../../src/api/ec2/describe-managed-prefix-lists.ts";
import { describePrefixLists } from "../../../src/api/ec2/describe-prefix-lists.ts";
import { describeSecurityGroupRules } from "../../../src/api/ec2/describe-security-group-rules.ts";
import { describeSecurityGroups } from "../../../src/api/ec2/describe-security-groups.ts";
import { getManagedPrefixListAssociations } from "../../../src/api/ec2/get-managed-prefix-list-associations.ts";
import { getManagedPrefixListEntries } from "../../../src/api/ec2/get-managed-prefix-list-entries.ts";
import { modifyManagedPrefixList } from "../../../src/api/ec2/modify-managed-prefix-list.ts";
import { modifySecurityGroupRules } from "../../../src/api/ec2/modify-security-group-rules.ts";
import { restoreManagedPrefixListVersion } from "../../../src/api/ec2/restore-managed-prefix-list-version.ts";
import { revokeSecurityGroupEgress, revokeSecurityGroupIngress } from "../../../src/api/ec2/revoke-security-group.ts";
import { createTags, describeTags } from "../../../src/api/ec2/tags.ts";
import { limits } from "../../../src/api/limits.ts";
import type { Input } from "../../../src/api/operation.ts";
import { deletePrefixList, makePrefixList, nextVersion } from "../../../src/model/prefix-list.ts";
import { applyChanges, everywhere, put } from "../../../src/model/world.ts";
import { Region } from "./region.ts";

type CreateInput = Input<"CreateManagedPrefixList">;
type ModifyInput = Input<"ModifyManagedPrefixList">;

const entries = (...cidrs: string[]) => cidrs.map((Cidr) => ({ Cidr }));

/** A list of the region, of IPv4 and with room for three unless it is said otherwise. */
const listIn = (region: Region, input: Partial<CreateInput> = {}): string =>
  region.does(createManagedPrefixList, { PrefixListName: "offices", AddressFamily: "IPv4", MaxEntries: 3, ...input }).PrefixList
    ?.PrefixListId ?? "";

const entriesOf = (region: Region, PrefixListId: string, TargetVersion?: number) =>
  (region.does(getManagedPrefixListEntries, { PrefixListId, TargetVersion }).Entries ?? []).map((entry) => entry.Cidr);

const shown = (region: Region, id: string) =>
  region.does(describeManagedPrefixLists, { PrefixListIds: [id] }).PrefixLists?.[0];

test("CreateManagedPrefixList: version 1, blocks in canonical form", () => {
  const region = new Region();
  const made = region.does(createManagedPrefixList, {
    PrefixListName: "six",
    AddressFamily: "IPv6",
    MaxEntries: 4,
    Entries: [{ Cidr: "2001:DB8:0::1/64", Description: "lab" }, { Cidr: "2001:db8:1::/48" }],
    TagSpecifications: [{ ResourceType: "prefix-list", Tags: [{ Key: "by", Value: "test" }] }],
  }).PrefixList;
  const id = made?.PrefixListId ?? "";
  assert.match(id, /^pl-[0-9a-f]{17}$/);
  assert.deepEqual(made, {
    PrefixListId: id,
    AddressFamily: "IPv6",
    State: "create-complete",
    PrefixListArn: `arn:aws:ec2:us-east-1:111122223333:prefix-list/${id}`,
    PrefixListName: "six",
    MaxEntries: 4,
    Version: 1,
    Tags: [{ Key: "by", Value: "test" }],
    OwnerId: "111122223333",
  });
  assert.deepEqual(region.does(getManagedPrefixListEntries, { PrefixListId: id }).Entries, [
    { Cidr: "2001:db8:1::/48", Description: undefined },
    { Cidr: "2001:db8::/64", Description: "lab" },
  ]);
  region.does(createTags, { Resources: [id], Tags: [{ Key: "stage", Value: "live" }] });
  assert.deepEqual(shown(region, id)?.Tags?.map((tag) => tag.Key), ["by", "stage"]);
  assert.equal(region.does(describeTags, { Filters: [{ Name: "resource-type", Values: ["prefix-list"] }] }).Tags?.length, 2);
});

test("CreateManagedPrefixList refuses, in order", () => {
  const region = new Region();
  const tooMany = Array.from({ length: limits.entriesPerCall + 1 }, (_, index) => ({ Cidr: `10.0.${index}.0/24` }));
  const valid = { PrefixListName: "offices", AddressFamily: "IPv4", MaxEntries: 2 };
  const cases: [Partial<CreateInput>, string][] = [
    [{ PrefixListName: "", MaxEntries: 0 }, "InvalidParameterValue: Value () for parameter prefixListName is invalid."],
    [{ PrefixListName: "n".repeat(256) }, `InvalidParameterValue: Value (${"n".repeat(256)}) for parameter prefixListName is invalid.`],
    [{ PrefixListName: "com.amazonaws.mine" }, "InvalidParameterValue: Value (com.amazonaws.mine) for parameter prefixListName is invalid. The name cannot start with 'com.amazonaws'."],
    [{ MaxEntries: 0, AddressFamily: "ipv4" }, "InvalidParameterValue: Must specify a max size between 1 and 1000"],
    [{ MaxEntries: 1001 }, "InvalidParameterValue: Must specify a max size between 1 and 1000"],
    [{ MaxEntries: 1.5 }, "InvalidParameterValue: Must specify a max size between 1 and 1000"],
    [{ AddressFamily: "ipv4", Entries: entries("x") }, "InvalidParameterValue: Value (ipv4) for parameter addressFamily is invalid."],
    [{ Entries: tooMany }, "InvalidParameterValue: The number of entries per request cannot exceeds limit (100)."],
    [{ Entries: entries("10.0.0.0/8", "10.0.0.1") }, "InvalidParameterValue: Value (10.0.0.1) for parameter Cidr is invalid. This is not a valid CIDR block."],
    [{ Entries: entries("2001:db8::/32") }, "InvalidParameterValue: Value (2001:db8::/32) for parameter Cidr is invalid. This is not a valid CIDR block."],
    [{ Entries: entries("10.0.0.0/8", "10.1.2.3/8") }, "InvalidParameterValue: The CIDR 10.0.0.0/8 must not appear multiple times"],
    [{ Entries: [{ Cidr: "10.0.0.0/8", Description: "d".repeat(256) }] }, "InvalidParameterValue: The description of an entry exceeds the maximum length of 255 characters"],
    [
      { Entries: entries("10.0.0.0/8", "11.0.0.0/8", "12.0.0.0/8"), TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "k" }] }] },
      "InvalidParameterValue: 'vpc' is not a valid taggable resource type for this operation.",
    ],
    [{ Entries: entries("10.0.0.0/8", "11.0.0.0/8", "12.0.0.0/8") }, "PrefixListMaxEntriesExceeded: The maximum number of entries of the prefix list is 2, not 3."],
  ];
  for (const [input, expected] of cases) assert.equal(region.refuses(createManagedPrefixList, { ...valid, ...input }), expected);
  for (let count = 0; count < region.call.quotas.prefixLists; count++) listIn(region);
  assert.match(region.refuses(createManagedPrefixList, valid), /^PrefixListLimitExceeded: /);
});

test("a change of entries makes a version; a new name or size does not; every version can be read and restored", () => {
  const region = new Region();
  const id = listIn(region, { Entries: entries("10.0.0.0/8", "11.0.0.0/8") });
  const modify = (input: Partial<ModifyInput>) => region.does(modifyManagedPrefixList, { PrefixListId: id, ...input }).PrefixList;
  const edited = modify({ CurrentVersion: 1, PrefixListName: "homes", AddEntries: entries("12.3.4.5/8"), RemoveEntries: entries("10.9.9.9/8") });
  assert.deepEqual([edited?.Version, edited?.State, edited?.PrefixListName], [2, "modify-complete", "homes"]);
  assert.deepEqual(entriesOf(region, id), ["11.0.0.0/8", "12.0.0.0/8"]);
  assert.deepEqual(entriesOf(region, id, 1), ["10.0.0.0/8", "11.0.0.0/8"]);
  assert.equal(modify({ PrefixListName: "flats" })?.Version, 2);
  assert.deepEqual([modify({ MaxEntries: 2 })?.Version, shown(region, id)?.MaxEntries], [2, 2]);
  modify({ RemoveEntries: entries("11.0.0.0/8") });
  const restored = region.does(restoreManagedPrefixListVersion, { PrefixListId: id, PreviousVersion: 1, CurrentVersion: 3 }).PrefixList;
  assert.deepEqual([restored?.Version, restored?.State, restored?.PrefixListName], [4, "restore-complete", "flats"]);
  assert.deepEqual([1, 2, 3, 4].map((version) => entriesOf(region, id, version).length), [2, 2, 1, 2]);
  assert.deepEqual(entriesOf(region, id), ["10.0.0.0/8", "11.0.0.0/8"]);
  assert.equal(region.does(deleteManagedPrefixList, { PrefixListId: id }).PrefixList?.State, "delete-complete");
  assert.deepEqual(everywhere(region.world, "prefix-list-version"), []);
  assert.equal(region.refuses(deleteManagedPrefixList, { PrefixListId: id }), `InvalidPrefixListID.NotFound: The prefix list ID '${id}' does not exist`);
});

test("ModifyManagedPrefixList refuses, in order, and then changes nothing", () => {
  const region = new Region();
  const id = listIn(region, { MaxEntries: 2, Entries: entries("10.0.0.0/8", "11.0.0.0/8") });
  const unknown = "pl-0ffffffffffffff01";
  const tooMany = Array.from({ length: limits.entriesPerCall + 1 }, (_, index) => ({ Cidr: `10.0.${index}.0/24` }));
  const before = region.world;
  const cases: [ModifyInput, string][] = [
    [{ PrefixListId: "x", IpamPrefixListResolverSyncEnabled: true }, "UnsupportedOperation: The parameter IpamPrefixListResolverSyncEnabled is not supported."],
    [{ PrefixListId: unknown }, "InvalidRequest: The request received was invalid."],
    [
      { PrefixListId: unknown, MaxEntries: 0, AddEntries: entries("x") },
      "InvalidParameterCombination: You cannot modify the entries and the maximum number of entries for the prefix list in the same request.",
    ],
    [{ PrefixListId: unknown, RemoveEntries: tooMany }, "InvalidParameterValue: Request cannot contain more than 100 entry additions or removals"],
    [{ PrefixListId: unknown, PrefixListName: "", MaxEntries: 0 }, "InvalidParameterValue: Value () for parameter prefixListName is invalid."],
    [{ PrefixListId: unknown, MaxEntries: 1001 }, "InvalidParameterValue: Must specify a max size between 1 and 1000"],
    [{ PrefixListId: "list", PrefixListName: "n" }, 'InvalidPrefixListId.Malformed: Invalid id: "list" (expecting "pl-...")'],
    [{ PrefixListId: unknown, PrefixListName: "n" }, `InvalidPrefixListID.NotFound: The prefix list ID '${unknown}' does not exist`],
    [{ PrefixListId: id, CurrentVersion: 2, AddEntries: entries("x") }, "InvalidParameterValue: Value (x) for parameter Cidr is invalid. This is not a valid CIDR block."],
    [
      { PrefixListId: id, CurrentVersion: 2, AddEntries: entries("10.1.1.1/8"), RemoveEntries: entries("10.0.0.0/8") },
      "InvalidParameterValue: Request cannot contain Cidr 10.0.0.0/8 in both AddPrefixListEntries and RemovePrefixListEntries",
    ],
    [{ PrefixListId: id, CurrentVersion: 2, RemoveEntries: entries("12.0.0.0/8") }, "PrefixListVersionMismatch: The prefix list has the incorrect version number."],
    [{ PrefixListId: id, CurrentVersion: 2, MaxEntries: 1 }, "PrefixListVersionMismatch: The prefix list has the incorrect version number."],
    [{ PrefixListId: id, CurrentVersion: 2, PrefixListName: "n" }, "PrefixListVersionMismatch: The prefix list has the incorrect version number."],
    [
      { PrefixListId: id, AddEntries: entries("10.0.0.0/8"), RemoveEntries: entries("12.0.0.0/8") },
      "InvalidPrefixListModification: The CIDR 12.0.0.0/8 does not exist.",
    ],
    [{ PrefixListId: id, AddEntries: entries("12.0.0.0/8", "10.0.0.0/8") }, "InvalidPrefixListModification: The CIDR 10.0.0.0/8 already exists."],
    [{ PrefixListId: id, AddEntries: entries("12.0.0.0/8") }, "PrefixListMaxEntriesExceeded: The maximum number of entries of the prefix list is 2, not 3."],
    [{ PrefixListId: id, MaxEntries: 1 }, "PrefixListMaxEntriesExceeded: The maximum number of entries of the prefix list is 1, not 2."],
  ];
  for (const [input, expected] of cases) assert.equal(region.refuses(modifyManagedPrefixList, input), expected);
  assert.equal(region.world, before);
});

test("restoring refuses an unknown version, then a changed list, then too many entries", () => {
  const region = new Region();
  const id = listIn(region, { Entries: entries("10.0.0.0/8", "11.0.0.0/8") });
  region.does(modifyManagedPrefixList, { PrefixListId: id, RemoveEntries: entries("10.0.0.0/8") });
  region.does(modifyManagedPrefixList, { PrefixListId: id, MaxEntries: 1 });
  const refusal = (PreviousVersion: number, CurrentVersion: number) =>
    region.refuses(restoreManagedPrefixListVersion, { PrefixListId: id, PreviousVersion, CurrentVersion });
  assert.equal(refusal(9, 7), `InvalidParameterValue: The prefix list '${id}' does not have the version 9.`);
  assert.match(refusal(1, 7), /^PrefixListVersionMismatch: /);
  assert.match(refusal(1, 2), /^PrefixListMaxEntriesExceeded: /);
  assert.match(region.refuses(getManagedPrefixListEntries, { PrefixListId: id, TargetVersion: 3 }), /^InvalidParameterValue: .* the version 3\.$/);
});

test("the oldest version is forgotten once there are too many", () => {
  const region = new Region();
  const tags = {};
  let list = makePrefixList(region.call, { name: "n", family: 4, maxEntries: 9, entries: [{ cidr: "10.1.0.0/16" }], tags });
  let world = applyChanges(region.world, [put(list)]);
  for (const cidr of ["10.2.0.0/16", "10.3.0.0/16", "10.4.0.0/16"]) {
    const next = nextVersion(world, region.call, list, { entries: [{ cidr }], state: "modify-complete" }, 3);
    world = applyChanges(world, next.changes);
    list = next.list;
  }
  assert.deepEqual(everywhere(world, "prefix-list-version").map(({ version }) => version).toSorted((a, b) => a - b), [2, 3]);
  assert.equal(list.version, 4);
  assert.deepEqual(everywhere(applyChanges(world, deletePrefixList(world, list)), "prefix-list-version"), []);
});

test("lists are found by identifier, name and owner, a page at a time; Amazon's own come before", () => {
  const region = new Region();
  const ids = ["a", "b", "c"].map((PrefixListName) => listIn(region, { PrefixListName }));
  const found = (Name: string, value: string) =>
    region.does(describeManagedPrefixLists, { Filters: [{ Name, Values: [value] }] }).PrefixLists?.map((list) => list.PrefixListId);
  assert.deepEqual(found("prefix-list-name", "b"), [ids[1]]);
  assert.deepEqual(found("prefix-list-id", ids[2] ?? ""), [ids[2]]);
  const services = found("owner-id", "AWS") ?? [];
  const MaxResults = services.length + 1;
  const first = region.does(describeManagedPrefixLists, { MaxResults });
  const second = region.does(describeManagedPrefixLists, { MaxResults, NextToken: first.NextToken });
  assert.deepEqual([...(first.PrefixLists ?? []), ...(second.PrefixLists ?? [])].map((list) => list.PrefixListId), [...services, ...ids]);
  assert.match(region.refuses(describeManagedPrefixLists, { MaxResults: 101 }), /^InvalidParameterValue: Value \( 101 \)/);
  assert.deepEqual(region.does(describePrefixLists, {}).PrefixLists?.map((list) => list.PrefixListId).toSorted(), services);
  assert.match(region.refuses(describePrefixLists, { PrefixListIds: ids }), /^InvalidPrefixListID.NotFound: /);
  assert.match(region.refuses(describePrefixLists, { PrefixListIds: ["pl-2"] }), /^InvalidPrefixListId.Malformed: /);
  const [id = ""] = ids;
  region.does(modifyManagedPrefixList, { PrefixListId: id, AddEntries: entries("10.2.0.0/16", "10.1.0.0/16") });
  const page = region.does(getManagedPrefixListEntries, { PrefixListId: id, MaxResults: 1 });
  const rest = region.does(getManagedPrefixListEntries, { PrefixListId: id, MaxResults: 1, NextToken: page.NextToken });
  assert.deepEqual([page.Entries?.[0]?.Cidr, rest.Entries?.[0]?.Cidr, rest.NextToken], ["10.1.0.0/16", "10.2.0.0/16", undefined]);
});

test("rules name lists: authorized, shown, modified, revoked; a named list stays", () => {
  const region = new Region();
  const { vpc } = region.network();
  const web = region.group(vpc, "web");
  const [one, two] = [listIn(region), listIn(region)];
  const about = (PrefixListId: string, Description?: string) => ({
    IpProtocol: "tcp",
    FromPort: 443,
    ToPort: 443,
    PrefixListIds: [{ PrefixListId, Description }],
  });
  const rule = region.does(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions: [about(one, "offices")] }).SecurityGroupRules?.[0];
  assert.deepEqual([rule?.PrefixListId, rule?.Description, rule?.CidrIpv4], [one, "offices", undefined]);
  region.does(authorizeSecurityGroupEgress, { GroupId: web, IpPermissions: [about(two)] });
  const [permission] = region.does(describeSecurityGroups, { Filters: [{ Name: "ip-permission.prefix-list-id", Values: [one] }] }).SecurityGroups?.[0]?.IpPermissions ?? [];
  assert.deepEqual(permission?.PrefixListIds, [{ PrefixListId: one, Description: "offices" }]);
  assert.match(
    region.refuses(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions: [about(one)] }),
    new RegExp(`^InvalidPermission.Duplicate: the specified rule "peer: ${one}, TCP, from port: 443`),
  );
  assert.equal(
    region.refuses(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions: [about("pl-00000000")] }),
    "InvalidPrefixListID.NotFound: The prefix list ID 'pl-00000000' does not exist",
  );
  assert.equal(region.does(deleteManagedPrefixList, { PrefixListId: one }).PrefixList?.State, "delete-in-progress");
  assert.deepEqual([shown(region, one)?.State, typeof shown(region, one)?.StateMessage], ["delete-failed", "string"]);
  assert.deepEqual(region.does(getManagedPrefixListAssociations, { PrefixListId: one }).PrefixListAssociations, [
    { ResourceId: web, ResourceOwner: "111122223333" },
  ]);
  const SecurityGroupRule = { IpProtocol: "tcp", FromPort: 444, ToPort: 444, PrefixListId: two };
  const SecurityGroupRules = [{ SecurityGroupRuleId: rule?.SecurityGroupRuleId, SecurityGroupRule }];
  region.does(modifySecurityGroupRules, { GroupId: web, SecurityGroupRules });
  assert.equal(region.does(describeSecurityGroupRules, { SecurityGroupRuleIds: [rule?.SecurityGroupRuleId ?? ""] }).SecurityGroupRules?.[0]?.PrefixListId, two);
  region.does(deleteManagedPrefixList, { PrefixListId: one });
  region.does(revokeSecurityGroupIngress, { GroupId: web, IpPermissions: [{ ...about(two), FromPort: 444, ToPort: 444 }] });
  region.does(deleteManagedPrefixList, { PrefixListId: two });
  assert.equal(shown(region, two)?.State, "delete-failed");
  region.does(revokeSecurityGroupEgress, { GroupId: web, IpPermissions: [about(two)] });
  assert.equal(region.does(deleteManagedPrefixList, { PrefixListId: two }).PrefixList?.State, "delete-complete");
});

test("Amazon's own lists: the same for everybody, empty, nobody's to change, and good for rules and routes", () => {
  const region = new Region();
  const own = listIn(region);
  const names = (region.does(describePrefixLists, {}).PrefixLists ?? []).map((list) => list.PrefixListName);
  assert.ok(names.includes("com.amazonaws.us-east-1.s3") && names.includes("com.amazonaws.global.cloudfront.origin-facing"));
  const Filters = [{ Name: "prefix-list-name", Values: ["com.amazonaws.us-east-1.s3"] }];
  const [s3, ...more] = region.does(describeManagedPrefixLists, { Filters }).PrefixLists ?? [];
  const PrefixListId = s3?.PrefixListId ?? "";
  assert.deepEqual([more, s3?.OwnerId, s3?.MaxEntries, s3?.PrefixListArn], [[], "AWS", undefined, `arn:aws:ec2:us-east-1:aws:prefix-list/${PrefixListId}`]);
  assert.equal(new Region({ account: "999988887777" }).does(describePrefixLists, { Filters }).PrefixLists?.[0]?.PrefixListId, PrefixListId);
  assert.notEqual(new Region({ region: "us-west-2" }).does(describePrefixLists, {}).PrefixLists?.[0]?.PrefixListId, PrefixListId);
  assert.match(region.refuses(describePrefixLists, { PrefixListIds: [own] }), /^InvalidPrefixListID.NotFound: /);

  const before = region.world;
  const managed = `OperationNotPermitted: The prefix list '${PrefixListId}' is managed by AWS.`;
  assert.equal(region.refuses(deleteManagedPrefixList, { PrefixListId }), managed);
  assert.equal(region.refuses(modifyManagedPrefixList, { PrefixListId, PrefixListName: "mine" }), managed);
  assert.equal(region.refuses(restoreManagedPrefixListVersion, { PrefixListId, PreviousVersion: 1, CurrentVersion: 1 }), managed);
  assert.equal(region.refuses(createTags, { Resources: [PrefixListId], Tags: [{ Key: "a" }] }), managed);
  assert.equal(region.world, before);
  const web = region.group(region.network().vpc, "web");
  region.does(authorizeSecurityGroupEgress, { GroupId: web, IpPermissions: [{ IpProtocol: "-1", PrefixListIds: [{ PrefixListId }] }] });
  assert.deepEqual(region.does(getManagedPrefixListEntries, { PrefixListId }).Entries, []);
});

test("a list counts as its size, in its family, and can't outgrow the groups that name it", () => {
  const region = new Region();
  const { vpc } = region.network();
  const [web = "", db = ""] = ["web", "db"].map((name) => region.group(vpc, name));
  const [four, six] = [listIn(region, { MaxEntries: 59 }), listIn(region, { MaxEntries: 60, AddressFamily: "IPv6" })];
  const about = (...ids: string[]) => [{ IpProtocol: "-1", PrefixListIds: ids.map((PrefixListId) => ({ PrefixListId })) }];
  const full = "RulesPerSecurityGroupLimitExceeded: The maximum number of rules per security group has been reached.";
  region.does(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions: about(four, six) });
  const cidr = (CidrIp: string) => [{ IpProtocol: "-1", IpRanges: [{ CidrIp }] }];
  region.does(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions: cidr("10.0.0.0/8") });
  assert.equal(region.refuses(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions: cidr("11.0.0.0/8") }), full);
  region.does(authorizeSecurityGroupEgress, { GroupId: web, IpPermissions: about(six) });
  const everywhereSix = [{ IpProtocol: "-1", Ipv6Ranges: [{ CidrIpv6: "::/0" }] }];
  assert.equal(region.refuses(authorizeSecurityGroupEgress, { GroupId: web, IpPermissions: everywhereSix }), full);
  assert.equal(region.refuses(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions: everywhereSix }), full);

  region.does(authorizeSecurityGroupIngress, { GroupId: db, IpPermissions: about(four) });
  assert.equal(
    region.refuses(modifyManagedPrefixList, { PrefixListId: four, MaxEntries: 60 }),
    `RulesPerSecurityGroupLimitExceeded: The following security groups do not have room for 60 entries: ${web}`,
  );
  assert.equal(shown(region, four)?.MaxEntries, 59);
  region.does(revokeSecurityGroupIngress, { GroupId: web, IpPermissions: cidr("10.0.0.0/8") });
  region.does(modifyManagedPrefixList, { PrefixListId: four, MaxEntries: 60 });
  const small = listIn(region, { MaxEntries: 1 });
  assert.equal(region.refuses(authorizeSecurityGroupIngress, { GroupId: db, IpPermissions: about(small) }), full);
  const rule = region.does(describeSecurityGroupRules, { Filters: [{ Name: "group-id", Values: [db] }] }).SecurityGroupRules?.find((one) => !one.IsEgress);
  const large = listIn(region, { MaxEntries: 61 });
  const update = { SecurityGroupRuleId: rule?.SecurityGroupRuleId, SecurityGroupRule: { IpProtocol: "-1", PrefixListId: large } };
  assert.equal(region.refuses(modifySecurityGroupRules, { GroupId: db, SecurityGroupRules: [update] }), full);
});
