import assert from "node:assert/strict";
import { test } from "node:test";
import type { IpPermission, SecurityGroupRuleUpdate } from "@aws-sdk/client-ec2";
import { authorizeSecurityGroupEgress, authorizeSecurityGroupIngress } from "../../../src/api/ec2/authorize-security-group.ts";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { createSecurityGroup } from "../../../src/api/ec2/create-security-group.ts";
import { describeSecurityGroupRules } from "../../../src/api/ec2/describe-security-group-rules.ts";
import { describeSecurityGroups } from "../../../src/api/ec2/describe-security-groups.ts";
import { modifySecurityGroupRules } from "../../../src/api/ec2/modify-security-group-rules.ts";
import { revokeSecurityGroupEgress, revokeSecurityGroupIngress } from "../../../src/api/ec2/revoke-security-group.ts";
import {
  updateSecurityGroupRuleDescriptionsEgress,
  updateSecurityGroupRuleDescriptionsIngress,
} from "../../../src/api/ec2/update-security-group-rule-descriptions.ts";
import { Region } from "./region.ts";

const tcp = (port: number, ...cidrs: string[]): IpPermission => ({
  IpProtocol: "tcp",
  FromPort: port,
  ToPort: port,
  IpRanges: cidrs.map((CidrIp) => ({ CidrIp })),
});

function setting() {
  const region = new Region();
  const { vpc } = region.network();
  return { region, vpc, web: region.group(vpc, "web"), db: region.group(vpc, "db") };
}

const rulesOf = (region: Region, group: string, egress = false) =>
  (region.does(describeSecurityGroupRules, { Filters: [{ Name: "group-id", Values: [group] }] }).SecurityGroupRules ?? []).filter(
    (rule) => rule.IsEgress === egress,
  );

test("a rule is kept in canonical form, whatever it was written like", () => {
  const cases: [IpPermission, (string | number | undefined)[]][] = [
    [tcp(22, "100.68.0.18/18"), ["tcp", 22, 22, "100.68.0.0/18"]],
    [{ ...tcp(23, "0.0.0.0/0"), IpProtocol: "TCP" }, ["tcp", 23, 23, "0.0.0.0/0"]],
    [{ ...tcp(24, "192.0.2.1/32"), IpProtocol: "6" }, ["tcp", 24, 24, "192.0.2.1/32"]],
    [{ ...tcp(53, "192.0.2.2/32"), IpProtocol: "17" }, ["udp", 53, 53, "192.0.2.2/32"]],
    [{ IpProtocol: "1", FromPort: 3, ToPort: 4, IpRanges: [{ CidrIp: "192.0.2.3/32" }] }, ["icmp", 3, 4, "192.0.2.3/32"]],
    [{ IpProtocol: "icmp", FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: "192.0.2.4/32" }] }, ["icmp", -1, -1, "192.0.2.4/32"]],
    [{ IpProtocol: "58", Ipv6Ranges: [{ CidrIpv6: "2001:DB8:0::1/64" }] }, ["icmpv6", -1, -1, "2001:db8::/64"]],
    [{ ...tcp(99, "192.0.2.5/32"), IpProtocol: "50" }, ["50", -1, -1, "192.0.2.5/32"]],
    [{ ...tcp(98, "192.0.2.6/32"), IpProtocol: "-1" }, ["-1", -1, -1, "192.0.2.6/32"]],
  ];
  for (const [permission, expected] of cases) {
    const { region, web } = setting();
    const made = region.does(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions: [permission] });
    assert.equal(made.Return, true);
    const [rule, ...noMore] = rulesOf(region, web);
    assert.deepEqual(noMore, []);
    assert.deepEqual([rule?.IpProtocol, rule?.FromPort, rule?.ToPort, rule?.CidrIpv4 ?? rule?.CidrIpv6], expected);
    assert.deepEqual(made.SecurityGroupRules?.[0], rule);
  }
});

