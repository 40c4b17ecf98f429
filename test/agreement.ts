/** Scripts of packets and changes of policy, replayed on every voice: all must say the same of each packet. */
import { inspect } from "node:util";
import type { Judgement, Step } from "../src/policy/judge.ts";
import type { Interface, Network } from "../src/policy/network.ts";
import { formatIp } from "../src/values/ip.ts";
import { type Sent, tuplesOf } from "./conntrack.ts";
import { countLines, type Flow, judgedFlow } from "./counts.ts";
import { packetBytes } from "./kernel/frame.ts";
import { Random } from "./random.ts";
import { Compiled, Connections, type Mutation, ownerOf } from "./voices.ts";
import { edgePacket, errorAbout, randomWorld, replyOf, type Size } from "./worlds.ts";

export interface Shot {
  readonly from: string;
  readonly sent: Sent;
}

/** Packets under one policy, no two of one connection: they may be sent in any order. */
export interface Round {
  readonly network: Network;
  readonly shots: readonly Shot[];
}

const SYN = 2;
const ACK = 16;
const SYN_ACK = 18;

/**
 * A random world that changes from round to round: so many new packets at its rules' edges, and as many of what can
 * follow old ones.
 */
export function* randomRounds(seed: number, size: Size, count: number, packets = 100): Generator<Round> {
  const random = new Random(seed);
  let world = randomWorld(random, size);
  const flows: Shot[] = [];
  for (let round = 0; round < count; round++, world = random.chance(0.7) ? world.change() : world) {
    const { network } = world;
    const fresh = Array.from({ length: packets }, () => edgePacket(random, network)).map(({ from, sent }) => ({ from: from.id, sent }));
    const followed = random.sample(flows, packets).flatMap((flow) => follow(random, network, flow));
    flows.push(...fresh);
    yield { network, shots: distinct([...followed, ...fresh].filter((shot) => crosses(network, shot))) };
  }
}

/** What may come after a packet: another one, its reply, an error about it, and an appliance that says the same. */
function follow(random: Random, network: Network, { from, sent }: Shot): Shot[] {
  const owner = ownerOf(network, sent.destination).id;
  const opening = (sent.flags ?? SYN) === SYN || sent.flags === ACK;
  const reply = opening ? replyOf(sent, random.pick([ACK, SYN_ACK])) : undefined;
  const again = { from, sent: opening && sent.flags !== ACK ? { ...sent, flags: random.pick([SYN, ACK]) } : sent };
  const appliances = [...network.interfaces.values()].filter((each) => !each.checked);
  return random.pick<() => Shot[]>([
    () => [again],
    () => (reply ? [{ from: owner, sent: reply }] : []),
    () => (reply ? [{ from: owner, sent: reply }] : []),
    () => [{ from: owner, sent: errorAbout(sent) }],
    () => (appliances.length > 0 ? [{ ...again, from: random.pick(appliances).id }] : []),
  ])();
}

const crosses = (network: Network, { from, sent }: Shot): boolean => ownerOf(network, sent.destination).id !== from;

/** The first of each connection. */
function distinct(shots: readonly Shot[]): Shot[] {
  const seen = new Set<string>();
  return shots.filter(({ sent }) => {
    const tuples = tuplesOf(sent.about ?? sent) ?? [];
    const known = tuples.some((tuple) => seen.has(tuple));
    for (const tuple of tuples) seen.add(tuple);
    return !known;
  });
}

export const interfaceOf = (network: Network, id: string): Interface => {
  const found = network.interfaces.get(id);
  if (!found) throw new Error(`no interface ${id}`);
  return found;
};

/** One packet on which voices differ. */
export interface Disagreement {
  readonly round: number;
  readonly network: Network;
  readonly shot: Shot;
  readonly answers: Readonly<Record<string, string>>;
}

/** One round of which voices counted different flows: lines that only one of them has. */
export interface Miscount {
  readonly round: number;
  readonly who: string;
  readonly lines: readonly string[];
}

export interface Tally {
  packets: number;
  accepted: number;
  /** Flows of counted networks, and those of them that were refused. */
  flows: number;
  refused: number;
  readonly miscounts: Miscount[];
  readonly disagreements: Disagreement[];
}

/** What the kernel does with a round: its answers in order, and what it counted where the network is counted. */
export interface Heard {
  readonly crossed: readonly boolean[];
  readonly counted: readonly Flow[];
}

/** `hoped` are the judge's answers. */
export type Kernel = (round: Round, hoped: readonly boolean[]) => Promise<Heard>;

/** Judge and reader, told of the same rounds one by one. */
export class Agreement {
  readonly tally: Tally = { packets: 0, accepted: 0, flows: 0, refused: 0, miscounts: [], disagreements: [] };
  readonly #mutation: Mutation | undefined;
  #judge: Connections | undefined;
  #compiled: Compiled | undefined;
  #round = 0;
  /** Packets and rounds on which voices differ. */
  get differences(): number {
    return this.tally.disagreements.length + this.tally.miscounts.length;
  }

