/**
 * A network's policy as a ruleset: line for line the judge's twin. Every chain ends by going on to the next gate or in
 * drop, so no gate can decide for another.
 *
 * The price of a packet is one look at its connection's mark: once both ways of a connection were admitted under the
 * present generation it passes at once. A change of policy is a new generation: connections walk the gates again, and
 * those that were tracked skip the groups but not the lists.
 */
import { fingerprint } from "../values/fingerprint.ts";
import { hostCidr } from "../values/ip.ts";
import { derived } from "../values/derived.ts";
import { once } from "../values/once.ts";
import {
  type Direction,
  type Group,
  groupSets,
  groupsOf,
  type Interface,
  isOpen,
  type Network,
  openingsOf,
  type Subnet,
} from "../policy/network.ts";
import { aclChain, aclPart } from "./acl.ts";
import { devicesSet, enteringChain, gatewayParts, onward } from "./gateways.ts";
import { allowancePart } from "./allowance.ts";
import { withCounts } from "./count.ts";
import { afterOpen, afterTracked, groupPart, groupsChain, membersPart, openDirections, prefixesPart } from "./group.ts";
import { idlePart } from "./idle.ts";
import { perWays, type Ways } from "./routes.ts";
import { hasBlocks, owning, sourceParts, wayParts } from "./source.ts";
import { servicesChain, servicesPart } from "./services.ts";
import { ICMPV6, UDP } from "../values/protocol.ts";
import {
  type Action,
  type Chain,
  type Element,
  type Match,
  openBack,
  originalWay,
  type Part,
  replyWay,
  rule,
  type Ruleset,
  type Section,
  section,
  trackedAtOriginator,
  trackedAtResponder,
} from "./rule.ts";

/** All parts of a network's ruleset except the generation's, which `withGeneration` adds. */
export function compile(network: Network): Ruleset {
  const sets = [...groupSets(network.interfaces).values()].map(({ groups }) => groupSetPart(groupsOf(network, groups)));
  const ruleset = new Map([
    ["base", hasBlocks(network.interfaces) ? baseWithBlocks : base],
    ["source", sourceParts(network)],
    ["ways", wayParts(network)],
    ["members", section([...network.members.values()].map((each) => membersPart(each)))],
    ["prefixes", section([...network.prefixes.values()].map((each) => prefixesPart(each)))],
    ["groups", section([...network.groups.values()].map((each) => groupPart(each)))],
    ["lists", section([...network.acls.values()].map((each) => aclPart(each, { translated: network.nats.size > 0 })))],
    ["subnets", subnetParts(network)],
    ["gateways", gatewayParts(network)],
    ["services", servicesPart(network.cidrs)],
    ["group sets", section(sets)],
    ["interfaces", interfaceParts(network.interfaces)],
    ["idle", idleParts(network.interfaces)],
    ["allowance", allowanceParts(network.interfaces)],
  ]);
  return network.counted ? withCounts(ruleset, network) : ruleset;
}

const interfaceParts: (interfaces: Network["interfaces"]) => Section = derived((each: Interface) => interfacePart(each));

const limited = derived((each: Interface) => (each.allowance === undefined ? undefined : each));
const allowanceParts = (interfaces: Network["interfaces"]): Section => allowancesOf(limited(interfaces));
const allowancesOf = once((interfaces: Network["interfaces"]): Section => section([allowancePart([...interfaces.values()])]));

const special = derived((each: Interface) => (each.idle ? each : undefined));
const idleParts = (interfaces: Network["interfaces"]): Section => idlesOf(special(interfaces));
const idlesOf = once((interfaces: Network["interfaces"]): Section => section([idlePart([...interfaces.values()])]));

const connection: Match = { standing: "connection" };
/** Tracked at the interface the packet leaves: the originator's on the way out, the responder's on the way back. */
const trackedLeaving: readonly Match[][] = [
  [connection, originalWay, { remembers: trackedAtOriginator }],
  [connection, replyWay, { remembers: trackedAtResponder }],
];
const trackedArriving: readonly Match[][] = [
  [connection, originalWay, { remembers: trackedAtResponder }],
  [connection, replyWay, { remembers: trackedAtOriginator }],
];

/**
 * nft follows at most 16 chains deep, so the ways between gates are map look-ups where they can be. But each transaction
 * walks every map of chains once for each line that looks into it: what many chains would look into has a chain for it.
 */
const toBoundary: Action = { dispatch: ["iif"], map: "boundary" };
const boundaryChain = "boundary";

