import { countNatGateways, makeNatGateway } from "../../model/nat-gateway.ts";
import type { NatGateway } from "../../model/resource.ts";
import { applyChanges, list } from "../../model/world.ts";
import type { Ip } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Input } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { parseAddress, parseWanted } from "./addresses.ts";
import type { Wanted } from "./addresses.ts";
import { refuseInterfaceCount } from "./create-network-interface.ts";
import { locate } from "./lookup.ts";
import { claimForNat, locateFreeElasticIps, parsePublished, refuseAddressCounts, refuseWithoutGateway } from "./nat-gateways.ts";
import { unserved } from "./served.ts";
import { natGatewayView } from "./views/nat-gateway.ts";

const served = [
  "AvailabilityMode",
  "ConnectivityType",
  "SubnetId",
  "AllocationId",
  "PrivateIpAddress",
  "SecondaryAllocationIds",
  "SecondaryPrivateIpAddresses",
  "SecondaryPrivateIpAddressCount",
  "TagSpecifications",
] as const;

/** Makes a gateway in a subnet. It is in force when the call is answered, whose word for it is `pending` all the same. */
export const createNatGateway = operation({
  name: "CreateNatGateway",
  run(world, input, call) {
    const strange = unserved(input, served);
    if (strange) return strange;
    const plan = parsePlan(input);
    if (isRefusal(plan)) return plan;
    const { connectivity, allocations, primary, secondary } = plan;
    const tags = parseTagSpecifications(input.TagSpecifications, ["natgateway"]);
    if (isRefusal(tags)) return tags;
    const subnet = locate(world, call, "subnet", input.SubnetId ?? "");
    if (isRefusal(subnet)) return subnet;
    const elasticIps = locateFreeElasticIps(world, call, allocations);
    if (isRefusal(elasticIps)) return elasticIps;
    const unreachable = connectivity === "public" ? refuseWithoutGateway(world, subnet) : undefined;
    if (unreachable) return unreachable;
    if (countNatGateways(world, call, subnet.zone) >= call.quotas.natGatewaysPerZone) {
      const message = `Performing this operation would exceed the limit of ${call.quotas.natGatewaysPerZone} NAT gateways`;
      return refuse("NatGatewayLimitExceeded", message);
    }
    const tooMany =
      refuseInterfaceCount(call, list(world, call, "network-interface").length + 1) ??
      refuseAddressCounts(call, 1 + secondary.fixed.length + secondary.count, elasticIps.length);
    if (tooMany) return tooMany;
    const fixed = [...(primary ? [primary] : []), ...secondary.fixed];
    const claimed = claimForNat(world, subnet, { fixed, count: secondary.count + (primary ? 0 : 1) });
    if (isRefusal(claimed)) return claimed;
    // A chosen primary address is claimed after the fixed secondary ones, yet stands before them.
    const addresses = primary ? claimed : [...claimed.slice(fixed.length), ...claimed.slice(0, fixed.length)];

    const { gateway, changes } = makeNatGateway(world, call, subnet, {
      connectivity,
      addresses,
      elasticIps,
      tags: tags.natgateway ?? {},
    });
    const view = natGatewayView(applyChanges(world, changes), gateway);
    return { changes, output: { NatGateway: { ...view, State: "pending" as const }, ClientToken: input.ClientToken } };
  },
});

interface Plan {
  readonly connectivity: NatGateway["connectivity"];
  /** The primary one first; none for a private gateway. */
  readonly allocations: readonly string[];
  readonly primary: Ip | undefined;
  readonly secondary: Wanted;
}

const combination = (message: string): Refusal => refuse("InvalidParameterCombination", message);

function parsePlan(input: Input<"CreateNatGateway">): Plan | Refusal {
  const { AvailabilityMode: mode = "zonal", ConnectivityType: connectivity = "public" } = input;
  if (mode === "regional") return refuse("UnsupportedOperation", "Regional NAT gateways are not supported.");
  if (mode !== "zonal") return refuse("InvalidParameterValue", `Value (${String(mode)}) for parameter availabilityMode is invalid.`);
  if (connectivity !== "public" && connectivity !== "private") {
    return refuse("InvalidParameterValue", `Value (${String(connectivity)}) for parameter connectivityType is invalid.`);
  }
  if (input.SubnetId === undefined) return refuse("MissingParameter", "The request must contain the parameter SubnetId");
  const primary = input.PrivateIpAddress === undefined ? undefined : parseAddress(input.PrivateIpAddress, 4);
  if (isRefusal(primary)) return primary;
  const secondary = connectivity === "public" ? parsePublic(input) : parsePrivate(input);
  return isRefusal(secondary) ? secondary : { connectivity, primary, ...secondary };
}

function parsePublic({
  AllocationId,
  SecondaryAllocationIds: others = [],
  SecondaryPrivateIpAddresses: texts,
  SecondaryPrivateIpAddressCount: count,
}: Input<"CreateNatGateway">): Pick<Plan, "allocations" | "secondary"> | Refusal {
  if (AllocationId === undefined) return refuse("MissingParameter", "The request must contain the parameter AllocationId");
  if (count !== undefined) return combination("A number of secondary addresses may only be specified for a private NAT gateway");
  const secondary = parsePublished(texts, others.length);
  return isRefusal(secondary) ? secondary : { allocations: [AllocationId, ...others], secondary };
}

function parsePrivate({
  AllocationId,
  SecondaryAllocationIds,
  SecondaryPrivateIpAddresses: texts = [],
  SecondaryPrivateIpAddressCount: count,
}: Input<"CreateNatGateway">): Pick<Plan, "allocations" | "secondary"> | Refusal {
  if (AllocationId !== undefined || SecondaryAllocationIds?.length) {
    return combination("An Elastic IP address may not be specified for a private NAT gateway");
  }
  const secondary = parseWanted(texts, count, 4);
  return isRefusal(secondary) ? secondary : { allocations: [], secondary };
}
