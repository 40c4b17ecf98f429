import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizeSecurityGroupEgress, authorizeSecurityGroupIngress } from "../../../src/api/ec2/authorize-security-group.ts";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { deleteSecurityGroup } from "../../../src/api/ec2/delete-security-group.ts";
import { deleteSubnet } from "../../../src/api/ec2/delete-subnet.ts";
import { deleteVpc } from "../../../src/api/ec2/delete-vpc.ts";
import { describeSecurityGroupReferences } from "../../../src/api/ec2/describe-security-group-references.ts";
import { describeSecurityGroupRules } from "../../../src/api/ec2/describe-security-group-rules.ts";
import { describeSecurityGroupVpcAssociations } from "../../../src/api/ec2/describe-security-group-vpc-associations.ts";
import { describeStaleSecurityGroups } from "../../../src/api/ec2/describe-stale-security-groups.ts";
import { describeVpcs } from "../../../src/api/ec2/describe-vpcs.ts";
import { getSecurityGroupsForVpc } from "../../../src/api/ec2/get-security-groups-for-vpc.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { modifyNetworkInterfaceAttribute } from "../../../src/api/ec2/network-interface-attribute.ts";
import { revokeSecurityGroupEgress, revokeSecurityGroupIngress } from "../../../src/api/ec2/revoke-security-group.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { associateSecurityGroupVpc, disassociateSecurityGroupVpc } from "../../../src/api/ec2/security-group-vpc.ts";
import { updateSecurityGroupRuleDescriptionsIngress } from "../../../src/api/ec2/update-security-group-rule-descriptions.ts";
import { Region } from "./region.ts";

/** Two VPCs: `shared` is a group of the first that the second may use too, `local` one of the second. */
function setting() {
  const region = new Region();
  const home = region.network("10.1.0.0/16", "10.1.1.0/24");
  const away = region.network("10.2.0.0/16", "10.2.1.0/24");
  const shared = region.group(home.vpc, "shared");
  const local = region.group(away.vpc, "local");
  region.does(associateSecurityGroupVpc, { GroupId: shared, VpcId: away.vpc });
  return { region, home, away, shared, local, pair: { GroupId: shared, VpcId: away.vpc } };
}

const from = (GroupId: string, port = 22) => [
  { IpProtocol: "tcp", FromPort: port, ToPort: port, UserIdGroupPairs: [{ GroupId }] },
];

const staleOf = (region: Region, VpcId: string) => region.does(describeStaleSecurityGroups, { VpcId }).StaleSecurityGroupSet ?? [];

test("an associated group serves interfaces of both VPCs", () => {
  const { region, home, away, shared, local, pair } = setting();
  const made = region.does(createNetworkInterface, { SubnetId: away.subnet, Groups: [local, shared] }).NetworkInterface;
  assert.deepEqual(made?.Groups?.map((group) => group.GroupId), [local, shared]);
  region.does(createNetworkInterface, { SubnetId: home.subnet, Groups: [shared] });
  const NetworkInterfaceId = region.does(createNetworkInterface, { SubnetId: away.subnet }).NetworkInterface?.NetworkInterfaceId ?? "";
  region.does(modifyNetworkInterfaceAttribute, { NetworkInterfaceId, Groups: [shared] });
  const launch = { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, SecurityGroupIds: [shared] };
  assert.equal(region.does(runInstances, { ...launch, SubnetId: away.subnet }).Instances?.[0]?.SecurityGroups?.[0]?.GroupId, shared);

  const third = region.network("10.3.0.0/16", "10.3.1.0/24");
  assert.match(region.refuses(createNetworkInterface, { SubnetId: third.subnet, Groups: [shared] }), /^InvalidGroup.NotFound: You have/);
  assert.match(region.refuses(createNetworkInterface, { SubnetId: home.subnet, Groups: [local] }), /^InvalidGroup.NotFound: You have/);
  assert.match(region.refuses(runInstances, { ...launch, SubnetId: third.subnet }), /^InvalidParameter: Security group/);
  assert.equal(
    region.refuses(disassociateSecurityGroupVpc, pair),
    `DependencyViolation: resource ${shared} has a dependent object: ${made?.NetworkInterfaceId}`,
  );
});

