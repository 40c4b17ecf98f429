import type { Subnet, Vpc } from "../../model/resource.ts";
import { blocksOfSubnet } from "../../model/subnet.ts";
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

const isSubnetLength = { 4: (length: number) => length >= 16 && length <= 28, 6: (length: number) => length >= 44 && length <= 64 && length % 4 === 0 };

/** Refuses a block a subnet of this VPC can't have: of a wrong size, outside the VPC, or in another subnet's way. */
export function refuseSubnetBlock(world: World, vpc: Vpc, cidr: Cidr, text: string): Refusal | undefined {
  const inside = blocksOf(vpc).some((block) => covers(block, cidr));
  if (!isSubnetLength[cidr.family](cidr.length) || !inside) {
    return refuse("InvalidSubnet.Range", `The CIDR '${text}' is invalid.`);
  }
  const taken = [...listed(world, "subnetsOfVpc", vpc.id).values()].flatMap(subnetBlocks);
  if (taken.some((other) => overlaps(other, cidr))) {
    return refuse("InvalidSubnet.Conflict", `The CIDR '${text}' conflicts with another subnet`);
  }
  return undefined;
}

/** All blocks of a subnet as values, IPv4 first. */
export const subnetBlocks = (subnet: Subnet): Cidr[] => blocksOfSubnet(subnet).map(cidrOf);
