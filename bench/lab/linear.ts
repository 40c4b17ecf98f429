/**
 * The same policy as others write it: one line for each rule, tried in order. No cache of verdicts; what belongs to an
 * answered connection passes the groups by its state, as such rulesets have it, and the lists see every packet.
 */
import { type AclEntry, type Direction, type GroupRule, groupsOf, type Interface, type Network } from "../../src/policy/network.ts";
import { formatCidr } from "../../src/values/ip.ts";
import type { Rules } from "./site.ts";

/** `iptables`: chains reached by one line for each device, a counter in each line. `nft`: reached by maps, no counters. */
export type Style = "iptables" | "nft";

const table = "inet linear";

export function linearRules(network: Network, style: Style): Rules {
  const interfaces = [...network.interfaces.values()];
  const lines = interfaces.flatMap((each) =>
    (["out", "in"] as const).flatMap((direction) => [
      ...listLines(network, each, direction, style),
      ...groupLines(network, each, direction, style),
    ]),
  );
  const jumps = (to: "list" | "groups", direction: Direction): string[] => {
    const device = direction === "out" ? "iifname" : "oifname";
    const chain = (each: Interface) => `${each.device}-${to}-${direction}`;
    return style === "nft"
      ? [`${device} vmap { ${interfaces.map((each) => `"${each.device}" : jump ${chain(each)}`).join(", ")} }`]
      : interfaces.map((each) => `${device} "${each.device}" counter jump ${chain(each)}`);
  };
  const forward = [
    ...jumps("list", "out"),
    ...jumps("list", "in"),
    `ct state established,related ${style === "iptables" ? "counter " : ""}accept`,
    ...jumps("groups", "out"),
    ...jumps("groups", "in"),
    "accept",
  ];
  return {
    nft: [
      `add table ${table}`,
      ...lines,
      `add chain ${table} forward { type filter hook forward priority filter; policy drop; }`,
      ...forward.map((line) => `add rule ${table} forward ${line}`),
    ],
  };
}

function listLines(network: Network, each: Interface, direction: Direction, style: Style): string[] {
  const entries = network.acls.get(network.subnets.get(each.subnet)?.acl ?? "")?.[direction] ?? [];
  const verdicts = { allow: "return", deny: "drop" };
  const lines = entries.map((entry) => line(entry, entry.cidr, direction, verdicts[entry.action], style));
  return chain(`${each.device}-list-${direction}`, lines);
}

function groupLines(network: Network, each: Interface, direction: Direction, style: Style): string[] {
  const lines = groupsOf(network, each.groups).flatMap((group) =>
    group[direction].flatMap((rule) => ("cidr" in rule.peer ? [line(rule, rule.peer.cidr, direction, "return", style)] : [])),
  );
  return chain(`${each.device}-groups-${direction}`, lines);
}

const chain = (name: string, lines: readonly string[]): string[] => [
  `add chain ${table} ${name}`,
  ...[...lines, "drop"].map((text) => `add rule ${table} ${name} ${text}`),
];

function line(
  { protocol, values }: GroupRule | AclEntry,
  prefix: AclEntry["cidr"],
  direction: Direction,
  verdict: string,
  style: Style,
): string {
  const address = prefix.length === 0 ? [] : [`ip ${direction === "in" ? "saddr" : "daddr"} ${formatCidr(prefix)}`];
  const transport = protocol === "all" ? [] : [`meta l4proto ${protocol}`];
  const ports = protocol === "all" || values === "any" || (values.from === 0 && values.to === 65535) ? [] : [`th dport ${values.from}-${values.to}`];
  return [...address, ...transport, ...ports, ...(style === "iptables" ? ["counter"] : []), verdict].join(" ");
}
