/**
 * A reading of nftables text that owes nothing to the compiler: tables are built from commands, as nft would, and a
 * packet is walked through them. It knows the words our rulesets use and throws at any other, and at what nft refuses:
 * unknown names, chains and sets in use that are deleted, elements that overlap or are not there.
 */
import { holdsKey, type Interval, intervals, meets, readRule, type ReadRule, type Seen, type Sets, type Target, type Value, type Walk } from "./reader-rule.ts";

export interface Outcome {
  readonly verdict: "accept" | "drop";
  /** The connection's. */
  readonly mark: number;
  readonly untracked: boolean;
  readonly zone: number;
}

interface Chain {
  readonly hook?: string;
  readonly policy?: string;
  rules: ReadRule[];
}
interface Element {
  readonly key: readonly Interval[];
  readonly text: string;
  readonly target?: Target;
  readonly value?: number;
}

/** What was counted of one key of a set. */
export interface Counted {
  readonly set: string;
  readonly key: readonly Value[];
  packets: number;
  octets: number;
}

interface NamedSet {
  readonly definition: string;
  readonly intervals: boolean;
  /** Of a set whose elements come with packets: how many it takes. */
  readonly most: number;
  /** Those, by their keys' text. */
  readonly counted: Map<string, Counted>;
  /** By their keys' text. */
  readonly elements: Map<string, Element>;
  /** The same by value, for sets of single values. */
  readonly exact: Map<string, Element>;
}

export class Tables {
  #chains = new Map<string, Chain>();
  #sets = new Map<string, NamedSet>();
  #counters = new Map<string, number>();

