import assert from "node:assert/strict";
import { test } from "node:test";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { deleteNetworkInterface } from "../../../src/api/ec2/delete-network-interface.ts";
import { createTags } from "../../../src/api/ec2/tags.ts";
import {
  createTrafficMirrorFilter,
  deleteTrafficMirrorFilter,
  describeTrafficMirrorFilters,
  modifyTrafficMirrorFilterNetworkServices,
} from "../../../src/api/ec2/traffic-mirror-filter.ts";
import {
  createTrafficMirrorFilterRule,
  deleteTrafficMirrorFilterRule,
  describeTrafficMirrorFilterRules,
  modifyTrafficMirrorFilterRule,
} from "../../../src/api/ec2/traffic-mirror-filter-rule.ts";
import {
  createTrafficMirrorSession,
  deleteTrafficMirrorSession,
  describeTrafficMirrorSessions,
  modifyTrafficMirrorSession,
} from "../../../src/api/ec2/traffic-mirror-session.ts";
import { createTrafficMirrorTarget, deleteTrafficMirrorTarget, describeTrafficMirrorTargets } from "../../../src/api/ec2/traffic-mirror-target.ts";
import type { Input } from "../../../src/api/operation.ts";
import { limits } from "../../../src/api/limits.ts";
import { Region } from "./region.ts";

const account = "111122223333";
const unknown = { filter: "tmf-0fffffffffffffff1", rule: "tmfr-0fffffffffffffff2", target: "tmt-0fffffffffffffff3", session: "tms-0fffffffffffffff4" };
const balancer = `arn:aws:elasticloadbalancing:us-east-1:${account}:loadbalancer/net/mine/1234`;
const tagged = <T extends string>(ResourceType: T) => [{ ResourceType, Tags: [{ Key: "Name", Value: "mine" }] }];

function setting() {
  const region = new Region();
  const { subnet } = region.network();
  const eni = () => region.does(createNetworkInterface, { SubnetId: subnet }).NetworkInterface?.NetworkInterfaceId ?? "";
  const filter = () => region.does(createTrafficMirrorFilter, {}).TrafficMirrorFilter?.TrafficMirrorFilterId ?? "";
  const target = (NetworkInterfaceId = eni()) => region.does(createTrafficMirrorTarget, { NetworkInterfaceId }).TrafficMirrorTarget?.TrafficMirrorTargetId ?? "";
  return { region, eni, filter, target };
}

