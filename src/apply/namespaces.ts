/** One reconciler for namespaces, links, addresses, routes and neighbours: looks at two states, says what is between. */
import { machine } from "../compile/names.ts";
import { apart, linkKey } from "./state.ts";
import { type NamespaceState, type Step, tapPort } from "./kernel.ts";

type States = ReadonlyMap<string, NamespaceState>;

const nothing: NamespaceState = {
  role: "host",
  links: new Map(),
  addresses: new Map(),
  routes: new Map(),
  neighbours: new Map(),
  rules: new Map(),
};

/** Steps that take links and their addresses away, and so come before the policy forgets them. */
export function removals(observed: States, desired: States): Step[] {
  const steps: Step[] = [];
  for (const [namespace, all] of observed) {
    const target = desired.get(namespace) ?? nothing;
    if (target === all) continue;
    const [was, wanted] = apart(all, target);
    for (const [device, link] of was.links) {
      const kept = wanted.links.get(device);
      if (!kept || linkKey(kept) !== linkKey(link)) steps.push({ op: "link.delete", namespace, device });
    }
    // Rules stand on no link, and a namespace whose name goes may stay: others may have made it. The first are asked
    // first, so the last go first: what is known by an earlier one never gets as far as a later one.
    for (const [key, rule] of [...was.rules].reverse()) {
      if (!wanted.rules.has(key)) steps.push({ op: "rule.delete", namespace, rule });
    }
    // What else is in a namespace that goes, goes with it, or with its links.
    if (!desired.has(namespace)) continue;
    for (const [key, neighbour] of was.neighbours) {
      if (!wanted.neighbours.has(key)) steps.push({ op: "neighbour.delete", namespace, neighbour });
    }
    for (const [key, route] of was.routes) {
      if (!wanted.routes.has(key)) steps.push({ op: "route.delete", namespace, route });
    }
    for (const [key, address] of was.addresses) {
      if (!wanted.addresses.has(key)) steps.push({ op: "address.delete", namespace, address });
    }
  }
  // Last, when no route leads there any more.
  for (const [namespace, { beyond }] of observed) {
    if (beyond && !desired.get(namespace)?.beyond) steps.push({ op: "beyond.delete", namespace, device: beyond.device });
  }
  return steps;
}

/** Namespaces that should not be there: last of all, when nothing runs in them any more. */
export const abandoned = (observed: States, desired: States): Step[] =>
  [...observed.keys()]
    .filter((namespace) => namespace !== machine && !desired.has(namespace))
    .map((namespace) => ({ op: "namespace.delete", namespace }));

/** Namespaces that are missing: first of all, as policy and links go into them. */
export const missing = (observed: States, desired: States): Step[] =>
  [...desired]
    .filter(([namespace]) => namespace !== machine && !observed.has(namespace))
    .map(([namespace, { role }]) => ({ op: "namespace.add", namespace, role }));

/** Steps that add what is missing in namespaces that exist: after the policy knows the interfaces. */
export function additions(observed: States, desired: States): Step[] {
  const links: Step[] = [];
  const beyonds: Step[] = [];
  const rest: Step[] = [];
  const renewed = new Set<string>();
  const touched = new Set<string>();
  for (const [namespace, target] of desired) {
    const all = observed.get(namespace) ?? nothing;
    if (target === all) continue;
    const [was, wanted] = apart(all, target);
    for (const [device, link] of wanted.links) {
      const present = was.links.get(device);
      if (present && linkKey(present) === linkKey(link)) continue;
      links.push({ op: "link.add", namespace, link });
      // A new link has nothing on either end, whatever was seen on the one it replaces.
      renewed.add(`${namespace} ${device}`).add(`${link.peer.namespace} ${link.peer.device}`);
      touched.add(link.peer.namespace);
    }
  }
  for (const [namespace, target] of desired) {
    const all = observed.get(namespace) ?? nothing;
    if (target === all && !touched.has(namespace)) continue;
    const [was, wanted] = target === all ? [all, all] : apart(all, target);
    const lacks = (known: ReadonlyMap<string, unknown>, key: string, device: string | undefined) =>
      !known.has(key) || renewed.has(`${namespace} ${device}`);
    for (const [key, address] of wanted.addresses) {
      if (lacks(was.addresses, key, address.device)) rest.push({ op: "address.add", namespace, address });
    }
    for (const [key, route] of wanted.routes) {
      if (lacks(was.routes, key, route.device)) rest.push({ op: "route.add", namespace, route });
    }
    for (const [key, rule] of wanted.rules) {
      if (!was.rules.has(key)) rest.push({ op: "rule.add", namespace, rule });
    }
    for (const [key, neighbour] of wanted.neighbours) {
      if (lacks(was.neighbours, key, neighbour.device)) rest.push({ op: "neighbour.add", namespace, neighbour });
    }
    const { tap, beyond } = wanted;
    if (beyond && (!was.beyond?.whole || renewed.has(`${namespace} ${beyond.device}`))) beyonds.push({ op: "beyond.add", namespace, device: beyond.device });
    if (tap !== undefined && (was.tap !== tap || renewed.has(`${namespace} ${tapPort}`))) rest.push({ op: "tap.add", namespace, tap });
  }
  // Before the routes that lead there.
  return [...links, ...beyonds, ...rest];
}
