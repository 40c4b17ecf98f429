/**
 * The form of a verdict case: a network, then packets with what becomes of each, and changes of the network between
 * them. A packet is said as `tcp 203.0.113.1:50000 > 10.0.0.5:22 syn+ack`, `icmp 203.0.113.1 > 10.0.0.5 8/0` or
 * `47 10.0.0.5 > 10.0.1.5`; IPv6 addresses with ports stand in brackets. An ICMP error says the packet it is about:
 * `icmp 10.0.0.5 > 203.0.113.1 3/4 about tcp 203.0.113.1:50000 > 10.0.0.5:22`.
 */
import type { Network } from "../../src/policy/network.ts";
import { parseProtocol } from "../../src/values/protocol.ts";
import type { Sent } from "../conntrack.ts";
import { acl, allowAll, group, ip, network, openIn } from "../network.ts";

/** `because` is the step of the judge's trace that decides: the last one of a drop, one of those that accept. */
export type Step =
  | readonly [packet: string, verdict: "accept" | "drop", because: string, from?: string]
  | { readonly now: Network };

export interface Case {
  /** Begins with the numbers of the case in the list of verdicts it is taken from. */
  readonly name: string;
  readonly network: Network;
  readonly steps: readonly Step[];
  /** Has no twin in the other family. */
  readonly oneFamily?: boolean;
}

/** What a case says of the site; all the rest is open. */
export interface Site {
  /** Groups with `[id, rules in, rules out]`. */
  readonly groups: readonly (readonly [id: string, ingress: readonly string[], egress?: readonly string[]])[];
  /** Groups of 10.0.0.5, the instance; of 10.0.0.6, in the same subnet; of 10.0.1.5 and 10.0.9.9, in another one. */
  readonly a: readonly string[];
  readonly mate?: readonly string[];
  readonly b?: readonly string[];
  /** Lists of the instance's subnet and of the other one, as `[in, out]`. */
  readonly listA?: readonly [ingress: readonly string[], egress: readonly string[]];
  readonly listB?: readonly [ingress: readonly string[], egress: readonly string[]];
  readonly unchecked?: boolean;
}

const internet = [
  "203.0.113.1", "203.0.113.9", "203.0.113.12", "203.0.113.200", "198.51.100.7", "198.51.100.9", "192.0.2.10",
  "192.0.2.20", "172.31.1.2", "10.1.1.1", "2001:db8::1", "2001:db8::9",
];

const open = [allowAll, allowAll] as const;

/** Every site has the same interfaces. The internet is one of them, in a subnet of its own, and lets everything pass. */
export function site({ groups, a, mate, b, listA = open, listB = open, unchecked = false }: Site): Network {
  return network({
    subnets: { "subnet-world": "acl-open", "subnet-a": "acl-a", "subnet-b": "acl-b" },
    acls: [acl("acl-open", allowAll), acl("acl-a", ...listA), acl("acl-b", ...listB)],
    groups: [group("sg-open", openIn), ...groups.map((each) => group(...each))],
    interfaces: [
      { id: "eni-world", subnet: "subnet-world", groups: ["sg-open"], addresses: internet },
      { id: "eni-a", subnet: "subnet-a", groups: a, addresses: ["10.0.0.5", "2001:db8:a::5"], checked: !unchecked },
      { id: "eni-mate", subnet: "subnet-a", groups: mate ?? ["sg-open"], addresses: ["10.0.0.6", "2001:db8:a::6"] },
      { id: "eni-b", subnet: "subnet-b", groups: b ?? ["sg-open"], addresses: ["10.0.1.5", "10.0.9.9", "2001:db8:b::5"] },
    ],
  });
}

const flagsOf: Readonly<Record<string, number>> = { syn: 2, "syn+ack": 18, ack: 16, rst: 4, fin: 1 };

/** Address and port of `10.0.0.5:22`, `[::1]:22` or a bare address. */
function end(text: string): [address: string, port: number] {
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*)):(\d+)$/.exec(text) ?? [];
  return [bracketed ?? plain ?? text, Number(port ?? 0)];
}

export function parsePacket(text: string): Sent {
  const [own = "", about] = text.split(" about ");
  const [name = "", from = "", , to = "", last = ""] = own.split(" ");
  const protocol = parseProtocol(name);
  if (typeof protocol !== "number") throw new Error(`not a packet: ${text}`);
  const [source, sourcePort] = end(from);
  const [destination, port] = end(to);
  const ends = { source: ip(source), destination: ip(destination), protocol };
  const [type, code] = last.split("/");
  if (code !== undefined) {
    return { ...ends, value: (Number(type) << 8) | Number(code), ...(about === undefined ? {} : { about: parsePacket(about) }) };
  }
  const flags = protocol === 6 ? { flags: flagsOf[last || "syn"] ?? 0 } : {};
  return { ...ends, sourcePort, value: port, ...flags };
}
