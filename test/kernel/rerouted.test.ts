/** Ways that change under traffic, a loop that starts again, and what is left when all is taken down. */
import "./own-machine.ts";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { abandoned, removals } from "../../src/apply/namespaces.ts";
import type { Step } from "../../src/apply/kernel.ts";
import { allocateAddress } from "../../src/api/ec2/allocate-address.ts";
import { associateAddress, disassociateAddress } from "../../src/api/ec2/associate-address.ts";
import { modifySubnetAttribute } from "../../src/api/ec2/modify-subnet-attribute.ts";
import { replaceRoute } from "../../src/api/ec2/route.ts";
import { edgeNamespace, namespacePrefix, uplinkDevice } from "../../src/compile/names.ts";
import { need } from "../../src/model/world.ts";
import { withEndings } from "../endings.ts";
import { gatewayIn } from "../unit/ec2/routed-site.ts";
import { nobody, openCrossings, outside, outside6 } from "./crossings.ts";
import { frameBytes } from "./frame.ts";
import { canUseKernel } from "./lab.ts";
import { parsePacket } from "./packet-text.ts";
import { routeTo, Site } from "./site.ts";
import { type Flow, Traffic } from "./traffic.ts";
import { Wire } from "./wire.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };

const ip = (words: string): string => execFileSync("ip", words.split(" "), { encoding: "utf8" });

/** An app with every way out: its own public address, a NAT gateway, an appliance, a peer. */
function crossroads() {
  const site = new Site();
  const [vpc, far] = [site.vpc("10.0.0.0/16", true), site.vpc("10.9.0.0/16")];
  const igw = gatewayIn(site.region, vpc);
  const [front, back] = [site.subnet(vpc, "10.0.0.0/24"), site.subnet(vpc, "10.0.1.0/24", site.ipv6(vpc, 1))];
  const box = site.host({ subnet: front, addresses: ["10.0.0.5"], groups: [site.group(vpc, "box", ["-1 any 0.0.0.0/0"])], appliance: true });
  const some = site.group(vpc, "some", ["udp 53 10.0.0.0/8"], ["udp 53 0.0.0.0/0", "udp 54 0.0.0.0/0", "udp 53 ::/0"]);
  const six = site.ipv6(vpc, 1).replace("::/64", "::5");
  const app = site.host({ subnet: back, addresses: ["10.0.1.5"], ipv6: six, groups: [some], public: true });
  const near = site.host({ subnet: back, addresses: ["10.0.1.6"], groups: [some] });
  const nat = site.nat(front, ["10.0.0.9"]);
  const pcx = site.peer(vpc, far);
  site.table(vpc, [`0.0.0.0/0 ${igw}`], front);
  const table = site.table(vpc, [`0.0.0.0/0 ${igw}`, `::/0 ${igw}`, `10.9.0.0/16 ${pcx}`], back);
  return { site, igw, front, back, box, app, near, nat, pcx, table, six, hosts: { box, app, near } };
}

test("a route that is replaced under traffic holds at once, and lets nothing pass unjudged", options, () =>
  withEndings(async (defer) => {
    const { site, igw, front, box, app, near, nat, pcx, table, hosts } = crossroads();
    site.acl(front, ["deny udp 54 0.0.0.0/0", "allow -1 any 0.0.0.0/0"], ["allow -1 any 0.0.0.0/0"]);
    const c = await openCrossings(defer, site);
    await c.reach(hosts);
    const [fromApp, toNear, toBox] = [await c.live.wire(app.instance), await c.live.wire(near.instance), await c.live.wire(box.instance)];
    const toInternet = new Wire(undefined, uplinkDevice(c.live.realm));
    defer(() => toInternet.close());
    const { mac } = site.interfaceOf(app.instance);
    const flow = (name: string, to: Wire, packet: string, admitted: boolean): Flow => ({
      name,
      from: fromApp,
      to,
      admitted,
      frame: (tag) => frameBytes({ ...parsePacket(packet), tag }, mac, "02:ba:11:e7:00:01"),
    });
    const refused = `udp 10.0.1.5:50001 > ${outside}:99`;
    const traffic = new Traffic([
      flow("inside the subnet", toNear, "udp 10.0.1.5:50000 > 10.0.1.6:53", true),
      flow("refused by groups, to the internet", toInternet, refused, false),
      flow("refused by groups, to the appliance", toBox, refused, false),
      flow("refused by the appliance's list", toBox, `udp 10.0.1.5:50002 > ${outside}:54`, false),
      flow("in another's name", toInternet, `udp 10.0.1.6:50003 > ${outside}:53`, false),
    ]);
    const ways = [
      { target: igw, seen: (port: number) => `internet: udp ${app.publicIp}:${port} > ${outside}:53` },
      { target: box.eni, seen: (port: number) => `box: udp 10.0.1.5:${port} > ${outside}:53` },
      { target: nat.id, seen: (port: number) => `internet: udp ${nat.publicIps[0]}:${port} > ${outside}:53` },
      { target: pcx, seen: () => nobody },
    ];
    for (let round = 1; round <= 24; round++) {
      const { target, seen } = ways[round % ways.length] ?? assert.fail();
      site.region.does(replaceRoute, { RouteTableId: table, ...routeTo("0.0.0.0/0", target) });
      await traffic.during(c.reach());
      await c.sends("app", `udp 10.0.1.5:${40_000 + round} > ${outside}:53`, seen(40_000 + round));
    }
    assert.ok(traffic.rounds > 100);
    assert.deepEqual(await traffic.outcome(), { lost: {}, leaked: {} });
  }),
);

