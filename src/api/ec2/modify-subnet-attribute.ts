import type { Subnet } from "../../model/resource.ts";
import { put } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Input } from "../operation.ts";
import { locate } from "./lookup.ts";
import { parseNameType, parsePrivateNames } from "./private-names.ts";
import { unserved } from "./served.ts";

const attributes = [
  "MapPublicIpOnLaunch",
  "AssignIpv6AddressOnCreation",
  "PrivateDnsHostnameTypeOnLaunch",
  "EnableResourceNameDnsARecordOnLaunch",
  "EnableResourceNameDnsAAAARecordOnLaunch",
] as const;

/** Changes one attribute of a subnet: exactly one per call. Interfaces that exist keep what they have. */
export const modifySubnetAttribute = operation({
  name: "ModifySubnetAttribute",
  run(world, input, call) {
    const strange = unserved(input, ["SubnetId", ...attributes]);
    if (strange) return strange;
    if (attributes.filter((name) => input[name] !== undefined).length !== 1) {
      return refuse("InvalidParameterCombination", "The request must contain exactly one attribute to modify");
    }
    const nameType = parseNameType(input.PrivateDnsHostnameTypeOnLaunch, "privateDnsHostnameTypeOnLaunch");
    if (isRefusal(nameType)) return nameType;
    const subnet = locate(world, call, "subnet", input.SubnetId ?? "");
    if (isRefusal(subnet)) return subnet;
    const changed = modified(subnet, input);
    return isRefusal(changed) ? changed : { changes: [put(changed)], output: {} };
  },
});

function modified(subnet: Subnet, input: Input<"ModifySubnetAttribute">): Subnet | Refusal {
  const assignIpv6 = input.AssignIpv6AddressOnCreation?.Value;
  if (assignIpv6 === true && subnet.ipv6Cidrs.length === 0) {
    return refuse(
      "InvalidParameterValue",
      `Invalid value 'true' for assignIpv6AddressOnCreation. The subnet ${subnet.id} does not have an IPv6 CIDR block associated with it.`,
    );
  }
  const asked = {
    HostnameType: input.PrivateDnsHostnameTypeOnLaunch,
    EnableResourceNameDnsARecord: input.EnableResourceNameDnsARecordOnLaunch?.Value,
    EnableResourceNameDnsAAAARecord: input.EnableResourceNameDnsAAAARecordOnLaunch?.Value,
  };
  const privateNames = parsePrivateNames(asked, subnet.privateNames);
  if (isRefusal(privateNames)) return privateNames;
  return {
    ...subnet,
    mapPublicIp: input.MapPublicIpOnLaunch?.Value ?? subnet.mapPublicIp,
    assignIpv6: assignIpv6 ?? subnet.assignIpv6,
    ...(Object.values(asked).some((value) => value !== undefined) && { privateNames }),
  };
}
