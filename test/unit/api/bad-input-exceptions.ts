/** What operations do with bad input that does not follow from its shape, and why. */

/** Operations that refuse every input in a world like the one in stock, and why. */
export const noGoodInput: Readonly<Record<string, string>> = {
  AcceptTransitGatewayVpcAttachment: "gateways are not shared, and an attachment to one's own waits for nobody",
  CreateDefaultSubnet: "a region has them from its first call",
  CreateDefaultVpc: "a region has it from its first call",
  GetFlowLogsIntegrationTemplate: "there is no Athena",
  RejectTransitGatewayVpcAttachment: "gateways are not shared, and an attachment to one's own waits for nobody",
};

type Codes = readonly [malformed: string, missing: string];

const gateway: Codes = ["InvalidGatewayID.NotFound", "InvalidGatewayID.NotFound"];
const endpoint: Codes = ["InvalidVpcEndpoint.NotFound", "InvalidVpcEndpoint.NotFound"];
const transit: Codes = ["InvalidTransitGatewayID.NotFound", "InvalidTransitGatewayID.NotFound"];
const vpc: Codes = ["InvalidVpcID.NotFound", "InvalidVpcID.NotFound"];
const association: Codes = ["InvalidAssociationID.NotFound", "InvalidAssociationID.NotFound"];

/** By kind, or by operation and member: the codes of wrong identifiers, where they are not the kind's own. */
export const identifierCodes: Readonly<Record<string, Codes>> = {
  "acl-association": ["InvalidAssociationID.Malformed", "InvalidAssociationID.NotFound"],
  // Several kinds of thing can be a route's gateway, so Amazon doesn't say which it missed.
  "AssociateRouteTable.GatewayId": gateway,
  "CreateRoute.GatewayId": gateway,
  "DisableVgwRoutePropagation.GatewayId": gateway,
  "EnableVgwRoutePropagation.GatewayId": gateway,
  "ReplaceRoute.GatewayId": gateway,
  // Answers for each item of a list have codes of their own.
  "AcceptVpcEndpointConnections.VpcEndpointIds": endpoint,
  "DeleteVpcEndpoints.VpcEndpointIds": endpoint,
  "DeleteVpcEndpointServiceConfigurations.ServiceIds": ["InvalidVpcEndpointService.NotFound", "InvalidVpcEndpointService.NotFound"],
  "RejectVpcEndpointConnections.VpcEndpointIds": endpoint,
  // These say of what is no identifier that there is none such.
  "CreateRoute.TransitGatewayId": transit,
  "CreateVpnConnection.TransitGatewayId": transit,
  "DescribeClassicLinkInstances.InstanceIds": ["InvalidInstanceID.NotFound", "InvalidInstanceID.NotFound"],
  "DescribeDhcpOptions.DhcpOptionsIds": ["InvalidDhcpOptionID.NotFound", "InvalidDhcpOptionID.NotFound"],
  "DescribeSubnets.SubnetIds": ["InvalidSubnetID.NotFound", "InvalidSubnetID.NotFound"],
  "DescribeVpcClassicLink.VpcIds": vpc,
  "DescribeVpcClassicLinkDnsSupport.VpcIds": vpc,
  "DescribeVpcs.VpcIds": vpc,
  "ReplaceRoute.TransitGatewayId": transit,
  // A route's target has a code of its own.
  "CreateRoute.NatGatewayId": ["NatGatewayMalformed", "InvalidNatGatewayID.NotFound"],
  "ReplaceRoute.NatGatewayId": ["NatGatewayMalformed", "InvalidNatGatewayID.NotFound"],
  // What is logged may be of several kinds, and its identifier must be of the kind that ResourceType says.
  "CreateFlowLogs.ResourceIds": ["InvalidParameter", "InvalidVpcID.NotFound"],
  // The interface has one attachment, and any other is not it.
  "ModifyNetworkInterfaceAttribute.Attachment.AttachmentId": ["InvalidAttachmentID.NotFound", "InvalidAttachmentID.NotFound"],
  // Regional NAT gateways, the only ones that name a VPC, are not supported.
  "CreateNatGateway.VpcId": ["UnsupportedOperation", "UnsupportedOperation"],
  // Tags go on anything; what begins like no identifier at all is not one of a kind.
  "CreateTags.Resources": ["InvalidID", "InvalidVpcID.NotFound"],
  "DeleteTags.Resources": ["InvalidID", "InvalidVpcID.NotFound"],
  // What has no such route has none for a list that there isn't, either.
  "DeleteRoute.DestinationPrefixListId": ["InvalidPrefixListId.Malformed", "InvalidRoute.NotFound"],
  "DeleteTransitGatewayPrefixListReference.PrefixListId": ["InvalidPrefixListId.Malformed", "InvalidRoute.NotFound"],
  // The gateway is attached to one VPC, and any other is not it.
  "DetachInternetGateway.VpcId": ["InvalidVpcID.Malformed", "Gateway.NotAttached"],
  "elastic-ip-association": association,
  image: ["InvalidAMIID.Malformed", "InvalidAMIID.NotFound"],
  "nat-association": association,
  "network-interface-attachment": ["InvalidNetworkInterfaceAttachmentId.Malformed", "InvalidAttachmentID.NotFound"],
  "route-table-association": ["InvalidAssociationID.Malformed", "InvalidAssociationID.NotFound"],
  "subnet-cidr-association": ["InvalidSubnetCidrBlockAssociationID.NotFound", "InvalidSubnetCidrBlockAssociationID.NotFound"],
  "vpc-cidr-association": ["InvalidVpcCidrBlockAssociationID.NotFound", "InvalidVpcCidrBlockAssociationID.NotFound"],
};

