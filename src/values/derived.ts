/**
 * Large maps that are made of others entry by entry. When a map comes of a former one by a few changes, so does what is
 * made of it: the cost follows the changes, whatever the size.
 */
import { Map as PersistentMap } from "immutable";

/** What reads of a map need: both a `Map` and a persistent one have it. */
export interface Entries<V> extends Iterable<[string, V]> {
  readonly size: number;
  get(key: string): V | undefined;
  has(key: string): boolean;
  keys(): Iterable<string>;
  values(): Iterable<V>;
}

/** What a map came of, and the keys under which they differ. */
interface Origin {
  readonly former: object;
  readonly keys: ReadonlySet<string>;
}
const origins = new WeakMap<object, Origin>();

/** So many former maps are held at most, for one that nothing is made of. */
const mostFormer = 64;

function formerOf(map: object): number {
  let count = 0;
  for (let origin = origins.get(map); origin; origin = origins.get(origin.former)) count++;
  return count;
}

/** Says that `next` is `former` but for what is under some keys. */
export function evolved<M extends { readonly size: number }>(next: M, former: object, keys: ReadonlySet<string>): M {
  // All empty maps are one object, which comes of many.
  if (next !== former && next.size > 0 && formerOf(former) < mostFormer) origins.set(next, { former, keys });
  return next;
}

/** The keys under which `next` may differ from `former`; undefined where it is not known to have come of it. */
export function changedKeys(former: object, next: object): ReadonlySet<string> | undefined {
  return nearest(next, (map) => map === former)?.keys;
}

interface Ancestor<M extends object> {
  readonly map: M;
  readonly keys: ReadonlySet<string>;
}

/** The nearest map that will do and that `map` came of, which may be itself. */
function nearest<M extends object>(map: M, willDo: (map: M) => boolean): Ancestor<M> | undefined {
  const keys = new Set<string>();
  for (let at = map; ; ) {
    if (willDo(at)) return { map: at, keys };
    const origin = origins.get(at);
    if (!origin) return undefined;
    for (const key of origin.keys) keys.add(key);
    at = origin.former as M;
  }
}

/**
 * A function from maps to the maps of what `make` makes of their entries; undefined leaves an entry out. What it made is
 * remembered as long as the map lives. The order of the result's entries is no particular one.
 */
export function derived<V, W>(make: (value: V, key: string) => W | undefined): (source: Entries<V>) => PersistentMap<string, W> {
  const made = new WeakMap<object, PersistentMap<string, W>>();
  return (source) => {
    const known = made.get(source);
    if (known) return known;
    const base = nearest(source, (map) => made.has(map));
    const before = (base && made.get(base.map)) ?? PersistentMap<string, W>();
    const result = before.withMutations((draft) => {
      for (const key of base?.keys ?? source.keys()) {
        const value = source.get(key);
        const entry = value === undefined ? undefined : make(value, key);
        if (entry === undefined) draft.delete(key);
        else draft.set(key, entry);
      }
    });
    made.set(source, result);
    if (!base) return result;
    // What came before is not asked for again.
    for (const map of [base.map, before]) origins.delete(map);
    return evolved(result, before, base.keys);
  };
}

/**
 * A function from maps to a sum of all their entries. `add` puts an entry in, or with -1 takes out again what it had put
 * in, whatever came between.
 */
export function summed<V, S extends object>(nothing: S, add: (sum: S, value: V, times: 1 | -1) => S): (source: Entries<V>) => S {
  const made = new WeakMap<object, S>();
  return (source) => {
    const known = made.get(source);
    if (known) return known;
    const base = nearest(source, (map) => made.has(map));
    let sum = (base && made.get(base.map)) ?? nothing;
    for (const key of base?.keys ?? source.keys()) {
      const [before, after] = [base?.map.get(key), source.get(key)];
      if (before === after) continue;
      if (before !== undefined) sum = add(sum, before, -1);
      if (after !== undefined) sum = add(sum, after, 1);
    }
    made.set(source, sum);
    return sum;
  };
}
