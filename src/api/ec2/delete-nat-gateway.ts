import { deleteNatGateway as deletion } from "../../model/nat-gateway.ts";
import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locateNatGateway } from "./nat-gateways.ts";

/** Deletes a gateway with its interface; its elastic IPs are left, and routes to it lead nowhere. */
export const deleteNatGateway = operation({
  name: "DeleteNatGateway",
  run(world, { NatGatewayId = "" }, call) {
    const gateway = locateNatGateway(world, call, NatGatewayId);
    if (isRefusal(gateway)) return gateway;
    return { changes: deletion(world, gateway, call.now), output: { NatGatewayId: gateway.id } };
  },
});
