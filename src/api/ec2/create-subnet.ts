import { makeSubnet } from "../../model/subnet.ts";
import { listed, put } from "../../model/world.ts";
import { formatCidr } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
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
      "AvailabilityZone",
      "AvailabilityZoneId",
      "TagSpecifications",
    ]);
    if (strange) return strange;
    if (input.CidrBlock === undefined) {
      return refuse("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.");
    }
    const cidr = parseBlock("cidrBlock", input.CidrBlock, 4);
    if (isRefusal(cidr)) return cidr;
    const ipv6 = input.Ipv6CidrBlock === undefined ? undefined : parseBlock("ipv6CidrBlock", input.Ipv6CidrBlock, 6);
    if (isRefusal(ipv6)) return ipv6;
    const tags = parseTagSpecifications(input.TagSpecifications, ["subnet"]);
    if (isRefusal(tags)) return tags;
    const zone = chooseZone(call.region, input);
    if (isRefusal(zone)) return zone;
    const vpc = locate(world, call, "vpc", input.VpcId ?? "");
    if (isRefusal(vpc)) return vpc;
    const wrong =
      refuseSubnetBlock(world, vpc, cidr, input.CidrBlock) ??
      (ipv6 && refuseSubnetBlock(world, vpc, ipv6, input.Ipv6CidrBlock ?? ""));
    if (wrong) return wrong;
    if (listed(world, "subnetsOfVpc", vpc.id).size >= call.quotas.subnetsPerVpc) {
      return refuse("SubnetLimitExceeded", "The maximum number of subnets has been reached.");
    }

    const subnet = makeSubnet(call, vpc, {
      zone: zone.name,
      cidr: formatCidr(cidr),
      ipv6Cidr: ipv6 && formatCidr(ipv6),
      defaultForZone: false,
      tags: tags.subnet ?? {},
    });
    return { changes: [put(subnet)], output: { Subnet: subnetView(world, subnet) } };
  },
});
