/**
 * The thread that touches the kernel. It moves between network namespaces, which only a thread of its own may do, and
 * its calls block; the main thread speaks to it in steps.
 */
import fs from "node:fs";
import { parentPort } from "node:worker_threads";
import { addressKey, linkKey, neighbourKey, routeKey, ruleKey } from "../apply/state.ts";
import { machine, uplinkOf } from "../compile/names.ts";
import { type Link, type Marker, type ObservedNamespace, type Step, StepFailure, tapPort } from "../apply/kernel.ts";
import { mtu } from "../model/subnet.ts";
import { parseMarker } from "../compile/nft.ts";
import { Conntrack } from "./conntrack.ts";
import type { Device } from "./attachments.ts";
import { closeBeyond, observeBeyond, openBeyond } from "./beyond.ts";
import { answerAtOnce, enterNamespace, isNamespace, makeNamespace, namespacesWith, openMachineNamespace, openNamespace, removeNamespace } from "./namespaces.ts";
import { type Nft, openNft } from "./nftables.ts";
import { Rtnetlink } from "./rtnetlink.ts";
import { joinedTap, joinTap, returnTaps } from "./taps.ts";
import { openSockets, type SocketAddress } from "./sockets.ts";

interface Open {
  readonly fd: number;
  readonly route: Rtnetlink;
  /** Made when first needed: a context costs memory, and hosts have no rules. */
  nft?: Nft;
  conntrack?: Conntrack;
}

const opened = new Map<string, Open>();

function open(namespace: string): Open {
  const known = opened.get(namespace);
  if (known) return known;
  const fd = namespace === machine ? openMachineNamespace() : openNamespace(namespace);
  enterNamespace(fd);
  const made: Open = { fd, route: new Rtnetlink() };
  opened.set(namespace, made);
  return made;
}

function nft(namespace: string): Nft {
  const space = open(namespace);
  if (!space.nft) {
    enterNamespace(space.fd);
    space.nft = openNft();
  }
  return space.nft;
}

function conntrack(namespace: string): Conntrack {
  const space = open(namespace);
  if (!space.conntrack) {
    enterNamespace(space.fd);
    space.conntrack = new Conntrack();
  }
  return space.conntrack;
}

function forget(namespace: string): void {
  const known = opened.get(namespace);
  if (!known) return;
  known.nft?.close();
  known.conntrack?.close();
  known.route.close();
  fs.closeSync(known.fd);
  opened.delete(namespace);
}

/** What a link was made from, kept on it so that a process with no memory can compare. */
const aliasOf = (link: Link): string => `bailey ${linkKey(link)}`;

function run(step: Step): void {
  const { namespace } = step;
  switch (step.op) {
    case "namespace.add":
      if (isNamespace(namespace)) return;
      if (step.role === "foreign" || step.role === "machine") throw new Error("it was not made here, and is gone");
      // Somebody else may have deleted the one of that name that is still open.
      forget(namespace);
      makeNamespace(namespace, step.role, () => {
        const route = new Rtnetlink();
        route.setUp("lo");
        route.close();
      });
      return;
    case "namespace.delete":
      if (isNamespace(namespace)) returnTaps(open(namespace), () => open(machine));
      forget(namespace);
      removeNamespace(namespace);
      return;
    case "link.add": {
      const { link } = step;
      const { route, fd } = open(namespace);
      const peer = open(link.peer.namespace);
      route.deleteLink(link.device);
      route.addVeth(link, peer.fd);
      peer.route.forget(link.peer.device);
      peer.route.setUp(link.peer.device);
      route.setUp(link.device);
      enterNamespace(fd);
      answerAtOnce(link.device);
      // Last: a link without its alias was left half made, and is made again.
      route.setAlias(link.device, aliasOf(link));
      return;
    }
    case "link.delete":
      return open(namespace).route.deleteLink(step.device);
    case "address.add":
      return open(namespace).route.addAddress(step.address);
    case "address.delete":
      return ignoringGone(() => open(namespace).route.deleteAddress(step.address));
    case "route.add":
      // The machine is others' too: another region of it may give out the same public addresses.
      return namespace === machine ? open(machine).route.addRouteBeside(step.route) : open(namespace).route.addRoute(step.route);
    case "route.delete":
      return ignoringGone(() => open(namespace).route.deleteRoute(step.route));
    case "rule.add":
      return open(namespace).route.addRule(step.rule);
    case "rule.delete":
      return open(namespace).route.deleteRule(step.rule);
    case "neighbour.add":
      return open(namespace).route.addNeighbour(step.neighbour);
    case "neighbour.delete":
      return ignoringGone(() => open(namespace).route.deleteNeighbour(step.neighbour));
    case "beyond.add":
      return openBeyond(onMachine(), step.device);
    case "beyond.delete":
      return closeBeyond(onMachine(), step.device);
    case "tap.add":
      return joinTap(open(namespace), open(machine), step.tap, tapPort, mtu);
    case "connection.delete":
      return conntrack(namespace).forget(step.connection);
    case "nft":
      nft(namespace).run(step.commands);
  }
}

/** How long new links are waited for, in milliseconds: a link that is late is no failure. */
const carrierMs = 1000;

/**
 * The kernel lets a new link carry packets in its own time, and drops them until then; a change is in force only when
 * both ends do.
 */
function waitForCarrier(added: readonly { readonly namespace: string; readonly link: Link }[]): void {
  const ends = Map.groupBy(
    added.flatMap(({ namespace, link }) => [
      { namespace, device: link.device },
      { namespace: link.peer.namespace, device: link.peer.device },
    ]),
    ({ namespace }) => namespace,
  );
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (const [namespace, devices] of ends) {
    const wanted = new Set(devices.map(({ device }) => device));
    const ready = () => open(namespace).route.links().every(({ name, running }) => running || !wanted.has(name));
    for (let waited = 0; waited < carrierMs && !ready(); waited += 2) Atomics.wait(cell, 0, 0, 2);
  }
}

