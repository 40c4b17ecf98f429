/** What an endpoint is made of: route tables, subnets, groups, private names, a policy. */
import { amazonPrefixLists } from "../../model/amazon-prefix-list.ts";
import type { Draft } from "../../model/draft.ts";
import type { PrefixList, RouteTable, Subnet, Vpc } from "../../model/resource.ts";
import { isGatewayTable } from "../../model/route-table.ts";
import { joinSubnet, joinTable } from "../../model/vpc-endpoint.ts";
import type { VpcEndpoint } from "../../model/vpc-endpoint.ts";
import { listed, need, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { limits } from "../limits.ts";
import type { Call } from "../operation.ts";
import { chooseAddresses, parseAddresses } from "./addresses.ts";
import { serviceOf } from "./endpoint-service-lookup.ts";
import type { EndpointService } from "./endpoint-services.ts";
import { locateAll } from "./lookup.ts";
import { tableFits } from "./route-rules.ts";

/** Lets everybody do everything, as the policy of an endpoint that was given none. */
export const openPolicy = JSON.stringify({
  Version: "2008-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }],
});

/** Refuses a policy that is not a JSON object. */
export function refusePolicy(text: string | undefined): Refusal | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return undefined;
  } catch {
    // Said below.
  }
  return refuse("InvalidPolicyDocument", "The specified policy document is not a valid JSON policy document.");
}

const invalid = (message: string): Refusal => refuse("InvalidParameter", message);

/** The list of the addresses of a service that has gateway endpoints. */
const prefixListOf = (world: World, call: Call, service: string): PrefixList | undefined =>
  amazonPrefixLists(world, call).find(({ name }) => name === service);

/** Route tables of the VPC, each once, that have no route to the service yet and room for one. */
export function locateTables(world: World, call: Call, vpc: Pick<Vpc, "id">, ids: readonly string[], service: string): RouteTable[] | Refusal {
  const tables = locateAll(world, call, "route-table", ids);
  if (isRefusal(tables)) return tables;
  const list = prefixListOf(world, call, service)?.id;
  for (const table of tables) {
    if (table.vpc !== vpc.id) return invalid(`Route table ${table.id} does not belong to vpc ${vpc.id}`);
    if (isGatewayTable(table)) return invalid(`Route table ${table.id} routes for a gateway.`);
    if (list !== undefined && table.routes.some(({ destination }) => destination === list)) {
      return refuse("RouteAlreadyExists", `route table ${table.id} already has a route with destination-prefix-list-id ${list}`);
    }
  }
  return tables;
}

/** Every table gets a route to the endpoint. */
export function joinTables(draft: Draft, call: Call, endpoint: VpcEndpoint, tables: readonly RouteTable[]): Refusal | undefined {
  const list = prefixListOf(draft.world, call, endpoint.service);
  if (!list) return undefined;
  for (const table of tables) {
    const joined = joinTable(table, endpoint, list);
    if (!tableFits(draft.world, call, joined)) return refuse("RouteLimitExceeded", "The maximum number of routes has been reached.");
    draft.add(put(joined));
  }
  return undefined;
}

/** Subnets of the VPC, each once, in zones where neither another one nor one of `present` is. */
export function locateSubnets(world: World, call: Call, vpc: Pick<Vpc, "id">, ids: readonly string[], present: readonly Subnet[]): Subnet[] | Refusal {
  const subnets = locateAll(world, call, "subnet", ids);
  if (isRefusal(subnets)) return subnets;
  const strange = subnets.find((subnet) => subnet.vpc !== vpc.id);
  if (strange) return invalid(`Subnet ${strange.id} does not belong to vpc ${vpc.id}`);
  const zones = new Set(present.map(({ zone }) => zone));
  for (const { id, zone } of subnets) {
    if (zones.has(zone)) {
      return refuse(
        "DuplicateSubnetsInSameZone",
        `Found another VPC endpoint subnet in the availability zone of ${id}. ` +
          "VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service.",
      );
    }
    zones.add(zone);
  }
  return subnets;
}

/** An interface of the endpoint in each of the subnets. */
export function joinSubnets(draft: Draft, call: Call, endpoint: VpcEndpoint, subnets: readonly Subnet[]): Refusal | undefined {
  const wanted = parseAddresses({});
  if (isRefusal(wanted)) return wanted;
  for (const subnet of subnets) {
    const chosen = chooseAddresses(draft.world, subnet, wanted, limits.addressesPerInterface);
    if (isRefusal(chosen)) return chosen;
    joinSubnet(draft, call, endpoint, subnet, chosen.addresses[0] ?? "");
  }
  return undefined;
}

/** Refuses private DNS where the service has no private name, the VPC no DNS for it, or another endpoint has the name. */
export function refusePrivateDns(world: World, vpc: Vpc, service: EndpointService, self?: VpcEndpoint): Refusal | undefined {
  const { privateName } = service;
  if (privateName === undefined) {
    return invalid(`Private DNS can't be enabled because the service ${service.name} does not provide a private DNS name.`);
  }
  if (!vpc.dnsSupport || !vpc.dnsHostnames) {
    return invalid(
      "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for " + vpc.id,
    );
  }
  const clash = listed(world, "endpointsOfVpc", vpc.id).find(
    (other) => other.id !== self?.id && other.privateDns && serviceOf(world, other)?.privateName === privateName,
  );
  return clash && invalid(`private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${privateName} in the VPC ${vpc.id}`);
}

/** The subnets an endpoint has now. */
export const subnetsOf = (world: World, { subnets }: VpcEndpoint): Subnet[] => subnets.map((id) => need(world, "subnet", id));
