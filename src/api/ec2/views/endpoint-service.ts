import type { ServiceConfiguration, ServiceDetail, VpcEndpointConnection } from "@aws-sdk/client-ec2";
import { isForGateways, serviceNameOf } from "../../../model/vpc-endpoint-service.ts";
import type { VpcEndpointService } from "../../../model/vpc-endpoint-service.ts";
import type { VpcEndpoint } from "../../../model/vpc-endpoint.ts";
import type { World } from "../../../model/world.ts";
import { zonesOf } from "../../../model/zone.ts";
import type { Filters, Tagged } from "../../filters.ts";
import { tagList } from "../../tags.ts";
import { ownService } from "../endpoint-service-lookup.ts";
import type { OwnService } from "../endpoint-service-lookup.ts";
import type { EndpointService } from "../endpoint-services.ts";
import { dnsEntries, endpointState } from "./vpc-endpoint.ts";

const zones = (region: string): string[] => zonesOf(region).map(({ name }) => name);
const some = (list: readonly string[]): string[] | undefined => (list.length > 0 ? [...list] : undefined);

/** What the owner of a service sees of it. */
export const configurationView = (_world: World, service: VpcEndpointService): ServiceConfiguration => ({
  ServiceId: service.id,
  ServiceName: serviceNameOf(service),
  ServiceType: [{ ServiceType: isForGateways(service) ? "GatewayLoadBalancer" : "Interface" }],
  ServiceState: service.deleted === undefined ? "Available" : "Deleted",
  AvailabilityZones: zones(service.region),
  AcceptanceRequired: service.acceptanceRequired,
  ManagesVpcEndpoints: false,
  NetworkLoadBalancerArns: some(service.networkLoadBalancers),
  GatewayLoadBalancerArns: some(service.gatewayLoadBalancers),
  SupportedIpAddressTypes: [...service.addressTypes],
  BaseEndpointDnsNames: [ownService(service).domain ?? ""],
  PrivateDnsName: service.privateName,
  PrivateDnsNameConfiguration:
    service.privateName === undefined
      ? {}
      : {
          State: "pendingVerification",
          Type: "TXT",
          Value: `vpce:${service.verification}`,
          Name: `_${service.verification}`,
        },
  SupportedRegions: service.regions.length > 0 ? service.regions.map((Region) => ({ Region, ServiceState: "Available" })) : undefined,
  RemoteAccessEnabled: service.regions.length > 0,
  Tags: tagList(service.tags),
});

export const configurationFilters: Filters<ServiceConfiguration> = {
  "service-id": (service) => [service.ServiceId],
  "service-name": (service) => [service.ServiceName],
  "service-state": (service) => [service.ServiceState],
  "supported-ip-address-types": (service) => service.SupportedIpAddressTypes ?? [],
};

/** What those see of a service who may make endpoints of it. `id` is that of one of Amazon's own. */
export function serviceView(service: EndpointService | OwnService, region: string, id: string): ServiceDetail {
  const own = "own" in service ? service.own : undefined;
  return {
    ServiceName: service.name,
    ServiceId: own?.id ?? id,
    ServiceType: [{ ServiceType: service.type }],
    ServiceRegion: own?.region ?? region,
    AvailabilityZones: zones(own?.region ?? region),
    Owner: own?.account ?? "amazon",
    BaseEndpointDnsNames: [service.domain ?? service.name.split(".").slice(2).toReversed().concat("amazonaws.com").join(".")],
    PrivateDnsName: service.privateName,
    PrivateDnsNames: service.privateName === undefined ? undefined : [{ PrivateDnsName: service.privateName }],
    PrivateDnsNameVerificationState: service.privateName === undefined ? undefined : "verified",
    VpcEndpointPolicySupported: own === undefined,
    AcceptanceRequired: own?.acceptanceRequired ?? false,
    ManagesVpcEndpoints: false,
    SupportedIpAddressTypes: own ? [...own.addressTypes] : ["ipv4"],
    Tags: own ? tagList(own.tags) : [],
  };
}

export const serviceFilters: Filters<ServiceDetail> = {
  owner: (service) => [service.Owner],
  "service-name": (service) => [service.ServiceName],
  "service-region": (service) => [service.ServiceRegion],
  "service-type": (service) => (service.ServiceType ?? []).map(({ ServiceType }) => ServiceType),
  "supported-ip-address-types": (service) => service.SupportedIpAddressTypes ?? [],
};

/** An endpoint as the owner of its service sees it. */
export const connectionView = (world: World, service: VpcEndpointService, endpoint: VpcEndpoint): VpcEndpointConnection => ({
  ServiceId: service.id,
  VpcEndpointId: endpoint.id,
  VpcEndpointOwner: endpoint.account,
  VpcEndpointState: endpointState(endpoint),
  VpcEndpointRegion: endpoint.region,
  CreationTimestamp: new Date(endpoint.created),
  DnsEntries: dnsEntries(world, endpoint, ownService(service)),
  NetworkLoadBalancerArns: some(service.networkLoadBalancers),
  GatewayLoadBalancerArns: some(service.gatewayLoadBalancers),
  IpAddressType: endpoint.addressType,
  Tags: [],
});

export const connectionFilters: Filters<VpcEndpointConnection & Tagged> = {
  "ip-address-type": (connection) => [connection.IpAddressType],
  "service-id": (connection) => [connection.ServiceId],
  "vpc-endpoint-id": (connection) => [connection.VpcEndpointId],
  "vpc-endpoint-owner": (connection) => [connection.VpcEndpointOwner],
  "vpc-endpoint-region": (connection) => [connection.VpcEndpointRegion],
  "vpc-endpoint-state": (connection) => [connection.VpcEndpointState],
};
