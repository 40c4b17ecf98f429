/**
 * Every network of a small closed universe: two subnets, three interfaces, groups and lists of up to two rules drawn
 * from a few shapes. Packets are all that the shapes can tell apart.
 */
import type { Acl, AclEntry, Group, GroupRule, Network } from "../src/policy/network.ts";
import type { Round, Shot } from "./agreement.ts";
import type { Sent } from "./conntrack.ts";
import { acl, allowAll, group, ip, network } from "./network.ts";
import { replyOf } from "./worlds.ts";

/** An interface's addresses, one of each family. */
type Pair = readonly [v4: string, v6: string];
const first: Pair = ["10.0.1.4", "2001:db8:0:1::4"];
const neighbour: Pair = ["10.0.1.5", "2001:db8:0:1::5"];
const far: Pair = ["10.0.2.4", "2001:db8:0:2::4"];

const inward = ["-1 any 0.0.0.0/0", "tcp 80 10.0.0.0/16", "-1 any sg-other", "icmpv6 128 2001:db8::/47"];
const outward = ["-1 any 0.0.0.0/0", "tcp 79-80 10.0.0.0/16", "-1 any sg-other"];
const entriesIn = ["100 allow -1 any 0.0.0.0/0", "110 deny tcp 80 10.0.1.4/31", "120 allow icmpv6 128/0 2001:db8:0:1::/64"];
const entriesOut = ["100 allow -1 any 0.0.0.0/0", "110 deny udp 81 10.0.1.4/32"];

/** Every choice of at most two, in every order. */
function chosen<T>(from: readonly T[]): T[][] {
  const pairs = from.flatMap((a) => from.filter((b) => b !== a).map((b) => [a, b]));
  return [[], ...from.map((one) => [one]), ...pairs];
}
/** The same, order aside. */
const unordered = <T>(from: readonly T[]): T[][] => chosen(from).filter(([a, b]) => !a || !b || from.indexOf(a) < from.indexOf(b));

const pairsOf = <A, B>(as: readonly A[], bs: readonly B[]): [A, B][] => as.flatMap((a) => bs.map((b): [A, B] => [a, b]));

function worldWith(own: { in: readonly GroupRule[]; out: readonly GroupRule[] }, list: { in: readonly AclEntry[]; out: readonly AclEntry[] }): Network {
  const subject: Group = { id: "sg-subject", ...own };
  const lists: Acl = { id: "acl-subject", ...list };
  return network({
    subnets: { "subnet-near": "acl-open", "subnet-far": "acl-subject" },
    acls: [acl("acl-open", allowAll), lists],
    groups: [subject, group("sg-other", ["-1 any 0.0.0.0/0", "icmpv6 any 2001:db8::/32"])],
    interfaces: [
      { id: "eni-1", subnet: "subnet-near", groups: ["sg-subject"], addresses: first },
      { id: "eni-2", subnet: "subnet-near", groups: ["sg-other"], addresses: neighbour },
      { id: "eni-3", subnet: "subnet-far", groups: ["sg-other"], addresses: far },
    ],
  });
}

/** All of them, neighbours in the list differing in much or little as the numbers fall. */
export function* smallWorlds(): Generator<Network> {
  const ins = unordered(inward).map((texts) => group("sg-subject", texts, []).in);
  const outs = unordered(outward).map((texts) => group("sg-subject", [], texts).out);
  const listsIn = chosen(entriesIn).map((texts) => acl("acl-subject", texts, []).in);
  const listsOut = chosen(entriesOut).map((texts) => acl("acl-subject", [], texts).out);
  const worlds = pairsOf(pairsOf(ins, outs), pairsOf(listsIn, listsOut));
  // A stride without a common factor with their number meets each once, in an order far from sorted.
  const stride = 2_741;
  for (let at = 0; at < worlds.length; at++) {
    const found = worlds[(at * stride) % worlds.length];
    if (!found) throw new Error("a world outside the universe");
    const [[ruleIn, ruleOut], [listIn, listOut]] = found;
    yield worldWith({ in: ruleIn, out: ruleOut }, { in: listIn, out: listOut });
  }
}

const ways = [
  ["eni-1", first, "eni-3", far],
  ["eni-3", far, "eni-1", first],
  ["eni-2", neighbour, "eni-1", first],
] as const;

/** A connection in each way and of each kind, the number telling it from another world's. */
function openings(number: number): { there: Shot; back: Shot }[] {
  const sourcePort = 1024 + (number % 60_000);
  const kinds: readonly { readonly at: 0 | 1; readonly sent: Omit<Sent, "source" | "destination"> }[] = [
    { at: 0, sent: { protocol: 6, value: 80, sourcePort } },
    { at: 0, sent: { protocol: 17, value: 81, sourcePort } },
    { at: 1, sent: { protocol: 58, value: 0x8000, identifier: number % 65536 } },
  ];
  return ways.flatMap(([from, own, to, theirs]) =>
    kinds.map(({ at, sent }) => {
      const there: Sent = { ...sent, source: ip(own[at]), destination: ip(theirs[at]) };
      const back = replyOf(there, 18);
      if (!back) throw new Error("a kind without a reply");
      return { there: { from, sent: there }, back: { from: to, sent: back } };
    }),
  );
}

/** In each world: connections opened in the one before go on, both ways, then new ones are opened and answered. */
export function* smallRounds(): Generator<Round> {
  let old: { there: Shot; back: Shot }[] = [];
  let number = 0;
  for (const each of smallWorlds()) {
    const fresh = openings(number++);
    yield { network: each, shots: [...old.flatMap(({ there, back }) => [back, there]), ...fresh.flatMap(({ there, back }) => [there, back])] };
    old = fresh;
  }
}
