/** Route tables with real packets: which route takes a packet, and what lies behind it. */
import "./own-machine.ts";
import { test } from "node:test";
import { detachInternetGateway } from "../../src/api/ec2/attach-internet-gateway.ts";
import { disassociateAddress } from "../../src/api/ec2/associate-address.ts";
import { deleteNatGateway } from "../../src/api/ec2/delete-nat-gateway.ts";
import { stopInstances } from "../../src/api/ec2/instance-state.ts";
import { modifyManagedPrefixList } from "../../src/api/ec2/modify-managed-prefix-list.ts";
import { modifyNetworkInterfaceAttribute } from "../../src/api/ec2/network-interface-attribute.ts";
import { deleteRoute, replaceRoute } from "../../src/api/ec2/route.ts";
import { withEndings } from "../endings.ts";
import { gatewayIn, listOf } from "../unit/ec2/routed-site.ts";
import { nobody, openCrossings, outside, outside6 } from "./crossings.ts";
import { canUseKernel } from "./lab.ts";
import { Site } from "./site.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };
const all = ["-1 any 0.0.0.0/0"];

/** An app, another host and an appliance, each in a subnet and table of its own, all groups open. */
function town() {
  const site = new Site();
  const vpc = site.vpc("10.0.0.0/16");
  const igw = gatewayIn(site.region, vpc);
  const group = site.group(vpc, "open", all);
  const place = (cidr: string, address: string, more: { readonly public?: boolean; readonly appliance?: boolean } = {}) => {
    const subnet = site.subnet(vpc, cidr);
    return { subnet, table: site.table(vpc, [], subnet), host: site.host({ subnet, addresses: [address], groups: [group], ...more }) };
  };
  const app = place("10.0.1.0/24", "10.0.1.5");
  const other = place("10.0.2.0/24", "10.0.2.5");
  const box = place("10.0.3.0/24", "10.0.3.5", { public: true, appliance: true });
  return { site, vpc, igw, group, app, other, box, hosts: { app: app.host, other: other.host, box: box.host } };
}

test("the longest prefix decides, and one whose target is gone takes what it has into nothing", options, () =>
  withEndings(async (defer) => {
    const { site, igw, app, box, hosts } = town();
    const nat = site.nat(box.subnet, ["10.0.3.9"]);
    site.route(box.table, `0.0.0.0/0 ${igw}`);
    site.route(app.table, `0.0.0.0/0 ${nat.id}`);
    site.route(app.table, `203.0.112.0/20 ${box.host.eni}`);
    const c = await openCrossings(defer, site);
    await c.reach(hosts);
    const call = `udp 10.0.1.5:40000 > ${outside}:53`;
    const asNat = (port: number): [string, string] => [`udp 10.0.1.5:${port} > ${outside}:53`, `internet: udp ${nat.publicIps[0]}:${port} > ${outside}:53`];
    await c.sends("app", call, `box: ${call}`);
    site.route(app.table, `${outside}/32 ${nat.id}`);
    await c.reach();
    await c.asks("app", ...asNat(40_001));
    site.region.does(deleteRoute, { RouteTableId: app.table, DestinationCidrBlock: `${outside}/32` });
    await c.reach();
    await c.sends("app", call, `box: ${call}`);
    site.region.does(stopInstances, { InstanceIds: [box.host.instance] });
    await c.reach();
    await c.sends("app", call, nobody);
    site.region.does(deleteRoute, { RouteTableId: app.table, DestinationCidrBlock: "203.0.112.0/20" });
    await c.reach();
    await c.asks("app", ...asNat(40_002));
    site.region.does(deleteNatGateway, { NatGatewayId: nat.id });
    await c.reach();
    await c.sends("app", asNat(40_003)[0], nobody);
  }),
);

test("a detached gateway's route takes packets into nothing", options, () =>
  withEndings(async (defer) => {
    const { site, vpc, igw, box, hosts } = town();
    site.route(box.table, `0.0.0.0/0 ${igw}`);
    const c = await openCrossings(defer, site);
    await c.reach(hosts);
    await c.asks("box", `udp 10.0.3.5:40000 > ${outside}:53`, `internet: udp ${box.host.publicIp}:40000 > ${outside}:53`);
    site.region.does(disassociateAddress, { PublicIp: box.host.publicIp });
    site.region.does(detachInternetGateway, { InternetGatewayId: igw, VpcId: vpc });
    await c.reach();
    await c.sends("box", `udp 10.0.3.5:40001 > ${outside}:53`, nobody);
  }),
);

