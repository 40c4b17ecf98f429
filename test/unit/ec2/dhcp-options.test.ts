import assert from "node:assert/strict";
import { test } from "node:test";
import type { NewDhcpConfiguration } from "@aws-sdk/client-ec2";
import { createDefaultVpc } from "../../../src/api/ec2/create-default-vpc.ts";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { describeDhcpOptions } from "../../../src/api/ec2/describe-dhcp-options.ts";
import { describeVpcs } from "../../../src/api/ec2/describe-vpcs.ts";
import { associateDhcpOptions, createDhcpOptions, deleteDhcpOptions } from "../../../src/api/ec2/dhcp-options.ts";
import { Region } from "./region.ts";

const option = (Key: string, ...Values: string[]): NewDhcpConfiguration => ({ Key, Values });
const make = (region: Region, ...DhcpConfigurations: NewDhcpConfiguration[]) =>
  region.does(createDhcpOptions, { DhcpConfigurations }).DhcpOptions;
const optionsOf = (region: Region, vpc: string) => region.does(describeVpcs, { VpcIds: [vpc] }).Vpcs?.[0]?.DhcpOptionsId;

test("each option takes its own values, shown by key in canonical form", () => {
  const region = new Region();
  const made = make(
    region,
    option("ntp-servers", "10.0.0.7,10.0.0.6", "2001:DB8:0::7"),
    option("domain-name-servers", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "2001:db8::1"),
    option("domain-name", "corp.example.com"),
    option("netbios-name-servers", "10.0.0.5"),
    option("netbios-node-type", "2"),
    option("ipv6-address-preferred-lease-time", "2147483647"),
  );
  assert.deepEqual(made?.DhcpConfigurations?.map(({ Key, Values }) => [Key, ...(Values ?? []).map(({ Value }) => Value)]), [
    ["domain-name", "corp.example.com"],
    ["domain-name-servers", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "2001:db8::1"],
    ["ipv6-address-preferred-lease-time", "2147483647"],
    ["netbios-name-servers", "10.0.0.5"],
    ["netbios-node-type", "2"],
    ["ntp-servers", "10.0.0.7", "10.0.0.6", "2001:db8::7"],
  ]);
  for (const accepted of [
    option("domain-name-servers", "AmazonProvidedDNS"),
    option("domain-name", "one.example.com two.example.com"),
    option("ipv6-address-preferred-lease-time", "140"),
    option("netbios-node-type", "8"),
  ]) make(region, accepted);
});

test("CreateDhcpOptions refuses, in order", () => {
  const region = new Region();
  const value = (key: string, ...values: string[]): [NewDhcpConfiguration[], string] => [
    [option(key, ...values)],
    `InvalidParameterValue: Value (${values.join(", ")}) for parameter value is invalid. Invalid value for DHCP option ${key}.`,
  ];
  const five = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"];
  const cases: [NewDhcpConfiguration[], string][] = [
    [[], "MissingParameter: The request must contain the parameter dhcpConfiguration"],
    [[option("router", "10.0.0.1")], "InvalidParameterValue: Value (router) for parameter key is invalid. Unknown DHCP option."],
    [[option("toString", "x")], "InvalidParameterValue: Value (toString) for parameter key is invalid. Unknown DHCP option."],
    value("domain-name"),
    value("domain-name", "a.example", "b.example"),
    value("domain-name", "-a"),
    value("domain-name", "a\nnameserver 10.0.0.9"),
    value("domain-name-servers", "10.0.0.256"),
    value("domain-name-servers", ...five),
    value("domain-name-servers", "AmazonProvidedDNS", "10.0.0.1"),
    value("ntp-servers", "::1", "::2", "::3", "::4", "::5"),
    value("ntp-servers", "AmazonProvidedDNS"),
    value("netbios-name-servers", "2001:db8::1"),
    value("netbios-name-servers", ...five),
    value("netbios-node-type", "3"),
    value("netbios-node-type", "1", "2"),
    value("ipv6-address-preferred-lease-time", "139"),
    value("ipv6-address-preferred-lease-time", "2147483648"),
    [
      [option("netbios-node-type", "1"), option("netbios-node-type", "2")],
      "InvalidParameterValue: Value (netbios-node-type) for parameter key is invalid. It is given more than once.",
    ],
  ];
  for (const [DhcpConfigurations, expected] of cases) assert.equal(region.refuses(createDhcpOptions, { DhcpConfigurations }), expected);
  const TagSpecifications = [{ ResourceType: "vpc" as const, Tags: [{ Key: "a", Value: "b" }] }];
  const tagged = { DhcpConfigurations: [option("netbios-node-type", "1")], TagSpecifications };
  assert.match(region.refuses(createDhcpOptions, tagged), /^InvalidParameterValue: 'vpc' is not a valid taggable resource type/);
});