test("one permission with several sources becomes several rules, and is shown as one permission again", () => {
  const { region, web, db } = setting();
  const made = region.does(authorizeSecurityGroupIngress, {
    GroupId: web,
    IpPermissions: [
      {
        ...tcp(443, "192.0.2.0/24", "198.51.100.0/24"),
        Ipv6Ranges: [{ CidrIpv6: "2001:db8:1::/48", Description: "six" }],
        UserIdGroupPairs: [{ GroupId: db, Description: "db" }],
      },
    ],
    TagSpecifications: [{ ResourceType: "security-group-rule", Tags: [{ Key: "by", Value: "test" }] }],
  });
  assert.equal(new Set(made.SecurityGroupRules?.map((rule) => rule.SecurityGroupRuleId)).size, 4);
  assert.deepEqual(made.SecurityGroupRules?.[3]?.ReferencedGroupInfo, { GroupId: db, UserId: "111122223333" });
  assert.deepEqual(made.SecurityGroupRules?.[2]?.Tags, [{ Key: "by", Value: "test" }]);
  const [permission, ...noMore] = region.does(describeSecurityGroups, { GroupIds: [web] }).SecurityGroups?.[0]?.IpPermissions ?? [];
  assert.deepEqual(noMore, []);
  assert.deepEqual(permission?.IpRanges?.map((range) => range.CidrIp), ["192.0.2.0/24", "198.51.100.0/24"]);
  assert.deepEqual(permission?.Ipv6Ranges, [{ CidrIpv6: "2001:db8:1::/48", Description: "six" }]);
  assert.deepEqual(permission?.UserIdGroupPairs, [{ GroupId: db, UserId: "111122223333", Description: "db" }]);
});

test("authorize refuses what is malformed, each with Amazon's words", () => {
  const { region } = setting();
  const GroupId = "sg-0fffffffffffffff1";
  const icmp = (FromPort: number, ToPort: number): IpPermission => ({ IpProtocol: "icmp", FromPort, ToPort, IpRanges: [{ CidrIp: "0.0.0.0/0" }] });
  const cases: [IpPermission, string][] = [
    [{ FromPort: 22, ToPort: 22 }, "InvalidParameterValue: Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly."],
    [{ IpProtocol: "foo" }, "InvalidParameterValue: Invalid value 'foo' for IP protocol. Unknown protocol."],
    [{ IpProtocol: "256" }, "InvalidParameterValue: Invalid value '256' for IP protocol. Unknown protocol."],
    [{ IpProtocol: "tcp", FromPort: 22 }, "InvalidParameterValue: Invalid value for portRange. Must specify both from and to ports with TCP/UDP."],
    [{ IpProtocol: "icmp", FromPort: 8 }, "InvalidParameterValue: Invalid value 'Must specify both from and to ports with ICMP.' for portRange."],
    [tcp(65536, "bad"), "InvalidParameterValue: TCP/UDP port (65536) out of range"],
    [tcp(-1, "0.0.0.0/0"), "InvalidParameterValue: TCP/UDP port (-1) out of range"],
    [{ IpProtocol: "udp", FromPort: 20, ToPort: 10 }, "InvalidParameterValue: Invalid TCP/UDP port range (20:10)"],
    [tcp(22.5, "0.0.0.0/0"), "InvalidParameterValue: TCP/UDP port (22.5) out of range"],
    [icmp(8, 65535), "InvalidParameterValue: ICMP code (65535) out of range"],
    [icmp(256, 0), "InvalidParameterValue: ICMP type (256) out of range"],
    [icmp(-1, 0), "InvalidParameterValue: ICMP code (0) must be -1 when the ICMP type is -1"],
    [tcp(22), "MissingParameter: Source group ID missing."],
    [tcp(22, "10.0.0.0/33"), "InvalidParameterValue: CIDR block 10.0.0.0/33 is malformed"],
    [tcp(22, "10.0.0.1"), "InvalidParameterValue: CIDR block 10.0.0.1 is malformed"],
    [tcp(22, "::/0"), "InvalidParameterValue: CIDR block ::/0 is malformed"],
    [{ ...tcp(22), UserIdGroupPairs: [{ GroupId: "foobar" }] }, 'InvalidGroupId.Malformed: Invalid id: "foobar" (expecting "sg-...")'],
    [{ ...tcp(22), PrefixListIds: [{ PrefixListId: "pl-1" }] }, "InvalidPrefixListId.Malformed: The prefix list ID 'pl-1' is malformed"],
    [tcp(22, "0.0.0.0/0"), `InvalidGroup.NotFound: The security group '${GroupId}' does not exist`],
  ];
  for (const [permission, expected] of cases) {
    assert.equal(region.refuses(authorizeSecurityGroupIngress, { GroupId, IpPermissions: [permission] }), expected);
  }
});