test("a filter with its rules in order, shown, changed and deleted", () => {
  const { region } = setting();
  const made = region.does(createTrafficMirrorFilter, { Description: "web", TagSpecifications: tagged("traffic-mirror-filter"), ClientToken: "once" });
  const TrafficMirrorFilterId = made.TrafficMirrorFilter?.TrafficMirrorFilterId ?? "";
  assert.match(TrafficMirrorFilterId, /^tmf-[0-9a-f]{17}$/);
  assert.equal(made.ClientToken, "once");
  const shown = () => region.does(describeTrafficMirrorFilters, { TrafficMirrorFilterIds: [TrafficMirrorFilterId] }).TrafficMirrorFilters?.[0];
  assert.deepEqual(made.TrafficMirrorFilter, shown());
  const base = { TrafficMirrorFilterId, TrafficDirection: "ingress", RuleAction: "accept", SourceCidrBlock: "0.0.0.0/0", DestinationCidrBlock: "10.0.0.9/16" } as const;
  const later = region.does(createTrafficMirrorFilterRule, { ...base, RuleNumber: 20 }).TrafficMirrorFilterRule;
  const ports = { FromPort: 80, ToPort: 81 };
  const first = region.does(createTrafficMirrorFilterRule, {
    ...base,
    RuleNumber: 10,
    RuleAction: "reject",
    Protocol: 6,
    DestinationPortRange: ports,
    Description: "not these",
    TagSpecifications: tagged("traffic-mirror-filter-rule"),
  }).TrafficMirrorFilterRule;
  region.does(createTrafficMirrorFilterRule, { ...base, RuleNumber: 10, TrafficDirection: "egress" });
  assert.deepEqual(shown()?.IngressFilterRules, [first, later]);
  assert.equal(shown()?.EgressFilterRules?.length, 1);
  assert.deepEqual([first?.DestinationCidrBlock, first?.DestinationPortRange, first?.SourcePortRange], ["10.0.0.0/16", ports, undefined]);
  const found = (Name: string, value: string) =>
    region.does(describeTrafficMirrorFilterRules, { TrafficMirrorFilterId, Filters: [{ Name, Values: [value] }] }).TrafficMirrorFilterRules?.length;
  const rule = first?.TrafficMirrorFilterRuleId ?? "";
  for (const [name, value, count] of [
    ["traffic-mirror-filter-rule-id", rule, 1], ["traffic-mirror-filter-id", TrafficMirrorFilterId, 3], ["rule-number", "10", 2], ["rule-action", "reject", 1],
    ["traffic-direction", "egress", 1], ["protocol", "6", 1], ["source-cidr-block", "0.0.0.0/0", 3], ["destination-cidr-block", "10.0.0.0/16", 3], ["description", "not*", 1],
    ["tag:Name", "mine", 1],
  ] as const) {
    assert.equal(found(name, value), count, name);
    assert.equal(found(name, "other"), 0, name);
  }
  const change = { TrafficMirrorFilterRuleId: rule, RuleNumber: 30, RemoveFields: ["destination-port-range", "description"] } satisfies Input<"ModifyTrafficMirrorFilterRule">;
  const changed = region.does(modifyTrafficMirrorFilterRule, change).TrafficMirrorFilterRule;
  assert.deepEqual([changed?.RuleNumber, changed?.DestinationPortRange, changed?.Description, changed?.Protocol, changed && "Tags" in changed], [30, undefined, undefined, 6, false]);
  assert.deepEqual(shown()?.IngressFilterRules?.map(({ RuleNumber }) => RuleNumber), [20, 30]);
  const dns = { TrafficMirrorFilterId, AddNetworkServices: ["amazon-dns"] } satisfies Input<"ModifyTrafficMirrorFilterNetworkServices">;
  assert.deepEqual(region.does(modifyTrafficMirrorFilterNetworkServices, dns).TrafficMirrorFilter?.NetworkServices, ["amazon-dns"]);
  region.does(modifyTrafficMirrorFilterNetworkServices, { TrafficMirrorFilterId, RemoveNetworkServices: ["amazon-dns"] });
  assert.deepEqual(shown()?.NetworkServices, []);
  const filters = (Name: string, value: string) => region.does(describeTrafficMirrorFilters, { Filters: [{ Name, Values: [value] }] }).TrafficMirrorFilters?.length;
  for (const [name, value] of [["description", "web"], ["traffic-mirror-filter-id", TrafficMirrorFilterId], ["tag:Name", "mine"]] as const) {
    assert.equal(filters(name, value), 1, name);
    assert.equal(filters(name, "other"), 0, name);
  }
  region.does(deleteTrafficMirrorFilterRule, { TrafficMirrorFilterRuleId: rule });
  region.does(deleteTrafficMirrorFilter, { TrafficMirrorFilterId });
  assert.deepEqual(region.does(describeTrafficMirrorFilterRules, {}).TrafficMirrorFilterRules, []);
});

test("what is wrong with a rule, in order", () => {
  const { region, filter } = setting();
  const TrafficMirrorFilterId = filter();
  const base = { TrafficMirrorFilterId, TrafficDirection: "ingress", RuleNumber: 1, RuleAction: "accept", SourceCidrBlock: "0.0.0.0/0", DestinationCidrBlock: "0.0.0.0/0" };
  const rule = (input: object = {}) => ({ ...base, ...input }) as Input<"CreateTrafficMirrorFilterRule">;
  const id = region.does(createTrafficMirrorFilterRule, rule()).TrafficMirrorFilterRule?.TrafficMirrorFilterRuleId ?? "";
  const before = region.world;
  const create = (input: object) => region.refuses(createTrafficMirrorFilterRule, rule(input));
  const ports = { FromPort: 80, ToPort: 81 };
  const cases: [string, RegExp][] = [
    [create({ RuleNumber: 0 }), /^InvalidParameterValue: .*ruleNumber/],
    [create({ Protocol: 256 }), /^InvalidParameterValue: .*protocol/],
    [create({ TrafficDirection: "in" }), /^InvalidParameterValue: Value \(in\)/],
    [create({ RuleAction: "drop" }), /^InvalidParameterValue: Value \(drop\)/],
    [create({ SourceCidrBlock: "x" }), /^InvalidParameterValue: .*sourceCidrBlock/],
    [create({ Protocol: 6, SourcePortRange: { FromPort: 81, ToPort: 80 } }), /^InvalidParameterValue: .*toPort/],
    [create({ RuleNumber: undefined }), /^MissingParameter: /],
    [create({ SourceCidrBlock: "::/0" }), /^InvalidParameterCombination: .*same family/],
    [create({ Protocol: 1, DestinationPortRange: ports }), /^InvalidParameterCombination: Ports/],
    [create({ TrafficMirrorFilterId: unknown.filter, RuleNumber: 2 }), /^InvalidTrafficMirrorFilterId.NotFound: /],
    [create({}), /^TrafficMirrorFilterRuleAlreadyExists: /],
    [region.refuses(modifyTrafficMirrorFilterRule, { TrafficMirrorFilterRuleId: unknown.rule }), /^InvalidTrafficMirrorFilterRuleId.NotFound: /],
    [region.refuses(modifyTrafficMirrorFilterRule, { TrafficMirrorFilterRuleId: id, RemoveFields: ["rule-number" as string as "protocol"] }), /^InvalidParameterValue: /],
    [region.refuses(modifyTrafficMirrorFilterRule, { TrafficMirrorFilterRuleId: id, SourceCidrBlock: "::/0" }), /^InvalidParameterCombination: /],
    [region.refuses(describeTrafficMirrorFilterRules, { TrafficMirrorFilterId: unknown.filter }), /^InvalidTrafficMirrorFilterId.NotFound: /],
  ];
  for (const [said, expected] of cases) assert.match(said, expected);
  assert.equal(region.world, before);
  for (let RuleNumber = 2; RuleNumber <= limits.rulesPerMirrorFilter; RuleNumber++) region.does(createTrafficMirrorFilterRule, rule({ RuleNumber }));
  assert.match(create({ RuleNumber: 99 }), /^TrafficMirrorFilterRuleLimitExceeded: /);
});

