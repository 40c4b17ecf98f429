import { covers, cidrOf, formatCidr } from "../../values/ip.ts";
import type { Family } from "../../values/ip.ts";
import { parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import type { Input } from "../operation.ts";
import { parseBlock } from "./blocks.ts";
import { malformed } from "./lookup.ts";

type DestinationInput = Pick<
  Input<"CreateRoute">,
  "DestinationCidrBlock" | "DestinationIpv6CidrBlock" | "DestinationPrefixListId"
>;

const oneOf = "exactly one of destinationCidrBlock, destinationIpv6CidrBlock or destinationPrefixListId";

/** The one destination of an input as a route keeps it: a canonical prefix, or the id of a prefix list. */
export function parseDestination(input: DestinationInput): string | Refusal {
  const { DestinationCidrBlock: ipv4, DestinationIpv6CidrBlock: ipv6, DestinationPrefixListId: list } = input;
  const given = [ipv4, ipv6, list].filter((text) => text !== undefined).length;
  if (given === 0) return refuse("MissingParameter", `The request must contain ${oneOf}`);
  if (given > 1) return refuse("InvalidParameterCombination", `The request must contain ${oneOf}`);
  if (ipv4 !== undefined) return canonical("destinationCidrBlock", ipv4, 4);
  if (ipv6 !== undefined) return canonical("destinationIpv6CidrBlock", ipv6, 6);
  return list !== undefined && parseId("prefix-list", list) ? list : malformed("prefix-list", list ?? "");
}

function canonical(parameter: string, text: string, family: Family): string | Refusal {
  const block = parseBlock(parameter, text, family);
  return isRefusal(block) ? block : formatCidr(block);
}

/** Where the services of the link are, which no route may take away. */
const reserved = ["169.254.168.0/22", "fd00:ec2::/32"].map(cidrOf);

/** Refuses a destination, other than a prefix list, that lies in the ranges reserved for services of the link. */
export const refuseReserved = (destination: string): Refusal | undefined =>
  reserved.some((range) => covers(range, cidrOf(destination)))
    ? refuse("InvalidParameterValue", `The destination CIDR block ${destination} is reserved for services of the VPC.`)
    : undefined;

/** How DeleteRoute speaks of a destination it does not find. */
export function nameOfDestination(destination: string): string {
  if (destination.includes(":")) return `destination-ipv6-cidr-block ${destination}`;
  return destination.includes("/") ? `destination-cidr-block ${destination}` : `destination-prefix-list-id ${destination}`;
}
