/** nft follows sixteen chains at most: the richest network is taken by the kernel and counts what it lets through and refuses. */
import "./own-machine.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { createFlowLogs } from "../../src/api/ec2/create-flow-logs.ts";
import { createTags } from "../../src/api/ec2/tags.ts";
import { allowanceTag } from "../../src/model/network-interface.ts";
import { withEndings } from "../endings.ts";
import { gatewayIn } from "../unit/ec2/routed-site.ts";
import { nobody, openCrossings, outside } from "./crossings.ts";
import { readRecords } from "./flow-records.ts";
import { canUseKernel } from "./lab.ts";
import { Site } from "./site.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };

test("NAT, peering, an appliance on the way, allowances and lists together are counted", options, () =>
  withEndings(async (defer) => {
    const site = new Site();
    const [vpc, peer] = [site.vpc("10.0.0.0/16"), site.vpc("10.1.0.0/16")];
    const igw = gatewayIn(site.region, vpc);
    const [front, back, far] = [site.subnet(vpc, "10.0.0.0/24"), site.subnet(vpc, "10.0.1.0/24"), site.subnet(peer, "10.1.0.0/24")];
    const pcx = site.peer(vpc, peer);
    const nat = site.nat(front, ["10.0.0.220", "10.0.0.221"]);
    const groups = (of: string) => [site.group(of, "all", ["tcp 80 10.0.0.0/8", "udp 0-65535 10.0.0.0/8"]), site.group(of, "more", ["tcp 81-90 0.0.0.0/0"])];
    const [own, theirs] = [groups(vpc), groups(peer)];
    const middle = site.host({ subnet: front, addresses: ["10.0.0.9"], groups: own, appliance: true });
    const app = site.host({ subnet: back, addresses: ["10.0.1.5"], groups: own });
    const away = site.host({ subnet: far, addresses: ["10.1.0.5"], groups: theirs });
    site.table(vpc, [`0.0.0.0/0 ${igw}`, `10.1.0.0/16 ${pcx}`], front);
    site.table(vpc, [`0.0.0.0/0 ${nat.id}`, `10.1.0.0/16 ${pcx}`, `10.9.0.0/16 ${middle.eni}`], back);
    site.table(peer, [`10.0.0.0/16 ${pcx}`], far);
    const entries = [...Array.from({ length: 18 }, (_, at) => `${at % 2 ? "deny" : "allow"} tcp ${2000 + at} 10.${at}.0.0/16`), "allow -1 any 0.0.0.0/0"];
    for (const subnet of [front, back, far]) site.acl(subnet, entries, entries);
    site.region.does(createTags, { Resources: [app.eni, middle.eni, away.eni], Tags: [{ Key: allowanceTag, Value: "100" }] });
    const LogFormat = "${interface-id} ${flow-direction} ${pkt-dstaddr} ${dstport} ${action} ${bailey-gate}";
    for (const ResourceId of [vpc, peer]) {
      site.region.does(createFlowLogs, { ResourceIds: [ResourceId], ResourceType: "VPC", TrafficType: "ALL", LogDestinationType: "s3", LogDestination: "arn:aws:s3:::local", LogFormat });
    }
    const c = await openCrossings(defer, site);
    await c.reach({ app, middle, away });
    await c.sends("app", `tcp 10.0.1.5:40000 > ${outside}:443 S`, "internet: tcp ?:40000 > 203.0.113.1:443 S");
    await c.sends("app", "tcp 10.0.1.5:40001 > 10.1.0.5:80 S", "away: tcp 10.0.1.5:40001 > 10.1.0.5:80 S");
    await c.sends("app", "tcp 10.0.1.5:40002 > 10.1.0.5:22 S", nobody);
    await c.sends("app", "udp 10.0.1.5:40003 > 10.9.0.1:53", "middle: udp 10.0.1.5:40003 > 10.9.0.1:53");
    await c.sends("away", "tcp 10.1.0.5:40004 > 10.0.1.5:81 S", "app: tcp 10.1.0.5:40004 > 10.0.1.5:81 S");
    const names = Object.entries({ app, middle, away });
    const lines = (await readRecords(c.live.realm, site.world)).map((line) => names.reduce((left, [name, { eni }]) => left.replaceAll(eni, name), line));
    assert.deepEqual(lines.filter((line) => /^(app|middle|away) /.test(line)).sort(), [
      "app egress 10.1.0.5 22 ACCEPT groups-out",
      "app egress 10.1.0.5 80 ACCEPT groups-out",
      "app egress 10.9.0.1 53 ACCEPT groups-out",
      "app egress 203.0.113.1 443 ACCEPT groups-out",
      "app ingress 10.0.1.5 81 ACCEPT groups-in",
      "away egress 10.0.1.5 81 ACCEPT groups-out",
      "away ingress 10.1.0.5 22 REJECT groups-in",
      "away ingress 10.1.0.5 80 ACCEPT groups-in",
      "middle ingress 10.9.0.1 53 ACCEPT groups-in",
    ]);
  }),
);
