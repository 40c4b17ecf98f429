/** Good values for the inputs of operations, as far as the model does not tell what is good. */
import assert from "node:assert/strict";
import { own } from "./stock.ts";
import type { Input, Json } from "./stock.ts";

const id = (kind: string): string => own.get(kind) ?? assert.fail(`there is no ${kind} in stock`);

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Good values by the members' names. */
export const values: Readonly<Record<string, Json>> = {
  AddressFamily: "IPv4",
  Attribute: "description",
  Cidr: "10.0.1.16/28",
  CidrBlock: "10.0.9.0/24",
  CurrentVersion: 1,
  Description: "made for a test",
  DestinationCidrBlock: "10.99.0.0/16",
  DeviceIndex: 2,
  Egress: false,
  GroupName: "fresh",
  LaunchTemplateName: "fresh",
  MaxEntries: 5,
  PeerAccountId: "111122223333",
  PeerRegion: "us-east-1",
  PrefixListName: "fresh",
  PublicKeyMaterial: base64(`ssh-ed25519 ${base64("\0\0\0\x0bssh-ed25519\0\0\0 0123456789abcdefghijklmnopqrstuv")}`),
  PreviousVersion: 1,
  Protocol: "-1",
  RuleAction: "allow",
  RuleNumber: 42,
  SecondaryPrivateIpAddressCount: 1,
  Type: "ipsec.1",
  InternetGatewayBlockMode: "block-ingress",
  LaunchTemplateData: { InstanceType: "t3.micro" },
  VpnTunnelOutsideIpAddress: id("tunnel-address"),
};

const toGateway: Input = { GatewayId: id("internet-gateway") };
const denied: Input = { CidrBlock: "192.0.2.0/24" };
const elsewhere: Input = { DestinationCidrBlock: "192.0.2.0/24" };
const replaced: Input = { DestinationCidrBlock: "10.99.0.0/16" };
const elsewhere6: Input = { DestinationIpv6CidrBlock: "2001:db8:ff::/48" };
const launch: Input = { ImageId: id("image"), MinCount: 1, MaxCount: 1, InstanceType: "t3.micro" };
const endpointOfInterfaces: Input = { ServiceName: "com.amazonaws.us-east-1.ec2", VpcEndpointType: "Interface" };
const balancer = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/two/0123456789abcdef";
const mirrored: Input = { TrafficDirection: "egress", RuleAction: "accept", DestinationCidrBlock: "10.0.0.0/8", SourceCidrBlock: "10.0.0.0/8" };
const flows: Input = { ResourceType: "VPC", TrafficType: "ALL", LogGroupName: "others", DeliverLogsPermissionArn: "arn:aws:iam::111122223333:role/flows" };
const transitRoute: Input = { DestinationCidrBlock: "192.0.2.0/24", Blackhole: true };

const privateNat: Input = { SubnetId: id("subnet"), ConnectivityType: "private" };
const toBucket: Input = { ResourceType: "VPC", TrafficType: "ALL", LogDestinationType: "s3", LogDestination: "arn:aws:s3:::records" };

const openRule: Input = { IpProtocol: "tcp", FromPort: 80, ToPort: 80, CidrIpv4: "10.0.0.0/8" };

/** What a part of an input needs, by its name, for what is put into it to be looked at. */
export const parts: Readonly<Record<string, Input>> = {
  Attachment: { AttachmentId: id("network-interface-attachment"), DeleteOnTermination: true },
  Ebs: { VolumeSize: 8 },
  IpPermissions: { IpProtocol: "tcp", FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: "10.0.0.0/8" }] },
  NetworkInterfaces: { DeviceIndex: 0, SubnetId: id("subnet") },
  PortRange: { From: 80, To: 80 },
  "ModifyTransitGateway.Options": {
    AssociationDefaultRouteTableId: id("transit-gateway-route-table"),
    DefaultRouteTableAssociation: "enable",
    DefaultRouteTablePropagation: "enable",
    PropagationDefaultRouteTableId: id("transit-gateway-route-table"),
  },
  UserIdGroupPairs: { GroupId: id("security-group") },
  IcmpTypeCode: { Type: 3, Code: 3 },
  SecurityGroupRule: openRule,
  SecurityGroupRules: { SecurityGroupRuleId: id("security-group-rule"), SecurityGroupRule: openRule },
};
const permissions: Input = { IpPermissions: [parts["IpPermissions"] ?? assert.fail()] };
const present: Input = { IpPermissions: [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "10.0.0.0/8" }] }] };
const presentEgress: Input = { IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }] };
const onePermission: Input = { GroupId: id("security-group"), IpProtocol: "tcp", FromPort: 80, ToPort: 80, CidrIp: "10.0.0.0/8" };

