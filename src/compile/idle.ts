/**
 * How long a connection may be idle, where an interface says so. Each end keeps its own time and the first to run out
 * ends the connection, so two ends make the shorter of each time. It is decided when a connection is new.
 */
import type { Idle, Interface } from "../policy/network.ts";
import { defaultIdle } from "../policy/network.ts";
import { TCP, UDP } from "../values/protocol.ts";
import { type Element, type Match, type Part, type Rule, type SetDefinition, type Timeout } from "./rule.ts";

export const idleChain = "idle";

/** The chain, its sets and its timeouts, for the interfaces of one network. */
export function idlePart(interfaces: readonly Interface[]): Part {
  const special = interfaces.filter((each) => each.idle !== undefined);
  const times = (of: (idle: Idle) => number): number[] =>
    [...new Set(special.map((each) => of(each.idle ?? defaultIdle)))].sort((a, b) => b - a);
  const shorter = times(({ tcp }) => tcp).filter((time) => time < defaultIdle.tcp);
  const longerReply = times(({ udp }) => udp).filter((time) => time > defaultIdle.udp);
  const shorterStream = times(({ udpStream }) => udpStream).filter((time) => time < defaultIdle.udpStream);

  const sets: SetDefinition[] = [];
  const elements: Element[] = [];
  const holding = (name: string, which: (idle: Idle) => boolean): string => {
    sets.push({ name, key: ["iifIndex"], intervals: false, toChain: false });
    const members = special.filter((each) => which(each.idle ?? defaultIdle));
    elements.push(...members.map(({ index }) => ({ set: name, key: [index] })));
    return name;
  };
  const from = (set: string): Match => ({ lookup: ["iifIndex"], set });
  const to = (set: string): Match => ({ lookup: ["oifIndex"], set });
  const tcp: Match = { protocol: TCP };
  const udp: Match = { protocol: UDP };

  // Longest first, so that the shortest that applies to either end is the last word.
  const tcpRules = shorter.flatMap((time): Rule[] => {
    const set = holding(`idle/tcp/${time}`, (idle) => idle.tcp === time);
    return [from(set), to(set)].map((end) => ({ when: [tcp, end], do: [{ idle: tcpTimeout(time).name }] }));
  });
  // A time above the default holds where both ends have it: shortest first, the longest both have is the last word.
  const replyRules = longerReply.toReversed().map((time): Rule => {
    const set = holding(`idle/udp/${time}`, (idle) => idle.udp >= time);
    return { when: [udp, from(set), to(set)], do: [{ label: time, of: "reply" }] };
  });
  const streamRules = shorterStream.flatMap((time): Rule[] => {
    const set = holding(`idle/stream/${time}`, (idle) => idle.udpStream === time);
    return [from(set), to(set)].map((end) => ({ when: [udp, end], do: [{ label: time, of: "stream" }] }));
  });
  // Both UDP times belong to one timeout, so they are noted on the packet and then looked up as a pair.
  const pairs = [0, ...longerReply].flatMap((reply) => [0, ...shorterStream].map((stream) => ({ reply, stream })));
  const wanted = pairs.filter(({ reply, stream }) => reply + stream > 0);
  const pairRules = wanted.map(({ reply, stream }): Rule => ({
    when: [udp, { labelled: reply, of: "reply" }, { labelled: stream, of: "stream" }],
    do: [{ idle: udpTimeout(reply, stream).name }],
  }));
  return {
    name: idleChain,
    chains: [{ name: idleChain, rules: [...tcpRules, ...replyRules, ...streamRules, ...pairRules] }],
    sets,
    elements,
    timeouts: [...shorter.map(tcpTimeout), ...wanted.map(({ reply, stream }) => udpTimeout(reply, stream))],
  };
}

const tcpTimeout = (time: number): Timeout => ({ name: `tcp-${time}`, protocol: "tcp", policy: { established: time } });

/** 0 stands for the default. */
const udpTimeout = (reply: number, stream: number): Timeout => ({
  name: `udp-${reply}-${stream}`,
  protocol: "udp",
  policy: { unreplied: reply || defaultIdle.udp, replied: stream || defaultIdle.udpStream },
});