test("a session copies an interface's packets to a target, and goes with the interface", () => {
  const { region, eni, filter, target } = setting();
  const [source, TrafficMirrorFilterId] = [eni(), filter()];
  const made = region.does(createTrafficMirrorTarget, { NetworkInterfaceId: eni(), Description: "sensor", TagSpecifications: tagged("traffic-mirror-target") }).TrafficMirrorTarget;
  const TrafficMirrorTargetId = made?.TrafficMirrorTargetId ?? "";
  assert.match(TrafficMirrorTargetId, /^tmt-[0-9a-f]{17}$/);
  assert.deepEqual(region.does(describeTrafficMirrorTargets, { TrafficMirrorTargetIds: [TrafficMirrorTargetId] }).TrafficMirrorTargets, [made]);
  assert.deepEqual([made?.Type, made?.OwnerId], ["network-interface", account]);
  const byBalancer = region.does(createTrafficMirrorTarget, { NetworkLoadBalancerArn: balancer }).TrafficMirrorTarget;
  assert.deepEqual([byBalancer?.Type, byBalancer?.NetworkLoadBalancerArn], ["network-load-balancer", balancer]);
  const targets = (Name: string, value: string) => region.does(describeTrafficMirrorTargets, { Filters: [{ Name, Values: [value] }] }).TrafficMirrorTargets?.length;
  for (const [name, value] of [
    ["description", "sensor"], ["network-interface-id", made?.NetworkInterfaceId ?? ""], ["network-load-balancer-arn", balancer], ["traffic-mirror-target-id", TrafficMirrorTargetId], ["tag-key", "Name"],
  ] as const) {
    assert.equal(targets(name, value), 1, name);
    assert.equal(targets(name, "other"), 0, name);
  }
  assert.equal(targets("owner-id", account), 2);

  const wish = { NetworkInterfaceId: source, TrafficMirrorTargetId, TrafficMirrorFilterId, SessionNumber: 7, PacketLength: 100, VirtualNetworkId: 4242, Description: "watch", TagSpecifications: tagged("traffic-mirror-session") };
  const session = region.does(createTrafficMirrorSession, wish).TrafficMirrorSession;
  const TrafficMirrorSessionId = session?.TrafficMirrorSessionId ?? "";
  assert.match(TrafficMirrorSessionId, /^tms-[0-9a-f]{17}$/);
  const { TagSpecifications: _, ...same } = wish;
  const shown = () => region.does(describeTrafficMirrorSessions, { TrafficMirrorSessionIds: [TrafficMirrorSessionId] }).TrafficMirrorSessions?.[0];
  assert.deepEqual(shown(), { TrafficMirrorSessionId, ...same, OwnerId: account, Tags: [{ Key: "Name", Value: "mine" }] });
  const found = (Name: string, value: string) => region.does(describeTrafficMirrorSessions, { Filters: [{ Name, Values: [value] }] }).TrafficMirrorSessions?.length;
  for (const [name, value] of [
    ["description", "watch"], ["network-interface-id", source], ["owner-id", account], ["packet-length", "100"], ["session-number", "7"], ["tag:Name", "mine"],
    ["traffic-mirror-filter-id", TrafficMirrorFilterId], ["traffic-mirror-session-id", TrafficMirrorSessionId], ["traffic-mirror-target-id", TrafficMirrorTargetId], ["virtual-network-id", "4242"],
  ] as const) {
    assert.equal(found(name, value), 1, name);
    assert.equal(found(name, "other"), 0, name);
  }
  region.does(createTags, { Resources: [TrafficMirrorSessionId], Tags: [{ Key: "stage", Value: "live" }] });
  const other = target();
  region.does(modifyTrafficMirrorSession, { TrafficMirrorSessionId, TrafficMirrorTargetId: other, SessionNumber: 8, RemoveFields: ["packet-length", "description", "virtual-network-id"] });
  assert.deepEqual([shown()?.TrafficMirrorTargetId, shown()?.SessionNumber, shown()?.PacketLength, shown()?.Description], [other, 8, undefined, undefined]);
  assert.notEqual(shown()?.VirtualNetworkId, 4242);
  assert.match(region.refuses(deleteTrafficMirrorFilter, { TrafficMirrorFilterId }), /^TrafficMirrorFilterInUse: /);
  assert.match(region.refuses(deleteTrafficMirrorTarget, { TrafficMirrorTargetId: other }), /^TrafficMirrorTargetInUseException: /);
  region.does(deleteTrafficMirrorSession, { TrafficMirrorSessionId });
  region.does(deleteTrafficMirrorTarget, { TrafficMirrorTargetId: other });
  region.does(createTrafficMirrorSession, wish);
  region.does(deleteNetworkInterface, { NetworkInterfaceId: source });
  assert.deepEqual(region.does(describeTrafficMirrorSessions, {}).TrafficMirrorSessions, []);
});

