import type { CarrierGateway as CarrierGatewayView } from "@aws-sdk/client-ec2";
import { makeCarrierGateway } from "../../model/carrier-gateway.ts";
import type { CarrierGateway } from "../../model/carrier-gateway.ts";
import { isGone } from "../../model/gone.ts";
import { listed, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Filters } from "../filters.ts";
import { operation } from "../operation.ts";
import { parseTagSpecifications, tagList } from "../tags.ts";
import { describe } from "./describe.ts";
import { locate, locateLiving } from "./lookup.ts";

const view = (_world: World, gateway: CarrierGateway): CarrierGatewayView => ({
  CarrierGatewayId: gateway.id,
  VpcId: gateway.vpc,
  State: isGone(gateway) ? "deleted" : "available",
  OwnerId: gateway.account,
  Tags: tagList(gateway.tags),
});

export const createCarrierGateway = operation({
  name: "CreateCarrierGateway",
  run(world, { VpcId = "", TagSpecifications }, call) {
    const tags = parseTagSpecifications(TagSpecifications, ["carrier-gateway"]);
    if (isRefusal(tags)) return tags;
    const vpc = locate(world, call, "vpc", VpcId);
    if (isRefusal(vpc)) return vpc;
    if (listed(world, "carrierGatewaysOfVpc", vpc.id).size >= call.quotas.carrierGatewaysPerVpc) {
      return refuse("CarrierGatewayLimitExceeded", `The maximum number of carrier gateways of ${vpc.id} has been reached.`);
    }
    const gateway = makeCarrierGateway(call, vpc, tags["carrier-gateway"] ?? {});
    // It is in place by the time this is read, but clients expect to see it begin.
    return { changes: [put(gateway)], output: { CarrierGateway: { ...view(world, gateway), State: "pending" as const } } };
  },
});

/** Deletes a gateway. Routes to it stay, as blackholes. */
export const deleteCarrierGateway = operation({
  name: "DeleteCarrierGateway",
  run(world, { CarrierGatewayId = "" }, call) {
    const gateway = locateLiving(world, call, "carrier-gateway", CarrierGatewayId);
    if (isRefusal(gateway)) return gateway;
    return {
      changes: [put({ ...gateway, deleted: call.now })],
      output: { CarrierGateway: { ...view(world, gateway), State: "deleting" as const } },
    };
  },
});

const filters: Filters<CarrierGatewayView> = {
  "carrier-gateway-id": (gateway) => [gateway.CarrierGatewayId],
  "owner-id": (gateway) => [gateway.OwnerId],
  state: (gateway) => [gateway.State],
  "vpc-id": (gateway) => [gateway.VpcId],
};

const listing = {
  kind: "carrier-gateway",
  ids: { parameter: "CarrierGatewayIds", alone: false },
  bounds: [5, 1000],
  filters,
  view,
} as const;

export const describeCarrierGateways = operation({
  name: "DescribeCarrierGateways",
  run(world, { CarrierGatewayIds, ...request }, call) {
    const page = describe(listing, world, call, { ...request, ids: CarrierGatewayIds });
    return isRefusal(page) ? page : { output: { CarrierGateways: [...page.items], NextToken: page.next } };
  },
});
