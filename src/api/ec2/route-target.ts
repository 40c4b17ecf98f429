import { interfacesOf } from "../../model/network-interface.ts";
import { stateOf } from "../../model/peering.ts";
import { attachmentOfVpc } from "../../model/transit-attachment.ts";
import type { RouteTable, RouteTarget } from "../../model/resource.ts";
import type { World } from "../../model/world.ts";
import { parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import type { Call, Input } from "../operation.ts";
import { findSeen, locate, locateLiving, malformed, missing } from "./lookup.ts";

type Locate = (world: World, call: Call, table: RouteTable, id: string) => RouteTarget | Refusal;

/** The parameters that name a route's target, and how each is found. */
const targets = {
  CarrierGatewayId: locateCarrierGateway,
  CoreNetworkArn: noneOf("InvalidCoreNetworkArn.NotFound", "core network ARN"),
  EgressOnlyInternetGatewayId: locateEgressOnlyGateway,
  GatewayId: locateGateway,
  InstanceId: locateInstance,
  LocalGatewayId: noneOf("InvalidLocalGatewayID.NotFound", "local gateway ID"),
  NatGatewayId: locateNatGateway,
  NetworkInterfaceId: locateInterface,
  OdbNetworkArn: noneOf("InvalidOdbNetworkArn.NotFound", "ODB network ARN"),
  TransitGatewayId: locateTransitGateway,
  VpcEndpointId: locateEndpoint,
  VpcPeeringConnectionId: locatePeering,
} as const satisfies { readonly [P in keyof Input<"CreateRoute">]?: Locate };

type Parameter = keyof typeof targets;
const parameters = Object.keys(targets) as readonly Parameter[];

/** The one target an input names, not looked for yet. */
export interface NamedTarget {
  readonly parameter: Parameter;
  readonly id: string;
}

const camel = (parameter: string): string => parameter.charAt(0).toLowerCase() + parameter.slice(1);
const oneOf = `exactly one of ${parameters.map(camel).join(", ")}`;

/** Which target the input names. That of a local route may be said as `LocalTarget`, too. */
export function nameTarget(
  input: Pick<Input<"ReplaceRoute">, Parameter> & { readonly LocalTarget?: boolean | undefined },
): NamedTarget | Refusal {
  const named = parameters.flatMap((parameter) => {
    const id = input[parameter];
    return id === undefined ? [] : [{ parameter, id }];
  });
  if (input.LocalTarget === true) named.push({ parameter: "GatewayId", id: "local" });
  const [first, ...others] = named;
  if (!first) return refuse("MissingParameter", `The request must contain ${oneOf}`);
  return others.length > 0 ? refuse("InvalidParameterCombination", `The request must contain ${oneOf}`) : first;
}

/** The target, which exists and is of the table's network. */
export const locateTarget = (
  world: World,
  call: Call,
  table: RouteTable,
  { parameter, id }: NamedTarget,
): RouteTarget | Refusal => targets[parameter](world, call, table, id);

/** Bailey has nothing of the kind. */
function noneOf(code: string, noun: string): Locate {
  return (_world, _call, _table, id) => refuse(code, `The ${noun} '${id}' does not exist`);
}

export const missingGateway = (id: string): Refusal => refuse("InvalidGatewayID.NotFound", `The gateway ID '${id}' does not exist`);

/** The refusal of a table together with something of another VPC. `other` is its kind and id. */
export const differentNetworks = (table: RouteTable, other: string): Refusal =>
  refuse("InvalidParameterValue", `route table ${table.id} and ${other} belong to different networks`);

/** How what routes and VPN connections lead to speaks of a transit gateway that is not there. */
export const missingTransitGateway = (id: string): Refusal =>
  refuse("InvalidTransitGatewayID.NotFound", `The transitGateway ID '${id}' does not exist`);

/** An internet or VPN gateway, a NAT gateway named as Amazon lets it be, or the VPC itself. */
function locateGateway(world: World, call: Call, table: RouteTable, id: string): RouteTarget | Refusal {
  if (id === "local") return { type: "local" };
  if (parseId("nat-gateway", id)) return locateNatGateway(world, call, table, id);
  if (parseId("vpn-gateway", id)) return locateVpnGateway(world, call, table, id);
  const gateway = parseId("internet-gateway", id) ? locate(world, call, "internet-gateway", id) : undefined;
  if (!gateway || isRefusal(gateway)) return missingGateway(id);
  if (gateway.vpc !== table.vpc) return differentNetworks(table, `network gateway ${id}`);
  return { type: "internet-gateway", id: gateway.id };
}

function locateVpnGateway(world: World, call: Call, table: RouteTable, id: string): RouteTarget | Refusal {
  const gateway = locateLiving(world, call, "vpn-gateway", id);
  if (isRefusal(gateway)) return missingGateway(id);
  if (gateway.vpc !== table.vpc) return differentNetworks(table, `network gateway ${id}`);
  return { type: "vpn-gateway", id: gateway.id };
}

/** A transit gateway that the table's VPC is attached to. */
function locateTransitGateway(world: World, call: Call, table: RouteTable, id: string): RouteTarget | Refusal {
  const gateway = locateLiving(world, call, "transit-gateway", id);
  if (isRefusal(gateway) || !attachmentOfVpc(world, { id: table.vpc }, id)) return missingTransitGateway(id);
  return { type: "transit-gateway", id: gateway.id };
}

/** An endpoint of a load balancer; routes to a gateway endpoint come and go with it. */
function locateEndpoint(world: World, call: Call, table: RouteTable, id: string): RouteTarget | Refusal {
  const endpoint = locateLiving(world, call, "vpc-endpoint", id);
  if (isRefusal(endpoint)) return endpoint;
  if (endpoint.type !== "GatewayLoadBalancer") {
    return refuse(
      "RouteNotSupported",
      `Route table contains unsupported route target: ${id}. VPC Endpoints of this type cannot be used as route targets.`,
    );
  }
  if (endpoint.vpc !== table.vpc) return differentNetworks(table, `VPC endpoint ${id}`);
  return { type: "vpc-endpoint", id: endpoint.id };
}

function locateCarrierGateway(world: World, call: Call, table: RouteTable, id: string): RouteTarget | Refusal {
  const gateway = locateLiving(world, call, "carrier-gateway", id);
  if (isRefusal(gateway)) return gateway;
  if (gateway.vpc !== table.vpc) return differentNetworks(table, `carrier gateway ${id}`);
  return { type: "carrier-gateway", id: gateway.id };
}

function locateEgressOnlyGateway(world: World, call: Call, table: RouteTable, id: string): RouteTarget | Refusal {
  const gateway = locate(world, call, "egress-only-internet-gateway", id);
  if (isRefusal(gateway)) return gateway;
  if (gateway.vpc !== table.vpc) return differentNetworks(table, `egress-only internet gateway ${id}`);
  return { type: "egress-only-internet-gateway", id: gateway.id };
}

/** Routes have a code of their own for a NAT gateway that is not there. */
function locateNatGateway(world: World, call: Call, table: RouteTable, id: string): RouteTarget | Refusal {
  if (!parseId("nat-gateway", id)) return malformed("nat-gateway", id);
  const gateway = findSeen(world, call, "nat-gateway", id);
  if (!gateway || gateway.deleted !== undefined) {
    return refuse("InvalidNatGatewayID.NotFound", `The natGateway ID '${id}' does not exist`);
  }
  if (gateway.vpc !== table.vpc) return differentNetworks(table, `NAT gateway ${id}`);
  return { type: "nat-gateway", id: gateway.id };
}

function locateInterface(world: World, call: Call, table: RouteTable, id: string): RouteTarget | Refusal {
  const eni = locate(world, call, "network-interface", id);
  if (isRefusal(eni)) return eni;
  if (eni.vpc !== table.vpc) return differentNetworks(table, `interface ${id}`);
  return { type: "network-interface", id: eni.id };
}

/** The one interface of an instance: it is what the route leads to from then on. */
function locateInstance(world: World, call: Call, table: RouteTable, id: string): RouteTarget | Refusal {
  const instance = locate(world, call, "instance", id);
  if (isRefusal(instance)) return instance;
  const [eni, ...others] = interfacesOf(world, instance);
  if (!eni) return refuse("IncorrectInstanceState", `The instance '${id}' is ${instance.state} and has no network interface.`);
  if (others.length > 0) {
    return refuse(
      "InvalidInstanceID",
      `There are multiple interfaces attached to instance '${id}'. Please specify an interface ID for the operation instead.`,
    );
  }
  return locateInterface(world, call, table, eni.id);
}

/** A peering connection that is or may become active, one of whose sides is the table's VPC. */
function locatePeering(world: World, call: Call, table: RouteTable, id: string): RouteTarget | Refusal {
  const peering = locate(world, call, "vpc-peering-connection", id);
  if (isRefusal(peering)) return peering;
  if (!["active", "pending-acceptance"].includes(stateOf(peering, call.now))) return missing("vpc-peering-connection", [id]);
  if (![peering.requester, peering.accepter].some(({ vpc }) => vpc === table.vpc)) {
    return differentNetworks(table, `VPC peering connection ${id}`);
  }
  return { type: "vpc-peering-connection", id: peering.id };
}
