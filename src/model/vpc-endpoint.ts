import type { Id } from "../values/id.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { Draft } from "./draft.ts";
import type { Departing } from "./gone.ts";
import { deleteInterface, makePlainInterface } from "./network-interface.ts";
import type { NetworkInterface, Owned, PrefixList, RouteTable, Subnet } from "./resource.ts";
import { tablesNaming } from "./route-table.ts";
import { listed, put } from "./world.ts";
import type { Change, World } from "./world.ts";

/** A way into a VPC for a service outside. Nothing answers there. */
export interface VpcEndpoint extends Owned, Departing {
  readonly kind: "vpc-endpoint";
  readonly id: Id<"vpc-endpoint">;
  readonly type: "Gateway" | "Interface" | "GatewayLoadBalancer";
  readonly vpc: Id<"vpc">;
  /** Such as com.amazonaws.us-east-1.s3. */
  readonly service: string;
  readonly state: "available" | "pendingAcceptance" | "rejected";
  /** A JSON document, as it was given. Absent where the service takes none. */
  readonly policy?: string;
  /** Of an interface endpoint, one for each zone at most; of a load balancer's, exactly one. */
  readonly subnets: readonly Id<"subnet">[];
  /** Of an interface endpoint. */
  readonly groups: readonly Id<"security-group">[];
  readonly privateDns: boolean;
  readonly addressType: "ipv4" | "ipv6" | "dualstack";
  readonly dnsRecords: "ipv4" | "ipv6" | "dualstack" | "service-defined";
  /** Eight letters and digits that its DNS names have in them. */
  readonly label: string;
}

export type VpcEndpointPlan = Omit<VpcEndpoint, keyof Owned | keyof Departing | "kind" | "id" | "label">;

export const makeEndpoint = (birth: Birth, plan: VpcEndpointPlan, tags: Tags): VpcEndpoint => ({
  ...owned(birth, tags),
  kind: "vpc-endpoint",
  id: birth.mint("vpc-endpoint"),
  ...plan,
  label: birth.random(4),
});

/** The tables with a route to the endpoint. */
export const tablesOfEndpoint = (world: World, endpoint: Pick<VpcEndpoint, "id">): RouteTable[] => tablesNaming(world, endpoint.id);

/** A gateway endpoint joins a route table: a route to its service's prefix list. */
export const joinTable = (table: RouteTable, endpoint: VpcEndpoint, service: PrefixList): RouteTable => ({
  ...table,
  routes: [...table.routes, { destination: service.id, target: { type: "vpc-endpoint", id: endpoint.id }, origin: "CreateRoute" }],
});

/** The table without its routes to the endpoint. */
export const leaveTable = (table: RouteTable, endpoint: Pick<VpcEndpoint, "id">): RouteTable => ({
  ...table,
  routes: table.routes.filter(({ target }) => !(target.type === "vpc-endpoint" && target.id === endpoint.id)),
});

/** The interface of an endpoint in one of its subnets. Nothing answers there. */
export function joinSubnet(draft: Draft, birth: Birth, endpoint: VpcEndpoint, subnet: Subnet, address: string): void {
  const eni = makePlainInterface(draft.world, birth, subnet, {
    description: `VPC Endpoint Interface ${endpoint.id}`,
    groups: endpoint.groups,
    addresses: [address],
  });
  draft.add(put({ ...eni, managedBy: endpoint.id }));
}

/** Its interfaces, in order of their subnets. */
export const interfacesOfEndpoint = (world: World, { id, subnets }: VpcEndpoint): NetworkInterface[] =>
  subnets.flatMap((subnet) => [...listed(world, "interfacesOfSubnet", subnet).values()].filter(({ managedBy }) => managedBy === id));

/** The endpoint is deleted, with its interfaces, and with its routes where it is a gateway. */
export const deleteEndpoint = (world: World, endpoint: VpcEndpoint, now: string): Change[] => [
  ...interfacesOfEndpoint(world, endpoint).flatMap((eni) => deleteInterface(world, eni)),
  ...tablesOfEndpoint(world, endpoint).map((table) => put(leaveTable(table, endpoint))),
  put({ ...endpoint, deleted: now }),
];
