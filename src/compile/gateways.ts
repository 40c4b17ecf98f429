/**
 * The gates between a subnet and what is outside: each route's hop has a chain that a packet goes to once its subnet's
 * list let it out. Which device it leaves by is the kernel's routing; a chain lets it pass only by the device that is
 * its own, so that the two can only disagree in a drop.
 */
import { insideCidrs } from "../policy/judge.ts";
import type { Hop, Internet, Nat, Peering, RouteTable } from "../policy/network.ts";
import { isNats, wayFromNat } from "../policy/route.ts";
import { isInterface } from "../policy/network.ts";
import { type Cidr, firstOf, formatCidr, hostCidr, covers, widthOf } from "../values/ip.ts";
import { ICMP, TCP, UDP } from "../values/protocol.ts";
import { aclChain } from "./acl.ts";
import { internetOf, perWays, type Ways } from "./routes.ts";
import { type Action, type Chain, type Element, type Field, type KeyPart, type Match, originalWay, type Part, replyWay, type Rule, rule, type Section, section, type SetDefinition, type Timeout } from "./rule.ts";

/** The chains of other parts that gates lead on to. */
export const devicesSet = (subnet: string): string => `${subnet}/devices`;
export const enteringChain = "enter";
const toEntering: Action = { goto: enteringChain };
/** For walks that are as deep as nft follows without another chain. */
const straightToEntering: Action = { dispatch: ["oif"], map: "entering" };
const toAdmit: Action = { goto: "admit" };
const toBoundary: Action = { dispatch: ["iif"], map: "boundary" };

const toEdge: Action = { goto: "internet/in" };

const viaInternet = "via/internet";
const viaEgressOnly = "via/egress-only";
const viaNothing = "via/nothing";
const viaEnd = (id: string): string => `via/${id}`;
const natChain = (nat: string, what: "in" | "out" | "internet" | "back"): string => `${nat}/${what}`;
const natPeering = (nat: string, peering: string): string => `${nat}/${peering}`;
const routesMap = (table: string, family: 4 | 6): string => `routes/${table}/${family}`;
const returnsMap = (table: string): string => `routes/${table}/returns`;
const beyondMap = (nat: string): string => `routes/${nat}/4`;

/**
 * What a route is looked up by. The protocol says nothing: but kernel 6.18 refuses a chain that is made in the same
 * transaction as the target of an interval of a single field, and takes it in one of several.
 */
const routeKey = (family: 4 | 6): readonly Field[] => [`daddr${family}`, "protocol"];
const routed = (cidr: Cidr): readonly KeyPart[] => [{ cidr }, { from: 0, to: 255 }];

/** Where a subnet's packets go on after its list: the hops of its table, or else inside the network. */
export function onward(network: Ways, table: string): Rule[] {
  const found = network.tables.get(table);
  const families = ([4, 6] as const).filter((family) => found && leading(network, found).some(({ destination }) => destination.family === family));
  return [
    ...(found?.returns ? [rule([replyWay], { dispatch: ["daddr4"], map: returnsMap(table) })] : []),
    ...families.map((family) => rule([], { dispatch: routeKey(family), map: routesMap(table, family) })),
    rule([], toEntering),
  ];
}

/** The routes of a table that lead anywhere but inside, and those that must not be taken for one of them. */
const leading = (network: Ways, table: RouteTable) => (isTrivial(network, table) ? [] : table.routes);
const isTrivial = (_network: Ways, { routes }: RouteTable): boolean => routes.every(({ hop }) => hop.to === "local");

/** Disjoint prefixes with the hop the longest of them that holds an address has; what is local is left out. */
function disjointHops<T extends { readonly destination: Cidr }>(routes: readonly T[]): { readonly cidr: Cidr; readonly route: T }[] {
  return routes.flatMap((route) => {
    const longer = routes.filter((other) => other !== route && covers(route.destination, other.destination)).map((other) => other.destination);
    return without(route.destination, longer).map((cidr) => ({ cidr, route }));
  });
}

