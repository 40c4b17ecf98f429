import { makeSubnet } from "../../model/subnet.ts";
import { listed, put } from "../../model/world.ts";
import { formatCidr } from "../../values/ip.ts";
import type { Cidr } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Input } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { parseBlock, refuseSubnetBlock } from "./blocks.ts";
import { locate } from "./lookup.ts";
import { unserved } from "./served.ts";
import { subnetView } from "./views/subnet.ts";
import { chooseZone } from "./zones.ts";

/** Makes a subnet in one zone of a VPC, associated with the VPC's default ACL. */
export const createSubnet = operation({
  name: "CreateSubnet",
  run(world, input, call) {
    const strange = unserved(input, [
      "VpcId",
      "CidrBlock",
      "Ipv6CidrBlock",
      "Ipv6Native",
      "AvailabilityZone",
      "AvailabilityZoneId",
      "TagSpecifications",
    ]);
    if (strange) return strange;
    const blocks = parseBlocks(input);
    if (isRefusal(blocks)) return blocks;
    const tags = parseTagSpecifications(input.TagSpecifications, ["subnet"], "InvalidParameter");
    if (isRefusal(tags)) return tags;
    const zone = chooseZone(call.region, input);
    if (isRefusal(zone)) return zone;
    const vpc = locate(world, call, "vpc", input.VpcId ?? "");
    if (isRefusal(vpc)) return vpc;
    const { ipv4, ipv6 } = blocks;
    const wrong =
      (ipv4 && refuseSubnetBlock(world, vpc, ipv4, input.CidrBlock ?? "")) ??
      (ipv6 && refuseSubnetBlock(world, vpc, ipv6, input.Ipv6CidrBlock ?? ""));
    if (wrong) return wrong;
    if (listed(world, "subnetsOfVpc", vpc.id).size >= call.quotas.subnetsPerVpc) {
      return refuse("SubnetLimitExceeded", "The maximum number of subnets has been reached.");
    }

    const subnet = makeSubnet(call, vpc, {
      zone: zone.name,
      cidr: ipv4 && formatCidr(ipv4),
      ipv6Cidr: ipv6 && formatCidr(ipv6),
      defaultForZone: false,
      tags: tags.subnet ?? {},
    });
    return { changes: [put(subnet)], output: { Subnet: subnetView(world, subnet) } };
  },
});

/** The blocks asked for: of IPv4, and of IPv6 beside it; of IPv6 alone for a native subnet. */
function parseBlocks({ CidrBlock, Ipv6CidrBlock, Ipv6Native }: Input<"CreateSubnet">): { ipv4?: Cidr; ipv6?: Cidr } | Refusal {
  const native = Ipv6Native === true;
  if (native && Ipv6CidrBlock === undefined) {
    return refuse("MissingParameter", "Either 'ipv6CidrBlock' or 'ipv6IpamPoolId' should be provided.");
  }
  if (native && CidrBlock !== undefined) {
    return refuse(
      "InvalidParameterCombination",
      "When specifying ipv4 parameters, cidrBlock or ipv4IpamPoolId, you cannot set ipv6Native to true.",
    );
  }
  if (!native && CidrBlock === undefined) {
    return refuse("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.");
  }
  const ipv4 = CidrBlock === undefined ? undefined : parseBlock("cidrBlock", CidrBlock, 4);
  if (isRefusal(ipv4)) return ipv4;
  const ipv6 = Ipv6CidrBlock === undefined ? undefined : parseBlock("ipv6CidrBlock", Ipv6CidrBlock, 6);
  return isRefusal(ipv6) ? ipv6 : { ...(ipv4 && { ipv4 }), ...(ipv6 && { ipv6 }) };
}
