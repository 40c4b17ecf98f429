/** Records of real packets, as the kernel counted them. */
import "./own-machine.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createFlowLogs } from "../../src/api/ec2/create-flow-logs.ts";
import { listed, need } from "../../src/model/world.ts";
import { withEndings } from "../endings.ts";
import { gatewayIn } from "../unit/ec2/routed-site.ts";
import { nobody, openCrossings, outside } from "./crossings.ts";
import { canUseKernel } from "./lab.ts";
import { Site } from "./site.ts";
import { readRecords } from "./flow-records.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };
const fields = ["interface-id", "flow-direction", "srcaddr", "srcport", "dstaddr", "dstport", "pkt-srcaddr", "pkt-dstaddr", "protocol", "packets", "bytes", "tcp-flags", "action", "traffic-path", "bailey-gate", "bailey-rule"];

/** A site with a flow log of everything in its VPC, and its records with names for ids. */
function logged(site: Site, vpc: string) {
  const LogFormat = fields.map((name) => `\${${name}}`).join(" ");
  site.region.does(createFlowLogs, { ResourceIds: [vpc], ResourceType: "VPC", TrafficType: "ALL", LogDestinationType: "s3", LogDestination: "arn:aws:s3:::local", LogFormat });
  return async (realm: string, names: Readonly<Record<string, string>>) => {
    const lines = await readRecords(realm, site.world);
    return lines.map((line) => Object.entries(names).reduce((left, [name, id]) => left.replaceAll(id, name), line)).sort();
  };
}

const ruleIn = (site: Site, group: string, egress: boolean): string =>
  [...listed(site.world, "rulesOfGroup", group).values()].find((rule) => rule.egress === egress)?.id ?? "";

test("each interface tells its own verdict of a packet, and the rule that decided", options, () =>
  withEndings(async (defer) => {
    const site = new Site();
    const vpc = site.vpc("10.0.0.0/16");
    const [left, right] = [site.subnet(vpc, "10.0.0.0/24"), site.subnet(vpc, "10.0.1.0/24")];
    const web = site.group(vpc, "web", ["tcp 80 10.0.0.0/24"]);
    const list = site.acl(right, ["allow tcp 1-1023 0.0.0.0/0"], ["allow -1 any 0.0.0.0/0"]);
    const a = site.host({ subnet: left, addresses: ["10.0.0.5", "10.0.0.6"], groups: [web] });
    const b = site.host({ subnet: right, addresses: ["10.0.1.5"], groups: [web] });
    const records = logged(site, vpc);
    const c = await openCrossings(defer, site);
    await c.reach({ a, b });
    await c.asks("a", "tcp 10.0.0.5:4000 > 10.0.1.5:80 S", "b: tcp 10.0.0.5:4000 > 10.0.1.5:80 S");
    await c.sends("a", "tcp 10.0.0.6:4000 > 10.0.1.5:80 S", "b: tcp 10.0.0.6:4000 > 10.0.1.5:80 S");
    await c.sends("a", "tcp 10.0.0.5:4001 > 10.0.1.5:22 S", nobody);
    await c.sends("a", "udp 10.0.0.5:4002 > 10.0.1.5:53", nobody);
    await c.sends("a", "icmp 10.0.0.5 > 10.0.1.5 8/0 #7", nobody);
    await c.sends("a", "tcp 10.0.0.99:4003 > 10.0.1.5:80 S", nobody);
    // Of a link that comes up: who hears what, and whether somebody has the address already. No record tells it.
    await c.sends("a", "icmp6 :: > ff02::16 143/0 #0", nobody);
    await c.sends("a", "icmp6 :: > ff02::1:ff00:5 135/0 #0", nobody);
    const [into, out] = [ruleIn(site, web, false), ruleIn(site, web, true)];
    assert.deepEqual(await records(c.live.realm, { A: a.eni, B: b.eni, into, out, list }), [
      "A egress 10.0.0.5 0 10.0.1.5 0 10.0.0.5 10.0.1.5 1 1 36 0 ACCEPT 1 groups-out out",
      "A egress 10.0.0.5 4000 10.0.1.5 80 10.0.0.5 10.0.1.5 6 1 48 2 ACCEPT 1 groups-out out",
      "A egress 10.0.0.5 4000 10.0.1.5 80 10.0.0.6 10.0.1.5 6 1 48 2 ACCEPT 1 groups-out out",
      "A egress 10.0.0.5 4001 10.0.1.5 22 10.0.0.5 10.0.1.5 6 1 48 2 ACCEPT 1 groups-out out",
      "A egress 10.0.0.5 4002 10.0.1.5 53 10.0.0.5 10.0.1.5 17 1 36 0 ACCEPT 1 groups-out out",
      "A egress 10.0.0.5 4003 10.0.1.5 80 10.0.0.99 10.0.1.5 6 1 48 2 REJECT 1 source-check not-its-own-address",
      "A ingress 10.0.1.5 80 10.0.0.5 4000 10.0.1.5 10.0.0.5 6 1 48 18 ACCEPT - groups-in out",
      "B egress 10.0.1.5 80 10.0.0.5 4000 10.0.1.5 10.0.0.5 6 1 48 18 ACCEPT 1 groups-out out",
      "B ingress 10.0.0.5 0 10.0.1.5 0 10.0.0.5 10.0.1.5 1 1 36 0 REJECT - acl-in list:32767:ingress",
      "B ingress 10.0.0.5 4000 10.0.1.5 80 10.0.0.5 10.0.1.5 6 1 48 2 ACCEPT - groups-in into",
      "B ingress 10.0.0.5 4001 10.0.1.5 22 10.0.0.5 10.0.1.5 6 1 48 2 REJECT - groups-in no-rule-matches",
      "B ingress 10.0.0.5 4002 10.0.1.5 53 10.0.0.5 10.0.1.5 17 1 36 0 REJECT - acl-in list:32767:ingress",
      "B ingress 10.0.0.6 4000 10.0.1.5 80 10.0.0.6 10.0.1.5 6 1 48 2 ACCEPT - groups-in into",
    ]);
  }),
);

