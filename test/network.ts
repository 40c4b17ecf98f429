/** Networks for tests, said briefly: rules as `tcp 22 10.0.0.0/8`, list entries as `100 allow tcp 80 0.0.0.0/0`. */
import { closed } from "../src/policy/network.ts";
import type { Acl, AclEntry, Group, GroupRule, Idle, Interface, Network, Peer, PrefixList, Values } from "../src/policy/network.ts";
import { type Cidr, type Ip, parseCidr, parseIp } from "../src/values/ip.ts";
import { hasPorts, hasTypes, parseProtocol, type Protocol } from "../src/values/protocol.ts";

export function ip(text: string): Ip {
  const parsed = parseIp(text);
  if (!parsed) throw new Error(`not an address: ${text}`);
  return parsed;
}

export function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (!parsed) throw new Error(`not a prefix: ${text}`);
  return parsed;
}

function protocolOf(text: string): Protocol {
  const parsed = parseProtocol(text);
  if (parsed === undefined) throw new Error(`not a protocol: ${text}`);
  return parsed;
}

/** `any`, `22`, `80-90`, or for ICMP `8` (any code) and `3/4`. */
function valuesOf(protocol: Protocol, text: string): Values {
  if (text === "any") return hasPorts(protocol) ? { from: 0, to: 65535 } : "any";
  const [first = "", second] = text.split(/[-/]/);
  if (!hasTypes(protocol)) return { from: Number(first), to: Number(second ?? first) };
  const type = Number(first) << 8;
  return second === undefined ? { from: type, to: type | 255 } : { from: type | Number(second), to: type | Number(second) };
}

/** `protocol values peer`: peer is a prefix, or the id of a group or a prefix list. */
export function rule(id: string, text: string): GroupRule {
  const [name = "", values = "any", to = ""] = text.split(" ");
  const protocol = protocolOf(name);
  const peer: Peer = to.startsWith("sg-") ? { members: to } : to.startsWith("pl-") ? { prefixes: to } : { cidr: cidr(to) };
  return { id, protocol, values: protocol === "all" ? "any" : valuesOf(protocol, values), peer };
}

export const group = (id: string, ingress: readonly string[], egress: readonly string[] = openOut): Group => ({
  id,
  in: ingress.map((text, at) => rule(`sgr-${id}-in-${at}`, text)),
  out: egress.map((text, at) => rule(`sgr-${id}-out-${at}`, text)),
});

export const openOut = ["-1 any 0.0.0.0/0", "-1 any ::/0"];
export const openIn = openOut;

/** `number action protocol values prefix`. */
function entry(acl: string, direction: "ingress" | "egress", text: string): AclEntry {
  const [number = "", action = "", name = "", values = "any", prefix = ""] = text.split(" ");
  const protocol = protocolOf(name);
  const of = cidr(prefix);
  const typeless = protocol === 58 && of.family === 4;
  return {
    id: `${acl}:${number}:${direction}`,
    action: action === "allow" ? "allow" : "deny",
    protocol,
    values: protocol === "all" || typeless ? "any" : valuesOf(protocol, values),
    cidr: of,
  };
}

export const acl = (id: string, ingress: readonly string[], egress: readonly string[] = ingress): Acl => ({
  id,
  in: ingress.map((text) => entry(id, "ingress", text)),
  out: egress.map((text) => entry(id, "egress", text)),
});

export const allowAll = ["100 allow -1 any 0.0.0.0/0", "101 allow -1 any ::/0"];

export interface NetworkSpec {
  /** Subnet id → list id. */
  readonly subnets: Readonly<Record<string, string>>;
  readonly acls: readonly Acl[];
  readonly groups: readonly Group[];
  readonly prefixes?: readonly PrefixList[];
  readonly interfaces: readonly {
    readonly id: string;
    readonly subnet: string;
    readonly groups: readonly string[];
    readonly addresses: readonly string[];
    readonly checked?: boolean;
    readonly idle?: Idle;
    readonly allowance?: number;
  }[];
}

export function network(spec: NetworkSpec): Network {
  const interfaces = spec.interfaces.map(
    (each, at): Interface => ({
      id: each.id,
      device: each.id.replace(/^eni-/, "d"),
      index: 100 + at,
      mac: `02:00:00:00:00:${(at + 1).toString(16).padStart(2, "0")}`,
      subnet: each.subnet,
      groups: each.groups,
      addresses: each.addresses.map(ip),
      checked: each.checked ?? true,
      ...(each.idle && { idle: each.idle }),
      ...(each.allowance !== undefined && { allowance: each.allowance }),
    }),
  );
  const referenced = new Set(
    spec.groups.flatMap((each) => [...each.in, ...each.out].flatMap(({ peer }) => ("members" in peer ? [peer.members] : []))),
  );
  return {
    ...closed,
    id: "vpc-lab",
    interfaces: new Map(interfaces.map((each) => [each.id, each])),
    subnets: new Map(Object.entries(spec.subnets).map(([id, list]) => [id, { id, acl: list, cidrs: [], table: "" }])),
    groups: new Map(spec.groups.map((each) => [each.id, each])),
    members: new Map(
      [...referenced].map((id) => [
        id,
        { id, addresses: interfaces.filter((each) => each.groups.includes(id)).flatMap((each) => each.addresses) },
      ]),
    ),
    prefixes: new Map(spec.prefixes?.map((each) => [each.id, each])),
    acls: new Map(spec.acls.map((each) => [each.id, each])),
  };
}
