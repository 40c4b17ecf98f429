/** Seeded random values for the SDK's own schemas, so that what the frozen model lost is noticed. */

export type Random = (below: number) => number;

/** A counter, scrambled (the finaliser of MurmurHash3): the same seed gives the same values everywhere. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return Math.floor((((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32) * below);
  };
}

const pieces = ["a", "Z", "0", "-", ".", "<", "&", ">", '"', "'", "é", "語", "😀", "+", "%", "=", "~", "*", "(", "]"];

/** Text with everything that needs an escape, inside letters since parsers trim spaces at the ends. */
const text = (random: Random): string =>
  `x${Array.from({ length: random(6) }, () => (random(5) === 0 ? " " : pieces[random(pieces.length)])).join("")}y`;

function simple(schema: number, random: Random, { fractions }: Options): unknown {
  switch (schema) {
    case 0:
      return text(random);
    case 1:
      return random(2) === 0 ? random(2 ** 31) : -(1 + random(1000)) / (fractions ? 8 : 1);
    case 2:
      return random(2) === 0;
    case 4:
      return new Date(1_600_000_000_000 + random(100_000_000) * 1000);
    case 21:
      return Uint8Array.from({ length: 1 + random(5) }, () => random(256));
    default:
      throw new Error(`no value for simple schema ${schema}`);
  }
}

const [listOf, mapTo] = [64, 128];
const [list, map, structure, union, error] = [1, 2, 3, 4, -3];

interface Options {
  /** Whether numbers may have fractions: the SDK's schemas don't tell integers from others. */
  readonly fractions: boolean;
  /** Deeper structures are left with their required members only. */
  readonly depth: number;
  /** Whether the wire can tell an empty list from none. */
  readonly emptyLists: boolean;
  /** Whether the value may not be left out or empty. */
  readonly required?: boolean;
}

/** Undefined where the wire can't carry what would be made (an empty structure, for one). */
export function randomValue(ref: unknown, random: Random, options: Options): unknown {
  const target: unknown = typeof ref === "function" ? ref() : ref;
  const schema: unknown = Array.isArray(target) && target.length <= 2 ? resolve(target[0]) : target;
  if (schema === "unit") return undefined;
  if (typeof schema === "number") {
    if (schema & mapTo) return randomMap(schema & ~mapTo, random, options);
    if (schema & listOf) return randomList(schema & ~listOf, random, options);
    return simple(schema, random, options);
  }
  if (!Array.isArray(schema)) throw new Error(`not a schema: ${String(schema)}`);
  const [kind] = schema;
  if (kind === 0) return randomValue(schema[4], random, options);
  if (kind === list) return randomList(schema[4], random, options);
  if (kind === map) return randomMap(schema[5], random, options);
  if (kind === structure || kind === union || kind === error) return randomStructure(schema, random, options);
  throw new Error(`no value for schema type ${String(kind)}`);
}

const resolve = (ref: unknown): unknown => (typeof ref === "function" ? (ref as () => unknown)() : ref);

function randomList(element: unknown, random: Random, options: Options): unknown {
  const inner = { ...options, required: options.required === true && !options.emptyLists };
  const items = Array.from({ length: random(4) || Number(inner.required) }, () => randomValue(element, random, inner)).filter(
    (item) => item !== undefined,
  );
  return items.length > 0 || options.emptyLists ? items : undefined;
}

function randomMap(value: unknown, random: Random, options: Options): unknown {
  const entries: [string, unknown][] = [];
  for (let index = 0; index <= random(3); index++) {
    const item = randomValue(value, random, options);
    if (item !== undefined) entries.push([`key${index}${text(random)}`, item]);
  }
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function randomStructure(schema: readonly unknown[], random: Random, options: Options): unknown {
  const [kind, , , , names, refs, required = 0] = schema as [number, 0, 0, 0, string[], unknown[], number?];
  const out: Record<string, unknown> = {};
  const chosen = kind === union ? random(names.length) : undefined;
  for (const [index, name] of names.entries()) {
    const needed = index < required || isToken(refs[index]) || index === chosen || (options.required === true && index === 0);
    const wanted = needed || (chosen === undefined && options.depth > 0 && random(3) > 0);
    if (!wanted) continue;
    const value = randomValue(refs[index], random, { ...options, depth: options.depth - 1, required: needed });
    if (value !== undefined) out[name] = value;
  }
  return Object.keys(out).length > 0 ? out : undefined;
}

/** The SDK fills a missing idempotency token by itself. */
function isToken(ref: unknown): boolean {
  if (!Array.isArray(ref)) return false;
  const traits: unknown = ref[1];
  if (typeof traits === "number") return (traits & 4) !== 0;
  return typeof traits === "object" && traits !== null && "idempotencyToken" in traits;
}
