/** Lists as chains alone, on real nftables: what they return and drop, and the flavour that sees through translation. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { aclChain, aclPart, type ListSide } from "../../src/compile/acl.ts";
import { partText, replaceTable } from "../../src/compile/nft.ts";
import type { Acl, Network } from "../../src/policy/network.ts";
import { formatIp, type Ip } from "../../src/values/ip.ts";
import { acl, group, ip, network, openIn } from "../network.ts";
import { Random, seed } from "../random.ts";
import { edgeAddresses, edgeOf, listAllows, randomList } from "../random-lists.ts";
import { canUseKernel, type Lab, openLab } from "./lab.ts";

const skip = canUseKernel ? false : "network namespaces and nftables need root";
const ends = { 4: ip("192.0.2.9"), 6: ip("2001:db8:9::9") };

const twoEnds = (peers: readonly Ip[]): Network =>
  network({
    subnets: { "subnet-a": "acl-a" },
    acls: [acl("acl-a", [])],
    groups: [group("sg-1", openIn)],
    interfaces: [
      { id: "eni-peer", subnet: "subnet-a", groups: ["sg-1"], addresses: peers.map(formatIp) },
      { id: "eni-end", subnet: "subnet-a", groups: ["sg-1"], addresses: Object.values(ends).map(formatIp) },
    ],
  });

/** Puts a list's chain in force alone, in place of the network's policy. */
async function filterBy(lab: Lab, list: Acl, side: ListSide, more: readonly string[] = []): Promise<void> {
  const commands = [
    ...replaceTable(),
    "add chain inet bailey forward { type filter hook forward priority filter; policy drop; }",
    ...partText(aclPart(list, { translated: true })),
    ...more,
    `add rule inet bailey forward jump ${aclChain(list.id, side)}`,
    "add rule inet bailey forward accept",
  ];
  await lab.kernel.run([{ op: "nft", namespace: lab.router, commands: commands.join("\n") }]);
}

const interfacesOf = ({ interfaces }: Network) => {
  const [peer, end] = [interfaces.get("eni-peer"), interfaces.get("eni-end")];
  if (!peer || !end) throw new Error("not the two ends");
  return { peer, end };
};

test("the kernel decides by a list's chains as the first matching entry says", { skip }, async (t) => {
  const random = new Random(seed);
  const peers = ([4, 6] as const).flatMap((family) => edgeAddresses(random, family, 60));
  const ours = twoEnds(peers);
  const { peer, end } = interfacesOf(ours);
  const lab = await openLab(ours);
  let [packets, accepted] = [0, 0];
  try {
    for (let at = 0; at < 24; at++) {
      const list = randomList(random, `acl-${at}`, random.pick([4, 12, 40]));
      for (const side of ["in", "out"] as const) {
        await filterBy(lab, list, side);
        const probes = Array.from({ length: 200 }, () => {
          const packet = edgeOf(random, list, side, peers);
          const [from, to] = side === "in" ? [peer, end] : [end, peer];
          const [source, destination] = side === "in" ? [packet.peer, ends[packet.peer.family]] : [ends[packet.peer.family], packet.peer];
          return { from, to, packet, sent: { source, destination, ...packet }, hoped: listAllows(list, side, packet) };
        });
        const crossed = await lab.crossAll(probes);
        for (const [which, { packet, hoped }] of probes.entries()) {
          const said = `BAILEY_SEED=${seed}, list ${at}, ${side}: protocol ${packet.protocol}, ${formatIp(packet.peer)}, ${packet.value}`;
          assert.equal(crossed[which], hoped, said);
          packets++;
          if (hoped) accepted++;
        }
      }
    }
  } finally {
    await lab.close();
  }
  t.diagnostic(`seed ${seed}: ${packets} packets, ${accepted} accepted`);
  assert.ok(accepted > packets / 6, `${packets} packets, ${accepted} accepted: too few to prove anything`);
});

test("a translated reply is judged by the port it was sent to", { skip }, async () => {
  const [host, public4, server] = ["10.0.0.5", "192.0.2.77", ends[4]].map((each) => (typeof each === "string" ? ip(each) : each)) as [Ip, Ip, Ip];
  const ours = twoEnds([host, public4]);
  const { peer, end } = interfacesOf(ours);
  const request = { source: host, destination: server, protocol: 17, sourcePort: 5000, value: 53 };
  const reply = { source: server, destination: public4, protocol: 17, sourcePort: 53, value: 61_000 };
  const translation = [
    "add chain inet bailey translate { type nat hook postrouting priority srcnat; policy accept; }",
    `add rule inet bailey translate ip saddr ${formatIp(host)} udp sport 5000 snat ip to ${formatIp(public4)}:61000`,
    "add rule inet bailey forward ct direction original accept",
  ];
  const lab = await openLab(ours);
  // As many entries as are lines, and as are looked up.
  const lines = (port: number) => [`1 allow udp ${port} 192.0.2.0/24`];
  const looked = (port: number) => [...Array.from({ length: 8 }, (_, at) => `${at + 1} deny udp ${at + 1} 192.0.2.0/24`), `100 allow udp ${port} 192.0.2.0/24`];
  try {
    for (const entries of [lines, looked]) {
      for (const [side, port, passes] of [["in-translated", 61_000, true], ["in-translated", 5000, false], ["in", 5000, true], ["in", 61_000, false]] as const) {
        lab.forget();
        await filterBy(lab, acl("acl-1", entries(port)), side, translation);
        assert.ok(await lab.crosses({ from: peer, to: end, sent: request, hoped: true }), "the request");
        assert.equal(await lab.crosses({ from: end, to: peer, sent: reply, hoped: passes }), passes, `${side} ${port}, ${entries(port).length} entries`);
      }
    }
  } finally {
    await lab.close();
  }
});
