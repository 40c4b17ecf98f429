/**
 * Remembers what a pure function made of immutable objects, for as long as they live: what did not change keeps its
 * identity, and costs nothing to make again.
 */
export function once<Args extends readonly object[], V extends object>(make: (...args: Args) => V): (...args: Args) => V {
  const root = new WeakMap<object, unknown>();
  return (...args) => {
    let level = root;
    for (const arg of args.slice(0, -1)) {
      let next = level.get(arg) as WeakMap<object, unknown> | undefined;
      if (!next) level.set(arg, (next = new WeakMap()));
      level = next;
    }
    const last = args.at(-1) ?? root;
    let value = level.get(last) as V | undefined;
    if (value === undefined) level.set(last, (value = make(...args)));
    return value;
  };
}
