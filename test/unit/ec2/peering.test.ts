import assert from "node:assert/strict";
import { test } from "node:test";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { createVpcPeeringConnection } from "../../../src/api/ec2/create-vpc-peering-connection.ts";
import { deleteVpc } from "../../../src/api/ec2/delete-vpc.ts";
import { describeVpcPeeringConnections } from "../../../src/api/ec2/describe-vpc-peering-connections.ts";
import { modifyVpcPeeringConnectionOptions } from "../../../src/api/ec2/modify-vpc-peering-connection-options.ts";
import { createTags, deleteTags, describeTags } from "../../../src/api/ec2/tags.ts";
import { modifyVpcAttribute } from "../../../src/api/ec2/vpc-attribute.ts";
import { associateVpcCidrBlock } from "../../../src/api/ec2/vpc-cidr-block.ts";
import {
  acceptVpcPeeringConnection,
  deleteVpcPeeringConnection,
  rejectVpcPeeringConnection,
} from "../../../src/api/ec2/vpc-peering-connection-state.ts";
import type { Input } from "../../../src/api/operation.ts";
import type { Quotas } from "../../../src/api/limits.ts";
import type { Scope } from "../../../src/model/birth.ts";
import { forgettablePeerings } from "../../../src/model/peering.ts";
import { applyChanges } from "../../../src/model/world.ts";
import { Region } from "./region.ts";

const here: Scope = { account: "111122223333", region: "us-east-1" };
const far: Scope = { account: "111122223333", region: "eu-west-1" };
const other: Scope = { account: "444455556666", region: "us-east-1" };
const stranger: Scope = { account: "777788889999", region: "us-east-1" };
const unknown = "pcx-0fffffffffffffff1";

const vpcIn = (region: Region, scope: Scope, CidrBlock: string): string =>
  region.does(createVpc, { CidrBlock }, scope).Vpc?.VpcId ?? "";

/** A request of a VPC here to one elsewhere. */
function setting(scope: Scope = other, quotas: Partial<Quotas> = {}) {
  const region = new Region({ quotas });
  const vpc = vpcIn(region, here, "10.1.0.0/16");
  const peer = vpcIn(region, scope, "10.2.0.0/16");
  const request = (VpcId = vpc, PeerVpcId = peer): string =>
    region.does(createVpcPeeringConnection, { VpcId, PeerVpcId, PeerOwnerId: scope.account, PeerRegion: scope.region })
      .VpcPeeringConnection?.VpcPeeringConnectionId ?? "";
  const VpcPeeringConnectionId = request();
  return { region, vpc, peer, id: VpcPeeringConnectionId, pcx: { VpcPeeringConnectionId }, request };
}

interface Pcx {
  readonly VpcPeeringConnectionId: string;
}

const shown = (region: Region, scope: Scope, Filters: { Name: string; Values: string[] }[] = []) =>
  region.does(describeVpcPeeringConnections, { Filters }, scope).VpcPeeringConnections ?? [];
const codes = (region: Region, scope: Scope) => shown(region, scope).map(({ Status }) => Status?.Code);

