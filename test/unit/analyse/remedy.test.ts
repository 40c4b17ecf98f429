import assert from "node:assert/strict";
import { test } from "node:test";
import { amended, commandOf, numberBefore } from "../../../src/analyse/amendment.ts";
import { type Denied, deniedBy, portsOf, remedy, type Trial } from "../../../src/analyse/remedy.ts";
import { travel, type Question } from "../../../src/policy/journey.ts";
import { judge, replyTo, untracked } from "../../../src/policy/judge.ts";
import type { AclEntry, Network } from "../../../src/policy/network.ts";
import { hasPorts } from "../../../src/values/protocol.ts";
import { acl, allowAll, cidr, group, ip, network } from "../../network.ts";
import { seed } from "../../random.ts";
import { randomPackets } from "./worlds.ts";

const entry = (number: number): AclEntry => ({ id: `acl-1:${number}:ingress`, action: "allow", protocol: 6, values: "any", cidr: cidr("0.0.0.0/0") });
for (const [taken, next, number] of [
  [[], Infinity, 10], [[100, 32767], 32767, 110], [[100, 200], 200, 150], [[100, 105], 105, 102], [[100], 100, 50], [[9], 9, 4],
  [[100, 101], 101, 99], [[1, 2], 2, undefined], [[32766, 32767], 32767, 32765], [[32761, 32767], 32767, 32766],
] as const) {
  test(`an entry before ${next} where ${taken.join(", ") || "nothing"} is taken: ${number}`, () => {
    assert.equal(numberBefore(taken.map(entry), next), number);
  });
}

for (const [port, from, to] of [[43210, 32768, 60999], [61000, 1024, 65535], [1024, 1024, 65535], [1023, 1023, 1023]] as const) {
  test(`clients like one at port ${port}`, () => assert.deepEqual(portsOf(port), { from, to }));
}

/** What the present policy says of a connection between two interfaces of one network, there and back. */
function trialOf({ network: at, from, to, packet }: { network: Network; from: { id: string }; to: { id: string }; packet: Parameters<typeof replyTo>[0] }, client: number): Trial {
  return (networks) => {
    const present = networks.get(at.id) ?? assert.fail();
    const [one, other] = [from, to].map(({ id }) => present.interfaces.get(id) ?? assert.fail());
    if (!one || !other) return assert.fail();
    const there = judge(present, { from: one, to: other, packet, reply: false, tracked: untracked });
    const denied = (step: Denied["step"], seen: Denied["packet"]): Denied => ({ step, network: present, packet: seen });
    if (there.verdict === "drop") return denied(there.trace.at(-1) ?? assert.fail(), packet);
    if (!hasPorts(packet.protocol)) return undefined;
    const answer = replyTo(packet, client);
    const back = judge(present, { from: other, to: one, packet: answer, reply: true, tracked: there.tracked });
    return back.verdict === "drop" ? denied(back.trace.at(-1) ?? assert.fail(), answer) : undefined;
  };
}

test(`a remedy admits what was refused, and nothing of it can be left out (seed ${seed})`, () => {
  const tally = { refused: 0, amendments: 0, beyondHelp: 0 };
  for (const each of randomPackets(seed + 1, 60, 30)) {
    const trial = trialOf(each, each.random.between(1, 65535));
    const before = new Map([[each.network.id, each.network]]);
    if (trial(before) === undefined) continue;
    tally.refused++;
    const { amendments, networks, remains } = remedy(before, trial);
    if (remains) {
      assert.ok(remains !== "nowhere" && /check/.test(remains.gate), JSON.stringify(remains));
      tally.beyondHelp++;
      continue;
    }
    assert.equal(trial(networks), undefined);
    for (const left of amendments) {
      const rest = amendments.filter((one) => one !== left).reduce(amended, before);
      assert.notEqual(trial(rest), undefined, `${commandOf(left)} is not needed`);
    }
    tally.amendments += amendments.length;
  }
  assert.ok(tally.refused > 300 && tally.amendments > 300, JSON.stringify(tally));
});

