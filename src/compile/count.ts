/**
 * Counts what passes and what is refused, flow by flow, where somebody wants to know: each packet once, where its fate is
 * decided. Whoever reads the counts resets them as it does, so that none is read twice and none is missed. A flow that
 * nobody sends is forgotten a while after; what finds no room is counted apart, never silently.
 */
import { cidrOf, type Family } from "../values/ip.ts";
import { derived } from "../values/derived.ts";
import { once } from "../values/once.ts";
import { TCP, UDP } from "../values/protocol.ts";
import type { End, Interface } from "../policy/network.ts";
import { enteringChain } from "./gateways.ts";
import { perWays, type Ways } from "./routes.ts";
import { type Action, type Chain, type Element, type Field, type Part, type Rule, rule, type Ruleset, type Section, section, type SetDefinition } from "./rule.ts";

/** Where a packet was refused, as its number in the packet's mark. */
export const gates = [
  "source check", "groups out", "acl out", "route", "nat", "internet", "peering", "acl in", "destination check", "groups in", "allowance", "late out", "late in",
] as const;
export type RefusingGate = (typeof gates)[number];

/** Seconds a flow is kept that nobody sends; what counts is read more often. */
export const keptSeconds = 180;
/** Flows in one table; there is one for each family and sort of protocol, and each of the two fates. */
export const mostFlows = 2 ** 19;

const accepted = "accepted";
const refused = "refused";
const families: readonly Family[] = [4, 6];

/** What a flow is counted by, and the set that has it. nft 1.0.6 takes keys of five fields and no more. */
export interface Table {
  readonly name: string;
  readonly fate: "accepted" | "refused";
  readonly family: Family;
  /** Absent: the protocol is in the key. */
  readonly protocol?: number;
  readonly key: readonly Field[];
}

const addressed = (family: Family): readonly Field[] => [`saddr${family}`, "sport", `daddr${family}`, "port"];
const protocols = { tcp: TCP, udp: UDP } as const;

/**
 * The tables of counts that come first. What was admitted is counted by the device it came by, what was refused by a mark that has this
 * device's number and, above it, the gate's. The flags of TCP packets that open or end a connection have tables of their own.
 */
const firstTables: readonly Table[] = families.flatMap((family): Table[] =>
  (["accepted", "refused"] as const).flatMap((fate): Table[] => {
    const by: Field = fate === "accepted" ? "iifIndex" : "mark";
    return [
      ...Object.entries(protocols).map(([name, protocol]) => ({ name: `count/${fate}/${name}${family}`, fate, family, protocol, key: [by, ...addressed(family)] })),
      { name: `count/${fate}/other${family}`, fate, family, key: [by, `saddr${family}`, "protocol", `daddr${family}`] },
      { name: `count/${fate}/flags${family}`, fate, family, protocol: TCP, key: [...addressed(family), "flags"] },
    ];
  }),
);

/** A second table for what the first has no room for, or can't take in just then because the kernel makes it larger. */
const second = (name: string): string => `${name}/2`;
export const tables: readonly Table[] = firstTables.flatMap((table) => [table, { ...table, name: second(table.name) }]);

/** Named counters of packets that found no room. */
export const overflow = { accepted: "overflow/accepted", refused: "overflow/refused" } as const;

/** Where the number of the gate stands above that of the device. */
export const gateShift = 28;
const devicesMap = "count/devices";

function counting(name: string): Action {
  const found = tables.find((each) => each.name === name);
  if (!found) throw new Error(`no table ${name}`);
  return { count: found.key, set: name };
}

/** Every packet of a counted network comes here. One chain, as nft follows 16 at most and some packets have come through many. */
function countingChain(fate: Table["fate"], last: Action): Chain {
  const into = (what: string, family: Family): readonly [Action, Action] => {
    const name = `count/${fate}/${what}${family}`;
    return [counting(name), counting(second(name))];
  };
  const rules = families.flatMap((family): Rule[] => {
    const tcp = into("tcp", family);
    return [
      ...into("udp", family).map((place) => rule([{ protocol: UDP }, { family }], place, last)),
      ...into("flags", family).map((flags) => rule([{ protocol: TCP }, { family }, { turning: true }], flags, tcp[0], last)),
      ...tcp.map((place) => rule([{ protocol: TCP }, { family }], place, last)),
    ];
  });
  const others = families.flatMap((family) => into("other", family).map((place) => rule([{ notPorts: true }, { family }], place, last)));
  return { name: fate, rules: [...rules, ...others, rule([], { tally: overflow[fate] }, last)] };
}

const gateChain = (gate: RefusingGate): string => `${refused}/${gate.replaceAll(" ", "-")}`;
const markOf = (gate: RefusingGate): number => ((gates.indexOf(gate) + 1) << gateShift) >>> 0;

/** Says in a packet's mark who refused it, for `refused` to count by. */
const refusedAt = (gate: RefusingGate): readonly Action[] => [{ stamp: ["iifIndex"], map: devicesMap }, { addMark: markOf(gate) }];

