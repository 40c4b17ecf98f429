import { deleteInterface, managerOf } from "../../model/network-interface.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locate } from "./lookup.ts";

/** Deletes an interface that is attached to nothing. Elastic IPs of its addresses are left. */
export const deleteNetworkInterface = operation({
  name: "DeleteNetworkInterface",
  run(world, { NetworkInterfaceId = "" }, call) {
    const eni = locate(world, call, "network-interface", NetworkInterfaceId);
    if (isRefusal(eni)) return eni;
    const user = eni.attachment?.instance ?? managerOf(eni);
    if (user !== undefined) {
      return refuse("InvalidParameterValue", `Network interface '${eni.id}' is currently in use: ${user}`);
    }
    return { changes: deleteInterface(world, eni), output: {} };
  },
});
