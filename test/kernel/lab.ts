/**
 * A network on real nftables: one router namespace as Bailey makes it, and the far ends of all links in one namespace
 * that sends and receives whole frames, so that nothing but the router decides what arrives.
 */
import fs from "node:fs";
import koffi from "koffi";
import type { Kernel, Step } from "../../src/apply/kernel.ts";
import { plan } from "../../src/apply/loop.ts";
import type { Desired } from "../../src/apply/desired.ts";
import { neighbourKey, routeKey } from "../../src/apply/state.ts";
import { openKernel } from "../../src/io/kernel.ts";
import { CLONE_NEWNET, closeFd, setns, socket } from "../../src/io/libc.ts";
import { type LinkSeen, Rtnetlink } from "../../src/io/rtnetlink.ts";
import type { Interface, Network } from "../../src/policy/network.ts";
import { hostCidr } from "../../src/values/ip.ts";
import type { Sent } from "../conntrack.ts";
import { fragmentsOf, frameBytes, tagOf } from "./frame.ts";

export const canUseKernel = process.getuid?.() === 0;
export const routerMac = "02:ba:11:e7:00:01";

const libc = koffi.load("libc.so.6");
const bind = libc.func("int bind(int fd, const uint8_t *address, uint32_t length)");
const send = libc.func("int64_t send(int fd, const uint8_t *buffer, size_t length, int flags)");
const recv = libc.func("int64_t recv(int fd, _Out_ uint8_t *buffer, size_t length, int flags)");
const AF_PACKET = 17;
const SOCK_RAW = 3 | 0o2000000;
const MSG_DONTWAIT = 0x40;
const ETH_P_ALL = 0x0003;

