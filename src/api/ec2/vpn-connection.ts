import { deleteAttachment } from "../../model/transit-attachment.ts";
import { attachmentsOf } from "../../model/transit-gateway.ts";
import type { VpnConnection, VpnTunnel } from "../../model/vpn-connection.ts";
import { put } from "../../model/world.ts";
import type { Change, World } from "../../model/world.ts";
import { formatCidr } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call } from "../operation.ts";
import { parseBlock } from "./blocks.ts";
import { describe } from "./describe.ts";
import { locateLiving } from "./lookup.ts";
import { invalidValue } from "./parameter.ts";
import { unserved } from "./served.ts";
import { customerAsnOf, vpnConnectionFilters, vpnConnectionView } from "./views/vpn-connection.ts";
import { parseTunnel, refuseLifetimes } from "./vpn-tunnel-options.ts";

/** Deletes a connection, with its attachment where it leads to a transit gateway. */
export const deleteVpnConnection = operation({
  name: "DeleteVpnConnection",
  run(world, { VpnConnectionId = "" }, call) {
    const connection = locateLiving(world, call, "vpn-connection", VpnConnectionId);
    if (isRefusal(connection)) return connection;
    return { changes: [...detach(world, connection, call.now), put({ ...connection, deleted: call.now })], output: {} };
  },
});

const detach = (world: World, { id, gateway }: VpnConnection, now: string): Change[] =>
  attachmentsOf(world, gateway ?? "")
    .filter(({ to }) => to.type === "vpn" && to.connection === id)
    .flatMap((attachment) => deleteAttachment(world, attachment, now));

export const describeVpnConnections = operation({
  name: "DescribeVpnConnections",
  run(world, { VpnConnectionIds, Filters }, call) {
    const listing = {
      kind: "vpn-connection",
      ids: { parameter: "VpnConnectionIds", alone: false },
      bounds: [5, 1000],
      filters: { ...vpnConnectionFilters, "bgp-asn": (view: Parameters<typeof customerAsnOf>[1]) => [customerAsnOf(world, view)] },
      view: vpnConnectionView,
    } as const;
    const page = describe(listing, world, call, { Filters, ids: VpnConnectionIds });
    return isRefusal(page) ? page : { output: { VpnConnections: [...page.items] } };
  },
});

/** A connection of static routes only, and a block on the customer's side of it. */
function locateRoute(world: World, call: Call, id: string, text: string): { connection: VpnConnection; cidr: string } | Refusal {
  const cidr = parseBlock("destinationCidrBlock", text, 4);
  if (isRefusal(cidr)) return cidr;
  const connection = locateLiving(world, call, "vpn-connection", id);
  if (isRefusal(connection)) return connection;
  return connection.staticOnly
    ? { connection, cidr: formatCidr(cidr) }
    : refuse("InvalidVpnConnection.InvalidType", `The VPN connection '${id}' does not support static routes.`);
}

/** Adds a static route; the very same one again changes nothing. */
export const createVpnConnectionRoute = operation({
  name: "CreateVpnConnectionRoute",
  run(world, { VpnConnectionId = "", DestinationCidrBlock = "" }, call) {
    const located = locateRoute(world, call, VpnConnectionId, DestinationCidrBlock);
    if (isRefusal(located)) return located;
    const { connection, cidr } = located;
    const routes = [...new Set([...connection.routes, cidr])];
    return { changes: routes.length === connection.routes.length ? [] : [put({ ...connection, routes })], output: {} };
  },
});

export const deleteVpnConnectionRoute = operation({
  name: "DeleteVpnConnectionRoute",
  run(world, { VpnConnectionId = "", DestinationCidrBlock = "" }, call) {
    const located = locateRoute(world, call, VpnConnectionId, DestinationCidrBlock);
    if (isRefusal(located)) return located;
    const { connection, cidr } = located;
    if (!connection.routes.includes(cidr)) {
      return refuse("InvalidRoute.NotFound", `no route with destination-cidr-block ${cidr} in VPN connection ${connection.id}`);
    }
    return { changes: [put({ ...connection, routes: connection.routes.filter((route) => route !== cidr) })], output: {} };
  },
});

/** Changes what either side of a connection may speak for. */
export const modifyVpnConnectionOptions = operation({
  name: "ModifyVpnConnectionOptions",
  run(world, input, call) {
    const four = ["VpnConnectionId", "LocalIpv4NetworkCidr", "RemoteIpv4NetworkCidr"] as const;
    const strange = unserved(input, [...four, "LocalIpv6NetworkCidr", "RemoteIpv6NetworkCidr"]);
    if (strange) return strange;
    const connection = locateLiving(world, call, "vpn-connection", input.VpnConnectionId ?? "");
    if (isRefusal(connection)) return connection;
    const ipv4 = connection.inside === "ipv4";
    const family = ipv4 ? 4 : 6;
    const local = (ipv4 ? input.LocalIpv4NetworkCidr : input.LocalIpv6NetworkCidr) ?? connection.localCidr;
    const remote = (ipv4 ? input.RemoteIpv4NetworkCidr : input.RemoteIpv6NetworkCidr) ?? connection.remoteCidr;
    const localCidr = parseBlock(`localIpv${family}NetworkCidr`, local, family);
    if (isRefusal(localCidr)) return localCidr;
    const remoteCidr = parseBlock(`remoteIpv${family}NetworkCidr`, remote, family);
    if (isRefusal(remoteCidr)) return remoteCidr;
    const changed: VpnConnection = { ...connection, localCidr: formatCidr(localCidr), remoteCidr: formatCidr(remoteCidr) };
    return { changes: [put(changed)], output: { VpnConnection: vpnConnectionView(world, changed) } };
  },
});

/** Changes what is asked of one tunnel, which its outside address names. */
export const modifyVpnTunnelOptions = operation({
  name: "ModifyVpnTunnelOptions",
  run(world, input, call) {
    const { VpnTunnelOutsideIpAddress: outside = "", TunnelOptions = {} } = input;
    const strange = unserved(input, ["VpnConnectionId", "VpnTunnelOutsideIpAddress", "TunnelOptions", "SkipTunnelReplacement"]);
    if (strange) return strange;
    const asked = parseTunnel(TunnelOptions);
    if (isRefusal(asked)) return asked;
    const connection = locateLiving(world, call, "vpn-connection", input.VpnConnectionId ?? "");
    if (isRefusal(connection)) return connection;
    const tunnel = connection.tunnels.find((one) => one.outside === outside);
    if (!tunnel) return invalidValue("vpnTunnelOutsideIpAddress", outside, `It is no tunnel of ${connection.id}.`);
    const { wishes, ...others } = asked;
    const changed: VpnTunnel = { ...tunnel, ...others, wishes: { ...tunnel.wishes, ...wishes } };
    const wrong = refuseLifetimes(changed.wishes);
    if (wrong) return wrong;
    const [first, second] = connection.tunnels;
    const next: VpnConnection = { ...connection, tunnels: tunnel === first ? [changed, second] : [first, changed] };
    return { changes: [put(next)], output: { VpnConnection: vpnConnectionView(world, next) } };
  },
});
