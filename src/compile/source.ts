/**
 * What stands before connection tracking and routing: the source check, so that a spoofed packet costs no entry there;
 * the domain each packet is routed in; what uplinks let in; and, where there are appliances, whose memory a packet
 * belongs to.
 */
import { insideCidrs } from "../policy/judge.ts";
import { type End, type Interface, type Internet, isInterface, type Peering } from "../policy/network.ts";
import { owns, wayOf } from "../policy/route.ts";
import { derived } from "../values/derived.ts";
import { type Cidr, cidrOf, type Family, hostCidr } from "../values/ip.ts";
import { once } from "../values/once.ts";
import { UDP } from "../values/protocol.ts";
import { type DomainNumbers, domainsOf, internetOf, markOf, perInterfaces, type Ways } from "./routes.ts";
import { type Chain, type Element, type Match, type Part, rule, type Section, section, type SetDefinition } from "./rule.ts";

/** Zones are 16-bit numbers; this is the largest prime among them. */
const zoneModulus = 65_521;
const zoneFactor = 257;

/** The leg between an appliance and another end. */
interface Leg {
  readonly appliance: Interface;
  readonly end: End;
  readonly zone: number;
}

/**
 * A zone for each leg between an appliance and another end. Its number follows from the two alone, so that no change of
 * others hands it on with its connections. One appliance's legs never share a zone, nor do one interface's; of two
 * others that would, the later stands alone.
 */
function legsOf(ends: readonly End[], appliances: readonly Interface[]): Leg[] {
  const legs = new Map<number, Leg>();
  for (const appliance of appliances) {
    for (const end of ends) {
      const zone = 1 + ((appliance.index * zoneFactor + (end.index % zoneModulus)) % zoneModulus);
      const small = appliance.index < zoneModulus && (end.index < zoneModulus || !isInterface(end));
      if (appliance !== end && small && !legs.has(zone)) legs.set(zone, { appliance, end, zone });
    }
  }
  return [...legs.values()];
}

const unchecked = derived((each: Interface) => (each.checked ? undefined : each));
const byIndex = (interfaces: Ways["interfaces"]): Interface[] => [...interfaces.values()].sort((a, b) => a.index - b.index);

/** Everything a packet meets before its connection is looked for. */
export const sourceParts = perInterfaces((network): Section => {
  const appliances = byIndex(unchecked(network.interfaces));
  const internet = internetOf(network);
  const uplinks = [...(internet ? [internet] : []), ...network.peerings.values()];
  const legs = appliances.length > 0 ? legsOf([...byIndex(network.interfaces), ...uplinks], appliances) : [];
  const domains = domainsOf(network);
  const routed = domains.internet > 0 || domains.subnets.size > 0;
  const blocks = hasBlocks(network.interfaces);
  return section([
    sourcePart({ routed, blocks, appliances: appliances.length > 0, uplinks: uplinks.length > 0 }),
    ...(routed ? [waysPart(domains, internet)] : []),
    ...(appliances.length > 0 ? [appliancesPart(appliances, legs, uplinks, blocks)] : []),
    ...(uplinks.length > 0 ? [uplinksPart(network, internet, legs, blocks)] : []),
  ]);
});

/**
 * The packet's address is the own one of the interface that a device's number stands for. `blocks`: some interfaces have
 * blocks of them.
 */
export const owning = (
  device: "iifIndex" | "oifIndex" | "route",
  address: "saddr" | "daddr",
  blocks: boolean,
  families: readonly Family[] = [4, 6],
): Match[] =>
  families.flatMap((family): Match[] => [
    { lookup: [device, `${address}${family}`], set: `own${family}` },
    ...(blocks ? [{ lookup: [device, `${address}${family}`] as const, set: `ownBlocks${family}` }] : []),
  ]);

/** Whether some interface has blocks of addresses. */
export const hasBlocks = (interfaces: Ways["interfaces"]): boolean => holding(interfaces).size > 0;
const holding = derived((each: Interface) => (each.prefixes ? each : undefined));

const inDomain = (index: number, domain: number | undefined): Element[] =>
  domain ? [{ set: "ways", key: [index], value: markOf(domain) }] : [];

