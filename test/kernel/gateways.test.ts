/** Internet gateways with real packets: who sees which address at lists, groups and on the wire. */
import "./own-machine.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { associateAddress, disassociateAddress } from "../../src/api/ec2/associate-address.ts";
import { createEgressOnlyInternetGateway } from "../../src/api/ec2/egress-only-internet-gateway.ts";
import { deleteRoute } from "../../src/api/ec2/route.ts";
import { withEndings } from "../endings.ts";
import { gatewayIn } from "../unit/ec2/routed-site.ts";
import { nobody, openCrossings, outside, outside6 } from "./crossings.ts";
import { canUseKernel } from "./lab.ts";
import { Site } from "./site.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };

/** A public subnet whose list and groups admit exactly what they should see of the internet: its own address, and private ones of ours. */
function publicSubnet() {
  const site = new Site();
  const vpc = site.vpc("10.0.0.0/16", true);
  const subnet6 = site.ipv6(vpc, 1);
  const subnet = site.subnet(vpc, "10.0.0.0/24", subnet6);
  const igw = gatewayIn(site.region, vpc);
  const table = site.table(vpc, [`0.0.0.0/0 ${igw}`, `::/0 ${igw}`], subnet);
  return { site, vpc, subnet, subnet6, igw, table };
}

test("an internet gateway translates one to one, between the list and the wire; IPv6 stays as it is", options, () =>
  withEndings(async (defer) => {
    const { site, vpc, subnet, subnet6 } = publicSubnet();
    const web6 = subnet6.replace("::/64", "::a");
    const lines = [`allow -1 any ${outside}/32`, `allow -1 any ${outside6}/128`];
    site.acl(subnet, lines, lines);
    const groups = [site.group(vpc, "web", [`tcp 443 ${outside}/32`, `tcp 443 ${outside6}/128`], [`udp 53 ${outside}/32`, `udp 53 ${outside6}/128`])];
    const web = site.host({ subnet, addresses: ["10.0.0.10"], ipv6: web6, groups, public: true });
    const other = site.host({ subnet, addresses: ["10.0.0.20"], groups });
    const c = await openCrossings(defer, site);
    await c.reach({ web, other });
    assert.equal(web.publicIp, "203.0.113.2");

    await c.asks("internet", `tcp ${outside}:40000 > 203.0.113.2:443 S`, `web: tcp ${outside}:40000 > 10.0.0.10:443 S`);
    await c.asks("web", `udp 10.0.0.10:40000 > ${outside}:53`, `internet: udp 203.0.113.2:40000 > ${outside}:53`);
    await c.asks("internet", `tcp [${outside6}]:40000 > [${web6}]:443 S`, `web: tcp [${outside6}]:40000 > [${web6}]:443 S`);
    await c.asks("web", `udp [${web6}]:40000 > [${outside6}]:53`, `internet: udp [${web6}]:40000 > [${outside6}]:53`);

    await c.sends("internet", `tcp 198.51.100.7:40000 > 203.0.113.2:443 S`, nobody);
    await c.sends("internet", `tcp ${outside}:40001 > 203.0.113.2:80 S`, nobody);
    await c.sends("web", `udp 10.0.0.10:40000 > ${outside}:54`, nobody);
    await c.sends("other", `udp 10.0.0.20:40000 > ${outside}:53`, nobody);
  }),
);

