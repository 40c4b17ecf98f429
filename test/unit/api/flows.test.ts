/** The control calls behind `bailey logs`: rules, judge-flows, diagnose. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnose, type Diagnosis } from "../../../src/api/bailey/diagnose.ts";
import type { RecordedFlow } from "../../../src/api/bailey/flows-request.ts";
import { judgeFlows, type JudgedFlow } from "../../../src/api/bailey/judge-flows.ts";
import { rulesReport } from "../../../src/api/bailey/rules.ts";
import { allocateAddress } from "../../../src/api/ec2/allocate-address.ts";
import { associateAddress } from "../../../src/api/ec2/associate-address.ts";
import { attachInternetGateway } from "../../../src/api/ec2/attach-internet-gateway.ts";
import { authorizeSecurityGroupIngress } from "../../../src/api/ec2/authorize-security-group.ts";
import { createNatGateway } from "../../../src/api/ec2/create-nat-gateway.ts";
import { createNetworkAcl } from "../../../src/api/ec2/create-network-acl.ts";
import { createRoute } from "../../../src/api/ec2/route.ts";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { createInternetGateway } from "../../../src/api/ec2/internet-gateway.ts";
import { createNetworkAclEntry } from "../../../src/api/ec2/network-acl-entry.ts";
import { replaceNetworkAclAssociation } from "../../../src/api/ec2/replace-network-acl-association.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { started } from "../../../src/model/instance.ts";
import { applyChanges, everywhere, listed, need, put } from "../../../src/model/world.ts";
import { isRefusal } from "../../../src/values/refuse.ts";
import { Region } from "../ec2/region.ts";

/**
 * A client 10.0.1.5 and a server 10.0.2.10 with a public address, in two subnets; the server's list admits PostgreSQL
 * and the web, but answers only to the ports of Windows. A NAT gateway beside the client.
 */