/** Connections as they end, and how long connection tracking remembers them, in milliseconds. */
const endings: Readonly<Record<string, readonly (readonly [from: string, flags: string])[]>> = {
  "both sides finish": [["client", "FA"], ["server", "FA"], ["client", "A"]],
  "the client resets": [["client", "R"]],
};
const remembered = 2_500;

for (const [at, [name, ending]] of Object.entries(endings).entries()) {
  test(`a packet that comes after its connection's end is refused, and told as late: ${name}`, options, () =>
    withEndings(async (defer) => {
      const site = new Site();
      const vpc = site.vpc("10.0.0.0/16");
      const subnet = site.subnet(vpc, "10.0.1.0/24");
      const groups = { client: site.group(vpc, "client", [], ["tcp 22 10.0.1.0/24"]), server: site.group(vpc, "server", ["tcp 22 10.0.1.0/24"], []) };
      const client = site.host({ subnet, addresses: ["10.0.1.10"], groups: [groups.client] });
      const server = site.host({ subnet, addresses: ["10.0.1.20"], groups: [groups.server] });
      const records = logged(site, vpc);
      const c = await openCrossings(defer, site);
      await c.reach({ client, server });
      const there = `tcp 10.0.1.10:${45_000 + at} > 10.0.1.20:22`;
      const back = `tcp 10.0.1.20:22 > 10.0.1.10:${45_000 + at}`;
      const says = (from: string, flags: string) =>
        from === "client" ? c.sends("client", `${there} ${flags}`, `server: ${there} ?`) : c.sends("server", `${back} ${flags}`, `client: ${back} ?`);
      for (const [from, flags] of [["client", "S"], ["server", "SA"], ["client", "A"], ...ending] as const) await says(from, flags);
      await sleep(remembered);
      await c.sends("server", `${back} A`, nobody);
      // The first packet of a connection that no rule admits is refused, too, but is not late.
      await c.sends("server", "tcp 10.0.1.20:22 > 10.0.1.10:50000 S", nobody);
      const seen = (await records(c.live.realm, { client: client.eni, server: server.eni })).filter((line) => line.includes("REJECT"));
      assert.deepEqual(seen, [
        `server egress 10.0.1.20 22 10.0.1.10 ${45_000 + at} 10.0.1.20 10.0.1.10 6 1 48 0 REJECT 1 late-out late-out`,
        "server egress 10.0.1.20 22 10.0.1.10 50000 10.0.1.20 10.0.1.10 6 1 48 2 REJECT 1 groups-out no-rule-matches",
      ]);
    }),
  );
}

test("a NAT gateway's interface tells both sides of what it translates", options, () =>
  withEndings(async (defer) => {
    const site = new Site();
    const vpc = site.vpc("10.0.0.0/16");
    const igw = gatewayIn(site.region, vpc);
    const [front, back] = [site.subnet(vpc, "10.0.0.0/24"), site.subnet(vpc, "10.0.1.0/24")];
    site.table(vpc, [`0.0.0.0/0 ${igw}`], front);
    const nat = site.nat(front, ["10.0.0.220"]);
    site.table(vpc, [`0.0.0.0/0 ${nat.id}`], back);
    const app = site.host({ subnet: back, addresses: ["10.0.1.5"] });
    const records = logged(site, vpc);
    const c = await openCrossings(defer, site);
    await c.reach({ app });
    await c.asks("app", `tcp 10.0.1.5:40000 > ${outside}:443 S`, `internet: tcp ${nat.publicIps[0]}:40000 > ${outside}:443 S`);
    const names = { app: app.eni, nat: need(site.world, "nat-gateway", nat.id).interface };
    const seen = (await records(c.live.realm, names)).map((line) => line.split(" ").slice(0, 14).join(" "));
    // Facts §2.7: the four lines of a NAT gateway's interface.
    assert.deepEqual(seen, [
      "app egress 10.0.1.5 40000 203.0.113.1 443 10.0.1.5 203.0.113.1 6 1 48 2 ACCEPT 1",
      "app ingress 203.0.113.1 443 10.0.1.5 40000 203.0.113.1 10.0.1.5 6 1 48 18 ACCEPT -",
      "nat egress 10.0.0.220 40000 203.0.113.1 443 10.0.0.220 203.0.113.1 6 1 48 2 ACCEPT 8",
      "nat egress 10.0.0.220 443 10.0.1.5 40000 203.0.113.1 10.0.1.5 6 1 48 18 ACCEPT 1",
      "nat ingress 10.0.1.5 40000 10.0.0.220 443 10.0.1.5 203.0.113.1 6 1 48 2 ACCEPT -",
      "nat ingress 203.0.113.1 443 10.0.0.220 40000 203.0.113.1 10.0.0.220 6 1 48 18 ACCEPT -",
    ]);
  }),
);