/** A prefix without those inside it, as prefixes. */
function without(whole: Cidr, holes: readonly Cidr[]): Cidr[] {
  if (holes.length === 0) return [whole];
  if (holes.some((hole) => hole.length <= whole.length)) return [];
  const { family, base, length } = whole;
  const halves = [0n, 1n].map((bit): Cidr => ({ family, base: base | (bit << BigInt(widthOf(family) - length - 1)), length: length + 1 }));
  return halves.flatMap((half) => without(half, holes.filter((hole) => covers(half, hole))));
}

/** All chains, maps and sets of a network's ways out; empty in one nobody can leave. */
export const gatewayParts = perWays((network): Section => {
  const internet = internetOf(network);
  const tables = [...network.tables.values()].filter((table) => !isTrivial(network, table) || table.returns);
  const peerings = [...network.peerings.values()];
  const nats = [...network.nats.values()];
  const parts = [
    ...tables.map((table) => tablePart(network, table)),
    ...(tables.length > 0 ? [nothingPart] : []),
    ...(internet ? [internetPart(network, internet)] : []),
    ...peerings.map((peering) => peeringPart(network, peering)),
    ...appliancesIn(tables).flatMap((id) => appliancePart(network, id)),
    ...nats.map((nat) => natPart(network, nat, internet, peerings)),
  ];
  return section([...parts, ...(internet || nats.length > 0 ? [translationPart(network, internet, nats)] : [])]);
});

const nothingPart: Part = { name: viaNothing, sets: [], elements: [], chains: [{ name: viaNothing, rules: [rule([], { drop: true })] }] };

const appliancesIn = (tables: readonly RouteTable[]): string[] => [
  ...new Set(tables.flatMap(({ routes }) => routes.flatMap(({ hop }) => (hop.to === "appliance" ? [hop.id] : [])))),
];

function hopChain(network: Ways, hop: Hop): string {
  if (hop.to === "internet") return internetOf(network) ? viaInternet : viaNothing;
  if (hop.to === "egress-only") return internetOf(network) ? viaEgressOnly : viaNothing;
  if (hop.to === "peering") return network.peerings.has(hop.id) ? viaEnd(hop.id) : viaNothing;
  if (hop.to === "appliance") return network.interfaces.has(hop.id) ? viaEnd(hop.id) : viaNothing;
  if (hop.to === "nat") return network.nats.has(hop.id) ? viaEnd(hop.id) : viaNothing;
  return viaNothing;
}

/** A table's routes as maps from destination to the chain of the hop. */
function tablePart(network: Ways, table: RouteTable): Part {
  const elements = disjointHops(table.routes).flatMap(({ cidr, route }): Element[] =>
    route.hop.to === "local"
      ? []
      : [{ set: routesMap(table.id, cidr.family), key: routed(cidr), chain: hopChain(network, route.hop), comment: `${table.id}:${route.written}` }],
  );
  const sets = ([4, 6] as const).flatMap((family): SetDefinition[] =>
    leading(network, table).some(({ destination }) => destination.family === family)
      ? [{ name: routesMap(table.id, family), key: routeKey(family), intervals: true, toChain: true }]
      : [],
  );
  if (!table.returns) return { name: table.id, sets, elements, chains: [] };
  const returns = table.returns.map(({ destination, hop, written }): Element => ({
    set: returnsMap(table.id),
    key: [{ cidr: destination }],
    chain: hopChain(network, hop),
    comment: `${table.id}:${written}`,
  }));
  const set: SetDefinition = { name: returnsMap(table.id), key: ["daddr4"], intervals: false, toChain: true };
  return { name: table.id, sets: [...sets, set], elements: [...elements, ...returns], chains: [] };
}

const drops = (cidrs: readonly Cidr[]): Rule[] => cidrs.map((cidr) => rule([{ peer: "daddr", cidr }], { drop: true }));

/**
 * What goes to the internet under its own public address, and comes from there. A connection keeps the translation it
 * began with, so one that has another by now, or none, ends here; what belongs to no connection cannot be translated.
 */
