/** Where Amazon puts the services of a VPC. */
import type { Vpc } from "../model/resource.ts";
import { cidrOf, firstOf, formatIp, offset } from "../values/ip.ts";

/** The VPC's resolver: its primary block's base plus two, and the two addresses that are the same in every VPC. */
export const resolverAddresses = (vpc: Vpc): string[] => [ownResolver(vpc), "169.254.169.253", "fd00:ec2::253"].filter((each) => each !== undefined);

function ownResolver(vpc: Vpc): string | undefined {
  const primary = vpc.cidrs[0];
  return primary && formatIp(offset(firstOf(cidrOf(primary.cidr)), 2));
}

export const timeAddresses: readonly string[] = ["169.254.169.123", "fd00:ec2::123"];
export const metadataAddresses: readonly string[] = ["169.254.169.254", "fd00:ec2::254"];
/** Where machines ask for their activation, on port 1688. */
export const activationAddresses: readonly string[] = ["169.254.169.250", "169.254.169.251", "fd00:ec2::250"];
