import { living } from "../../model/gone.ts";
import { connectionsWith } from "../../model/vpn-connection.ts";
import { attachVpnGateway as attached, detachVpnGateway as detachment, makeVpnGateway } from "../../model/vpn-gateway.ts";
import { list, listed, put } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { privateAsns, standardAmazonAsn } from "./asn.ts";
import { describe } from "./describe.ts";
import { locate, locateLiving } from "./lookup.ts";
import { oneOf, refuseOutside } from "./parameter.ts";
import { vpnGatewayFilters, vpnGatewayView } from "./views/vpn-gateway.ts";

/** Makes a gateway, attached to nothing. */
export const createVpnGateway = operation({
  name: "CreateVpnGateway",
  run(world, input, call) {
    const type = oneOf("type", input.Type ?? "", ["ipsec.1"]);
    if (isRefusal(type)) return type;
    const wrong = refuseOutside("amazonSideAsn", input.AmazonSideAsn, ...privateAsns);
    if (wrong) return wrong;
    const tags = parseTagSpecifications(input.TagSpecifications, ["vpn-gateway"]);
    if (isRefusal(tags)) return tags;
    if (living(list(world, call, "vpn-gateway")).length >= call.quotas.vpnGateways) {
      return refuse("VpnGatewayLimitExceeded", "The maximum number of virtual private gateways has been reached.");
    }
    const gateway = makeVpnGateway(call, {
      asn: input.AmazonSideAsn ?? standardAmazonAsn,
      zone: input.AvailabilityZone,
      tags: tags["vpn-gateway"] ?? {},
    });
    return { changes: [put(gateway)], output: { VpnGateway: vpnGatewayView(world, gateway) } };
  },
});

/** Deletes a gateway that is attached to nothing and has no connections. Routes to it stay, as blackholes. */
export const deleteVpnGateway = operation({
  name: "DeleteVpnGateway",
  run(world, { VpnGatewayId = "" }, call) {
    const gateway = locateLiving(world, call, "vpn-gateway", VpnGatewayId);
    if (isRefusal(gateway)) return gateway;
    if (gateway.vpc !== undefined || connectionsWith(world, gateway.id).length > 0) {
      return refuse("IncorrectState", "The VPN gateway is in use.");
    }
    return { changes: [put({ ...gateway, deleted: call.now })], output: {} };
  },
});

/** Attaches a gateway to a VPC that has none. To the one it is attached to it stays so. */
export const attachVpnGateway = operation({
  name: "AttachVpnGateway",
  run(world, { VpnGatewayId = "", VpcId = "" }, call) {
    const gateway = locateLiving(world, call, "vpn-gateway", VpnGatewayId);
    if (isRefusal(gateway)) return gateway;
    const vpc = locate(world, call, "vpc", VpcId);
    if (isRefusal(vpc)) return vpc;
    const output = { VpcAttachment: { VpcId: vpc.id, State: "attaching" as const } };
    if (gateway.vpc === vpc.id) return { output: { VpcAttachment: { VpcId: vpc.id, State: "attached" as const } } };
    if (gateway.vpc !== undefined) {
      return refuse("VpnGatewayAttachmentLimitExceeded", `The vpnGateway ID '${gateway.id}' is already attached to ${gateway.vpc}`);
    }
    if (listed(world, "vpnGatewaysOfVpc", vpc.id).size > 0) {
      return refuse("InvalidVpcState", `The vpc '${vpc.id}' already has a virtual private gateway attached to it.`);
    }
    return { changes: [put(attached(gateway, vpc))], output };
  },
});

/** Detaches a gateway from its VPC, once no route table is associated with it. No table learns from it any longer. */
export const detachVpnGateway = operation({
  name: "DetachVpnGateway",
  run(world, { VpnGatewayId = "", VpcId = "" }, call) {
    const gateway = locateLiving(world, call, "vpn-gateway", VpnGatewayId);
    if (isRefusal(gateway)) return gateway;
    const vpc = locate(world, call, "vpc", VpcId);
    if (isRefusal(vpc)) return vpc;
    if (gateway.vpc !== vpc.id) {
      return refuse(
        "InvalidVpnGatewayAttachment.NotFound",
        `The attachment with vpn gateway ID '${gateway.id}' and vpc ID '${vpc.id}' does not exist`,
      );
    }
    const table = listed(world, "routeTablesOf", gateway.id).first();
    if (table) {
      return refuse("DependencyViolation", `The vpnGateway '${gateway.id}' has dependencies and cannot be detached: ${table.id}`);
    }
    return { changes: detachment(world, gateway), output: {} };
  },
});

const listing = {
  kind: "vpn-gateway",
  ids: { parameter: "VpnGatewayIds", alone: false },
  bounds: [5, 1000],
  filters: vpnGatewayFilters,
  view: vpnGatewayView,
} as const;

export const describeVpnGateways = operation({
  name: "DescribeVpnGateways",
  run(world, { VpnGatewayIds, Filters }, call) {
    const page = describe(listing, world, call, { Filters, ids: VpnGatewayIds });
    return isRefusal(page) ? page : { output: { VpnGateways: [...page.items] } };
  },
});
