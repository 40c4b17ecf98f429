/** The gates a connection passes through a NAT, in order, and the table that leads at each. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Leg, travel } from "../../../src/policy/journey.ts";
import type { Hop, Network } from "../../../src/policy/network.ts";
import { group, ip } from "../../network.ts";
import { internet, nat, routed } from "../../routed.ts";

const open = group("sg-open", []);

/** Subnet a behind the NAT in b, whose table leads as it is told; everybody may send. */
function network(beyond: Hop): Network {
  const found = routed({ "0.0.0.0/0": nat }, { "0.0.0.0/0": beyond });
  return {
    ...found,
    groups: new Map([[open.id, open]]),
    interfaces: new Map([...found.interfaces].map(([id, each]) => [id, { ...each, groups: [open.id] }])),
  };
}

const said = (legs: readonly Leg[] = []): string[] =>
  legs.flatMap(({ judgement }) => judgement.trace.map(({ gate, at, action }) => `${gate} ${at}${action === "deny" ? " deny" : ""}`));

for (const { beyond, there, back } of [
  {
    beyond: internet,
    there: ["source check eni-a", "groups out eni-a", "acl out acl", "route a", "acl in acl", "nat nat", "acl out acl", "route b", "internet igw"],
    back: ["internet igw", "acl in acl", "nat nat", "acl out acl", "acl in acl", "destination check eni-a", "groups in eni-a"],
  },
  {
    beyond: { to: "blackhole" },
    there: ["source check eni-a", "groups out eni-a", "acl out acl", "route a", "acl in acl", "nat nat deny"],
    back: [],
  },
] as const) {
  test(`through a NAT whose own table leads to: ${beyond.to}`, () => {
    const question = { from: { network: "n", interface: "eni-a" }, source: ip("10.0.1.4"), destination: ip("198.51.100.7"), protocol: 6, value: 443 };
    const journey = travel(new Map([["n", network(beyond)]]), question);
    assert.deepEqual([said(journey.there), said(journey.back)], [there, back]);
  });
}
