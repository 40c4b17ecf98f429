import assert from "node:assert/strict";
import { test } from "node:test";
import { aclChain, aclPart, type ListSide } from "../../../src/compile/acl.ts";
import { partText } from "../../../src/compile/nft.ts";
import type { Acl, AclEntry } from "../../../src/policy/network.ts";
import { formatIp } from "../../../src/values/ip.ts";
import { transportBytes } from "../../kernel/frame.ts";
import { acl, ip } from "../../network.ts";
import { Random, seed } from "../../random.ts";
import { edgeAddresses, edgeOf, listAllows, type Peeped, randomList } from "../../random-lists.ts";
import { Tables } from "../../reader.ts";

const sides: readonly ListSide[] = ["in", "out", "in-translated"];
const ends = { 4: ip("192.0.2.9"), 6: ip("2001:db8:9::9") };

/** A list's chain alone, as a filter: what it returns is accepted. */
function filterOf(list: Acl, side: ListSide): Tables {
  const tables = new Tables();
  tables.run(
    [
      "add chain inet bailey forward { type filter hook forward priority filter; policy drop; }",
      ...partText(aclPart(list, { translated: true })),
      `add rule inet bailey forward jump ${aclChain(list.id, side)}`,
      "add rule inet bailey forward accept",
    ].join("\n"),
  );
  return tables;
}

function passes(tables: Tables, side: ListSide, { peer, protocol, value }: Peeped): boolean {
  const [source, destination] = side === "out" ? [ends[peer.family], peer] : [peer, ends[peer.family]];
  // To a translated port: the packet's own is another.
  const hidden = side === "in-translated" && (protocol === 6 || protocol === 17);
  const transport = transportBytes({ source, destination, protocol, value: hidden ? 40_001 : value, tag: 0 });
  const devices = { iif: "a", oif: "b", iifIndex: 1, oifIndex: 2, route: 2 };
  const connection = { state: "established", way: "reply", mark: 0, ...(hidden && { replyPort: value }) } as const;
  return tables.walk("forward", { source, destination, protocol, transport, octets: transport.length, ...devices, ...connection }).verdict === "accept";
}

test("a list's chains return what the first matching entry allows and drop everything else", (t) => {
  const random = new Random(seed);
  let [packets, accepted, looked] = [0, 0, 0];
  for (let at = 0; at < 150; at++) {
    const list = randomList(random, `acl-${at}`, random.pick([4, 8, 20, 40]));
    if (aclPart(list, { translated: true }).elements.length > 0) looked++;
    const peers = [...edgeAddresses(random, 4, 12), ...edgeAddresses(random, 6, 12)];
    if (peers.length === 0) continue;
    for (const side of sides) {
      const direction = side === "out" ? "out" : "in";
      const tables = filterOf(list, side);
      for (let times = 0; times < 60; times++) {
        const packet = edgeOf(random, list, direction, peers);
        const allowed = listAllows(list, direction, packet);
        const said = `BAILEY_SEED=${seed}, list ${at}, ${side}: protocol ${packet.protocol}, ${formatIp(packet.peer)}, ${packet.value}`;
        assert.equal(passes(tables, side, packet), allowed, said);
        packets++;
        if (allowed) accepted++;
      }
    }
  }
  t.diagnostic(`${packets} packets, ${accepted} accepted, ${looked} lists with look-ups`);
  assert.ok(packets > 20_000 && accepted > packets / 5 && looked > 60, "too few to prove anything");
});

const many = [
  "1 deny tcp 22 10.1.0.0/16",
  "2 allow tcp 20-30 10.0.0.0/8",
  "3 deny udp 53 10.1.2.0/24",
  "4 deny 99 any 10.1.2.0/24",
  "5 deny tcp 80 0.0.0.0/0",
  "6 allow -1 any 0.0.0.0/0",
];

test("elements and rules name the entry that decides", () => {
  const { elements, chains } = aclPart(acl("acl-1", many, []), { translated: false });
  const named = new Set([...elements, ...chains.flatMap(({ rules }) => rules)].flatMap(({ comment }) => comment ?? []));
  assert.deepEqual([...named].sort(), many.map((_, at) => `acl-1:${at + 1}:ingress`));
});

test("a changed list has another map, and the chains that say the same; the same list has the same part", () => {
  const before = acl("acl-1", many);
  const after: Acl = { ...before, in: [...before.in.slice(0, 4), ...before.in.slice(5)] };
  const names = (list: Acl) => aclPart(list, { translated: false }).sets.map(({ name }) => name);
  const [one, other] = [names(before), names(after)];
  assert.ok(one.some((name) => name.startsWith("acl-1/in/")) && one.some((name) => name.startsWith("acl-1/out/")));
  assert.deepEqual(one.filter((name) => other.includes(name)), one.filter((name) => name.startsWith("acl-1/out/")));
  const chains = (list: Acl) => aclPart(list, { translated: false }).chains.map(({ name }) => name);
  const kept = chains(before).filter((name) => chains(after).includes(name) && /^acl-1\/in\/[0-9a-f]{16}$/.test(name));
  assert.equal(kept.length, 1, "UDP from 10.1.2.0/24 meets the entries it met before");
  assert.equal(aclPart(before, { translated: true }), aclPart(before, { translated: true }));
  assert.deepEqual(
    aclPart(before, { translated: true }).chains.map(({ name }) => name).filter((name) => name.split("/").length === 2),
    ["acl-1/in", "acl-1/out", "acl-1/in-translated"],
  );
});

test("a short list is its entries, line by line", () => {
  const { chains, sets } = aclPart(acl("acl-1", ["1 deny tcp 22 10.1.0.0/16", "2 allow -1 any 0.0.0.0/0", "3 allow -1 any ::/0"], []), { translated: false });
  assert.deepEqual(chains.map(({ name, rules }) => [name, rules.length]), [["acl-1/in", 4], ["acl-1/out", 1]]);
  assert.equal(sets.length, 0);
});

test("a list is never looked up in more elements than there is room for", () => {
  // Prefixes that nest in each other, each with ports of its own: the most there can be.
  const nested = (count: number): AclEntry[] =>
    Array.from({ length: count }, (_, at) => ({
      id: `acl-1:${at}`,
      action: at % 2 ? "allow" : "deny",
      protocol: at % 3 ? 6 : 17,
      values: { from: at * 100, to: at * 100 + 50 },
      cidr: { family: 6, base: 0x20010db8n << 96n, length: 128 - (at % 128) },
    }));
  const [few, most] = [40, 400].map((count) => aclPart({ id: "acl-1", in: nested(count), out: [] }, { translated: false }));
  assert.ok(few && few.elements.length > 40 && few.elements.length < 3300, `${few?.elements.length}`);
  assert.equal(most?.elements.length, 0);
  assert.equal(most?.chains[0]?.rules.length, 401);
});