test("a peering is asked for, accepted and deleted; both sides see it, nobody else does", () => {
  for (const scope of [here, far, other]) {
    const region = new Region();
    const vpc = vpcIn(region, here, "10.1.0.0/16");
    const peer = vpcIn(region, scope, "10.2.0.0/16");
    const asked = region.does(createVpcPeeringConnection, {
      VpcId: vpc,
      PeerVpcId: peer,
      PeerOwnerId: scope.account,
      PeerRegion: scope.region,
      TagSpecifications: [{ ResourceType: "vpc-peering-connection", Tags: [{ Key: "stage", Value: "live" }] }],
    }).VpcPeeringConnection;
    assert.deepEqual(asked?.Status, { Code: "initiating-request", Message: `Initiating Request to ${scope.account}` });
    assert.equal(asked.ExpirationTime?.getTime(), Date.parse(region.call.now) + 168 * 3600_000);
    assert.deepEqual(asked.Tags, [{ Key: "stage", Value: "live" }]);
    assert.deepEqual(asked.AccepterVpcInfo, { VpcId: peer, OwnerId: scope.account, Region: scope.region });
    assert.equal(asked.RequesterVpcInfo?.CidrBlock, "10.1.0.0/16");
    const VpcPeeringConnectionId = asked.VpcPeeringConnectionId ?? "";
    const [pending, ...noMore] = shown(region, scope);
    assert.deepEqual(noMore, []);
    assert.deepEqual(pending?.Status, { Code: "pending-acceptance", Message: `Pending Acceptance by ${scope.account}` });
    assert.deepEqual(codes(region, stranger), []);

    const accepted = region.does(acceptVpcPeeringConnection, { VpcPeeringConnectionId }, scope).VpcPeeringConnection;
    assert.deepEqual(accepted?.Status, { Code: "provisioning", Message: "Provisioning" });
    const [active] = shown(region, here);
    assert.deepEqual(active?.Status, { Code: "active", Message: "Active" });
    assert.equal(active.ExpirationTime, undefined);
    const options = {
      AllowDnsResolutionFromRemoteVpc: false,
      AllowEgressFromLocalClassicLinkToRemoteVpc: false,
      AllowEgressFromLocalVpcToRemoteClassicLink: false,
    };
    assert.deepEqual(active.AccepterVpcInfo, {
      VpcId: peer,
      OwnerId: scope.account,
      Region: scope.region,
      CidrBlock: "10.2.0.0/16",
      CidrBlockSet: [{ CidrBlock: "10.2.0.0/16" }],
      Ipv6CidrBlockSet: [],
      PeeringOptions: options,
    });
    assert.deepEqual(active.RequesterVpcInfo?.PeeringOptions, options);

    assert.equal(region.does(deleteVpcPeeringConnection, { VpcPeeringConnectionId }, scope).Return, true);
    assert.deepEqual(shown(region, here)[0]?.Status, { Code: "deleted", Message: `Deleted by ${scope.account}` });
  }
});

test("what can't be joined has failed, and only its requester sees that", () => {
  const region = new Region();
  const vpc = vpcIn(region, here, "10.1.0.0/16");
  const cases: [string, string, Scope][] = [
    ["the same block", vpcIn(region, other, "10.1.0.0/16"), other],
    ["a block inside", vpcIn(region, far, "10.1.4.0/24"), far],
    ["itself", vpc, here],
    ["no VPC of that id", "vpc-0fffffffffffffff1", other],
    ["a VPC of another account", vpcIn(region, far, "10.7.0.0/16"), other],
    ["a VPC of another region", vpcIn(region, other, "10.8.0.0/16"), { ...other, region: "eu-north-1" }],
  ];
  for (const [why, PeerVpcId, { account: PeerOwnerId, region: PeerRegion }] of cases) {
    const made = region.does(createVpcPeeringConnection, { VpcId: vpc, PeerVpcId, PeerOwnerId, PeerRegion }).VpcPeeringConnection;
    assert.equal(made?.Status?.Code, "initiating-request", why);
    const VpcPeeringConnectionId = made.VpcPeeringConnectionId ?? "";
    const [failed] = region.does(describeVpcPeeringConnections, { VpcPeeringConnectionIds: [VpcPeeringConnectionId] }).VpcPeeringConnections ?? [];
    assert.deepEqual(failed?.Status, {
      Code: "failed",
      Message: "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range",
    });
    assert.equal(
      region.refuses(deleteVpcPeeringConnection, { VpcPeeringConnectionId }),
      `InvalidStateTransition: Invalid state transition for ${VpcPeeringConnectionId}, attempted to transition from failed to deleting`,
    );
  }
  assert.deepEqual(codes(region, other), []);
  assert.deepEqual(codes(region, far), []);
  region.waits(2 * 3600 + 60);
  region.lives((world) => applyChanges(world, forgettablePeerings(world, region.call.now)));
  assert.deepEqual(codes(region, here), []);
});

