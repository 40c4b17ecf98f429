import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizeSecurityGroupEgress, authorizeSecurityGroupIngress } from "../../../src/api/ec2/authorize-security-group.ts";
import { createSecurityGroup } from "../../../src/api/ec2/create-security-group.ts";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { createVpcPeeringConnection } from "../../../src/api/ec2/create-vpc-peering-connection.ts";
import { deleteSecurityGroup } from "../../../src/api/ec2/delete-security-group.ts";
import { deleteVpc } from "../../../src/api/ec2/delete-vpc.ts";
import { describeSecurityGroupReferences } from "../../../src/api/ec2/describe-security-group-references.ts";
import { describeSecurityGroupRules } from "../../../src/api/ec2/describe-security-group-rules.ts";
import { describeSecurityGroups } from "../../../src/api/ec2/describe-security-groups.ts";
import { describeStaleSecurityGroups } from "../../../src/api/ec2/describe-stale-security-groups.ts";
import { modifySecurityGroupRules } from "../../../src/api/ec2/modify-security-group-rules.ts";
import { revokeSecurityGroupIngress } from "../../../src/api/ec2/revoke-security-group.ts";
import { updateSecurityGroupRuleDescriptionsIngress } from "../../../src/api/ec2/update-security-group-rule-descriptions.ts";
import { acceptVpcPeeringConnection, deleteVpcPeeringConnection } from "../../../src/api/ec2/vpc-peering-connection-state.ts";
import type { Scope } from "../../../src/model/birth.ts";
import { forgettablePeerings } from "../../../src/model/peering.ts";
import { applyChanges } from "../../../src/model/world.ts";
import { Region } from "./region.ts";

const here: Scope = { account: "111122223333", region: "us-east-1" };
const far: Scope = { account: "111122223333", region: "eu-west-1" };
const other: Scope = { account: "444455556666", region: "us-east-1" };
const noRule = "You have specified two resources that belong to different networks.";

/** A group `local` of a VPC here, and a group `remote` of a VPC elsewhere. */
function setting(scope: Scope = other) {
  const region = new Region();
  const vpc = region.does(createVpc, { CidrBlock: "10.1.0.0/16" }).Vpc?.VpcId ?? "";
  const peer = region.does(createVpc, { CidrBlock: "10.2.0.0/16" }, scope).Vpc?.VpcId ?? "";
  const local = region.group(vpc, "local");
  const named = { GroupName: "remote", Description: "for remote", VpcId: peer };
  const remote = region.does(createSecurityGroup, named, scope).GroupId ?? "";
  const request = (): string =>
    region.does(createVpcPeeringConnection, { VpcId: vpc, PeerVpcId: peer, PeerOwnerId: scope.account, PeerRegion: scope.region })
      .VpcPeeringConnection?.VpcPeeringConnectionId ?? "";
  const accept = (VpcPeeringConnectionId: string) => region.does(acceptVpcPeeringConnection, { VpcPeeringConnectionId }, scope);
  const id = request();
  return { region, vpc, peer, local, remote, id, request, accept, scope };
}

interface Pair {
  readonly GroupId: string;
  readonly UserId?: string;
  readonly VpcId?: string;
  readonly VpcPeeringConnectionId?: string;
}
const ssh = (pair: Pair, port = 22) => [{ IpProtocol: "tcp", FromPort: port, ToPort: port, UserIdGroupPairs: [pair] }];

const staleOf = (region: Region, VpcId: string, scope = here) =>
  region.does(describeStaleSecurityGroups, { VpcId }, scope).StaleSecurityGroupSet ?? [];
const pairsOf = (region: Region, GroupId: string) => {
  const [group] = region.does(describeSecurityGroups, { GroupIds: [GroupId] }).SecurityGroups ?? [];
  return group?.IpPermissions?.flatMap(({ UserIdGroupPairs }) => UserIdGroupPairs ?? []);
};

