/**
 * A group, compiled once: its own rules as interval sets, one lookup for each kind of key, and one line for each group
 * it refers to. A chain ends by going on to the next gate, or returns to try the next group.
 */
import { type Cidr, type Family, hostCidr } from "../values/ip.ts";
import { once } from "../values/once.ts";
import { allPorts, type Range } from "../values/ports.ts";
import { hasTypes } from "../values/protocol.ts";
import { type Direction, type Group, type GroupRule, isWorld, type Members, type PrefixList, untrackable } from "../policy/network.ts";
import { type Box, disjoint } from "./boxes.ts";
import { type Chain, type Element, type Field, type KeyPart, type Match, openBack, type Part, type Rule, type SetDefinition } from "./rule.ts";

export const groupChain = (group: string, direction: Direction): string => `${group}/${direction}`;
export const openChain = (group: string, direction: Direction): string => `${group}/${direction}/open`;
/** Where a packet goes that a rule open to the world admits, and one that any other rule admits. */
export const afterOpen = (direction: Direction): string => `groups/${direction}/open`;
export const afterTracked = (direction: Direction): string => `groups/${direction}/tracked`;

const families: readonly Family[] = [4, 6];
const memberSet = (group: string, family: Family): string => `members/${group}/${family}`;
const prefixSet = (list: string, family: Family): string => `prefixes/${list}/${family}`;
const peerField = (direction: Direction, family: Family): Field =>
  direction === "in" ? `saddr${family}` : `daddr${family}`;

/** What a rule looks at beside the peer: the protocol alone, or also ports, or also type and code. */
type Shape = "any" | "port" | "type";
const shapes: readonly Shape[] = ["any", "port", "type"];
/** What tells rules apart best stands first, the peer before all: a look-up in a set of intervals ends where nothing fits. */
const shapeFields: Record<Shape, readonly Field[]> = {
  any: ["protocol"],
  port: ["port", "protocol"],
  type: ["type", "protocol"],
};

/**
 * A rule as a range on one line of numbers: protocols for `any`, protocol<<16|value for the others. A range never
 * spans two protocols in the latter, so it can be told apart again.
 */
function line(rule: GroupRule): { shape: Shape; range: Range } {
  const { protocol, values } = rule;
  if (protocol === "all") return { shape: "any", range: { from: 0, to: 255 } };
  if (values === "any") return { shape: "any", range: { from: protocol, to: protocol } };
  const shape = hasTypes(protocol) ? "type" : "port";
  return { shape, range: { from: protocol * 65536 + values.from, to: protocol * 65536 + values.to } };
}

function keyOf(shape: Shape, range: Range): KeyPart[] {
  if (shape === "any") return [range];
  return [{ from: range.from % 65536, to: range.to % 65536 }, Math.floor(range.from / 65536)];
}

/** The part of one group: depends on nothing but its own rules. */
export const groupPart = once((group: Group): Part => {
  const pieces = [
    ...openDirections(group).map((direction) => openPart(group, direction)),
    ...(["in", "out"] as const).map((direction) => rulesPart(group, direction)),
  ];
  return {
    name: group.id,
    chains: pieces.flatMap((each) => each.chains),
    sets: pieces.flatMap((each) => each.sets),
    elements: pieces.flatMap((each) => each.elements),
  };
});

type Piece = Omit<Part, "name">;

/** TCP and UDP rules open to the world stand apart, as they alone can leave a connection untracked. */
const isOpenRule = (rule: GroupRule): boolean =>
  isWorld(rule.peer) && (rule.protocol === "all" || untrackable.includes(rule.protocol));

/** The directions in which a group has rules open to the world, and so a chain for them. */
export const openDirections = (group: Group): readonly Direction[] =>
  (["in", "out"] as const).filter((direction) => group[direction].some(isOpenRule));

function openPart(group: Group, direction: Direction): Piece {
  const name = openChain(group.id, direction);
  const rules: Rule[] = [];
  const sets: SetDefinition[] = [];
  const elements: Element[] = [];
  for (const family of families) {
    const open = group[direction].filter(
      (rule) => isOpenRule(rule) && "cidr" in rule.peer && rule.peer.cidr.family === family,
    );
    if (open.length === 0) continue;
    const set = `${name}${family}`;
    sets.push({ name: set, key: shapeFields.port, intervals: true, toChain: false });
    rules.push({ when: [{ family }, { lookup: shapeFields.port, set }], do: [{ goto: afterOpen(direction) }] });
    elements.push(...boxElements(set, "port", open.flatMap(portBoxes), false));
  }
  return { chains: [{ name, rules }], sets, elements };
}

/** A rule open to the world, as ranges on the line of ports: -1 stands for every port of TCP and of UDP. */
function portBoxes(rule: GroupRule): Box[] {
  if (!("cidr" in rule.peer)) return [];
  const { cidr } = rule.peer;
  const protocols = rule.protocol === "all" ? untrackable : [rule.protocol];
  const values = rule.values === "any" ? allPorts : rule.values;
  return protocols.map((protocol) => ({
    cidr,
    values: { from: protocol * 65536 + values.from, to: protocol * 65536 + values.to },
    rules: [rule.id],
  }));
}

