import assert from "node:assert/strict";
import { test } from "node:test";
import { createSecurityGroup } from "../../../src/api/ec2/create-security-group.ts";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { deleteVpc } from "../../../src/api/ec2/delete-vpc.ts";
import { describeAccountAttributes } from "../../../src/api/ec2/describe-account-attributes.ts";
import { describeAvailabilityZones } from "../../../src/api/ec2/describe-availability-zones.ts";
import { describeImages } from "../../../src/api/ec2/describe-images.ts";
import { describeInstanceTypes } from "../../../src/api/ec2/describe-instance-types.ts";
import { describeRegions } from "../../../src/api/ec2/describe-regions.ts";
import { describeSecurityGroups } from "../../../src/api/ec2/describe-security-groups.ts";
import { describeSubnets } from "../../../src/api/ec2/describe-subnets.ts";
import { describeVpcs } from "../../../src/api/ec2/describe-vpcs.ts";
import { createTags, deleteTags, describeTags } from "../../../src/api/ec2/tags.ts";
import { parsePattern } from "../../../src/api/filters.ts";
import { limits } from "../../../src/api/limits.ts";
import { Region } from "./region.ts";

test("patterns: many, at most one, and characters as they are", () => {
  const cases: [string, string, boolean][] = [
    ["web", "web", true],
    ["web", "Web", false],
    ["web", "webs", false],
    ["*", "", true],
    ["w*b", "wb", true],
    ["w*b", "w.eb.b", true],
    ["w*b", "w.eb.c", false],
    ["we?", "web", true],
    ["we?", "we", true],
    ["we?", "webs", false],
    ["a\\*", "a*", true],
    ["a\\*", "ab", false],
    ["a\\\\", "a\\", true],
    ["*a*b*", "xxaxxbxx", true],
    ["*a*b*", "xxbxxaxx", false],
    ["(.+)", "abc", false],
  ];
  for (const [pattern, text, expected] of cases) assert.equal(parsePattern(pattern)(text), expected, `${pattern} on ${text}`);
  assert.equal(parsePattern("*a".repeat(100))("b".repeat(2000)), false);
});

test("filters: all of them, each by any value; unknown names refuse", () => {
  const region = new Region();
  const made = ["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"].map(
    (CidrBlock) => region.does(createVpc, { CidrBlock }).Vpc?.VpcId ?? "",
  );
  const [a = "", b = "", c = ""] = made;
  region.does(createTags, { Resources: [a, b], Tags: [{ Key: "stage", Value: "test" }] });
  region.does(createTags, { Resources: [c], Tags: [{ Key: "stage", Value: "live" }, { Key: "team" }] });
  const found = (...Filters: { Name: string; Values: string[] }[]) =>
    (region.does(describeVpcs, { Filters }).Vpcs ?? []).map((vpc) => vpc.VpcId);
  assert.deepEqual(found({ Name: "cidr", Values: ["10.1.*", "10.3.0.0/16"] }), [a, c]);
  assert.deepEqual(found({ Name: "tag:stage", Values: ["test"] }, { Name: "cidr", Values: ["10.2.*", "10.3.*"] }), [b]);
  assert.deepEqual(found({ Name: "tag:stage", Values: ["Test"] }), []);
  assert.deepEqual(found({ Name: "tag-key", Values: ["team", "other"] }), [c]);
  assert.deepEqual(found({ Name: "tag:team", Values: [""] }), [c]);
  assert.equal(found({ Name: "is-default", Values: ["true"] }).length, 1);
  for (const Name of ["colour", "Cidr", "toString", "__proto__"]) {
    const refusal = region.refuses(describeVpcs, { Filters: [{ Name, Values: ["x"] }] });
    assert.equal(refusal, `InvalidParameterValue: The filter '${Name}' is invalid`);
  }
  assert.deepEqual(found({ Name: "tag-value", Values: ["l?ve"] }), [c]);
  assert.deepEqual(region.does(describeVpcs, { Filters: [{ Name: "cidr" }] }).Vpcs, []);
  const Values = Array.from({ length: limits.filterValues + 1 }, (_, index) => String(index));
  assert.match(region.refuses(describeVpcs, { Filters: [{ Name: "cidr", Values }] }), /^FilterLimitExceeded: /);
});