test("CreateVpcPeeringConnection refuses, in order", () => {
  const { region, vpc } = setting(other, { pendingPeeringsPerVpc: 1 });
  const near = vpcIn(region, here, "10.3.0.0/16");
  const badTags = [{ ResourceType: "vpc" as const, Tags: [{ Key: "a", Value: "b" }] }];
  const cases: [Input<"CreateVpcPeeringConnection">, RegExp][] = [
    [{ VpcId: "x" }, /^MissingParameter: The request must contain the parameter peerVpcId$/],
    [{ VpcId: "x", PeerVpcId: "y", PeerOwnerId: "z" }, /^InvalidVpcID.Malformed: .*"y"/],
    [{ VpcId: "x", PeerVpcId: "vpc-00000000", PeerOwnerId: "z" }, /^InvalidParameterValue: Value \(z\) for parameter peerOwnerId/],
    [{ VpcId: "x", PeerVpcId: "vpc-00000000", PeerRegion: "moon" }, /^InvalidParameterValue: Value \(moon\) for parameter peerRegion/],
    [{ VpcId: "x", PeerVpcId: "vpc-00000000", TagSpecifications: badTags }, /^InvalidParameterValue: 'vpc' is not a valid taggable/],
    [{ VpcId: "x", PeerVpcId: "vpc-00000000" }, /^InvalidVpcID.Malformed: .*"x"/],
    [{ VpcId: "vpc-00000001", PeerVpcId: "vpc-00000000" }, /^InvalidVpcID.NotFound: .*'vpc-00000001'/],
    [{ VpcId: vpc, PeerVpcId: "vpc-00000000" }, /^InvalidVpcID.NotFound: The vpc ID 'vpc-00000000' does not exist$/],
    [{ VpcId: vpc, PeerVpcId: near }, /^OutstandingVpcPeeringConnectionLimitExceeded: .* requests: 1$/],
  ];
  for (const [input, expected] of cases) assert.match(region.refuses(createVpcPeeringConnection, input), expected);
});

test("a VPC has so many active peerings at most, on either side", () => {
  const { region, vpc, peer, pcx } = setting(here, { activePeeringsPerVpc: 1 });
  const ask = (VpcId: string, PeerVpcId: string) =>
    region.does(createVpcPeeringConnection, { VpcId, PeerVpcId }).VpcPeeringConnection?.VpcPeeringConnectionId ?? "";
  const [third, fourth] = [vpcIn(region, here, "10.3.0.0/16"), vpcIn(region, here, "10.4.0.0/16")];
  const second = ask(third, peer);
  const reverse = ask(vpc, fourth);
  region.does(acceptVpcPeeringConnection, pcx);
  const full = (id: string) => `ActiveVpcPeeringConnectionPerVpcLimitExceeded: The VPC '${id}' has met its maximum number of active VPC peering connections: 1`;
  assert.equal(region.refuses(acceptVpcPeeringConnection, { VpcPeeringConnectionId: second }), full(peer));
  assert.equal(region.refuses(acceptVpcPeeringConnection, { VpcPeeringConnectionId: reverse }), full(vpc));
  assert.equal(region.refuses(createVpcPeeringConnection, { VpcId: peer, PeerVpcId: fourth }), full(peer));
});

test("one peering joins two VPCs: the same request is answered with it, the reverse one can't be accepted", () => {
  const { region, vpc, peer, id, pcx, request } = setting(here);
  assert.equal(request(), id);
  region.does(acceptVpcPeeringConnection, pcx);
  assert.equal(request(), id);
  const VpcPeeringConnectionId = request(peer, vpc);
  assert.notEqual(VpcPeeringConnectionId, id);
  assert.equal(
    region.refuses(acceptVpcPeeringConnection, { VpcPeeringConnectionId }),
    `VpcPeeringConnectionAlreadyExists: The vpc peering connection identified by ${VpcPeeringConnectionId} already exists.`,
  );
  region.does(deleteVpcPeeringConnection, pcx);
  assert.notEqual(request(), id);
  region.does(acceptVpcPeeringConnection, { VpcPeeringConnectionId });
});

