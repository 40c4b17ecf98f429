import { forgetExclusions } from "../../model/block-public-access.ts";
import { forgetFlowLogs } from "../../model/flow-log.ts";
import { forgetSubnet } from "../../model/route-table.ts";
import { forgetReservations } from "../../model/subnet-reservation.ts";
import { holdersOfSubnet } from "../../model/subnet.ts";
import { remove } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locate } from "./lookup.ts";

/** Deletes a subnet no interface lives in, its association with a route table, and its flow logs. */
export const deleteSubnet = operation({
  name: "DeleteSubnet",
  run(world, { SubnetId = "" }, call) {
    const subnet = locate(world, call, "subnet", SubnetId);
    if (isRefusal(subnet)) return subnet;
    if (holdersOfSubnet(world, subnet).length > 0) {
      return refuse(
        "DependencyViolation",
        `The subnet '${subnet.id}' has dependencies and cannot be deleted.`,
      );
    }
    const inside = [...forgetFlowLogs(world, subnet.id), ...forgetExclusions(world, subnet.id), ...forgetReservations(world, subnet)];
    return { changes: [...forgetSubnet(world, subnet), ...inside, remove(subnet)], output: {} };
  },
});
