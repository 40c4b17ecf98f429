/**
 * A reference of Linux connection tracking, as Bailey sets it up (tcp_loose, tcp_be_liberal), for what the tests send.
 * It is generic in what a filter remembers for a connection, so that judge and compiled text see the same connections.
 *
 * Not modelled: timeouts, the end of TCP connections, and helpers; a TCP packet those would decide about is refused
 * with an exception, as a test that needs it would prove nothing.
 */
import type { Ip } from "../src/values/ip.ts";

/** A packet as a host sends it. */
export interface Sent {
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: number;
  /** TCP and UDP. */
  readonly sourcePort?: number;
  /** Destination port, or ICMP type<<8|code; 0 where the protocol has neither. */
  readonly value: number;
  /** TCP flags; SYN when absent. */
  readonly flags?: number;
  /** ICMP identifier; 7 when absent. */
  readonly identifier?: number;
  /** The packet an ICMP error is about. */
  readonly about?: Sent;
}

export interface Sight<M> {
  readonly state: "new" | "established" | "related" | "invalid" | "untracked";
  /** Absent where there is no connection. */
  readonly way?: "original" | "reply";
  /** What the connection remembers; absent where it remembers nothing yet. */
  readonly memory?: M;
}

/** The packet belongs to no connection of its own. */
export const standsAlone = ({ state }: Sight<unknown>): boolean =>
  state === "related" || state === "invalid" || state === "untracked";

type Phase = "syn" | "syn+ack" | "open";

interface Connection<M> {
  readonly ways: readonly [original: string, reply: string];
  memory: M;
  /** Something came back. */
  answered: boolean;
  /** TCP: a SYN was seen, or a SYN+ACK after it, or more. */
  phase: Phase;
}

const SYN = 2;
const ACK = 16;

/** ICMP types that ask, and the type that answers them. */
type Answers = Readonly<Record<number, number>>;
const icmpAnswers: Answers = { 8: 0, 13: 14, 15: 16, 17: 18 };
const icmpv6Answers: Answers = { 128: 129, 139: 140 };
const answersOf = ({ protocol }: Sent): Answers => (protocol === 1 ? icmpAnswers : icmpv6Answers);
/** Neighbour discovery and multicast listener messages are never tracked. */
const untrackedTypes = new Set([130, 131, 132, 133, 134, 135, 136, 143]);
const isIcmp = ({ protocol }: Sent): boolean => protocol === 1 || protocol === 58;
const typeOf = (sent: Sent): number => sent.value >> 8;
const isError = (sent: Sent): boolean =>
  (sent.protocol === 1 && [3, 4, 5, 11, 12].includes(typeOf(sent))) || (sent.protocol === 58 && typeOf(sent) < 128);

/** The tuple of a packet and the one its reply has; undefined for ICMP types that have no reply and are none. */
export function tuplesOf(sent: Sent): readonly [string, string] | undefined {
  const [from, to] = [sent.source.bits, sent.destination.bits];
  const { protocol, value, sourcePort = 0 } = sent;
  const kind = `${sent.source.family}/${protocol}`;
  if (protocol === 6 || protocol === 17) {
    return [`${kind} ${from} ${sourcePort} ${to} ${value}`, `${kind} ${to} ${value} ${from} ${sourcePort}`];
  }
  if (!isIcmp(sent)) return [`${kind} ${from} ${to}`, `${kind} ${to} ${from}`];
  const pairs = Object.entries(answersOf(sent));
  const type = typeOf(sent);
  const partner = pairs.flatMap(([ask, answer]) => (Number(ask) === type ? [answer] : answer === type ? [Number(ask)] : []));
  if (partner[0] === undefined) return undefined;
  const rest = `${value & 255} ${sent.identifier ?? 7}`;
  return [`${kind} ${from} ${to} ${type} ${rest}`, `${kind} ${to} ${from} ${partner[0]} ${rest}`];
}

const asks = (sent: Sent): boolean => typeOf(sent) in answersOf(sent);

export class Conntrack<M> {
  readonly #connections = new Map<string, Connection<M>>();
  /** The connection the packet being looked at would open. */
  #opening: { readonly ways: readonly [string, string]; readonly phase: Phase } | undefined;
  #present: Connection<M> | undefined;

  /** Looks at a packet before the filter does. */
  see(sent: Sent): Sight<M> {
    this.#opening = undefined;
    this.#present = undefined;
    // ICMP of the other family fails its checksum.
    if (isIcmp(sent) && (sent.protocol === 1) !== (sent.source.family === 4)) return { state: "invalid" };
    if (isIcmp(sent) && isError(sent)) return this.#seeError(sent);
    if (sent.protocol === 58 && untrackedTypes.has(typeOf(sent))) return { state: "untracked" };
    const tuples = tuplesOf(sent);
    if (!tuples) return { state: "invalid" };
    const known = this.#connections.get(tuples[0]);
    return known ? this.#seeKnown(sent, tuples[0], known) : this.#seeNew(sent, tuples);
  }

  /** What came of the packet `see` looked at last: a connection whose first packet is dropped never was. */
  settle(accepted: boolean, memory: M): void {
    if (this.#present) this.#present.memory = memory;
    if (!this.#opening || !accepted) return;
    const { ways, phase } = this.#opening;
    const made: Connection<M> = { ways, memory, answered: false, phase };
    for (const way of ways) this.#connections.set(way, made);
  }

  #seeNew(sent: Sent, ways: readonly [string, string]): Sight<M> {
    const flags = sent.flags ?? SYN;
    if (sent.protocol === 6 && flags !== SYN && flags !== ACK) return { state: "invalid" };
    if (isIcmp(sent) && !asks(sent)) return { state: "invalid" };
    this.#opening = { ways, phase: sent.protocol === 6 && flags === SYN ? "syn" : "open" };
    return { state: "new", way: "original" };
  }

  #seeKnown(sent: Sent, tuple: string, known: Connection<M>): Sight<M> {
    const way = tuple === known.ways[0] ? "original" : "reply";
    if (sent.protocol === 6 && !follows(known, way, sent.flags ?? SYN)) return { state: "invalid" };
    if (way === "reply") known.answered = true;
    this.#present = known;
    return { state: known.answered ? "established" : "new", way, memory: known.memory };
  }

  /** An error is related to the connection it quotes a packet of, and carries that connection's memory. */
  #seeError({ about }: Sent): Sight<M> {
    const tuples = about && tuplesOf(about);
    const known = tuples && this.#connections.get(tuples[0]);
    if (!known) return { state: "invalid" };
    this.#present = known;
    // An error about a packet of the originator travels the way replies do.
    return { state: "related", way: tuples[0] === known.ways[0] ? "reply" : "original", memory: known.memory };
  }
}

/** Whether a TCP packet fits its connection, which goes on with it: the filter comes later, and may still drop it. */
function follows(known: { phase: Phase }, way: "original" | "reply", flags: number): boolean {
  const { phase } = known;
  if (flags === ACK) {
    if (way === "original" && phase === "syn") return false;
    if (way === "original") known.phase = "open";
    return true;
  }
  if (flags === SYN && (way === "original" || phase !== "syn")) return way === "original";
  if (flags === (SYN | ACK) && way === "reply") {
    if (phase === "syn") known.phase = "syn+ack";
    return true;
  }
  if (flags === (SYN | ACK) && phase !== "syn+ack") return false;
  throw new Error("TCP connections that end, or are opened from both sides, are not modelled");
}