test("authorize refuses unknown and foreign groups, repeats, and what the group has", () => {
  const { region, web, db } = setting();
  const elsewhere = region.group(region.network("10.9.0.0/16", "10.9.1.0/24").vpc, "elsewhere");
  const from = (GroupId: string): IpPermission => ({ ...tcp(22), UserIdGroupPairs: [{ GroupId }] });
  const refusal = (...IpPermissions: IpPermission[]) => region.refuses(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions });
  assert.equal(refusal(from("sg-00000000")), "InvalidGroup.NotFound: The security group 'sg-00000000' does not exist");
  assert.equal(
    refusal(from(elsewhere)),
    "InvalidGroup.NotFound: You have specified two resources that belong to different networks.",
  );
  assert.equal(
    refusal(tcp(22, "10.0.0.0/8"), tcp(22, "10.1.2.3/8")),
    "InvalidParameterValue: The same permission must not appear multiple times",
  );
  const all: IpPermission[] = [
    tcp(22, "0.0.0.0/0"),
    { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: db }] },
    { IpProtocol: "50", IpRanges: [{ CidrIp: "192.0.2.0/24" }] },
    { IpProtocol: "icmp", FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: "192.0.2.0/24" }] },
    { IpProtocol: "udp", FromPort: 53, ToPort: 54, Ipv6Ranges: [{ CidrIpv6: "::/0" }] },
  ];
  region.does(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions: all });
  const words = [
    "peer: 0.0.0.0/0, TCP, from port: 22, to port: 22, ALLOW",
    `peer: ${db}, ALL, ALLOW`,
    "peer: 192.0.2.0/24, protocol: 50, ALLOW",
    "peer: 192.0.2.0/24, ICMP, type: ALL, code: ALL, ALLOW",
    "peer: ::/0, UDP, from port: 53, to port: 54, ALLOW",
  ];
  for (const [index, permission] of all.entries()) {
    assert.equal(refusal(tcp(4000 + index, "0.0.0.0/0"), permission), `InvalidPermission.Duplicate: the specified rule "${words[index]}" already exists`);
  }
  assert.equal(rulesOf(region, web).length, all.length);
  const described = { ...tcp(22), IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "another description" }] };
  assert.match(refusal(described), /^InvalidPermission.Duplicate: /);
});

test("a group has 60 rules in each direction and family; group references count in both", () => {
  const { region, web, db } = setting();
  const many = (count: number): IpPermission => ({
    IpProtocol: "tcp",
    FromPort: 80,
    ToPort: 80,
    IpRanges: Array.from({ length: count }, (_, index) => ({ CidrIp: `192.0.2.${index}/32` })),
  });
  region.does(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions: [many(region.call.quotas.rulesPerGroup)] });
  const refusal = (permission: IpPermission) => region.refuses(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions: [permission] });
  const expected = "RulesPerSecurityGroupLimitExceeded: The maximum number of rules per security group has been reached.";
  assert.equal(refusal(tcp(81, "192.0.2.0/24")), expected);
  assert.equal(refusal({ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: db }] }), expected);
  region.does(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions: [{ IpProtocol: "-1", Ipv6Ranges: [{ CidrIpv6: "::/0" }] }] });
  region.does(authorizeSecurityGroupEgress, { GroupId: web, IpPermissions: [tcp(82, "192.0.2.0/24")] });
});