test("associations are shown, once each, until they end", () => {
  const { region, home, away, shared, pair } = setting();
  assert.equal(region.does(associateSecurityGroupVpc, pair).State, "associated");
  const shown = (Name: string, value: string) =>
    region.does(describeSecurityGroupVpcAssociations, { Filters: [{ Name, Values: [value] }] }).SecurityGroupVpcAssociations ?? [];
  const association = { GroupId: shared, GroupOwnerId: "111122223333", VpcId: away.vpc, VpcOwnerId: "111122223333", State: "associated" };
  for (const [name, value] of [["group-id", shared], ["vpc-id", away.vpc], ["state", "assoc*"], ["group-owner-id", "111122223333"]] as const) {
    assert.deepEqual(shown(name, value), [association], name);
  }
  assert.deepEqual(shown("vpc-id", home.vpc), []);
  region.does(createNetworkInterface, { SubnetId: home.subnet, Groups: [shared] });
  assert.equal(region.does(disassociateSecurityGroupVpc, pair).State, "disassociated");
  assert.deepEqual(shown("group-id", shared), []);
  assert.equal(
    region.refuses(disassociateSecurityGroupVpc, pair),
    `InvalidParameterValue: The security group '${shared}' is not associated with the VPC '${away.vpc}'.`,
  );
});

test("AssociateSecurityGroupVpc refuses, in order", () => {
  const { region, home, away, shared } = setting();
  const idOf = (name: string, vpc: string) =>
    region.does(getSecurityGroupsForVpc, { VpcId: vpc, Filters: [{ Name: "group-name", Values: [name] }] }).SecurityGroupForVpcs?.[0]?.GroupId ?? "";
  const standard = region.does(describeVpcs, { Filters: [{ Name: "is-default", Values: ["true"] }] }).Vpcs?.[0]?.VpcId ?? "";
  const inDefault = region.group(standard, "in the default VPC");
  const cases: [string, string, RegExp][] = [
    ["group", "network", /^InvalidGroupId.Malformed: /],
    ["sg-00000000", "network", /^InvalidVpcID.Malformed: /],
    ["sg-00000000", "vpc-00000000", /^InvalidGroup.NotFound: /],
    [shared, "vpc-00000000", /^InvalidVpcID.NotFound: /],
    [idOf("default", home.vpc), standard, /^OperationNotPermitted: The default security group /],
    [inDefault, away.vpc, /^OperationNotPermitted: The default VPC /],
    [shared, standard, /^OperationNotPermitted: The default VPC /],
    [shared, home.vpc, /^OperationNotPermitted: The security group '.*' was created in the VPC /],
  ];
  for (const [GroupId, VpcId, expected] of cases) {
    assert.match(region.refuses(associateSecurityGroupVpc, { GroupId, VpcId }), expected);
  }
});

test("GetSecurityGroupsForVpc: the VPC's own groups and the associated ones", () => {
  const { region, home, away, shared, local } = setting();
  const names = (VpcId: string, Filters: { Name: string; Values: string[] }[] = []) =>
    region.does(getSecurityGroupsForVpc, { VpcId, Filters }).SecurityGroupForVpcs?.map((group) => group.GroupName);
  assert.deepEqual(names(away.vpc), ["default", "shared", "local"]);
  assert.deepEqual(names(home.vpc), ["default", "shared"]);
  assert.deepEqual(names(away.vpc, [{ Name: "primary-vpc-id", Values: [home.vpc] }]), ["shared"]);
  assert.deepEqual(names(away.vpc, [{ Name: "description", Values: ["for l*"] }]), ["local"]);
  assert.deepEqual(names(away.vpc, [{ Name: "group-id", Values: [local, shared] }]), ["shared", "local"]);
  assert.match(region.refuses(getSecurityGroupsForVpc, { VpcId: "x", MaxResults: 4 }), /^InvalidParameterValue: Value \( 4 \)/);
  assert.match(region.refuses(getSecurityGroupsForVpc, { VpcId: "x", Filters: [{ Name: "vpc-id", Values: ["x"] }] }), /The filter 'vpc-id' is invalid$/);
  assert.match(region.refuses(getSecurityGroupsForVpc, { VpcId: "vpc-00000000" }), /^InvalidVpcID.NotFound: /);
  for (const index of [1, 2, 3]) region.group(away.vpc, `g${index}`);
  const first = region.does(getSecurityGroupsForVpc, { VpcId: away.vpc, MaxResults: 5 });
  const second = region.does(getSecurityGroupsForVpc, { VpcId: away.vpc, MaxResults: 5, NextToken: first.NextToken });
  assert.deepEqual([first.SecurityGroupForVpcs?.length, second.SecurityGroupForVpcs?.[0]?.GroupName], [5, "g3"]);
});

