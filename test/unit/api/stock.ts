/** A world with one of everything in two accounts. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ec2Operations } from "../../../src/api/ec2/catalog.ts";
import { prepare } from "../../../src/api/ec2/default-vpc.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { standardQuotas } from "../../../src/api/limits.ts";
import type { ServedCall, ServedOperation } from "../../../src/api/perform.ts";
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
export const run = (world: World, call: ServedCall, operation: ServedOperation, input: Input) => operation.run(world, input, call);

/** One of everything, made by calls of the account; `second` makes others than the first. */
function stock(before: World, call: ServedCall, second: boolean): { world: World; ids: ReadonlyMap<string, string> } {
  let world = applyChanges(before, prepare(before, call, call) ?? []);
  const make: Make = (name, input) => {
    const outcome = run(world, call, ec2Operations.get(name) ?? assert.fail(name), input);
    if (isRefusal(outcome)) return assert.fail(`${name}: ${outcome.refused}: ${outcome.message}`);
    world = applyChanges(world, outcome.changes ?? []);
    return outcome.output as Output;
  };
  const ids = new Map<string, string>([["image", hostImage(call)]]);
  const id: Id = (kind) => ids.get(kind) ?? assert.fail(`there is no ${kind} in stock`);
  const keep: Keep = (kind, value, ...path) => {
    let found = value;
    for (const part of path) found = (found as Output | undefined)?.[part];
    assert.ok(typeof found === "string", `${kind}: ${path.join(".")}`);
    ids.set(kind, found);
  };

  stockNetwork(make, keep, id, second ? 20 : 10);
  stockGateways(make, keep, id);
  const { ImageId, SubnetId } = { ImageId: id("image"), SubnetId: id("subnet") };
  keep("instance", make("RunInstances", { ImageId, MinCount: 1, MaxCount: 1, SubnetId }), "Instances", "0", "InstanceId");
  world = applyChanges(world, list(world, call, "instance").map((instance) => put(started(instance, now))));
  stockInterfaces(make, keep, id);
  stockKept(make, keep, id);
  stockMirrors(make, keep, id);
  const subnet = list(world, call, "subnet").find((one) => one.id === SubnetId);
  keep("acl-association", subnet?.aclAssociation);
  keep("subnet-cidr-association", subnet?.ipv6Cidrs[0]?.association);
  keep("nat-association", list(world, call, "elastic-ip").find((one) => one.id === id("nat-address"))?.association?.id);
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
  keep("security-group", make("CreateSecurityGroup", { VpcId, GroupName: "web", Description: "web" }), "GroupId");
  const IpPermissions = [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "10.0.0.0/8" }] }];
  const rules = make("AuthorizeSecurityGroupIngress", { GroupId: id("security-group"), IpPermissions });
  keep("security-group-rule", rules, "SecurityGroupRules", "0", "SecurityGroupRuleId");
  keep("prefix-list", make("CreateManagedPrefixList", { PrefixListName: "offices", AddressFamily: "IPv4", MaxEntries: 5 }), "PrefixList", "PrefixListId");
  keep("network-acl", make("CreateNetworkAcl", { VpcId }), "NetworkAcl", "NetworkAclId");
  const entry = { RuleNumber: 7, Protocol: "-1", RuleAction: "allow", Egress: false, CidrBlock: "0.0.0.0/0" };
  make("CreateNetworkAclEntry", { NetworkAclId: id("network-acl"), ...entry });
  keep("dhcp-options", make("CreateDhcpOptions", { DhcpConfigurations: [{ Key: "domain-name", Values: ["example.com"] }] }), "DhcpOptions", "DhcpOptionsId");
  keep("vpc-peering-connection", make("CreateVpcPeeringConnection", { VpcId, PeerVpcId: id("peer") }), "VpcPeeringConnection", "VpcPeeringConnectionId");
  const logs = { TrafficType: "ALL", LogGroupName: "flows", DeliverLogsPermissionArn: "arn:aws:iam::111122223333:role/flows" };
  keep("flow-log", make("CreateFlowLogs", { ResourceType: "VPC", ResourceIds: [VpcId], ...logs }), "FlowLogIds", "0");
  const LaunchTemplateData = { InstanceType: "t3.micro" };
  keep("launch-template", make("CreateLaunchTemplate", { LaunchTemplateName: "small", LaunchTemplateData }), "LaunchTemplate", "LaunchTemplateId");
}

