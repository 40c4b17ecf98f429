/** A world with one of everything in two accounts. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ec2Operations } from "../../../src/api/ec2/catalog.ts";
import { prepare } from "../../../src/api/ec2/default-vpc.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { standardQuotas } from "../../../src/api/limits.ts";
import type { ServedCall, ServedOperation } from "../../../src/api/perform.ts";
import type { Fields } from "../../../src/api/wire/scalar.ts";
import { sshKeys } from "../../../src/io/ssh-keys.ts";
import { started } from "../../../src/model/instance.ts";
import { standardPublicPool } from "../../../src/model/public-address.ts";
import { applyChanges, emptyWorld, list, put } from "../../../src/model/world.ts";
import type { World } from "../../../src/model/world.ts";
import { mintId } from "../../../src/values/id.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

export type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };
export type Input = { readonly [name: string]: Json };

type Make = (name: string, input: Input) => Output;
type Output = { readonly [name: string]: unknown };
type Keep = (kind: string, value: unknown, ...path: string[]) => void;
type Id = (kind: string) => string;

const region = "us-east-1";
const now = "2026-01-01T00:00:00.000Z";
let drawn = 0;
const next = (digits: number): string => (++drawn).toString(16).padStart(digits, "0");

const callOf = (account: string): ServedCall => ({
  caller: { account, region, principal: `arn:aws:iam::${account}:root`, accessKeyId: "AKIA", service: "ec2" },
  account,
  region,
  now,
  mint: (kind) => mintId(kind, next(17)),
  random: (count) => next(count * 2),
  digest: (text) => createHash("sha256").update(text).digest("hex"),
  quotas: standardQuotas,
  publicPool: standardPublicPool,
  keys: sshKeys,
});

/** What the operation answers in the world; what it throws is a bug, and passes on. */
export const run = (world: World, call: ServedCall, operation: ServedOperation, input: Input | Fields) => operation.run(world, input, call);

/** One of everything, made by calls of the account; `second` makes others than the first. */
function stock(before: World, call: ServedCall, second: boolean): { world: World; ids: ReadonlyMap<string, string> } {
  let world = applyChanges(before, prepare(before, call, call) ?? []);
  const make: Make = (name, input) => {
    const outcome = run(world, call, ec2Operations.get(name) ?? assert.fail(name), input);
    if (isRefusal(outcome)) return assert.fail(`${name}: ${outcome.refused}: ${outcome.message}`);
    world = applyChanges(world, outcome.changes ?? []);
    return outcome.output as Output;
  };
  const ids = new Map<string, string>([["image", hostImage(call)], ["account", call.account]]);
  const id: Id = (kind) => ids.get(kind) ?? assert.fail(`there is no ${kind} in stock`);
  const keep: Keep = (kind, value, ...path) => {
    let found = value;
    for (const part of path) found = (found as Output | undefined)?.[part];
    assert.ok(typeof found === "string", `${kind}: ${path.join(".")}`);
    ids.set(kind, found);
  };

  stockNetwork(make, keep, id, second ? 20 : 10);
  stockGateways(make, keep, id);
  stockTransit(make, keep, id);
  const { ImageId, SubnetId } = { ImageId: id("image"), SubnetId: id("subnet") };
  const launched = make("RunInstances", { ImageId, InstanceType: "t3.small", MinCount: 2, MaxCount: 2, SubnetId });
  keep("instance", launched, "Instances", "0", "InstanceId");
  keep("instance-interface", launched, "Instances", "0", "NetworkInterfaces", "0", "NetworkInterfaceId");
  keep("lone-instance", launched, "Instances", "1", "InstanceId");
  world = applyChanges(world, list(world, call, "instance").map((instance) => put(started(instance, now))));
  stockInterfaces(make, keep, id);
  stockKept(make, keep, id);
  stockMirrors(make, keep, id);
  const subnet = list(world, call, "subnet").find((one) => one.id === SubnetId);
  keep("acl-association", subnet?.aclAssociation);
  const spare = list(world, call, "subnet").find((one) => one.id === id("spare-ipv6-subnet"));
  keep("subnet-cidr-association", spare?.ipv6Cidrs[0]?.association);
  keep("nat-association", list(world, call, "elastic-ip").find((one) => one.id === id("second-nat-address"))?.association?.id);
  return { world, ids };
}