test("the shorthand of ingress is one rule; a group's name means all of TCP, UDP and ICMP", () => {
  const region = new Region();
  const { GroupId = "" } = region.does(createSecurityGroup, { GroupName: "shop", Description: "d" });
  region.does(authorizeSecurityGroupIngress, { GroupId, IpProtocol: "tcp", FromPort: 8080, ToPort: 8090, CidrIp: "203.0.113.9/24" });
  region.does(authorizeSecurityGroupIngress, { GroupName: "shop", SourceSecurityGroupName: "shop" });
  const shown = rulesOf(region, GroupId).map((r) => [r.IpProtocol, r.FromPort, r.ToPort, r.CidrIpv4 ?? r.ReferencedGroupInfo?.GroupId]);
  assert.deepEqual(shown, [
    ["tcp", 8080, 8090, "203.0.113.0/24"],
    ["tcp", 0, 65535, GroupId],
    ["udp", 0, 65535, GroupId],
    ["icmp", -1, -1, GroupId],
  ]);
  const mixed = { GroupId, SourceSecurityGroupName: "shop", CidrIp: "10.0.0.0/8" };
  assert.match(region.refuses(authorizeSecurityGroupIngress, mixed), /^InvalidParameterCombination: /);
  assert.match(region.refuses(authorizeSecurityGroupEgress, { GroupId, CidrIp: "10.0.0.0/8" }), /^UnsupportedOperation: /);
  assert.match(region.refuses(authorizeSecurityGroupIngress, { GroupId }), /^MissingParameter: /);
});

test("revoke outside the default VPC: to the letter, all or none", () => {
  const { region, web } = setting();
  region.does(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions: [{ ...tcp(22, "10.0.0.0/8"), ToPort: 25 }, tcp(80, "0.0.0.0/0")] });
  const missing = "InvalidPermission.NotFound: The specified rule does not exist in this security group.";
  const range = { ...tcp(22, "10.0.0.0/8"), ToPort: 25 };
  for (const wrong of [tcp(22, "10.0.0.0/8"), { ...range, IpProtocol: "udp" }, { ...range, IpRanges: [{ CidrIp: "10.0.0.0/9" }] }]) {
    assert.equal(region.refuses(revokeSecurityGroupIngress, { GroupId: web, IpPermissions: [tcp(80, "0.0.0.0/0"), wrong] }), missing);
  }
  assert.equal(region.refuses(revokeSecurityGroupEgress, { GroupId: web, IpPermissions: [range] }), missing);
  const described = { ...range, IpRanges: [{ CidrIp: "10.1.2.3/8", Description: "ignored" }] };
  const out = region.does(revokeSecurityGroupIngress, { GroupId: web, IpPermissions: [described] });
  assert.deepEqual([out.Return, out.UnknownIpPermissions, out.RevokedSecurityGroupRules?.[0]?.CidrIpv4], [true, [], "10.0.0.0/8"]);
  assert.deepEqual(rulesOf(region, web).map((rule) => rule.FromPort), [80]);
});

test("revoke in the default VPC: what matches nothing is given back, the rest is revoked", () => {
  const region = new Region();
  const { GroupId = "" } = region.does(createSecurityGroup, { GroupName: "shop", Description: "d" });
  region.does(authorizeSecurityGroupIngress, { GroupId, IpPermissions: [tcp(22, "10.0.0.0/8")] });
  const IpPermissions = [tcp(22, "10.0.0.0/8"), tcp(23, "10.0.0.0/8")];
  const out = region.does(revokeSecurityGroupIngress, { GroupId, IpPermissions });
  assert.equal(out.Return, true);
  assert.deepEqual(out.UnknownIpPermissions?.map((p) => [p.FromPort, p.IpRanges?.[0]?.CidrIp]), [[23, "10.0.0.0/8"]]);
  assert.equal(out.RevokedSecurityGroupRules?.length, 1);
  assert.deepEqual(rulesOf(region, GroupId), []);
});

