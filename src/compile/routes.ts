/**
 * The ways of a network as routing tables of a router. The main table has every interface's own addresses. Where no two
 * subnets lead the same address different ways, it has the ways out too: who has no such way is refused by its gates, so
 * routing may know more than each subnet's table. Otherwise a packet's mark says which *domain* it is routed in, after
 * the main table; and before it, where routes are more specific than the local ones. Domains cost every packet of the
 * network the search for its table, so only networks that need them have any.
 */
import { type End, type Hop, type Interface, type Internet, isInterface, type Network, type Route, type RouteTable } from "../policy/network.ts";
import { insideCidrs } from "../policy/judge.ts";
import { unroutable, wayFromNat } from "../policy/route.ts";
import { numbered } from "../policy/ways.ts";
import { once } from "../values/once.ts";
import { type Cidr, covers, type Family, firstOf, formatCidr, type Ip, ipOf, overlaps, prefixOf } from "../values/ip.ts";
import { labelShift, natLimit } from "./rule.ts";

/** Where a path leads: out of a device, to a neighbour there; into nothing; or back to the tables that come after. */
export type Lead = { readonly device: string; readonly via: Ip } | "blackhole" | "throw";

export interface Path {
  readonly destination: Cidr;
  readonly table: number;
  readonly lead: Lead;
}

/** Packets with the mark, or all, ask the table. Lower priorities first. */
export interface Lookup {
  readonly family: Family;
  readonly priority: number;
  readonly table: number;
  readonly mark?: number;
}

export interface Routing {
  readonly lookups: readonly Lookup[];
  readonly paths: readonly Path[];
}

/** What routes for a subnet, or for what comes in from the internet. */
interface Domain {
  readonly number: number;
  readonly overrides: readonly Path[];
  readonly outside: readonly Path[];
}

export const mainTable = 254;
const lastTable = 253;
/** Before the main table, the main table, after it, and what no table takes. */
const priorities = { override: 10_000, main: 20_000, outside: 30_000, last: 32_000 };
const overrideBase = 1_000_000;
const outsideBase = 2_000_000;

/** What stands at the other end of an uplink, by family: a neighbour that is always there. */
export const uplinkNeighbour: Readonly<Record<Family, Ip>> = { 4: ipOf("169.254.0.1"), 6: ipOf("fe80::1") };
/** And at the router's end. */
export const routerNeighbour: Readonly<Record<Family, Ip>> = { 4: ipOf("169.254.0.2"), 6: ipOf("fe80::2") };
/** What an appliance is reached by in a family it has no address of. */
export const applianceNeighbour: Readonly<Record<Family, Ip>> = { 4: ipOf("169.254.0.3"), 6: ipOf("fe80::3") };

/** Whether anything can come or go by the internet: otherwise there is no device for it. */
export const internetOf = ({ internet, cidrs }: Pick<Network, "internet" | "cidrs">): Internet | undefined =>
  internet && (internet.addresses.length > 0 || cidrs.some(({ family }) => family === 6)) ? internet : undefined;

/** The mark a domain's packets carry. */
export const markOf = (domain: number): number => (domain << labelShift) >>> 0;

/** The domain each subnet's packets are routed in, by subnet: absent where the local routes are all there is. */
export const domainsOf = (network: Ways): DomainNumbers => numbersOf(made(network));

export interface DomainNumbers {
  readonly subnets: ReadonlyMap<string, number>;
  /** 0: none. */
  readonly internet: number;
}

const numbersOf = once(({ domains }: Domains): DomainNumbers => ({
  subnets: new Map([...domains].filter(([id]) => id !== fromInternet).map(([id, { number }]) => [id, number])),
  internet: domains.get(fromInternet)?.number ?? 0,
}));

const fromInternet = "internet";

/** What of a network its ways depend on. */
export type Ways = Pick<Network, "tables" | "subnets" | "interfaces" | "peerings" | "nats" | "cidrs" | "internet">;

/**
 * Remembers what was made of a network's ways, for as long as none of them changes. Of the interfaces, ways are only those
 * that routes lead to.
 */
export const perWays = <V extends object>(make: (network: Ways) => V): ((network: Ways) => V) => {
  const made = perInterfaces(make);
  return (network) => made({ ...network, interfaces: targetsOf(network) });
};

const targetsOf = (network: Ways): Network["interfaces"] => {
  const last = lastTargets(network.tables);
  const present = [...appliancesOf(network)].flatMap((id) => network.interfaces.get(id) ?? []);
  const same = present.length === last.targets.size && present.every((each) => last.targets.get(each.id) === each);
  if (!same) last.targets = new Map(present.map((each) => [each.id, each]));
  return last.targets;
};

const lastTargets = once((_tables: Network["tables"]) => ({ targets: new Map<string, Interface>() }));