function internetPart(network: Ways, { device, open, addresses }: Internet): Part {
  const outward = open
    ? [
        rule([{ family: 6 }], toAdmit),
        rule([{ standing: "lone" }], { drop: true }),
        rule([{ first: true }, { lookup: ["saddr4"], set: "translated" }], toAdmit),
        rule([originalWay, { lookup: ["saddr4", "replyDaddr4"], set: "translations" }], toAdmit),
        rule([replyWay, { lookup: ["saddr4", "originalDaddr4"], set: "translations" }], toAdmit),
      ]
    : [];
  const opened: Match[] = [{ family: 6 }];
  const chains: Chain[] = [
    {
      name: viaInternet,
      rules: [...drops([...insideCidrs, ...network.cidrs]), rule([{ out: device }], { goto: "internet/out" }), rule([], { drop: true })],
    },
    { name: "internet/out", rules: [...outward, rule([], { drop: true })] },
    {
      name: viaEgressOnly,
      rules: [
        ...drops(network.cidrs),
        rule([{ out: device }, ...opened, originalWay], toAdmit),
        rule([{ out: device }, ...opened, { standing: "alone" }], toAdmit),
        rule([], { drop: true }),
      ],
    },
    {
      name: `${device}/enter`,
      rules: open ? [rule([], toBoundary)] : [rule([{ standing: "connection" }, originalWay], { drop: true }), rule([], toBoundary)],
    },
    {
      name: `${device}/out`,
      rules: [
        ...fromNat(network),
        rule([{ family: 6 }], toEdge),
        rule([originalWay, { lookup: ["daddr4", "originalDaddr4"], set: "translations" }], toEdge),
        rule([replyWay, { lookup: ["daddr4", "replyDaddr4"], set: "translations" }], toEdge),
        rule([], { drop: true }),
      ],
    },
    { name: "internet/in", rules: edgeRoutes(network) },
  ];
  const own = addresses.filter((each) => !isNats(network, each.private));
  return {
    name: "internet",
    sets: [
      { name: "translated", key: ["saddr4"], intervals: false, toChain: false },
      { name: "translations", key: ["saddr4", "saddr4"], intervals: false, toChain: false },
    ],
    elements: [
      ...own.map((each) => ({ set: "translated", key: [{ cidr: hostCidr(each.private) }] })),
      ...own.map((each) => ({ set: "translations", key: [{ cidr: hostCidr(each.private) }, { cidr: hostCidr(each.public) }] })),
      ...uplinkElements(device),
    ],
    chains,
  };
}

const uplinkElements = (device: string): Element[] => [
  { set: "leaving", key: [device], chain: `${device}/enter` },
  { set: "boundary", key: [device], chain: `${device}/out` },
];

/** What comes in goes where the gateway's own table says. */
const edgeRoutes = (network: Ways): Rule[] => onward(network, network.internet?.table ?? "");

/** Replies to what a NAT translated go back through its subnet. */
const fromNat = (network: Ways): Rule[] =>
  network.nats.size > 0 ? [rule([replyWay], { dispatch: ["replyDaddr4"], map: "nats" })] : [];

/** A link to another network: what is ours goes out, and what is for us was let in by its source. */
function peeringPart(network: Ways, { id, device, cidrs }: Peering): Part {
  return {
    name: id,
    sets: [],
    elements: uplinkElements(device),
    chains: [
      { name: viaEnd(id), rules: [...network.cidrs.map((cidr) => rule([{ out: device }, { peer: "saddr", cidr }], { goto: `${id}/out` })), rule([], { drop: true })] },
      { name: `${id}/out`, rules: [...cidrs.map((cidr) => rule([{ peer: "daddr", cidr }], toAdmit)), rule([], { drop: true })] },
      { name: `${device}/enter`, rules: [rule([], toBoundary)] },
      { name: `${device}/out`, rules: [...fromNat(network), rule([], toEntering)] },
    ],
  };
}

function appliancePart(network: Ways, id: string): Part[] {
  const appliance = network.interfaces.get(id);
  if (!appliance) return [];
  const rules = [rule([{ out: appliance.device }], straightToEntering), rule([], { drop: true })];
  return [{ name: viaEnd(id), sets: [], elements: [], chains: [{ name: viaEnd(id), rules }] }];
}

