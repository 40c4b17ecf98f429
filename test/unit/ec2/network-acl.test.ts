import assert from "node:assert/strict";
import { test } from "node:test";
import { createNetworkAcl } from "../../../src/api/ec2/create-network-acl.ts";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { deleteNetworkAcl } from "../../../src/api/ec2/delete-network-acl.ts";
import { describeNetworkAcls } from "../../../src/api/ec2/describe-network-acls.ts";
import { createNetworkAclEntry, deleteNetworkAclEntry, replaceNetworkAclEntry } from "../../../src/api/ec2/network-acl-entry.ts";
import { replaceNetworkAclAssociation } from "../../../src/api/ec2/replace-network-acl-association.ts";
import type { Input } from "../../../src/api/operation.ts";
import { Region } from "./region.ts";

type Entry = Input<"CreateNetworkAclEntry">;

function setting() {
  const region = new Region();
  const { vpc, subnet } = region.network();
  const NetworkAclId = region.does(createNetworkAcl, { VpcId: vpc }).NetworkAcl?.NetworkAclId ?? "";
  return { region, vpc, subnet, NetworkAclId };
}

const https = (NetworkAclId: string, RuleNumber = 110): Entry => ({
  NetworkAclId,
  RuleNumber,
  Egress: false,
  Protocol: "6",
  RuleAction: "allow",
  CidrBlock: "0.0.0.0/0",
  PortRange: { From: 443, To: 444 },
});

const entriesOf = (region: Region, id: string) =>
  region.does(describeNetworkAcls, { NetworkAclIds: [id] }).NetworkAcls?.[0]?.Entries ?? [];

test("a new ACL denies all, a default one allows all; entries stand egress first, then by number", () => {
  const { region, NetworkAclId } = setting();
  assert.deepEqual(entriesOf(region, NetworkAclId).map((e) => [e.Egress, e.RuleNumber, e.RuleAction]), [
    [true, 32767, "deny"],
    [false, 32767, "deny"],
  ]);
  for (const [RuleNumber, Egress] of [[200, false], [100, false], [100, true]] as const) {
    region.does(createNetworkAclEntry, { ...https(NetworkAclId, RuleNumber), Egress });
  }
  assert.deepEqual(entriesOf(region, NetworkAclId).map((e) => [e.Egress, e.RuleNumber]), [
    [true, 100],
    [true, 32767],
    [false, 100],
    [false, 200],
    [false, 32767],
  ]);
  const VpcId = region.does(createVpc, { CidrBlock: "10.5.0.0/16", AmazonProvidedIpv6CidrBlock: true }).Vpc?.VpcId;
  const withIpv6 = region.does(createNetworkAcl, { VpcId }).NetworkAcl;
  assert.deepEqual(withIpv6?.Entries?.map((e) => e.RuleNumber), [32767, 32768, 32767, 32768]);
});

test("an entry is kept in canonical form: ports only for TCP and UDP, type and code only for ICMP", () => {
  const { region, NetworkAclId } = setting();
  const base = { NetworkAclId, Egress: true, RuleAction: "deny" as const, PortRange: { From: 80, To: 81 }, IcmpTypeCode: { Type: 3, Code: 4 } };
  const cases: [{ Protocol: string; CidrBlock?: string; Ipv6CidrBlock?: string }, object][] = [
    [{ Protocol: "6", CidrBlock: "100.68.0.18/18" }, { Protocol: "6", CidrBlock: "100.68.0.0/18", PortRange: { From: 80, To: 81 } }],
    [{ Protocol: "17", Ipv6CidrBlock: "2001:DB8::1/32" }, { Protocol: "17", Ipv6CidrBlock: "2001:db8::/32", PortRange: { From: 80, To: 81 } }],
    [{ Protocol: "1", CidrBlock: "10.0.0.0/8" }, { Protocol: "1", CidrBlock: "10.0.0.0/8", IcmpTypeCode: { Type: 3, Code: 4 } }],
    [{ Protocol: "58", Ipv6CidrBlock: "::/0" }, { Protocol: "58", Ipv6CidrBlock: "::/0", IcmpTypeCode: { Type: 3, Code: 4 } }],
    [{ Protocol: "58", CidrBlock: "10.0.0.0/8" }, { Protocol: "58", CidrBlock: "10.0.0.0/8" }],
    [{ Protocol: "-1", CidrBlock: "10.0.0.0/8" }, { Protocol: "-1", CidrBlock: "10.0.0.0/8" }],
    [{ Protocol: "50", CidrBlock: "10.0.0.0/8" }, { Protocol: "50", CidrBlock: "10.0.0.0/8" }],
  ];
  for (const [index, [input, expected]] of cases.entries()) {
    region.does(createNetworkAclEntry, { ...base, RuleNumber: index + 1, ...input });
    const shown = entriesOf(region, NetworkAclId).find((entry) => entry.RuleNumber === index + 1);
    const kept = Object.fromEntries(Object.entries(shown ?? {}).filter(([, value]) => value !== undefined));
    assert.deepEqual(kept, { RuleNumber: index + 1, Egress: true, RuleAction: "deny", ...expected });
  }
});

