/** Whether a connection that is under way is still translated as a new one would be. */
import { type Ip, sameIp } from "../values/ip.ts";
import { privateOf, publicOf } from "./judge.ts";
import { type Hop, isInterface, type Nat } from "./network.ts";
import { ownerOf, wayFromNat, wayOf, type Ways } from "./route.ts";

/** The ends of a connection's first packet as its sender wrote them, and those of replies as the answerer writes them. */
export interface Translated {
  readonly original: Ends;
  readonly reply: Ends;
}
interface Ends {
  readonly source: Ip;
  readonly destination: Ip;
}

const same = (a: Ip | undefined, b: Ip): boolean => a !== undefined && sameIp(a, b);

/**
 * A connection from outside is for who has its public address now; one from inside goes out under the address that its
 * present way gives it. Where that leads through an appliance, what comes after it is not looked at: any address will do
 * that is still given.
 */
export function isCurrent(network: Ways, { original, reply }: Translated): boolean {
  const { internet } = network;
  if (!same(reply.source, original.destination)) return internet !== undefined && same(privateOf(internet, original.destination), reply.source);
  const owner = ownerOf(network, original.source);
  const way = owner && wayOf(network, owner, original.destination);
  const byNat = (nat: Nat) => gives(network, nat, original.destination, reply.destination);
  const byGateway = internet !== undefined && same(publicOf(internet, original.source), reply.destination);
  switch (way?.hop.to) {
    case "internet":
      return byGateway;
    case "nat":
      return natOf(network, way.hop).some(byNat);
    case "appliance":
      return byGateway || [...network.nats.values()].some(byNat);
    default:
      return false;
  }
}

const natOf = ({ nats }: Ways, hop: Hop): Nat[] => ("id" in hop ? [nats.get(hop.id) ?? []].flat() : []);

/** Whether the NAT gives the address to connections to that destination. */
function gives(network: Ways, nat: Nat, destination: Ip, given: Ip): boolean {
  const { to } = wayFromNat(network, nat.id, destination);
  if (!to || isInterface(to)) return false;
  return nat.addresses.some((each) => same(to.kind === "internet" ? each.public : each.private, given));
}
