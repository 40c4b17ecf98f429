/** Peered networks with real packets. */
import "./own-machine.ts";
import { test } from "node:test";
import { authorizeSecurityGroupIngress, authorizeSecurityGroupEgress } from "../../src/api/ec2/authorize-security-group.ts";
import { replaceRoute } from "../../src/api/ec2/route.ts";
import { deleteVpcPeeringConnection } from "../../src/api/ec2/vpc-peering-connection-state.ts";
import { withEndings } from "../endings.ts";
import { gatewayIn } from "../unit/ec2/routed-site.ts";
import { nobody, openCrossings, outside } from "./crossings.ts";
import { canUseKernel } from "./lab.ts";
import { answerTo } from "./packet-text.ts";
import { permission, Site } from "./site.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };

/** Two peered networks with a host each; the second has a way to the internet, and a third peer. */
function peers() {
  const site = new Site();
  const all = ["-1 any 0.0.0.0/0", "-1 any ::/0"];
  const make = (cidr: string) => {
    const vpc = site.vpc(`${cidr}.0.0/16`, true);
    const subnet6 = site.ipv6(vpc, 1);
    const subnet = site.subnet(vpc, `${cidr}.1.0/24`, subnet6);
    const group = site.group(vpc, "own", all, all);
    const address6 = subnet6.replace("::/64", "::5");
    const host = site.host({ subnet, addresses: [`${cidr}.1.5`], ipv6: address6, groups: [group] });
    return { vpc, subnet, group, host, address6, block6: site.ipv6(vpc, 0).replace("/64", "/56"), table: site.table(vpc, [], subnet) };
  };
  const [near, far, third] = [make("10.1"), make("10.2"), make("10.3")];
  const [pcx, beyond] = [site.peer(near.vpc, far.vpc), site.peer(far.vpc, third.vpc)];
  return { site, near, far, third, pcx, beyond, hosts: { near: near.host, far: far.host, third: third.host } };
}

test("peers reach each other by routes on both sides, under their own addresses", options, () =>
  withEndings(async (defer) => {
    const { site, near, far, pcx, hosts } = peers();
    const c = await openCrossings(defer, site);
    await c.reach(hosts);
    const call = "tcp 10.1.1.5:40000 > 10.2.1.5:443 S";
    await c.sends("near", call, nobody);
    site.route(near.table, `10.2.0.0/16 ${pcx}`);
    await c.reach();
    await c.sends("near", call, `far: ${call}`);
    await c.sends("far", "tcp 10.2.1.5:443 > 10.1.1.5:40000 SA", nobody);
    site.route(far.table, `10.1.0.0/16 ${pcx}`);
    site.route(near.table, `${far.block6} ${pcx}`);
    site.route(far.table, `${near.block6} ${pcx}`);
    await c.reach();
    const six = `udp [${near.address6}]:40000 > [${far.address6}]:53`;
    await c.asks("near", "tcp 10.1.1.5:40001 > 10.2.1.5:443 S", "far: tcp 10.1.1.5:40001 > 10.2.1.5:443 S");
    await c.asks("far", "icmp 10.2.1.5 > 10.1.1.5 8/0 #7", "near: icmp 10.2.1.5 > 10.1.1.5 8/0 #7");
    await c.asks("near", six, `far: ${six}`);
    // Not in each other's name, and not in one's own name from the other side.
    await c.sends("near", "udp 10.1.1.6:40000 > 10.2.1.5:53", nobody);
    await c.sends("near", "udp 10.2.1.9:40000 > 10.2.1.5:53", nobody);
    site.region.does(deleteVpcPeeringConnection, { VpcPeeringConnectionId: pcx });
    await c.reach();
    await c.sends("near", "tcp 10.1.1.5:40001 > 10.2.1.5:443 A", nobody);
    await c.sends("far", "tcp 10.2.1.5:443 > 10.1.1.5:40001 A", nobody);
  }),
);

test("peering is not transitive, and no way to the peer's gateways or services", options, () =>
  withEndings(async (defer) => {
    const { site, near, far, third, pcx, beyond, hosts } = peers();
    const igw = gatewayIn(site.region, far.vpc);
    const front = site.subnet(far.vpc, "10.2.2.0/24");
    const nat = site.nat(front, ["10.2.2.9"]);
    site.table(far.vpc, [`0.0.0.0/0 ${igw}`], front);
    const known = site.publish(far.host.eni);
    for (const route of [`10.0.0.0/8 ${pcx}`, `0.0.0.0/0 ${pcx}`]) site.route(near.table, route);
    for (const route of [`10.1.0.0/16 ${pcx}`, `10.3.0.0/16 ${beyond}`, `0.0.0.0/0 ${igw}`]) site.route(far.table, route);
    for (const route of [`10.0.0.0/8 ${beyond}`]) site.route(third.table, route);
    const c = await openCrossings(defer, site);
    await c.reach(hosts);
    await c.asks("near", "udp 10.1.1.5:40000 > 10.2.1.5:53", "far: udp 10.1.1.5:40000 > 10.2.1.5:53");
    await c.asks("third", "udp 10.3.1.5:40000 > 10.2.1.5:53", "far: udp 10.3.1.5:40000 > 10.2.1.5:53");
    await c.sends("near", "udp 10.1.1.5:40000 > 10.3.1.5:53", nobody);
    await c.sends("third", "udp 10.3.1.5:40000 > 10.1.1.5:53", nobody);
    await c.sends("near", `udp 10.1.1.5:40000 > ${outside}:53`, nobody);
    await c.sends("near", `udp 10.1.1.5:40000 > ${known}:53`, nobody);
    await c.sends("near", "udp 10.1.1.5:40000 > 10.2.2.9:53", nobody);
    // Its name server and its router are its own.
    for (const service of ["udp 10.1.1.5:40000 > 10.2.0.2:53", "icmp 10.1.1.5 > 10.2.0.2 8/0 #7", "icmp 10.1.1.5 > 10.2.1.1 8/0 #8"]) await c.sends("near", service, nobody);
    await c.hears("near", nobody);
    site.region.does(replaceRoute, { RouteTableId: far.table, DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: nat.id });
    await c.reach();
    await c.sends("near", `udp 10.1.1.5:40000 > ${outside}:53`, nobody);
    await c.asks("far", `udp 10.2.1.5:40000 > ${outside}:53`, `internet: udp ${nat.publicIps[0]}:40000 > ${outside}:53`);
  }),
);

