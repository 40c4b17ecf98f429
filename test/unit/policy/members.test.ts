import assert from "node:assert/strict";
import { test } from "node:test";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { createVpcPeeringConnection } from "../../../src/api/ec2/create-vpc-peering-connection.ts";
import { deleteNetworkInterface } from "../../../src/api/ec2/delete-network-interface.ts";
import { deleteSecurityGroup } from "../../../src/api/ec2/delete-security-group.ts";
import { associateSecurityGroupVpc } from "../../../src/api/ec2/security-group-vpc.ts";
import { createTags } from "../../../src/api/ec2/tags.ts";
import { acceptVpcPeeringConnection, deleteVpcPeeringConnection } from "../../../src/api/ec2/vpc-peering-connection-state.ts";
import { applyChanges, everywhere, need, put } from "../../../src/model/world.ts";
import { lowerMembers } from "../../../src/policy/members.ts";
import { formatIp } from "../../../src/values/ip.ts";
import { Region } from "../ec2/region.ts";

/** Three VPCs, 10.1 to 10.3, and a group of the second with a member of two addresses. */
function setting() {
  const region = new Region();
  const [one, two, three] = [1, 2, 3].map((n) => region.network(`10.${n}.0.0/16`, `10.${n}.1.0/24`));
  assert.ok(one && two && three);
  const group = region.group(two.vpc, "named");
  region.does(createNetworkInterface, {
    SubnetId: two.subnet,
    Groups: [group],
    PrivateIpAddresses: [{ PrivateIpAddress: "10.2.1.20", Primary: true }, { PrivateIpAddress: "10.2.1.10" }],
  });
  const request = (VpcId: string, PeerVpcId: string) => ({
    VpcPeeringConnectionId:
      region.does(createVpcPeeringConnection, { VpcId, PeerVpcId }).VpcPeeringConnection?.VpcPeeringConnectionId ?? "",
  });
  const lowered = (vpc: string, id = group) => lowerMembers(region.world, id, need(region.world, "vpc", vpc));
  const texts = (vpc: string, id = group) => lowered(vpc, id).addresses.map(formatIp);
  return { region, one, two, three, group, request, lowered, texts };
}

const both = ["10.2.1.10", "10.2.1.20"];

test("a group's members count in their own VPC, and in those an active peering joins to it", () => {
  const { region, one, two, three, request, texts } = setting();
  assert.deepEqual([texts(two.vpc), texts(one.vpc)], [both, []]);
  const pcx = request(one.vpc, two.vpc);
  assert.deepEqual(texts(one.vpc), []);
  region.does(acceptVpcPeeringConnection, pcx);
  region.does(acceptVpcPeeringConnection, request(three.vpc, one.vpc));
  assert.deepEqual([texts(one.vpc), texts(two.vpc), texts(three.vpc)], [both, both, []]);
  region.does(deleteVpcPeeringConnection, pcx);
  assert.deepEqual([texts(one.vpc), texts(two.vpc)], [[], both]);
});

test("a peering of two regions joins no groups", () => {
  const { region, one, two, request, texts } = setting();
  const pcx = request(one.vpc, two.vpc);
  region.does(acceptVpcPeeringConnection, pcx);
  assert.deepEqual(texts(one.vpc), both);
  const peering = need(region.world, "vpc-peering-connection", pcx.VpcPeeringConnectionId);
  region.lives((world) => applyChanges(world, [put({ ...peering, accepter: { ...peering.accepter, region: "eu-west-1" } })]));
  assert.deepEqual(texts(one.vpc), []);
});

test("members of an associated group count where they are, and one peering further", () => {
  const { region, one, two, three, group, request, texts } = setting();
  region.does(associateSecurityGroupVpc, { GroupId: group, VpcId: three.vpc });
  region.does(createNetworkInterface, { SubnetId: three.subnet, Groups: [group], PrivateIpAddress: "10.3.1.30" });
  region.does(acceptVpcPeeringConnection, request(one.vpc, three.vpc));
  assert.deepEqual([texts(one.vpc), texts(two.vpc), texts(three.vpc)], [["10.3.1.30"], both, ["10.3.1.30"]]);
});

test("a group that is gone has no members; what did not change is the same object", () => {
  const { region, one, two, three, group, request, lowered, texts } = setting();
  region.does(acceptVpcPeeringConnection, request(one.vpc, two.vpc));
  const before = lowered(one.vpc);
  region.does(createNetworkInterface, { SubnetId: two.subnet });
  region.does(createTags, { Resources: [three.vpc], Tags: [{ Key: "stage", Value: "test" }] });
  assert.equal(lowered(one.vpc), before);
  region.does(createNetworkInterface, { SubnetId: two.subnet, Groups: [group], PrivateIpAddress: "10.2.1.30" });
  assert.deepEqual(texts(one.vpc), [...both, "10.2.1.30"]);
  for (const { id } of everywhere(region.world, "network-interface")) region.does(deleteNetworkInterface, { NetworkInterfaceId: id });
  region.does(deleteSecurityGroup, { GroupId: group });
  assert.deepEqual(lowered(one.vpc), { id: group, addresses: [] });
});