/** What is the same in every network. */
const basePart = (blocks: boolean): Part => ({
  name: "base",
  sets: [
    ...([4, 6] as const).flatMap((family) => [
      { name: `own${family}`, key: ["iifIndex", `saddr${family}`] as const, intervals: false, toChain: false },
      ...(blocks ? [{ name: `ownBlocks${family}`, key: ["iifIndex", `saddr${family}`] as const, intervals: true, toChain: false }] : []),
    ]),
    { name: "unchecked", key: ["iif"], intervals: false, toChain: false },
    { name: "leaving", key: ["iif"], intervals: false, toChain: true },
    { name: "boundary", key: ["iif"], intervals: false, toChain: true },
    { name: "entering", key: ["iif"], intervals: false, toChain: true },
    { name: "arriving", key: ["iif"], intervals: false, toChain: true },
  ],
  chains: [
    {
      name: "router",
      hook: { at: "input", priority: "filter" },
      rules: [
        ...owning("iifIndex", "saddr", blocks).map((own) => rule([own], { goto: servicesChain })),
        // What links need before they have an address. A peer's packets are nobody's own, and get no answer here.
        rule([{ protocol: ICMPV6 }, { values: { from: 0x8500, to: 0x88ff }, field: "type" }], { accept: true }),
        rule([{ protocol: UDP }, { values: { from: 67, to: 67 }, field: "port" }], { accept: true }),
      ],
    },
    {
      name: "leave",
      rules: [
        ...trackedLeaving.map((when) => rule(when, { goto: boundaryChain })),
        rule([], { dispatch: ["iif"], map: "leaving" }),
      ],
    },
    { name: boundaryChain, rules: [rule([], toBoundary), rule([], { drop: true })] },
    ...admitted("out", toBoundary, trackedAtOriginator),
    { name: enteringChain, rules: [rule([], { dispatch: ["oif"], map: "entering" })] },
    {
      name: "destination",
      rules: [
        ...owning("oifIndex", "daddr", blocks).map((own) => rule([own], { return: true })),
        rule([{ lookup: ["oif"], set: "unchecked" }], { return: true }),
        rule([], { drop: true }),
      ],
    },
    {
      name: "arrive",
      rules: [
        rule([], { jump: "destination" }),
        ...trackedArriving.map((when) => rule(when, { goto: "admit" })),
        rule([], { dispatch: ["oif"], map: "arriving" }),
      ],
    },
    ...admitted("in", { goto: "admit" }, trackedAtResponder),
  ],
  elements: [],
});

const base = section([basePart(false)]);
const baseWithBlocks = section([basePart(true)]);

/**
 * After an interface's groups: a connection admitted by an open rule whose replies pass by rule too is not tracked.
 * The packet carries what is to be remembered: a later gate may still drop it, and then nothing is. A reply that came
 * here is of an untracked connection, and leaves it so.
 */
function admitted(direction: Direction, next: Action, bit: number): Chain[] {
  return [
    { name: afterOpen(direction), rules: [rule([{ lacks: openBack }, originalWay], { note: bit }), rule([], next)] },
    { name: afterTracked(direction), rules: [rule([originalWay], { note: bit }), rule([], next)] },
  ];
}

/** A subnet's boundary: what stays inside meets no list; what leaves goes where the subnet's table says. */
const subnetParts = perWays((network): Section => section([...network.subnets.values()].map((subnet) => subnetPart(network, subnet))));

const subnetPart = (network: Ways, subnet: Subnet): Part => ({
  name: subnet.id,
  sets: [{ name: devicesSet(subnet.id), key: ["oif"], intervals: false, toChain: false }],
  chains: [
    {
      name: `${subnet.id}/out`,
      rules: [
        rule([{ lookup: ["oif"], set: devicesSet(subnet.id) }], { goto: "arrive" }),
        rule([], { jump: aclChain(subnet.acl, "out") }),
        ...onward(network, subnet.table),
      ],
    },
    { name: `${subnet.id}/in`, rules: [rule([], { jump: aclChain(subnet.acl, "in") }), rule([], { goto: "arrive" })] },
  ],
  elements: [],
});

const groupSetName = (groups: readonly string[]): string => `groups/${fingerprint(groups.join(" "))}`;
const partsOfSets = once((_first: Group) => new Map<string, Part>());

/** The chains that try a set of groups, one for all interfaces that have just that set. */
function groupSetPart(groups: readonly Group[]): Part {
  const [first] = groups;
  const name = groupSetName(groups.map(({ id }) => id));
  const openings = groups.flatMap((group) => openingsOf(group)).filter(
    (opening, at, all) => all.findIndex((each) => same(each, opening)) === at,
  );
  const key = `${name} ${JSON.stringify([openings, groups.map((group) => openDirections(group))])}`;
  const byKey = first ? partsOfSets(first) : new Map<string, Part>();
  const found = byKey.get(key);
  if (found) return found;
  const chain = (direction: Direction): Chain => {
    const back = openings.filter((opening) => opening.direction !== direction && isOpen(groups, opening));
    const opening = back.length > 0 ? [rule([{ oneOf: back }], { note: openBack })] : [];
    return groupsChain(`${name}/${direction}`, groups, direction, opening);
  };
  const part: Part = { name, chains: [chain("in"), chain("out")], sets: [], elements: [] };
  byKey.set(key, part);
  return part;
}

const same = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);

/** An interface is elements only: an unknown one is in no map, and what is in no map is dropped. */
const interfacePart = once((each: Interface): Part => {
  const { device } = each;
  const groups = groupSetName(each.groups);
  const elements: Element[] = [
    ...each.addresses.map((ip) => ({ set: `own${ip.family}`, key: [each.index, { cidr: hostCidr(ip) }] })),
    ...(each.prefixes ?? []).map((cidr) => ({ set: `ownBlocks${cidr.family}`, key: [each.index, { cidr }] })),
    ...(each.checked ? [] : [{ set: "unchecked", key: [device] }]),
    { set: "leaving", key: [device], chain: `${groups}/out` },
    { set: "boundary", key: [device], chain: `${each.subnet}/out` },
    { set: "entering", key: [device], chain: `${each.subnet}/in` },
    { set: "arriving", key: [device], chain: `${groups}/in` },
    { set: devicesSet(each.subnet), key: [device] },
  ];
  return { name: each.id, chains: [], sets: [], elements };
});