/** A VPC of so many dot 0.0.0/16, and what is in it. */
function stockNetwork(make: Make, keep: Keep, id: Id, ten: number): void {
  const vpc = make("CreateVpc", { CidrBlock: `${ten}.0.0.0/16`, AmazonProvidedIpv6CidrBlock: true });
  keep("vpc", vpc, "Vpc", "VpcId");
  const VpcId = id("vpc");
  keep("peer", make("CreateVpc", { CidrBlock: `${ten + 1}.0.0.0/16` }), "Vpc", "VpcId");
  keep("vpc-cidr-association", make("AssociateVpcCidrBlock", { VpcId, CidrBlock: `${ten}.1.0.0/16` }), "CidrBlockAssociation", "AssociationId");
  keep("vpc-ipv6-block", make("DescribeVpcs", { VpcIds: [VpcId] }), "Vpcs", "0", "Ipv6CidrBlockAssociationSet", "0", "Ipv6CidrBlock");
  const Ipv6CidrBlock = id("vpc-ipv6-block").replace("/56", "/64");
  keep("subnet", make("CreateSubnet", { VpcId, CidrBlock: `${ten}.0.1.0/24`, Ipv6CidrBlock }), "Subnet", "SubnetId");
  keep("subnet-block", `${ten}.0.1.0/24`);
  keep("other-subnet", make("CreateSubnet", { VpcId, CidrBlock: `${ten}.0.2.0/24` }), "Subnet", "SubnetId");
  keep("peer-subnet", make("CreateSubnet", { VpcId: id("peer"), CidrBlock: `${ten + 1}.0.1.0/24` }), "Subnet", "SubnetId");
  const second = { CidrBlock: `${ten}.0.3.0/24`, Ipv6CidrBlock: id("vpc-ipv6-block").replace("00::/56", "02::/64") };
  keep("spare-ipv6-subnet", make("CreateSubnet", { VpcId, ...second }), "Subnet", "SubnetId");
  keep("spare-subnet", make("CreateSubnet", { VpcId: id("peer"), CidrBlock: `${ten + 1}.0.2.0/24` }), "Subnet", "SubnetId");
  keep("spare-vpc", make("CreateVpc", { CidrBlock: `${ten + 2}.0.0.0/16` }), "Vpc", "VpcId");
  keep("security-group", make("CreateSecurityGroup", { VpcId, GroupName: "web", Description: "web" }), "GroupId");
  make("AssociateSecurityGroupVpc", { GroupId: id("security-group"), VpcId: id("peer") });
  keep("spare-group", make("CreateSecurityGroup", { VpcId, GroupName: "idle", Description: "idle" }), "GroupId");
  const IpPermissions = [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "10.0.0.0/8" }] }];
  const rules = make("AuthorizeSecurityGroupIngress", { GroupId: id("security-group"), IpPermissions });
  keep("security-group-rule", rules, "SecurityGroupRules", "0", "SecurityGroupRuleId");
  for (const [kind, PrefixListName] of [["prefix-list", "offices"], ["routed-prefix-list", "sites"]] as const) {
    const Entries = [{ Cidr: "192.0.2.0/28" }, { Cidr: "192.0.2.16/28" }];
    const made = make("CreateManagedPrefixList", { PrefixListName, AddressFamily: "IPv4", MaxEntries: 5, Entries });
    keep(kind, made, "PrefixList", "PrefixListId");
  }
  keep("network-acl", make("CreateNetworkAcl", { VpcId }), "NetworkAcl", "NetworkAclId");
  const entry = { RuleNumber: 7, Protocol: "-1", RuleAction: "allow", Egress: false, CidrBlock: "0.0.0.0/0" };
  make("CreateNetworkAclEntry", { NetworkAclId: id("network-acl"), ...entry });
  keep("dhcp-options", make("CreateDhcpOptions", { DhcpConfigurations: [{ Key: "domain-name", Values: ["example.com"] }] }), "DhcpOptions", "DhcpOptionsId");
  keep("vpc-peering-connection", make("CreateVpcPeeringConnection", { VpcId, PeerVpcId: id("peer") }), "VpcPeeringConnection", "VpcPeeringConnectionId");
  const active = make("CreateVpcPeeringConnection", { VpcId: id("peer"), PeerVpcId: id("spare-vpc") });
  keep("active-peering", active, "VpcPeeringConnection", "VpcPeeringConnectionId");
  make("AcceptVpcPeeringConnection", { VpcPeeringConnectionId: id("active-peering") });
  const logs = { TrafficType: "ALL", LogGroupName: "flows", DeliverLogsPermissionArn: "arn:aws:iam::111122223333:role/flows" };
  keep("flow-log", make("CreateFlowLogs", { ResourceType: "VPC", ResourceIds: [VpcId], ...logs }), "FlowLogIds", "0");
  const LaunchTemplateData = { InstanceType: "t3.micro" };
  keep("launch-template", make("CreateLaunchTemplate", { LaunchTemplateName: "small", LaunchTemplateData }), "LaunchTemplate", "LaunchTemplateId");
  make("CreateLaunchTemplateVersion", { LaunchTemplateId: id("launch-template"), LaunchTemplateData, VersionDescription: "second" });
}

