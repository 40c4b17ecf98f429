import { blocksOf, isVpcBlock, joinBlock, joinIpv6Block, leaveBlock, mayJoin, subnetsInBlock } from "../../model/vpc.ts";
import type { Vpc } from "../../model/resource.ts";
import { stateOf } from "../../model/peering.ts";
import { otherSide, peeringsOf } from "../../model/peers.ts";
import { tableRoutingInto } from "../../model/route-table.ts";
import { find, list } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { formatCidr, overlaps, cidrOf } from "../../values/ip.ts";
import type { Cidr } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Outcome, Output } from "../operation.ts";
import { parseBlock } from "./blocks.ts";
import { locate } from "./lookup.ts";
import { unserved } from "./served.ts";
import { vpcBlockView, vpcIpv6BlockView } from "./views/vpc.ts";

/** Adds a secondary IPv4 block, or an IPv6 block of Bailey's choosing, to a VPC. */
export const associateVpcCidrBlock = operation({
  name: "AssociateVpcCidrBlock",
  run(world, input, call) {
    const strange = unserved(input, ["VpcId", "CidrBlock", "AmazonProvidedIpv6CidrBlock"]);
    if (strange) return strange;
    const ipv6 = input.AmazonProvidedIpv6CidrBlock === true;
    if (ipv6 === (input.CidrBlock !== undefined)) {
      return refuse(
        "InvalidParameterCombination",
        "The request must contain exactly one of: cidrBlock or amazonProvidedIpv6CidrBlock",
      );
    }
    if (input.CidrBlock !== undefined) return associateIpv4(world, input.VpcId ?? "", input.CidrBlock, call);
    const vpc = locate(world, call, "vpc", input.VpcId ?? "");
    if (isRefusal(vpc)) return vpc;
    const asked = refuseAsked(world, vpc, call);
    if (asked) return asked;
    if (vpc.ipv6Cidrs.length >= call.quotas.cidrsPerVpc) return tooMany(vpc, call);
    const { block, changes } = joinIpv6Block(world, call, vpc);
    const routed = refuseRouted(world, vpc, cidrOf(block.cidr));
    if (routed) return routed;
    const Ipv6CidrBlockAssociation = vpcIpv6BlockView(block, vpc.region, "associating");
    return { changes, output: { VpcId: vpc.id, Ipv6CidrBlockAssociation } };
  },
});

function associateIpv4(
  world: World,
  vpcId: string,
  text: string,
  call: Call,
): Refusal | Outcome<Output<"AssociateVpcCidrBlock">> {
  const cidr = parseBlock("cidrBlock", text, 4);
  if (isRefusal(cidr)) return cidr;
  if (!isVpcBlock(cidr)) return refuse("InvalidVpc.Range", `The CIDR '${text}' is invalid.`);
  const vpc = locate(world, call, "vpc", vpcId);
  if (isRefusal(vpc)) return vpc;
  if (blocksOf(vpc).some((own) => overlaps(own, cidr))) {
    return refuse("InvalidVpc.Range", `The CIDR '${text}' overlaps with a CIDR block of the VPC.`);
  }
  if (!mayJoin(vpc.cidrs.map((own) => cidrOf(own.cidr)), cidr)) {
    return refuse(
      "InvalidVpc.Range",
      `The CIDR '${text}' is restricted. ${unrestricted}`,
    );
  }
  const wrong = refuseRouted(world, vpc, cidr) ?? refusePeers(world, vpc, cidr) ?? refuseAsked(world, vpc, call);
  if (wrong) return wrong;
  if (vpc.cidrs.length >= call.quotas.cidrsPerVpc) return tooMany(vpc, call);
  const { block, changes } = joinBlock(world, call, vpc, formatCidr(cidr));
  return { changes, output: { VpcId: vpc.id, CidrBlockAssociation: vpcBlockView(block, "associating") } };
}

/** Refuses a block that a route, or a part of it, already leads elsewhere: the block's local route would take it over. */
function refuseRouted(world: World, vpc: Vpc, cidr: Cidr): Refusal | undefined {
  const table = tableRoutingInto(world, vpc.id, cidr);
  return (
    table &&
    refuse("InvalidVpc.Range", `The CIDR '${formatCidr(cidr)}' is equal to or larger than the destination of a route in ${table.id}.`)
  );
}

/** Refuses a block that the VPC at the other end of an active peering has addresses in. */
function refusePeers(world: World, vpc: Vpc, cidr: Cidr): Refusal | undefined {
  const peering = peeringsOf(world, vpc.id).find((one) => {
    const peer = one.state === "active" ? find(world, "vpc", otherSide(one, vpc.id).vpc) : undefined;
    return peer && blocksOf(peer).some((block) => overlaps(block, cidr));
  });
  const about = `The CIDR '${formatCidr(cidr)}' overlaps with a CIDR block of the VPC peered over`;
  return peering && refuse("InvalidVpc.Range", `${about} ${peering.id}.`);
}

/** Refuses any block while a request of the VPC waits for its answer. */
function refuseAsked(world: World, vpc: Vpc, { now }: Call): Refusal | undefined {
  const peering = peeringsOf(world, vpc.id).find(
    (one) => stateOf(one, now) === "pending-acceptance" && one.requester.vpc === vpc.id,
  );
  const about = `The VPC '${vpc.id}' may not get CIDR blocks while its request`;
  return peering && refuse("OperationNotPermitted", `${about} ${peering.id} is pending acceptance.`);
}

const unrestricted =
  "Use a CIDR from the same private address range as the current VPC CIDR, or use a publicly-routable CIDR.";

const tooMany = (vpc: Vpc, { quotas }: Call): Refusal =>
  refuse(
    "CidrLimitExceeded",
    `This network ${vpc.id} has met its maximum number of allowed CIDRs: ${quotas.cidrsPerVpc}`,
  );

/** Takes a block away from its VPC: any but the primary one, once no subnet lives in it. */
export const disassociateVpcCidrBlock = operation({
  name: "DisassociateVpcCidrBlock",
  run(world, { AssociationId = "" }, call) {
    const is = (block: { association: string }) => block.association === AssociationId;
    const vpc = list(world, call, "vpc").find(({ cidrs, ipv6Cidrs }) => [...cidrs, ...ipv6Cidrs].some(is));
    const block = vpc && [...vpc.cidrs, ...vpc.ipv6Cidrs].find(is);
    if (!vpc || !block) {
      return refuse(
        "InvalidVpcCidrBlockAssociationID.NotFound",
        `The vpc CIDR block association ID '${AssociationId}' does not exist`,
      );
    }
    if (vpc.cidrs[0] === block) {
      return refuse(
        "OperationNotPermitted",
        `The vpc CIDR block with association ID ${AssociationId} may not be disassociated. It is the primary IPv4 CIDR block of the VPC`,
      );
    }
    const [holder] = subnetsInBlock(world, vpc, block);
    if (holder !== undefined) {
      return refuse(
        "DependencyViolation",
        `The vpc CIDR block with association ID ${AssociationId} has dependencies and cannot be disassociated: ${holder}`,
      );
    }
    const shown = vpc.cidrs.includes(block)
      ? { CidrBlockAssociation: vpcBlockView(block, "disassociating") }
      : { Ipv6CidrBlockAssociation: vpcIpv6BlockView(block, vpc.region, "disassociating") };
    return { changes: leaveBlock(world, vpc, block), output: { VpcId: vpc.id, ...shown } };
  },
});