test("a prefix list's routes are those of its entries", options, () =>
  withEndings(async (defer) => {
    const { site, app, box, hosts } = town();
    const list = listOf(site.region, "IPv4", 3);
    site.route(app.table, `${list} ${box.host.eni}`);
    const c = await openCrossings(defer, site);
    await c.reach(hosts);
    const call = (to: string) => `udp 10.0.1.5:40000 > ${to}:53`;
    await c.sends("app", call("198.51.100.7"), nobody);
    const change = (version: number, AddEntries: string[], RemoveEntries: string[] = []) =>
      site.region.does(modifyManagedPrefixList, {
        PrefixListId: list,
        CurrentVersion: version,
        AddEntries: AddEntries.map((Cidr) => ({ Cidr })),
        RemoveEntries: RemoveEntries.map((Cidr) => ({ Cidr })),
      });
    change(1, ["198.51.100.0/24", "192.0.2.0/28"]);
    await c.reach();
    for (const there of ["198.51.100.7", "192.0.2.15"]) await c.sends("app", call(there), `box: ${call(there)}`);
    await c.sends("app", call("192.0.2.16"), nobody);
    change(2, [], ["198.51.100.0/24"]);
    await c.reach();
    await c.sends("app", call("198.51.100.7"), nobody);
    await c.sends("app", call("192.0.2.15"), `box: ${call("192.0.2.15")}`);
  }),
);

test("what goes from subnet to subnet can be led through an appliance, and back by it", options, () =>
  withEndings(async (defer) => {
    const { site, app, other, box, hosts } = town();
    site.route(app.table, `10.0.2.0/24 ${box.host.eni}`);
    site.route(other.table, `10.0.1.0/24 ${box.host.eni}`);
    const c = await openCrossings(defer, site);
    await c.reach(hosts);
    const [call, answer] = ["tcp 10.0.1.5:40000 > 10.0.2.5:443 S", "tcp 10.0.2.5:443 > 10.0.1.5:40000 SA"];
    await c.sends("app", call, `box: ${call}`);
    await c.sends("box", call, `other: ${call}`);
    await c.sends("other", answer, `box: ${answer}`);
    await c.sends("box", answer, `app: ${answer}`);
    // To where no such route leads, directly.
    await c.asks("app", "tcp 10.0.1.5:40000 > 10.0.3.5:443 S", "box: tcp 10.0.1.5:40000 > 10.0.3.5:443 S");
    site.region.does(modifyNetworkInterfaceAttribute, { NetworkInterfaceId: box.host.eni, SourceDestCheck: { Value: true } });
    await c.reach();
    await c.sends("app", call.replace("40000", "40001"), nobody);
    await c.sends("box", call.replace("40000", "40001"), nobody);
  }),
);

test("all of the network's own block can be led through an appliance, but for what stays inside a subnet", options, () =>
  withEndings(async (defer) => {
    const { site, group, app, box, hosts } = town();
    const near = site.host({ subnet: app.subnet, addresses: ["10.0.1.6"], groups: [group] });
    const local = (to: { readonly NetworkInterfaceId?: string; readonly LocalTarget?: boolean }) =>
      site.region.does(replaceRoute, { RouteTableId: app.table, DestinationCidrBlock: "10.0.0.0/16", ...to });
    local({ NetworkInterfaceId: box.host.eni });
    const c = await openCrossings(defer, site);
    await c.reach({ ...hosts, near });
    const call = "udp 10.0.1.5:40000 > 10.0.2.5:53";
    await c.sends("app", call, `box: ${call}`);
    await c.asks("app", "udp 10.0.1.5:40000 > 10.0.1.6:53", "near: udp 10.0.1.5:40000 > 10.0.1.6:53");
    local({ LocalTarget: true });
    await c.reach();
    await c.asks("app", call, `other: ${call}`);
  }),
);