/** The three steps: taken, and refused. */
const steps = {
  accept: {
    take: (region: Region, pcx: Pcx, scope: Scope) => region.does(acceptVpcPeeringConnection, pcx, scope),
    refused: (region: Region, pcx: Pcx, scope: Scope) => region.refuses(acceptVpcPeeringConnection, pcx, scope),
  },
  reject: {
    take: (region: Region, pcx: Pcx, scope: Scope) => region.does(rejectVpcPeeringConnection, pcx, scope),
    refused: (region: Region, pcx: Pcx, scope: Scope) => region.refuses(rejectVpcPeeringConnection, pcx, scope),
  },
  delete: {
    take: (region: Region, pcx: Pcx, scope: Scope) => region.does(deleteVpcPeeringConnection, pcx, scope),
    refused: (region: Region, pcx: Pcx, scope: Scope) => region.refuses(deleteVpcPeeringConnection, pcx, scope),
  },
} as const;

test("each step is one side's to take, where that side lives, and leads from some states only", () => {
  const not = (from: string, to: string) => `InvalidStateTransition: Invalid state transition for <id>, attempted to transition from ${from} to ${to}`;
  const cases: [(keyof typeof steps)[], keyof typeof steps, Scope, string][] = [
    [[], "accept", here, "OperationNotPermitted: User 111122223333 cannot accept peering <id>"],
    [[], "reject", here, "OperationNotPermitted: User 111122223333 cannot reject peering <id>"],
    [[], "delete", other, "OperationNotPermitted: User 444455556666 cannot delete peering <id>"],
    [[], "accept", stranger, "InvalidVpcPeeringConnectionID.NotFound: The vpcPeeringConnection ID '<id>' does not exist"],
    [["accept"], "accept", other, not("active", "provisioning")],
    [["accept"], "reject", other, not("active", "rejected")],
    [["reject"], "accept", other, not("rejected", "provisioning")],
    [["reject"], "reject", other, not("rejected", "rejected")],
    [["reject"], "delete", other, not("rejected", "deleting")],
    [["reject"], "delete", here, not("rejected", "deleting")],
    [["accept", "delete"], "accept", other, not("deleted", "provisioning")],
    [["accept", "delete"], "delete", here, not("deleted", "deleting")],
  ];
  for (const [before, step, scope, expected] of cases) {
    const { region, id, pcx } = setting();
    for (const earlier of before) steps[earlier].take(region, pcx, other);
    assert.equal(steps[step].refused(region, pcx, scope), expected.replace("<id>", id));
  }
  const { region, id, pcx } = setting(far);
  for (const [step, done] of [["accept", "accepted"], ["reject", "accepted or rejected"]] as const) {
    assert.equal(
      steps[step].refused(region, pcx, here),
      `OperationNotPermitted: Incorrect region (us-east-1) specified for this request. VPC peering connection ${id} must be ${done} in region eu-west-1`,
    );
  }
  for (const { refused } of Object.values(steps)) {
    assert.match(refused(region, { VpcPeeringConnectionId: "x" }, here), /^InvalidVpcPeeringConnectionId.Malformed: /);
    assert.match(refused(region, { VpcPeeringConnectionId: unknown }, here), /^InvalidVpcPeeringConnectionID.NotFound: /);
  }
  steps.reject.take(region, pcx, far);
  assert.deepEqual(shown(region, here)[0]?.Status, { Code: "rejected", Message: "Rejected by 111122223333" });
});

