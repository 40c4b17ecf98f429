/** A connection's whole way through one network: there by its first packet, back by the reply. */
import type { Family, Ip } from "../values/ip.ts";
import { type Range, union, within } from "../values/ports.ts";
import { hasPorts, hasTypes } from "../values/protocol.ts";
import { echoReplies, type Judgement, judge, type Packet, replyTo, untracked } from "./judge.ts";
import type { AclEntry, Group, Interface, Network, Values } from "./network.ts";

/** The ports Linux clients use for a connection they open. */
export const ephemeralPorts: Range = { from: 32768, to: 60999 };

export interface Question {
  readonly from: Interface;
  readonly to: Interface;
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: number;
  /** Destination port, or ICMP type<<8|code; 0 where the protocol has neither. */
  readonly value: number;
  /** The client's port. Absent: every ephemeral port is asked about. */
  readonly sourcePort?: number;
}

export interface Journey {
  readonly verdict: "accept" | "drop";
  readonly there: Judgement;
  /** Absent when the first packet is dropped, or none comes back. */
  readonly back?: Judgement;
  /** The source ports whose replies are dropped while others' pass. */
  readonly refusedPorts?: readonly Range[];
}

/** The verdict is that of the leg that ends the connection: a request whose reply is dropped is a connection that fails. */
export function travel(network: Network, question: Question): Journey {
  const { from, to, source, destination, protocol, value } = question;
  const packet: Packet = { source, destination, protocol, value };
  const there = judge(network, { from, to, packet, reply: false, tracked: untracked });
  if (there.verdict === "drop") return { verdict: "drop", there };

  const backTo = (answer: number): Judgement =>
    judge(network, { from: to, to: from, packet: replyTo(packet, answer), reply: true, tracked: there.tracked });
  if (!hasPorts(protocol)) {
    const answer = hasTypes(protocol) ? echoReplies[source.family][value >> 8] : 0;
    if (answer === undefined) return { verdict: "accept", there };
    const back = backTo(answer << 8);
    return { verdict: back.verdict, there, back };
  }
  const asked = question.sourcePort === undefined ? ephemeralPorts : one(question.sourcePort);
  const spans = segments(network, source.family, protocol, asked).map((range) => ({ range, back: backTo(range.from) }));
  const refused = spans.filter(({ back }) => back.verdict === "drop");
  const shown = refused[0] ?? spans[0];
  if (!shown) return { verdict: "accept", there };
  return {
    verdict: shown.back.verdict,
    there,
    back: shown.back,
    ...(refused.length > 0 && refused.length < spans.length ? { refusedPorts: union(refused.map(({ range }) => range)) } : {}),
  };
}

const one = (port: number): Range => ({ from: port, to: port });

/** The range cut wherever some rule or entry begins or ends, so that every port of a piece has one answer. */
function segments(network: Network, family: Family, protocol: number, range: Range): Range[] {
  const cuts = new Set([range.from]);
  const bound = (values: Values) => {
    if (values === "any") return;
    for (const cut of [values.from, values.to + 1]) if (within(range, cut)) cuts.add(cut);
  };
  const rules = (group: Group) => [...group.in, ...group.out];
  for (const group of network.groups.values()) {
    for (const rule of rules(group)) if (rule.protocol === protocol) bound(rule.values);
  }
  const entries = (list: readonly AclEntry[]) => list.filter((entry) => entry.cidr.family === family);
  for (const acl of network.acls.values()) {
    for (const entry of entries([...acl.in, ...acl.out])) if (entry.protocol === protocol) bound(entry.values);
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  return sorted.map((from, at) => ({ from, to: (sorted[at + 1] ?? range.to + 1) - 1 }));
}