test("a gateway's route table leads what comes in through an appliance, which sees private addresses", options, () =>
  withEndings(async (defer) => {
    const { site, vpc, igw, app, box, hosts } = town();
    const known = site.publish(app.host.eni);
    site.route(app.table, `0.0.0.0/0 ${box.host.eni}`);
    site.route(box.table, `0.0.0.0/0 ${igw}`);
    site.table(vpc, [`10.0.1.0/24 ${box.host.eni}`], igw);
    const c = await openCrossings(defer, site);
    await c.reach(hosts);
    const [call, inner] = [`tcp ${outside}:40000 > ${known}:443 S`, `tcp ${outside}:40000 > 10.0.1.5:443 S`];
    const [answer, outer] = [`tcp 10.0.1.5:443 > ${outside}:40000 SA`, `tcp ${known}:443 > ${outside}:40000 SA`];
    await c.sends("internet", call, `box: ${inner}`);
    await c.sends("box", inner, `app: ${inner}`);
    await c.sends("app", answer, `box: ${answer}`);
    await c.sends("box", answer, `internet: ${outer}`);
    const [question, asked] = [`udp 10.0.1.5:40000 > ${outside}:53`, `udp ${known}:40000 > ${outside}:53`];
    await c.sends("app", question, `box: ${question}`);
    await c.sends("box", question, `internet: ${asked}`);
    await c.sends("internet", `udp ${outside}:53 > ${known}:40000`, `box: udp ${outside}:53 > 10.0.1.5:40000`);
    await c.sends("box", `udp ${outside}:53 > 10.0.1.5:40000`, `app: udp ${outside}:53 > 10.0.1.5:40000`);
    // The appliance's own traffic, and what is for no subnet that the table names.
    await c.asks("internet", `tcp ${outside}:40000 > ${box.host.publicIp}:22 S`, `box: tcp ${outside}:40000 > 10.0.3.5:22 S`);
    // An appliance that the internet cannot reach itself gets nothing for others either.
    site.region.does(disassociateAddress, { PublicIp: box.host.publicIp });
    await c.reach();
    await c.sends("internet", `tcp ${outside}:40001 > ${known}:443 S`, nobody);
  }),
);

test("each leg through an appliance is tracked by itself, also where one ends in the internet", options, () =>
  withEndings(async (defer) => {
    const site = new Site();
    const vpc = site.vpc("10.0.0.0/16", true);
    const igw = gatewayIn(site.region, vpc);
    const [front6, back6] = [site.ipv6(vpc, 1), site.ipv6(vpc, 2)];
    const [front, back] = [site.subnet(vpc, "10.0.1.0/24", front6), site.subnet(vpc, "10.0.2.0/24", back6)];
    const [box6 = "", app6 = ""] = [front6, back6].map((block) => block.replace("::/64", "::5"));
    // Replies pass because they are replies: no rule admits them.
    const from = [`tcp 443 ${outside}/32`, `tcp 443 ${outside6}/128`];
    const onward = site.group(vpc, "onward", from, ["tcp 443 10.0.2.0/24", `tcp 443 ${back6}`]);
    const box = site.host({ subnet: front, addresses: ["10.0.1.5"], ipv6: box6, groups: [onward], public: true, appliance: true });
    const app = site.host({ subnet: back, addresses: ["10.0.2.5"], ipv6: app6, groups: [site.group(vpc, "web", from, [])], public: true });
    site.table(vpc, [`0.0.0.0/0 ${igw}`, `::/0 ${igw}`], front);
    site.table(vpc, [`0.0.0.0/0 ${box.eni}`, `::/0 ${box.eni}`], back);
    site.table(vpc, [`10.0.2.0/24 ${box.eni}`, `${back6} ${box.eni}`], igw);
    const c = await openCrossings(defer, site);
    await c.reach({ box, app });
    const flows = [
      { peer: `${outside}:40000`, known: `${app.publicIp}:443`, own: "10.0.2.5:443" },
      { peer: `[${outside6}]:40000`, known: `[${app6}]:443`, own: `[${app6}]:443` },
    ];
    for (const { peer, known, own } of flows) {
      await c.sends("internet", `tcp ${peer} > ${known} S`, `box: tcp ${peer} > ${own} S`);
      await c.sends("box", `tcp ${peer} > ${own} S`, `app: tcp ${peer} > ${own} S`);
      await c.sends("app", `tcp ${own} > ${peer} SA`, `box: tcp ${own} > ${peer} SA`);
      await c.sends("box", `tcp ${own} > ${peer} SA`, `internet: tcp ${known} > ${peer} SA`);
    }
    await c.sends("internet", `tcp ${outside}:40001 > ${app.publicIp}:80 S`, nobody);
    await c.asks("internet", `tcp ${outside}:40000 > ${box.publicIp}:443 S`, `box: tcp ${outside}:40000 > 10.0.1.5:443 S`);
    await c.asks("internet", `tcp [${outside6}]:40000 > [${box6}]:443 S`, `box: tcp [${outside6}]:40000 > [${box6}]:443 S`);
  }),
);
