import { defaultDhcpOptions } from "../../model/dhcp-options.ts";
import { isVpcBlock, makeVpc } from "../../model/vpc.ts";
import { applyChanges, list } from "../../model/world.ts";
import { formatCidr } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { parseBlock } from "./blocks.ts";
import { unserved } from "./served.ts";
import { vpcView } from "./views/vpc.ts";

/** Makes a VPC with its default group, default ACL and main route table. */
export const createVpc = operation({
  name: "CreateVpc",
  run(world, input, call) {
    const strange = unserved(input, ["CidrBlock", "InstanceTenancy", "AmazonProvidedIpv6CidrBlock", "TagSpecifications"]);
    if (strange) return strange;
    if (input.CidrBlock === undefined) {
      return refuse("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.");
    }
    const cidr = parseBlock("cidrBlock", input.CidrBlock, 4);
    if (isRefusal(cidr)) return cidr;
    if (!isVpcBlock(cidr)) return refuse("InvalidVpc.Range", `The CIDR '${input.CidrBlock}' is invalid.`);
    const tenancy = input.InstanceTenancy ?? "default";
    if (tenancy !== "default" && tenancy !== "dedicated") {
      return refuse("InvalidParameterValue", `Value (${tenancy}) for parameter instanceTenancy is invalid.`);
    }
    const tags = parseTagSpecifications(input.TagSpecifications, ["vpc"], "InvalidParameter");
    if (isRefusal(tags)) return tags;
    if (list(world, call, "vpc").length >= call.quotas.vpcs) {
      return refuse("VpcLimitExceeded", "The maximum number of VPCs has been reached.");
    }

    const dhcpOptions = defaultDhcpOptions(world, call);
    const { vpc, changes: inside } = makeVpc(world, call, {
      cidr: formatCidr(cidr),
      isDefault: false,
      tenancy,
      ipv6: input.AmazonProvidedIpv6CidrBlock ?? false,
      dhcpOptions: dhcpOptions.id,
      tags: tags.vpc ?? {},
    });
    const changes = [...dhcpOptions.changes, ...inside];
    // It exists by the time this is read, but clients expect to see it begin.
    return { changes, output: { Vpc: { ...vpcView(applyChanges(world, changes), vpc), State: "pending" as const } } };
  },
});