function setting() {
  const region = new Region();
  const { vpc, subnet: here } = region.network("10.0.0.0/16", "10.0.1.0/24");
  const there = region.does(createSubnet, { VpcId: vpc, CidrBlock: "10.0.2.0/24" }).Subnet?.SubnetId ?? "";
  const InternetGatewayId = region.does(createInternetGateway, {}).InternetGateway?.InternetGatewayId ?? "";
  region.does(attachInternetGateway, { InternetGatewayId, VpcId: vpc });
  const [table] = listed(region.world, "routeTablesOfVpc", vpc).keys();
  region.does(createRoute, { RouteTableId: table ?? "", DestinationCidrBlock: "0.0.0.0/0", GatewayId: InternetGatewayId });
  const acl = region.does(createNetworkAcl, { VpcId: vpc }).NetworkAcl?.NetworkAclId ?? "";
  const entry = (RuleNumber: number, Egress: boolean, From: number, To: number, CidrBlock = "0.0.0.0/0", RuleAction: "allow" | "deny" = "allow") =>
    region.does(createNetworkAclEntry, { NetworkAclId: acl, RuleNumber, Egress, Protocol: "6", PortRange: { From, To }, CidrBlock, RuleAction });
  entry(100, false, 5432, 5432);
  entry(110, false, 80, 80, "198.51.100.0/24", "deny");
  entry(120, false, 80, 81);
  entry(100, true, 49152, 65535);
  const AssociationId = need(region.world, "subnet", there).aclAssociation;
  region.does(replaceNetworkAclAssociation, { AssociationId, NetworkAclId: acl });
  const [app = "", db = ""] = ["app", "db"].map((name) => region.group(vpc, name));
  const permit = (from: number, to: number, CidrIp: string) => ({ IpProtocol: "tcp", FromPort: from, ToPort: to, IpRanges: [{ CidrIp }] });
  region.does(authorizeSecurityGroupIngress, { GroupId: db, IpPermissions: [permit(5432, 5432, "10.0.0.0/16"), permit(80, 80, "0.0.0.0/0")] });
  const run = (SubnetId: string, PrivateIpAddress: string, group: string) =>
    region.does(runInstances, { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, SubnetId, PrivateIpAddress, SecurityGroupIds: [group] })
      .Instances?.[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "";
  const [client, server] = [run(here, "10.0.1.5", app), run(there, "10.0.2.10", db)];
  const allocated = region.does(allocateAddress, {});
  region.does(associateAddress, { AllocationId: allocated.AllocationId, NetworkInterfaceId: server });
  const nat = region.does(createNatGateway, { SubnetId: there, AllocationId: region.does(allocateAddress, {}).AllocationId }).NatGateway;
  const { id: natInterface = "", addresses: natAddresses = [] } =
    everywhere(region.world, "network-interface").find(({ natGateway }) => natGateway === nat?.NatGatewayId) ?? {};
  region.lives((world) => applyChanges(world, everywhere(world, "instance").map((one) => put(started(one, region.call.now)))));
  return { region, acl, app, db, client, server, nat: natInterface, natAddress: natAddresses[0] ?? "", ids: { [acl]: "ACL", [app]: "APP", [db]: "DB", [client]: "CLIENT", [server]: "SERVER" } };
}

const { region, acl, app, db, client, server, nat, natAddress, ids } = setting();
const short = (text: string): string => Object.entries(ids).reduce((left, [id, name]) => left.replaceAll(id, name), text).replaceAll(/sgr-[0-9a-f]+/g, "SGR");

const tcp = { protocol: 6, clientPort: 43210, reply: false } as const;
const question: RecordedFlow = { ...tcp, interface: server, action: "ACCEPT", source: "10.0.1.5", destination: "10.0.2.10", port: 5432 };
const answer: RecordedFlow = { ...question, action: "REJECT", source: "10.0.2.10", destination: "10.0.1.5", reply: true };

function judged(flow: object): JudgedFlow | string {
  const found = judgeFlows(region.world, region.call, { flows: [flow] });
  if (isRefusal(found)) return assert.fail(found.message);
  assert.equal(found.revision, region.world.revision);
  return found.judged[0] ?? assert.fail();
}

for (const [name, flow, verdict, direction, rules, text] of [
  ["a question", question, "ACCEPT", "ingress", ["ACL:100:ingress", "SGR"], undefined],
  ["its answer", answer, "REJECT", "egress", ["ACL:32767:egress"], "acl out at ACL, ACL:32767:egress (deny all traffic to 0.0.0.0/0)"],
  ["an answer to another port", { ...answer, clientPort: 50000 }, "ACCEPT", "egress", ["ACL:100:egress"], undefined],
  ["the client's side of it", { ...question, interface: client, direction: "egress" }, "ACCEPT", "egress", ["SGR", "acl:100:egress"], undefined],
  ["a port that no group admits", { ...question, action: "REJECT", port: 81 }, "REJECT", "ingress", ["ACL:120:ingress"],
    "groups in at SERVER, no rule of DB matches"],
  ["an entry that denies", { ...question, action: "REJECT", source: "198.51.100.7", port: 80 }, "REJECT", "ingress", ["ACL:110:ingress"],
    "acl in at ACL, ACL:110:ingress (deny tcp 80 from 198.51.100.0/24)"],
  ["ping, whose type nobody wrote down", { ...question, action: "REJECT", protocol: 1, port: 0, clientPort: 0 }, "REJECT", "ingress", ["ACL:32767:ingress"],
    "acl in at ACL, ACL:32767:ingress (deny all traffic from 0.0.0.0/0)"],
  ["at a NAT gateway only the list stands", { ...question, interface: nat, destination: natAddress, port: 80 }, "ACCEPT", "ingress", ["ACL:120:ingress"], undefined],
] as const) {
  test(`judge-flows: ${name}`, () => {
    const found = judged(flow);
    if (typeof found === "string") return assert.fail(found);
    const known = found.rules.map((id) => short(id).replace(/^acl-[0-9a-f]+/, "acl"));
    assert.deepEqual([found.verdict, found.direction, known, found.decided && short(found.decided.text)], [verdict, direction, rules, text]);
    return undefined;
  });
}

test("judge-flows: what nothing can be said of", () => {
  assert.equal(judged({ ...question, interface: "eni-0000000000000dead" }), "eni-0000000000000dead is no longer there");
  assert.equal(judged({ ...question, source: "10.0.3.1", destination: "10.0.3.2" }), `neither end is an address of ${server}, and the logs don't say the direction`);
});

for (const [input, message] of [
  [{}, /must contain the parameter flows/],
  [{ flows: Array.from({ length: 2001 }, () => question) }, /At most 2000/],
  [{ flows: [{ ...question, source: "10.0.0" }] }, /\(10\.0\.0\) for parameter source/],
  [{ flows: [{ ...question, action: "DROP" }] }, /\(DROP\) for parameter action/],
  [{ flows: [{ ...question, direction: "in" }] }, /\(in\) for parameter direction/],
  [{ flows: [{ ...question, protocol: 256 }] }, /\(256\) for parameter protocol/],
  [{ flows: [{ ...question, port: -1 }] }, /\(-1\) for parameter port/],
  [{ flows: [{ ...question, clientPort: 65536 }] }, /\(65536\) for parameter clientPort/],
  [{ flows: [{ ...question, reply: "yes" }] }, /reply is not true or false/],
  [{ flows: [{ ...question, more: 1 }] }, /more is not recognized/],
  [{ flows: [{ interface: client }] }, /must contain the parameter action/],
] as const) {
  test(`judge-flows refuses: ${String(message)}`, () => {
    const cases = "flows" in input ? { cases: [[], input.flows] } : input;
    for (const found of [judgeFlows(region.world, region.call, input), diagnose(region.world, region.call, cases)]) {
      assert.match((isRefusal(found) ? found.message : "not refused").replace("parameter cases", "parameter flows"), message);
    }
  });
}

function diagnoses(...cases: readonly (readonly RecordedFlow[])[]): readonly Diagnosis[] {
  const found = diagnose(region.world, region.call, { cases });
  if (isRefusal(found)) return assert.fail(found.message);
  assert.equal(found.revision, region.world.revision);
  return found.diagnoses;
}

function diagnosis(...flows: readonly RecordedFlow[]): Diagnosis {
  return diagnoses(flows)[0] ?? assert.fail();
}

const entryWords = (way: string, number: number, ports: string, cidr: string): string =>
  `aws ec2 create-network-acl-entry --network-acl-id ACL --${way} --rule-number ${number} --protocol 6 --port-range ${ports} --cidr-block ${cidr} --rule-action allow`;
const ruleWords = (port: number, cidr: string): string =>
  `aws ec2 authorize-security-group-ingress --group-id DB --ip-permissions 'IpProtocol=tcp,FromPort=${port},ToPort=${port},IpRanges=[{CidrIp=${cidr}}]'`;

for (const [name, flows, commands, admitted] of [
  ["the forgotten ephemeral ports", [answer], [entryWords("egress", 110, "From=32768,To=60999", "10.0.1.5/32")], true],
  ["a question that only its answer fails", [{ ...question, action: "REJECT" }], [entryWords("egress", 110, "From=32768,To=60999", "10.0.1.5/32")], true],
  ["a group that has no rule, of two clients", [{ ...question, action: "REJECT", port: 81 }, { ...question, action: "REJECT", port: 81, source: "10.0.1.6" }],
    [ruleWords(81, "10.0.1.5/32"), entryWords("egress", 110, "From=32768,To=60999", "10.0.1.5/32"), ruleWords(81, "10.0.1.6/32")], true],
  ["somebody on the internet, whom an entry denies", [{ ...question, action: "REJECT", source: "198.51.100.7", port: 80, clientPort: 1025 }],
    [entryWords("ingress", 105, "From=80,To=80", "198.51.100.7/32"), entryWords("egress", 110, "From=1024,To=65535", "198.51.100.7/32")], true],
  ["two of them, each with numbers of its own", [7, 8].map((at) => ({ ...question, action: "REJECT", source: `198.51.100.${at}`, port: 80 }) as const),
    [entryWords("ingress", 105, "From=80,To=80", "198.51.100.7/32"), entryWords("egress", 110, "From=32768,To=60999", "198.51.100.7/32"),
      entryWords("ingress", 107, "From=80,To=80", "198.51.100.8/32"), entryWords("egress", 120, "From=32768,To=60999", "198.51.100.8/32")], true],
  ["what is admitted by now", [{ ...answer, clientPort: 50000 }], [], true],
] as const) {
  test(`diagnose: ${name}`, () => {
    const found = diagnosis(...flows);
    assert.deepEqual([found.commands.map(short), found.admitted, found.remains, found.unknown], [commands, admitted, undefined, undefined]);
  });
}

test("diagnose: cases do not help each other, and share a number only for the same entry", () => {
  const other = { ...question, action: "REJECT", port: 82 } as const;
  const far = { ...answer, destination: "10.0.1.9", clientPort: 40000 } as const;
  const entry = entryWords("egress", 110, "From=32768,To=60999", "10.0.1.5/32");
  assert.deepEqual(diagnoses([answer], [other], [far], [answer]).map(({ commands }) => commands.map(short)), [
    [entry],
    [entryWords("ingress", 130, "From=82,To=82", "10.0.1.5/32"), ruleWords(82, "10.0.1.5/32"), entry],
    [entryWords("egress", 120, "From=32768,To=60999", "10.0.1.9/32")],
    [entry],
  ]);
});

test("diagnose: what it says to do is enough", () => {
  const before = region.world;
  try {
    region.does(createNetworkAclEntry, { NetworkAclId: acl, RuleNumber: 110, Egress: true, Protocol: "6", PortRange: { From: 32768, To: 60999 }, CidrBlock: "10.0.1.5/32", RuleAction: "allow" });
    const found = diagnosis(answer);
    assert.deepEqual([found.commands, found.admitted, found.explanation?.verdict], [[], true, "ACCEPT"]);
  } finally {
    region.world = before;
  }
});

test("diagnose: the connection's journey is the explanation, whichever end saw it refused", () => {
  for (const flow of [answer, { ...question, action: "REJECT" }, { ...question, interface: client, direction: "egress", action: "REJECT" }] as const) {
    const { explanation } = diagnosis(flow);
    assert.match(short(explanation?.text.join("\n") ?? ""), /CLIENT \(10\.0\.1\.5\) → .*SERVER \(10\.0\.2\.10\), tcp 5432\n[^]*REJECT: acl out at ACL, ACL:32767:egress/);
  }
  const outside = diagnosis({ ...question, action: "REJECT", source: "198.51.100.7", port: 80 });
  assert.match(outside.explanation?.text[0] ?? "", /^198\.51\.100\.7 → /);
});

test("diagnose: what no rule can help, and what nobody knows", () => {
  const gone = diagnosis({ ...question, interface: client, direction: "egress", source: "10.0.1.5", destination: "10.0.2.99", action: "REJECT" });
  assert.deepEqual([gone.commands, gone.admitted], [[], false]);
  assert.match(gone.remains ?? "", /^route at /);
  assert.match(diagnosis({ ...question, interface: "eni-0000000000000dead" }).unknown ?? "", /no longer there/);
});

test("rules: every rule and entry that somebody wrote, in words and numbers", () => {
  const { rules, revision } = rulesReport(region.world, region.call);
  assert.equal(revision, region.world.revision);
  const told = rules
    .filter(({ owner }) => owner === acl || owner === db || owner === app)
    .map(({ id, kind, owner, direction, action, protocol, values, peer, interfaces, text, name }) =>
      [short(id), kind, short(owner), name ?? "", direction, action, protocol, values ? `${values.from}-${values.to}` : "", peer, interfaces, text].join(" "));
  assert.deepEqual(told.toSorted(), [
    "ACL:100:egress acl ACL  out allow 6 49152-65535 0.0.0.0/0 2 allow tcp 49152-65535 to 0.0.0.0/0",
    "ACL:100:ingress acl ACL  in allow 6 5432-5432 0.0.0.0/0 2 allow tcp 5432 from 0.0.0.0/0",
    "ACL:110:ingress acl ACL  in deny 6 80-80 198.51.100.0/24 2 deny tcp 80 from 198.51.100.0/24",
    "ACL:120:ingress acl ACL  in allow 6 80-81 0.0.0.0/0 2 allow tcp 80-81 from 0.0.0.0/0",
    "SGR group APP app out allow all  0.0.0.0/0 1 allow all traffic to 0.0.0.0/0",
    "SGR group DB db in allow 6 5432-5432 10.0.0.0/16 1 allow tcp 5432 from 10.0.0.0/16",
    "SGR group DB db in allow 6 80-80 0.0.0.0/0 1 allow tcp 80 from 0.0.0.0/0",
    "SGR group DB db out allow all  0.0.0.0/0 1 allow all traffic to 0.0.0.0/0",
  ]);
  assert.ok(!isRefusal(rulesReport(region.world, { account: "999999999999", region: "us-east-1" })));
  assert.deepEqual(rulesReport(region.world, { account: "999999999999", region: "us-east-1" }).rules, []);
});