/**
 * A NAT: its subnet's list is met going in and going out, unless the packet comes from that subnet. Replies meet the
 * list with the port they were sent to.
 */
function natPart(network: Ways, nat: Nat, internet: Internet | undefined, peerings: readonly Peering[]): Part {
  const subnet = network.subnets.get(nat.subnet);
  if (!subnet) throw new Error(`${nat.id} is in no subnet of its network`);
  const table = network.tables.get(subnet.table);
  const isPublic = nat.addresses.some((each) => each.public);
  const label: Action = { label: nat.number, of: "way" };
  const translatedTo = (kind: "public" | "private"): string => `${nat.id}/${kind}`;
  const passes = (kind: "public" | "private"): Rule[] => [
    rule([{ first: true }, { protocol: TCP }], { idle: natIdle.name }),
    rule([{ first: true }], label, toAdmit),
    rule([{ lookup: ["replyDaddr4"], set: translatedTo(kind) }], toAdmit),
    rule([], { drop: true }),
  ];
  const beyond = disjointHops((table?.routes ?? []).filter(({ destination }) => destination.family === 4)).flatMap(({ cidr, route }): Element[] => {
    const { to } = wayFromNat(network, nat.id, firstOf(cidr));
    if (!to || isInterface(to) || (to.kind === "internet" && !(isPublic && internet))) return [];
    const chain = to.kind === "internet" ? natChain(nat.id, "internet") : natPeering(nat.id, to.id);
    return [{ set: beyondMap(nat.id), key: routed(cidr), chain, comment: `${subnet.table}:${route.written}` }];
  });
  const [inward, outward, back] = [aclChain(subnet.acl, "in"), aclChain(subnet.acl, "out"), aclChain(subnet.acl, "in-translated")];
  const home: Match = { lookup: ["iif"], set: devicesSet(subnet.id) };
  const toIn: Action = { goto: natChain(nat.id, "in") };
  const chains: Chain[] = [
    {
      name: viaEnd(nat.id),
      rules: [
        rule([{ standing: "lone" }, { protocol: TCP }, { midstream: true }], { reset: true }),
        rule([{ standing: "lone" }], { drop: true }),
        rule([{ standing: "error" }], toIn),
        rule([replyWay], { drop: true }),
        rule([{ first: true }, { protocol: TCP }, { midstream: true }], { reset: true }),
        ...[TCP, UDP].map((protocol) => rule([{ protocol }], toIn)),
        rule([{ protocol: ICMP }, { values: { from: 0x0800, to: 0x08ff }, field: "type" }], toIn),
        rule([], { drop: true }),
      ],
    },
    {
      name: natChain(nat.id, "in"),
      rules: [rule([home], { goto: natChain(nat.id, "out") }), rule([], { jump: inward }), rule([], { goto: natChain(nat.id, "out") })],
    },
    { name: natChain(nat.id, "out"), rules: [rule([], { jump: outward }), rule([], { dispatch: routeKey(4), map: beyondMap(nat.id) }), rule([], { drop: true })] },
    {
      name: natChain(nat.id, "back"),
      rules: [
        rule([], { jump: back }),
        rule([{ lookup: ["oif"], set: devicesSet(subnet.id) }], { goto: "arrive" }),
        rule([], { jump: outward }),
        rule([], straightToEntering),
      ],
    },
    ...(internet && isPublic
      ? [
          {
            name: natChain(nat.id, "internet"),
            rules: [...drops([...insideCidrs, ...network.cidrs]), rule([{ out: internet.device }], { goto: `${nat.id}/out/public` }), rule([], { drop: true })],
          },
          { name: `${nat.id}/out/public`, rules: passes("public") },
        ]
      : []),
    ...peerings.map(({ id, device, cidrs }) => ({
      name: natPeering(nat.id, id),
      rules: [...cidrs.map((cidr) => rule([{ out: device }, { peer: "daddr", cidr }], { goto: `${nat.id}/out/private` })), rule([], { drop: true })],
    })),
    { name: `${nat.id}/out/private`, rules: passes("private") },
  ];
  const addresses = (kind: "public" | "private") =>
    nat.addresses.flatMap((each) => (each[kind] ? [{ set: translatedTo(kind), key: [{ cidr: hostCidr(each[kind]) }] }] : []));
  return {
    name: nat.id,
    sets: [
      ...(["public", "private"] as const).map((kind): SetDefinition => ({ name: translatedTo(kind), key: ["saddr4"], intervals: false, toChain: false })),
      { name: beyondMap(nat.id), key: routeKey(4), intervals: true, toChain: true },
    ],
    elements: [...addresses("public"), ...addresses("private"), ...beyond],
    chains,
  };
}

