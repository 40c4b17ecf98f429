/** Amazon's documented cases of flow logs, with real packets: what is told of each, and what is never told. */
import "./own-machine.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { createFlowLogs } from "../../src/api/ec2/create-flow-logs.ts";
import { withEndings } from "../endings.ts";
import { type Crossings, nobody, openCrossings } from "./crossings.ts";
import { readRecords } from "./flow-records.ts";
import { canUseKernel } from "./lab.ts";
import { type Host, Site } from "./site.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };

/** Lines of the fields, of everything in a VPC, with the hosts' names for their interfaces. */
function logs(site: Site, vpc: string, fields: string) {
  const LogFormat = fields.split(" ").map((name) => `\${${name}}`).join(" ");
  site.region.does(createFlowLogs, { ResourceIds: [vpc], ResourceType: "VPC", TrafficType: "ALL", LogDestinationType: "s3", LogDestination: "arn:aws:s3:::local", LogFormat });
  return async ({ live }: Crossings, hosts: Readonly<Record<string, Host>>) => {
    const lines = await readRecords(live.realm, site.world);
    return lines.map((line) => Object.entries(hosts).reduce((left, [name, { eni }]) => left.replaceAll(eni, name), line)).sort();
  };
}

const all = ["allow -1 any 0.0.0.0/0"];
const request = "icmp 10.0.0.10 > 10.0.1.10 8/0 #7";
const reply = "icmp 10.0.1.10 > 10.0.0.10 0/0 #7";
const pings = [
  { name: "the reply is denied by the list", into: ["icmp any 0.0.0.0/0"], out: ["deny icmp any 0.0.0.0/0"], answers: nobody, told: ["b egress REJECT", "b ingress ACCEPT"] },
  { name: "list and group admit both", into: ["icmp any 0.0.0.0/0"], out: all, answers: `a: ${reply}`, told: ["b egress ACCEPT", "b ingress ACCEPT"] },
  { name: "the group denies the request", into: ["tcp 1 0.0.0.0/0"], out: all, told: ["b ingress REJECT"] },
];

for (const { name, into, out, answers, told } of pings) {
  test(`a ping where ${name}`, options, () =>
    withEndings(async (defer) => {
      const site = new Site();
      const vpc = site.vpc("10.0.0.0/16");
      const [left, right] = [site.subnet(vpc, "10.0.0.0/24"), site.subnet(vpc, "10.0.1.0/24")];
      site.acl(right, all, out);
      const a = site.host({ subnet: left, addresses: ["10.0.0.10"], groups: [site.group(vpc, "asks", ["icmp any 0.0.0.0/0"])] });
      // Nothing may leave it but replies.
      const b = site.host({ subnet: right, addresses: ["10.0.1.10"], groups: [site.group(vpc, "answers", into, [])] });
      const records = logs(site, vpc, "interface-id flow-direction action srcport dstport protocol packets bytes log-status");
      const c = await openCrossings(defer, site);
      await c.reach({ a, b });
      for (let times = 0; times < 4; times++) {
        await c.sends("a", request, answers === undefined ? nobody : `b: ${request}`, { padding: 48 });
        if (answers !== undefined) await c.sends("b", reply, answers, { padding: 48 });
      }
      const lines = await records(c, { a, b });
      assert.deepEqual(lines.filter((line) => line.startsWith("b ")), told.map((line) => `${line} 0 0 1 4 336 OK`));
    }),
  );
}

test("the flags of a short connection, as each side's packets had them", options, () =>
  withEndings(async (defer) => {
    const site = new Site();
    const vpc = site.vpc("10.0.0.0/16");
    const subnet = site.subnet(vpc, "10.0.0.0/24");
    const groups = [site.group(vpc, "web", ["tcp 5001 0.0.0.0/0"])];
    const [a, b] = [site.host({ subnet, addresses: ["10.0.0.10"], groups }), site.host({ subnet, addresses: ["10.0.0.62"], groups })];
    const records = logs(site, vpc, "interface-id flow-direction srcport dstport tcp-flags packets action");
    const c = await openCrossings(defer, site);
    await c.reach({ a, b });
    const forth = async (port: number, flags: string) => {
      const packet = `tcp 10.0.0.10:${port} > 10.0.0.62:5001 ${flags}`;
      await c.sends("a", packet, `b: ${packet}`);
    };
    const back = async (port: number, flags: string) => {
      const packet = `tcp 10.0.0.62:5001 > 10.0.0.10:${port} ${flags}`;
      await c.sends("b", packet, `a: ${packet}`);
    };
    for (const port of [43638, 43416]) {
      await forth(port, "S");
      await back(port, "SA");
      await forth(port, "A");
      await back(port, "A");
    }
    await forth(43638, "FA");
    await back(43638, "FA");
    assert.deepEqual(await records(c, { a, b }), [
      "a egress 43416 5001 2 2 ACCEPT",
      "a egress 43638 5001 3 3 ACCEPT",
      "a ingress 5001 43416 18 2 ACCEPT",
      "a ingress 5001 43638 19 3 ACCEPT",
      "b egress 5001 43416 18 2 ACCEPT",
      "b egress 5001 43638 19 3 ACCEPT",
      "b ingress 43416 5001 2 2 ACCEPT",
      "b ingress 43638 5001 3 3 ACCEPT",
    ]);
    await forth(43416, "FA");
    const next = await records(c, { a, b });
    assert.deepEqual(next, ["a egress 43416 5001 1 1 ACCEPT", "b ingress 43416 5001 1 1 ACCEPT"], "the next window begins anew");
  }),
);

