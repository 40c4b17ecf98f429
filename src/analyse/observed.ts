/** What flow records say went past an interface, as it is judged. */
import type { Packet } from "../policy/judge.ts";
import type { Ip } from "../values/ip.ts";
import { hasPorts, hasTypes, ICMP } from "../values/protocol.ts";

export type FlowDirection = "ingress" | "egress";

/** One kind of traffic at an interface: the packets that differ in nothing but the client's port. */
export interface Observed {
  readonly direction: FlowDirection;
  /** In the packets. */
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: number;
  /** The server's; 0 where the protocol has none. */
  readonly port: number;
  /** One of the client's. */
  readonly clientPort: number;
  /** Whether it goes from the server to the client. */
  readonly reply: boolean;
}

/** Records don't say of ICMP which message it was: they are taken for pings. */
const echo = (protocol: number, reply: boolean): number => {
  const [request, answer] = protocol === ICMP ? [8, 0] : [128, 129];
  return (reply ? answer : request) << 8;
};

/** The packet as rules see it. */
export function packetOf({ source, destination, protocol, port, clientPort, reply }: Observed): Packet {
  if (hasTypes(protocol)) return { source, destination, protocol, value: echo(protocol, reply) };
  return { source, destination, protocol, value: hasPorts(protocol) ? (reply ? clientPort : port) : 0 };
}

/** The same connection's packets the other way, at the same interface. */
export const otherWay = (observed: Observed): Observed => ({
  ...observed,
  direction: observed.direction === "ingress" ? "egress" : "ingress",
  source: observed.destination,
  destination: observed.source,
  reply: !observed.reply,
});

/** The same packets, where it was the other end that opened the connection. */
export const otherRole = (observed: Observed): Observed => ({
  ...observed,
  reply: !observed.reply,
  port: observed.clientPort,
  clientPort: observed.port,
});

/** The address at the other end. */
export const peerOf = ({ direction, source, destination }: Observed): Ip => (direction === "ingress" ? source : destination);

/** The interface's own side of it. */
export const ownOf = ({ direction, source, destination }: Observed): Ip => (direction === "ingress" ? destination : source);