/** A packet of TCP that belongs to no connection, opens none, and no rule admits, came after its connection's end, most likely. */
const late = (gate: RefusingGate): Rule => rule([{ standing: "unknown" }, { protocol: TCP }, { midstream: true }], ...refusedAt(gate), { goto: refused });
const lateAt: Partial<Record<RefusingGate, RefusingGate>> = { "groups in": "late in", "groups out": "late out" };

/** What a link says before it has an address is no flow, as ARP is none. */
const unaddressed = rule([{ peer: "saddr", cidr: cidrOf("::/128") }], { drop: true });

const refusing = countingChain("refused", { drop: true });

/** The allowance is at the end of the longest walks, where nft follows to no chain beyond its own: that one counts itself. */
const gateChains: readonly Chain[] = gates.map((gate) => ({
  name: gateChain(gate),
  rules:
    gate === "allowance"
      ? [rule([], ...refusedAt(gate)), ...refusing.rules]
      : [
          ...(gate === "source check" ? [unaddressed] : []),
          ...(lateAt[gate] ? [late(lateAt[gate])] : []),
          rule([], ...refusedAt(gate), { goto: refused }),
          rule([], { drop: true }),
        ],
}));

const countsPart: Part = {
  name: "counts",
  elements: [],
  chains: [countingChain("accepted", { accept: true }), refusing, ...gateChains],
  sets: [
    { name: devicesMap, key: ["iifIndex"], intervals: false, toChain: false, to: "mark" },
    ...tables.map(({ name, key }): SetDefinition => ({ name, key, intervals: false, toChain: false, keeps: { seconds: keptSeconds, most: mostFlows } })),
  ],
  tallies: Object.values(overflow),
};

/** The numbers of devices, as marks. */
const deviceParts: (interfaces: Ways["interfaces"]) => Section = derived((each: Interface) => devicePart(each));
const devicePart = once(({ id, index }: End): Part => ({
  name: id,
  chains: [],
  sets: [],
  elements: [{ set: devicesMap, key: [index], value: index }],
}));

const countsParts = perWays(({ peerings, internet }): Section =>
  section([countsPart, ...[...peerings.values(), ...(internet ? [internet] : [])].map((each) => devicePart(each))]),
);

/** The gate a chain stands for, by the section it is in and its name; undefined where nothing is refused. */
function gateOf(name: string, chain: string): RefusingGate | undefined {
  if (name === "source") return "source check";
  if (name === "lists") return /\/out(?:\/|$)/.test(chain) ? "acl out" : "acl in";
  if (name === "group sets") return chain.endsWith("/in") ? "groups in" : "groups out";
  if (name === "base" && chain === enteringChain) return "route";
  if (name === "base") return chain === "destination" ? "destination check" : undefined;
  if (name === "allowance") return "allowance";
  if (name === "subnets") return "route";
  if (name !== "gateways") return undefined;
  if (/^(?:via\/)?nat-/.test(chain)) return "nat";
  if (/pcx/.test(chain)) return "peering";
  return /inet|internet|egress/.test(chain) ? "internet" : "route";
}

/** The ruleset with every refusal counted; what is admitted is counted by the generation's chains (`afterwards`). */
export function withCounts(ruleset: Ruleset, network: Ways): Ruleset {
  const counted = new Map([...ruleset].map(([name, parts]) => [name, countedParts(names(name))(parts)]));
  return counted.set("counts", countsParts(network)).set("devices", deviceParts(network.interfaces));
}

/** What a packet that is let through goes on to. */
export const afterwards = (counted: boolean): Action => (counted ? { goto: accepted } : { accept: true });

const known = new Map<string, { readonly name: string }>();
function names(name: string): { readonly name: string } {
  const found = known.get(name) ?? { name };
  known.set(name, found);
  return found;
}

const countedParts = once((name: { readonly name: string }): ((parts: Section) => Section) => derived((part: Part) => countedPart(part, name)));

const countedPart = once((part: Part, { name }: { readonly name: string }): Part => ({
  ...part,
  chains: part.chains.map((chain) => countedChain(chain, gateOf(name, chain.name))),
  elements: part.elements.map((element) => countedElement(element, gateOf(name, element.set))),
}));

function countedChain(chain: Chain, gate: RefusingGate | undefined): Chain {
  if (gate === undefined) return chain;
  const refuse: Action = { goto: gateChain(gate) };
  const rules = chain.rules.map((each): Rule => ({ ...each, do: each.do.map((action) => ("drop" in action ? refuse : action)) }));
  return { ...chain, rules: falls(chain) ? [...rules, rule([], refuse)] : rules };
}

/** Whether a packet can come to a chain's end, which is where a look-up finds nothing, or the source check nobody. */
function falls({ hook, rules }: Chain): boolean {
  if (hook?.at === "prerouting" && hook.priority === "raw") return true;
  const last = rules.at(-1);
  return last !== undefined && last.when.length === 0 && last.do.some((action) => "dispatch" in action);
}

const countedElement = (element: Element, gate: RefusingGate | undefined): Element => {
  if (gate === undefined || element.verdict !== "drop") return element;
  const { verdict: _, ...rest } = element;
  return { ...rest, chain: gateChain(gate) };
};