function stockGateways(make: Make, keep: Keep, id: Id): void {
  const VpcId = id("vpc");
  keep("route-table", make("CreateRouteTable", { VpcId }), "RouteTable", "RouteTableId");
  const RouteTableId = id("route-table");
  keep("route-table-association", make("AssociateRouteTable", { RouteTableId, SubnetId: id("subnet") }), "AssociationId");
  keep("internet-gateway", make("CreateInternetGateway", {}), "InternetGateway", "InternetGatewayId");
  make("AttachInternetGateway", { InternetGatewayId: id("internet-gateway"), VpcId });
  keep("spare-internet-gateway", make("CreateInternetGateway", {}), "InternetGateway", "InternetGatewayId");
  keep("gated-vpc", make("CreateVpc", { CidrBlock: "10.200.0.0/16" }), "Vpc", "VpcId");
  keep("gated-internet-gateway", make("CreateInternetGateway", {}), "InternetGateway", "InternetGatewayId");
  make("AttachInternetGateway", { InternetGatewayId: id("gated-internet-gateway"), VpcId: id("gated-vpc") });
  keep("peer-internet-gateway", make("CreateInternetGateway", {}), "InternetGateway", "InternetGatewayId");
  make("AttachInternetGateway", { InternetGatewayId: id("peer-internet-gateway"), VpcId: id("peer") });
  keep("spare-route-table", make("CreateRouteTable", { VpcId }), "RouteTable", "RouteTableId");
  make("CreateRoute", { RouteTableId, DestinationCidrBlock: "10.99.0.0/16", GatewayId: id("internet-gateway") });
  keep("egress-only-internet-gateway", make("CreateEgressOnlyInternetGateway", { VpcId }), "EgressOnlyInternetGateway", "EgressOnlyInternetGatewayId");
  keep("nat-address", make("AllocateAddress", {}), "AllocationId");
  keep("nat-gateway", make("CreateNatGateway", { SubnetId: id("subnet"), AllocationId: id("nat-address") }), "NatGateway", "NatGatewayId");
  const elsewhere = { SubnetId: id("peer-subnet"), AllocationId: make("AllocateAddress", {})["AllocationId"] as string };
  keep("spare-nat-gateway", make("CreateNatGateway", elsewhere), "NatGateway", "NatGatewayId");
  keep("second-nat-address", make("AllocateAddress", {}), "AllocationId");
  make("AssociateNatGatewayAddress", { NatGatewayId: id("nat-gateway"), AllocationIds: [id("second-nat-address")] });
  keep("private-nat-gateway", make("CreateNatGateway", { SubnetId: id("subnet"), ConnectivityType: "private" }), "NatGateway", "NatGatewayId");
  const assigned = make("AssignPrivateNatGatewayAddress", { NatGatewayId: id("private-nat-gateway"), PrivateIpAddressCount: 1 });
  keep("private-nat-second", assigned, "NatGatewayAddresses", "0", "PrivateIp");
  keep("vpn-gateway", make("CreateVpnGateway", { Type: "ipsec.1" }), "VpnGateway", "VpnGatewayId");
  make("AttachVpnGateway", { VpnGatewayId: id("vpn-gateway"), VpcId });
  keep("carrier-gateway", make("CreateCarrierGateway", { VpcId }), "CarrierGateway", "CarrierGatewayId");
  keep("spare-vpn-gateway", make("CreateVpnGateway", { Type: "ipsec.1" }), "VpnGateway", "VpnGatewayId");
}

