import assert from "node:assert/strict";
import { test } from "node:test";
import { addressKey, linkKey, neighbourKey, routeKey, ruleKey } from "../../../src/apply/state.ts";
import type { Address, Link, NamespaceState, Neighbour, Route, SourceRule, Step } from "../../../src/apply/kernel.ts";
import { abandoned, additions, missing, removals } from "../../../src/apply/namespaces.ts";
import { cidr, ip } from "../../network.ts";
import { Random, seed } from "../../random.ts";

const state = (
  role: NamespaceState["role"],
  { links = [], addresses = [], routes = [], neighbours = [], rules = [] }:
    { links?: Link[]; addresses?: Address[]; routes?: Route[]; neighbours?: Neighbour[]; rules?: SourceRule[] } = {},
): NamespaceState => ({
  role,
  links: new Map(links.map((each) => [each.device, each])),
  addresses: new Map(addresses.map((each) => [addressKey(each), each])),
  routes: new Map(routes.map((each) => [routeKey(each), each])),
  neighbours: new Map(neighbours.map((each) => [neighbourKey(each), each])),
  rules: new Map(rules.map((each) => [ruleKey(each), each])),
});

const link = (number: number, mac = "02:00:00:00:00:0a"): Link => ({
  device: `eni${number}`,
  index: 100 + number,
  mtu: 9001,
  mac: "02:ba:11:e7:00:01",
  peer: { namespace: `host${number}`, device: "eth0", mac },
});
const route = (number: number): Route => ({ destination: cidr(`10.0.0.${number}/32`), device: `eni${number}`, metric: 0 });
const address = (number: number): Address => ({ device: `eni${number}`, ip: ip("fe80::1"), length: 64 });
const neighbour = (number: number): Neighbour => ({ device: `eni${number}`, ip: ip(`10.0.0.${number}`), mac: "02:00:00:00:00:0a" });
const hostAddress: Address = { device: "eth0", ip: ip("10.0.0.1"), length: 24 };

type States = ReadonlyMap<string, NamespaceState>;
const between = (from: States, to: States): Step[] => [...missing(from, to), ...removals(from, to), ...additions(from, to), ...abandoned(from, to)];
const brief = (steps: readonly Step[]): string[] =>
  steps.map((step) => `${step.op} ${step.namespace}${"link" in step ? ` ${step.link.device}` : "device" in step ? ` ${step.device}` : ""}`);

const router = state("router", { links: [link(1)], addresses: [address(1)], routes: [route(1)], neighbours: [neighbour(1)] });
const host = state("host", { addresses: [hostAddress] });
const whole: States = new Map([["router", router], ["host1", host]]);

test("from nothing: namespaces, then links, then what stands on them", () => {
  assert.deepEqual(brief(between(new Map(), whole)), [
    "namespace.add router", "namespace.add host1", "link.add router eni1",
    "address.add router", "route.add router", "neighbour.add router", "address.add host1",
  ]);
});

test("to nothing: links, then namespaces; what is in them goes with them", () => {
  assert.deepEqual(brief(between(whole, new Map())), ["link.delete router eni1", "namespace.delete router", "namespace.delete host1"]);
});

test("no steps where nothing differs, whether or not the objects are the same", () => {
  assert.deepEqual(between(whole, whole), []);
  assert.deepEqual(between(whole, new Map([["router", { ...router, links: new Map(router.links) }], ["host1", { ...host }]])), []);
});

test("a link that changes is made anew, with all that stood on either end", () => {
  const changed = new Map([["router", { ...router, links: new Map([["eni1", link(1, "02:00:00:00:00:0b")]]) }], ["host1", host]]);
  assert.notEqual(linkKey(link(1)), linkKey(link(1, "02:00:00:00:00:0b")));
  assert.deepEqual(brief(between(whole, changed)), [
    "link.delete router eni1", "link.add router eni1", "address.add router", "route.add router", "neighbour.add router", "address.add host1",
  ]);
});

test("a route that goes is taken away before another comes", () => {
  const other: Route = { destination: cidr("10.0.0.99/32"), device: "eni1", metric: 7 };
  const changed = new Map([["router", { ...router, routes: new Map([[routeKey(other), other]]) }], ["host1", host]]);
  assert.deepEqual(between(whole, changed), [
    { op: "route.delete", namespace: "router", route: route(1) },
    { op: "route.add", namespace: "router", route: other },
  ]);
});