test("the internet gateway takes nothing from or to private ranges, and nothing in the network's own name", options, () =>
  withEndings(async (defer) => {
    const { site, subnet, subnet6, vpc } = publicSubnet();
    const [web6, sly6] = [subnet6.replace("::/64", "::a"), subnet6.replace("::/64", "::666")];
    const web = site.host({ subnet, addresses: ["10.0.0.10"], ipv6: web6, groups: [site.group(vpc, "open", ["-1 any 0.0.0.0/0", "-1 any ::/0"], ["-1 any 0.0.0.0/0", "-1 any ::/0"])], public: true });
    const c = await openCrossings(defer, site);
    await c.reach({ web });
    for (const inside of ["10.9.9.9", "172.16.0.1", "192.168.1.1", "100.64.0.1", "10.0.0.20"]) {
      await c.sends("internet", `udp ${inside}:53 > 203.0.113.2:40000`, nobody);
      await c.sends("web", `udp 10.0.0.10:40000 > ${inside}:53`, nobody);
    }
    await c.sends("internet", `udp [${sly6}]:53 > [${web6}]:40000`, nobody);
    await c.sends("internet", `udp ${outside}:53 > 10.0.0.10:40000`, nobody);
    await c.sends("internet", `udp ${outside}:53 > 203.0.113.3:40000`, nobody);
    await c.sends("internet", `udp 198.51.100.7:53 > 203.0.113.2:40000`, "web: udp 198.51.100.7:53 > 10.0.0.10:40000");
  }),
);

test("an elastic IP that moves takes its connections from the one that had it", options, () =>
  withEndings(async (defer) => {
    const { site, subnet, vpc } = publicSubnet();
    const groups = [site.group(vpc, "open", ["-1 any 0.0.0.0/0"])];
    const old = site.host({ subnet, addresses: ["10.0.0.10"], groups });
    const heir = site.host({ subnet, addresses: ["10.0.0.20", "10.0.0.21"], groups, public: true });
    const { id, ip } = site.elasticIp();
    site.region.does(associateAddress, { AllocationId: id, NetworkInterfaceId: old.eni });
    const c = await openCrossings(defer, site);
    await c.reach({ old, heir });
    const [call, called] = [`tcp 10.0.0.10:40000 > ${outside}:443`, `tcp ${outside}:40000 > ${ip}:22`];
    await c.asks("old", `${call} S`, `internet: tcp ${ip}:40000 > ${outside}:443 S`);
    await c.asks("internet", `${called} S`, `old: tcp ${outside}:40000 > 10.0.0.10:22 S`);
    const clock = `udp ${outside}:123 > ${ip}:123`;
    await c.asks("internet", clock, `old: udp ${outside}:123 > 10.0.0.10:123`);

    site.region.does(associateAddress, { AllocationId: id, NetworkInterfaceId: heir.eni, PrivateIpAddress: "10.0.0.21" });
    await c.reach();
    await c.sends("old", `${call} A`, nobody);
    await c.sends("internet", `${called} A`, `heir: tcp ${outside}:40000 > 10.0.0.21:22 A`);
    await c.sends("old", `tcp 10.0.0.10:22 > ${outside}:40000 A`, nobody);
    await c.asks("internet", `tcp ${outside}:40001 > ${ip}:22 S`, `heir: tcp ${outside}:40001 > 10.0.0.21:22 S`);
    await c.asks("heir", `tcp 10.0.0.21:40000 > ${outside}:443 S`, `internet: tcp ${ip}:40000 > ${outside}:443 S`);
    // The same ports on both sides, without a pause: nobody remembers whose it was.
    await c.asks("internet", clock, `heir: udp ${outside}:123 > 10.0.0.21:123`);
    await c.asks("heir", `tcp 10.0.0.20:40000 > ${outside}:80 S`, `internet: tcp ${heir.publicIp}:40000 > ${outside}:80 S`);

    site.region.does(disassociateAddress, { AssociationId: site.associationOf(id) });
    await c.reach();
    await c.sends("internet", `tcp ${outside}:40001 > ${ip}:22 A`, nobody);
    await c.sends("heir", `tcp 10.0.0.21:40000 > ${outside}:443 A`, nobody);
    await c.sends("heir", `tcp 10.0.0.20:40000 > ${outside}:80 A`, `internet: tcp ${heir.publicIp}:40000 > ${outside}:80 A`);
  }),
);