/** What belongs to a device goes with it. */
function ignoringGone(remove: () => void): void {
  try {
    remove();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENODEV")) throw error;
  }
}

function observe(prefix: string): Map<string, ObservedNamespace> {
  const found = new Map<string, ObservedNamespace>();
  for (const namespace of namespacesWith(prefix)) {
    if (isNamespace(namespace)) found.set(namespace, observeOne(namespace));
    else removeNamespace(namespace);
  }
  found.set(machine, observeMachine(uplinkOf(prefix)));
  return found;
}

/** Moves the thread into the machine's namespace. */
function onMachine(): { readonly nft: Nft; readonly route: Rtnetlink } {
  const { fd, route } = open(machine);
  const tables = nft(machine);
  enterNamespace(fd);
  return { nft: tables, route };
}

/** Of the machine's own namespace, what is on our device. */
function observeMachine(uplink: string): ObservedNamespace {
  const { nft: tables, route } = onMachine();
  const ours = <T extends { readonly device?: string }>(all: readonly T[], key: (each: T) => string) =>
    new Map(all.filter(({ device }) => device === uplink).map((each) => [key(each), each]));
  const beyond = observeBeyond({ nft: tables, route }, uplink);
  return {
    ...(beyond && { beyond }),
    role: "machine",
    links: new Map(),
    rules: new Map(),
    addresses: ours(route.addresses(), addressKey),
    routes: ours(route.routes(), routeKey),
    neighbours: ours(route.neighbours(), neighbourKey),
  };
}

function observeOne(namespace: string): ObservedNamespace {
  const { route } = open(namespace);
  const links = new Map<string, Link>();
  for (const { name, index, mac, mtu, alias } of route.links()) {
    if (name === "lo") continue;
    const [, device, number, wantedMac, size, peerNamespace, peerDevice, peerMac, peerIndex] = alias.split(" ");
    const whole = device === name && Number(number) === index && wantedMac === mac && Number(size) === mtu && peerMac !== undefined;
    // An end without our alias is the other end of a link listed elsewhere, or half made: `link.add` replaces it.
    if (!whole || peerNamespace === undefined || peerDevice === undefined) continue;
    links.set(name, { device: name, index, mac, mtu, peer: { namespace: peerNamespace, device: peerDevice, mac: peerMac, ...(peerIndex !== undefined && { index: Number(peerIndex) }) } });
  }
  const marker = readMarker(namespace);
  const tap = joinedTap(route);
  return {
    role: links.size > 0 || marker ? "router" : "host",
    links,
    addresses: new Map(route.addresses().map((each) => [addressKey(each), each])),
    routes: new Map(route.routes().map((each) => [routeKey(each), each])),
    rules: new Map(route.rules().map((each) => [ruleKey(each), each])),
    neighbours: new Map(route.neighbours().map((each) => [neighbourKey(each), each])),
    ...(marker ? { marker } : {}),
    ...(tap === undefined ? {} : { tap }),
  };
}

const readMarker = (namespace: string): Marker | undefined => parseMarker(nft(namespace).run("list chains inet"));

/** The devices of the namespace behind a descriptor. */
function devicesIn(fd: number): Device[] {
  enterNamespace(fd);
  const route = new Rtnetlink();
  try {
    return route.links().map(({ name, kind }) => ({ name, kind }));
  } finally {
    route.close();
  }
}

const port = parentPort;
if (!port) throw new Error("the kernel thread is started as a worker");

type Request = { readonly id: number } & (
  | { readonly run: readonly Step[] }
  | { readonly observe: string }
  | { readonly translated: string }
  | { readonly query: { readonly namespace: string; readonly command: string } }
  | { readonly devices: number }
  | { readonly sockets: { readonly namespace: string; readonly wanted: readonly SocketAddress[] } }
);

function answer(request: Request): unknown {
  if ("observe" in request) return observe(request.observe);
  if ("devices" in request) return devicesIn(request.devices);
  if ("translated" in request) return conntrack(request.translated).translated();
  if ("query" in request) return nft(request.query.namespace).run(request.query.command);
  if ("sockets" in request) {
    enterNamespace(open(request.sockets.namespace).fd);
    return openSockets(request.sockets.wanted);
  }
  for (const { step, devices } of inOneGo(request.run)) {
    try {
      if (devices.length > 1) open(step.namespace).route.deleteLinks(devices);
      else run(step);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new StepFailure(`${step.op} in ${step.namespace}: ${why}`, "link" in step ? step.link.peer.namespace : step.namespace);
    }
  }
  waitForCarrier(request.run.flatMap((step) => (step.op === "link.add" ? [step] : [])));
  return undefined;
}

/** The steps, but links that go one after another from one namespace as one, with all their devices. */
function inOneGo(steps: readonly Step[]): { readonly step: Step; readonly devices: readonly string[] }[] {
  const found: { step: Step; devices: string[] }[] = [];
  for (const step of steps) {
    const last = found.at(-1);
    if (step.op !== "link.delete") found.push({ step, devices: [] });
    else if (last?.step.op === step.op && last.step.namespace === step.namespace) last.devices.push(step.device);
    else found.push({ step, devices: [step.device] });
  }
  return found;
}

port.on("message", (request: Request) => {
  try {
    port.postMessage({ id: request.id, value: answer(request) });
  } catch (error) {
    const failed = error instanceof StepFailure ? { namespace: error.namespace } : {};
    port.postMessage({ id: request.id, error: error instanceof Error ? error.message : String(error), ...failed });
  }
});
