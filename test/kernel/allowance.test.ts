/** The connection-tracking allowance of an interface, with real packets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createTags, deleteTags } from "../../src/api/ec2/tags.ts";
import { refusedPackets } from "../../src/apply/refused.ts";
import { listAllowances, parseRefused } from "../../src/compile/nft.ts";
import { allowanceTag } from "../../src/model/network-interface.ts";
import type { Network } from "../../src/policy/network.ts";
import { parsePacket } from "../cases/case.ts";
import { withEndings } from "../endings.ts";
import { acl, allowAll, group, network, openIn } from "../network.ts";
import { ownerOf } from "../voices.ts";
import { nobody, openCrossings } from "./crossings.ts";
import { canUseKernel, type Lab, openLab } from "./lab.ts";
import { Site } from "./site.ts";

const skip = canUseKernel ? false : "network namespaces and nftables need root";

/** `eni-a` and `eni-b` track their connections, `eni-open` tracks none of TCP and UDP. */
const ours = network({
  subnets: { "subnet-a": "acl-a" },
  acls: [acl("acl-a", allowAll)],
  groups: [group("sg-tracked", ["-1 any 10.0.0.0/8"], ["-1 any 10.0.0.0/8"]), group("sg-open", openIn)],
  interfaces: [
    { id: "eni-a", subnet: "subnet-a", groups: ["sg-tracked"], addresses: ["10.0.0.5"], allowance: 3 },
    { id: "eni-b", subnet: "subnet-a", groups: ["sg-tracked"], addresses: ["10.0.0.6"] },
    { id: "eni-open", subnet: "subnet-a", groups: ["sg-open"], addresses: ["10.0.0.7"], allowance: 1 },
  ],
});

async function withLab(network: Network, what: (crosses: (packet: string, hoped: boolean) => Promise<boolean>, lab: Lab) => Promise<void>) {
  const lab = await openLab(network);
  try {
    const crosses = (packet: string, hoped: boolean) => {
      const sent = parsePacket(packet);
      return lab.crosses({ from: ownerOf(network, sent.source), to: ownerOf(network, sent.destination), sent, hoped });
    };
    await what(crosses, lab);
  } finally {
    await lab.close();
  }
}

const out = (port: number) => `udp 10.0.0.5:${port} > 10.0.0.6:53`;
const into = (port: number) => `udp 10.0.0.6:${port} > 10.0.0.5:53`;

test("case 75: an interface tracks no more connections than its allowance, those it opens and those it gets", { skip }, async () => {
  await withLab(ours, async (crosses, lab) => {
    assert.equal(await crosses(out(5001), true), true);
    assert.equal(await crosses(out(5002), true), true);
    assert.equal(await crosses(into(5003), true), true);
    assert.equal(await crosses(out(5004), false), false, "out: no room");
    assert.equal(await crosses(into(5005), false), false, "in: no room");
    assert.equal(await crosses(out(5001), true), true, "what is tracked goes on");
    assert.equal(await crosses("udp 10.0.0.6:53 > 10.0.0.5:5001", true), true, "and is answered");
    const refused = parseRefused(await lab.kernel.query(lab.router, listAllowances));
    assert.deepEqual(Object.fromEntries(refused), { "eni-a": 2, "eni-open": 0 });
    lab.forget();
    assert.equal(await crosses(out(5006), true), true, "connections that are over make room");
  });
});

test("case 76: connections that an interface does not track are not counted at it, and need no room", { skip }, async () => {
  await withLab(ours, async (crosses) => {
    for (const port of [6001, 6002, 6003]) assert.equal(await crosses(`udp 10.0.0.7:${port} > 10.0.0.6:53`, true), true, `untracked ${port}`);
    for (const port of [6004, 6005, 6006]) assert.equal(await crosses(`udp 10.0.0.6:${port} > 10.0.0.7:53`, true), true, `untracked ${port}`);
    assert.equal(await crosses("icmp 10.0.0.7 > 10.0.0.6 8/0", true), true, "ICMP is always tracked");
    assert.equal(await crosses("icmp 10.0.0.6 > 10.0.0.7 8/0", false), false, "no room for another");
  });
});

test("refused connections in numbers leave no mark", { skip }, async () => {
  await withLab(ours, async (crosses, lab) => {
    for (const port of [7001, 7002, 7003]) assert.equal(await crosses(out(port), true), true);
    const [from, to] = [ours.interfaces.get("eni-a"), ours.interfaces.get("eni-b")];
    if (!from || !to) throw new Error("no interfaces");
    const flood = Array.from({ length: 3000 }, (_, at) => ({ from, to, sent: parsePacket(out(10_000 + at)) }));
    assert.ok((await lab.crossAll(flood)).every((crossed) => !crossed));
    lab.forget();
    assert.equal(await crosses(out(20_000), true), true);
  });
});

test("the allowance an interface is tagged with: those beyond are refused and counted, those within live", { skip }, () =>
  withEndings(async (defer) => {
    const site = new Site();
    const vpc = site.vpc("10.1.0.0/16");
    const subnet = site.subnet(vpc, "10.1.1.0/24");
    const groups = [site.group(vpc, "servers", ["udp 53 10.1.0.0/16"], [])];
    const client = site.host({ subnet, addresses: ["10.1.1.5"], groups: [site.group(vpc, "clients", [])] });
    const server = site.host({ subnet, addresses: ["10.1.1.6"], groups });
    const Resources = [server.eni];
    const c = await openCrossings(defer, site);
    const refused = async () => Object.fromEntries(await refusedPackets(c.live.kernel, c.live.realm, site.world));
    const query = (port: number) => `udp 10.1.1.5:${port} > 10.1.1.6:53`;

    assert.deepEqual(await refused(), {}, "nothing is in force, and nobody has an allowance");
    site.region.does(createTags, { Resources, Tags: [{ Key: allowanceTag, Value: "2" }] });
    await c.reach({ client, server });
    assert.deepEqual(await refused(), { [server.eni]: 0 });
    for (const port of [40_001, 40_002]) await c.asks("client", query(port), `server: ${query(port)}`);
    for (const port of [40_003, 40_004, 40_005]) await c.sends("client", query(port), nobody);
    for (const port of [40_001, 40_002]) await c.asks("client", query(port), `server: ${query(port)}`);
    assert.deepEqual(await refused(), { [server.eni]: 3 });

    site.region.does(createTags, { Resources, Tags: [{ Key: "Name", Value: "dns" }] });
    await c.reach();
    await c.sends("client", query(40_006), nobody);
    assert.deepEqual(await refused(), { [server.eni]: 4 }, "another tag changes nothing");

    site.region.does(deleteTags, { Resources, Tags: [{ Key: allowanceTag }] });
    await c.reach();
    await c.asks("client", query(40_007), `server: ${query(40_007)}`);
    assert.deepEqual(await refused(), {});
  }),
);
