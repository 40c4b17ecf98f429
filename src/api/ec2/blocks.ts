import type { Subnet, Vpc } from "../../model/resource.ts";
import { blocksOf } from "../../model/vpc.ts";
import { listed } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { covers, overlaps, parseCidr, cidrOf } from "../../values/ip.ts";
import type { Cidr, Family } from "../../values/ip.ts";
import { refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";

/** A CIDR block of the family, host bits cleared. `parameter` is its name in the refusal. */
export function parseBlock(parameter: string, text: string, family: Family): Cidr | Refusal {
  const cidr = parseCidr(text);
  if (cidr?.family === family) return cidr;
  return refuse(
    "InvalidParameterValue",
    `Value (${text}) for parameter ${parameter} is invalid. This is not a valid CIDR block.`,
  );
}

const subnetLengths = { 4: [16, 28], 6: [64, 64] } as const;

/** Refuses a block a subnet of this VPC can't have: of a wrong size, outside the VPC, or in another subnet's way. */
export function refuseSubnetBlock(world: World, vpc: Vpc, cidr: Cidr, text: string): Refusal | undefined {
  const [shortest, longest] = subnetLengths[cidr.family];
  const inside = blocksOf(vpc).some((block) => covers(block, cidr));
  if (cidr.length < shortest || cidr.length > longest || !inside) {
    return refuse("InvalidSubnet.Range", `The CIDR '${text}' is invalid.`);
  }
  const taken = [...listed(world, "subnetsOfVpc", vpc.id).values()].flatMap(subnetBlocks);
  if (taken.some((other) => overlaps(other, cidr))) {
    return refuse("InvalidSubnet.Conflict", `The CIDR '${text}' conflicts with another subnet`);
  }
  return undefined;
}

/** All blocks of a subnet as values, IPv4 first. */
export const subnetBlocks = (subnet: Subnet): Cidr[] =>
  [subnet.cidr, ...subnet.ipv6Cidrs.map((block) => block.cidr)].map(cidrOf);
