import type { RouteTable } from "../../model/resource.ts";
import { forgetRoutesOf, learnRoutesOf, learnsFrom } from "../../model/vpn-gateway.ts";
import type { VpnGateway } from "../../model/vpn-gateway.ts";
import { put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { locate, locateLiving } from "./lookup.ts";
import { missingGateway } from "./route-target.ts";

interface Pair {
  readonly table: RouteTable;
  readonly gateway: VpnGateway;
}

function locatePair(world: World, call: Call, { RouteTableId = "", GatewayId = "" }: Input<"EnableVgwRoutePropagation">): Pair | Refusal {
  const table = locate(world, call, "route-table", RouteTableId);
  if (isRefusal(table)) return table;
  const gateway = locateLiving(world, call, "vpn-gateway", GatewayId);
  return isRefusal(gateway) ? missingGateway(GatewayId) : { table, gateway };
}

/** The table takes over what a gateway of its VPC learns. Once more changes nothing. */
export const enableVgwRoutePropagation = operation({
  name: "EnableVgwRoutePropagation",
  run(world, input, call) {
    const pair = locatePair(world, call, input);
    if (isRefusal(pair)) return pair;
    const { table, gateway } = pair;
    if (gateway.vpc !== table.vpc) {
      return refuse("Gateway.NotAttached", `resource ${gateway.id} is not attached to network ${table.vpc}`);
    }
    return { changes: learnsFrom(table, gateway.id) ? [] : [put(learnRoutesOf(table, gateway))], output: {} };
  },
});

/** The table no longer takes over what the gateway learns. */
export const disableVgwRoutePropagation = operation({
  name: "DisableVgwRoutePropagation",
  run(world, input, call) {
    const pair = locatePair(world, call, input);
    if (isRefusal(pair)) return pair;
    const { table, gateway } = pair;
    return { changes: learnsFrom(table, gateway.id) ? [put(forgetRoutesOf(table, gateway.id))] : [], output: {} };
  },
});
