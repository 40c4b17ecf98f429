/**
 * An access control list as chains that are jumped to: they return what the list allows and drop what it denies, so that
 * whoever asked goes on.
 *
 * A list of a handful of entries is as many lines. Of a longer one, a packet's peer and protocol are looked up first, its
 * port or type next: what decides among the entries is settled here (`first-match`), not packet by packet. What is looked
 * up is named by its content, so that a changed list brings sets and chains of its own and leaves what is the same alone.
 */
import type { Acl, AclEntry, Direction } from "../policy/network.ts";
import { fingerprint } from "../values/fingerprint.ts";
import { type Family, formatCidr } from "../values/ip.ts";
import { once } from "../values/once.ts";
import { hasTypes } from "../values/protocol.ts";
import { differences, regionsOf, type Table, tableText } from "./first-match.ts";
import { type Action, type Chain, type Element, type Field, type Match, type Part, type Rule, rule, type SetDefinition } from "./rule.ts";

/** Which of a list's chains: `in-translated` judges a reply by the port it was sent to, before that was translated back. */
export type ListSide = Direction | "in-translated";

export const aclChain = (acl: string, side: ListSide): string => `${acl}/${side}`;

/** So many lines cost no more than looking up. */
const handful = 4;
/** More elements than this, which can grow with the square of the entries (40 make 3,300 at worst), and lines are tried in order. */
const mostElements = 4000;

/** The part of a list; `translated` adds the chain `in-translated`. */
export const aclPart = (acl: Acl, { translated }: { readonly translated: boolean }): Part =>
  translated ? withTranslated(acl) : plain(acl);

const plain = once((acl: Acl): Part => partOf(acl, ["in", "out"]));
const withTranslated = once((acl: Acl): Part => partOf(acl, ["in", "out", "in-translated"]));

function partOf(acl: Acl, sides: readonly ListSide[]): Part {
  const pieces = sides.map((side) => listPiece(aclChain(acl.id, side), acl[side === "out" ? "out" : "in"], sightOf(side)));
  return {
    name: acl.id,
    chains: pieces.flatMap(({ chains }) => chains),
    sets: pieces.flatMap(({ sets }) => sets),
    elements: pieces.flatMap(({ elements }) => elements),
  };
}

type Piece = Omit<Part, "name">;

/** Which end's address and which port the entries speak of. */
interface Sight {
  readonly peer: "saddr" | "daddr";
  readonly port: "port" | "replyPort";
}
const sightOf = (side: ListSide): Sight => ({
  peer: side === "out" ? "daddr" : "saddr",
  port: side === "in-translated" ? "replyPort" : "port",
});
type ValueField = "port" | "replyPort" | "type";
const valueField = (protocol: number, { port }: Sight): ValueField => (hasTypes(protocol) ? "type" : port);

function listPiece(name: string, entries: readonly AclEntry[], sight: Sight): Piece {
  const pieces = ([4, 6] as const).map((family) => {
    const own = entries.filter(({ cidr }) => cidr.family === family);
    const found = own.length > handful ? lookUps(name, own, family, sight) : undefined;
    return found ?? { rules: own.map((entry) => entryRule(entry, sight)), chains: [], sets: [], elements: [] };
  });
  const rules = [...pieces.flatMap((each) => each.rules), rule([], { drop: true })];
  return {
    chains: [{ name, rules }, ...pieces.flatMap(({ chains }) => chains)],
    sets: pieces.flatMap(({ sets }) => sets),
    elements: pieces.flatMap(({ elements }) => elements),
  };
}

const entryText = ({ id, action, protocol, values, cidr }: AclEntry): string =>
  `${id} ${action} ${protocol} ${values === "any" ? values : `${values.from}-${values.to}`} ${formatCidr(cidr)}`;

const verdictOf = (entry: AclEntry | undefined): "return" | "drop" => (entry?.action === "allow" ? "return" : "drop");
const comment = (entry: AclEntry | undefined) => (entry ? { comment: entry.id } : {});
const answer = (when: readonly Match[], entry: AclEntry | undefined): Rule => ({
  when,
  do: [verdictOf(entry) === "return" ? { return: true } : { drop: true }],
  ...comment(entry),
});