test("CreateNetworkAclEntry refuses, in order", () => {
  const { region, NetworkAclId } = setting();
  region.does(createNetworkAclEntry, https(NetworkAclId, 100));
  const unknown = "acl-0fffffffffffffff1";
  const { CidrBlock: _, ...homeless } = https(unknown);
  const { PortRange: __, ...portless } = https(unknown);
  const range = (number: number) => `InvalidParameterValue: Value (${number}) for parameter ruleNumber is invalid. Rulenumber must be in range 1..32766`;
  const cases: [Entry, string][] = [
    [{ ...https(unknown, 0), Protocol: "tcp" }, range(0)],
    [https(unknown, 10.5), range(10.5)],
    [https(unknown, 32767), range(32767)],
    [{ ...https(unknown), Protocol: "tcp", CidrBlock: "x" }, "InvalidParameterValue: Invalid value 'tcp' for IP protocol. Unknown protocol."],
    [{ ...https(unknown), Protocol: "256" }, "InvalidParameterValue: Invalid value '256' for IP protocol. Unknown protocol."],
    [homeless, "MissingParameter: The request must contain the parameter cidrBlock or ipv6CidrBlock"],
    [{ ...https(unknown), Ipv6CidrBlock: "::/0" }, "InvalidParameterCombination: The parameters cidrBlock and ipv6CidrBlock cannot be used together"],
    [{ ...portless, CidrBlock: "10.0.0.0" }, "InvalidParameterValue: CIDR block 10.0.0.0 is malformed"],
    [portless, "MissingParameter: The request must contain the parameter portRange.from"],
    [{ ...https(unknown), PortRange: { From: 9, To: 8 } }, "InvalidParameterValue: Invalid TCP/UDP port range (9:8)"],
    [{ ...https(unknown), PortRange: { From: 9, To: 65536 } }, "InvalidParameterValue: TCP/UDP port (65536) out of range"],
    [{ ...https(unknown), Protocol: "1" }, "MissingParameter: The request must contain the parameter icmpTypeCode.type"],
    [{ ...https(unknown), Protocol: "1", IcmpTypeCode: { Type: 8, Code: 256 } }, "InvalidParameterValue: ICMP code (256) out of range"],
    [https("acl-x"), "InvalidNetworkAclId.Malformed: The networkAcl ID 'acl-x' is malformed"],
    [https(unknown), `InvalidNetworkAclID.NotFound: The networkAcl ID '${unknown}' does not exist`],
    [https(NetworkAclId, 100), "NetworkAclEntryAlreadyExists: The network acl entry identified by 100 already exists."],
  ];
  for (const [input, expected] of cases) assert.equal(region.refuses(createNetworkAclEntry, input), expected);
});

