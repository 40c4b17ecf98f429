/** States of namespaces as they are put together, and the keys that make two of them comparable. */
import { formatCidr, formatIp } from "../values/ip.ts";
import type { Address, Link, LookupRule, NamespaceState, Neighbour, Route, RoutingRule } from "./kernel.ts";

export interface Draft {
  role: NamespaceState["role"];
  links: Map<string, Link>;
  addresses: Map<string, Address>;
  routes: Map<string, Route>;
  neighbours: Map<string, Neighbour>;
  rules: Map<string, RoutingRule>;
}

export const draft = (role: Draft["role"]): Draft => ({
  role,
  links: new Map(),
  addresses: new Map(),
  routes: new Map(),
  neighbours: new Map(),
  rules: new Map(),
});

export const addressKey = ({ device, ip, length }: Address): string => `${device} ${formatIp(ip)}/${length}`;
export const routeKey = ({ destination, device, via, metric, table, throw: thrown }: Route): string =>
  `${formatCidr(destination)} ${device ?? (thrown ? "throw" : "blackhole")} ${via ? formatIp(via) : "-"} ${metric} ${table ?? "main"}`;
export const neighbourKey = ({ device, ip, mac }: Neighbour): string => `${device} ${formatIp(ip)} ${mac}`;
export const linkKey = ({ device, index, mac, mtu: size, peer }: Link): string =>
  `${device} ${index} ${mac} ${size} ${peer.namespace} ${peer.device} ${peer.mac}${peer.index === undefined ? "" : ` ${peer.index}`}`;
export const ruleKey = (rule: RoutingRule): string =>
  isLookup(rule) ? `${rule.family} ${rule.priority} ${rule.mark ?? "all"} ${rule.table}` : `${formatIp(rule.source)} ${rule.table}`;

export const isLookup = (rule: RoutingRule): rule is LookupRule => "priority" in rule;

export const addTo = {
  address: (to: Draft, address: Address) => to.addresses.set(addressKey(address), address),
  route: (to: Draft, route: Route) => to.routes.set(routeKey(route), route),
  rule: (to: Draft, rule: RoutingRule) => to.rules.set(ruleKey(rule), rule),
  neighbour: (to: Draft, neighbour: Neighbour) => to.neighbours.set(neighbourKey(neighbour), neighbour),
};

/** Both of them, as one. */
export const together = (a: NamespaceState, b: NamespaceState): NamespaceState => ({
  role: a.role,
  links: new Map([...a.links, ...b.links]),
  addresses: new Map([...a.addresses, ...b.addresses]),
  routes: new Map([...a.routes, ...b.routes]),
  neighbours: new Map([...a.neighbours, ...b.neighbours]),
  rules: new Map([...a.rules, ...b.rules]),
});
