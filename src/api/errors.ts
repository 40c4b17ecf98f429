/**
 * Every error code a client can see, once: its HTTP status, and the kind that says which of two errors in one request
 * is answered. A refusal with a code that isn't here is a bug.
 */

/** In order of precedence: what is wrong earlier is answered. */
export const kinds = [
  "unreadable",
  "unknown caller",
  "malformed",
  "not allowed",
  "not found",
  "clash",
  "in use",
  "over limit",
  "our fault",
] as const;
export type ErrorKind = (typeof kinds)[number];

export interface ErrorEntry {
  readonly kind: ErrorKind;
  readonly status: number;
}

/** Codes of a kind, under the status they are answered with. */
type Statuses = Readonly<Record<number, readonly string[]>>;

const table: Readonly<Record<ErrorKind, Statuses>> = {
  unreadable: {
    400: ["MalformedQueryString", "SerializationException"],
    404: ["NotFound"],
    405: ["MethodNotAllowed"],
    413: ["RequestEntityTooLarge"],
  },
  "unknown caller": {
    400: ["ExpiredTokenException", "IncompleteSignature", "RequestExpired", "UnrecognizedClientException"],
    401: ["AuthFailure"],
    403: [
      "ExpiredToken",
      "InvalidClientTokenId",
      "InvalidSignatureException",
      "MissingAuthenticationToken",
      "OptInRequired",
      "SignatureDoesNotMatch",
    ],
  },
  malformed: {
    400: [
      "FilterLimitExceeded",
      "InvalidAction",
      "InvalidAddress.Malformed",
      "InvalidAssociationID.Malformed",
      "InvalidAMIID.Malformed",
      "InvalidCharacter",
      "InvalidDhcpOptionsId.Malformed",
      "InvalidEgressOnlyInternetGatewayId.Malformed",
      "InvalidFilter",
      "InvalidGroup.Reserved",
      "InvalidGroupId.Malformed",
      "InvalidID",
      "InvalidInput",
      "InvalidInstanceID.Malformed",
      "InvalidInstanceType",
      "InvalidMaxResults",
      "InvalidNetworkAclId.Malformed",
      "InvalidNetworkInterfaceAttachmentId.Malformed",
      "InvalidNetworkInterfaceId.Malformed",
      "InvalidNextToken",
      "InvalidPaginationToken",
      "InvalidParameter",
      "InvalidParameterCombination",
      "InvalidParameterDependency",
      "InvalidParameterException",
      "InvalidParameterValue",
      "InvalidPermission.Malformed",
      "InvalidPrefixListId.Malformed",
      "InvalidQueryParameter",
      "InvalidRouteTableId.Malformed",
      "InvalidSecurityGroupId.Malformed",
      "InvalidSecurityGroupRuleId.Malformed",
      "InvalidSubnet.Range",
      "InvalidSubnetID.Malformed",
      "InvalidTagKey.Malformed",
      "InvalidUserData.Malformed",
      "InvalidVpc.Range",
      "InvalidVpcEndpointId.Malformed",
      "InvalidVpcID.Malformed",
      "InvalidVpcPeeringConnectionId.Malformed",
      "InvalidVpcRange",
      "MalformedPolicyDocument",
      "MissingAction",
      "MissingInput",
      "MissingParameter",
      "NatGatewayMalformed",
      "NoSuchVersion",
      "UnknownOperationException",
      "UnknownParameter",
      "UnsupportedOperation",
      "VPCIdNotSpecified",
      "VPCResourceNotSpecified",
      "ValidationError",
      "ValidationException",
    ],
  },
  "not allowed": {
    400: ["AccessDeniedException", "OperationNotPermitted"],
    403: ["AccessDenied", "AccountDisabled", "Blocked", "PendingVerification", "UnauthorizedOperation"],
    412: ["DryRunOperation"],
  },
  "not found": {
    400: [
      "DefaultVpcDoesNotExist",
      "Gateway.NotAttached",
      "InvalidAMIID.NotFound",
      "InvalidAMIID.Unavailable",
      "InvalidAddress.NotFound",
      "InvalidAllocationID.NotFound",
      "InvalidAssociationID.NotFound",
      "InvalidAttachmentID.NotFound",
      "InvalidDhcpOptionID.NotFound",
      "InvalidDhcpOptionsID.NotFound",
      "InvalidEgressOnlyInternetGatewayId.NotFound",
      "InvalidFlowLogId.NotFound",
      "InvalidGatewayID.NotFound",
      "InvalidGroup.NotFound",
      "InvalidInstanceID.NotFound",
      "InvalidInternetGatewayID.NotFound",
      "InvalidKeyPair.NotFound",
      "InvalidNatGatewayID.NotFound",
      "InvalidNetworkAclEntry.NotFound",
      "InvalidNetworkAclID.NotFound",
      "InvalidNetworkInterface.NotFound",
      "InvalidNetworkInterfaceID.NotFound",
      "InvalidPermission.NotFound",
      "InvalidPrefixListID.NotFound",
      "InvalidRoute.NotFound",
      "InvalidRouteTableID.NotFound",
      "InvalidSecurityGroupID.NotFound",
      "InvalidSecurityGroupRuleId.NotFound",
      "InvalidSubnetCidrBlockAssociationID.NotFound",
      "InvalidSubnetID.NotFound",
      "InvalidVpcCidrBlockAssociationID.NotFound",
      "InvalidVpcEndpoint.NotFound",
      "InvalidVpcEndpointId.NotFound",
      "InvalidVpcEndpointService.NotFound",
      "InvalidVpcEndpointServiceId.NotFound",
      "InvalidVpcID.NotFound",
      "InvalidVpcPeeringConnectionID.NotFound",
      "InvalidVpnGatewayID.NotFound",
      "InvalidZone.NotFound",
      "LogDestinationNotFound",
      "NatGatewayNotFound",
      "ResourceNotFoundException",
    ],
    404: ["NoSuchEntity"],
  },
  clash: {
    400: [
      "DefaultSubnetAlreadyExistsInAvailabilityZone",
      "DefaultVpcAlreadyExists",
      "DuplicateSubnetsInSameZone",
      "FlowLogAlreadyExists",
      "IdempotentParameterMismatch",
      "InvalidGroup.Duplicate",
      "InvalidPermission.Duplicate",
      "InvalidSubnet.Conflict",
      "NetworkAclEntryAlreadyExists",
      "ResourceAlreadyExistsException",
      "RouteAlreadyExists",
      "VpcPeeringConnectionAlreadyExists",
    ],
    409: ["EntityAlreadyExists"],
  },
  "in use": {
    400: [
      "CannotDelete",
      "DependencyViolation",
      "ExistingVpcEndpointConnections",
      "IncorrectInstanceState",
      "IncorrectState",
      "InvalidAddress.Locked",
      "InvalidGroup.InUse",
      "InvalidIPAddress.InUse",
      "InvalidInstanceID",
      "InvalidNetworkInterface.InUse",
      "InvalidSubnet",
      "InvalidVpcState",
    ],
    409: ["DeleteConflict"],
  },
  "over limit": {
    400: [
      "ActiveVpcPeeringConnectionPerVpcLimitExceeded",
      "AddressLimitExceeded",
      "AttachmentLimitExceeded",
      "CidrLimitExceeded",
      "FlowLogsLimitExceeded",
      "InstanceLimitExceeded",
      "InsufficientFreeAddressesInSubnet",
      "InternetGatewayLimitExceeded",
      "LimitExceededException",
      "NatGatewayLimitExceeded",
      "NetworkAclEntryLimitExceeded",
      "NetworkAclLimitExceeded",
      "NetworkInterfaceLimitExceeded",
      "OutstandingVpcPeeringConnectionLimitExceeded",
      "PendingVpcPeeringConnectionLimitExceeded",
      "PrivateIpAddressLimitExceeded",
      "RouteLimitExceeded",
      "RouteTableLimitExceeded",
      "RulesPerSecurityGroupLimitExceeded",
      "SecurityGroupLimitExceeded",
      "SecurityGroupsPerInstanceLimitExceeded",
      "SecurityGroupsPerInterfaceLimitExceeded",
      "SubnetLimitExceeded",
      "TagLimitExceeded",
      "VpcEndpointLimitExceeded",
      "VpcLimitExceeded",
    ],
    409: ["LimitExceeded"],
  },
  "our fault": {
    500: ["InsufficientAddressCapacity", "InsufficientInstanceCapacity", "InternalError", "InternalFailure", "ServerInternal"],
    503: ["RequestLimitExceeded", "ServiceUnavailable", "Unavailable"],
  },
};

/** The table by code. */
export const errors: ReadonlyMap<string, ErrorEntry> = new Map(
  kinds.flatMap((kind) =>
    Object.entries(table[kind]).flatMap(([status, codes]) =>
      codes.map((code) => [code, { kind, status: Number(status) }] as const),
    ),
  ),
);

/** The status of a refusal's code. Throws when nobody entered the code above. */
export function statusOf(code: string): number {
  const entry = errors.get(code);
  if (!entry) throw new Error(`${code} is not in the table of errors`);
  return entry.status;
}