const notValidated = "templates are not validated before something is launched from them";

/** Wrong identifiers that are no error, and why. */
export const takenIdentifiers: Readonly<Record<string, string>> = {
  "CreateLaunchTemplate.LaunchTemplateData": notValidated,
  "CreateLaunchTemplateVersion.LaunchTemplateData": notValidated,
  "CreateTags.Resources of the wrong kind": "tags go on anything",
  "CreateTransitGatewayPeeringAttachment.PeerTransitGatewayId": "the other gateway may be anyone's, so whether it is there shows later",
  "DeleteKeyPair.KeyPairId": "to delete what is not there is no error",
  "DeleteTags.Resources of the wrong kind": "tags come off anything",
  "DescribeEgressOnlyInternetGateways.EgressOnlyInternetGatewayIds": "what is not there is left out",
  "DescribeImages.ImageIds of another account": "the image is everybody's",
  "ModifySecurityGroupRules.SecurityGroupRules.SecurityGroupRule.PrefixListId": "refused: the rule is about addresses already",
  "ModifySecurityGroupRules.SecurityGroupRules.SecurityGroupRule.ReferencedGroupId": "refused: the rule is about addresses already",
  "RunInstances.ImageId of another account": "the image is everybody's",
};

/** Words that are in no enumeration and are no error, or another one. */
export const acceptedWords: Readonly<Record<string, string>> = {
  "CreateLaunchTemplate.LaunchTemplateData": notValidated,
  "CreateLaunchTemplateVersion.LaunchTemplateData": notValidated,
};

const listSays = "whether there is such a version, only the list says";

/** Bad values that are refused after an identifier of nothing, and why. */
export const lateValues: Readonly<Record<string, string>> = {
  "GetFlowLogsIntegrationTemplate.IntegrateServices.AthenaIntegrations.PartitionLoadFrequency": "the operation does nothing but find the flow log",
  "GetManagedPrefixListEntries.TargetVersion": listSays,
  "ModifyManagedPrefixList.CurrentVersion": listSays,
  "RestoreManagedPrefixListVersion.CurrentVersion": listSays,
  "RestoreManagedPrefixListVersion.PreviousVersion": listSays,
};

/** Codes that say what is wrong with a value without repeating it. */
export const plainly: ReadonlySet<string> = new Set([
  "AttachmentLimitExceeded",
  "PrefixListVersionMismatch",
  "PrivateIpAddressLimitExceeded",
  "UnsupportedOperation",
]);

/** Numbers out of range that are no error, or one whose words say the range and not the number. */
export const acceptedNumbers: Readonly<Record<string, string>> = {
  "CreateFlowLogs.MaxAggregationInterval": "refused: Invalid Flow Log Max Aggregation Interval",
  "CreateLaunchTemplate.LaunchTemplateData": notValidated,
  "CreateLaunchTemplateVersion.LaunchTemplateData": notValidated,
  "CreateManagedPrefixList.MaxEntries": "refused: Must specify a max size between 1 and 1000",
  "ModifyManagedPrefixList.MaxEntries": "refused: Must specify a max size between 1 and 1000",
};
