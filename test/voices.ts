/**
 * Two of the voices that say what becomes of packets: the judge, and the compiled text as the reader understands it.
 * Each is told of a network, and of the next one, and sent packets in order; each remembers connections on its own.
 */
import { plan } from "../src/apply/loop.ts";
import { type Judgement, judge, legOf, type Tracked, untracked } from "../src/policy/judge.ts";
import type { Interface, Network } from "../src/policy/network.ts";
import { type Ip, sameIp } from "../src/values/ip.ts";
import { Conntrack, type Sent, type Sight, standsAlone } from "./conntrack.ts";
import { type Flow, readFlows } from "./counts.ts";
import { transportBytes } from "./kernel/frame.ts";
import { Tables } from "./reader.ts";

const owns = (each: Interface, ip: Ip): boolean => each.addresses.some((own) => sameIp(own, ip));

/** The interface an address belongs to, where the router's route leads. */
export function ownerOf(network: Network, ip: Ip): Interface {
  for (const each of network.interfaces.values()) if (owns(each, ip)) return each;
  throw new Error("an address nobody has");
}

/** Connections, zone by zone. */
class Zones<M> {
  readonly #zones = new Map<string, Conntrack<M>>();
  of(zone: string): Conntrack<M> {
    const found = this.#zones.get(zone) ?? new Conntrack<M>();
    this.#zones.set(zone, found);
    return found;
  }
}

/** The judge with a memory: packets and changes of policy replayed in order. */
export class Connections {
  #network: Network;
  readonly #zones = new Zones<Tracked>();
  constructor(network: Network) {
    this.#network = network;
  }
  apply(network: Network): void {
    this.#network = network;
  }
  send(from: Interface, sent: Sent): Judgement & Pick<Sight<Tracked>, "state"> {
    const to = ownerOf(this.#network, sent.destination);
    // Tracking comes after the source check, each leg of an appliance apart.
    const leg = from.checked && !owns(from, sent.source) ? "alone" : legOf(from, to, sent);
    const conntrack = leg === "alone" ? undefined : this.#zones.of(leg === "ordinary" ? "" : `${leg.appliance.id} ${leg.end.id}`);
    const sight: Sight<Tracked> = conntrack ? conntrack.see(sent) : { state: "untracked" };
    const judgement = judge(this.#network, {
      from,
      to,
      packet: sent,
      reply: sight.way === "reply",
      tracked: sight.memory ?? untracked,
      stateless: standsAlone(sight),
    });
    if (!standsAlone(sight)) conntrack?.settle(judgement.verdict === "accept", judgement.tracked);
    return { ...judgement, state: sight.state };
  }
}

/** Changes a ruleset's text, command by command: what plants a bug. Several lines are several commands, "" is none. */
export type Mutation = (command: string) => string;

/** The ruleset's text as a packet filter, put in force by the product's own plan. */
export class Compiled {
  readonly tables = new Tables();
  readonly #zones = new Zones<number>();
  readonly #mutation: Mutation;
  #known: Parameters<typeof plan>[0] = { namespaces: new Map(), rulesets: new Map() };
  #revision = 0;
  #network: Network;
  constructor(network: Network, mutation: Mutation = (command) => command) {
    this.#mutation = mutation;
    this.#network = network;
    this.apply(network);
  }
  apply(network: Network): void {
    this.#network = network;
    const desired = { namespaces: new Map(), networks: new Map([["router", network]]) };
    const { steps, rulesets } = plan(this.#known, desired, ++this.#revision);
    for (const step of steps) {
      if (step.op === "nft") this.tables.run(step.commands.split("\n").map(this.#mutation).join("\n"));
    }
    this.#known = { namespaces: new Map(), rulesets };
  }
  send(from: Interface, sent: Sent): "accept" | "drop" {
    const { source, destination, protocol } = sent;
    const transport = transportBytes({ ...sent, tag: 0 });
    const to = ownerOf(this.#network, destination);
    const devices = { iif: from.device, oif: to.device, iifIndex: from.index, oifIndex: to.index, route: to.index };
    const packet = { source, destination, protocol, transport, octets: transport.length + (source.family === 4 ? 20 : 40), ...devices };
    const early = this.tables.walk("prerouting", { ...packet, oif: "", oifIndex: 0, state: "invalid", mark: 0 });
    if (early.verdict === "drop") return "drop";
    const conntrack = early.untracked ? undefined : this.#zones.of(String(early.zone));
    const sight: Sight<number> = conntrack ? conntrack.see(sent) : { state: "untracked" };
    const { state, way, memory: mark = 0 } = sight;
    const outcome = this.tables.walk("forward", { ...packet, state, mark, ...(way ? { way } : {}) });
    conntrack?.settle(outcome.verdict === "accept", outcome.mark);
    return outcome.verdict;
  }
  /** What it counted since the last call; throws where a packet found no room. */
  counted(): Flow[] {
    const { counted, tallied } = this.tables.takeCounts();
    if (tallied > 0) throw new Error(`${tallied} packets found no room to be counted`);
    return readFlows(counted);
  }
}
