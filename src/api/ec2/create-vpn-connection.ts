import { living } from "../../model/gone.ts";
import { makeAttachment } from "../../model/transit-attachment.ts";
import {
  connectionsWith,
  freeInsideBlock,
  freeInsideIpv6Block,
  freeOutsideAddresses,
  makePreSharedKey,
  makeVpnConnection,
} from "../../model/vpn-connection.ts";
import type { VpnConnection, VpnTunnel } from "../../model/vpn-connection.ts";
import { applyChanges, find, list, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { formatCidr } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { parseBlock } from "./blocks.ts";
import { locateLiving } from "./lookup.ts";
import { invalidValue, oneOf } from "./parameter.ts";
import { missingTransitGateway } from "./route-target.ts";
import { unserved } from "./served.ts";
import { vpnConnectionView } from "./views/vpn-connection.ts";
import { parseTunnel, refuseLifetimes } from "./vpn-tunnel-options.ts";
import type { WantedTunnel } from "./vpn-tunnel-options.ts";

const servedOptions = [
  "EnableAcceleration",
  "StaticRoutesOnly",
  "TunnelInsideIpVersion",
  "TunnelOptions",
  "LocalIpv4NetworkCidr",
  "RemoteIpv4NetworkCidr",
  "LocalIpv6NetworkCidr",
  "RemoteIpv6NetworkCidr",
  "OutsideIpAddressType",
] as const;

/** Makes a connection from a customer's gateway to one of the caller's, or to none yet. Its tunnels are never up. */
export const createVpnConnection = operation({
  name: "CreateVpnConnection",
  run(world, input, call) {
    const strange =
      unserved(input, ["Type", "CustomerGatewayId", "VpnGatewayId", "TransitGatewayId", "Options", "TagSpecifications"]) ??
      unserved(input.Options ?? {}, servedOptions);
    if (strange) return strange;
    const type = oneOf("type", input.Type ?? "", ["ipsec.1"]);
    if (isRefusal(type)) return type;
    if (input.VpnGatewayId !== undefined && input.TransitGatewayId !== undefined) {
      return refuse("InvalidParameterValue", "The request must not contain both parameter vpnGatewayId and transitGatewayId");
    }
    const wishes = parseWishes(input);
    if (isRefusal(wishes)) return wishes;
    const tags = parseTagSpecifications(input.TagSpecifications, ["vpn-connection"]);
    if (isRefusal(tags)) return tags;
    const customer = locateLiving(world, call, "customer-gateway", input.CustomerGatewayId ?? "");
    if (isRefusal(customer)) return customer;
    const gateway = locateGateway(world, call, input);
    if (isRefusal(gateway)) return gateway;
    const { wanted, ...plain } = wishes;
    const wrong = refuseForGateway(world, call, gateway.id, wishes) ?? refuseCount(world, call);
    if (wrong) return wrong;
    const tunnels = makeTunnels(world, call, gateway.id, plain.inside, wanted);
    if (isRefusal(tunnels)) return tunnels;
    const plan = { ...plain, customerGateway: customer.id, ...(gateway.id !== undefined && { gateway: gateway.id }), tunnels };
    const connection = makeVpnConnection(call, plan, tags["vpn-connection"] ?? {});
    const changes = [put(connection), ...attachToTransit(world, call, connection)];
    const view = vpnConnectionView(applyChanges(world, changes), connection);
    // It is as ready as it will ever be, but clients expect to see it begin.
    return { changes, output: { VpnConnection: { ...view, State: "pending" as const } } };
  },
});

type Wishes = Pick<VpnConnection, "staticOnly" | "accelerated" | "inside" | "localCidr" | "remoteCidr"> & {
  readonly wanted: readonly WantedTunnel[];
};

function parseWishes({ Options = {} }: Input<"CreateVpnConnection">): Wishes | Refusal {
  const inside = oneOf("tunnelInsideIpVersion", Options.TunnelInsideIpVersion ?? "ipv4", ["ipv4", "ipv6"]);
  if (isRefusal(inside)) return inside;
  const outside = oneOf("outsideIpAddressType", Options.OutsideIpAddressType ?? "PublicIpv4", ["PublicIpv4"]);
  if (isRefusal(outside)) return outside;
  const four = inside === "ipv4";
  const everything = four ? "0.0.0.0/0" : "::/0";
  const local = (four ? Options.LocalIpv4NetworkCidr : Options.LocalIpv6NetworkCidr) ?? everything;
  const remote = (four ? Options.RemoteIpv4NetworkCidr : Options.RemoteIpv6NetworkCidr) ?? everything;
  const localCidr = parseBlock(`local${four ? "Ipv4" : "Ipv6"}NetworkCidr`, local, four ? 4 : 6);
  if (isRefusal(localCidr)) return localCidr;
  const remoteCidr = parseBlock(`remote${four ? "Ipv4" : "Ipv6"}NetworkCidr`, remote, four ? 4 : 6);
  if (isRefusal(remoteCidr)) return remoteCidr;
  const wanted: WantedTunnel[] = [];
  for (const given of Options.TunnelOptions ?? []) {
    const tunnel = parseTunnel(given);
    if (isRefusal(tunnel)) return tunnel;
    const wrong = refuseLifetimes(tunnel.wishes);
    if (wrong) return wrong;
    wanted.push(tunnel);
  }
  if (wanted.length > 2) return refuse("InvalidParameterValue", "There can be options for two tunnels at most.");
  return {
    inside,
    staticOnly: Options.StaticRoutesOnly ?? false,
    accelerated: Options.EnableAcceleration ?? false,
    localCidr: formatCidr(localCidr),
    remoteCidr: formatCidr(remoteCidr),
    wanted,
  };
}

function locateGateway(
  world: World,
  call: Call,
  { VpnGatewayId, TransitGatewayId }: Input<"CreateVpnConnection">,
): { readonly id?: NonNullable<VpnConnection["gateway"]> } | Refusal {
  if (TransitGatewayId !== undefined) {
    const gateway = locateLiving(world, call, "transit-gateway", TransitGatewayId);
    return isRefusal(gateway) ? missingTransitGateway(TransitGatewayId) : { id: gateway.id };
  }
  if (VpnGatewayId === undefined) return {};
  const gateway = locateLiving(world, call, "vpn-gateway", VpnGatewayId);
  return isRefusal(gateway) ? gateway : { id: gateway.id };
}

function refuseForGateway(world: World, { quotas }: Call, id: VpnConnection["gateway"], wishes: Wishes): Refusal | undefined {
  const transit = id?.startsWith("tgw-") ?? false;
  if (!transit && wishes.inside === "ipv6") return invalidValue("tunnelInsideIpVersion", "ipv6", "It needs a transit gateway.");
  if (!transit && wishes.accelerated) return invalidValue("enableAcceleration", "true", "It needs a transit gateway.");
  if (id === undefined || transit || connectionsWith(world, id).length < quotas.vpnConnectionsPerGateway) return undefined;
  return refuse("VpnConnectionLimitExceeded", `The maximum number of VPN connections of ${id} has been reached.`);
}

const refuseCount = (world: World, call: Call): Refusal | undefined =>
  living(list(world, call, "vpn-connection")).length < call.quotas.vpnConnections
    ? undefined
    : refuse("VpnConnectionLimitExceeded", "The maximum number of VPN connections has been reached.");

/** Both tunnels. Blocks inside are unique among the connections of a gateway. */
function makeTunnels(
  world: World,
  call: Call,
  gateway: VpnConnection["gateway"],
  inside: VpnConnection["inside"],
  wanted: readonly WantedTunnel[],
): readonly [VpnTunnel, VpnTunnel] | Refusal {
  const others = gateway === undefined ? [] : connectionsWith(world, gateway).flatMap(({ tunnels }) => tunnels);
  const taken = new Set(others.flatMap((tunnel) => [tunnel.inside, tunnel.insideIpv6 ?? ""]));
  const [first, second] = freeOutsideAddresses(world, 2);
  if (first === undefined || second === undefined) {
    return refuse("InsufficientAddressCapacity", "Insufficient capacity of addresses to satisfy the request.");
  }
  const make = (outside: string, { wishes, ...asked }: WantedTunnel = { wishes: {} }): VpnTunnel | Refusal => {
    const clash = [asked.inside, asked.insideIpv6].find((block) => block !== undefined && taken.has(block));
    if (clash !== undefined) return invalidValue("tunnelInsideCidr", clash, "Another tunnel of the gateway has it.");
    const block = asked.inside ?? freeInsideBlock(call, taken);
    const ipv6 = inside === "ipv6" ? (asked.insideIpv6 ?? freeInsideIpv6Block(call, taken)) : undefined;
    taken.add(block).add(ipv6 ?? "");
    return {
      outside,
      inside: block,
      ...(ipv6 !== undefined && { insideIpv6: ipv6 }),
      preSharedKey: asked.preSharedKey ?? makePreSharedKey(call),
      wishes,
    };
  };
  const one = make(first, wanted[0]);
  if (isRefusal(one)) return one;
  const other = make(second, wanted[1]);
  return isRefusal(other) ? other : [one, other];
}

/** A connection to a transit gateway is an attachment of it. */
function attachToTransit(world: World, call: Call, { id, gateway }: VpnConnection) {
  const transit = gateway && find(world, "transit-gateway", gateway);
  return transit ? makeAttachment(world, call, transit, { type: "vpn", connection: id }, {}).changes : [];
}
