/** NAT gateways with real packets. */
import "./own-machine.ts";
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { disassociateNatGatewayAddress } from "../../src/api/ec2/nat-gateway-address.ts";
import { createNetworkAclEntry, deleteNetworkAclEntry } from "../../src/api/ec2/network-acl-entry.ts";
import { routerNamespace } from "../../src/compile/names.ts";
import { withEndings } from "../endings.ts";
import { gatewayIn } from "../unit/ec2/routed-site.ts";
import { nobody, openCrossings, outside } from "./crossings.ts";
import { canUseKernel, inside } from "./lab.ts";
import { answerTo } from "./packet-text.ts";
import { entryOf, Site } from "./site.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };

/** A private subnet whose packets leave through a NAT gateway in a public one. */
function privateSubnet({ addresses = ["10.0.0.220"], into = ["-1 any 10.0.0.0/8"] }: { readonly addresses?: readonly string[]; readonly into?: readonly string[] } = {}) {
  const site = new Site();
  const vpc = site.vpc("10.0.0.0/16");
  const igw = gatewayIn(site.region, vpc);
  const [front, back] = [site.subnet(vpc, "10.0.0.0/24"), site.subnet(vpc, "10.0.1.0/24")];
  site.table(vpc, [`0.0.0.0/0 ${igw}`], front);
  const nat = site.nat(front, addresses);
  const table = site.table(vpc, [`0.0.0.0/0 ${nat.id}`], back);
  const group = site.group(vpc, "apps", into);
  const app = site.host({ subnet: back, addresses: ["10.0.1.5"], groups: [group] });
  return { site, vpc, igw, front, back, nat, table, app, group, eip: nat.publicIps[0] ?? "" };
}

test("a NAT gateway opens connections to the internet under its own public address, and takes none", options, () =>
  withEndings(async (defer) => {
    const { site, app, eip } = privateSubnet({ into: ["-1 any 0.0.0.0/0"] });
    const c = await openCrossings(defer, site);
    await c.reach({ app });
    await c.asks("app", `tcp 10.0.1.5:40000 > ${outside}:443 S`, `internet: tcp ${eip}:40000 > ${outside}:443 S`);
    await c.asks("app", `udp 10.0.1.5:40000 > ${outside}:53`, `internet: udp ${eip}:40000 > ${outside}:53`);
    await c.asks("app", `icmp 10.0.1.5 > ${outside} 8/0 #7`, `internet: icmp ${eip} > ${outside} 8/0 #7`);
    // Ports below 1024 are not given out.
    const low = await c.sends("app", `udp 10.0.1.5:500 > ${outside}:500`, `internet: udp ${eip}:* > ${outside}:500`);
    assert.ok(Number(/:(\d+) >/.exec(low)?.[1]) >= 1024, low);

    for (const other of [`proto50 10.0.1.5 > ${outside}`, `proto47 10.0.1.5 > ${outside}`, `icmp 10.0.1.5 > ${outside} 13/0 #7`]) await c.sends("app", other, nobody);
    for (const unsolicited of [`tcp ${outside}:40000 > ${eip}:22 S`, `udp ${outside}:54 > ${eip}:40000`, `udp 198.51.100.7:53 > ${eip}:40000`, `icmp ${outside} > ${eip} 8/0 #7`]) {
      await c.sends("internet", unsolicited, nobody);
    }
    await c.sends("app", `tcp 10.0.1.5:40009 > ${outside}:443 A`, nobody);
    await c.hears("app", `tcp ${outside}:443 > 10.0.1.5:40009 R`);
    await c.sends("app", "tcp 10.0.1.5:40009 > 10.0.0.220:443 S", nobody);
    await c.sends("app", "icmp 10.0.1.5 > 10.0.0.220 8/0 #7", nobody);
  }),
);

