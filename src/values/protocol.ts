/** IP protocol numbers (IANA) and the four names the EC2 API knows them by. */
export const protocolNumbers = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const;
export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;
export const ICMPV6 = 58;

/** `all` is the API's -1. */
export type Protocol = number | "all";

/** Reads -1, a decimal number 0 to 255, or one of the four names in any case; undefined when it is none of them. */
export function parseProtocol(text: string): Protocol | undefined {
  if (text === "-1" || text.toLowerCase() === "all") return "all";
  const named = Object.entries(protocolNumbers).find(([name]) => name === text.toLowerCase());
  if (named) return named[1];
  return /^(?:0|[1-9]\d{0,2})$/.test(text) && Number(text) <= 255 ? Number(text) : undefined;
}

/** The form security groups store: a name where there is one, else the decimal number, or -1. */
export function protocolName(protocol: Protocol): string {
  if (protocol === "all") return "-1";
  return Object.entries(protocolNumbers).find(([, number]) => number === protocol)?.[0] ?? String(protocol);
}

/** TCP and UDP are the protocols whose rules look at a destination port. */
export const hasPorts = (protocol: Protocol): boolean => protocol === TCP || protocol === UDP;
/** ICMP of either family: rules look at type and code. */
export const hasTypes = (protocol: Protocol): boolean => protocol === ICMP || protocol === ICMPV6;