/** A packet socket on a device of a namespace: the wire between a host and its router. */
class Wire {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(16_384);
  constructor(index: number) {
    this.#fd = socket(AF_PACKET, SOCK_RAW, 0);
    const address = Buffer.alloc(20);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeUInt16BE(ETH_P_ALL, 2);
    address.writeInt32LE(index, 4);
    if (bind(this.#fd, address, 20) !== 0) throw new Error(`bind: ${koffi.errno()}`);
  }
  send(frame: Buffer): void {
    if (Number(send(this.#fd, frame, frame.length, 0)) !== frame.length) throw new Error(`send: ${koffi.errno()}`);
  }
  /** Tags of the frames that came in since the last call. Frames this side sent are seen too, and left out. */
  *received(): Generator<{ tag: number; frame: Buffer }> {
    for (;;) {
      const length = Number(recv(this.#fd, this.#buffer, this.#buffer.length, MSG_DONTWAIT));
      if (length < 0) return;
      const frame = Buffer.from(this.#buffer.subarray(0, length));
      // What the router sent has the router's address as its source.
      if (frame.subarray(6, 12).toString("hex") !== routerMac.replaceAll(":", "")) continue;
      const tag = tagOf(frame);
      if (tag !== undefined) yield { tag, frame };
    }
  }
  close(): void {
    closeFd(this.#fd);
  }
}

export interface Probe {
  readonly from: Interface;
  readonly to: Interface;
  readonly sent: Sent;
  /** Worth waiting for: a busy machine may be late, and what is late must not look dropped. */
  readonly hoped?: boolean;
  /** In place of the packet: some of its fragments, in that order. */
  readonly fragments?: { readonly cut: number; readonly send: readonly (0 | 1)[]; readonly padding: number };
}

export interface Lab {
  readonly kernel: Kernel;
  readonly router: string;
  /** The namespace of the far ends of all links. */
  readonly hosts: string;
  /** Puts a network's policy in force, by the same plan as the product's. */
  apply(network: Network): Promise<void>;
  /** Takes our table away, as if it had never been there. */
  unload(): Promise<void>;
  /** Sends one packet out of an interface; says whether it came out at another. */
  crosses(probe: Probe): Promise<boolean>;
  /** As `crosses`, for many packets at once: far faster, as it waits once. */
  crossAll(probes: readonly Probe[]): Promise<boolean[]>;
  /** Forgets all connections. */
  forget(): void;
  close(): Promise<void>;
}

/** Milliseconds without an arrival after which what is not there is taken as dropped, and the limit for what is hoped for. */
const quiet = 3;
const patience = 500;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Opens a lab for a network and those it changes to. `rewrite` changes the plan's steps: what plants a bug. */
export async function openLab(first: Network, rewrite: (steps: Step[]) => Step[] = (steps) => steps): Promise<Lab> {
  const realm = `t${process.pid.toString(16)}${Math.floor(Math.random() * 0xffff).toString(16)}`;
  const kernel = openKernel();
  const router = `bailey-${realm}-vpc-lab`;
  const hosts = `bailey-${realm}-hosts`;
  const wires = new Map<string, Wire>();
  let known: Parameters<typeof plan>[0] = { namespaces: new Map(), rulesets: new Map() };
  let revision = 0;
  const desired = (network: Network): Desired => desiredOf(network, router, hosts);
  const apply = async (network: Network) => {
    revision++;
    const wanted = desired(network);
    const { steps, rulesets } = plan(known, wanted, revision);
    await kernel.run(rewrite(steps));
    known = { namespaces: wanted.namespaces, rulesets };
    if ([...network.interfaces.values()].every(({ device }) => wires.has(device))) return;
    openWires(hosts, [...network.interfaces.values()], wires);
    await running(router, hosts);
  };
  const close = async () => {
    for (const wire of wires.values()) wire.close();
    await kernel.run([router, hosts].map((namespace) => ({ op: "namespace.delete", namespace })));
    await kernel.close();
  };
  try {
    await apply(first);
  } catch (error) {
    await close();
    throw error;
  }
  let tag = Math.floor(Math.random() * 0x10000) << 12;
  const crossAll: Lab["crossAll"] = async (probes) => {
    const base = tag;
    tag += probes.length;
    const arrived = new Map<number, string>();
    const collect = () => {
      for (const [device, wire] of wires) for (const each of wire.received()) arrived.set(each.tag, device);
    };
    for (const [at, { from, sent, fragments }] of probes.entries()) {
      const spec = { ...sent, tag: base + at, ...(fragments && { padding: fragments.padding }) };
      const pieces = fragments && fragmentsOf(spec, fragments.cut);
      const packets = pieces ? fragments.send.map((which) => pieces[which]) : [undefined];
      for (const packet of packets) wires.get(from.device)?.send(frameBytes(spec, from.mac, routerMac, packet));
      if (at % 128 === 127) collect();
    }
    collect();
    await pause(quiet);
    collect();
    const missing = () => probes.some(({ hoped }, at) => hoped && !arrived.has(base + at));
    for (let waited = 0; waited < patience && missing(); waited += quiet) {
      await pause(quiet);
      collect();
    }
    return probes.map(({ to }, at) => arrived.get(base + at) === to.device);
  };
  return {
    kernel,
    router,
    hosts,
    apply,
    unload: async () => {
      await kernel.run([{ op: "nft", namespace: router, commands: "delete table inet bailey" }]);
      known = { ...known, rulesets: new Map() };
    },
    crossAll,
    crosses: async (probe) => (await crossAll([probe]))[0] ?? false,
    forget: () => flushConnections(router),
    close,
  };
}

/** Runs something in a network namespace, on this thread. */
export function inside<T>(namespace: string, what: () => T): T {
  const home = fs.openSync("/proc/thread-self/ns/net", "r");
  const there = fs.openSync(`/run/netns/${namespace}`, "r");
  setns(there, CLONE_NEWNET);
  try {
    return what();
  } finally {
    setns(home, CLONE_NEWNET);
    fs.closeSync(there);
    fs.closeSync(home);
  }
}

/** Adds the wires that are missing. */
function openWires(namespace: string, interfaces: readonly Interface[], wires: Map<string, Wire>): void {
  const missing = interfaces.filter(({ device }) => !wires.has(device));
  const indexes = new Map(linksIn(namespace).map(({ name, index }) => [name, index]));
  inside(namespace, () => {
    for (const { device } of missing) {
      const index = indexes.get(hostEnd(device));
      if (index === undefined) throw new Error(`no ${hostEnd(device)}`);
      wires.set(device, new Wire(index));
    }
  });
}

function linksIn(namespace: string): LinkSeen[] {
  return inside(namespace, () => {
    const route = new Rtnetlink();
    try {
      return route.links().filter(({ name }) => name !== "lo");
    } finally {
      route.close();
    }
  });
}

/** The kernel makes a new link carry packets in its own time; until then it loses them without a word. */
async function running(...namespaces: readonly string[]): Promise<void> {
  while (!namespaces.every((namespace) => linksIn(namespace).every((link) => link.running))) await pause(quiet);
}

const hostEnd = (device: string): string => `h${device.slice(0, 14)}`;

/** IPCTNL_MSG_CT_DELETE without a tuple: every connection of the namespace. */
function flushConnections(namespace: string): void {
  inside(namespace, () => {
    const fd = socket(16, SOCK_RAW, 12);
    const message = Buffer.alloc(20);
    message.writeUInt32LE(20, 0);
    message.writeUInt16LE((1 << 8) | 2, 4);
    message.writeUInt16LE(1 | 4, 6);
    send(fd, message, message.length, 0);
    recv(fd, Buffer.alloc(4096), 4096, 0);
    closeFd(fd);
  });
}

function desiredOf(network: Network, router: string, hosts: string): Desired {
  const links = new Map(
    [...network.interfaces.values()].map(({ device, index, mac }) => [
      device,
      { device, index, mac: routerMac, mtu: 9001, peer: { namespace: hosts, device: hostEnd(device), mac } },
    ]),
  );
  const routed = [...network.interfaces.values()].flatMap(({ device, addresses, mac }) =>
    addresses.map((ip) => ({
      route: { destination: hostCidr(ip), device, metric: ip.family === 4 ? 0 : 1024 },
      neighbour: { device, ip, mac },
    })),
  );
  return {
    namespaces: new Map([
      [
        router,
        {
          role: "router" as const,
          links,
          addresses: new Map(),
          routes: new Map(routed.map(({ route }) => [routeKey(route), route])),
          neighbours: new Map(routed.map(({ neighbour }) => [neighbourKey(neighbour), neighbour])),
          rules: new Map(),
        },
      ],
      [hosts, { role: "host" as const, links: new Map(), addresses: new Map(), routes: new Map(), neighbours: new Map(), rules: new Map() }],
    ]),
    networks: new Map([[router, network]]),
  };
}