test("a request lapses after a week, and is shown for two days more; what was ended is shown for two hours", () => {
  const { region, id, pcx, request } = setting();
  const forget = () => region.lives((world) => applyChanges(world, forgettablePeerings(world, region.call.now)));
  region.waits(168 * 3600 - 60);
  assert.deepEqual(codes(region, here), ["pending-acceptance"]);
  region.waits(60);
  const [expired] = shown(region, other);
  assert.deepEqual(expired?.Status, { Code: "expired", Message: "Expired" });
  for (const [step, to, scope] of [["accept", "provisioning", other], ["reject", "rejected", other], ["delete", "deleting", here]] as const) {
    assert.equal(
      steps[step].refused(region, pcx, scope),
      `InvalidStateTransition: Invalid state transition for ${id}, attempted to transition from expired to ${to}`,
    );
  }
  assert.notEqual(request(), id);
  region.waits(47 * 3600);
  forget();
  assert.deepEqual(codes(region, here), ["expired", "pending-acceptance"]);
  region.waits(3600);
  forget();
  assert.deepEqual(codes(region, here), ["pending-acceptance"]);

  const again = { VpcPeeringConnectionId: request() };
  steps.accept.take(region, again, other);
  region.waits(30 * 24 * 3600);
  forget();
  assert.deepEqual(codes(region, other), ["active"]);
  steps.delete.take(region, again, here);
  region.waits(2 * 3600 - 60);
  forget();
  assert.deepEqual(codes(region, other), ["deleted"]);
  region.waits(120);
  forget();
  assert.deepEqual(codes(region, other), []);
  assert.match(steps.delete.refused(region, again, here), /^InvalidVpcPeeringConnectionID.NotFound: /);
});

test("a VPC's peerings end with it, but a request of another account must be answered first", () => {
  for (const [accepted, mine] of [[true, "requester"], [true, "accepter"], [false, "requester"]] as const) {
    const { region, vpc, peer, pcx } = setting();
    if (accepted) steps.accept.take(region, pcx, other);
    const [scope, VpcId] = mine === "requester" ? [here, vpc] : [other, peer];
    region.does(deleteVpc, { VpcId }, scope);
    const [deleted] = shown(region, here);
    assert.deepEqual(deleted?.Status, { Code: "deleted", Message: `Deleted by ${scope.account}` });
    assert.equal(deleted.RequesterVpcInfo?.CidrBlock, mine === "requester" ? undefined : "10.1.0.0/16");
  }
  const { region, peer, pcx } = setting();
  assert.equal(
    region.refuses(deleteVpc, { VpcId: peer }, other),
    `DependencyViolation: The vpc '${peer}' has dependencies and cannot be deleted.`,
  );
  steps.reject.take(region, pcx, other);
  region.does(deleteVpc, { VpcId: peer }, other);
  assert.deepEqual(codes(region, here), ["rejected"]);
  const own = setting(far);
  own.region.does(deleteVpc, { VpcId: own.peer }, far);
  assert.deepEqual(codes(own.region, here), ["deleted"]);
});

