import { makeCustomerGateway, sameCustomerGateway } from "../../model/customer-gateway.ts";
import type { CustomerGatewayPlan } from "../../model/customer-gateway.ts";
import { living } from "../../model/gone.ts";
import { connectionsWith } from "../../model/vpn-connection.ts";
import { list, put } from "../../model/world.ts";
import { formatIp, parseIp } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Input } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { describe } from "./describe.ts";
import { locateLiving } from "./lookup.ts";
import { invalidValue, missingParameter, oneOf, refuseOutside } from "./parameter.ts";
import { customerGatewayFilters, customerGatewayView, largestPlainAsn } from "./views/customer-gateway.ts";

const standardAsn = 65000;
const longestDeviceName = 255;

/** Makes a customer's gateway, or answers the one there is with the same address and number. */
export const createCustomerGateway = operation({
  name: "CreateCustomerGateway",
  run(world, input, call) {
    const type = oneOf("type", input.Type ?? "", ["ipsec.1"]);
    if (isRefusal(type)) return type;
    const plan = parsePlan(input);
    if (isRefusal(plan)) return plan;
    const tags = parseTagSpecifications(input.TagSpecifications, ["customer-gateway"]);
    if (isRefusal(tags)) return tags;
    const same = sameCustomerGateway(world, call, plan);
    if (same) return { output: { CustomerGateway: customerGatewayView(world, same) } };
    if (living(list(world, call, "customer-gateway")).length >= call.quotas.customerGateways) {
      return refuse("CustomerGatewayLimitExceeded", "The maximum number of customer gateways has been reached.");
    }
    const gateway = makeCustomerGateway(call, plan, tags["customer-gateway"] ?? {});
    return { changes: [put(gateway)], output: { CustomerGateway: customerGatewayView(world, gateway) } };
  },
});

function parsePlan(input: Input<"CreateCustomerGateway">): CustomerGatewayPlan | Refusal {
  const { BgpAsn, BgpAsnExtended, CertificateArn, DeviceName } = input;
  if (BgpAsn !== undefined && BgpAsnExtended !== undefined) {
    return refuse("InvalidParameterCombination", "The request must contain at most one of bgpAsn or bgpAsnExtended");
  }
  const wrong =
    refuseOutside("bgpAsn", BgpAsn, [1, largestPlainAsn]) ??
    refuseOutside("bgpAsnExtended", BgpAsnExtended, [largestPlainAsn + 1, 2 ** 32 - 1]);
  if (wrong) return wrong;
  if (DeviceName !== undefined && DeviceName.length > longestDeviceName) return invalidValue("deviceName", DeviceName, "It is too long.");
  const text = input.IpAddress ?? input.PublicIp;
  const ip = text === undefined ? undefined : parseIp(text);
  if (text !== undefined && !ip) return invalidValue("ipAddress", text, "This is not a valid IP address.");
  if (!ip && CertificateArn === undefined) return missingParameter("ipAddress");
  return {
    asn: BgpAsn ?? BgpAsnExtended ?? standardAsn,
    ...(ip && { ip: formatIp(ip) }),
    ...(CertificateArn !== undefined && { certificate: CertificateArn }),
    ...(DeviceName !== undefined && { device: DeviceName }),
  };
}

/** Deletes a gateway that no VPN connection leads to. */
export const deleteCustomerGateway = operation({
  name: "DeleteCustomerGateway",
  run(world, { CustomerGatewayId = "" }, call) {
    const gateway = locateLiving(world, call, "customer-gateway", CustomerGatewayId);
    if (isRefusal(gateway)) return gateway;
    if (connectionsWith(world, gateway.id).length > 0) return refuse("IncorrectState", "The customer gateway is in use.");
    return { changes: [put({ ...gateway, deleted: call.now })], output: {} };
  },
});

const listing = {
  kind: "customer-gateway",
  ids: { parameter: "CustomerGatewayIds", alone: false },
  bounds: [5, 1000],
  filters: customerGatewayFilters,
  view: customerGatewayView,
} as const;

export const describeCustomerGateways = operation({
  name: "DescribeCustomerGateways",
  run(world, { CustomerGatewayIds, Filters }, call) {
    const page = describe(listing, world, call, { Filters, ids: CustomerGatewayIds });
    return isRefusal(page) ? page : { output: { CustomerGateways: [...page.items] } };
  },
});
