import type { TunnelOption, VpnConnection as VpnConnectionView } from "@aws-sdk/client-ec2";
import { isGone } from "../../../model/gone.ts";
import type { VpnConnection, VpnTunnel } from "../../../model/vpn-connection.ts";
import { find, need } from "../../../model/world.ts";
import type { World } from "../../../model/world.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";
import { standardAmazonAsn } from "../asn.ts";
import { vpnConfiguration } from "../vpn-configuration.ts";

const listOf = <V>(values: readonly V[] | undefined): { Value: V }[] | undefined => values?.map((Value) => ({ Value }));

function tunnelView({ outside, inside, insideIpv6, preSharedKey, wishes }: VpnTunnel): TunnelOption {
  const { DPDTimeoutSeconds, DPDTimeoutAction, IKEVersions, ...same } = wishes;
  return {
    ...same,
    OutsideIpAddress: outside,
    TunnelInsideCidr: inside,
    TunnelInsideIpv6Cidr: insideIpv6,
    PreSharedKey: preSharedKey,
    DpdTimeoutSeconds: DPDTimeoutSeconds,
    DpdTimeoutAction: DPDTimeoutAction,
    IkeVersions: listOf(IKEVersions),
    Phase1EncryptionAlgorithms: listOf(wishes.Phase1EncryptionAlgorithms),
    Phase2EncryptionAlgorithms: listOf(wishes.Phase2EncryptionAlgorithms),
    Phase1IntegrityAlgorithms: listOf(wishes.Phase1IntegrityAlgorithms),
    Phase2IntegrityAlgorithms: listOf(wishes.Phase2IntegrityAlgorithms),
    Phase1DHGroupNumbers: listOf(wishes.Phase1DHGroupNumbers),
    Phase2DHGroupNumbers: listOf(wishes.Phase2DHGroupNumbers),
  };
}

/** The autonomous system number of the customer's side. */
export const customerAsnOf = (world: World, { CustomerGatewayId = "" }: VpnConnectionView): number | undefined =>
  find(world, "customer-gateway", CustomerGatewayId)?.asn;

function configurationOf(world: World, connection: VpnConnection): string {
  const customer = need(world, "customer-gateway", connection.customerGateway);
  const { gateway = "" } = connection;
  const amazonAsn = (find(world, "vpn-gateway", gateway) ?? find(world, "transit-gateway", gateway))?.asn ?? standardAmazonAsn;
  return vpnConfiguration(connection, { customerIp: customer.ip, customerAsn: customer.asn, amazonAsn });
}

/** A connection whose tunnels are down, as they always are. */
export function vpnConnectionView(world: World, connection: VpnConnection): VpnConnectionView {
  const { gateway, inside, localCidr, remoteCidr, tunnels } = connection;
  const gone = isGone(connection);
  const cidrs =
    inside === "ipv4"
      ? { LocalIpv4NetworkCidr: localCidr, RemoteIpv4NetworkCidr: remoteCidr }
      : { LocalIpv6NetworkCidr: localCidr, RemoteIpv6NetworkCidr: remoteCidr };
  return {
    VpnConnectionId: connection.id,
    State: gone ? "deleted" : "available",
    Type: "ipsec.1",
    Category: "VPN",
    CustomerGatewayId: connection.customerGateway,
    ...(gateway?.startsWith("tgw-") ? { TransitGatewayId: gateway } : { VpnGatewayId: gateway }),
    GatewayAssociationState: gateway === undefined || gone ? "not-associated" : "associated",
    CustomerGatewayConfiguration: gone ? undefined : configurationOf(world, connection),
    Options: {
      EnableAcceleration: connection.accelerated,
      StaticRoutesOnly: connection.staticOnly,
      OutsideIpAddressType: "PublicIpv4",
      TunnelInsideIpVersion: inside,
      TunnelOptions: tunnels.map(tunnelView),
      ...cidrs,
    },
    Routes: connection.routes.map((DestinationCidrBlock) => ({ DestinationCidrBlock, Source: "Static", State: "available" })),
    VgwTelemetry: tunnels.map(({ outside }) => ({
      OutsideIpAddress: outside,
      Status: "DOWN",
      StatusMessage: "IPSEC IS DOWN",
      AcceptedRouteCount: 0,
      LastStatusChange: new Date(connection.created),
    })),
    Tags: tagList(connection.tags),
  };
}

export const vpnConnectionFilters: Filters<VpnConnectionView> = {
  "customer-gateway-configuration": (connection) => [connection.CustomerGatewayConfiguration],
  "customer-gateway-id": (connection) => [connection.CustomerGatewayId],
  "option.static-routes-only": (connection) => [connection.Options?.StaticRoutesOnly],
  "route.destination-cidr-block": (connection) => (connection.Routes ?? []).map((route) => route.DestinationCidrBlock),
  state: (connection) => [connection.State],
  "transit-gateway-id": (connection) => [connection.TransitGatewayId],
  type: (connection) => [connection.Type],
  "vpn-connection-id": (connection) => [connection.VpnConnectionId],
  "vpn-gateway-id": (connection) => [connection.VpnGatewayId],
};