test("IPv6, other protocols, secondary addresses and what others forward", options, () =>
  withEndings(async (defer) => {
    const site = new Site();
    const vpc = site.vpc("10.0.0.0/16", true);
    const six = site.ipv6(vpc, 1);
    const subnet = site.subnet(vpc, "10.0.0.0/24", six);
    const [a6, b6] = ["a", "b"].map((end) => six.replace("::/64", `::${end}`));
    const groups = [site.group(vpc, "all", ["-1 any 0.0.0.0/0", "-1 any ::/0"], ["-1 any 0.0.0.0/0", "-1 any ::/0"])];
    const a = site.host({ subnet, addresses: ["10.0.0.10"], ipv6: a6 ?? "", groups, appliance: true });
    const b = site.host({ subnet, addresses: ["10.0.0.20", "10.0.0.21"], ipv6: b6 ?? "", groups });
    const records = logs(site, vpc, "interface-id flow-direction type srcaddr dstaddr pkt-srcaddr pkt-dstaddr srcport dstport protocol");
    const c = await openCrossings(defer, site);
    await c.reach({ a, b });
    for (const packet of [`tcp [${a6}]:34892 > [${b6}]:22 S`, "proto47 10.0.0.10 > 10.0.0.20", "udp 10.0.0.10:4000 > 10.0.0.21:53", "udp 198.51.100.7:4001 > 10.0.0.20:53"]) {
      await c.sends("a", packet, `b: ${packet}`);
    }
    assert.deepEqual(
      await records(c, { a, b }),
      [
        `a egress IPv6 ${a6} ${b6} ${a6} ${b6} 34892 22 6`,
        "a egress IPv4 10.0.0.10 10.0.0.20 10.0.0.10 10.0.0.20 0 0 47",
        "a egress IPv4 10.0.0.10 10.0.0.21 10.0.0.10 10.0.0.21 4000 53 17",
        "a egress IPv4 10.0.0.10 10.0.0.20 198.51.100.7 10.0.0.20 4001 53 17",
        `b ingress IPv6 ${a6} ${b6} ${a6} ${b6} 34892 22 6`,
        "b ingress IPv4 10.0.0.10 10.0.0.20 10.0.0.10 10.0.0.20 0 0 47",
        "b ingress IPv4 10.0.0.10 10.0.0.20 10.0.0.10 10.0.0.21 4000 53 17",
        "b ingress IPv4 198.51.100.7 10.0.0.20 198.51.100.7 10.0.0.20 4001 53 17",
      ].sort(),
    );
  }),
);

test("what goes to the network's own services is never told", options, () =>
  withEndings(async (defer) => {
    const site = new Site();
    const vpc = site.vpc("10.0.0.0/16");
    const subnet = site.subnet(vpc, "10.0.0.0/24");
    const a = site.host({ subnet, addresses: ["10.0.0.10"] });
    const b = site.host({ subnet, addresses: ["10.0.0.53"] });
    const records = logs(site, vpc, "interface-id flow-direction dstaddr dstport");
    const c = await openCrossings(defer, site);
    await c.reach({ a, b });
    for (const to of ["10.0.0.2:53", "169.254.169.253:53", "169.254.169.123:123", "10.0.0.1:7", "255.255.255.255:67"]) {
      await c.sends("a", `udp 10.0.0.10:4000 > ${to}`, nobody);
    }
    await c.sends("a", "tcp 10.0.0.10:4000 > 169.254.169.254:80 S", nobody);
    await c.sends("a", "udp 10.0.0.10:4000 > 10.0.0.53:53", "b: udp 10.0.0.10:4000 > 10.0.0.53:53");
    assert.deepEqual(await records(c, { a, b }), ["a egress 10.0.0.53 53", "b ingress 10.0.0.53 53"], "a DNS server of one's own is");
  }),
);
