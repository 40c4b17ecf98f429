import type { VpcPeeringConnection } from "../../model/resource.ts";
import type { World } from "../../model/world.ts";
import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import { peeringFilters, peeringView } from "./views/vpc-peering-connection.ts";

/** The peerings a side sees: those it asked for, and those it was asked for. */
export const describeVpcPeeringConnections = operation({
  name: "DescribeVpcPeeringConnections",
  run(world, input, call) {
    const listing = {
      kind: "vpc-peering-connection",
      ids: { parameter: "VpcPeeringConnectionIds", alone: true },
      bounds: [5, 1000],
      filters: peeringFilters,
      view: (held: World, peering: VpcPeeringConnection) => peeringView(held, peering, call),
    } as const;
    const page = describe(listing, world, call, { ...input, ids: input.VpcPeeringConnectionIds });
    return isRefusal(page) ? page : { output: { VpcPeeringConnections: [...page.items], NextToken: page.next } };
  },
});
