/**
 * The difference between two rulesets. Parts are compared by identity, so the cost follows what changed.
 *
 * A transaction of nftables is not all of one moment: the kernel shows its new rules before its new interval sets (seen
 * on 6.18). So what is new and leads nowhere yet comes first, then what changes in interval sets, and the generation last:
 * until then the connections there are pass as before, and what was judged in between is judged again. What goes, goes with
 * the last, as the former generation may lead to it.
 */
import * as nft from "../compile/nft.ts";
import type { Chain, Element, Part, Ruleset, Section, SetDefinition, Timeout } from "../compile/rule.ts";
import { changedKeys, derived } from "../values/derived.ts";
import { once } from "../values/once.ts";

const generation = "generation";

/**
 * The transactions that turn `from` into `to`, each a list of commands; none when they are the same. `apart`: the
 * generation is one of its own in any case.
 */
export function delta(from: Ruleset, to: Ruleset, apart = false): string[][] {
  const policy = difference(from, to, (section) => section !== generation);
  const last = difference(from, to, (section) => section === generation);
  const end = [...last.fresh, ...last.change, ...policy.gone, ...last.gone];
  const split = apart || policy.touched.some((set) => hasIntervals(from, set) || hasIntervals(to, set));
  const transactions = split ? [policy.fresh, policy.change, end] : [policy.fresh, [...policy.change, ...end]];
  return transactions.filter((commands) => commands.length > 0);
}

/** The whole ruleset from nothing, replacing whatever our table held: one transaction, as no packet may pass without it. */
export function whole(to: Ruleset): string[] {
  const { fresh, change } = difference(new Map(), to, () => true);
  return [...nft.replaceTable(), ...fresh, ...change];
}

const hasIntervals = (ruleset: Ruleset, set: string): boolean =>
  [...ruleset.values()].some((section) => intervalSets(holdingIntervals(section)).has(set));
const holdingIntervals = derived((part: Part) => (part.sets.some(({ intervals }) => intervals) ? part : undefined));
const intervalSets = once((section: Section): ReadonlySet<string> =>
  new Set([...section.values()].flatMap(({ sets }) => sets.flatMap(({ name, intervals }) => (intervals ? [name] : [])))),
);

interface Difference {
  /** Makes what nothing leads to yet. */
  readonly fresh: string[];
  /** Leads to it. */
  readonly change: string[];
  /** Names of the sets whose elements `change` changes. */
  readonly touched: readonly string[];
  /** Takes away what nothing leads to any more. */
  readonly gone: string[];
}

function difference(from: Ruleset, to: Ruleset, sections: (name: string) => boolean): Difference {
  const gone = missingFrom(to, from, sections);
  const come = missingFrom(from, to, sections);
  const sets = compare(byName(gone, (part) => part.sets), byName(come, (part) => part.sets), sameSet);
  const chains = compare(byName(gone, (part) => part.chains), byName(come, (part) => part.chains), sameChain);
  const timeouts = compare(byName(gone, timeoutsOf), byName(come, timeoutsOf), () => true);
  const tallies = compare(tallyNames(gone), tallyNames(come), () => true);
  const elements = compare(byKey(gone), byKey(come), sameElement);
  const named = (all: readonly { readonly name: string }[]) => new Set(all.map(({ name }) => name));
  const [born, dying] = [named(sets.added), named(sets.removed)];
  return {
    fresh: [
      ...sets.added.map(nft.addSet),
      ...timeouts.added.map(nft.addTimeout),
      ...tallies.added.map(nft.addTally),
      ...chains.added.map(nft.addChain),
      ...perSet(elements.added, nft.addElements, (set) => born.has(set)),
      ...chains.added.flatMap(nft.addRules),
    ],
    change: [
      ...chains.changed.map(({ name }) => nft.flushChain(name)),
      ...perSet([...elements.removed, ...elements.changed.map((each) => each.before)], nft.deleteElements, (set) => !dying.has(set)),
      ...perSet([...elements.added, ...elements.changed.map((each) => each.after)], nft.addElements, (set) => !born.has(set)),
      ...chains.changed.flatMap(({ after }) => nft.addRules(after)),
    ],
    touched: [...new Set([...elements.removed, ...elements.added, ...elements.changed.map(({ after }) => after)].map(({ set }) => set))].filter(
      (set) => !born.has(set) && !dying.has(set),
    ),
    gone: [
      ...chains.removed.map(({ name }) => nft.flushChain(name)),
      ...sets.removed.map(nft.deleteSet),
      ...chains.removed.map(({ name }) => nft.deleteChain(name)),
      ...timeouts.removed.map(nft.deleteTimeout),
      ...tallies.removed.map(nft.deleteTally),
    ],
  };
}

/** The parts in those sections of `ruleset` that `other` does not have as they are. */
function missingFrom(other: Ruleset, ruleset: Ruleset, sections: (name: string) => boolean): Part[] {
  return [...ruleset].flatMap(([name, section]) => {
    if (!sections(name)) return [];
    const known = other.get(name);
    if (known === section) return [];
    const changed = known && (changedKeys(known, section) ?? changedKeys(section, known));
    return [...(changed ?? section.keys())].flatMap((key) => {
      const part = section.get(key);
      return part && part !== known?.get(key) ? [part] : [];
    });
  });
}

interface Comparison<T> {
  readonly added: T[];
  readonly removed: T[];
  readonly changed: { readonly name: string; readonly before: T; readonly after: T }[];
}

function compare<T>(before: Map<string, T>, after: Map<string, T>, same: (a: T, b: T) => boolean): Comparison<T> {
  const result: Comparison<T> = { added: [], removed: [], changed: [] };
  for (const [name, value] of before) if (!after.has(name)) result.removed.push(value);
  for (const [name, value] of after) {
    const old = before.get(name);
    if (old === undefined) result.added.push(value);
    else if (!same(old, value)) result.changed.push({ name, before: old, after: value });
  }
  return result;
}

function byName<T extends { readonly name: string }>(parts: readonly Part[], of: (part: Part) => readonly T[]) {
  return new Map(parts.flatMap((part) => of(part).map((each) => [each.name, each] as const)));
}

const tallyNames = (parts: readonly Part[]): Map<string, string> =>
  new Map(parts.flatMap((part) => (part.tallies ?? []).map((name) => [name, name] as const)));

/** A timeout's name says its times. */
const timeoutsOf = (part: Part): readonly Timeout[] => part.timeouts ?? [];

/** A set's definition never changes under one name: its name says its key. */
const sameSet = (a: SetDefinition, b: SetDefinition): boolean => a.name === b.name;
const sameChain = (a: Chain, b: Chain): boolean => nft.addRules(a).join("\n") === nft.addRules(b).join("\n");
const sameElement = (a: Element, b: Element): boolean => text(a) === text(b);

const text = (element: Element): string => nft.addElements(element.set, [element]);
const byKey = (parts: readonly Part[]): Map<string, Element> =>
  new Map(parts.flatMap((part) => part.elements.map((each) => [nft.deleteElements(each.set, [each]), each] as const)));

function perSet(
  elements: readonly Element[],
  say: (set: string, elements: readonly Element[]) => string,
  wanted: (set: string) => boolean,
): string[] {
  const groups = Map.groupBy(elements, (element) => element.set);
  return [...groups].filter(([set]) => wanted(set)).map(([set, own]) => say(set, own));
}
