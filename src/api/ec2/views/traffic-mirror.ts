import type {
  TrafficMirrorFilterRule as RuleView,
  TrafficMirrorFilter as FilterView,
  TrafficMirrorSession as SessionView,
  TrafficMirrorTarget as TargetView,
} from "@aws-sdk/client-ec2";
import { rulesOf } from "../../../model/traffic-mirror.ts";
import type { MirrorFilter, MirrorPorts, MirrorRule, MirrorSession, MirrorTarget } from "../../../model/traffic-mirror.ts";
import type { World } from "../../../model/world.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";

const portsView = (ports: MirrorPorts | undefined) => ports && { FromPort: ports.from, ToPort: ports.to };

export const mirrorRuleView = (_world: World, rule: MirrorRule): RuleView => ({
  TrafficMirrorFilterRuleId: rule.id,
  TrafficMirrorFilterId: rule.filter,
  TrafficDirection: rule.direction,
  RuleNumber: rule.number,
  RuleAction: rule.action,
  Protocol: rule.protocol,
  SourceCidrBlock: rule.source,
  DestinationCidrBlock: rule.destination,
  SourcePortRange: portsView(rule.sourcePorts),
  DestinationPortRange: portsView(rule.destinationPorts),
  Description: rule.description,
  Tags: tagList(rule.tags),
});

export const mirrorRuleFilters: Filters<RuleView> = {
  description: (rule) => [rule.Description],
  "destination-cidr-block": (rule) => [rule.DestinationCidrBlock],
  protocol: (rule) => [rule.Protocol],
  "rule-action": (rule) => [rule.RuleAction],
  "rule-number": (rule) => [rule.RuleNumber],
  "source-cidr-block": (rule) => [rule.SourceCidrBlock],
  "traffic-direction": (rule) => [rule.TrafficDirection],
  "traffic-mirror-filter-id": (rule) => [rule.TrafficMirrorFilterId],
  "traffic-mirror-filter-rule-id": (rule) => [rule.TrafficMirrorFilterRuleId],
};

export const mirrorFilterView = (world: World, filter: MirrorFilter): FilterView => ({
  TrafficMirrorFilterId: filter.id,
  IngressFilterRules: rulesOf(world, filter.id, "ingress").map((rule) => mirrorRuleView(world, rule)),
  EgressFilterRules: rulesOf(world, filter.id, "egress").map((rule) => mirrorRuleView(world, rule)),
  NetworkServices: filter.dns ? ["amazon-dns"] : [],
  Description: filter.description,
  Tags: tagList(filter.tags),
});

export const mirrorFilterFilters: Filters<FilterView> = {
  description: (filter) => [filter.Description],
  "traffic-mirror-filter-id": (filter) => [filter.TrafficMirrorFilterId],
};

export const mirrorTargetView = (_world: World, { id, to, account, description, tags }: MirrorTarget): TargetView => ({
  TrafficMirrorTargetId: id,
  Type: to.type,
  NetworkInterfaceId: to.type === "network-interface" ? to.id : undefined,
  NetworkLoadBalancerArn: to.type === "network-load-balancer" ? to.arn : undefined,
  GatewayLoadBalancerEndpointId: to.type === "gateway-load-balancer-endpoint" ? to.id : undefined,
  Description: description,
  OwnerId: account,
  Tags: tagList(tags),
});

export const mirrorTargetFilters: Filters<TargetView> = {
  description: (target) => [target.Description],
  "network-interface-id": (target) => [target.NetworkInterfaceId],
  "network-load-balancer-arn": (target) => [target.NetworkLoadBalancerArn],
  "owner-id": (target) => [target.OwnerId],
  "traffic-mirror-target-id": (target) => [target.TrafficMirrorTargetId],
};

export const mirrorSessionView = (_world: World, session: MirrorSession): SessionView => ({
  TrafficMirrorSessionId: session.id,
  TrafficMirrorTargetId: session.target,
  TrafficMirrorFilterId: session.filter,
  NetworkInterfaceId: session.interface,
  OwnerId: session.account,
  PacketLength: session.length,
  SessionNumber: session.number,
  VirtualNetworkId: session.network,
  Description: session.description,
  Tags: tagList(session.tags),
});

export const mirrorSessionFilters: Filters<SessionView> = {
  description: (session) => [session.Description],
  "network-interface-id": (session) => [session.NetworkInterfaceId],
  "owner-id": (session) => [session.OwnerId],
  "packet-length": (session) => [session.PacketLength],
  "session-number": (session) => [session.SessionNumber],
  "traffic-mirror-filter-id": (session) => [session.TrafficMirrorFilterId],
  "traffic-mirror-session-id": (session) => [session.TrafficMirrorSessionId],
  "traffic-mirror-target-id": (session) => [session.TrafficMirrorTargetId],
  "virtual-network-id": (session) => [session.VirtualNetworkId],
};
