import type { Scope } from "../../model/birth.ts";
import { living } from "../../model/gone.ts";
import { isForGateways, isOpenTo, serviceNameOf } from "../../model/vpc-endpoint-service.ts";
import type { VpcEndpointService } from "../../model/vpc-endpoint-service.ts";
import type { VpcEndpoint } from "../../model/vpc-endpoint.ts";
import { everywhere } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { amazonServices } from "./endpoint-services.ts";
import type { EndpointService } from "./endpoint-services.ts";

/** A service of a customer's own. */
export interface OwnService extends EndpointService {
  readonly own: VpcEndpointService;
}

/** As endpoints are made of it. Its private name is of use to nobody, as nobody can verify it here. */
export const ownService = (own: VpcEndpointService): OwnService => ({
  name: serviceNameOf(own),
  type: isForGateways(own) ? "GatewayLoadBalancer" : "Interface",
  domain: `${own.id}.${own.region}.vpce.amazonaws.com`,
  own,
});

/** The services of customers that an account may make endpoints of in a region. */
export const ownServices = (world: World, { account, region }: Scope): OwnService[] =>
  living(everywhere(world, "vpc-endpoint-service"))
    .filter((service) => isOpenTo(service, account) && (service.region === region || service.regions.includes(region)))
    .map(ownService);

/** What an endpoint leads to. */
export const serviceOf = (world: World, { service, type, region }: VpcEndpoint): EndpointService | undefined =>
  amazonServices(region).find((one) => one.name === service && one.type === type) ??
  everywhere(world, "vpc-endpoint-service").map(ownService).find(({ name }) => name === service);

/** The service of that name and of the type wanted, where the caller may use it. */
export function locateService(world: World, scope: Scope, name: string, type: VpcEndpoint["type"]): EndpointService | OwnService | Refusal {
  const found = [...amazonServices(scope.region), ...ownServices(world, scope)].filter((service) => service.name === name);
  if (found.length === 0) return missingService(name);
  const types = found.map((service) => service.type).join(", ");
  return (
    found.find((service) => service.type === type) ??
    refuse("InvalidParameter", `Endpoint type (${type}) does not match available service types ([${types}]).`)
  );
}

export const missingService = (name: string): Refusal =>
  refuse("InvalidServiceName", `The Vpc Endpoint Service '${name}' does not exist`);