test("new blocks: none while a request is out, none in the way of a peer; one that came since makes the request fail", () => {
  const { region, vpc, peer, id, pcx } = setting();
  const add = (VpcId: string, CidrBlock: string) => ({ VpcId, CidrBlock });
  const asked = `OperationNotPermitted: The VPC '${vpc}' may not get CIDR blocks while its request ${id} is pending acceptance.`;
  assert.equal(region.refuses(associateVpcCidrBlock, add(vpc, "10.9.0.0/16")), asked);
  assert.equal(region.refuses(associateVpcCidrBlock, { VpcId: vpc, AmazonProvidedIpv6CidrBlock: true }), asked);
  region.does(associateVpcCidrBlock, add(peer, "10.3.0.0/16"), other);
  region.does(associateVpcCidrBlock, { VpcId: peer, AmazonProvidedIpv6CidrBlock: true }, other);
  steps.accept.take(region, pcx, other);
  assert.deepEqual(
    shown(region, here)[0]?.AccepterVpcInfo?.CidrBlockSet?.map(({ CidrBlock }) => CidrBlock),
    ["10.2.0.0/16", "10.3.0.0/16"],
  );
  assert.equal(shown(region, here)[0]?.AccepterVpcInfo?.Ipv6CidrBlockSet?.length, 1);
  for (const [VpcId, block, scope] of [[vpc, "10.3.128.0/24", here], [peer, "10.1.5.0/28", other]] as const) {
    assert.equal(
      region.refuses(associateVpcCidrBlock, add(VpcId, block), scope),
      `InvalidVpc.Range: The CIDR '${block}' overlaps with a CIDR block of the VPC peered over ${id}.`,
    );
  }
  region.does(associateVpcCidrBlock, add(vpc, "10.9.0.0/16"));
  region.does(associateVpcCidrBlock, { VpcId: vpc, AmazonProvidedIpv6CidrBlock: true });
  steps.delete.take(region, pcx, other);
  region.does(associateVpcCidrBlock, add(vpc, "10.3.0.0/16"));

  const late = setting();
  late.region.does(associateVpcCidrBlock, add(late.peer, "10.1.0.0/24"), other);
  const { VpcPeeringConnection } = late.region.does(acceptVpcPeeringConnection, late.pcx, other);
  assert.equal(VpcPeeringConnection?.Status?.Code, "failed");
  assert.deepEqual([codes(late.region, here), codes(late.region, other)], [["failed"], []]);
});

test("options: each side's own, while the peering is active and both VPCs have DNS hostnames", () => {
  const { region, vpc, peer, id, pcx } = setting();
  const dns = (AllowDnsResolutionFromRemoteVpc: boolean) => ({ AllowDnsResolutionFromRemoteVpc });
  const accepters = { ...pcx, AccepterPeeringConnectionOptions: dns(true) };
  const requesters = { ...pcx, RequesterPeeringConnectionOptions: dns(true) };
  const refused = (input: Input<"ModifyVpcPeeringConnectionOptions">, scope = here) =>
    region.refuses(modifyVpcPeeringConnectionOptions, input, scope);
  assert.equal(refused(requesters), `OperationNotPermitted: Peering ${id} is not active. Peering options can be added only to active peerings.`);
  steps.accept.take(region, pcx, other);
  assert.match(refused(pcx), /^MissingParameter: /);
  assert.match(
    refused({ ...pcx, RequesterPeeringConnectionOptions: { AllowEgressFromLocalClassicLinkToRemoteVpc: true } }),
    /^UnsupportedOperation: The parameter AllowEgressFromLocalClassicLinkToRemoteVpc /,
  );
  assert.match(refused({ ...requesters, VpcPeeringConnectionId: unknown }), /^InvalidVpcPeeringConnectionID.NotFound: /);
  assert.equal(refused(accepters), "OperationNotPermitted: User 111122223333 does not have permission to modify the accepter side peering options");
  assert.match(refused({ ...requesters, ...accepters }, other), / modify the requester side peering options$/);
  region.does(modifyVpcAttribute, { VpcId: vpc, EnableDnsHostnames: { Value: true } });
  assert.match(refused(requesters), /^InvalidVpcPeeringConnectionState.DnsHostnamesDisabled: To enable DNS hostname resolution /);
  region.does(modifyVpcAttribute, { VpcId: peer, EnableDnsHostnames: { Value: true } }, other);

  const seen = (scope: Scope) => {
    const [peering] = shown(region, scope);
    const sides = [peering?.RequesterVpcInfo, peering?.AccepterVpcInfo];
    return sides.map((side) => side?.PeeringOptions?.AllowDnsResolutionFromRemoteVpc);
  };
  const classic = { AllowEgressFromLocalClassicLinkToRemoteVpc: false, AllowEgressFromLocalVpcToRemoteClassicLink: false };
  assert.deepEqual(region.does(modifyVpcPeeringConnectionOptions, accepters, other), {
    AccepterPeeringConnectionOptions: { ...dns(true), ...classic },
  });
  assert.deepEqual(seen(here), [false, true]);
  region.does(modifyVpcPeeringConnectionOptions, requesters);
  region.does(modifyVpcPeeringConnectionOptions, { ...pcx, AccepterPeeringConnectionOptions: dns(false) }, other);
  assert.deepEqual(seen(other), [true, false]);

  const remote = setting(far);
  steps.accept.take(remote.region, remote.pcx, far);
  assert.equal(
    remote.region.refuses(modifyVpcPeeringConnectionOptions, { ...remote.pcx, RequesterPeeringConnectionOptions: dns(true) }, far),
    "OperationNotPermitted: Requester's VPC Peering connection options cannot be modified for a different region",
  );
});

