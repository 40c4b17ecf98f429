/** Random access control lists whose entries nest and overlap, and the packets at their edges. */
import type { Acl, AclEntry, Direction, Values } from "../src/policy/network.ts";
import { type Cidr, type Family, firstOf, holds, type Ip, lastOf, offset, widthOf } from "../src/values/ip.ts";
import { within } from "../src/values/ports.ts";
import { hasPorts, hasTypes, type Protocol } from "../src/values/protocol.ts";
import { cidr, ip } from "./network.ts";
import type { Random } from "./random.ts";

const sites = ["10.1.0.0", "10.1.2.0", "198.51.100.128", "2001:db8:0:1::", "2001:db8:0:1:ff::"].map(ip);
const world = ["0.0.0.0/0", "::/0"].map(cidr);
const protocols: readonly Protocol[] = ["all", 6, 6, 17, 1, 58, 50, 99];
const ports = [0, 1, 22, 79, 80, 81, 90, 1023, 1024, 65534, 65535];
const types = [0, 3, 8, 11, 128, 129, 255];

function prefix(random: Random): Cidr {
  if (random.chance(0.4)) return random.pick(world);
  const { family, bits } = random.pick(sites);
  const length = widthOf(family) - random.pick([0, 1, 2, 7, 8, 9, 16, 24]);
  const shift = BigInt(widthOf(family) - length);
  return { family, base: (bits >> shift) << shift, length };
}

function valuesOf(random: Random, protocol: Protocol): Values {
  if (hasTypes(protocol)) {
    const type = random.pick(types) << 8;
    return random.pick<Values>(["any", { from: type, to: type | 255 }, { from: type | 3, to: type | 3 }]);
  }
  if (!hasPorts(protocol)) return "any";
  const [a, b] = [random.pick(ports), random.pick(ports)];
  return random.pick<Values>([{ from: a, to: a }, { from: Math.min(a, b), to: Math.max(a, b) }, { from: 0, to: 65535 }]);
}

/** A list with up to `size` entries each way. */
export function randomList(random: Random, id: string, size: number): Acl {
  let made = 0;
  const entries = (): AclEntry[] =>
    Array.from({ length: random.between(0, size) }, () => {
      const protocol = random.chance(0.05) ? "all" : random.pick(protocols.slice(random.chance(0.3) ? 0 : 1));
      const action = random.chance(0.4) ? "deny" : "allow";
      return { id: `${id}:${++made}`, action, protocol, values: valuesOf(random, protocol), cidr: prefix(random) };
    });
  return { id, in: entries(), out: entries() };
}

/** What a list looks at: the other end's address, and the rest of the packet. */
export interface Peeped {
  readonly peer: Ip;
  readonly protocol: number;
  readonly value: number;
}

/** The verdict of the first entry that matches. */
export function listAllows(acl: Acl, direction: Direction, { peer, protocol, value }: Peeped): boolean {
  const entry = acl[direction].find(
    (each) =>
      holds(each.cidr, peer) &&
      (each.protocol === "all" || each.protocol === protocol) &&
      (each.values === "any" || within(each.values, value)),
  );
  return entry?.action === "allow";
}

/** Addresses of a family just inside and just outside of what random lists have. */
export const edgeAddresses = (random: Random, family: Family, count: number): Ip[] =>
  Array.from({ length: count }, () => prefix(random))
    .filter((each) => each.family === family && each.length > 0)
    .flatMap((each) => [offset(firstOf(each), -1), firstOf(each), lastOf(each), offset(lastOf(each), 1)])
    .filter((each, at, all) => all.findIndex(({ bits }) => bits === each.bits) === at);

/** A packet at the edges of some entry of the list, from one of those addresses. */
export function edgeOf(random: Random, acl: Acl, direction: Direction, peers: readonly Ip[]): Peeped {
  const peer = random.pick(peers);
  const near = acl[direction].filter(({ cidr: own }) => own.family === peer.family && (own.length === 0 || holds(own, peer)));
  const known = [...near, ...acl[direction]];
  const entry = known.length > 0 ? random.pick(known) : undefined;
  const protocol = entry && entry.protocol !== "all" && random.chance(0.9) ? entry.protocol : random.pick([6, 17, 1, 58, 50, 99, 89]);
  if (!hasPorts(protocol) && !hasTypes(protocol)) return { peer, protocol, value: 0 };
  const { from, to } = entry && entry.values !== "any" ? entry.values : { from: random.below(65536), to: 0x0800 };
  return { peer, protocol, value: Math.max(0, Math.min(65535, random.pick([from - 1, from, to, to + 1]))) };
}