const lab = network({
  subnets: { "subnet-1": "acl-1", "subnet-2": "acl-2" },
  acls: [acl("acl-1", allowAll), acl("acl-2", ["100 deny tcp 5432 10.0.1.0/24", "110 allow -1 any 0.0.0.0/0"], ["100 allow tcp 443 0.0.0.0/0"])],
  groups: [group("sg-app", []), group("sg-db", []), group("sg-shared", [])],
  interfaces: [
    { id: "eni-app", subnet: "subnet-1", groups: ["sg-app"], addresses: ["10.0.1.5", "2001:db8::5"] },
    { id: "eni-db", subnet: "subnet-2", groups: ["sg-shared", "sg-db"], addresses: ["10.0.2.10", "2001:db8::10"] },
    { id: "eni-other", subnet: "subnet-2", groups: ["sg-shared"], addresses: ["10.0.2.11"] },
  ],
});
const routed: Network = {
  ...lab,
  cidrs: [cidr("10.0.0.0/16")],
  subnets: new Map([...lab.subnets].map(([id, subnet]) => [id, { ...subnet, cidrs: [cidr(id === "subnet-1" ? "10.0.1.0/24" : "10.0.2.0/24")] }])),
};
const question: Question = {
  from: { network: lab.id, interface: "eni-app" }, source: ip("10.0.1.5"), destination: ip("10.0.2.10"), protocol: 6, value: 5432,
};
const trial: Trial = (networks) => deniedBy(travel(networks, question), 43210);

test("a remedy says each command that is needed, no wider than needed", () => {
  const { amendments, remains } = remedy(new Map([[lab.id, routed]]), trial);
  assert.equal(remains, undefined);
  assert.deepEqual(amendments.map(commandOf), [
    "aws ec2 create-network-acl-entry --network-acl-id acl-2 --ingress --rule-number 50 --protocol 6 --port-range From=5432,To=5432 --cidr-block 10.0.1.5/32 --rule-action allow",
    "aws ec2 authorize-security-group-ingress --group-id sg-db --ip-permissions 'IpProtocol=tcp,FromPort=5432,ToPort=5432,IpRanges=[{CidrIp=10.0.1.5/32}]'",
    "aws ec2 create-network-acl-entry --network-acl-id acl-2 --egress --rule-number 110 --protocol 6 --port-range From=32768,To=60999 --cidr-block 10.0.1.5/32 --rule-action allow",
  ]);
});

test("what was proposed for something else is proposed again where it comes early enough", () => {
  const entry = { id: "", action: "allow", protocol: 6, values: { from: 5432, to: 5432 }, cidr: cidr("10.0.1.5/32") } as const;
  for (const [number, chosen] of [[30, 30], [99, 99], [200, 50]] as const) {
    const { amendments } = remedy(new Map([[lab.id, routed]]), trial, [{ acl: "acl-2", direction: "in", number, entry }]);
    assert.deepEqual(amendments.flatMap((each) => ("acl" in each && each.direction === "in" ? [each.number] : [])), [chosen]);
  }
});

test("what no rule helps remains", () => {
  const nowhere: Question = { ...question, destination: ip("10.0.2.77") };
  const found = remedy(new Map([[lab.id, routed]]), (networks) => deniedBy(travel(networks, nowhere), 43210));
  assert.equal(found.remains === "nowhere" ? "" : found.remains?.gate, "route");
});

const peer = { cidr: cidr("2001:db8::5/128") };
for (const [what, amendment, words] of [
  ["IPv6 and any protocol", { group: "sg-1", direction: "out", rule: { id: "", protocol: "all", values: "any", peer } },
    "authorize-security-group-egress --group-id sg-1 --ip-permissions 'IpProtocol=-1,Ipv6Ranges=[{CidrIpv6=2001:db8::5/128}]'"],
  ["a type and code", { group: "sg-1", direction: "in", rule: { id: "", protocol: 1, values: { from: 0x0804, to: 0x0804 }, peer: { members: "sg-2" } } },
    "authorize-security-group-ingress --group-id sg-1 --ip-permissions 'IpProtocol=icmp,FromPort=8,ToPort=4,UserIdGroupPairs=[{GroupId=sg-2}]'"],
  ["any type", { group: "sg-1", direction: "in", rule: { id: "", protocol: 58, values: "any", peer: { prefixes: "pl-3" } } },
    "authorize-security-group-ingress --group-id sg-1 --ip-permissions 'IpProtocol=icmpv6,FromPort=-1,ToPort=-1,PrefixListIds=[{PrefixListId=pl-3}]'"],
  ["a protocol without ports", { group: "sg-1", direction: "in", rule: { id: "", protocol: 47, values: "any", peer } },
    "authorize-security-group-ingress --group-id sg-1 --ip-permissions 'IpProtocol=47,Ipv6Ranges=[{CidrIpv6=2001:db8::5/128}]'"],
  ["an entry of any code", { acl: "acl-1", direction: "out", number: 7, entry: { id: "", action: "deny", protocol: 58, values: { from: 0x8000, to: 0x80ff }, cidr: peer.cidr } },
    "create-network-acl-entry --network-acl-id acl-1 --egress --rule-number 7 --protocol 58 --icmp-type-code Type=128,Code=-1 --ipv6-cidr-block 2001:db8::5/128 --rule-action deny"],
] as const) {
  test(`command: ${what}`, () => assert.equal(commandOf(amendment), `aws ec2 ${words}`));
}