/** What a kernel makes of the steps: links take along what stands on them, namespaces all. */
function replay(from: States, steps: readonly Step[]): Map<string, Record<"links" | "addresses" | "routes" | "neighbours", Set<string>>> {
  const sets = ({ links, addresses, routes, neighbours, rules }: NamespaceState) => ({
    links: new Set([...links.values()].map(linkKey)),
    addresses: new Set(addresses.keys()),
    routes: new Set(routes.keys()),
    neighbours: new Set(neighbours.keys()),
    rules: new Set(rules.keys()),
  });
  const all = new Map([...from].map(([name, each]) => [name, sets(each)]));
  const at = (name: string) => {
    const found = all.get(name);
    assert.ok(found, `a step in ${name}, which is not there`);
    return found;
  };
  const clear = (name: string, device: string) => {
    const there = all.get(name);
    for (const kind of ["links", "addresses", "neighbours"] as const) for (const key of there?.[kind] ?? []) if (key.startsWith(`${device} `)) there?.[kind].delete(key);
    for (const key of there?.routes ?? []) if (key.includes(` ${device} `)) there?.routes.delete(key);
  };
  for (const step of steps) {
    switch (step.op) {
      case "namespace.add": all.set(step.namespace, sets(state(step.role))); break;
      case "namespace.delete": assert.ok(all.delete(step.namespace)); break;
      case "link.add":
        clear(step.namespace, step.link.device);
        clear(step.link.peer.namespace, step.link.peer.device);
        at(step.namespace).links.add(linkKey(step.link));
        break;
      case "link.delete": {
        const peer = from.get(step.namespace)?.links.get(step.device)?.peer;
        clear(step.namespace, step.device);
        if (peer) clear(peer.namespace, peer.device);
        break;
      }
      case "address.add": at(step.namespace).addresses.add(addressKey(step.address)); break;
      case "address.delete": at(step.namespace).addresses.delete(addressKey(step.address)); break;
      case "route.add": at(step.namespace).routes.add(routeKey(step.route)); break;
      case "route.delete": at(step.namespace).routes.delete(routeKey(step.route)); break;
      case "neighbour.add": at(step.namespace).neighbours.add(neighbourKey(step.neighbour)); break;
      case "neighbour.delete": at(step.namespace).neighbours.delete(neighbourKey(step.neighbour)); break;
      case "rule.add": at(step.namespace).rules.add(ruleKey(step.rule)); break;
      case "rule.delete": at(step.namespace).rules.delete(ruleKey(step.rule)); break;
      case "nft": assert.fail("no rules here");
    }
  }
  return all;
}

test("any state to any state", () => {
  const random = new Random(seed);
  const some = (): States => {
    const numbers = random.sample([1, 2, 3, 4], random.below(5));
    const macs = new Map(numbers.map((number) => [number, random.pick(["02:00:00:00:00:0a", "02:00:00:00:00:0b"])]));
    const kept = <T>(make: (number: number) => T): T[] => numbers.filter(() => random.chance(0.8)).map(make);
    const links = numbers.map((number) => link(number, macs.get(number)));
    const routerOf = state("router", { links, addresses: kept(address), routes: kept(route), neighbours: kept(neighbour) });
    const rules = () => (random.chance(0.5) ? [{ source: ip("10.0.0.1"), table: random.pick([10_001, 10_002]) }] : []);
    const hosts = numbers.map((number) => [`host${number}`, state("host", { addresses: random.chance(0.8) ? [hostAddress] : [], rules: rules() })] as const);
    return new Map<string, NamespaceState>([...(numbers.length > 0 ? [["router", routerOf] as const] : []), ...hosts]);
  };
  for (let times = 0; times < 500; times++) {
    const [from, to] = [some(), some()];
    assert.deepEqual(replay(from, between(from, to)), replay(to, []), `BAILEY_SEED=${seed}, pair ${times}`);
  }
});

test("the way beyond the machine is open before routes lead there, and closes after; what is not whole is made anew", () => {
  const beyond = { device: "eni1", whole: true };
  const closed: States = new Map([["router", state("router")], ["machine", state("machine")]]);
  const opened: States = new Map([["router", state("router", { routes: [route(1)] })], ["machine", { ...state("machine"), beyond }]]);
  const torn: States = new Map([...opened, ["machine", { ...state("machine"), beyond: { ...beyond, whole: false } }]]);
  assert.deepEqual(brief(between(closed, opened)), ["beyond.add machine eni1", "route.add router"]);
  assert.deepEqual(brief(between(opened, closed)), ["route.delete router", "beyond.delete machine eni1"]);
  assert.deepEqual(brief(between(torn, opened)), ["beyond.add machine eni1"]);
  assert.deepEqual(brief(between(torn, closed)), ["route.delete router", "beyond.delete machine eni1"]);
  assert.deepEqual(brief(between(opened, new Map())), ["beyond.delete machine eni1", "namespace.delete router"]);
});