test("an instance is reached by another's public address through the gateway, as from outside", options, () =>
  withEndings(async (defer) => {
    const { site, subnet, vpc } = publicSubnet();
    const web = site.host({ subnet, addresses: ["10.0.0.10"], groups: [site.group(vpc, "clients", [])], public: true });
    const server = site.host({ subnet, addresses: ["10.0.0.20"], groups: [site.group(vpc, "servers", ["tcp 443 203.0.113.2/32", "tcp 80 10.0.0.0/8"])], public: true });
    const c = await openCrossings(defer, site);
    await c.reach({ web, server });
    await c.asks("web", "tcp 10.0.0.10:40000 > 203.0.113.3:443 S", "server: tcp 203.0.113.2:40000 > 10.0.0.20:443 S");
    await c.sends("web", "tcp 10.0.0.10:40001 > 203.0.113.3:80 S", nobody);
  }),
);

test("without a route, or without a gateway, nothing gets out or in", options, () =>
  withEndings(async (defer) => {
    const { site, vpc, igw } = publicSubnet();
    const groups = [site.group(vpc, "open", ["-1 any 0.0.0.0/0"])];
    const apart = site.subnet(vpc, "10.0.9.0/24");
    const lonely = site.host({ subnet: apart, addresses: ["10.0.9.10"], groups, public: true });
    const c = await openCrossings(defer, site);
    await c.reach({ lonely });
    await c.sends("lonely", `tcp 10.0.9.10:40000 > ${outside}:443 S`, nobody);
    // As with Amazon, the route is for what leaves: what comes in finds its way, and its answer does not.
    await c.sends("internet", `tcp ${outside}:40000 > ${lonely.publicIp}:443 S`, `lonely: tcp ${outside}:40000 > 10.0.9.10:443 S`);
    await c.sends("lonely", `tcp 10.0.9.10:443 > ${outside}:40000 SA`, nobody);
    const table = site.table(vpc, [`203.0.112.0/23 ${igw}`], apart);
    await c.reach();
    await c.asks("lonely", `tcp 10.0.9.10:40001 > ${outside}:443 S`, `internet: tcp ${lonely.publicIp}:40001 > ${outside}:443 S`);
    site.region.does(deleteRoute, { RouteTableId: table, DestinationCidrBlock: "203.0.112.0/23" });
    await c.reach();
    await c.sends("lonely", `tcp 10.0.9.10:40001 > ${outside}:443 A`, nobody);
  }),
);

test("an egress-only gateway lets IPv6 connections out, with their replies, and none in", options, () =>
  withEndings(async (defer) => {
    const site = new Site();
    const vpc = site.vpc("10.0.0.0/16", true);
    const subnet6 = site.ipv6(vpc, 2);
    const subnet = site.subnet(vpc, "10.0.0.0/24", subnet6);
    const eigw = site.region.does(createEgressOnlyInternetGateway, { VpcId: vpc }).EgressOnlyInternetGateway?.EgressOnlyInternetGatewayId ?? "";
    site.table(vpc, [`::/0 ${eigw}`], subnet);
    const six = subnet6.replace("::/64", "::a");
    const groups = [site.group(vpc, "open", ["-1 any ::/0"], ["-1 any ::/0"])];
    const app = site.host({ subnet, addresses: ["10.0.0.10"], ipv6: six, groups });
    const c = await openCrossings(defer, site);
    await c.reach({ app });
    const goesOut = async () => {
      await c.asks("app", `tcp [${six}]:40000 > [${outside6}]:443 S`, `internet: tcp [${six}]:40000 > [${outside6}]:443 S`);
      await c.asks("app", `icmp6 ${six} > ${outside6} 128/0 #7`, `internet: icmp6 ${six} > ${outside6} 128/0 #7`);
    };
    await goesOut();
    await c.sends("internet", `tcp [${outside6}]:40000 > [${six}]:443 S`, nobody);
    await c.sends("internet", `tcp [${outside6}]:443 > [${six}]:40001 A`, nobody);
    await c.sends("internet", `icmp6 ${outside6} > ${six} 128/0 #8`, nobody);
    // Beside an internet gateway, which lets connections in: their replies do not get out by this one.
    gatewayIn(site.region, vpc);
    await c.reach();
    await goesOut();
    await c.sends("internet", `tcp [${outside6}]:40000 > [${six}]:443 S`, `app: tcp [${outside6}]:40000 > [${six}]:443 S`);
    await c.sends("app", `tcp [${six}]:443 > [${outside6}]:40000 SA`, nobody);
  }),
);

