/** What is refused, summed up: one finding for what the same gate refuses for the same reason. */
import type { JudgedFlow } from "../api/bailey/judge-flows.ts";
import type { Diagnosis } from "../api/bailey/diagnose.ts";
import { protocolName } from "../values/protocol.ts";
import type { Judged, Traffic } from "./logs-observed.ts";

export interface Finding {
  readonly interface: string;
  readonly direction?: "ingress" | "egress";
  readonly protocol: number;
  /** The server's. */
  readonly port: number;
  /** Whether it is the answers that are refused. */
  readonly reply: boolean;
  /** Whether the records show that their questions were admitted. */
  readonly answered: boolean;
  /** Whether the same was admitted at another time. */
  readonly passed: boolean;
  /** The interface's address, and those at the other end. */
  readonly own: string;
  readonly peers: readonly string[];
  readonly clientPorts: { readonly from: number; readonly to: number };
  readonly packets: number;
  readonly records: number;
  /** Unix seconds. */
  readonly last: number;
  /** What refused it, as the records name it. */
  readonly logged?: string;
  /** What the present policy refuses it by; absent where that admits it. */
  readonly decided?: JudgedFlow["decided"];
  /** Why the present policy says nothing of it. */
  readonly unjudged?: string;
  /** A flow of each of a few peers. */
  readonly samples: readonly Traffic["flow"][];
}

/** So many peers' flows are admitted by name. */
export const mostSamples = 4;

/** The findings, those of most packets first. */
export function findingsOf(judged: readonly Judged[]): Finding[] {
  const alike = Map.groupBy(judged, (each) => keyOf(each));
  return [...alike.values()].flatMap(findingOf).toSorted((a, b) => b.packets - a.packets);
}

function keyOf({ traffic: { flow, rule, gate, answered, passed }, judged }: Judged): string {
  const decided = typeof judged === "string" ? judged : (judged.decided?.text ?? "admitted");
  return JSON.stringify([flow.interface, flow.direction, flow.protocol, flow.port, flow.reply, answered, passed, rule, gate, decided]);
}

function findingOf(group: readonly Judged[]): Finding[] {
  const [first] = group;
  if (!first) return [];
  const { flow, rule, gate, answered, passed } = first.traffic;
  const direction = typeof first.judged === "string" ? flow.direction : first.judged.direction;
  const traffic = group.map((each) => each.traffic);
  const peer = (each: Traffic["flow"]): string => (direction === "egress" ? each.destination : each.source);
  const byPeer = new Map(traffic.map((each) => [peer(each.flow), each.flow]));
  const logged = [gate, rule].filter((each) => each !== undefined).join(" ");
  return [{
    interface: flow.interface,
    ...(direction && { direction }),
    protocol: flow.protocol,
    port: flow.port,
    reply: flow.reply,
    answered,
    passed,
    own: direction === "egress" ? flow.source : flow.destination,
    peers: [...byPeer.keys()],
    clientPorts: { from: Math.min(...traffic.map((each) => each.clientPorts.from)), to: Math.max(...traffic.map((each) => each.clientPorts.to)) },
    packets: traffic.reduce((sum, each) => sum + each.packets, 0),
    records: traffic.reduce((sum, each) => sum + each.records, 0),
    last: Math.max(...traffic.map((each) => each.last)),
    ...(logged !== "" && { logged }),
    ...(typeof first.judged === "string" ? { unjudged: first.judged } : first.judged.decided && { decided: first.judged.decided }),
    samples: [...byPeer.values()].slice(0, mostSamples),
  }];
}

export const timeText = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;

const portText = (port: number): string => (port === 0 ? "" : ` ${port}`);
const someText = (texts: readonly string[]): string => (texts.length <= 3 ? texts.join(", ") : `${texts.slice(0, 2).join(", ")} and ${texts.length - 2} others`);
/** Such as `1 record` and `2,000 records`. */
export const counted = (count: number, one: string, several = `${one}s`): string => `${count.toLocaleString("en-US")} ${count === 1 ? one : several}`;

function trafficText({ interface: eni, direction, protocol, port, reply, own, peers, clientPorts }: Finding): string {
  const what = `${known(protocol)}${portText(port)}`;
  const [here, there] = [`${eni} (${own})`, someText(peers)];
  const [from, to] = direction === "egress" ? [here, there] : [there, here];
  if (!reply) return `${what} from ${from} to ${to}`;
  const ports = clientPorts.from === clientPorts.to ? `port ${clientPorts.from}` : `ports ${clientPorts.from}-${clientPorts.to}`;
  return `answers of ${what} from ${from} to ${to}${port === 0 ? "" : `, ${ports}`}`;
}

const known = (protocol: number): string => {
  const name = protocolName(protocol);
  return /^\d+$/.test(name) ? `protocol ${name}` : name;
};

/** A finding and what is to be done about it, for people. */
export function findingText(finding: Finding, diagnosis: Diagnosis | undefined): string[] {
  const { packets, records, last, logged, decided, unjudged, reply, answered, passed } = finding;
  const lines = [`${trafficText(finding)}: ${counted(packets, "packet")} in ${counted(records, "record")}, last ${timeText(last)}`];
  if (logged !== undefined) lines.push(`the records say: ${logged}`);
  if (decided) lines.push(`refused by ${decided.text}`);
  else if (unjudged !== undefined) lines.push(`the present policy says nothing of it: ${unjudged}`);
  else if (diagnosis?.admitted && diagnosis.commands.length === 0) lines.push("the present policy admits it: it was changed since, or the packets came after their connection had ended");
  else lines.push("the present policy admits it here");
  if (reply && answered) lines.push("the return path fails: what it answers was admitted");
  else if (reply) lines.push("the return path fails: these are answers");
  if (passed) lines.push("the same was admitted at other times");
  return [...lines, ...remedyText(finding, diagnosis)];
}

function remedyText({ peers, samples }: Finding, diagnosis: Diagnosis | undefined): string[] {
  if (!diagnosis) return [];
  const { commands, remains, unknown } = diagnosis;
  const others = peers.length - samples.length;
  const lines = commands.length === 0 ? [] : ["to admit it:", ...commands.map((command) => `  ${command}`)];
  if (commands.length > 0 && others > 0) lines.push(`  and the same for ${counted(others, "other address", "other addresses")}`);
  if (remains !== undefined) lines.push(`${commands.length === 0 ? "no rule can admit it" : "even then it is refused"}: ${remains}`);
  if (unknown !== undefined && commands.length === 0) lines.push(`what would admit it is not known: ${unknown}`);
  return lines;
}
