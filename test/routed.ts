/** Networks with ways out, said briefly: two subnets with the routes each has beside the local one. */
import type { Hop, Network } from "../src/policy/network.ts";
import { acl, allowAll, cidr, ip, network } from "./network.ts";

export type Routes = Readonly<Record<string, Hop>>;

export const internet: Hop = { to: "internet" };
export const nat: Hop = { to: "nat", id: "nat" };
export const peer: Hop = { to: "peering", id: "pcx" };
const local: Hop = { to: "local" };

/** Subnets a and b of 10.0.0.0/16 with an instance each, an internet gateway, a NAT in b, and a peer, 10.7.0.0/16. */
export function routed(a: Routes, b: Routes): Network {
  const base = network({
    subnets: { a: "acl", b: "acl" },
    acls: [acl("acl", allowAll)],
    groups: [],
    interfaces: [
      { id: "eni-a", subnet: "a", groups: [], addresses: ["10.0.1.4"] },
      { id: "eni-b", subnet: "b", groups: [], addresses: ["10.0.2.4"] },
    ],
  });
  const table = (id: string, routes: Routes) => ({
    id,
    routes: Object.entries({ "10.0.0.0/16": local, ...routes })
      .map(([written, hop]) => ({ destination: cidr(written), hop, written }))
      .toSorted((one, other) => other.destination.length - one.destination.length),
  });
  const subnet = (id: string, block: string) => [id, { id, acl: "acl", cidrs: [cidr(block)], table: id }] as const;
  const nats = [{ private: ip("10.0.2.9"), public: ip("203.0.113.9") }];
  return {
    ...base,
    cidrs: [cidr("10.0.0.0/16")],
    subnets: new Map([subnet("a", "10.0.1.0/24"), subnet("b", "10.0.2.0/24")]),
    tables: new Map([["a", table("a", a)], ["b", table("b", b)]]),
    internet: { kind: "internet", id: "igw", device: "inet", index: 2, open: true, addresses: nats },
    nats: new Map([["nat", { id: "nat", number: 7, subnet: "b", addresses: nats }]]),
    peerings: new Map([["pcx", { kind: "peering", id: "pcx", device: "pcx", index: 3, network: "other", cidrs: [cidr("10.7.0.0/16")] }]]),
  };
}