test("rules name groups over an active peering of the region, in either direction and account", () => {
  for (const scope of [here, other]) {
    const { region, vpc, peer, local, remote, id, accept } = setting(scope);
    const pair = { GroupId: remote, UserId: scope.account };
    assert.equal(region.refuses(authorizeSecurityGroupIngress, { GroupId: local, IpPermissions: ssh(pair) }), `InvalidGroup.NotFound: ${noRule}`);
    accept(id);
    const [rule] = region.does(authorizeSecurityGroupIngress, { GroupId: local, IpPermissions: ssh(pair) }).SecurityGroupRules ?? [];
    const shown = { ...pair, VpcId: peer, VpcPeeringConnectionId: id, PeeringStatus: "active" };
    assert.deepEqual(rule?.ReferencedGroupInfo, shown);
    assert.deepEqual(pairsOf(region, local), [{ ...shown, Description: undefined }]);
    const echoed = { ...pair, VpcId: peer, VpcPeeringConnectionId: id };
    region.does(authorizeSecurityGroupIngress, { GroupId: local, IpPermissions: ssh(echoed, 2222) });
    const back = ssh({ GroupId: local, UserId: here.account, VpcPeeringConnectionId: id }, 443);
    region.does(authorizeSecurityGroupEgress, { GroupId: remote, IpPermissions: back }, scope);
    assert.deepEqual(region.does(describeSecurityGroupReferences, { GroupId: [local] }).SecurityGroupReferenceSet, [
      { GroupId: local, ReferencingVpcId: peer, VpcPeeringConnectionId: id },
    ]);
    assert.deepEqual(region.does(describeSecurityGroupReferences, { GroupId: [remote] }, scope).SecurityGroupReferenceSet, [
      { GroupId: remote, ReferencingVpcId: vpc, VpcPeeringConnectionId: id },
    ]);
    assert.deepEqual([...staleOf(region, vpc), ...staleOf(region, peer, scope)], []);
    assert.match(region.refuses(authorizeSecurityGroupIngress, { GroupId: local, IpPermissions: ssh(pair) }), /^InvalidPermission.Duplicate: /);
  }
});

test("what is out of reach is refused", () => {
  const { region, local, remote, id, accept } = setting();
  accept(id);
  const third = region.does(createVpc, { CidrBlock: "10.3.0.0/16" }).Vpc?.VpcId ?? "";
  const unjoined = region.group(third, "unjoined");
  const unused = region.does(createVpcPeeringConnection, { VpcId: third, PeerVpcId: third }).VpcPeeringConnection?.VpcPeeringConnectionId;
  const cases: [string, Pair, string][] = [
    [local, { GroupId: remote }, `InvalidGroup.NotFound: The security group '${remote}' does not exist`],
    [local, { GroupId: remote, UserId: "777788889999" }, `InvalidGroup.NotFound: The security group '${remote}' does not exist`],
    [local, { GroupId: unjoined }, `InvalidGroup.NotFound: ${noRule}`],
    [unjoined, { GroupId: remote, UserId: other.account }, `InvalidGroup.NotFound: ${noRule}`],
    [local, { GroupId: remote, UserId: other.account, VpcId: third }, `InvalidGroup.NotFound: ${noRule}`],
    [local, { GroupId: remote, UserId: other.account, VpcPeeringConnectionId: unused ?? "" }, `InvalidGroup.NotFound: ${noRule}`],
    [
      local,
      { GroupId: remote, UserId: other.account, VpcPeeringConnectionId: "pcx-00000000" },
      "InvalidVpcPeeringConnectionID.NotFound: The vpcPeeringConnection ID 'pcx-00000000' does not exist",
    ],
  ];
  for (const [GroupId, pair, expected] of cases) {
    assert.equal(region.refuses(authorizeSecurityGroupIngress, { GroupId, IpPermissions: ssh(pair) }), expected);
  }
  const across = setting(far);
  across.accept(across.id);
  for (const pair of [{ GroupId: across.remote }, { GroupId: across.remote, UserId: here.account }]) {
    assert.match(across.region.refuses(authorizeSecurityGroupIngress, { GroupId: across.local, IpPermissions: ssh(pair) }), /^InvalidGroup.NotFound: /);
  }
});