/** A gateway with two VPCs, of which the table has one; another with a peering that waits; and one with nothing. */
function stockTransit(make: Make, keep: Keep, id: Id): void {
  const Options = { DefaultRouteTableAssociation: "disable", DefaultRouteTablePropagation: "disable" };
  for (const kind of ["transit-gateway", "far-transit-gateway", "spare-transit-gateway"]) {
    keep(kind, make("CreateTransitGateway", { Options }), "TransitGateway", "TransitGatewayId");
  }
  const TransitGatewayId = id("transit-gateway");
  const table = make("CreateTransitGatewayRouteTable", { TransitGatewayId });
  keep("transit-gateway-route-table", table, "TransitGatewayRouteTable", "TransitGatewayRouteTableId");
  const ends = [
    ["transit-gateway-attachment", { VpcId: id("vpc"), SubnetIds: [id("subnet")] }],
    ["routed-attachment", { VpcId: id("peer"), SubnetIds: [id("peer-subnet")] }],
  ] as const;
  for (const [kind, end] of ends) {
    const attachment = make("CreateTransitGatewayVpcAttachment", { TransitGatewayId, ...end });
    keep(kind, attachment, "TransitGatewayVpcAttachment", "TransitGatewayAttachmentId");
  }
  const spare = make("CreateTransitGatewayRouteTable", { TransitGatewayId });
  keep("spare-transit-route-table", spare, "TransitGatewayRouteTable", "TransitGatewayRouteTableId");
  const TransitGatewayRouteTableId = id("transit-gateway-route-table");
  const routed = { TransitGatewayRouteTableId, TransitGatewayAttachmentId: id("routed-attachment") };
  make("AssociateTransitGatewayRouteTable", routed);
  make("EnableTransitGatewayRouteTablePropagation", routed);
  make("CreateTransitGatewayRoute", { TransitGatewayRouteTableId, DestinationCidrBlock: "10.99.0.0/16", Blackhole: true });
  make("CreateTransitGatewayPrefixListReference", { TransitGatewayRouteTableId, PrefixListId: id("routed-prefix-list"), Blackhole: true });
  const peer = { PeerTransitGatewayId: id("far-transit-gateway"), PeerAccountId: id("account"), PeerRegion: region };
  const peering = make("CreateTransitGatewayPeeringAttachment", { TransitGatewayId, ...peer });
  keep("transit-peering", peering, "TransitGatewayPeeringAttachment", "TransitGatewayAttachmentId");
}

/** An interface that nothing uses, and one attached to the instance, with an address. */
function stockInterfaces(make: Make, keep: Keep, id: Id): void {
  for (const kind of ["network-interface", "attached-interface", "spare-interface"]) {
    keep(kind, make("CreateNetworkInterface", { SubnetId: id("subnet") }), "NetworkInterface", "NetworkInterfaceId");
  }
  const own = { NetworkInterfaceId: id("network-interface") };
  keep("second-ip", make("AssignPrivateIpAddresses", { ...own, SecondaryPrivateIpAddressCount: 1 }), "AssignedPrivateIpAddresses", "0", "PrivateIpAddress");
  keep("second-ipv6", make("AssignIpv6Addresses", { ...own, Ipv6AddressCount: 1 }), "AssignedIpv6Addresses", "0");
  const NetworkInterfaceId = id("attached-interface");
  keep("network-interface-attachment", make("AttachNetworkInterface", { NetworkInterfaceId, InstanceId: id("instance"), DeviceIndex: 1 }), "AttachmentId");
  keep("elastic-ip", make("AllocateAddress", {}), "AllocationId");
  keep("free-address", make("AllocateAddress", {}), "AllocationId");
  keep("elastic-ip-association", make("AssociateAddress", { AllocationId: id("elastic-ip"), NetworkInterfaceId }), "AssociationId");
}