/** The mark of its domain for what comes by a device; `wayParts` has the interfaces. */
const waysPart = (domains: DomainNumbers, internet: Internet | undefined): Part => ({
  name: "ways",
  chains: [],
  sets: [{ name: "ways", key: ["iifIndex"], intervals: false, toChain: false, to: "mark" }],
  elements: internet ? inDomain(internet.index, domains.internet) : [],
});

/** The mark of its domain for what comes by an interface, where it is routed in one. */
export const wayParts = (network: Ways): Section => waysIn(domainsOf(network))(network.interfaces);

const waysIn = once((domains: DomainNumbers): ((interfaces: Ways["interfaces"]) => Section) =>
  derived(({ id, index, subnet }: Interface): Part | undefined => {
    const elements = inDomain(index, domains.subnets.get(subnet));
    return elements.length > 0 ? { name: id, chains: [], sets: [], elements } : undefined;
  }),
);

const linkLocal: Cidr = cidrOf("fe80::/10");
const nobody: Cidr = cidrOf("0.0.0.0/32");

interface Having {
  /** Some device's packets are routed in a domain. */
  readonly routed: boolean;
  /** Some interface has blocks of addresses. */
  readonly blocks: boolean;
  readonly appliances: boolean;
  readonly uplinks: boolean;
}

/** Own sources pass. Every other way in costs what it must, but a packet of an ordinary interface none of it. */
function sourcePart({ routed, blocks, appliances, uplinks }: Having): Part {
  const own = owning("iifIndex", "saddr", blocks).map((match) => rule([match], { accept: true }));
  return {
    name: "source",
    sets: [],
    elements: [],
    chains: [
      {
        name: "source",
        hook: { at: "prerouting", priority: "raw" },
        rules: [
          ...(routed ? [rule([], { stamp: ["iifIndex"], map: "ways" })] : []),
          ...(appliances ? [rule([{ lookup: ["route"], set: "appliances" }], { jump: "towards" })] : []),
          ...own,
          ...(uplinks ? [rule([], { dispatch: ["iif"], map: "uplinks" })] : []),
          rule([{ peer: "saddr", cidr: linkLocal }], { accept: true }),
          // Who has no address yet asks for one.
          rule([{ peer: "saddr", cidr: nobody }, { protocol: UDP }, { values: { from: 67, to: 67 }, field: "port" }], { accept: true }),
          ...(appliances ? [rule([{ lookup: ["iifIndex"], set: "appliances" }], { goto: "foreign" })] : []),
        ],
      },
    ],
  };
}

const zoneChain = (zone: number): string => `zone/${zone}`;

/** Each leg through an appliance has connections of its own. */
function appliancesPart(appliances: readonly Interface[], legs: readonly Leg[], uplinks: readonly End[], blocks: boolean): Part {
  const sets: SetDefinition[] = [
    { name: "appliances", key: ["iifIndex"], intervals: false, toChain: false },
    { name: "outside", key: ["iifIndex"], intervals: false, toChain: false },
    { name: "zones", key: ["iifIndex", "oifIndex"], intervals: false, toChain: true },
  ];
  const elements: Element[] = [
    ...appliances.map(({ index }) => ({ set: "appliances", key: [index] })),
    ...uplinks.map(({ index }) => ({ set: "outside", key: [index] })),
    ...legs.map(({ appliance, end, zone }) => ({ set: "zones", key: [appliance.index, end.index], chain: zoneChain(zone) })),
  ];
  const chains: Chain[] = [
    // To an appliance, for somebody else.
    {
      name: "towards",
      rules: [
        ...owning("route", "daddr", blocks).map((own) => rule([own], { return: true })),
        ...owning("iifIndex", "saddr", blocks).map((own) => rule([own], { dispatch: ["route", "iifIndex"], map: "zones" })),
      ],
    },
    // From an appliance, in another's name.
    {
      name: "foreign",
      rules: [
        ...owning("route", "daddr", blocks).map((own) => rule([own], { dispatch: ["iifIndex", "route"], map: "zones" })),
        rule([{ lookup: ["route"], set: "outside" }], { dispatch: ["iifIndex", "route"], map: "zones" }),
        rule([], { untrack: true }, { accept: true }),
      ],
    },
    ...legs.map(({ zone }) => ({ name: zoneChain(zone), rules: [rule([], { zone }, { accept: true })] })),
  ];
  return { name: "appliances", sets, elements, chains };
}

