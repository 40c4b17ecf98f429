import type { DnsEntry, VpcEndpoint as EndpointView } from "@aws-sdk/client-ec2";
import type { VpcEndpoint } from "../../../model/vpc-endpoint.ts";
import { interfacesOfEndpoint, tablesOfEndpoint } from "../../../model/vpc-endpoint.ts";
import { find, need } from "../../../model/world.ts";
import type { World } from "../../../model/world.ts";
import { fingerprint } from "../../../values/fingerprint.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";
import type { EndpointService } from "../endpoint-services.ts";
import { serviceOf } from "../endpoint-service-lookup.ts";

/** Amazon writes states with a small letter, whatever its own client expects. */
export const endpointState = ({ state, deleted }: Pick<VpcEndpoint, "state" | "deleted">) =>
  (deleted === undefined ? state : "deleted") as string as NonNullable<EndpointView["State"]>;

/** Looks like a hosted zone's, and is always the same for a name. */
const zoneIdOf = (name: string): string => `Z${fingerprint(name).slice(0, 13).toUpperCase()}`;

/** The names of an interface endpoint: its own, one in each zone, and the service's where that is private. */
export function dnsEntries(world: World, endpoint: VpcEndpoint, service: EndpointService | undefined): DnsEntry[] {
  const { id, label, subnets, privateDns } = endpoint;
  if (service?.domain === undefined || endpoint.deleted !== undefined) return [];
  const { domain, privateName } = service;
  const own = ["", ...subnets.map((subnet) => `-${need(world, "subnet", subnet).zone}`)];
  return [
    ...own.map((zone) => ({ DnsName: `${id}-${label}${zone}.${domain}`, HostedZoneId: zoneIdOf(domain) })),
    ...(privateDns && privateName !== undefined ? [{ DnsName: privateName, HostedZoneId: zoneIdOf(`${endpoint.vpc} ${privateName}`) }] : []),
  ];
}

export function endpointView(world: World, endpoint: VpcEndpoint): EndpointView {
  const isInterface = endpoint.type === "Interface";
  return {
    VpcEndpointId: endpoint.id,
    VpcEndpointType: endpoint.type,
    VpcId: endpoint.vpc,
    ServiceName: endpoint.service,
    State: endpointState(endpoint),
    PolicyDocument: endpoint.policy,
    RouteTableIds: endpoint.type === "Gateway" ? tablesOfEndpoint(world, endpoint).map(({ id }) => id) : [],
    SubnetIds: [...endpoint.subnets],
    Groups: endpoint.groups.flatMap((id) => {
      const group = find(world, "security-group", id);
      return group ? [{ GroupId: id, GroupName: group.name }] : [];
    }),
    IpAddressType: endpoint.addressType,
    DnsOptions: isInterface ? { DnsRecordIpType: endpoint.dnsRecords } : undefined,
    PrivateDnsEnabled: endpoint.privateDns,
    RequesterManaged: false,
    NetworkInterfaceIds: interfacesOfEndpoint(world, endpoint).map(({ id }) => id),
    DnsEntries: isInterface ? dnsEntries(world, endpoint, serviceOf(world, endpoint)) : [],
    CreationTimestamp: new Date(endpoint.created),
    OwnerId: endpoint.account,
    ServiceRegion: endpoint.region,
    Tags: tagList(endpoint.tags),
  };
}

export const endpointFilters: Filters<EndpointView> = {
  "ip-address-type": (endpoint) => [endpoint.IpAddressType],
  "service-name": (endpoint) => [endpoint.ServiceName],
  "service-region": (endpoint) => [endpoint.ServiceRegion],
  "vpc-endpoint-id": (endpoint) => [endpoint.VpcEndpointId],
  "vpc-endpoint-state": (endpoint) => [endpoint.State],
  "vpc-endpoint-type": (endpoint) => [endpoint.VpcEndpointType],
  "vpc-id": (endpoint) => [endpoint.VpcId],
};