/** The same with all the interfaces. */
export function perInterfaces<V extends object>(make: (network: Ways) => V): (network: Ways) => V {
  const byParts = once(
    (
      tables: Network["tables"],
      subnets: Network["subnets"],
      interfaces: Network["interfaces"],
      peerings: Network["peerings"],
      nats: Network["nats"],
      cidrs: Network["cidrs"],
      internet: Internet | typeof none,
    ) => make({ tables, subnets, interfaces, peerings, nats, cidrs, ...(internet.kind === "internet" && { internet }) }),
  );
  return ({ tables, subnets, interfaces, peerings, nats, cidrs, internet = none }) =>
    byParts(tables, subnets, interfaces, peerings, nats, cidrs, internet);
}
const none = { kind: "none" } as const;

const made = perWays(allDomains);

interface Domains {
  /** For the main table: the ways out of all of them; absent where they differ. */
  readonly shared?: readonly Path[];
  /** By subnet. */
  readonly domains: ReadonlyMap<string, Domain>;
}

function allDomains(network: Ways): Domains {
  const wanted = new Map<string, Omit<Domain, "number">>();
  for (const subnet of network.subnets.values()) {
    const table = network.tables.get(subnet.table);
    const domain = table && domainOf(network, table, subnet.cidrs);
    if (domain) wanted.set(subnet.id, domain);
  }
  const edge = network.tables.get(internetOf(network)?.table ?? "");
  const inward = edge && domainOf(network, edge, []);
  if (inward) wanted.set(fromInternet, inward);
  const shared = inCommon([...wanted.values()].map(({ outside }) => outside), network.internet?.device);
  const needed = [...wanted].flatMap(([id, { overrides, outside }]) =>
    shared === undefined || overrides.length > 0 ? [[id, { overrides, outside: shared ? [] : outside }] as const] : [],
  );
  const numbers = numbered(needed.map(([id]) => id), natLimit, natLimit - 1);
  return {
    domains: new Map(needed.map(([id, domain]) => [id, { ...domain, number: numbers.get(id) ?? 0 }])),
    ...(shared && { shared }),
  };
}

/**
 * What all of them say of every destination; undefined where two lead to it different ways. What the gate to the internet
 * refuses anyway may lead wherever another does.
 */
function inCommon(tables: readonly (readonly Path[])[], internet: string | undefined): readonly Path[] | undefined {
  const refused = (lead: Lead, destination: Cidr): boolean =>
    lead === "blackhole" || (lead !== "throw" && lead.device === internet && insideCidrs.some((cidr) => covers(cidr, destination)));
  const leads = tables.map((paths) => new Map(paths.map(({ destination, lead }) => [formatCidr(destination), lead])));
  const shared: Path[] = [];
  for (const path of distinct(tables.flat())) {
    const said = leads.map((each) => longest(each, path.destination)).filter((lead) => !refused(lead, path.destination));
    const [lead = "blackhole"] = said;
    if (said.some((each) => !sameLead(each, lead))) return undefined;
    shared.push({ ...path, table: mainTable, lead });
  }
  return shared;
}

/** Where the longest prefix that covers the destination leads. */
function longest(leads: ReadonlyMap<string, Lead>, destination: Cidr): Lead {
  for (let { length } = destination; length >= 0; length--) {
    const lead = leads.get(formatCidr(prefixOf(firstOf(destination), length)));
    if (lead) return lead;
  }
  return "blackhole";
}

const sameLead = (a: Lead, b: Lead): boolean =>
  typeof a === "string" || typeof b === "string" ? a === b : a.device === b.device && a.via.bits === b.via.bits;

/** Undefined where the table says no more than the main one. Tables are numbered later: here all are 0. */
function domainOf(network: Ways, table: RouteTable, own: readonly Cidr[]): Omit<Domain, "number"> | undefined {
  const path = (destination: Cidr, lead: Lead): Path => ({ destination, table: 0, lead });
  const inside = (cidr: Cidr) => network.cidrs.some((block) => covers(block, cidr));
  const leading = table.routes.filter(({ hop }) => hop.to !== "local");
  // Of what a NAT's own table tells apart, what a longer prefix of this one leads elsewhere never comes to the NAT.
  const decides = (route: Route, destination: Cidr): boolean =>
    route.hop.to !== "nat" || table.routes.find((each) => covers(each.destination, destination)) === route;
  const paths = (routes: readonly Route[]): Path[] =>
    routes.flatMap((route) =>
      leadsOf(network, route.destination, route.hop).flatMap(({ destination, lead }) => (decides(route, destination) ? [path(destination, lead)] : [])),
    );
  const overrides = paths(leading.filter(({ destination }) => inside(destination)));
  const outside = paths([...(table.returns ?? []), ...leading].filter(({ destination }) => !inside(destination)));
  if (overrides.length === 0 && outside.every(({ lead }) => lead === "blackhole")) return undefined;
  return {
    // What stays inside the subnet is never taken elsewhere.
    overrides: overrides.length === 0 ? [] : distinct([...own.map((cidr) => path(cidr, "throw")), ...overrides]),
    outside: distinct([
      ...network.cidrs.map((cidr) => path(cidr, "blackhole")),
      ...unroutable.map((cidr) => path(cidr, "blackhole")),
      ...outside,
      ...everywhere.map((cidr) => path(cidr, "blackhole")),
    ]),
  };
}

