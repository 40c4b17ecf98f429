/**
 * The difference between two rulesets, as one transaction: additions from leaves to roots, removals in reverse. Parts
 * are compared by identity, so the cost follows what changed.
 */
import * as nft from "../compile/nft.ts";
import type { Chain, Element, Part, Ruleset, SetDefinition, Timeout } from "../compile/rule.ts";

/** The commands that turn `from` into `to`; empty when they are the same. */
export function delta(from: Ruleset, to: Ruleset): string[] {
  const gone = missingFrom(to, from);
  const come = missingFrom(from, to);
  const sets = compare(byName(gone, (part) => part.sets), byName(come, (part) => part.sets), sameSet);
  const chains = compare(byName(gone, (part) => part.chains), byName(come, (part) => part.chains), sameChain);
  const timeouts = compare(byName(gone, timeoutsOf), byName(come, timeoutsOf), () => true);
  const elements = compare(byKey(gone), byKey(come), sameElement);
  const dying = new Set(sets.removed.map(({ name }) => name));
  return [
    ...sets.added.map(nft.addSet),
    ...timeouts.added.map(nft.addTimeout),
    ...chains.added.map(nft.addChain),
    ...chains.changed.map(({ name }) => nft.flushChain(name)),
    ...chains.removed.map(({ name }) => nft.flushChain(name)),
    ...perSet([...elements.removed, ...elements.changed.map((each) => each.before)], nft.deleteElements, dying),
    ...perSet([...elements.added, ...elements.changed.map((each) => each.after)], nft.addElements),
    ...chains.added.flatMap(nft.addRules),
    ...chains.changed.flatMap(({ after }) => nft.addRules(after)),
    ...sets.removed.map((set) => nft.deleteSet(set)),
    ...chains.removed.map(({ name }) => nft.deleteChain(name)),
    ...timeouts.removed.map(nft.deleteTimeout),
  ];
}

/** The parts of `ruleset` that `other` does not have as they are. */
function missingFrom(other: Ruleset, ruleset: Ruleset): Part[] {
  return [...ruleset].flatMap(([name, section]) => {
    const known = other.get(name);
    return known === section ? [] : [...section.values()].filter((part) => known?.get(part.name) !== part);
  });
}

/** The whole ruleset from nothing, replacing whatever our table held, in one transaction. */
export const whole = (to: Ruleset): string[] => [...nft.replaceTable(), ...delta(new Map(), to)];

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
  except: ReadonlySet<string> = new Set(),
): string[] {
  const groups = Map.groupBy(elements, (element) => element.set);
  return [...groups].filter(([set]) => !except.has(set)).map(([set, own]) => say(set, own));
}