test("lists see a connection through a NAT gateway on four legs, and every entry is needed", options, () =>
  withEndings(async (defer) => {
    const { site, app, front, back, eip } = privateSubnet();
    const legs = {
      "its own list, out": { of: "back", egress: true, entry: `allow udp 53 ${outside}/32`, reply: false },
      "the gateway's list, in": { of: "front", egress: false, entry: "allow udp 53 10.0.1.5/32", reply: false },
      "the gateway's list, out": { of: "front", egress: true, entry: `allow udp 53 ${outside}/32`, reply: false },
      "the gateway's list, in, for the reply": { of: "front", egress: false, entry: `allow udp 1024-65535 ${outside}/32`, reply: true },
      "the gateway's list, out, for the reply": { of: "front", egress: true, entry: "allow udp 500 10.0.1.5/32", reply: true },
      "its own list, in, for the reply": { of: "back", egress: false, entry: `allow udp 500 ${outside}/32`, reply: true },
    } as const;
    const linesOf = (wanted: string, out: boolean) => Object.values(legs).filter(({ of, egress }) => of === wanted && egress === out).map(({ entry }) => entry);
    const lists = {
      back: site.acl(back, linesOf("back", false), linesOf("back", true)),
      front: site.acl(front, linesOf("front", false), linesOf("front", true)),
    };
    const c = await openCrossings(defer, site);
    await c.reach({ app });
    // From a port the gateway must change: the one that its list sees of replies, and no other list.
    const [question, asked] = [`udp 10.0.1.5:500 > ${outside}:53`, `internet: udp ${eip}:* > ${outside}:53`];
    const seen = await c.asks("app", question, asked);
    for (const { of, egress, entry, reply } of Object.values(legs)) {
      const taken = entryOf(lists[of], egress, entry, linesOf(of, egress).indexOf(entry));
      site.region.does(deleteNetworkAclEntry, taken);
      await c.reach();
      await c.sends("app", question, reply ? asked : nobody);
      if (reply) await c.sends("internet", answerTo(seen), nobody);
      site.region.does(createNetworkAclEntry, taken);
      await c.reach();
      await c.asks("app", question, asked);
    }
  }),
);

test("what a list denies to a NAT gateway's ports, its connections lose", options, () =>
  withEndings(async (defer) => {
    const { site, app, front, eip } = privateSubnet();
    const all = "allow -1 any 0.0.0.0/0";
    const list = site.acl(front, ["deny tcp 1024-65535 203.0.113.0/24", "allow -1 any 0.0.0.0/0"], [all]);
    const c = await openCrossings(defer, site);
    await c.reach({ app });
    await c.sends("app", `tcp 10.0.1.5:40000 > ${outside}:443 S`, `internet: tcp ${eip}:40000 > ${outside}:443 S`);
    await c.sends("internet", `tcp ${outside}:443 > ${eip}:40000 SA`, nobody);
    site.region.does(deleteNetworkAclEntry, entryOf(list, false, all, 0));
    await c.reach();
    await c.sends("internet", `tcp ${outside}:443 > ${eip}:40000 SA`, `app: tcp ${outside}:443 > 10.0.1.5:40000 SA`);
  }),
);

test("two behind a NAT gateway may use the same port to the same place", options, () =>
  withEndings(async (defer) => {
    const { site, app, back, group, eip } = privateSubnet({ into: [] });
    const other = site.host({ subnet: back, addresses: ["10.0.1.6"], groups: [group] });
    const c = await openCrossings(defer, site);
    await c.reach({ app, other });
    const first = await c.asks("app", `tcp 10.0.1.5:40000 > ${outside}:443 S`, `internet: tcp ${eip}:* > ${outside}:443 S`);
    const second = await c.asks("other", `tcp 10.0.1.6:40000 > ${outside}:443 S`, `internet: tcp ${eip}:* > ${outside}:443 S`);
    assert.notEqual(first, second);
    await c.sends("internet", answerTo(first), `app: tcp ${outside}:443 > 10.0.1.5:40000 SA`);
  }),
);

test("a NAT gateway with several addresses uses all of them; one that goes ends its connections", options, () =>
  withEndings(async (defer) => {
    const { site, app, nat } = privateSubnet({ addresses: ["10.0.0.220", "10.0.0.221"] });
    const c = await openCrossings(defer, site);
    await c.reach({ app });
    const used = new Map<string, number>();
    for (let port = 40_000; port < 40_040; port++) {
      const seen = await c.asks("app", `udp 10.0.1.5:${port} > ${outside}:53`, `internet: udp ?:* > ${outside}:53`);
      used.set(/ (\S+):/.exec(seen)?.[1] ?? "", port);
    }
    assert.deepEqual([...used.keys()].sort(), [...nat.publicIps].sort());
    const [, second = ""] = nat.publicIps;
    const port = used.get(second) ?? 0;
    const AssociationIds = [site.associationOf(nat.allocations[1] ?? "")];
    site.region.does(disassociateNatGatewayAddress, { NatGatewayId: nat.id, AssociationIds });
    await c.reach();
    await c.sends("internet", `udp ${outside}:53 > ${second}:${port}`, nobody);
  }),
);

