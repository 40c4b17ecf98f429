/** Packets between the hosts of a live world and the internet: where each comes out, and how it looks there. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { machine, uplinkDevice } from "../../src/compile/names.ts";
import { Rtnetlink } from "../../src/io/rtnetlink.ts";
import { type Live, openLive, silence, type Watch } from "./live.ts";
import type { Defer } from "../endings.ts";
import { frameBytes, tagOf } from "./frame.ts";
import { answerTo, parsePacket, readFrame } from "./packet-text.ts";
import type { Host, Site } from "./site.ts";
import { Wire } from "./wire.ts";

/** The machine's own address on the internet. */
export const outside = "203.0.113.1";
export const outside6 = "2001:db8::1";
export const nobody = "nobody";

const routerMac = "02:ba:11:e7:00:01";
const edgeMac = "02:ba:11:e7:00:02";

/** Milliseconds after which what is not there is taken as dropped, and the limit for what is expected. What comes later fails the test. */
const quiet = 8;
const patience = 1000;
/** Milliseconds without any packet after which no more of a volley comes. */
const quietAll = 40;

/** Tags below are those of a test's own traffic. */
const firstTag = 1 << 20;

interface End {
  readonly wire: Wire;
  readonly mac: string;
  /** Whom it sends everything to. */
  readonly next: string;
}

interface Probe {
  readonly padding?: number;
}

export interface Crossings {
  readonly live: Live;
  /** The site's present world comes into force, with a wire to each of the hosts that are named. */
  reach(hosts?: Readonly<Record<string, Host>>): Promise<void>;
  /** Sends a packet from an end: fails unless it comes out as expected. In what is expected, `*` is any number, and `?` any word. Returns the packet as it came out. */
  sends(from: string, packet: string, expected: string, probe?: Probe): Promise<string>;
  /** A packet and its answer. Returns the packet as it came out. */
  asks(from: string, packet: string, expected: string): Promise<string>;
  /** Sends packets from ends all at once. Says where each came out and how, in their order; `nobody` where it did not. */
  volley(packets: readonly { readonly from: string; readonly packet: string }[]): Promise<string[]>;
  /** What came to an end that none of the hosts sent: errors and resets. */
  hears(end: string, expected: string): Promise<void>;
}

/** Starts a loop for a site that nothing is in force of yet; what came where nobody expected it fails at the end. */
export async function openCrossings(defer: Defer, site: Site, watch?: Watch): Promise<Crossings> {
  const late: string[] = [];
  defer(() => assert.deepEqual(late, [], "packets that were taken for dropped"));
  const live = await openLive(defer, watch);
  const ends = new Map<string, End>();
  const heard = new Map<string, string[]>();
  let tag = firstTag;
  /** What has come in with a tag. */
  const collect = (wanted: number): string[] => {
    const found: string[] = [];
    for (const [name, { wire }] of ends) {
      for (const frame of wire.frames()) {
        const packet = readFrame(frame);
        // Routers say who they are to all at once.
        if (packet === undefined || packet.includes("> ff02::")) continue;
        const seen = `${name}: ${packet}`;
        const of = tagOf(frame);
        if (of === undefined || / about /.test(packet)) heard.set(name, [...(heard.get(name) ?? []), packet]);
        else if (of === wanted) found.push(seen);
        else if (of >= firstTag) late.push(seen);
      }
    }
    return found;
  };
  const send = async (from: string, packet: string, patient: boolean, { padding }: Probe = {}): Promise<string> => {
    const { wire, mac, next } = ends.get(from) ?? assert.fail(`no wire to ${from}`);
    const own = tag++;
    wire.send(frameBytes({ ...parsePacket(packet), tag: own, ...(padding !== undefined && { padding }) }, mac, next));
    for (let waited = 0; ; waited += 1) {
      const found = collect(own);
      if (found.length > 0) return found.join(" and ");
      if (waited >= (patient ? patience : quiet)) return nobody;
      await sleep(1);
    }
  };
  const sends: Crossings["sends"] = async (from, packet, expected, probe) => {
    const seen = await send(from, packet, expected !== nobody, probe);
    assert.match(seen, pattern(expected), `${from} sends ${packet}`);
    return seen.replace(/^\S+: /, "");
  };
  const reach: Crossings["reach"] = async (hosts = {}) => {
    await live.reach(site.world);
    for (const [name, { instance }] of Object.entries(hosts)) {
      const { mac } = site.interfaceOf(instance);
      ends.set(name, { wire: await live.wire(instance), mac, next: routerMac });
    }
    const uplink = uplinkDevice(live.realm);
    if (ends.has("internet") || !devices().includes(uplink)) return;
    await live.kernel.run([{ op: "nft", namespace: machine, commands: silence }]);
    const wire = new Wire(undefined, uplink);
    defer(() => wire.close());
    ends.set("internet", { wire, mac: routerMac, next: edgeMac });
  };
  const volley: Crossings["volley"] = async (packets) => {
    const first = tag;
    const found: string[][] = packets.map(() => []);
    tag += packets.length;
    for (const [at, { from, packet }] of packets.entries()) {
      const { wire, mac, next } = ends.get(from) ?? assert.fail(`no wire to ${from}`);
      wire.send(frameBytes({ ...parsePacket(packet), tag: first + at }, mac, next));
    }
    for (let waited = 0; waited < quietAll; waited++) {
      for (const [name, { wire }] of ends) {
        for (const frame of wire.frames()) {
          const own = found[(tagOf(frame) ?? 0) - first];
          if (!own) continue;
          own.push(`${name}: ${readFrame(frame)}`);
          waited = 0;
        }
      }
      await sleep(1);
    }
    return found.map((seen) => seen.join(" and ") || nobody);
  };
  return {
    live,
    reach,
    volley,
    sends,
    asks: async (from, packet, expected) => {
      const seen = await sends(from, packet, expected);
      const [to = ""] = expected.split(":");
      await sends(to, answerTo(seen), `${from}: ${answerTo(packet)}`);
      return seen;
    },
    hears: async (end, expected) => {
      for (let waited = 0; waited < (expected === nobody ? quiet : patience) && !heard.has(end); waited += 1) {
        late.push(...collect(0));
        await sleep(1);
      }
      assert.match((heard.get(end) ?? [nobody]).join(" and "), pattern(expected), `what ${end} hears`);
      heard.delete(end);
    },
  };
}

/** The devices of the machine. */
function devices(): string[] {
  const route = new Rtnetlink();
  try {
    return route.links().map(({ name }) => name);
  } finally {
    route.close();
  }
}

const pattern = (expected: string): RegExp => new RegExp(`^${expected.replace(/[.()[\]/]/g, "\\$&").replaceAll("*", "\\d+").replaceAll("?", "\\S+")}$`);
