/** States of namespaces as they are put together, and the keys that make two of them comparable. */
import { formatCidr, formatIp } from "../values/ip.ts";
import { once } from "../values/once.ts";
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

interface Pieces {
  /** By name. What one holds stands on devices of its own, and nobody else holds it. */
  readonly own: ReadonlyMap<string, NamespaceState>;
  /** Stands on anybody's device. */
  readonly shared: NamespaceState;
}
const piecesOf = new WeakMap<NamespaceState, Pieces>();

/** A state made of pieces; as long as nobody asks for it as a whole, that costs nothing. */
export function pieced(role: NamespaceState["role"], own: Pieces["own"], shared: NamespaceState): NamespaceState {
  const whole = once((): Omit<NamespaceState, "role"> => {
    const state = draft(role);
    for (const piece of [...own.values(), shared]) addAll(state, piece);
    return state;
  });
  const state = {
    role,
    get links() {
      return whole().links;
    },
    get addresses() {
      return whole().addresses;
    },
    get routes() {
      return whole().routes;
    },
    get neighbours() {
      return whole().neighbours;
    },
    get rules() {
      return whole().rules;
    },
  };
  piecesOf.set(state, { own, shared });
  return state;
}

function addAll(to: Draft, { links, addresses, routes, neighbours, rules }: NamespaceState): void {
  for (const [key, link] of links) to.links.set(key, link);
  for (const [key, address] of addresses) to.addresses.set(key, address);
  for (const [key, route] of routes) to.routes.set(key, route);
  for (const [key, neighbour] of neighbours) to.neighbours.set(key, neighbour);
  for (const [key, rule] of rules) to.rules.set(key, rule);
}

/** Two states without the pieces that are one and the same object in both, where they are made of pieces. */
export const apart = once((a: NamespaceState, b: NamespaceState): readonly [NamespaceState, NamespaceState] => {
  const [mine, theirs] = [piecesOf.get(a), piecesOf.get(b)];
  if (!mine || !theirs) return [a, b];
  const only = (role: NamespaceState["role"], of: Pieces, other: Pieces) =>
    pieced(role, new Map([...of.own].filter(([name, piece]) => other.own.get(name) !== piece)), of.shared);
  return [only(a.role, mine, theirs), only(b.role, theirs, mine)];
});