test("errors about a translated connection reach who they are for, where a rule admits them", options, () =>
  withEndings(async (defer) => {
    const { site, subnet, vpc } = publicSubnet();
    const told = site.host({ subnet, addresses: ["10.0.0.10"], groups: [site.group(vpc, "told", ["tcp 443 0.0.0.0/0", "icmp 3/4 0.0.0.0/0"])], public: true });
    const deaf = site.host({ subnet, addresses: ["10.0.0.20"], groups: [site.group(vpc, "deaf", ["tcp 443 0.0.0.0/0"])], public: true });
    const c = await openCrossings(defer, site);
    await c.reach({ told, deaf });
    const tooBig = async (name: string, own: string, known: string) => {
      await c.asks(name, `tcp ${own}:40000 > ${outside}:443 S`, `internet: tcp ${known}:40000 > ${outside}:443 S`);
      await c.sends("internet", `icmp 198.51.100.7 > ${known} 3/4 about (tcp ${known}:40000 > ${outside}:443 A)`, nobody);
    };
    await tooBig("told", "10.0.0.10", told.publicIp);
    await c.hears("told", `icmp 198.51.100.7 > 10.0.0.10 3/4 about (tcp 10.0.0.10:40000 > ${outside}:443 A)`);
    await tooBig("deaf", "10.0.0.20", deaf.publicIp);
    await c.hears("deaf", nobody);
    // And out: what a server says of a connection from outside.
    await c.sends("internet", `tcp ${outside}:40000 > ${told.publicIp}:443 S`, `told: tcp ${outside}:40000 > 10.0.0.10:443 S`);
    await c.sends("told", `icmp 10.0.0.10 > ${outside} 3/3 about (tcp ${outside}:40000 > 10.0.0.10:443 S)`, nobody);
    await c.hears("internet", `icmp ${told.publicIp} > ${outside} 3/3 about (tcp ${outside}:40000 > ${told.publicIp}:443 S)`);
  }),
);

test("packets of the internet have at most 1500 bytes; who sends larger ones is told", options, () =>
  withEndings(async (defer) => {
    const { site, subnet, subnet6, vpc } = publicSubnet();
    const six = subnet6.replace("::/64", "::a");
    const groups = [site.group(vpc, "closed", [], ["-1 any 0.0.0.0/0", "-1 any ::/0"])];
    const web = site.host({ subnet, addresses: ["10.0.0.10"], ipv6: six, groups, public: true });
    const c = await openCrossings(defer, site);
    await c.reach({ web });
    const [four4, six6] = [`udp 10.0.0.10:40000 > ${outside}:53`, `udp [${six}]:40000 > [${outside6}]:53`];
    await c.sends("web", four4, `internet: udp ${web.publicIp}:40000 > ${outside}:53`, { padding: 1500 - 36 });
    await c.sends("web", four4, nobody, { padding: 1501 - 36 });
    await c.hears("web", `icmp 10.0.0.1 > 10.0.0.10 3/4 about (${four4})`);
    await c.sends("web", six6, `internet: ${six6}`, { padding: 1500 - 56 });
    await c.sends("web", six6, nobody, { padding: 1501 - 56 });
    await c.hears("web", `icmp6 ? > ${six} 2/0 about (${six6})`);
  }),
);
