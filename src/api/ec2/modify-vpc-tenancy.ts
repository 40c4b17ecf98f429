import { put } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locate } from "./lookup.ts";
import { unserved } from "./served.ts";

/** Makes a dedicated VPC one of default tenancy, which is the only way to change it. */
export const modifyVpcTenancy = operation({
  name: "ModifyVpcTenancy",
  run(world, input, call) {
    const strange = unserved(input, ["VpcId", "InstanceTenancy"]);
    if (strange) return strange;
    if (input.InstanceTenancy !== "default") {
      return refuse("UnsupportedTenancy", `The tenancy value ${String(input.InstanceTenancy)} is not supported.`);
    }
    const vpc = locate(world, call, "vpc", input.VpcId ?? "");
    if (isRefusal(vpc)) return vpc;
    return { changes: [put({ ...vpc, tenancy: "default" })], output: { ReturnValue: true } };
  },
});