function entryRule(entry: AclEntry, sight: Sight): Rule {
  const { protocol, values } = entry;
  const when: Match[] = [{ peer: sight.peer, cidr: entry.cidr }];
  if (protocol !== "all") {
    when.push({ protocol });
    if (values !== "any") when.push({ values, field: valueField(protocol, sight) });
  }
  return answer(when, entry);
}

/**
 * The entries of one family as look-ups: a map from peer and protocol to what differs there from the rest of the world,
 * then the chain of the rest. Undefined where that would be too much.
 */
function lookUps(list: string, entries: readonly AclEntry[], family: Family, sight: Sight): (Piece & { rules: Rule[] }) | undefined {
  const { elsewhere, regions } = regionsOf(entries);
  const tables = new Tables(list, sight);
  const name = `${list}/${fingerprint(entries.map(entryText).join("\n"))}`;
  const key: readonly Field[] = [`${sight.peer}${family}`, "protocol"];
  const elements = regions.flatMap(({ first, last, decision }) =>
    differences(elsewhere, decision).map(({ protocols, table }) => ({
      set: name,
      key: [{ first, last }, protocols],
      ...tables.target(protocols.from, table),
    })),
  );
  const rest = [...elsewhere.protocols].map(([protocol, table]) => tables.rule(protocol, table));
  const { chains, sets, elements: values } = tables;
  if (elements.length + values.length > mostElements) return undefined;
  const restChain = `${name}/rest`;
  const split = rest.length > 0;
  return {
    rules: [
      ...(elements.length > 0 ? [rule([], { dispatch: key, map: name })] : []),
      split ? rule([{ family }], { goto: restChain }) : answer([{ family }], elsewhere.rest),
    ],
    chains: split ? [{ name: restChain, rules: [...rest, answer([], elsewhere.rest)] }, ...chains] : chains,
    sets: elements.length > 0 ? [{ name, key, intervals: true, toChain: true }, ...sets] : sets,
    elements: [...elements, ...values],
  };
}

/** The chains that decide by port or type, each once. */
class Tables {
  readonly chains: Chain[] = [];
  readonly sets: SetDefinition[] = [];
  readonly elements: Element[] = [];
  readonly #list: string;
  readonly #sight: Sight;
  readonly #known = new Set<string>();

  constructor(list: string, sight: Sight) {
    this.#list = list;
    this.#sight = sight;
  }

  /** Where a map sends what the table decides. */
  target(protocol: number, table: Table): Pick<Element, "chain" | "verdict" | "comment"> {
    if (table.ranges.length > 0) return { chain: this.#chain(protocol, table) };
    return { verdict: verdictOf(table.rest), ...comment(table.rest) };
  }

  rule(protocol: number, table: Table): Rule {
    if (table.ranges.length === 0) return answer([{ protocol }], table.rest);
    return rule([{ protocol }], { goto: this.#chain(protocol, table) });
  }

  #chain(protocol: number, table: Table): string {
    const { ranges, rest } = table;
    // Its ranges are of one protocol's entries, so they say which field they are of.
    const deciding = [...new Set([...ranges.map(({ entry }) => entry), ...(rest ? [rest] : [])])];
    const name = `${this.#list}/${fingerprint([tableText(table), ...deciding.map(entryText)].join("\n"))}`;
    if (this.#known.has(name)) return name;
    this.#known.add(name);
    const field = valueField(protocol, this.#sight);
    // What a connection's ports are depends on its protocol, which the packet filter wants to be told.
    const when: readonly Match[] = field === "replyPort" ? [{ protocol }] : [];
    this.chains.push({ name, rules: [...this.#ranges(name, when, field, table), answer([], rest)] });
    return name;
  }

  #ranges(name: string, when: readonly Match[], field: ValueField, { ranges }: Table): Rule[] {
    if (ranges.length <= handful) return ranges.map(({ range, entry }) => answer([...when, { values: range, field }], entry));
    this.sets.push({ name, key: [field], intervals: true, toChain: true });
    this.elements.push(...ranges.map(({ range, entry }) => ({ set: name, key: [range], verdict: verdictOf(entry), ...comment(entry) })));
    const look: Action = { dispatch: [field], map: name };
    return [rule(when, look)];
  }
}