  /** Applies commands, one a line, as one transaction; throws what nft would refuse, and is then not to be used. */
  run(commands: string): void {
    for (const line of commands.split("\n")) if (line !== "") this.#command(line);
    for (const [name, { rules }] of this.#chains) for (const rule of rules) for (const each of rule.names) this.#need(each, name);
    for (const [name, { elements }] of this.#sets) {
      for (const { target } of elements.values()) if (typeof target === "object") this.#need(target.goto, name);
    }
  }

  /** What was counted since the last call, and how many packets found no room. */
  takeCounts(): { readonly counted: readonly Counted[]; readonly tallied: number } {
    const counted = [...this.#sets.values()].flatMap((set) => [...set.counted.values()]);
    for (const set of this.#sets.values()) set.counted.clear();
    const tallied = [...this.#counters.values()].reduce((sum, each) => sum + each, 0);
    for (const name of this.#counters.keys()) this.#counters.set(name, 0);
    return { counted, tallied };
  }

  /** What the tables hold, but for what was counted, in an order of its own: equal for equal tables. */
  text(): string {
    const chains = [...this.#chains].map(([name, { hook, rules }]) => [name, hook ?? "", ...rules.map(({ text }) => text)]);
    const sets = [...this.#sets].map(([name, { definition, elements }]) => [
      `@${name} ${definition}`,
      ...[...elements.values()].map(({ text }) => text).sort(),
    ]);
    const counters = [...this.#counters.keys()].map((name) => [`#${name}`]);
    return [...chains, ...sets, ...counters].map((lines) => lines.join("\n  ")).sort().join("\n");
  }

  /** Walks a packet through the chain of a hook. */
  walk(hook: string, seen: Seen): Outcome {
    const walk: Walk = { ...seen, packetMark: 0, untracked: false, zone: 0 };
    for (const [name, chain] of this.#chains) {
      if (chain.hook !== hook) continue;
      const verdict = this.#chain(name, walk) ?? (chain.policy === "accept" ? "accept" : "drop");
      if (verdict === "drop") return { verdict, mark: walk.mark, untracked: walk.untracked, zone: walk.zone };
    }
    return { verdict: "accept", mark: walk.mark, untracked: walk.untracked, zone: walk.zone };
  }

  #chain(name: string, walk: Walk): "accept" | "drop" | undefined {
    for (const { steps } of this.#chains.get(name)?.rules ?? []) {
      for (const step of steps) {
        const result = step(walk);
        if (result === false) break;
        if (result === true) continue;
        if (result === "return") return undefined;
        if (typeof result === "string") return result;
        if ("goto" in result) return this.#chain(result.goto, walk);
        const verdict = this.#chain(result.jump, walk);
        if (verdict) return verdict;
      }
    }
    return undefined;
  }

  #need(name: string, by: string): void {
    const tables: Readonly<Record<string, ReadonlyMap<string, unknown>>> = { "@": this.#sets, "#": this.#counters };
    const table = tables[name.slice(0, 1)];
    if (!(table ? table.has(name.slice(1)) : this.#chains.has(name))) throw new Error(`${by} refers to ${name}, which is not there`);
  }

  #command(line: string): void {
    // How long a connection may be idle is no verdict.
    if (/^(?:add|delete) ct timeout inet bailey /.test(line)) return;
    const [, verb = "", kind = "", name = "", rest = ""] =
      /^(add|delete|flush) (table|chain|rule|set|map|element|counter) inet bailey ?(\S*) ?(.*)$/.exec(line) ?? [];
    const body = rest.replace(/^\{ (.*) \}$/, "$1");
    switch (`${verb} ${kind}`) {
      case "add table":
        return;
      case "delete table":
        this.#chains.clear();
        this.#sets.clear();
        this.#counters.clear();
        return;
      case "add counter":
        return void this.#counters.set(name, this.#counters.get(name) ?? 0);
      case "delete counter":
        return void (known(this.#counters, name) === undefined || this.#counters.delete(name));
      case "add chain":
        return this.#addChain(name, body);
      case "flush chain":
        return void (known(this.#chains, name).rules = []);
      case "delete chain":
        return void (known(this.#chains, name) && this.#chains.delete(name));
      case "add set":
      case "add map":
        if (!this.#sets.has(name)) this.#sets.set(name, emptySet(body));
        return;
      case "delete set":
      case "delete map":
        return void (known(this.#sets, name) && this.#sets.delete(name));
      case "add rule":
        return void known(this.#chains, name).rules.push(readRule(rest, this.#asked));
      case "add element":
        return this.#addElements(known(this.#sets, name), body);
      case "delete element":
        return this.#deleteElements(known(this.#sets, name), body);
      default:
        throw new Error(`not a command this reader knows: ${line}`);
    }
  }

  #addChain(name: string, body: string): void {
    const [, hook, policy] = /^type filter hook (\w+) priority \w+; policy (\w+);$/.exec(body) ?? [];
    if (body !== "" && !hook) throw new Error(`not a base chain this reader knows: ${body}`);
    if (!this.#chains.has(name)) this.#chains.set(name, { ...(hook && policy ? { hook, policy } : {}), rules: [] });
  }

  #addElements(set: NamedSet, body: string): void {
    for (const each of body.split(", ")) {
      const key = intervals(keyText(each));
      const target = targetOf(each);
      if (set.intervals && [...set.elements.values()].some((other) => meets(other.key, key))) {
        throw new Error(`${each} overlaps an element of its set`);
      }
      if (target !== undefined && set.elements.has(keyText(each))) throw new Error(`${each} is in its map already`);
      const value = / : (0x[0-9a-f]+)$/.exec(each)?.[1];
      const element = { key, text: each, ...(target === undefined ? {} : { target }), ...(value !== undefined && { value: Number(value) }) };
      set.elements.set(keyText(each), element);
      set.exact.set(key.map(([from]) => from).join(" "), element);
    }
  }

  #deleteElements(set: NamedSet, body: string): void {
    for (const each of body.split(", ")) {
      const key = keyText(each);
      if (!set.elements.delete(key)) throw new Error(`no element ${each}`);
      set.exact.delete(intervals(key).map(([from]) => from).join(" "));
    }
  }

  readonly #asked: Sets = {
    find: (name, values) => this.#find(name, values),
    count: (name, key, octets) => {
      const { counted, most } = known(this.#sets, name);
      const text = key.join(" ");
      const found = counted.get(text) ?? { set: name, key, packets: 0, octets: 0 };
      if (!counted.has(text) && counted.size >= most) return false;
      found.packets++;
      found.octets += octets;
      counted.set(text, found);
      return true;
    },
    tally: (name) => void this.#counters.set(name, known(this.#counters, name) + 1),
  };

  #find(name: string, values: readonly Value[]): Element | undefined {
    const set = known(this.#sets, name);
    if (!set.intervals) return set.exact.get(values.join(" "));
    for (const element of set.elements.values()) if (holdsKey(element.key, values)) return element;
    return undefined;
  }
}

function known<T>(table: ReadonlyMap<string, T>, name: string): T {
  const found = table.get(name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

function emptySet(definition: string): NamedSet {
  const most = Number(/ size (\d+);/.exec(definition)?.[1] ?? 0);
  return { definition, intervals: definition.includes("flags interval"), most, counted: new Map(), elements: new Map(), exact: new Map() };
}

const keyText = (element: string): string => element.replace(/ comment "[^"]*"/, "").replace(/ : (?:goto \S+|return|drop|0x[0-9a-f]+)$/, "");

function targetOf(element: string): Target | undefined {
  const [, chain, verdict] = / : (?:goto (\S+)|(return|drop))$/.exec(element) ?? [];
  if (chain !== undefined) return { goto: chain };
  return verdict === "return" || verdict === "drop" ? verdict : undefined;
}