test("an entry is replaced and deleted by number and direction", () => {
  const { region, NetworkAclId } = setting();
  region.does(createNetworkAclEntry, https(NetworkAclId, 100));
  region.does(createNetworkAclEntry, { ...https(NetworkAclId, 100), Egress: true });
  region.does(replaceNetworkAclEntry, { ...https(NetworkAclId, 100), RuleAction: "deny" });
  assert.deepEqual(entriesOf(region, NetworkAclId).map((e) => [e.Egress, e.RuleNumber, e.RuleAction]).slice(0, 3), [
    [true, 100, "allow"],
    [true, 32767, "deny"],
    [false, 100, "deny"],
  ]);
  const missing = "InvalidNetworkAclEntry.NotFound: The network acl entry identified by 101 does not exist";
  assert.equal(region.refuses(replaceNetworkAclEntry, https(NetworkAclId, 101)), missing);
  assert.equal(region.refuses(deleteNetworkAclEntry, { NetworkAclId, RuleNumber: 101, Egress: true }), missing);
  assert.match(region.refuses(deleteNetworkAclEntry, { NetworkAclId, RuleNumber: 32767, Egress: true }), /^InvalidParameterValue: Value \(32767\)/);
  region.does(deleteNetworkAclEntry, { NetworkAclId, RuleNumber: 100, Egress: true });
  assert.deepEqual(entriesOf(region, NetworkAclId).map((e) => [e.Egress, e.RuleNumber]), [[true, 32767], [false, 100], [false, 32767]]);
});

test("entries are limited in each direction and family, the final deny included", () => {
  const { region, NetworkAclId } = setting();
  for (let number = 1; number < region.call.quotas.entriesPerAcl; number++) region.does(createNetworkAclEntry, https(NetworkAclId, number));
  assert.match(region.refuses(createNetworkAclEntry, https(NetworkAclId, 500)), /^NetworkAclEntryLimitExceeded: /);
  region.does(createNetworkAclEntry, { ...https(NetworkAclId, 500), Egress: true });
  const { CidrBlock: _, ...entry } = https(NetworkAclId, 501);
  region.does(createNetworkAclEntry, { ...entry, Ipv6CidrBlock: "::/0" });
});

test("a subnet is moved between the ACLs of its VPC", () => {
  const { region, vpc, subnet, NetworkAclId } = setting();
  const associations = () =>
    (region.does(describeNetworkAcls, { Filters: [{ Name: "association.subnet-id", Values: [subnet] }] }).NetworkAcls ?? []).flatMap(
      ({ Associations }) => Associations ?? [],
    );
  const [before] = associations();
  const NewAssociationId = region.does(replaceNetworkAclAssociation, { AssociationId: before?.NetworkAclAssociationId, NetworkAclId }).NewAssociationId;
  assert.notEqual(NewAssociationId, before?.NetworkAclAssociationId);
  assert.deepEqual(associations(), [{ NetworkAclAssociationId: NewAssociationId, NetworkAclId, SubnetId: subnet }]);
  assert.deepEqual(region.does(replaceNetworkAclAssociation, { AssociationId: NewAssociationId, NetworkAclId }), { NewAssociationId });
  assert.match(region.refuses(replaceNetworkAclAssociation, { AssociationId: before?.NetworkAclAssociationId, NetworkAclId }), /^InvalidAssociationID.NotFound: /);
  const elsewhere = region.does(createNetworkAcl, { VpcId: region.network("10.7.0.0/16", "10.7.1.0/24").vpc }).NetworkAcl?.NetworkAclId;
  assert.match(region.refuses(replaceNetworkAclAssociation, { AssociationId: NewAssociationId, NetworkAclId: elsewhere }), /belong to different networks/);
  assert.equal(
    region.refuses(deleteNetworkAcl, { NetworkAclId }),
    `DependencyViolation: The network ACL '${NetworkAclId}' has dependencies and cannot be deleted.`,
  );
  const standard = region.does(describeNetworkAcls, { Filters: [{ Name: "default", Values: ["true"] }, { Name: "vpc-id", Values: [vpc] }] }).NetworkAcls?.[0];
  assert.equal(
    region.refuses(deleteNetworkAcl, { NetworkAclId: standard?.NetworkAclId }),
    `InvalidParameterValue: cannot delete default network ACL ${standard?.NetworkAclId}`,
  );
  region.does(replaceNetworkAclAssociation, { AssociationId: NewAssociationId, NetworkAclId: standard?.NetworkAclId });
  region.does(deleteNetworkAcl, { NetworkAclId });
});
