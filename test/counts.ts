/** What each voice counted of a round's packets, as lines that can be compared. */
import { gates, gateShift } from "../src/compile/count.ts";
import type { Observed } from "../src/flow/observe.ts";
import type { Judgement } from "../src/policy/judge.ts";
import type { Interface } from "../src/policy/network.ts";
import { type Family, formatIp, type Ip } from "../src/values/ip.ts";
import { hasPorts, TCP, UDP } from "../src/values/protocol.ts";
import type { Sent, Sight } from "./conntrack.ts";
import type { Counted } from "./reader.ts";

/** A flow as it was counted, whenever that was. */
export type Flow = Omit<Observed, "first" | "last">;

const [FIN, SYN, RST, ACK] = [1, 2, 4, 16];
/** FIN, SYN and RST, and ACK beside SYN. */
const recorded = (flags: number): number => (flags & (FIN | SYN | RST)) | (flags & SYN ? flags & ACK : 0);

/** Of what the judge says of one packet. */
export function judgedFlow(from: Interface, sent: Sent, octets: number, judgement: Judgement & Pick<Sight<unknown>, "state">): Flow {
  const { source, destination, protocol } = sent;
  const ports = hasPorts(protocol);
  const gate = refusingGate(sent, judgement);
  return {
    device: from.index,
    ...(gate !== undefined && { gate }),
    source,
    destination,
    sourcePort: ports ? (sent.sourcePort ?? 0) : 0,
    destinationPort: ports ? sent.value : 0,
    protocol,
    packets: 1,
    bytes: octets,
    tcpFlags: protocol === TCP ? recorded(sent.flags ?? SYN) : 0,
  };
}

/** What no rule admits, belongs to no connection, and does not open one, is late. */
function refusingGate({ protocol, flags = SYN }: Sent, { verdict, trace, state }: Judgement & Pick<Sight<unknown>, "state">): string | undefined {
  const gate = trace.at(-1)?.gate;
  if (verdict === "accept" || gate === undefined) return undefined;
  const late = protocol === TCP && (flags & (FIN | SYN | RST | ACK)) !== SYN && ["new", "invalid", "untracked"].includes(state);
  return late ? gate.replace("groups", "late") : gate;
}

/** Of what the reader's sets hold. */
export function readFlows(counted: readonly Counted[]): Flow[] {
  const flags = new Map<string, number>();
  const flows: (Flow & { readonly fate: string })[] = [];
  for (const { set, key, packets, octets } of counted) {
    const [, fate = "", what = "", version] = /^count\/(accepted|refused)\/(tcp|udp|other|flags)([46])(?:\/2)?$/.exec(set) ?? [];
    const family: Family = version === "6" ? 6 : 4;
    const ip = (bits: unknown): Ip => ({ family, bits: BigInt(String(bits)) });
    if (what === "flags") {
      const four = key.slice(0, 4).join(" ");
      flags.set(`${fate} ${four}`, (flags.get(`${fate} ${four}`) ?? 0) | recorded(Number(key[4])));
      continue;
    }
    const [by = 0, source, middle, destination, port = 0] = key;
    const mark = Number(by);
    const gate = fate === "refused" ? gates[(mark >>> gateShift) - 1] : undefined;
    flows.push({
      fate,
      device: fate === "refused" ? mark & (2 ** gateShift - 1) : mark,
      ...(gate !== undefined && { gate }),
      source: ip(source),
      destination: ip(destination),
      sourcePort: what === "other" ? 0 : Number(middle),
      destinationPort: what === "other" ? 0 : Number(port),
      protocol: what === "other" ? Number(middle) : what === "tcp" ? TCP : UDP,
      packets,
      bytes: octets,
      tcpFlags: 0,
    });
  }
  return flows.map(({ fate, ...flow }) => {
    const { source, sourcePort, destination, destinationPort, protocol } = flow;
    const four = `${fate} ${source.bits} ${sourcePort} ${destination.bits} ${destinationPort}`;
    return { ...flow, tcpFlags: protocol === TCP ? (flags.get(four) ?? 0) : 0 };
  });
}

/** What hosts say to their router when a link comes up; no test has sent it. */
const ownWords = ({ source }: Flow): boolean => source.family === 6 && (source.bits === 0n || source.bits >> 118n === 0x3fan);

/** How many packets of a test's they are. */
export const packetsIn = (flows: readonly Flow[]): number => flows.reduce((sum, flow) => sum + (ownWords(flow) ? 0 : flow.packets), 0);

/** One line for each flow, in an order of its own. */
export function countLines(flows: readonly Flow[]): string[] {
  const sums = new Map<string, { packets: number; bytes: number; tcpFlags: number }>();
  for (const flow of flows) {
    if (ownWords(flow)) continue;
    const { device, gate, source, destination, sourcePort, destinationPort, protocol } = flow;
    const key = `device ${device} protocol ${protocol} ${formatIp(source)} ${sourcePort} > ${formatIp(destination)} ${destinationPort}, ${gate ?? "accepted"}`;
    const sum = sums.get(key) ?? { packets: 0, bytes: 0, tcpFlags: 0 };
    sums.set(key, { packets: sum.packets + flow.packets, bytes: sum.bytes + flow.bytes, tcpFlags: sum.tcpFlags | flow.tcpFlags });
  }
  return [...sums].map(([key, { packets, bytes, tcpFlags }]) => `${key}: ${packets} packets, ${bytes} octets, flags ${tcpFlags}`).sort();
}