/** What is kept and not acted on. */
function stockKept(make: Make, keep: Keep, id: Id): void {
  const { VpcId, SubnetId } = { VpcId: id("vpc"), SubnetId: id("subnet") };
  for (const [kind, IpAddress] of [["customer-gateway", "198.51.100.7"], ["spare-customer-gateway", "198.51.100.8"]] as const) {
    keep(kind, make("CreateCustomerGateway", { Type: "ipsec.1", BgpAsn: 65001, IpAddress }), "CustomerGateway", "CustomerGatewayId");
  }
  const vpn = { Type: "ipsec.1", CustomerGatewayId: id("customer-gateway"), VpnGatewayId: id("vpn-gateway"), Options: { StaticRoutesOnly: true } };
  keep("vpn-connection", make("CreateVpnConnection", vpn), "VpnConnection", "VpnConnectionId");
  const tunnels = make("DescribeVpnConnections", {});
  keep("tunnel-address", tunnels, "VpnConnections", "0", "Options", "TunnelOptions", "0", "OutsideIpAddress");
  make("CreateVpnConnectionRoute", { VpnConnectionId: id("vpn-connection"), DestinationCidrBlock: "10.98.0.0/16" });
  const ServiceName = "com.amazonaws.us-east-1.s3";
  keep("vpc-endpoint", make("CreateVpcEndpoint", { VpcId, ServiceName, RouteTableIds: [id("route-table")] }), "VpcEndpoint", "VpcEndpointId");
  const ofInterfaces = { ServiceName: "com.amazonaws.us-east-1.ec2", VpcEndpointType: "Interface", SubnetIds: [id("subnet")], PrivateDnsEnabled: false };
  keep("interface-endpoint", make("CreateVpcEndpoint", { VpcId, ...ofInterfaces }), "VpcEndpoint", "VpcEndpointId");
  const balancer = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/one/0123456789abcdef";
  const service = make("CreateVpcEndpointServiceConfiguration", { NetworkLoadBalancerArns: [balancer], AcceptanceRequired: true });
  keep("vpc-endpoint-service", service, "ServiceConfiguration", "ServiceId");
  const idle = make("CreateVpcEndpointServiceConfiguration", { NetworkLoadBalancerArns: [`${balancer}1`] });
  keep("spare-endpoint-service", idle, "ServiceConfiguration", "ServiceId");
  keep("service-name", service, "ServiceConfiguration", "ServiceName");
  const waiting = { VpcId, ServiceName: id("service-name"), VpcEndpointType: "Interface", SubnetIds: [SubnetId] };
  keep("waiting-endpoint", make("CreateVpcEndpoint", waiting), "VpcEndpoint", "VpcEndpointId");
  keep("key-pair", make("CreateKeyPair", { KeyName: "door", KeyType: "ed25519" }), "KeyPairId");
  const reservation = make("CreateSubnetCidrReservation", { SubnetId, Cidr: id("subnet-block").replace(".0/24", ".64/28"), ReservationType: "explicit" });
  keep("subnet-cidr-reservation", reservation, "SubnetCidrReservation", "SubnetCidrReservationId");
  const permission = { NetworkInterfaceId: id("network-interface"), AwsAccountId: "777788889999", Permission: "INSTANCE-ATTACH" };
  keep("network-interface-permission", make("CreateNetworkInterfacePermission", permission), "InterfacePermission", "NetworkInterfacePermissionId");
  const exclusion = make("CreateVpcBlockPublicAccessExclusion", { InternetGatewayExclusionMode: "allow-egress", VpcId });
  const path = { Source: id("instance"), Destination: id("internet-gateway"), Protocol: "tcp" };
  keep("network-insights-path", make("CreateNetworkInsightsPath", path), "NetworkInsightsPath", "NetworkInsightsPathId");
  keep("vpc-block-public-access-exclusion", exclusion, "VpcBlockPublicAccessExclusion", "ExclusionId");
}

function stockMirrors(make: Make, keep: Keep, id: Id): void {
  keep("traffic-mirror-filter", make("CreateTrafficMirrorFilter", {}), "TrafficMirrorFilter", "TrafficMirrorFilterId");
  const TrafficMirrorFilterId = id("traffic-mirror-filter");
  const rule = { TrafficDirection: "ingress", RuleNumber: 3, RuleAction: "accept", DestinationCidrBlock: "10.0.0.0/8", SourceCidrBlock: "10.0.0.0/8" };
  const made = make("CreateTrafficMirrorFilterRule", { TrafficMirrorFilterId, ...rule });
  keep("traffic-mirror-filter-rule", made, "TrafficMirrorFilterRule", "TrafficMirrorFilterRuleId");
  const target = make("CreateTrafficMirrorTarget", { NetworkInterfaceId: id("network-interface") });
  keep("traffic-mirror-target", target, "TrafficMirrorTarget", "TrafficMirrorTargetId");
  const spare = make("CreateTrafficMirrorTarget", { NetworkInterfaceId: id("spare-interface") });
  keep("spare-mirror-target", spare, "TrafficMirrorTarget", "TrafficMirrorTargetId");
  keep("spare-mirror-filter", make("CreateTrafficMirrorFilter", {}), "TrafficMirrorFilter", "TrafficMirrorFilterId");
  const ends = { NetworkInterfaceId: id("attached-interface"), TrafficMirrorTargetId: id("traffic-mirror-target"), TrafficMirrorFilterId };
  keep("traffic-mirror-session", make("CreateTrafficMirrorSession", { ...ends, SessionNumber: 4 }), "TrafficMirrorSession", "TrafficMirrorSessionId");
}

const [mine, theirs] = [callOf("111122223333"), callOf("444455556666")];
const first = stock(emptyWorld, mine, false);
const second = stock(first.world, theirs, true);

/** The world both accounts live in, the caller, and by kind what it has, and what the other account has. */
export const world = second.world;
export const call = mine;
export const own = first.ids;
export const foreign = second.ids;