/** How long a NAT remembers a TCP connection on which nothing happens: what comes later is answered with a reset. */
const natIdle: Timeout = { name: "nat-tcp", protocol: "tcp", policy: { established: 350 } };

/** Ports a NAT translates to. */
const natPorts = { from: 1024, to: 65535 };

/** The rewriting itself, which only the first packet of a connection sees; the rest of it follows. */
function translationPart(network: Ways, internet: Internet | undefined, nats: readonly Nat[]): Part {
  const own = internet?.open ? internet.addresses.filter((each) => !isNats(network, each.private)) : [];
  const seen = new Set<string>();
  const once = own.filter(({ private: ip }) => {
    const key = formatCidr(hostCidr(ip));
    return !seen.has(key) && seen.add(key);
  });
  const sets: SetDefinition[] = [
    { name: "inward", key: ["daddr4"], intervals: false, toChain: false, to: "address4" },
    { name: "outward", key: ["saddr4"], intervals: false, toChain: false, to: "address4" },
    ...(nats.length > 0 ? [{ name: "nats", key: ["replyDaddr4"], intervals: false, toChain: true } as const] : []),
  ];
  const device: Match[] = internet ? [{ into: internet.device }] : [];
  return {
    name: "translation",
    sets,
    timeouts: nats.length > 0 ? [natIdle] : [],
    elements: [
      ...once.map((each) => ({ set: "inward", key: [{ cidr: hostCidr(each.public) }], value: each.private })),
      ...once.map((each) => ({ set: "outward", key: [{ cidr: hostCidr(each.private) }], value: each.public })),
      ...nats.flatMap(({ id, addresses }) =>
        addresses
          .flatMap((each) => [each.private, ...(each.public ? [each.public] : [])])
          .map((ip) => ({ set: "nats", key: [{ cidr: hostCidr(ip) }], chain: natChain(id, "back") })),
      ),
    ],
    chains: [
      {
        name: "translate/in",
        hook: { at: "prerouting", priority: "dstnat" },
        rules: internet ? [rule(device, { translate: "daddr4", map: "inward" })] : [],
      },
      {
        name: "translate/out",
        hook: { at: "postrouting", priority: "srcnat" },
        rules: [
          ...nats.flatMap((nat) => masquerades(nat, internet)),
          ...(internet ? [rule([{ out: internet.device }], { translate: "saddr4", map: "outward" })] : []),
        ],
      },
    ],
  };
}

/** To the internet under a public address, elsewhere under a private one; of several, any. */
function masquerades({ number, addresses }: Nat, internet: Internet | undefined): Rule[] {
  const own: Match = { labelled: number, of: "way" };
  const spread = (when: readonly Match[], to: readonly (typeof addresses)[number]["private"][]): Rule[] =>
    to.flatMap((ip, at) => {
      const share: Match[] = at === to.length - 1 ? [] : [{ oneIn: to.length - at }];
      return [
        ...[TCP, UDP].map((protocol) => rule([own, ...when, { protocol }, ...share], { masquerade: ip, ports: natPorts })),
        rule([own, ...when, { protocol: ICMP }, ...share], { masquerade: ip }),
      ];
    });
  const publics = addresses.flatMap((each) => each.public ?? []);
  return [
    ...(internet ? spread([{ out: internet.device }], publics) : []),
    ...spread([], addresses.map((each) => each.private)),
  ];
}
