import { makeInterface } from "../../model/network-interface.ts";
import { list, need, put } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { limits } from "../limits.ts";
import { operation } from "../operation.ts";
import type { Call } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { chooseAddresses, parseAddresses } from "./addresses.ts";
import { parseConnectionTracking } from "./connection-tracking.ts";
import { groupsFor, locate } from "./lookup.ts";
import { unserved } from "./served.ts";
import { interfaceView } from "./views/network-interface.ts";

/** Makes an interface in a subnet, attached to nothing. */
export const createNetworkInterface = operation({
  name: "CreateNetworkInterface",
  run(world, input, call) {
    const strange = unserved(input, [
      "SubnetId",
      "Description",
      "Groups",
      "PrivateIpAddress",
      "PrivateIpAddresses",
      "SecondaryPrivateIpAddressCount",
      "Ipv6Addresses",
      "Ipv6AddressCount",
      "Ipv4Prefixes",
      "Ipv4PrefixCount",
      "Ipv6Prefixes",
      "Ipv6PrefixCount",
      "InterfaceType",
      "ConnectionTrackingSpecification",
      "TagSpecifications",
    ]);
    if (strange) return strange;
    const type: string = input.InterfaceType ?? "interface";
    if (type !== "interface") return refuse("InvalidParameterValue", `Value (${type}) for parameter interfaceType is invalid.`);
    const wanted = parseAddresses(input);
    if (isRefusal(wanted)) return wanted;
    const connectionTracking = parseConnectionTracking(input.ConnectionTrackingSpecification);
    if (isRefusal(connectionTracking)) return connectionTracking;
    const tags = parseTagSpecifications(input.TagSpecifications, ["network-interface"], "InvalidParameter");
    if (isRefusal(tags)) return tags;
    const subnet = locate(world, call, "subnet", input.SubnetId ?? "");
    if (isRefusal(subnet)) return subnet;
    const groups = groupsFor(world, call, need(world, "vpc", subnet.vpc), input.Groups);
    if (isRefusal(groups)) return groups;
    const tooMany = refuseGroupCount(call, groups) ?? refuseInterfaceCount(call, list(world, call, "network-interface").length + 1);
    if (tooMany) return tooMany;
    const addresses = chooseAddresses(world, subnet, wanted, limits.addressesPerInterface);
    if (isRefusal(addresses)) return addresses;

    const eni = makeInterface(world, call, subnet, {
      ...addresses,
      groups,
      connectionTracking,
      description: input.Description ?? "",
      tags: tags["network-interface"] ?? {},
    });
    return { changes: [put(eni)], output: { NetworkInterface: interfaceView(world, eni) } };
  },
});

/** Refuses more groups than an interface may have. */
export const refuseGroupCount = ({ quotas }: Call, groups: readonly string[]): Refusal | undefined =>
  groups.length > quotas.groupsPerInterface
    ? refuse(
        "SecurityGroupsPerInterfaceLimitExceeded",
        "The maximum number of security groups per interface has been reached.",
      )
    : undefined;

/** Refuses more interfaces than a region may have. */
export const refuseInterfaceCount = ({ quotas }: Call, count: number): Refusal | undefined =>
  count > quotas.interfaces
    ? refuse("NetworkInterfaceLimitExceeded", "The maximum number of network interfaces has been reached.")
    : undefined;
