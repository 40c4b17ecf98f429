/** When a network's ways out are the main table's, for every packet, and when packets are routed in domains of their subnets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { domainsOf, mainTable, routingOf } from "../../../src/compile/routes.ts";
import type { Network } from "../../../src/policy/network.ts";
import { formatCidr } from "../../../src/values/ip.ts";
import { cidr } from "../../network.ts";
import { internet, nat, peer, routed, type Routes } from "../../routed.ts";

/** Which destinations lead out of which device, by the table that says so: `main`, or `marked`. */
function ways(of: Network): string[] {
  const { paths = [] } = routingOf(of) ?? {};
  return paths.flatMap(({ destination, table, lead }) =>
    typeof lead === "string" ? [] : [`${table === mainTable ? "main" : "marked"} ${formatCidr(destination)} ${lead.device}`],
  );
}

const cases: readonly { name: string; a: Routes; b: Routes; expected: string[]; domains: string[] }[] = [
  {
    name: "one public, one behind its NAT",
    a: { "0.0.0.0/0": nat }, b: { "0.0.0.0/0": internet }, expected: ["main 0.0.0.0/0 inet"], domains: [],
  },
  {
    name: "one has ways the other has not",
    a: {}, b: { "0.0.0.0/0": internet, "10.7.0.0/16": peer }, expected: ["main 0.0.0.0/0 inet", "main 10.7.0.0/16 pcx"], domains: [],
  },
  {
    name: "one takes into nothing what the other's shorter prefix leads to",
    a: { "198.51.100.0/24": { to: "blackhole" }, "10.7.0.0/16": peer }, b: { "0.0.0.0/0": internet },
    expected: ["main 0.0.0.0/0 inet", "main 10.7.0.0/16 pcx", "main 198.51.100.0/24 inet"], domains: [],
  },
  {
    name: "one leads a private prefix to a peer, which the other's internet gateway takes nothing for",
    a: { "10.7.0.0/16": peer, "0.0.0.0/0": nat }, b: { "0.0.0.0/0": internet }, expected: ["main 0.0.0.0/0 inet", "main 10.7.0.0/16 pcx"], domains: [],
  },
  {
    name: "one's own prefix keeps its way where the table of the NAT it uses for others has a longer one",
    a: { "10.7.0.0/16": peer, "0.0.0.0/0": nat }, b: { "10.7.2.0/24": { to: "blackhole" }, "0.0.0.0/0": internet },
    expected: ["main 0.0.0.0/0 inet", "main 10.7.0.0/16 pcx", "main 10.7.2.0/24 pcx"], domains: [],
  },
  {
    name: "they lead the same prefix different ways",
    a: { "0.0.0.0/0": peer }, b: { "0.0.0.0/0": internet }, expected: ["marked 0.0.0.0/0 inet", "marked 0.0.0.0/0 pcx"], domains: ["a", "b"],
  },
  {
    name: "one's longer prefix leads another way than the other's shorter one",
    a: { "198.51.100.0/24": peer }, b: { "0.0.0.0/0": internet }, expected: ["marked 0.0.0.0/0 inet", "marked 198.51.100.0/24 pcx"], domains: ["a", "b"],
  },
  {
    name: "a route more specific than local is before the main table",
    a: { "10.0.2.0/24": { to: "appliance", id: "eni-b" }, "0.0.0.0/0": internet }, b: { "0.0.0.0/0": internet },
    expected: ["main 0.0.0.0/0 inet", "marked 10.0.2.0/24 db"], domains: ["a"],
  },
];

for (const { name, a, b, expected, domains } of cases) {
  test(name, () => {
    const of = routed(a, b);
    assert.deepEqual(ways(of).toSorted(), expected);
    assert.deepEqual([...domainsOf(of).subnets.keys()].toSorted(), domains);
    assert.equal((routingOf(of)?.lookups.length ?? 0) > 0, domains.length > 0, "who has no domain asks one table");
  });
}

test("where replies alone are led, the kernel leads all: the gates know better", () => {
  const of = routed({}, { "0.0.0.0/0": internet });
  const returns = [{ destination: cidr("10.7.2.9/32"), hop: peer, written: "nat" }];
  const tables = new Map([...of.tables].map(([id, table]) => [id, { ...table, returns }]));
  assert.deepEqual(ways({ ...of, tables }).toSorted(), ["main 0.0.0.0/0 inet", "main 10.7.2.9/32 pcx"]);
});

test("what no subnet leads anywhere goes nowhere, services' addresses and unused ones of the network too", () => {
  const nowhere = routingOf(routed({}, { "0.0.0.0/0": internet }))?.paths.filter(({ lead }) => lead === "blackhole");
  assert.deepEqual(nowhere?.map(({ destination }) => formatCidr(destination)), ["10.0.0.0/16", "169.254.168.0/22", "fd00:ec2::/32", "::/0"]);
  assert.equal(routingOf(routed({}, {})), undefined);
});
