/** The rules of nftables text as steps over a packet: the words of a rule, what each looks at and what it does. */
import { type Ip, lastOf, parseCidr, parseIp } from "../src/values/ip.ts";

/** A packet as a hook sees it. */
export interface Seen {
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: number;
  /** From the transport header's first byte. */
  readonly transport: Buffer;
  readonly iif: string;
  readonly oif: string;
  /** The devices' numbers. */
  readonly iifIndex: number;
  readonly oifIndex: number;
  /** Where the destination's route leads. */
  readonly route: number;
  readonly state: string;
  /** Absent where there is no connection. */
  readonly way?: "original" | "reply";
  /** Of the connection. */
  readonly mark: number;
  /** The port its replies are sent to, as their sender sees it. */
  readonly replyPort?: number;
  /** Of the IP packet. */
  readonly octets: number;
}

export interface Walk extends Seen {
  mark: number;
  packetMark: number;
  untracked: boolean;
  zone: number;
}

export type Value = string | number | bigint;
export type Interval = readonly [from: Value, to: Value];
type Field = (seen: Walk) => Value | undefined;
export type Verdict = "accept" | "drop" | "return" | { readonly goto: string } | { readonly jump: string };
/** False ends the rule, a verdict ends the chain. */
export type Step = (walk: Walk) => boolean | Verdict;

const names: Readonly<Record<string, number>> = { ipv4: 4, ipv6: 6 };
const address = (of: (seen: Walk) => Ip, family: number) => (seen: Walk) =>
  of(seen).family === family ? of(seen).bits : undefined;
const flagsOf = ({ protocol, transport }: Seen) => (protocol === 6 && transport.length > 13 ? transport.readUInt8(13) : undefined);
const half = (at: number) => (seen: Walk) => (seen.transport.length >= at + 2 ? seen.transport.readUInt16BE(at) : undefined);
const fields: Readonly<Record<string, Field>> = {
  iifname: (seen) => seen.iif,
  oifname: (seen) => seen.oif,
  iif: (seen) => seen.iifIndex,
  oif: (seen) => seen.oifIndex,
  "fib daddr . mark oif": (seen) => seen.route,
  "ip saddr": address((seen) => seen.source, 4),
  "ip daddr": address((seen) => seen.destination, 4),
  "ip6 saddr": address((seen) => seen.source, 6),
  "ip6 daddr": address((seen) => seen.destination, 6),
  "meta l4proto": (seen) => seen.protocol,
  "meta nfproto": (seen) => seen.source.family,
  "th sport": half(0),
  "th dport": half(2),
  "ct direction": (seen) => seen.way,
  "ct reply proto-dst": (seen) => seen.replyPort,
  "meta mark": (seen) => seen.packetMark,
  "tcp flags": (seen) => flagsOf(seen),
};

/** One part of a key: a quoted or bare word, a number, a range, an address or a prefix. */
function interval(text: string): Interval {
  if (text.startsWith('"')) return [text.slice(1, -1), text.slice(1, -1)];
  const cidr = parseCidr(text);
  if (cidr) return [cidr.base, lastOf(cidr).bits];
  const ip = parseIp(text);
  if (ip) return [ip.bits, ip.bits];
  const [from = "", to = from] = text.split("-").map((each) => names[each] ?? parseIp(each)?.bits ?? (/^\d+$/.test(each) ? Number(each) : each));
  return [from, to];
}
export const intervals = (text: string): Interval[] => text.split(" . ").map(interval);
export const holdsKey = (key: readonly Interval[], values: readonly Value[]): boolean =>
  key.every(([from, to], at) => {
    const value = values[at];
    return value !== undefined && from <= value && value <= to;
  });
export const meets = (a: readonly Interval[], b: readonly Interval[]): boolean =>
  a.every(([from, to], at) => {
    const other = b[at];
    return other !== undefined && from <= other[1] && other[0] <= to;
  });


/** Where an element of a map sends a packet. */
export type Target = "return" | "drop" | { readonly goto: string };
/** What rules ask of sets and counters. */
export interface Sets {
  /** Says whether a set holds the values; in a map, where it sends the packet, or the value it has. */
  find(set: string, values: readonly Value[]): { readonly target?: Target; readonly value?: number } | undefined;
  /** Counts a packet in a set's element, which is made when it is not there; says whether there was room. */
  count(set: string, values: readonly Value[], octets: number): boolean;
  tally(counter: string): void;
}

const oneField = Object.keys(fields).join("|");
const key = `((?:${oneField})(?: \\. (?:${oneField}))*)`;
const read = (text = ""): ((walk: Walk) => Value[] | undefined) => {
  const own = [...text.matchAll(new RegExp(`(?:${oneField})(?= |$)`, "g"))].map(([each]) => fields[each]);
  return (walk) => {
    const values = own.flatMap((field) => field?.(walk) ?? []);
    return values.length === own.length ? values : undefined;
  };
};
const within = (text: string, sets: readonly (readonly Interval[])[]): Step => {
  const values = read(text);
  return (walk) => {
    const found = values(walk);
    return found !== undefined && sets.some((each) => holdsKey(each, found));
  };
};
const connected = (what: (walk: Walk) => boolean): Step => (walk) => walk.way !== undefined && what(walk);
const compare = (value: number, operator = "", wanted = "") => (value >>> 0 === Number(wanted)) === (operator === "==");
const doing = (what: (walk: Walk) => void): Step => (walk) => {
  what(walk);
  return true;
};
const bits = (value: number, and: string | undefined, or: string | undefined): number =>
  ((value & (and === undefined ? -1 : Number(and))) | Number(or ?? 0)) >>> 0;