test("filters on rules look at each rule alone", () => {
  const region = new Region();
  const { vpc } = region.network();
  region.group(vpc, "web");
  const found = (Name: string, value: string) =>
    (region.does(describeSecurityGroups, { Filters: [{ Name, Values: [value] }, { Name: "vpc-id", Values: [vpc] }] }).SecurityGroups ?? []).map(
      (group) => group.GroupName,
    );
  assert.deepEqual(found("egress.ip-permission.cidr", "0.0.0.0/0"), ["default", "web"]);
  assert.deepEqual(found("ip-permission.protocol", "-1"), ["default"]);
  assert.deepEqual(found("ip-permission.user-id", "111122223333"), ["default"]);
  assert.deepEqual(found("ip-permission.cidr", "0.0.0.0/0"), []);
});

test("pages: nothing twice, nothing lost, whatever is made or deleted meanwhile", () => {
  const region = new Region();
  const made = Array.from({ length: 12 }, () => region.does(createVpc, { CidrBlock: "10.1.0.0/16" }).Vpc?.VpcId ?? "");
  const seen: (string | undefined)[] = [];
  let NextToken: string | undefined;
  do {
    const page = region.does(describeVpcs, { MaxResults: 5, NextToken });
    seen.push(...(page.Vpcs ?? []).map((vpc) => vpc.VpcId));
    NextToken = page.NextToken;
    if (seen.length === 5) region.does(deleteVpc, { VpcId: made[0] });
  } while (NextToken !== undefined);
  const [standard] = region.does(describeVpcs, { Filters: [{ Name: "is-default", Values: ["true"] }] }).Vpcs ?? [];
  assert.deepEqual(seen, [standard?.VpcId, ...made]);
});

test("page requests that can't be served refuse", () => {
  const region = new Region();
  const { vpc } = region.network();
  for (const index of [1, 2, 3, 4]) region.does(createSecurityGroup, { VpcId: vpc, GroupName: `g${index}`, Description: "d" });
  const token = region.does(describeSecurityGroups, { MaxResults: 5 }).NextToken;
  assert.ok(token);
  const cases: [object, string][] = [
    [{ MaxResults: 4, NextToken: "?" }, "InvalidParameterValue: Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5."],
    [{ MaxResults: 1001 }, "InvalidParameterValue: Value ( 1001 ) for parameter maxResults is invalid. Expecting a value less than or equal to 1000."],
    [{ NextToken: "?" }, "InvalidNextToken: The token '?' is invalid"],
    [{ NextToken: token }, `InvalidNextToken: The token '${token}' is invalid`],
    [
      { MaxResults: 5, VpcIds: ["vpc-x"], Filters: [{ Name: "x", Values: ["y"] }] },
      "InvalidParameterCombination: The parameter VpcIds cannot be used with the parameter MaxResults",
    ],
    [{ VpcIds: ["vpc-x"], Filters: [{ Name: "x", Values: ["y"] }] }, "InvalidParameterValue: The filter 'x' is invalid"],
  ];
  for (const [input, expected] of cases) assert.equal(region.refuses(describeVpcs, input), expected);
  const GroupIds = region.does(describeSecurityGroups, { GroupNames: ["default"] }).SecurityGroups?.map((group) => group.GroupId ?? "");
  assert.equal(region.does(describeSecurityGroups, { MaxResults: 5, GroupIds }).SecurityGroups?.length, 1);
});

test("tags: given, replaced, taken away, listed", () => {
  const region = new Region();
  const { vpc, subnet } = region.network();
  const tags = () => (region.does(describeTags, {}).Tags ?? []).map((tag) => [tag.ResourceId, tag.ResourceType, tag.Key, tag.Value]);
  region.does(createTags, { Resources: [vpc, subnet], Tags: [{ Key: "a", Value: "1" }, { Key: "__proto__", Value: "2" }] });
  region.does(createTags, { Resources: [vpc], Tags: [{ Key: "a", Value: "3" }] });
  assert.deepEqual(tags(), [
    [subnet, "subnet", "__proto__", "2"],
    [subnet, "subnet", "a", "1"],
    [vpc, "vpc", "__proto__", "2"],
    [vpc, "vpc", "a", "3"],
  ]);
  region.does(deleteTags, { Resources: [vpc, subnet], Tags: [{ Key: "a", Value: "1" }] });
  region.does(deleteTags, { Resources: [subnet], Tags: [{ Key: "__proto__" }] });
  assert.deepEqual(tags(), [[vpc, "vpc", "__proto__", "2"], [vpc, "vpc", "a", "3"]]);
  const only = region.does(describeTags, { Filters: [{ Name: "key", Values: ["a"] }, { Name: "resource-type", Values: ["vpc"] }] });
  assert.deepEqual(only.Tags, [{ ResourceId: vpc, ResourceType: "vpc", Key: "a", Value: "3" }]);
  region.does(deleteTags, { Resources: [vpc] });
  assert.deepEqual(tags(), []);
});