test("errors about what a NAT gateway translated reach the one behind it", options, () =>
  withEndings(async (defer) => {
    const { site, app, eip } = privateSubnet({ into: ["icmp 3/4 0.0.0.0/0"] });
    const c = await openCrossings(defer, site);
    await c.reach({ app });
    const seen = await c.asks("app", `udp 10.0.1.5:500 > ${outside}:500`, `internet: udp ${eip}:* > ${outside}:500`);
    await c.sends("internet", `icmp 198.51.100.7 > ${eip} 3/4 about (${seen})`, nobody);
    await c.hears("app", `icmp 198.51.100.7 > 10.0.1.5 3/4 about (udp 10.0.1.5:500 > ${outside}:500)`);
    await c.sends("internet", `icmp 198.51.100.7 > ${eip} 3/4 about (udp ${eip}:4 > ${outside}:500)`, nobody);
    await c.hears("app", nobody);
    await c.sends("app", `udp 10.0.1.5:500 > ${outside}:500`, nobody, { padding: 1501 - 36 });
    await c.hears("app", `icmp 10.0.0.1 > 10.0.1.5 3/4 about (udp 10.0.1.5:500 > ${outside}:500)`);
  }),
);

test("a private NAT gateway gives its private address to what goes to a peer, and reaches no internet", options, () =>
  withEndings(async (defer) => {
    const { site, vpc, igw } = privateSubnet();
    const [shown, far] = [site.subnet(vpc, "10.0.2.0/24"), site.vpc("172.16.0.0/16")];
    const nat = site.nat(shown, ["10.0.2.9"], "private");
    const pcx = site.peer(vpc, far);
    site.table(vpc, [`172.16.0.0/16 ${pcx}`, `0.0.0.0/0 ${igw}`], shown);
    const hidden = site.subnet(vpc, "10.0.3.0/24");
    site.table(vpc, [`0.0.0.0/0 ${nat.id}`], hidden);
    const client = site.host({ subnet: hidden, addresses: ["10.0.3.5"] });
    const room = site.subnet(far, "172.16.1.0/24");
    site.table(far, [`10.0.0.0/16 ${pcx}`], room);
    const server = site.host({ subnet: room, addresses: ["172.16.1.5"], groups: [site.group(far, "servers", ["-1 any 10.0.2.9/32"])] });
    const c = await openCrossings(defer, site);
    await c.reach({ client, server });
    await c.asks("client", "tcp 10.0.3.5:40000 > 172.16.1.5:443 S", "server: tcp 10.0.2.9:40000 > 172.16.1.5:443 S");
    await c.asks("client", "icmp 10.0.3.5 > 172.16.1.5 8/0 #7", "server: icmp 10.0.2.9 > 172.16.1.5 8/0 #7");
    await c.sends("client", `tcp 10.0.3.5:40000 > ${outside}:443 S`, nobody);
    await c.sends("server", "tcp 172.16.1.5:40000 > 10.0.2.9:443 S", nobody);
    await c.sends("server", "tcp 172.16.1.5:40000 > 10.0.3.5:443 S", nobody);
  }),
);

test("a NAT gateway remembers a TCP connection for 350 seconds of silence", options, async (t) => {
  if (!fs.existsSync("/proc/net/nf_conntrack")) return t.skip("this kernel shows no connection table in /proc");
  await withEndings(async (defer) => {
    const { site, vpc, app, eip } = privateSubnet();
    const c = await openCrossings(defer, site);
    await c.reach({ app });
    const call = `tcp 10.0.1.5:40000 > ${outside}:443`;
    await c.asks("app", `${call} S`, `internet: tcp ${eip}:40000 > ${outside}:443 S`);
    await c.sends("app", `${call} A`, `internet: tcp ${eip}:40000 > ${outside}:443 A`);
    const table = inside(routerNamespace(c.live.realm, vpc), () => fs.readFileSync("/proc/thread-self/net/nf_conntrack", "utf8"));
    const [, seconds] = / tcp\s+6 (\d+) ESTABLISHED src=10\.0\.1\.5 /.exec(table) ?? [];
    assert.ok(Number(seconds) > 300 && Number(seconds) <= 350, table);
  });
});