  constructor(mutation?: Mutation) {
    this.#mutation = mutation;
  }

  #answers(round: Round): { judgements: Judgement[]; read: string[]; flows: Flow[]; counted: Flow[] } {
    const { network } = round;
    this.#judge ??= new Connections(network);
    this.#judge.apply(network);
    if (this.#compiled) this.#compiled.apply(network);
    this.#compiled ??= new Compiled(network, this.#mutation);
    const judgements: Judgement[] = [];
    const read: string[] = [];
    const flows: Flow[] = [];
    for (const { from, sent } of round.shots) {
      const judgement = this.#judge.send(interfaceOf(network, from), sent);
      judgements.push(judgement);
      if (network.counted) flows.push(judgedFlow(interfaceOf(network, from), sent, packetBytes({ ...sent, tag: 0 }).length, judgement));
      read.push(this.#compiled.send(interfaceOf(network, from), sent));
    }
    return { judgements, read, flows, counted: this.#compiled.counted() };
  }

  /** Two voices. */
  hear(round: Round): void {
    const { judgements, read, flows, counted } = this.#answers(round);
    this.#compareCounts(flows, { reader: counted });
    this.#compare(round, judgements, { reader: read });
  }

  /** Three. */
  async hearKernel(round: Round, kernel: Kernel): Promise<void> {
    const { judgements, read, flows, counted } = this.#answers(round);
    const { crossed, counted: inKernel } = await kernel(round, judgements.map(({ verdict }) => verdict === "accept"));
    this.#compareCounts(flows, { reader: counted, kernel: inKernel });
    this.#compare(round, judgements, { reader: read, kernel: crossed.map((each) => (each ? "accept" : "drop")) });
  }

  #compareCounts(judged: readonly Flow[], others: Readonly<Record<string, readonly Flow[]>>): void {
    const wanted = countLines(judged);
    this.tally.flows += wanted.length;
    this.tally.refused += wanted.filter((line) => !line.includes(", accepted:")).length;
    for (const [who, flows] of Object.entries(others)) {
      const lines = countLines(flows);
      const [only, missing] = [lines.filter((line) => !wanted.includes(line)), wanted.filter((line) => !lines.includes(line))];
      if (only.length + missing.length === 0) continue;
      this.tally.miscounts.push({ round: this.#round, who, lines: [...missing.map((line) => `judge: ${line}`), ...only.map((line) => `${who}: ${line}`)] });
    }
  }

  #compare({ network, shots }: Round, judgements: readonly Judgement[], others: Readonly<Record<string, readonly string[]>>): void {
    for (const [at, shot] of shots.entries()) {
      const judgement = judgements[at];
      if (!judgement) throw new Error("a packet without a judgement");
      this.tally.packets++;
      if (judgement.verdict === "accept") this.tally.accepted++;
      const answers = Object.fromEntries(Object.entries(others).map(([who, all]) => [who, all[at] ?? "nothing"]));
      if (Object.values(answers).every((each) => each === judgement.verdict)) continue;
      const judged = `${judgement.verdict}: ${judgement.trace.map(stepText).join(", ")}`;
      this.tally.disagreements.push({ round: this.#round, network, shot, answers: { judge: judged, ...answers } });
    }
    this.#round++;
  }
}

/** A step of a trace as tests say it: `groups in sgr-1`, `acl out no rule matches`. */
export const stepText = ({ gate, because }: Step): string => `${gate} ${typeof because === "string" ? because : because.rule}`;

const sentText = ({ source, destination, protocol, sourcePort, value, flags, identifier, about }: Sent): string =>
  `protocol ${protocol}, ${formatIp(source)} ${sourcePort ?? ""} > ${formatIp(destination)} ${value}, flags ${flags ?? "-"}, ` +
  `identifier ${identifier ?? "-"}${about ? `, about (${sentText(about)})` : ""}`;

/** What a failing test prints: enough to see it again. */
export function report(what: string, { tally }: Agreement): string {
  const [first] = tally.disagreements;
  const [miscount] = tally.miscounts;
  if (!first && miscount) return [`${what}: ${tally.miscounts.length} rounds are counted otherwise; the first, ${miscount.round}:`, ...miscount.lines].join("\n");
  if (!first) return `${what}: all agree on ${tally.packets} packets`;
  const { round, network, shot, answers } = first;
  const lines = Object.entries(answers).map(([who, answer]) => `  ${who}: ${answer}`);
  return [
    `${what}: ${tally.disagreements.length} of ${tally.packets} packets; the first, in round ${round}:`,
    `  from ${shot.from}: ${sentText(shot.sent)}`,
    ...lines,
    inspect(network, { depth: 8, maxArrayLength: null, breakLength: 160 }),
  ].join("\n");
}
