import { put } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locate } from "./lookup.ts";
import { unserved } from "./served.ts";

/** Changes one attribute of a subnet: exactly one per call. Interfaces that exist keep what they have. */
export const modifySubnetAttribute = operation({
  name: "ModifySubnetAttribute",
  run(world, input, call) {
    const strange = unserved(input, ["SubnetId", "MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation"]);
    if (strange) return strange;
    const mapPublicIp = input.MapPublicIpOnLaunch?.Value;
    const assignIpv6 = input.AssignIpv6AddressOnCreation?.Value;
    if ((mapPublicIp === undefined) === (assignIpv6 === undefined)) {
      return refuse("InvalidParameterCombination", "The request must contain exactly one attribute to modify");
    }
    const subnet = locate(world, call, "subnet", input.SubnetId ?? "");
    if (isRefusal(subnet)) return subnet;
    if (assignIpv6 === true && subnet.ipv6Cidrs.length === 0) {
      return refuse(
        "InvalidParameterValue",
        `Invalid value 'true' for assignIpv6AddressOnCreation. The subnet ${subnet.id} does not have an IPv6 CIDR block associated with it.`,
      );
    }
    const changed = {
      ...subnet,
      mapPublicIp: mapPublicIp ?? subnet.mapPublicIp,
      assignIpv6: assignIpv6 ?? subnet.assignIpv6,
    };
    return { changes: [put(changed)], output: {} };
  },
});