function stockGateways(make: Make, keep: Keep, id: Id): void {
  const VpcId = id("vpc");
  keep("route-table", make("CreateRouteTable", { VpcId }), "RouteTable", "RouteTableId");
  const RouteTableId = id("route-table");
  keep("route-table-association", make("AssociateRouteTable", { RouteTableId, SubnetId: id("subnet") }), "AssociationId");
  keep("internet-gateway", make("CreateInternetGateway", {}), "InternetGateway", "InternetGatewayId");
  make("AttachInternetGateway", { InternetGatewayId: id("internet-gateway"), VpcId });
  make("CreateRoute", { RouteTableId, DestinationCidrBlock: "10.99.0.0/16", GatewayId: id("internet-gateway") });
  keep("egress-only-internet-gateway", make("CreateEgressOnlyInternetGateway", { VpcId }), "EgressOnlyInternetGateway", "EgressOnlyInternetGatewayId");
  keep("nat-address", make("AllocateAddress", {}), "AllocationId");
  keep("nat-gateway", make("CreateNatGateway", { SubnetId: id("subnet"), AllocationId: id("nat-address") }), "NatGateway", "NatGatewayId");
  keep("vpn-gateway", make("CreateVpnGateway", { Type: "ipsec.1" }), "VpnGateway", "VpnGatewayId");
  make("AttachVpnGateway", { VpnGatewayId: id("vpn-gateway"), VpcId });
  keep("carrier-gateway", make("CreateCarrierGateway", { VpcId }), "CarrierGateway", "CarrierGatewayId");
  keep("transit-gateway", make("CreateTransitGateway", {}), "TransitGateway", "TransitGatewayId");
  const TransitGatewayId = id("transit-gateway");
  const attachment = make("CreateTransitGatewayVpcAttachment", { TransitGatewayId, VpcId, SubnetIds: [id("subnet")] });
  keep("transit-gateway-attachment", attachment, "TransitGatewayVpcAttachment", "TransitGatewayAttachmentId");
  keep("transit-gateway-route-table", make("CreateTransitGatewayRouteTable", { TransitGatewayId }), "TransitGatewayRouteTable", "TransitGatewayRouteTableId");
}

/** An interface that nothing uses, and one attached to the instance, with an address. */
function stockInterfaces(make: Make, keep: Keep, id: Id): void {
  for (const kind of ["network-interface", "attached-interface"]) {
    keep(kind, make("CreateNetworkInterface", { SubnetId: id("subnet") }), "NetworkInterface", "NetworkInterfaceId");
  }
  const NetworkInterfaceId = id("attached-interface");
  keep("network-interface-attachment", make("AttachNetworkInterface", { NetworkInterfaceId, InstanceId: id("instance"), DeviceIndex: 1 }), "AttachmentId");
  keep("elastic-ip", make("AllocateAddress", {}), "AllocationId");
  keep("elastic-ip-association", make("AssociateAddress", { AllocationId: id("elastic-ip"), NetworkInterfaceId }), "AssociationId");
}

/** What is kept and not acted on. */
function stockKept(make: Make, keep: Keep, id: Id): void {
  const { VpcId, SubnetId } = { VpcId: id("vpc"), SubnetId: id("subnet") };
  keep("customer-gateway", make("CreateCustomerGateway", { Type: "ipsec.1", BgpAsn: 65001, IpAddress: "198.51.100.7" }), "CustomerGateway", "CustomerGatewayId");
  const vpn = { Type: "ipsec.1", CustomerGatewayId: id("customer-gateway"), VpnGatewayId: id("vpn-gateway"), Options: { StaticRoutesOnly: true } };
  keep("vpn-connection", make("CreateVpnConnection", vpn), "VpnConnection", "VpnConnectionId");
  const ServiceName = "com.amazonaws.us-east-1.s3";
  keep("vpc-endpoint", make("CreateVpcEndpoint", { VpcId, ServiceName, RouteTableIds: [id("route-table")] }), "VpcEndpoint", "VpcEndpointId");
  const balancer = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/one/0123456789abcdef";
  keep("vpc-endpoint-service", make("CreateVpcEndpointServiceConfiguration", { NetworkLoadBalancerArns: [balancer] }), "ServiceConfiguration", "ServiceId");
  keep("key-pair", make("CreateKeyPair", { KeyName: "door", KeyType: "ed25519" }), "KeyPairId");
  const reservation = make("CreateSubnetCidrReservation", { SubnetId, Cidr: id("subnet-block").replace(".0/24", ".64/28"), ReservationType: "explicit" });
  keep("subnet-cidr-reservation", reservation, "SubnetCidrReservation", "SubnetCidrReservationId");
  const permission = { NetworkInterfaceId: id("network-interface"), AwsAccountId: "777788889999", Permission: "INSTANCE-ATTACH" };
  keep("network-interface-permission", make("CreateNetworkInterfacePermission", permission), "InterfacePermission", "NetworkInterfacePermissionId");
  const exclusion = make("CreateVpcBlockPublicAccessExclusion", { InternetGatewayExclusionMode: "allow-egress", VpcId });
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