test("a flow that never pauses goes the new way, under its new address", options, () =>
  withEndings(async (defer) => {
    const { site, igw, app, front, nat, table, hosts } = crossroads();
    const other = site.nat(front, ["10.0.0.10"]);
    const c = await openCrossings(defer, site);
    await c.reach(hosts);
    const asked = `udp 10.0.1.5:50000 > ${outside}:53`;
    await c.asks("app", asked, `internet: udp ${app.publicIp}:50000 > ${outside}:53`);
    for (const [target, known] of [[nat.id, nat.publicIps[0]], [other.id, other.publicIps[0]], [igw, app.publicIp]] as const) {
      site.region.does(replaceRoute, { RouteTableId: table, ...routeTo("0.0.0.0/0", target) });
      await c.reach();
      await c.asks("app", asked, `internet: udp ${known}:50000 > ${outside}:53`);
    }
  }),
);

test("an address from the pool takes an elastic IP's place, for a flow that never pauses too", options, () =>
  withEndings(async (defer) => {
    const { site, igw, back, front, table, hosts } = crossroads();
    site.region.does(modifySubnetAttribute, { SubnetId: back, MapPublicIpOnLaunch: { Value: true } });
    site.region.does(replaceRoute, { RouteTableId: table, ...routeTo("0.0.0.0/0", igw) });
    const web = site.host({ subnet: back, addresses: ["10.0.1.8"], groups: site.interfaceOf(hosts.app.instance).groups });
    const { AllocationId, PublicIp } = site.region.does(allocateAddress, {});
    const { AssociationId } = site.region.does(associateAddress, { AllocationId, InstanceId: web.instance });
    // The one it had before is somebody else's by now.
    site.nat(front, ["10.0.0.30"]);
    const c = await openCrossings(defer, site);
    await c.reach({ web });
    const asked = `udp 10.0.1.8:50000 > ${outside}:53`;
    await c.asks("web", asked, `internet: udp ${PublicIp}:50000 > ${outside}:53`);
    site.region.does(disassociateAddress, { AssociationId });
    await c.reach();
    const { publicAddress } = site.interfaceOf(web.instance);
    assert.ok(publicAddress !== undefined && publicAddress !== PublicIp);
    await c.asks("web", asked, `internet: udp ${publicAddress}:50000 > ${outside}:53`);
    await c.sends("internet", `udp ${outside}:53 > ${PublicIp}:50000`, nobody);
  }),
);

test("killed before any step of a change of ways, the next start brings a flow its new address", options, () =>
  withEndings(async (defer) => {
    const { site, igw, app, nat, table, hosts } = crossroads();
    let left = Number.POSITIVE_INFINITY;
    const cut: string[] = [];
    const c = await openCrossings(defer, site, async (steps, run) => {
      for (const step of steps) {
        if (left-- > 0) await run([step]);
        else throw new Error(`killed before ${cut[cut.push(step.op) - 1]}`);
      }
    });
    await c.reach(hosts);
    const ways = [{ target: igw, known: app.publicIp }, { target: nat.id, known: nat.publicIps[0] }] as const;
    for (let [step, killed] = [0, true]; killed; step++) {
      const asked = `udp 10.0.1.5:${50_000 + step} > ${outside}:53`;
      const seen = (known: string | undefined) => `internet: udp ${known}:${50_000 + step} > ${outside}:53`;
      const [former, next] = step % 2 === 0 ? ways : [ways[1], ways[0]];
      await c.asks("app", asked, seen(former.known));
      site.region.does(replaceRoute, { RouteTableId: table, ...routeTo("0.0.0.0/0", next.target) });
      left = step;
      killed = await c.reach().then(() => false, () => true);
      left = Number.POSITIVE_INFINITY;
      await c.live.again();
      await c.asks("app", asked, seen(next.known));
    }
    assert.ok(cut.includes("nft") && cut.includes("connection.delete"), cut.join(" "));
  }),
);

