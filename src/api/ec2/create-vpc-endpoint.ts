import { Draft } from "../../model/draft.ts";
import type { Vpc } from "../../model/resource.ts";
import { makeEndpoint } from "../../model/vpc-endpoint.ts";
import type { VpcEndpoint } from "../../model/vpc-endpoint.ts";
import { listed, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { locateService } from "./endpoint-service-lookup.ts";
import type { OwnService } from "./endpoint-service-lookup.ts";
import type { EndpointService } from "./endpoint-services.ts";
import { groupsFor, locate } from "./lookup.ts";
import { missingParameter, oneOf } from "./parameter.ts";
import { unserved } from "./served.ts";
import { endpointView } from "./views/vpc-endpoint.ts";
import { joinSubnets, joinTables, locateSubnets, locateTables, openPolicy, refusePolicy, refusePrivateDns } from "./vpc-endpoint-parts.ts";

const served = [
  "VpcEndpointType",
  "VpcId",
  "ServiceName",
  "PolicyDocument",
  "RouteTableIds",
  "SubnetIds",
  "SecurityGroupIds",
  "IpAddressType",
  "DnsOptions",
  "PrivateDnsEnabled",
  "TagSpecifications",
  "ServiceRegion",
] as const;

type CreateInput = Input<"CreateVpcEndpoint">;
type Type = VpcEndpoint["type"];

/** Makes an endpoint of a service: routes where it is a gateway, interfaces where it is not. Nothing answers there. */
export const createVpcEndpoint = operation({
  name: "CreateVpcEndpoint",
  run(world, input, call) {
    const type = parseType(input, call);
    if (isRefusal(type)) return type;
    const options = parseOptions(input, type);
    if (isRefusal(options)) return options;
    const tags = parseTagSpecifications(input.TagSpecifications, ["vpc-endpoint"]);
    if (isRefusal(tags)) return tags;
    const { ServiceName } = input;
    if (ServiceName === undefined) return missingParameter("serviceName");
    const vpc = locate(world, call, "vpc", input.VpcId ?? "");
    if (isRefusal(vpc)) return vpc;
    const service = locateService(world, call, ServiceName, type);
    if (isRefusal(service)) return service;
    const tables = locateTables(world, call, vpc, input.RouteTableIds ?? [], ServiceName);
    if (isRefusal(tables)) return tables;
    const subnets = locateSubnets(world, call, vpc, input.SubnetIds ?? [], []);
    if (isRefusal(subnets)) return subnets;
    const groups = type === "Interface" ? groupsFor(world, call, vpc, input.SecurityGroupIds) : [];
    if (isRefusal(groups)) return groups;
    const privateDns = parsePrivateDns(world, vpc, type, service, input.PrivateDnsEnabled);
    if (isRefusal(privateDns)) return privateDns;
    const full = refuseCount(world, call, vpc, type);
    if (full) return full;

    const endpoint = makeEndpoint(
      call,
      { ...options, type, vpc: vpc.id, service: ServiceName, state: stateFor(service), subnets: subnets.map(({ id }) => id), groups, privateDns: privateDns.on },
      tags["vpc-endpoint"] ?? {},
    );
    const draft = new Draft(world);
    draft.add(put(endpoint));
    const wrong = joinTables(draft, call, endpoint, tables) ?? joinSubnets(draft, call, endpoint, subnets);
    if (wrong) return wrong;
    const view = endpointView(draft.world, endpoint);
    // It is in place by the time this is read, but clients expect to see an interface begin.
    const State = type !== "Gateway" && endpoint.state === "available" ? ("pending" as string as typeof view.State) : view.State;
    return { changes: draft.changes, output: { VpcEndpoint: { ...view, State }, ClientToken: input.ClientToken } };
  },
});

function parseType(input: CreateInput, { region }: Call): Type | Refusal {
  const strange = unserved(input, served) ?? unserved(input.DnsOptions ?? {}, ["DnsRecordIpType"]);
  if (strange) return strange;
  if (input.ServiceRegion !== undefined && input.ServiceRegion !== region) {
    return refuse("UnsupportedOperation", "Endpoints of services of other regions are not supported.");
  }
  const type: string = input.VpcEndpointType ?? "Gateway";
  if (["Resource", "ServiceNetwork", "Tunnel"].includes(type)) {
    return refuse("UnsupportedOperation", `Endpoints of the type ${type} are not supported.`);
  }
  const known = oneOf("vpcEndpointType", type, ["Gateway", "Interface", "GatewayLoadBalancer"]);
  return isRefusal(known) ? known : (refuseParts(input, known) ?? known);
}

/** Refuses what endpoints of the type don't have. */
function refuseParts({ RouteTableIds, SubnetIds, SecurityGroupIds, PolicyDocument }: CreateInput, type: Type): Refusal | undefined {
  const only = (what: string, types: string): Refusal => refuse("InvalidParameter", `${what} are only supported for ${types} type VPC Endpoint.`);
  if (RouteTableIds?.length && type !== "Gateway") return only("Route table IDs", "Gateway");
  if (SubnetIds?.length && type === "Gateway") return only("Subnet IDs", "Interface");
  if (SecurityGroupIds?.length && type !== "Interface") return only("Security group IDs", "Interface");
  if (PolicyDocument !== undefined && type === "GatewayLoadBalancer") return only("Policies", "Interface and Gateway");
  return type === "GatewayLoadBalancer" && SubnetIds?.length !== 1
    ? refuse("InvalidParameter", "A Gateway Load Balancer endpoint has exactly one subnet.")
    : undefined;
}

function parseOptions(input: CreateInput, type: Type): Pick<VpcEndpoint, "policy" | "addressType" | "dnsRecords"> | Refusal {
  const wrong = refusePolicy(input.PolicyDocument);
  if (wrong) return wrong;
  const addressType = oneOf("ipAddressType", input.IpAddressType ?? "ipv4", ["ipv4", "ipv6", "dualstack"]);
  if (isRefusal(addressType)) return addressType;
  if (addressType !== "ipv4") return refuse("UnsupportedOperation", "Endpoints with IPv6 addresses are not supported.");
  const records = input.DnsOptions?.DnsRecordIpType ?? "ipv4";
  const dnsRecords = oneOf("dnsRecordIpType", records, ["ipv4", "ipv6", "dualstack", "service-defined"]);
  if (isRefusal(dnsRecords)) return dnsRecords;
  return { addressType, dnsRecords, ...(type !== "GatewayLoadBalancer" && { policy: input.PolicyDocument ?? openPolicy }) };
}

/** Private DNS is for interfaces: on where the service has a private name, unless it is said to be off. */
function parsePrivateDns(
  world: World,
  vpc: Vpc,
  type: Type,
  service: EndpointService,
  asked: boolean | undefined,
): { readonly on: boolean } | Refusal {
  if (type !== "Interface") {
    return asked === true ? refuse("InvalidParameter", "Private DNS is only supported for Interface type VPC Endpoint.") : { on: false };
  }
  const on = asked ?? service.privateName !== undefined;
  return (on ? refusePrivateDns(world, vpc, service) : undefined) ?? { on };
}

const stateFor = (service: EndpointService | OwnService): VpcEndpoint["state"] =>
  "own" in service && service.own.acceptanceRequired ? "pendingAcceptance" : "available";

function refuseCount(world: World, { quotas }: Call, vpc: Vpc, type: Type): Refusal | undefined {
  const [gateways, others] = [true, false].map(
    (wanted) => listed(world, "endpointsOfVpc", vpc.id).filter((one) => (one.type === "Gateway") === wanted).size,
  );
  const full = type === "Gateway" ? (gateways ?? 0) >= quotas.gatewayEndpointsPerVpc : (others ?? 0) >= quotas.interfaceEndpointsPerVpc;
  return full ? refuse("VpcEndpointLimitExceeded", "The maximum number of VPC endpoints has been reached.") : undefined;
}