/** All other rules; one of all protocols and open to the world is here too, for what is neither TCP nor UDP. */
function rulesPart(group: Group, direction: Direction): Piece {
  const name = groupChain(group.id, direction);
  const wanted = group[direction].filter((rule) => !isOpenRule(rule) || rule.protocol === "all");
  const rules: Rule[] = [];
  const sets: SetDefinition[] = [];
  const elements: Element[] = [];
  const next = [{ goto: afterTracked(direction) }];

  for (const family of families) {
    for (const shape of shapes) {
      const boxes = wanted.flatMap((rule): Box[] => {
        const { shape: own, range } = line(rule);
        if (own !== shape || !("cidr" in rule.peer) || rule.peer.cidr.family !== family) return [];
        return [{ cidr: rule.peer.cidr, values: range, rules: [rule.id] }];
      });
      if (boxes.length === 0) continue;
      const set = `${name}/${shape}${family}`;
      const key = [peerField(direction, family), ...shapeFields[shape]];
      sets.push({ name: set, key, intervals: true, toChain: false });
      rules.push({ when: [{ lookup: key, set }], do: next });
      elements.push(...boxElements(set, shape, boxes, true));
    }
  }
  for (const [peer, setOf] of references(wanted)) {
    for (const shape of shapes) {
      const boxes = wanted.flatMap((rule): Box[] => {
        const { shape: own, range } = line(rule);
        if (own !== shape || referenceOf(rule)?.[0] !== peer) return [];
        return [{ cidr: anywhere, values: range, rules: [rule.id] }];
      });
      if (boxes.length === 0) continue;
      const set = `${name}/${shape}/${peer}`;
      sets.push({ name: set, key: shapeFields[shape], intervals: true, toChain: false });
      elements.push(...boxElements(set, shape, boxes, false));
      for (const family of families) {
        const member: Match = { lookup: [peerField(direction, family)], set: setOf(peer, family) };
        rules.push({ when: [member, { lookup: shapeFields[shape], set }], do: next });
      }
    }
  }
  return { chains: [{ name, rules }], sets, elements };
}

type SetOf = (id: string, family: Family) => string;

/** What a rule refers to by id, and the sets that hold its addresses. */
function referenceOf({ peer }: GroupRule): readonly [id: string, setOf: SetOf] | undefined {
  if ("cidr" in peer) return undefined;
  return "members" in peer ? [peer.members, memberSet] : [peer.prefixes, prefixSet];
}

const references = (rules: readonly GroupRule[]): ReadonlyMap<string, SetOf> =>
  new Map(rules.map(referenceOf).filter((each) => each !== undefined));

/** Stands where the peer is not a prefix, so that values alone are made disjoint. */
const anywhere = { family: 4, base: 0n, length: 0 } as const;

function boxElements(set: string, shape: Shape, boxes: readonly Box[], withPrefix: boolean): Element[] {
  const split = shape === "any" ? (box: Box) => [box] : perProtocol;
  return disjoint(boxes)
    .flatMap(split)
    .map(({ cidr, values, rules }) => ({
      set,
      key: withPrefix ? [{ cidr }, ...keyOf(shape, values)] : keyOf(shape, values),
      comment: rules.join(" "),
    }));
}

/** Merging can join port 65535 of one protocol to port 0 of the next: cut such a range at the protocols again. */
function perProtocol(box: Box): Box[] {
  const out: Box[] = [];
  for (let from = box.values.from; from <= box.values.to; ) {
    const to = Math.min(box.values.to, Math.floor(from / 65536) * 65536 + 65535);
    out.push({ ...box, values: { from, to } });
    from = to + 1;
  }
  return out;
}

/** The sets of a group's member addresses, one of each family. */
export const membersPart = once((members: Members): Part =>
  addressesPart(`members/${members.id}`, (family) => memberSet(members.id, family), members.addresses.map(hostCidr), false),
);

/** The sets of a prefix list's prefixes, one of each family. */
export const prefixesPart = once((list: PrefixList): Part =>
  addressesPart(`prefixes/${list.id}`, (family) => prefixSet(list.id, family), list.cidrs, true),
);

function addressesPart(name: string, setOf: (family: Family) => string, cidrs: readonly Cidr[], intervals: boolean): Part {
  return {
    name,
    chains: [],
    sets: families.map((family) => ({ name: setOf(family), key: [`saddr${family}` as const], intervals, toChain: false })),
    elements: cidrs.map((cidr) => ({ set: setOf(cidr.family), key: [{ cidr }] })),
  };
}

/** The chain that tries an interface's groups: those open to the world first, then the rest, then drop. */
export function groupsChain(name: string, groups: readonly Group[], direction: Direction, opening: readonly Rule[]): Chain {
  const opened = groups.filter((group) => openDirections(group).includes(direction));
  const open = opened.map(({ id }) => ({ when: [], do: [{ jump: openChain(id, direction) }] }));
  const rest = groups.map(({ id }) => ({ when: [], do: [{ jump: groupChain(id, direction) }] }));
  return {
    name,
    rules: [{ when: [], do: [{ unnote: openBack }] }, ...opening, ...open, ...rest, { when: [], do: [{ drop: true }] }],
  };
}

