import type { Id } from "../values/id.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { Departing } from "./gone.ts";
import type { Owned } from "./resource.ts";
import type { VpcEndpoint } from "./vpc-endpoint.ts";
import { listed } from "./world.ts";
import type { World } from "./world.ts";

/** Who may make endpoints of a service: an ARN, or `*`. */
export interface AllowedPrincipal {
  readonly id: Id<"vpc-endpoint-service-permission">;
  readonly arn: string;
}

/** A service of a customer's own that others may make endpoints of. */
export interface VpcEndpointService extends Owned, Departing {
  readonly kind: "vpc-endpoint-service";
  readonly id: Id<"vpc-endpoint-service">;
  readonly acceptanceRequired: boolean;
  /** ARNs of load balancers, all of one kind. There are none here. */
  readonly networkLoadBalancers: readonly string[];
  readonly gatewayLoadBalancers: readonly string[];
  readonly privateName?: string;
  /** What its owner would have to publish to show that the private name is theirs. */
  readonly verification: string;
  readonly addressTypes: readonly ("ipv4" | "ipv6")[];
  /** Regions, beside its own, from which endpoints may be made. */
  readonly regions: readonly string[];
  readonly principals: readonly AllowedPrincipal[];
}

export type EndpointServicePlan = Pick<
  VpcEndpointService,
  "acceptanceRequired" | "networkLoadBalancers" | "gatewayLoadBalancers" | "privateName" | "addressTypes" | "regions"
>;

export const makeEndpointService = (birth: Birth, plan: EndpointServicePlan, tags: Tags): VpcEndpointService => ({
  ...owned(birth, tags),
  kind: "vpc-endpoint-service",
  id: birth.mint("vpc-endpoint-service"),
  ...plan,
  verification: birth.random(10),
  principals: [],
});

export const serviceNameOf = ({ id, region }: VpcEndpointService): string => `com.amazonaws.vpce.${region}.${id}`;

export const isForGateways = ({ gatewayLoadBalancers }: VpcEndpointService): boolean => gatewayLoadBalancers.length > 0;

/** Whether an account may see the service and make endpoints of it: its owner, and whom it allows. */
export const isOpenTo = ({ account, principals }: VpcEndpointService, caller: string): boolean =>
  account === caller || principals.some(({ arn }) => arn === "*" || arn.split(":")[4] === caller);

/** The endpoints of a service, whoever owns them. */
export const connectionsOf = (world: World, service: VpcEndpointService): VpcEndpoint[] => [
  ...listed(world, "endpointsOfService", serviceNameOf(service)).values(),
];
