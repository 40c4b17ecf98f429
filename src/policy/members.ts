import { joinedBy } from "../model/peers.ts";
import type { SecurityGroup, Vpc } from "../model/resource.ts";
import { find, listed, type Table, type World } from "../model/world.ts";
import { ipOf } from "../values/ip.ts";
import { once } from "../values/once.ts";
import type { Members } from "./network.ts";

/**
 * Whom a reference to a group means in a VPC: the private addresses, secondary ones included, of the group's members
 * there and in the VPCs that active peerings of the same region join to it. A group that is gone has none.
 */
export function lowerMembers(world: World, id: string, vpc: Vpc): Members {
  const group = find(world, "security-group", id);
  if (!group) return { id, addresses: [] };
  return lowerMembership(group, listed(world, "interfacesOfGroup", id), vpc, listed(world, "peeringsOfVpc", vpc.id));
}

const lowerMembership = once(
  (
    group: SecurityGroup,
    interfaces: Table<"network-interface">,
    vpc: Vpc,
    peerings: Table<"vpc-peering-connection">,
  ): Members => {
    const peers = joinedBy(peerings, vpc.id);
    const texts = [...interfaces.values()]
      .filter((eni) => eni.vpc === vpc.id || peers.has(eni.vpc))
      .flatMap((eni) => [...eni.addresses, ...eni.ipv6Addresses]);
    return { id: group.id, addresses: [...new Set(texts)].sort().map(ipOf) };
  },
);