test("a rule is stale once its peering or group is gone: shown so, described, and revocable", () => {
  const { region, vpc, peer, local, remote, id, request, accept, scope } = setting();
  accept(id);
  const pair = { GroupId: remote, UserId: other.account };
  region.does(authorizeSecurityGroupIngress, { GroupId: local, IpPermissions: ssh(pair) });
  region.does(deleteVpcPeeringConnection, { VpcPeeringConnectionId: id });

  const gone = { ...pair, VpcId: peer, VpcPeeringConnectionId: id, PeeringStatus: "deleted", Description: undefined };
  const stale = {
    GroupId: local,
    GroupName: "local",
    Description: "for local",
    VpcId: vpc,
    StaleIpPermissions: [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, UserIdGroupPairs: [gone] }],
    StaleIpPermissionsEgress: [],
  };
  assert.deepEqual(staleOf(region, vpc), [stale]);
  assert.deepEqual(region.does(describeSecurityGroupReferences, { GroupId: [remote] }, scope).SecurityGroupReferenceSet, []);
  region.waits(3 * 3600);
  region.lives((world) => applyChanges(world, forgettablePeerings(world, region.call.now)));
  assert.deepEqual(pairsOf(region, local), [gone]);

  const again = request();
  accept(again);
  assert.deepEqual(staleOf(region, vpc), []);
  assert.deepEqual(pairsOf(region, local), [{ ...gone, VpcPeeringConnectionId: again, PeeringStatus: "active" }]);

  region.does(deleteSecurityGroup, { GroupId: remote }, scope);
  const { UserId: _, ...nobodys } = { ...gone, VpcPeeringConnectionId: again, PeeringStatus: "active" };
  assert.deepEqual(staleOf(region, vpc)[0]?.StaleIpPermissions?.[0]?.UserIdGroupPairs, [nobodys]);
  region.does(updateSecurityGroupRuleDescriptionsIngress, { GroupId: local, IpPermissions: ssh(pair) });
  region.does(revokeSecurityGroupIngress, { GroupId: local, IpPermissions: ssh(nobodys) });
  assert.deepEqual(staleOf(region, vpc), []);
});

test("a peer's rules keep neither a group nor a VPC from being deleted; rules of its own VPC keep a group", () => {
  const { region, vpc, peer, local, remote, id, accept, scope } = setting();
  accept(id);
  const neighbour = region.group(vpc, "neighbour");
  region.does(authorizeSecurityGroupIngress, { GroupId: remote, IpPermissions: ssh({ GroupId: local, UserId: here.account }) }, scope);
  region.does(authorizeSecurityGroupIngress, { GroupId: neighbour, IpPermissions: ssh({ GroupId: local }) });
  assert.equal(region.refuses(deleteSecurityGroup, { GroupId: local }), `DependencyViolation: resource ${local} has a dependent object: ${neighbour}`);
  region.does(deleteSecurityGroup, { GroupId: neighbour });
  region.does(deleteSecurityGroup, { GroupId: local });
  assert.equal(staleOf(region, peer, scope).length, 1);
  region.does(deleteVpc, { VpcId: vpc });
  const pairs = staleOf(region, peer, scope)[0]?.StaleIpPermissions?.[0]?.UserIdGroupPairs;
  assert.deepEqual(pairs, [{ GroupId: local, VpcId: vpc, VpcPeeringConnectionId: id, PeeringStatus: "deleted", Description: undefined }]);
});

test("ModifySecurityGroupRules: another account's group after its number, the one named before also without it", () => {
  const { region, peer, local, remote, id, accept, scope } = setting();
  accept(id);
  const pair = { GroupId: remote, UserId: other.account };
  const [rule] = region.does(authorizeSecurityGroupIngress, { GroupId: local, IpPermissions: ssh(pair) }).SecurityGroupRules ?? [];
  const SecurityGroupRuleId = rule?.SecurityGroupRuleId ?? "";
  const second = region.does(createSecurityGroup, { GroupName: "second", Description: "for second", VpcId: peer }, scope).GroupId ?? "";
  const change = (ReferencedGroupId: string, port: number) => ({
    GroupId: local,
    SecurityGroupRules: [
      { SecurityGroupRuleId, SecurityGroupRule: { IpProtocol: "tcp", FromPort: port, ToPort: port, ReferencedGroupId } },
    ],
  });
  const shown = () => {
    const [now] = region.does(describeSecurityGroupRules, { SecurityGroupRuleIds: [SecurityGroupRuleId] }).SecurityGroupRules ?? [];
    return [now?.FromPort, now?.ReferencedGroupInfo?.GroupId, now?.ReferencedGroupInfo?.VpcPeeringConnectionId];
  };
  region.does(modifySecurityGroupRules, change(remote, 23));
  assert.deepEqual(shown(), [23, remote, id]);
  assert.match(region.refuses(modifySecurityGroupRules, change(second, 24)), /^InvalidGroup.NotFound: The security group /);
  region.does(modifySecurityGroupRules, change(`${other.account}/${second}`, 24));
  assert.deepEqual(shown(), [24, second, id]);
  for (const wrong of ["sg-x", `${other.account}/`, `${second}/${other.account}`]) {
    assert.match(region.refuses(modifySecurityGroupRules, change(wrong, 25)), /^InvalidGroupId.Malformed: /, wrong);
  }
});