test("a VPC has one set, or none; a set in use stays", () => {
  const region = new Region();
  const { vpc } = region.network();
  const DhcpOptionsId = make(region, option("domain-name", "corp.example.com"))?.DhcpOptionsId ?? "";
  region.does(associateDhcpOptions, { DhcpOptionsId, VpcId: vpc });
  assert.equal(optionsOf(region, vpc), DhcpOptionsId);
  assert.equal(
    region.refuses(deleteDhcpOptions, { DhcpOptionsId }),
    `DependencyViolation: The dhcpOptions '${DhcpOptionsId}' has dependencies and cannot be deleted.`,
  );
  region.does(associateDhcpOptions, { DhcpOptionsId: "default", VpcId: vpc });
  assert.equal(optionsOf(region, vpc), "default");
  region.does(deleteDhcpOptions, { DhcpOptionsId });
  const gone = `InvalidDhcpOptionID.NotFound: The dhcpOption ID '${DhcpOptionsId}' does not exist`;
  assert.equal(region.refuses(deleteDhcpOptions, { DhcpOptionsId }), gone);
  assert.equal(region.refuses(associateDhcpOptions, { DhcpOptionsId, VpcId: "x" }), gone);
  assert.match(region.refuses(associateDhcpOptions, { DhcpOptionsId: "default", VpcId: "x" }), /^InvalidVpcID.Malformed: /);
  assert.match(region.refuses(deleteDhcpOptions, { DhcpOptionsId: "default" }), /^InvalidDhcpOptionsId.Malformed: /);
});

test("new VPCs get the standard set of their region, whatever other sets there are", () => {
  const region = new Region({ region: "eu-north-1" });
  const [standard] = region.does(describeDhcpOptions, {}).DhcpOptions ?? [];
  for (let times = 0; times < 20; times++) make(region, option("domain-name", `d${times}.example.com`));
  assert.equal(region.does(createVpc, { CidrBlock: "10.5.0.0/16" }).Vpc?.DhcpOptionsId, standard?.DhcpOptionsId);

  const [before] = region.does(describeVpcs, { Filters: [{ Name: "is-default", Values: ["true"] }] }).Vpcs ?? [];
  assert.equal(before?.DhcpOptionsId, standard?.DhcpOptionsId);
  region.losesDefaultVpc();
  const after = region.does(createDefaultVpc, {}).Vpc;
  assert.equal(after?.DhcpOptionsId, standard?.DhcpOptionsId);

  const vpcs = region.does(describeVpcs, {}).Vpcs ?? [];
  for (const { VpcId = "" } of vpcs) region.does(associateDhcpOptions, { DhcpOptionsId: "default", VpcId });
  region.does(deleteDhcpOptions, { DhcpOptionsId: standard?.DhcpOptionsId ?? "" });
  const DhcpOptionsId = region.does(createVpc, { CidrBlock: "10.6.0.0/16" }).Vpc?.DhcpOptionsId ?? "";
  const [again] = region.does(describeDhcpOptions, { DhcpOptionsIds: [DhcpOptionsId] }).DhcpOptions ?? [];
  assert.deepEqual(again?.DhcpConfigurations, standard?.DhcpConfigurations);
});

test("DescribeDhcpOptions filters by key and value", () => {
  const region = new Region();
  const made = make(region, option("domain-name", "corp.example.com"), option("netbios-node-type", "2"));
  const id = made?.DhcpOptionsId ?? "";
  const [standard] = region.does(describeDhcpOptions, {}).DhcpOptions ?? [];
  const cases: [string, string, (string | undefined)[]][] = [
    ["key", "netbios-node-type", [id]],
    ["key", "domain-name", [standard?.DhcpOptionsId, id]],
    ["value", "AmazonProvidedDNS", [standard?.DhcpOptionsId]],
    ["value", "corp.*", [id]],
    ["dhcp-options-id", id, [id]],
    ["owner-id", "111122223333", [standard?.DhcpOptionsId, id]],
  ];
  for (const [Name, value, expected] of cases) {
    const found = region.does(describeDhcpOptions, { Filters: [{ Name, Values: [value] }] }).DhcpOptions;
    assert.deepEqual(found?.map((options) => options.DhcpOptionsId), expected, `${Name} ${value}`);
  }
});