test("groups that one VPC may use can name each other; the other VPCs that do are shown", () => {
  const { region, home, away, shared, local } = setting();
  region.does(authorizeSecurityGroupIngress, { GroupId: local, IpPermissions: from(shared) });
  region.does(authorizeSecurityGroupEgress, { GroupId: shared, IpPermissions: from(local, 443) });
  region.does(authorizeSecurityGroupIngress, { GroupId: shared, IpPermissions: from(shared) });
  const neighbour = region.group(home.vpc, "neighbour");
  assert.match(region.refuses(authorizeSecurityGroupIngress, { GroupId: neighbour, IpPermissions: from(local) }), /^InvalidGroup.NotFound: You have/);
  const references = region.does(describeSecurityGroupReferences, { GroupId: [shared, local, neighbour] }).SecurityGroupReferenceSet;
  assert.deepEqual(references, [
    { GroupId: shared, ReferencingVpcId: away.vpc },
    { GroupId: local, ReferencingVpcId: home.vpc },
  ]);
  assert.deepEqual(staleOf(region, away.vpc), []);
  assert.match(region.refuses(describeSecurityGroupReferences, { GroupId: ["sg-00000000", "x"] }), /^InvalidGroupId.Malformed: /);
});

test("when the association ends, rules that relied on it are stale: shown, without effect on deletion, and revocable", () => {
  const { region, home, away, shared, local, pair } = setting();
  region.does(authorizeSecurityGroupIngress, { GroupId: local, IpPermissions: [...from(shared), ...from(local, 23)] });
  region.does(authorizeSecurityGroupEgress, { GroupId: shared, IpPermissions: from(local, 443) });
  assert.equal(region.refuses(deleteSecurityGroup, { GroupId: local }), `DependencyViolation: resource ${local} has a dependent object: ${shared}`);
  region.does(disassociateSecurityGroupVpc, pair);

  const pairOf = (GroupId: string, VpcId: string) => ({ GroupId, UserId: "111122223333", Description: undefined, VpcId });
  const tcp = (port: number) => ({ IpProtocol: "tcp", FromPort: port, ToPort: port });
  assert.deepEqual(staleOf(region, away.vpc), [
    {
      GroupId: local,
      GroupName: "local",
      Description: "for local",
      VpcId: away.vpc,
      StaleIpPermissions: [{ ...tcp(22), UserIdGroupPairs: [pairOf(shared, home.vpc)] }],
      StaleIpPermissionsEgress: [],
    },
  ]);
  assert.deepEqual(staleOf(region, home.vpc)[0]?.StaleIpPermissionsEgress, [{ ...tcp(443), UserIdGroupPairs: [pairOf(local, away.vpc)] }]);
  assert.deepEqual(region.does(describeSecurityGroupReferences, { GroupId: [shared, local] }).SecurityGroupReferenceSet, []);
  assert.match(region.refuses(authorizeSecurityGroupIngress, { GroupId: local, IpPermissions: from(shared, 24) }), /^InvalidGroup.NotFound: /);

  region.does(deleteSecurityGroup, { GroupId: shared });
  assert.deepEqual(staleOf(region, away.vpc)[0]?.StaleIpPermissions?.[0]?.UserIdGroupPairs, [
    { GroupId: shared, Description: undefined, VpcId: undefined },
  ]);
  const rules = region.does(describeSecurityGroupRules, { Filters: [{ Name: "group-id", Values: [local] }] }).SecurityGroupRules ?? [];
  assert.deepEqual(rules.find((rule) => rule.FromPort === 22)?.ReferencedGroupInfo, { GroupId: shared });
  region.does(updateSecurityGroupRuleDescriptionsIngress, { GroupId: local, IpPermissions: from(shared) });
  region.does(revokeSecurityGroupIngress, { GroupId: local, IpPermissions: from(shared) });
  assert.deepEqual(staleOf(region, away.vpc), []);
  assert.match(region.refuses(revokeSecurityGroupEgress, { GroupId: local, IpPermissions: from(shared) }), /^InvalidGroup.NotFound: /);
});

test("a group goes after its associations, and a VPC after those with it", () => {
  const { region, away, shared, local, pair } = setting();
  region.does(deleteSecurityGroup, { GroupId: local });
  region.does(deleteSubnet, { SubnetId: away.subnet });
  assert.equal(region.refuses(deleteSecurityGroup, { GroupId: shared }), `DependencyViolation: resource ${shared} has a dependent object: ${away.vpc}`);
  assert.equal(
    region.refuses(deleteVpc, { VpcId: away.vpc }),
    `DependencyViolation: The vpc '${away.vpc}' has dependencies and cannot be deleted.`,
  );
  region.does(disassociateSecurityGroupVpc, pair);
  region.does(deleteVpc, { VpcId: away.vpc });
  region.does(deleteSecurityGroup, { GroupId: shared });
});
