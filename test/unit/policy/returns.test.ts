/** Replies to a NAT gateway of a peer go back to it whether or not there is a route; nothing else does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createFlowLogs } from "../../../src/api/ec2/create-flow-logs.ts";
import { explain } from "../../../src/api/bailey/explain.ts";
import { recordsOf } from "../../../src/flow/observe.ts";
import { travel } from "../../../src/policy/journey.ts";
import { lower } from "../../../src/policy/lower.ts";
import { ipOf } from "../../../src/values/ip.ts";
import { isRefusal } from "../../../src/values/refuse.ts";
import { Site } from "../../kernel/site.ts";
import { gatewayIn } from "../ec2/routed-site.ts";

/** A client behind a private NAT gateway, 10.1.2.9, whose subnet leads to a peer with a server. */
function peers() {
  const site = new Site();
  const [near, far] = [site.vpc("10.1.0.0/16"), site.vpc("10.2.0.0/16")];
  const [clients, nats, servers] = [site.subnet(near, "10.1.1.0/24"), site.subnet(near, "10.1.2.0/24"), site.subnet(far, "10.2.1.0/24")];
  const pcx = site.peer(near, far);
  const nat = site.nat(nats, ["10.1.2.9"], "private");
  site.table(near, [`10.2.0.0/16 ${pcx}`], nats);
  site.table(near, [`10.2.0.0/16 ${nat.id}`], clients);
  const client = site.host({ subnet: clients, addresses: ["10.1.1.5"] });
  const server = site.host({ subnet: servers, addresses: ["10.2.1.5"], groups: [site.group(far, "open", ["-1 any 0.0.0.0/0"])] });
  const table = site.table(far, [], servers);
  return { site, near, far, servers, pcx, nat, client, server, table };
}

const web = { protocol: 6, value: 443 };

const cases: readonly { readonly name: string; readonly routes?: (made: ReturnType<typeof peers>) => readonly string[]; readonly verdict: string; readonly by: string }[] = [
  { name: "no route", verdict: "accept", by: "nat" },
  { name: "a route to the peer", routes: ({ pcx }) => [`10.1.0.0/16 ${pcx}`], verdict: "accept", by: "10.1.0.0/16" },
  { name: "an internet gateway for the rest", routes: ({ site, far }) => [`0.0.0.0/0 ${gatewayIn(site.region, far)}`], verdict: "accept", by: "nat" },
  {
    name: "a NAT gateway for the rest",
    routes: ({ site, far }) => [`0.0.0.0/0 ${site.nat(site.subnet(far, "10.2.2.0/24"), ["10.2.2.9"], "private").id}`],
    verdict: "accept", by: "nat",
  },
  {
    name: "an appliance for the rest",
    routes: ({ site, servers }) => [`0.0.0.0/0 ${site.host({ subnet: servers, addresses: ["10.2.1.6"], appliance: true }).eni}`],
    verdict: "drop", by: "0.0.0.0/0",
  },
];

for (const { name, routes, verdict, by } of cases) {
  test(`replies where the peer's table has: ${name}`, () => {
    const made = peers();
    const { site, near, far, client, server, nat, table } = made;
    for (const route of routes?.(made) ?? []) site.route(table, route);
    const networks = lower(site.world);
    const journey = travel(networks, { ...web, from: { network: near, interface: client.eni }, source: ipOf("10.1.1.5"), destination: ipOf("10.2.1.5") });
    assert.equal(journey.verdict, verdict);
    const route = journey.back?.[0]?.judgement.trace.find(({ gate }) => gate === "route");
    assert.deepEqual(route?.because, { rule: by === "nat" ? nat.id : by, owner: table });
    const opened = travel(networks, { ...web, from: { network: far, interface: server.eni }, source: ipOf("10.2.1.5"), destination: ipOf("10.1.2.9") });
    assert.equal(opened.verdict, "drop");
  });
}

test("an explanation names the NAT gateway that is answered, and the peering it is answered by", () => {
  const { site, client, server, nat, pcx, table, near, far } = peers();
  const explanation = explain(site.world, site.region.call, { from: client.instance, to: server.instance, protocol: "tcp", port: 443 });
  if (isRefusal(explanation)) return assert.fail(explanation.message);
  const steps = explanation.back?.filter(({ gate }) => gate === "route");
  assert.deepEqual(steps, [{ gate: "route", at: table, action: "allow", because: nat.id, rule: `to ${pcx}` }]);
  // Each side of a peering says where it leads.
  const crossings = [...explanation.there, ...(explanation.back ?? [])].filter(({ gate }) => gate === "peering").map(({ because }) => because);
  assert.deepEqual(crossings, [`to ${far}`, `from ${near}`, `to ${near}`, `from ${far}`]);
});

test("peers that overlap each other: one NAT gateway of an address is answered", () => {
  const { site, far, table } = peers();
  const other = site.vpc("10.1.0.0/16");
  site.nat(site.subnet(other, "10.1.2.0/24"), ["10.1.2.9"], "private");
  site.peer(other, far);
  assert.equal(lower(site.world).get(far)?.tables.get(table)?.returns?.length, 1);
});

test("a flow log tells such a reply as what goes to the peer", () => {
  const { site, far, servers, server, table } = peers();
  const other = site.nat(site.subnet(far, "10.2.2.0/24"), ["10.2.2.9"], "private");
  site.route(table, `0.0.0.0/0 ${other.id}`);
  site.region.does(createFlowLogs, { ResourceType: "VPC", ResourceIds: [far], TrafficType: "ALL" });
  const network = lower(site.world).get(far) ?? assert.fail();
  const device = network.interfaces.get(server.eni)?.index ?? assert.fail();
  const reply = { source: ipOf("10.2.1.5"), destination: ipOf("10.1.2.9"), sourcePort: 443, destinationPort: 2000, ...web, tcpFlags: 18 };
  const observed = { ...reply, device, packets: 3, bytes: 180, first: 1000, last: 2000 };
  const told = [...recordsOf({ world: site.world, network }, observed, { start: 0, end: 60 })];
  assert.deepEqual(told.map(({ record }) => [record.interface, record.subnet, record.trafficPath]), [[server.eni, servers, 4]]);
});