/** What uplinks let in: from the internet what is for a public address, from a peer what is its own and for us. */
function uplinksPart(network: Ways, internet: Internet | undefined, legs: readonly Leg[], blocks: boolean): Part {
  const peerings = [...network.peerings.values()];
  const own = network.cidrs.map((cidr) => rule([{ peer: "daddr", cidr }], { accept: true }));
  const sets: SetDefinition[] = [{ name: "uplinks", key: ["iif"], intervals: false, toChain: true }];
  const elements: Element[] = [];
  const chains: Chain[] = [{ name: forUs, rules: [...own, rule([], { drop: true })] }];
  for (const peering of peerings) {
    elements.push({ set: "uplinks", key: [peering.device], chain: fromChain(peering) });
    chains.push({ name: fromChain(peering), rules: [...peering.cidrs.map((cidr) => rule([{ peer: "saddr", cidr }], { goto: forUs })), rule([], { drop: true })] });
  }
  if (internet) {
    const zoned = internet.addresses.flatMap((address) => {
      const { to } = wayOf(network, internet, address.private);
      const leg = legs.find(({ appliance, end }) => appliance === to && end === internet && !owns(appliance, address.private));
      return leg ? [{ set: "legs", key: [{ cidr: hostCidr(address.public) }], chain: zoneChain(leg.zone) }] : [];
    });
    sets.push({ name: "publics", key: ["daddr4"], intervals: false, toChain: false });
    const natWays = natWaysOf(network);
    if (natWays.length > 0) sets.push({ name: "nat/ways", key: ["daddr4"], intervals: false, toChain: false, to: "mark" });
    elements.push(...natWays);
    elements.push({ set: "uplinks", key: [internet.device], chain: fromChain(internet) });
    elements.push(...internet.addresses.map((each) => ({ set: "publics", key: [{ cidr: hostCidr(each.public) }] })));
    if (zoned.length > 0) {
      sets.push({ name: "legs", key: ["daddr4"], intervals: false, toChain: true });
      elements.push(...zoned);
    }
    chains.push({
      name: fromChain(internet),
      rules: [
        ...[...insideCidrs, ...network.cidrs].map((cidr) => rule([{ peer: "saddr", cidr }], { drop: true })),
        ...(natWays.length > 0 ? [rule([], { stamp: ["daddr4"], map: "nat/ways" })] : []),
        ...(zoned.length > 0 ? [rule([], { dispatch: ["daddr4"], map: "legs" })] : []),
        rule([{ lookup: ["daddr4"], set: "publics" }], { accept: true }),
        // An address that is not translated says by its route whether an appliance gets it for somebody else.
        ...(legs.length > 0
          ? [
              ...owning("route", "daddr", blocks, [6]).map((own) => rule([own], { goto: forUs })),
              rule([{ family: 6 }], { dispatch: ["route", "iifIndex"], map: "zones" }),
            ]
          : []),
        rule([{ family: 6 }], { goto: forUs }),
        rule([], { drop: true }),
      ],
    });
  }
  return { name: "uplinks", sets, elements, chains };
}

/**
 * What comes for a NAT is the NAT's: its subnet's table leads what it translates back, not the gateway's, where that has
 * ways of its own.
 */
function natWaysOf(network: Ways): Element[] {
  const domains = domainsOf(network);
  if (domains.internet === 0) return [];
  return [...network.nats.values()].flatMap(({ subnet, addresses }) =>
    addresses.flatMap((each) =>
      each.public ? [{ set: "nat/ways", key: [{ cidr: hostCidr(each.public) }], value: markOf(domains.subnets.get(subnet) ?? 0) }] : [],
    ),
  );
}

const forUs = "for-us";
const fromChain = ({ device }: Internet | Peering): string => `from/${device}`;