test("revoke by identifier: of this group and direction, all or none", () => {
  const { region, web, db } = setting();
  region.does(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions: [tcp(22, "10.0.0.0/8", "10.0.0.0/9")] });
  const ids = rulesOf(region, web).map((rule) => rule.SecurityGroupRuleId ?? "");
  const [first = ""] = ids;
  const unknown = (id: string) => `InvalidSecurityGroupRuleId.NotFound: The security group rule ID '${id}' does not exist`;
  assert.equal(region.refuses(revokeSecurityGroupIngress, { GroupId: web, SecurityGroupRuleIds: [first, "sgr-00000000"] }), unknown("sgr-00000000"));
  assert.equal(region.refuses(revokeSecurityGroupIngress, { GroupId: db, SecurityGroupRuleIds: [first] }), unknown(first));
  assert.equal(region.refuses(revokeSecurityGroupEgress, { GroupId: web, SecurityGroupRuleIds: [first] }), unknown(first));
  assert.match(region.refuses(revokeSecurityGroupIngress, { GroupId: "sg-00000000", SecurityGroupRuleIds: ["x"] }), /^InvalidSecurityGroupRuleId.Malformed: /);
  assert.match(region.refuses(revokeSecurityGroupIngress, { GroupId: web }), /^MissingParameter: /);
  region.does(revokeSecurityGroupIngress, { GroupId: web, SecurityGroupRuleIds: ids });
  assert.deepEqual(rulesOf(region, web), []);
});

test("ModifySecurityGroupRules replaces what rules say and keeps their identifiers", () => {
  const { region, web, db } = setting();
  region.does(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions: [tcp(22, "10.0.0.0/8"), tcp(25, "10.0.0.0/8")] });
  const [ssh = "", smtp = ""] = rulesOf(region, web).map((rule) => rule.SecurityGroupRuleId);
  const [out = ""] = rulesOf(region, web, true).map((rule) => rule.SecurityGroupRuleId);
  const update = (SecurityGroupRuleId: string, SecurityGroupRule: object) => ({ SecurityGroupRuleId, SecurityGroupRule });
  const udp = { IpProtocol: "udp", FromPort: 53, ToPort: 53 };
  const cases: [SecurityGroupRuleUpdate[], RegExp][] = [
    [[update(ssh, { ...udp, CidrIpv4: "10.0.0.0/8", CidrIpv6: "::/0" })], /^InvalidParameterCombination: Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified$/],
    [[update(ssh, udp)], /^MissingParameter: The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId$/],
    [[update(ssh, { ...udp, CidrIpv6: "::/0" })], /^InvalidParameterValue: The type of source/],
    [[update(ssh, { ...udp, ReferencedGroupId: db })], /^InvalidParameterValue: The type of source/],
    [[update("sgr-00000000", { ...udp, CidrIpv4: "10.0.0.0/8" })], /^InvalidSecurityGroupRuleId.NotFound: /],
    [[update(ssh, { ...udp, CidrIpv4: "10.0.0.0/8" }), update(ssh, { ...udp, CidrIpv4: "10.0.0.0/9" })], /^InvalidParameterValue: The same security group rule/],
    [[update(ssh, { IpProtocol: "tcp", FromPort: 25, ToPort: 25, CidrIpv4: "10.7.0.0/8" })], /^InvalidPermission.Duplicate: /],
  ];
  for (const [SecurityGroupRules, expected] of cases) {
    assert.match(region.refuses(modifySecurityGroupRules, { GroupId: web, SecurityGroupRules }), expected);
  }
  const swap = [
    update(ssh, { IpProtocol: "tcp", FromPort: 25, ToPort: 25, CidrIpv4: "10.0.0.0/8" }),
    update(smtp, { IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIpv4: "10.0.0.0/8", Description: "was smtp" }),
    update(out, { ...udp, CidrIpv4: "192.0.2.7/24" }),
  ];
  assert.deepEqual(region.does(modifySecurityGroupRules, { GroupId: web, SecurityGroupRules: swap }), { Return: true });
  const shown = (egress: boolean) => rulesOf(region, web, egress).map((r) => [r.SecurityGroupRuleId, r.IpProtocol, r.FromPort, r.CidrIpv4, r.Description]);
  assert.deepEqual(shown(false), [[ssh, "tcp", 25, "10.0.0.0/8", undefined], [smtp, "tcp", 22, "10.0.0.0/8", "was smtp"]]);
  assert.deepEqual(shown(true), [[out, "udp", 53, "192.0.2.0/24", undefined]]);
});