test("what is wrong with a target or a session, in order", () => {
  const { region, eni, filter, target } = setting();
  const [source, TrafficMirrorFilterId, TrafficMirrorTargetId, receiver] = [eni(), filter(), target(), eni()];
  target(receiver);
  const wish = { NetworkInterfaceId: source, TrafficMirrorTargetId, TrafficMirrorFilterId, SessionNumber: 1 };
  const session = region.does(createTrafficMirrorSession, wish).TrafficMirrorSession?.TrafficMirrorSessionId ?? "";
  const before = region.world;
  const create = (input: object) => region.refuses(createTrafficMirrorSession, { ...wish, SessionNumber: 2, ...input });
  const cases: [string, RegExp][] = [
    [region.refuses(createTrafficMirrorTarget, {}), /^InvalidInput: Invalid number of inputs\./],
    [region.refuses(createTrafficMirrorTarget, { NetworkInterfaceId: source, NetworkLoadBalancerArn: balancer }), /^InvalidInput: /],
    [region.refuses(createTrafficMirrorTarget, { NetworkLoadBalancerArn: "mine" }), /^InvalidParameterValue: /],
    [region.refuses(createTrafficMirrorTarget, { NetworkInterfaceId: "eni-0fffffffffffffff1" }), /^InvalidNetworkInterfaceID.NotFound: /],
    [region.refuses(createTrafficMirrorTarget, { GatewayLoadBalancerEndpointId: "vpce-0fffffffffffffff1" }), /^InvalidVpcEndpointId.NotFound: /],
    [create({ SessionNumber: undefined }), /^MissingParameter: /],
    [create({ SessionNumber: 32767 }), /^InvalidParameterValue: .*sessionNumber/],
    [create({ PacketLength: 8501 }), /^InvalidParameterValue: .*packetLength/],
    [create({ VirtualNetworkId: 2 ** 24 }), /^InvalidParameterValue: .*virtualNetworkId/],
    [create({ NetworkInterfaceId: "eni-0fffffffffffffff1" }), /^InvalidNetworkInterfaceID.NotFound: /],
    [create({ TrafficMirrorTargetId: unknown.target }), /^InvalidTrafficMirrorTargetId.NotFound: /],
    [create({ TrafficMirrorFilterId: unknown.filter }), /^InvalidTrafficMirrorFilterId.NotFound: /],
    [create({ NetworkInterfaceId: receiver }), /^InvalidParameterValue: .*can't be a traffic mirror source/],
    [create({ SessionNumber: 1 }), /^InvalidParameterValue: .*sessionNumber/],
    [region.refuses(modifyTrafficMirrorSession, { TrafficMirrorSessionId: unknown.session }), /^InvalidTrafficMirrorSessionId.NotFound: /],
    [region.refuses(modifyTrafficMirrorSession, { TrafficMirrorSessionId: session, RemoveFields: ["session-number" as string as "description"] }), /^InvalidParameterValue: /],
  ];
  for (const [said, expected] of cases) assert.match(said, expected);
  assert.equal(region.world, before);
  for (let SessionNumber = 2; SessionNumber <= limits.mirrorSessionsPerInterface; SessionNumber++) region.does(createTrafficMirrorSession, { ...wish, SessionNumber });
  assert.match(create({ SessionNumber: 99 }), /^TrafficMirrorSessionsPerInterfaceLimitExceeded: /);
  for (let used = limits.mirrorSessionsPerInterface; used < limits.mirrorSourcesPerTarget; used++) region.does(createTrafficMirrorSession, { ...wish, NetworkInterfaceId: eni() });
  assert.match(create({ NetworkInterfaceId: eni() }), /^TrafficMirrorSourcesPerTargetLimitExceeded: /);
});
