import { Draft } from "../../model/draft.ts";
import { living } from "../../model/gone.ts";
import { connectionsOf, makeEndpointService } from "../../model/vpc-endpoint-service.ts";
import type { EndpointServicePlan, VpcEndpointService } from "../../model/vpc-endpoint-service.ts";
import { list, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { describe } from "./describe.ts";
import { locateLiving } from "./lookup.ts";
import { invalidValue, oneOf } from "./parameter.ts";
import { configurationFilters, configurationView } from "./views/endpoint-service.ts";

/** Makes a service that others may be let make endpoints of. Its load balancers are only named. */
export const createVpcEndpointServiceConfiguration = operation({
  name: "CreateVpcEndpointServiceConfiguration",
  run(world, input, call) {
    const plan = checkPlan({
      acceptanceRequired: input.AcceptanceRequired ?? true,
      networkLoadBalancers: input.NetworkLoadBalancerArns ?? [],
      gatewayLoadBalancers: input.GatewayLoadBalancerArns ?? [],
      addressTypes: input.SupportedIpAddressTypes ?? ["ipv4"],
      regions: input.SupportedRegions ?? [],
      ...(input.PrivateDnsName !== undefined && { privateName: input.PrivateDnsName }),
    });
    if (isRefusal(plan)) return plan;
    const tags = parseTagSpecifications(input.TagSpecifications, ["vpc-endpoint-service"]);
    if (isRefusal(tags)) return tags;
    if (living(list(world, call, "vpc-endpoint-service")).length >= call.quotas.endpointServices) {
      return refuse("VpcEndpointLimitExceeded", "The maximum number of VPC endpoint services has been reached.");
    }
    const service = makeEndpointService(call, plan, tags["vpc-endpoint-service"] ?? {});
    return {
      changes: [put(service)],
      output: { ServiceConfiguration: configurationView(world, service), ClientToken: input.ClientToken },
    };
  },
});

type UncheckedPlan = Omit<EndpointServicePlan, "addressTypes"> & { readonly addressTypes: readonly string[] };

function checkPlan({ addressTypes, ...plan }: UncheckedPlan): EndpointServicePlan | Refusal {
  const { networkLoadBalancers: network, gatewayLoadBalancers: gateway } = plan;
  if ((network.length === 0) === (gateway.length === 0)) {
    return refuse("InvalidParameter", "exactly one of network_load_balancer_arn or gateway_load_balancer_arn is a required member");
  }
  const wrong = [...network, ...gateway].find((arn) => !/^arn:aws[\w-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\//.test(arn));
  if (wrong !== undefined) return refuse("InvalidParameter", `'${wrong}' is not the ARN of a load balancer.`);
  const strange = plan.regions.find((region) => !/^[a-z]+(?:-[a-z]+)+-\d+$/.test(region));
  if (strange !== undefined) return invalidValue("supportedRegions", strange, "This is not a region.");
  const types: ("ipv4" | "ipv6")[] = [];
  for (const type of new Set(addressTypes)) {
    const known = oneOf("supportedIpAddressTypes", type, ["ipv4", "ipv6"]);
    if (isRefusal(known)) return known;
    types.push(known);
  }
  return types.length === 0 ? refuse("InvalidParameter", "A service supports at least one type of IP address.") : { ...plan, addressTypes: types };
}

const changeList = (present: readonly string[], added: readonly string[] = [], removed: readonly string[] = []): string[] =>
  [...new Set([...present, ...added])].filter((one) => !removed.includes(one));

export const modifyVpcEndpointServiceConfiguration = operation({
  name: "ModifyVpcEndpointServiceConfiguration",
  run(world, input, call) {
    if (input.PrivateDnsName !== undefined && input.RemovePrivateDnsName === true) {
      return refuse("InvalidParameterCombination", "The request must contain at most one of privateDnsName or removePrivateDnsName");
    }
    const service = locateLiving(world, call, "vpc-endpoint-service", input.ServiceId ?? "");
    if (isRefusal(service)) return service;
    const { privateName: former, ...rest } = service;
    const privateName = input.PrivateDnsName ?? (input.RemovePrivateDnsName === true ? undefined : former);
    const plan = checkPlan({
      acceptanceRequired: input.AcceptanceRequired ?? service.acceptanceRequired,
      networkLoadBalancers: changeList(service.networkLoadBalancers, input.AddNetworkLoadBalancerArns, input.RemoveNetworkLoadBalancerArns),
      gatewayLoadBalancers: changeList(service.gatewayLoadBalancers, input.AddGatewayLoadBalancerArns, input.RemoveGatewayLoadBalancerArns),
      addressTypes: changeList(service.addressTypes, input.AddSupportedIpAddressTypes, input.RemoveSupportedIpAddressTypes),
      regions: changeList(service.regions, input.AddSupportedRegions, input.RemoveSupportedRegions),
      ...(privateName !== undefined && { privateName }),
    });
    return isRefusal(plan) ? plan : { changes: [put({ ...rest, ...plan })], output: { Return: true } };
  },
});

/** Deletes services, each for itself: those that can't be are told of. */
export const deleteVpcEndpointServiceConfigurations = operation({
  name: "DeleteVpcEndpointServiceConfigurations",
  run(world, { ServiceIds = [] }, call) {
    const draft = new Draft(world);
    const Unsuccessful = [];
    for (const id of new Set(ServiceIds)) {
      const service = locateDeletable(world, call, id);
      if (isRefusal(service)) Unsuccessful.push({ ResourceId: id, Error: { Code: service.refused, Message: service.message } });
      else draft.add(put({ ...service, deleted: call.now }));
    }
    return { changes: draft.changes, output: { Unsuccessful } };
  },
});

function locateDeletable(world: World, call: Call, id: string): VpcEndpointService | Refusal {
  const service = locateLiving(world, call, "vpc-endpoint-service", id);
  if (isRefusal(service)) return refuse("InvalidVpcEndpointService.NotFound", `The VpcEndpointService Id '${id}' does not exist`);
  return connectionsOf(world, service).some(({ state }) => state !== "rejected")
    ? refuse("ExistingVpcEndpointConnections", `Service ${id} has existing active VPC Endpoint connections!`)
    : service;
}

const listing = {
  kind: "vpc-endpoint-service",
  ids: { parameter: "ServiceIds", alone: false },
  bounds: [5, 1000],
  only: ({ deleted }: VpcEndpointService) => deleted === undefined,
  filters: configurationFilters,
  view: configurationView,
} as const;

export const describeVpcEndpointServiceConfigurations = operation({
  name: "DescribeVpcEndpointServiceConfigurations",
  run(world, { ServiceIds, ...request }, call) {
    const page = describe(listing, world, call, { ...request, ids: ServiceIds });
    return isRefusal(page) ? page : { output: { ServiceConfigurations: [...page.items], NextToken: page.next } };
  },
});