test("descriptions are set and cleared, by identifier or by content", () => {
  const { region, web } = setting();
  region.does(authorizeSecurityGroupIngress, { GroupId: web, IpPermissions: [{ ...tcp(22), IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "old" }] }] });
  const [rule] = rulesOf(region, web);
  const shown = () => rulesOf(region, web)[0]?.Description;
  region.does(updateSecurityGroupRuleDescriptionsIngress, {
    GroupId: web,
    SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId: rule?.SecurityGroupRuleId, Description: "new" }],
  });
  assert.equal(shown(), "new");
  region.does(updateSecurityGroupRuleDescriptionsIngress, { GroupId: web, IpPermissions: [tcp(22, "10.0.0.0/8")] });
  assert.equal(shown(), undefined);
  assert.match(region.refuses(updateSecurityGroupRuleDescriptionsEgress, { GroupId: web, IpPermissions: [tcp(22, "10.0.0.0/8")] }), /^InvalidPermission.NotFound: /);
  assert.match(region.refuses(updateSecurityGroupRuleDescriptionsIngress, { GroupId: web }), /^MissingParameter: /);
  const bad = { ...tcp(22), IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "naïve" }] };
  assert.match(region.refuses(updateSecurityGroupRuleDescriptionsIngress, { GroupId: web, IpPermissions: [bad] }), /^InvalidParameterValue: Invalid rule description/);
});

test("a region with quotas of its own keeps to them", () => {
  const region = new Region({ quotas: { rulesPerGroup: 2, groupsPerInterface: 1, groupsPerRegion: 4 } });
  const { vpc, subnet } = region.network();
  const [web = "", db = ""] = ["web", "db"].map((name) => region.group(vpc, name));
  const authorize = (...cidrs: string[]) => ({ GroupId: web, IpPermissions: [tcp(22, ...cidrs)] });
  region.does(authorizeSecurityGroupIngress, authorize("10.0.0.0/8", "11.0.0.0/8"));
  assert.match(region.refuses(authorizeSecurityGroupIngress, authorize("12.0.0.0/8")), /^RulesPerSecurityGroupLimitExceeded: /);
  const six = (CidrIpv6: string) => ({ IpProtocol: "-1", Ipv6Ranges: [{ CidrIpv6 }] });
  const reference = { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: web }] };
  region.does(authorizeSecurityGroupIngress, { GroupId: db, IpPermissions: [reference, six("2001:db8:1::/48")] });
  const third = { GroupId: db, IpPermissions: [six("2001:db8:2::/48")] };
  assert.match(region.refuses(authorizeSecurityGroupIngress, third), /^RulesPerSecurityGroupLimitExceeded: /);
  assert.match(region.refuses(createNetworkInterface, { SubnetId: subnet, Groups: [web, db] }), /^SecurityGroupsPerInterfaceLimitExceeded: /);
  const another = { VpcId: vpc, GroupName: "another", Description: "d" };
  assert.match(region.refuses(createSecurityGroup, another), /^SecurityGroupLimitExceeded: /);
});