const flagBits: Readonly<Record<string, number>> = { fin: 1, syn: 2, rst: 4, ack: 16 };
const flagSet = (text: string): number => text.split(" | ").reduce((sum, name) => sum | (flagBits[name] ?? Number(name)), 0);

type Word = readonly [pattern: RegExp, step: (groups: readonly string[], sets: Sets) => Step];

/** Every word of a rule, the first that fits. */
const words: readonly Word[] = [
  [/^comment "[^"]*"/, () => () => true],
  [/^accept/, () => () => "accept"],
  [/^drop/, () => () => "drop"],
  [/^goto (\S+)/, ([chain = ""]) => () => ({ goto: chain })],
  [/^jump (\S+)/, ([chain = ""]) => () => ({ jump: chain })],
  [/^ct timeout set "[^"]+"/, () => () => true],
  [/^return/, () => () => "return"],
  [/^ct zone set (\d+)/, ([zone]) => doing((walk) => (walk.zone = Number(zone)))],
  [/^notrack/, () => doing((walk) => (walk.untracked = true))],
  [/^ct state (\S+)/, ([states = ""]) => (walk) => states.split(",").includes(walk.state)],
  [/^ct mark and (\S+) (==|!=) (\S+)/, ([and, operator, wanted]) => connected(({ mark }) => compare(bits(mark, and, undefined), operator, wanted))],
  [/^ct mark set ct mark(?: and (\S+))?(?: or (\S+))?/, ([and, or]) => connected((walk) => ((walk.mark = bits(walk.mark, and, or)), true))],
  [/^meta mark and (\S+) (==|!=) (\S+)/, ([and, operator, wanted]) => (walk) => compare(bits(walk.packetMark, and, undefined), operator, wanted)],
  [/^meta mark set meta mark(?: and (\S+))?(?: or (\S+))?/, ([and, or]) => doing((walk) => (walk.packetMark = bits(walk.packetMark, and, or)))],
  [
    new RegExp(`^meta mark set ${key} map @(\\S+)`),
    ([text, map = ""], sets) => {
      const values = read(text);
      return (walk) => {
        const found = values(walk);
        const value = found && sets.find(map, found)?.value;
        if (value !== undefined) walk.packetMark = value;
        return value !== undefined;
      };
    },
  ],
  [
    new RegExp(`^update @(\\S+) \\{ ${key} counter \\}`),
    ([set = "", text], sets) => {
      const values = read(text);
      return (walk) => {
        const found = values(walk);
        return found !== undefined && sets.count(set, found, walk.octets);
      };
    },
  ],
  [/^counter name "([^"]+)"/, ([name = ""], sets) => doing(() => sets.tally(name))],
  [
    /^tcp flags & \(([^)]*)\) (==|!=) (\S+)/,
    ([mask = "", operator, wanted = ""]) => (walk) => {
      const flags = flagsOf(walk);
      return flags !== undefined && compare(flags & flagSet(mask), operator, String(flagSet(wanted)));
    },
  ],
  [/^meta l4proto != \{ ([^}]*) \}/, ([list = ""]) => ({ protocol }) => !list.split(", ").map(Number).includes(protocol)],
  [/^meta mark set (\d+)/, ([value]) => doing((walk) => (walk.packetMark = Number(value)))],
  [/^meta mark (\d+)/, ([value]) => (walk) => walk.packetMark === Number(value)],
  [
    new RegExp(`^${key} vmap @(\\S+)`),
    ([text, set = ""], sets) => {
      const values = read(text);
      return (walk) => {
        const found = values(walk);
        return (found && sets.find(set, found)?.target) ?? false;
      };
    },
  ],
  [
    new RegExp(`^${key} @(\\S+)`),
    ([text, set = ""], sets) => {
      const values = read(text);
      return (walk) => {
        const found = values(walk);
        return found !== undefined && sets.find(set, found) !== undefined;
      };
    },
  ],
  [new RegExp(`^${key} \\{ ([^}]*) \\}`), ([text = "", list = ""]) => within(text, list.split(", ").map(intervals))],
  [new RegExp(`^${key} (\\S+)`), ([text = "", value = ""]) => within(text, [intervals(value)])],
];

export interface ReadRule {
  readonly text: string;
  readonly steps: readonly Step[];
  /** Chains it goes to, sets it looks in as @name, and counters as #name. */
  readonly names: readonly string[];
}

/** Reads a rule; throws at a word it does not know. */
export function readRule(text: string, sets: Sets): ReadRule {
  const steps: Step[] = [];
  for (let rest = text; rest !== ""; ) {
    const found = words.find(([pattern]) => pattern.test(rest));
    const match = found?.[0].exec(rest);
    if (!found || !match) throw new Error(`not a rule this reader knows: ${rest}`);
    steps.push(found[1](match.slice(1), sets));
    rest = rest.slice(match[0].length).trimStart();
  }
  const unquoted = text.replaceAll(/"[^"]*"/g, "");
  const names = [...unquoted.matchAll(/(?:goto|jump) (\S+)|(@\S+)/g)].map(([, chain, set]) => chain ?? set ?? "");
  const counters = [...text.matchAll(/counter name "([^"]+)"/g)].map(([, name]) => `#${name}`);
  return { text, steps, names: [...names, ...counters] };
}