test("a NAT gateway's peer answers it without a route, and opens nothing to it", options, () =>
  withEndings(async (defer) => {
    const { site, near, far, pcx, hosts } = peers();
    const inner = site.subnet(near.vpc, "10.1.2.0/24");
    const nat = site.nat(inner, ["10.1.2.9"], "private");
    site.table(near.vpc, [`10.2.0.0/16 ${pcx}`], inner);
    site.route(near.table, `10.2.0.0/16 ${nat.id}`);
    const c = await openCrossings(defer, site);
    await c.reach(hosts);
    await c.asks("near", "tcp 10.1.1.5:40000 > 10.2.1.5:443 S", "far: tcp 10.1.2.9:* > 10.2.1.5:443 S");
    await c.asks("near", "icmp 10.1.1.5 > 10.2.1.5 8/0 #7", "far: icmp 10.1.2.9 > 10.2.1.5 8/0 #*");
    await c.sends("far", "udp 10.2.1.5:53 > 10.1.2.9:40000", nobody);
    await c.sends("far", "udp 10.2.1.5:53 > 10.1.1.5:40000", nobody);

    // Whatever else takes all there is, replies go back where they came from.
    const igw = gatewayIn(site.region, far.vpc);
    const front = site.subnet(far.vpc, "10.2.2.0/24");
    const other = site.nat(front, ["10.2.2.9"]);
    site.table(far.vpc, [`0.0.0.0/0 ${igw}`], front);
    site.route(far.table, `0.0.0.0/0 ${other.id}`);
    await c.reach();
    await c.asks("near", "udp 10.1.1.5:40001 > 10.2.1.5:53", "far: udp 10.1.2.9:* > 10.2.1.5:53");
    await c.asks("far", `udp 10.2.1.5:40000 > ${outside}:53`, `internet: udp ${other.publicIps[0]}:40000 > ${outside}:53`);
    site.acl(far.subnet, ["allow -1 any 0.0.0.0/0"], ["deny -1 any 10.1.2.9/32", "allow -1 any 0.0.0.0/0"]);
    await c.reach();
    await c.sends("far", answerTo(await c.sends("near", "udp 10.1.1.5:40002 > 10.2.1.5:53", "far: udp 10.1.2.9:* > 10.2.1.5:53")), nobody);
  }),
);

test("rules name the peer's groups: their members are known by private address", options, () =>
  withEndings(async (defer) => {
    const { site, near, far, pcx, hosts } = peers();
    site.route(near.table, `10.2.0.0/16 ${pcx}`);
    site.route(far.table, `10.1.0.0/16 ${pcx}`);
    const clients = site.group(near.vpc, "clients", []);
    const servers = site.group(far.vpc, "servers", [], []);
    site.region.does(authorizeSecurityGroupIngress, { GroupId: servers, IpPermissions: [permission(`tcp 443 ${clients}`)] });
    const member = site.host({ subnet: near.subnet, addresses: ["10.1.1.6"], groups: [clients] });
    const server = site.host({ subnet: far.subnet, addresses: ["10.2.1.6"], groups: [servers] });
    const c = await openCrossings(defer, site);
    await c.reach({ ...hosts, member, server });
    await c.asks("member", "tcp 10.1.1.6:40000 > 10.2.1.6:443 S", "server: tcp 10.1.1.6:40000 > 10.2.1.6:443 S");
    await c.sends("near", "tcp 10.1.1.5:40000 > 10.2.1.6:443 S", nobody);
    await c.sends("server", "udp 10.2.1.6:40000 > 10.1.1.5:53", nobody);
    site.region.does(authorizeSecurityGroupEgress, { GroupId: servers, IpPermissions: [permission(`udp 53 ${near.group}`)] });
    await c.reach();
    await c.asks("server", "udp 10.2.1.6:40000 > 10.1.1.5:53", "near: udp 10.2.1.6:40000 > 10.1.1.5:53");
  }),
);
