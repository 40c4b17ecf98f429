/** Random networks as Amazon's lower to: subnets have blocks, and entries numbers. */
import type { AclEntry, Network } from "../../../src/policy/network.ts";
import { ownerOf, owns } from "../../../src/policy/route.ts";
import { hostCidr } from "../../../src/values/ip.ts";
import { Random } from "../../random.ts";
import { edgePacket, randomWorld } from "../../worlds.ts";

function numbered(network: Network): Network {
  const entries = (acl: string, list: readonly AclEntry[], direction: string): AclEntry[] =>
    list.map((entry, at) => ({ ...entry, id: `${acl}:${(at + 1) * 10}:${direction}` }));
  const acls = [...network.acls.values()].map(({ id, in: into, out }) => ({ id, in: entries(id, into, "ingress"), out: entries(id, out, "egress") }));
  const subnets = [...network.subnets.values()].map((subnet) => {
    const inside = [...network.interfaces.values()].filter((each) => each.subnet === subnet.id);
    return { ...subnet, cidrs: inside.flatMap(({ addresses }) => addresses.map(hostCidr)) };
  });
  return { ...network, acls: new Map(acls.map((acl) => [acl.id, acl])), subnets: new Map(subnets.map((subnet) => [subnet.id, subnet])) };
}

/**
 * So many networks, and packets at the edges of their rules, each from one interface to another with both's own
 * addresses: whose packets an appliance sends on, a record does not say.
 */
export function* randomPackets(seed: number, networks: number, packets: number) {
  const random = new Random(seed);
  for (let count = 0; count < networks; count++) {
    const network = numbered(randomWorld(random, { interfaces: 5, groups: 4, rules: 3 }).network);
    for (let sent = 0; sent < packets; sent++) {
      const { from, sent: packet } = edgePacket(random, network);
      const to = ownerOf(network, packet.destination);
      if (to && to !== from && owns(from, packet.source)) yield { network, from, to, packet, random };
    }
  }
}
