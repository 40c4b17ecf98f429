import { remove } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locate } from "./lookup.ts";

/** Deletes an interface that is attached to nothing. */
export const deleteNetworkInterface = operation({
  name: "DeleteNetworkInterface",
  run(world, { NetworkInterfaceId = "" }, call) {
    const eni = locate(world, call, "network-interface", NetworkInterfaceId);
    if (isRefusal(eni)) return eni;
    if (eni.attachment) {
      return refuse(
        "InvalidParameterValue",
        `Network interface '${eni.id}' is currently in use: ${eni.attachment.instance}`,
      );
    }
    return { changes: [remove(eni)], output: {} };
  },
});