test("each side has tags of its own", () => {
  const { region, id } = setting(far);
  const tag = (Key: string, Value: string) => ({ Key, Value });
  region.does(createTags, { Resources: [id], Tags: [tag("mine", "1")] });
  region.does(createTags, { Resources: [id], Tags: [tag("yours", "2"), tag("both", "3")] }, far);
  region.does(deleteTags, { Resources: [id], Tags: [{ Key: "both" }] }, far);
  assert.deepEqual(shown(region, here)[0]?.Tags, [tag("mine", "1")]);
  assert.deepEqual(shown(region, far)[0]?.Tags, [tag("yours", "2")]);
  assert.deepEqual(region.does(describeTags, {}, far).Tags, [{ ResourceId: id, ResourceType: "vpc-peering-connection", ...tag("yours", "2") }]);
  assert.match(region.refuses(createTags, { Resources: [id], Tags: [tag("a", "b")] }, other), /^InvalidVpcPeeringConnectionID.NotFound: /);
});

test("DescribeVpcPeeringConnections filters by each side and state", () => {
  const { region, vpc, peer, id, pcx } = setting();
  steps.accept.take(region, pcx, other);
  const third = vpcIn(region, here, "10.3.0.0/16");
  const pending = region.does(createVpcPeeringConnection, { VpcId: third, PeerVpcId: vpc }).VpcPeeringConnection;
  const cases: [string, string, string[]][] = [
    ["accepter-vpc-info.vpc-id", peer, [id]],
    ["accepter-vpc-info.owner-id", "4444*", [id]],
    ["accepter-vpc-info.cidr-block", "10.2.*", [id]],
    ["requester-vpc-info.vpc-id", third, [pending?.VpcPeeringConnectionId ?? ""]],
    ["requester-vpc-info.owner-id", "111122223333", [id, pending?.VpcPeeringConnectionId ?? ""]],
    ["requester-vpc-info.cidr-block", "10.1.0.0/16", [id]],
    ["status-code", "active", [id]],
    ["status-message", "Pending*", [pending?.VpcPeeringConnectionId ?? ""]],
    ["expiration-time", "2026-01-08*", [pending?.VpcPeeringConnectionId ?? ""]],
    ["vpc-peering-connection-id", id, [id]],
  ];
  for (const [Name, value, expected] of cases) {
    const found = shown(region, here, [{ Name, Values: [value] }]).map((peering) => peering.VpcPeeringConnectionId);
    assert.deepEqual(found, expected, Name);
  }
  const ids = { VpcPeeringConnectionIds: [id] };
  assert.equal(region.does(describeVpcPeeringConnections, ids, other).VpcPeeringConnections?.length, 1);
  assert.match(region.refuses(describeVpcPeeringConnections, ids, stranger), /^InvalidVpcPeeringConnectionID.NotFound: /);
  assert.match(region.refuses(describeVpcPeeringConnections, { MaxResults: 4 }), /^InvalidParameterValue: /);
});