test("a NAT gateway ends TCP connections that another one opened", options, () =>
  withEndings(async (defer) => {
    const { site, front, nat, table } = crossroads();
    const other = site.nat(front, ["10.0.0.10"]);
    const leads = (target: string) => site.region.does(replaceRoute, { RouteTableId: table, ...routeTo("0.0.0.0/0", target) });
    const client = site.host({ subnet: need(site.world, "route-table", table).associations[0]?.subnet ?? "", addresses: ["10.0.1.7"] });
    leads(nat.id);
    const c = await openCrossings(defer, site);
    await c.reach({ client });
    const call = `tcp 10.0.1.7:40000 > ${outside}:443`;
    await c.asks("client", `${call} S`, `internet: tcp ${nat.publicIps[0]}:40000 > ${outside}:443 S`);
    leads(other.id);
    await c.reach();
    await c.sends("client", `${call} A`, nobody);
    await c.hears("client", `tcp ${outside}:443 > 10.0.1.7:40000 R`);
    await c.sends("internet", `tcp ${outside}:443 > ${nat.publicIps[0]}:40000 A`, nobody);
    await c.asks("client", `${call} S`, `internet: tcp ${other.publicIps[0]}:40000 > ${outside}:443 S`);
  }),
);

test("a loop that starts again finds all as it left it", options, () =>
  withEndings(async (defer) => {
    const { site, app, six, hosts } = crossroads();
    const taken: Step[] = [];
    const c = await openCrossings(defer, site, (steps, run) => (taken.push(...steps), run(steps)));
    await c.reach(hosts);
    await c.asks("app", `udp 10.0.1.5:40000 > ${outside}:53`, `internet: udp ${app.publicIp}:40000 > ${outside}:53`);
    assert.ok(taken.length > 0);
    taken.length = 0;
    await c.live.again();
    assert.deepEqual(taken, [], "steps of the second start");
    await c.sends("app", `udp 10.0.1.5:40000 > ${outside}:53`, `internet: udp ${app.publicIp}:40000 > ${outside}:53`);
    await c.asks("app", `udp [${six}]:40000 > [${outside6}]:53`, `internet: udp [${six}]:40000 > [${outside6}]:53`);
  }),
);

test("what is taken away by hand comes back, whatever it was", options, () =>
  withEndings(async (defer) => {
    const { site, app, hosts } = crossroads();
    const c = await openCrossings(defer, site);
    await c.reach(hosts);
    const uplink = uplinkDevice(c.live.realm);
    const router = [...(await c.live.kernel.observe(namespacePrefix(c.live.realm))).keys()].find((name) => name.endsWith(site.interfaceOf(app.instance).vpc)) ?? "";
    const losses = [
      `route del ${app.publicIp}/32 dev ${uplink}`,
      `address del ${outside}/32 dev ${uplink}`,
      `-n ${router} route flush table all proto 98`,
      `-n ${router} link del inet`,
    ];
    for (const [at, words] of losses.entries()) {
      ip(words);
      await c.live.again();
      await c.asks("app", `udp 10.0.1.5:${41_000 + at} > ${outside}:53`, `internet: udp ${app.publicIp}:${41_000 + at} > ${outside}:53`);
    }
  }),
);

test("the internet goes with the last public address, and is there again with the next; a link half made is made anew", options, () =>
  withEndings(async (defer) => {
    const site = new Site();
    const vpc = site.vpc("10.0.0.0/16");
    const subnet = site.subnet(vpc, "10.0.0.0/24");
    site.table(vpc, [`0.0.0.0/0 ${gatewayIn(site.region, vpc)}`], subnet);
    const app = site.host({ subnet, addresses: ["10.0.0.5"], groups: [site.group(vpc, "app", [])] });
    const elastic = site.elasticIp();
    const associate = () => site.region.does(associateAddress, { AllocationId: elastic.id, InstanceId: app.instance }).AssociationId;
    const c = await openCrossings(defer, site);
    let AssociationId = associate();
    await c.live.reach(site.world);
    const uplink = uplinkDevice(c.live.realm);
    site.region.does(disassociateAddress, { AssociationId });
    await c.live.reach(site.world);
    assert.doesNotMatch(ip("-o link"), new RegExp(uplink));
    AssociationId = associate();
    await c.reach({ app });
    await c.asks("app", `udp 10.0.0.5:40000 > ${outside}:53`, `internet: udp ${elastic.ip}:40000 > ${outside}:53`);

    execFileSync("ip", ["-n", edgeNamespace(c.live.realm), "link", "set", "dev", "up", "alias", ""]);
    await c.live.again();
    assert.match(ip(`-o link show ${uplink}`), /\bLOWER_UP\b/);
  }),
);

test("taken down, it leaves nothing: no namespace, no device, no route", options, () =>
  withEndings(async (defer) => {
    while (ip("-o link").includes("bailey-")) await sleep(5); // The kernel takes its time with an earlier test's.
    const listing = () => ["-o link", "-o -4 address", "-o -6 address", "-4 route show table all", "-6 route show table all", "-4 rule", "-6 rule"].map(ip);
    const before = listing();
    const { site, hosts } = crossroads();
    const c = await openCrossings(defer, site);
    await c.reach(hosts);
    assert.notDeepEqual(listing(), before);
    const prefix = namespacePrefix(c.live.realm);
    await c.live.end();
    const observed = await c.live.kernel.observe(prefix);
    await c.live.kernel.run([...removals(observed, new Map()), ...abandoned(observed, new Map())]);
    assert.deepEqual([...(await c.live.kernel.observe(prefix)).keys()], ["machine"]);
    assert.deepEqual(listing(), before);
  }),
);
