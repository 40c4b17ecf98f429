/** Which translations of connections under way still hold after a change. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cidr } from "../../../src/values/ip.ts";
import type { Hop, Internet, Network } from "../../../src/policy/network.ts";
import { isCurrent } from "../../../src/policy/translation.ts";
import { acl, allowAll, cidr, group, ip, network } from "../../network.ts";

const world = cidr("0.0.0.0/0");
const internet: Internet = {
  kind: "internet",
  id: "igw-1",
  device: "inet",
  index: 2,
  open: true,
  addresses: [{ private: ip("10.0.1.5"), public: ip("203.0.113.5") }, { private: ip("10.0.2.9"), public: ip("203.0.113.9") }],
};

/** A network whose first subnet leads everything to the hop; the NATs' subnet has the internet, and a peer. */
function ways(hop: Hop): Network {
  const plain = network({
    subnets: { "subnet-1": "acl-1", "subnet-2": "acl-1" },
    acls: [acl("acl-1", allowAll)],
    groups: [group("sg-1", [])],
    interfaces: [{ id: "eni-app", subnet: "subnet-1", groups: ["sg-1"], addresses: ["10.0.1.5"] }],
  });
  const table = (id: string, routes: readonly (readonly [Cidr, Hop])[]) => ({ id, routes: routes.map(([destination, each]) => ({ destination, hop: each, written: "" })) });
  const nat = (id: string, number: number, last: number) =>
    [id, { id, number, subnet: "subnet-2", addresses: [{ private: ip(`10.0.2.${last}`), public: ip(`203.0.113.${last}`) }] }] as const;
  return {
    ...plain,
    cidrs: [cidr("10.0.0.0/16")],
    internet,
    subnets: new Map([...plain.subnets].map(([id, subnet], at) => [id, { ...subnet, table: `rtb-${at + 1}` }])),
    tables: new Map([
      ["rtb-1", table("rtb-1", [[world, hop]])],
      ["rtb-2", table("rtb-2", [[cidr("172.16.0.0/16"), { to: "peering", id: "pcx-1" }], [world, { to: "internet" }]])],
    ]),
    peerings: new Map([["pcx-1", { kind: "peering", id: "pcx-1", device: "pcx", index: 3, network: "vpc-2", cidrs: [cidr("172.16.0.0/16")] }]]),
    nats: new Map([nat("nat-1", 1, 9), nat("nat-2", 2, 8)]),
  };
}

const out = (given: string, to = "198.51.100.7") => ({
  original: { source: ip("10.0.1.5"), destination: ip(to) },
  reply: { source: ip(to), destination: ip(given) },
});
const into = (known: string, own: string) => ({
  original: { source: ip("198.51.100.7"), destination: ip(known) },
  reply: { source: ip(own), destination: ip("198.51.100.7") },
});

const gateway: Hop = { to: "internet" };
const nat: Hop = { to: "nat", id: "nat-1" };
const appliance: Hop = { to: "appliance", id: "eni-box" };
const gone: Hop = { to: "blackhole" };

const cases = [
  ["one to one, out", gateway, out("203.0.113.5"), true],
  ["under an address it had", gateway, out("203.0.113.6"), false],
  ["by a NAT it is no longer led to", gateway, out("203.0.113.9"), false],
  ["by its NAT", nat, out("203.0.113.9"), true],
  ["by another NAT", nat, out("203.0.113.8"), false],
  ["by its NAT, to a peer", nat, out("10.0.2.9", "172.16.1.1"), true],
  ["by its NAT, to a peer, under the public address", nat, out("203.0.113.9", "172.16.1.1"), false],
  ["one to one, now by a NAT", nat, out("203.0.113.5"), false],
  ["through an appliance, one to one", appliance, out("203.0.113.5"), true],
  ["through an appliance, then by a NAT", appliance, out("203.0.113.8"), true],
  ["through an appliance, under an address nobody has", appliance, out("203.0.113.7"), false],
  ["led nowhere", gone, out("203.0.113.5"), false],
  ["one to one, in", gone, into("203.0.113.5", "10.0.1.5"), true],
  ["in, to who had the address", gone, into("203.0.113.5", "10.0.1.6"), false],
  ["in, to an address nobody has", gone, into("203.0.113.6", "10.0.1.5"), false],
] as const;

for (const [name, hop, connection, current] of cases) {
  test(name, () => assert.equal(isCurrent(ways(hop), connection), current));
}