test("tags that can't be refuse, and then none is given", () => {
  const region = new Region();
  const { vpc } = region.network();
  const many = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: "v" }));
  const cases: [object[], string, RegExp][] = [
    [[], vpc, /^MissingParameter: /],
    [[{ Key: "" }], vpc, /^InvalidParameterValue: Tag keys cannot be empty$/],
    [[{ Key: "AWS:x", Value: "v" }], "x", /^InvalidParameterValue: Tag keys starting with 'aws:' are reserved/],
    [[{ Key: "k".repeat(129) }], "x", /^InvalidParameterValue: Tag key exceeds the maximum length of 128/],
    [[{ Key: "k", Value: "v".repeat(257) }], "x", /^InvalidParameterValue: Tag value exceeds the maximum length of 256/],
    [[{ Key: "k" }, { Key: "k" }], "x", /^InvalidParameterValue: Duplicate tag key 'k' specified.$/],
    [[{ Key: "k" }], "x", /^InvalidID: The ID 'x' is not valid$/],
    [[{ Key: "k" }], "subnet-00000000", /^InvalidSubnetID.NotFound: /],
    [many(51), vpc, /^TagLimitExceeded: /],
  ];
  for (const [Tags, id, expected] of cases) assert.match(region.refuses(createTags, { Resources: [vpc, id], Tags }), expected);
  region.does(createTags, { Resources: [vpc], Tags: many(50) });
  assert.match(region.refuses(createTags, { Resources: [vpc], Tags: [{ Key: "one more" }] }), /^TagLimitExceeded: /);
  region.does(createTags, { Resources: [vpc], Tags: [{ Key: "k7", Value: "w" }] });
});

test("zones, regions, images, types and account attributes", () => {
  const region = new Region({ region: "ap-southeast-2" });
  assert.deepEqual(
    region.does(describeAvailabilityZones, {}).AvailabilityZones?.map((zone) => [zone.ZoneName, zone.ZoneId]),
    [["ap-southeast-2a", "apse2-az1"], ["ap-southeast-2b", "apse2-az2"], ["ap-southeast-2c", "apse2-az3"]],
  );
  assert.match(region.refuses(describeAvailabilityZones, { ZoneNames: ["x"] }), /^InvalidParameterValue: Invalid availability zone: \[x\]$/);
  assert.deepEqual(region.does(describeRegions, { RegionNames: ["us-east-1"] }).Regions?.map((one) => one.Endpoint), ["ec2.us-east-1.amazonaws.com"]);
  const image = region.does(describeImages, { Owners: ["amazon"] }).Images?.[0];
  assert.equal(image?.Name, "bailey-host");
  assert.deepEqual(region.does(describeImages, { Owners: ["self"] }).Images, []);
  assert.equal(region.does(describeImages, { ImageIds: [image.ImageId ?? ""] }).Images?.length, 1);
  assert.match(region.refuses(describeImages, { ImageIds: ["ami-00000000"] }), /^InvalidAMIID.NotFound: /);
  assert.notEqual(image.ImageId, new Region().does(describeImages, {}).Images?.[0]?.ImageId);
  const [micro] = region.does(describeInstanceTypes, { InstanceTypes: ["t3.micro"] }).InstanceTypes ?? [];
  assert.deepEqual([micro?.NetworkInfo?.MaximumNetworkInterfaces, micro?.NetworkInfo?.Ipv4AddressesPerInterface], [2, 2]);
  assert.match(region.refuses(describeInstanceTypes, { InstanceTypes: ["c1.medium"] }), /^InvalidInstanceType: /);
  const standard = region.does(describeVpcs, {}).Vpcs?.[0]?.VpcId;
  const [attribute] = region.does(describeAccountAttributes, { AttributeNames: ["default-vpc"] }).AccountAttributes ?? [];
  assert.equal(attribute?.AttributeValues?.[0]?.AttributeValue, standard);
  assert.deepEqual(region.does(describeSubnets, {}).Subnets?.length, 3);
});