const athena: Input = { IntegrationResultS3DestinationArn: "arn:aws:s3:::results", PartitionLoadFrequency: "none" };

/**
 * What an operation needs beside what Amazon's model requires of its input, or needs to be otherwise; after a dot, what
 * it needs beside that member.
 */
export const seeds: Readonly<Record<string, Input>> = {
  AcceptVpcEndpointConnections: { VpcEndpointIds: [id("waiting-endpoint")] },
  AssignIpv6Addresses: { Ipv6AddressCount: 1 },
  AssignPrivateIpAddresses: { SecondaryPrivateIpAddressCount: 1 },
  AssignPrivateNatGatewayAddress: { NatGatewayId: id("private-nat-gateway"), PrivateIpAddressCount: 1 },
  "AssignPrivateNatGatewayAddress.PrivateIpAddressCount": { NatGatewayId: id("private-nat-gateway") },
  AssociateAddress: { AllocationId: id("free-address"), NetworkInterfaceId: id("network-interface") },
  "AssociateAddress.AllocationId": { NetworkInterfaceId: id("network-interface") },
  "AssociateAddress.InstanceId": { AllocationId: id("elastic-ip") },
  "AssociateAddress.NetworkInterfaceId": { AllocationId: id("elastic-ip") },
  AssociateNatGatewayAddress: { NatGatewayId: id("spare-nat-gateway"), AllocationIds: [id("free-address")] },
  AssociateRouteTable: { SubnetId: id("other-subnet") },
  "AssociateRouteTable.GatewayId": {},
  AssociateSecurityGroupVpc: { VpcId: id("spare-vpc") },
  AssociateSubnetCidrBlock: { Ipv6CidrBlock: id("vpc-ipv6-block").replace("00::/56", "01::/64"), SubnetId: id("other-subnet") },
  AssociateVpcCidrBlock: { VpcId: id("spare-vpc"), CidrBlock: "12.1.0.0/16" },
  AttachInternetGateway: { InternetGatewayId: id("spare-internet-gateway"), VpcId: id("spare-vpc") },
  AttachNetworkInterface: { InstanceId: id("lone-instance") },
  "AttachNetworkInterface.DeviceIndex": { InstanceId: id("lone-instance") },
  AuthorizeSecurityGroupEgress: permissions,
  AuthorizeSecurityGroupIngress: { GroupId: id("security-group"), ...permissions },
  "AuthorizeSecurityGroupIngress.FromPort": onePermission,
  "AuthorizeSecurityGroupIngress.ToPort": onePermission,
  CreateCarrierGateway: { VpcId: id("peer") },
  CreateCustomerGateway: { IpAddress: "198.51.100.9", BgpAsn: 65009 },
  "CreateCustomerGateway.BgpAsnExtended": { IpAddress: "198.51.100.9" },
  CreateDhcpOptions: { DhcpConfigurations: [{ Key: "domain-name", Values: ["example.net"] }] },
  CreateEgressOnlyInternetGateway: { VpcId: id("peer") },
  CreateFlowLogs: flows,
  "CreateFlowLogs.DestinationOptions": toBucket,
  CreateLaunchTemplateVersion: { LaunchTemplateId: id("launch-template") },
  CreateNatGateway: { SubnetId: id("other-subnet"), AllocationId: id("free-address") },
  "CreateNatGateway.SecondaryPrivateIpAddressCount": privateNat,
  CreateNetworkAclEntry: denied,
  "CreateNetworkAclEntry.IcmpTypeCode": { ...denied, Protocol: "1" },
  "CreateNetworkAclEntry.PortRange": { ...denied, Protocol: "6" },
  CreateNetworkInsightsPath: { Source: id("lone-instance"), Destination: id("internet-gateway"), Protocol: "udp" },
  CreateNetworkInterfacePermission: { AwsAccountId: "777788889999", Permission: "INSTANCE-ATTACH" },
  CreateRoute: { ...elsewhere, ...toGateway },
  "CreateRoute.CarrierGatewayId": elsewhere,
  "CreateRoute.DestinationPrefixListId": toGateway,
  "CreateRoute.EgressOnlyInternetGatewayId": elsewhere6,
  "CreateRoute.GatewayId": elsewhere,
  "CreateRoute.InstanceId": elsewhere,
  "CreateRoute.NatGatewayId": elsewhere,
  "CreateRoute.NetworkInterfaceId": elsewhere,
  "CreateRoute.TransitGatewayId": elsewhere,
  "CreateRoute.VpcEndpointId": elsewhere,
  "CreateRoute.VpcPeeringConnectionId": elsewhere,
  CreateSubnet: { CidrBlock: "10.0.9.0/24" },
  CreateSubnetCidrReservation: { Cidr: "10.0.1.16/28", ReservationType: "explicit" },
  CreateTags: { Tags: [{ Key: "made-by", Value: "tests" }] },
  CreateTrafficMirrorFilterRule: mirrored,
  CreateTrafficMirrorSession: { SessionNumber: 9 },
  CreateTrafficMirrorTarget: { NetworkInterfaceId: id("instance-interface") },
  CreateTransitGatewayPrefixListReference: { Blackhole: true },
  "CreateTransitGatewayPrefixListReference.TransitGatewayAttachmentId": {},
  CreateTransitGatewayRoute: transitRoute,
  "CreateTransitGatewayRoute.TransitGatewayAttachmentId": elsewhere,
  CreateVpc: { CidrBlock: "10.44.0.0/16" },
  CreateVpcBlockPublicAccessExclusion: { InternetGatewayExclusionMode: "allow-egress", VpcId: id("peer") },
  "CreateVpcBlockPublicAccessExclusion.SubnetId": { InternetGatewayExclusionMode: "allow-egress" },
  CreateVpcEndpoint: { ServiceName: "com.amazonaws.us-east-1.dynamodb" },
  "CreateVpcEndpoint.SecurityGroupIds": { ...endpointOfInterfaces, SubnetIds: [id("subnet")] },
  "CreateVpcEndpoint.SubnetIds": endpointOfInterfaces,
  CreateVpcEndpointServiceConfiguration: { NetworkLoadBalancerArns: [balancer] },
  CreateVpcPeeringConnection: { VpcId: id("peer"), PeerVpcId: id("vpc") },
  DeleteInternetGateway: { InternetGatewayId: id("spare-internet-gateway") },
  DeleteKeyPair: { KeyPairId: id("key-pair") },
  DeleteLaunchTemplate: { LaunchTemplateId: id("launch-template") },
  DeleteLaunchTemplateVersions: { LaunchTemplateId: id("launch-template") },
  DeleteNetworkAclEntry: { RuleNumber: 7 },
  DeleteRoute: { DestinationCidrBlock: "10.99.0.0/16" },
  "DeleteRoute.DestinationPrefixListId": {},
  DeleteRouteTable: { RouteTableId: id("spare-route-table") },
  DeleteSecurityGroup: { GroupId: id("spare-group") },
  DeleteSubnet: { SubnetId: id("spare-subnet") },
  DeleteTransitGatewayRouteTable: { TransitGatewayRouteTableId: id("spare-transit-route-table") },
  DeleteVpc: { VpcId: id("spare-vpc") },
  DeleteVpcEndpointServiceConfigurations: { ServiceIds: [id("spare-endpoint-service")] },
  DeleteVpnConnectionRoute: { DestinationCidrBlock: "10.98.0.0/16" },
  DescribeInstanceAttribute: { Attribute: "instanceType" },
  DescribeLaunchTemplateVersions: { LaunchTemplateId: id("launch-template") },
  DescribeNetworkInterfaceAttribute: { Attribute: "description" },
  DescribeVpcAttribute: { Attribute: "enableDnsSupport" },
  DetachInternetGateway: { InternetGatewayId: id("gated-internet-gateway"), VpcId: id("gated-vpc") },
  DisableTransitGatewayRouteTablePropagation: { TransitGatewayAttachmentId: id("routed-attachment") },
  DisassociateAddress: { AssociationId: id("elastic-ip-association") },
  DisassociateSecurityGroupVpc: { VpcId: id("peer") },
  EnableTransitGatewayRouteTablePropagation: { TransitGatewayAttachmentId: id("transit-gateway-attachment") },
  GetFlowLogsIntegrationTemplate: { IntegrateServices: { AthenaIntegrations: [athena] } },
  ModifyAddressAttribute: { DomainName: "mail.example.com" },
  ModifyInstanceAttribute: { DisableApiTermination: { Value: false } },
  "ModifyInstanceAttribute.Groups": { InstanceId: id("lone-instance") },
  ModifyInstanceMetadataOptions: { HttpTokens: "required" },
  ModifyLaunchTemplate: { LaunchTemplateId: id("launch-template"), DefaultVersion: "1" },
  ModifyManagedPrefixList: { PrefixListName: "houses" },
  ModifyNetworkInterfaceAttribute: { Description: { Value: "fresh" } },
  "ModifyNetworkInterfaceAttribute.Attachment": { NetworkInterfaceId: id("attached-interface") },
  "ModifyNetworkInterfaceAttribute.ConnectionTrackingSpecification": {},
  "ModifyNetworkInterfaceAttribute.Groups": {},
  ModifySubnetAttribute: { MapPublicIpOnLaunch: { Value: true } },
  "ModifySubnetAttribute.PrivateDnsHostnameTypeOnLaunch": {},
  ModifyTransitGatewayPrefixListReference: { Blackhole: true },
  "ModifyTransitGatewayPrefixListReference.TransitGatewayAttachmentId": {},
  ModifyVpcAttribute: { EnableDnsSupport: { Value: true } },
  ModifyVpcBlockPublicAccessExclusion: { InternetGatewayExclusionMode: "allow-bidirectional" },
  "ModifyVpcEndpoint.AddSecurityGroupIds": { VpcEndpointId: id("interface-endpoint") },
  "ModifyVpcEndpoint.AddSubnetIds": { VpcEndpointId: id("interface-endpoint") },
  "ModifyVpcEndpoint.RemoveSecurityGroupIds": { VpcEndpointId: id("interface-endpoint") },
  "ModifyVpcEndpoint.RemoveSubnetIds": { VpcEndpointId: id("interface-endpoint") },
  ModifyVpcPeeringConnectionOptions: { VpcPeeringConnectionId: id("active-peering"), RequesterPeeringConnectionOptions: { AllowDnsResolutionFromRemoteVpc: false } },
  ModifyVpcTenancy: { InstanceTenancy: "default" },
  ModifyVpnTunnelOptions: { TunnelOptions: { ReplayWindowSize: 128 } },
  RejectVpcEndpointConnections: { VpcEndpointIds: [id("waiting-endpoint")] },
  ReleaseAddress: { AllocationId: id("free-address") },
  ReplaceNetworkAclEntry: { ...denied, RuleNumber: 7 },
  "ReplaceNetworkAclEntry.IcmpTypeCode": { ...denied, RuleNumber: 7, Protocol: "1" },
  "ReplaceNetworkAclEntry.PortRange": { ...denied, RuleNumber: 7, Protocol: "6" },
  ReplaceRoute: { ...replaced, ...toGateway },
  "ReplaceRoute.CarrierGatewayId": replaced,
  "ReplaceRoute.DestinationPrefixListId": toGateway,
  "ReplaceRoute.EgressOnlyInternetGatewayId": elsewhere6,
  "ReplaceRoute.GatewayId": replaced,
  "ReplaceRoute.InstanceId": replaced,
  "ReplaceRoute.NatGatewayId": replaced,
  "ReplaceRoute.NetworkInterfaceId": replaced,
  "ReplaceRoute.TransitGatewayId": replaced,
  "ReplaceRoute.VpcEndpointId": replaced,
  "ReplaceRoute.VpcPeeringConnectionId": replaced,
  ReplaceTransitGatewayRoute: { ...replaced, Blackhole: true },
  "ReplaceTransitGatewayRoute.TransitGatewayAttachmentId": replaced,
  ResetAddressAttribute: { Attribute: "domain-name" },
  RevokeSecurityGroupEgress: presentEgress,
  "RevokeSecurityGroupEgress.SecurityGroupRuleIds": {},
  RevokeSecurityGroupIngress: { GroupId: id("security-group"), ...present },
  "RevokeSecurityGroupIngress.FromPort": onePermission,
  "RevokeSecurityGroupIngress.SecurityGroupRuleIds": { GroupId: id("security-group") },
  "RevokeSecurityGroupIngress.ToPort": onePermission,
  RunInstances: { ...launch, SubnetId: id("subnet") },
  "RunInstances.NetworkInterfaces": launch,
  SearchTransitGatewayRoutes: { Filters: [{ Name: "state", Values: ["active"] }] },
  UnassignIpv6Addresses: { Ipv6Addresses: [id("second-ipv6")] },
  UnassignPrivateIpAddresses: { PrivateIpAddresses: [id("second-ip")] },
  UnassignPrivateNatGatewayAddress: { NatGatewayId: id("private-nat-gateway"), PrivateIpAddresses: [id("private-nat-second")] },
  UpdateSecurityGroupRuleDescriptionsEgress: { GroupId: id("security-group"), ...presentEgress },
  "UpdateSecurityGroupRuleDescriptionsEgress.SecurityGroupRuleDescriptions": { GroupId: id("security-group") },
  "UpdateSecurityGroupRuleDescriptionsIngress.SecurityGroupRuleDescriptions": { GroupId: id("security-group") },
  UpdateSecurityGroupRuleDescriptionsIngress: { GroupId: id("security-group"), ...present },
};