const everywhere: readonly Cidr[] = ([4, 6] as const).map((family) => ({ family, base: 0n, length: 0 }));

/** The first of each destination. */
const distinct = (paths: readonly Path[]): Path[] => [
  ...paths.reduce((all, path) => {
    const key = formatCidr(path.destination);
    return all.has(key) ? all : all.set(key, path);
  }, new Map<string, Path>()).values(),
];

type Leading = { readonly destination: Cidr; readonly lead: Lead };

/** A hop's leads: one, but of a NAT, whose own subnet's table says where what it translated goes. */
function leadsOf(network: Ways, destination: Cidr, hop: Hop): Leading[] {
  const { family } = destination;
  if (hop.to === "nat") return beyondNat(network, destination, hop.id);
  return [{ destination, lead: leadTo(endOf(network, hop, family), family) }];
}

function beyondNat(network: Ways, destination: Cidr, nat: string): Leading[] {
  const { family } = destination;
  const table = network.tables.get(network.subnets.get(network.nats.get(nat)?.subnet ?? "")?.table ?? "");
  const within = (table?.routes ?? []).filter((route) => overlaps(route.destination, destination) && !covers(route.destination, destination));
  const cuts = [destination, ...within.map((route) => route.destination)];
  return cuts.map((cidr) => {
    const { to } = wayFromNat(network, nat, firstOf(cidr));
    // A NAT gives out nothing inside its own network.
    return { destination: cidr, lead: to && !isInterface(to) ? leadTo(presentUplink(network, to), family) : "blackhole" };
  });
}

function endOf(network: Ways, hop: Hop, family: Family): End | undefined {
  if (hop.to === "internet" || (hop.to === "egress-only" && family === 6)) return presentUplink(network, network.internet);
  if (hop.to === "peering") return network.peerings.get(hop.id);
  return hop.to === "appliance" ? network.interfaces.get(hop.id) : undefined;
}

const presentUplink = (network: Ways, end: End | undefined): End | undefined =>
  end && !isInterface(end) && end.kind === "internet" ? internetOf(network) : end;

function leadTo(end: End | undefined, family: Family): Lead {
  if (!end) return "blackhole";
  return { device: end.device, via: isInterface(end) ? neighbourOf(end, family) : uplinkNeighbour[family] };
}

const neighbourOf = ({ addresses }: Interface, family: Family): Ip =>
  addresses.find((each) => each.family === family) ?? applianceNeighbour[family];

/** The appliances that routes lead to: a neighbour must stand for them in either family. */
export const appliancesOf = ({ tables }: Ways): ReadonlySet<string> => appliancesIn(tables);
const appliancesIn = once(
  (tables: Network["tables"]): ReadonlySet<string> =>
    new Set([...tables.values()].flatMap(({ routes }) => routes.flatMap(({ hop }) => (hop.to === "appliance" ? [hop.id] : [])))),
);

/** All tables and lookups; undefined where interfaces' own addresses are all there is. */
export const routingOf = (network: Ways): Routing | undefined => {
  const { shared, domains } = made(network);
  return domains.size === 0 && !shared?.length ? undefined : routingBetween(shared ?? nothingShared, domains);
};

const nothingShared: readonly Path[] = [];

const routingBetween = once((shared: readonly Path[], domains: ReadonlyMap<string, Domain>): Routing => {
  if (domains.size === 0) return { lookups: [], paths: shared };
  const lookups: Lookup[] = [];
  const paths: Path[] = [...shared, ...everywhere.map((destination): Path => ({ destination, table: lastTable, lead: "blackhole" }))];
  for (const family of [4, 6] as const) {
    lookups.push({ family, priority: priorities.main, table: mainTable }, { family, priority: priorities.last, table: lastTable });
    for (const { number, overrides, outside } of domains.values()) {
      const mark = markOf(number);
      if (overrides.some(({ destination }) => destination.family === family)) {
        lookups.push({ family, priority: priorities.override, table: overrideBase + number, mark });
      }
      if (outside.length > 0) lookups.push({ family, priority: priorities.outside, table: outsideBase + number, mark });
    }
  }
  for (const { number, overrides, outside } of domains.values()) {
    paths.push(...overrides.map((path) => ({ ...path, table: overrideBase + number })));
    paths.push(...outside.map((path) => ({ ...path, table: outsideBase + number })));
  }
  return { lookups, paths };
});
