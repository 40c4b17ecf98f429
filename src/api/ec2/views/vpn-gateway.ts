import type { VpnGateway as VpnGatewayView } from "@aws-sdk/client-ec2";
import { isGone } from "../../../model/gone.ts";
import type { VpnGateway } from "../../../model/vpn-gateway.ts";
import type { World } from "../../../model/world.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";

function attachmentViews({ vpc, detached }: VpnGateway): NonNullable<VpnGatewayView["VpcAttachments"]> {
  if (vpc !== undefined) return [{ VpcId: vpc, State: "attached" }];
  return detached === undefined ? [] : [{ VpcId: detached, State: "detached" }];
}

export const vpnGatewayView = (_world: World, gateway: VpnGateway): VpnGatewayView => ({
  VpnGatewayId: gateway.id,
  State: isGone(gateway) ? "deleted" : "available",
  Type: "ipsec.1",
  AmazonSideAsn: gateway.asn,
  AvailabilityZone: gateway.zone,
  VpcAttachments: isGone(gateway) ? [] : attachmentViews(gateway),
  Tags: tagList(gateway.tags),
});

const attachments = (gateway: VpnGatewayView) => gateway.VpcAttachments ?? [];

export const vpnGatewayFilters: Filters<VpnGatewayView> = {
  "amazon-side-asn": (gateway) => [gateway.AmazonSideAsn],
  "attachment.state": (gateway) => attachments(gateway).map(({ State }) => State),
  "attachment.vpc-id": (gateway) => attachments(gateway).map(({ VpcId }) => VpcId),
  "availability-zone": (gateway) => [gateway.AvailabilityZone],
  state: (gateway) => [gateway.State],
  type: (gateway) => [gateway.Type],
  "vpn-gateway-id": (gateway) => [gateway.VpnGatewayId],
};
