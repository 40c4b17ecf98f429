import { list, listed, need, put } from "../../model/world.ts";
import { cidrOf, firstOf, formatCidr, holds, ipOf } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { parseBlock, refuseSubnetBlock } from "./blocks.ts";
import { locate } from "./lookup.ts";
import { unserved } from "./served.ts";
import { subnetBlockView } from "./views/subnet.ts";

/** Gives a subnet a /64 of its VPC's IPv6 blocks; it may have one. */
export const associateSubnetCidrBlock = operation({
  name: "AssociateSubnetCidrBlock",
  run(world, input, call) {
    const strange = unserved(input, ["SubnetId", "Ipv6CidrBlock"]);
    if (strange) return strange;
    const { SubnetId = "", Ipv6CidrBlock } = input;
    if (Ipv6CidrBlock === undefined) {
      return refuse("MissingParameter", "The request must contain the parameter ipv6CidrBlock");
    }
    const cidr = parseBlock("ipv6CidrBlock", Ipv6CidrBlock, 6);
    if (isRefusal(cidr)) return cidr;
    const subnet = locate(world, call, "subnet", SubnetId);
    if (isRefusal(subnet)) return subnet;
    if (subnet.ipv6Cidrs.length > 0) {
      return refuse("CidrLimitExceeded", `This network ${subnet.id} has met its maximum number of allowed CIDRs: 1`);
    }
    const wrong = refuseSubnetBlock(world, need(world, "vpc", subnet.vpc), cidr, Ipv6CidrBlock);
    if (wrong) return wrong;
    const block = { association: call.mint("subnet-cidr-association"), cidr: formatCidr(cidr) };
    return {
      changes: [put({ ...subnet, ipv6Cidrs: [block] })],
      output: { SubnetId: subnet.id, Ipv6CidrBlockAssociation: subnetBlockView(block) },
    };
  },
});

/** Takes an IPv6 block away from its subnet once no interface has an address of it. */
export const disassociateSubnetCidrBlock = operation({
  name: "DisassociateSubnetCidrBlock",
  run(world, { AssociationId = "" }, call) {
    const is = (block: { association: string }) => block.association === AssociationId;
    const subnet = list(world, call, "subnet").find(({ ipv6Cidrs }) => ipv6Cidrs.some(is));
    const block = subnet?.ipv6Cidrs.find(is);
    if (!subnet || !block) {
      return refuse(
        "InvalidSubnetCidrBlockAssociationID.NotFound",
        `The subnet CIDR block with association ID '${AssociationId}' does not exist`,
      );
    }
    const holder = [...listed(world, "interfacesOfSubnet", subnet.id).values()].find((eni) =>
      [...eni.ipv6Addresses.map(ipOf), ...(eni.ipv6Prefixes ?? []).map((prefix) => firstOf(cidrOf(prefix)))].some((ip) =>
        holds(cidrOf(block.cidr), ip),
      ),
    );
    if (holder) {
      return refuse(
        "DependencyViolation",
        `The subnet CIDR block with association ID ${AssociationId} has dependencies and cannot be disassociated: ${holder.id}`,
      );
    }
    const ipv6Cidrs = subnet.ipv6Cidrs.filter((other) => !is(other));
    return {
      changes: [put({ ...subnet, ipv6Cidrs, assignIpv6: false })],
      output: { SubnetId: subnet.id, Ipv6CidrBlockAssociation: subnetBlockView(block, "disassociated") },
    };
  },
});
