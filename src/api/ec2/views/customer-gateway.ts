import type { CustomerGateway as CustomerGatewayView } from "@aws-sdk/client-ec2";
import type { CustomerGateway } from "../../../model/customer-gateway.ts";
import { isGone } from "../../../model/gone.ts";
import type { World } from "../../../model/world.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";

/** Numbers above this one are shown, and given, under another name. */
export const largestPlainAsn = 2 ** 31 - 1;

export const customerGatewayView = (_world: World, gateway: CustomerGateway): CustomerGatewayView => ({
  CustomerGatewayId: gateway.id,
  State: isGone(gateway) ? "deleted" : "available",
  Type: "ipsec.1",
  IpAddress: gateway.ip,
  ...(gateway.asn > largestPlainAsn ? { BgpAsnExtended: String(gateway.asn) } : { BgpAsn: String(gateway.asn) }),
  CertificateArn: gateway.certificate,
  DeviceName: gateway.device,
  Tags: tagList(gateway.tags),
});

export const customerGatewayFilters: Filters<CustomerGatewayView> = {
  "bgp-asn": (gateway) => [gateway.BgpAsn, gateway.BgpAsnExtended],
  "customer-gateway-id": (gateway) => [gateway.CustomerGatewayId],
  "ip-address": (gateway) => [gateway.IpAddress],
  state: (gateway) => [gateway.State],
  type: (gateway) => [gateway.Type],
};
