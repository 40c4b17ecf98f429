/** Reads what the kernel counted in every counted network, and tells it as records. Runs on a thread of its own. */
import { closeSync } from "node:fs";
import { gates, gateShift, overflow, type Table, tables } from "../compile/count.ts";
import { routerNamespace } from "../compile/names.ts";
import { endBy, type Observed, recordsOf, type Told } from "../flow/observe.ts";
import { idleOf, skippedIn, toldKey } from "../flow/silence.ts";
import type { World } from "../model/world.ts";
import { lower } from "../policy/lower.ts";
import type { Network } from "../policy/network.ts";
import { formatIp } from "../values/ip.ts";
import { FlowCounts, type Reading } from "./flow-counts.ts";
import { enterNamespace, namespaceNumber, openNamespace } from "./namespaces.ts";

/** What one window brought. */
export interface Tally {
  readonly flows: number;
  /** Packets that found no room to be counted. */
  readonly missed: number;
}

export interface FlowReader {
  /**
   * Tells every record of the time since the last reading, which began at `start`, both in milliseconds since 1970. The
   * world is the present one; flows of what is gone from it are told by the one before.
   */
  read(world: World, start: number, end: number, tell: (told: Told) => void): Tally;
  /** Notes which tables count; says whether there was one it did not know. */
  note(world: World): boolean;
  /** By VPC, the table its counts were last seen in: of one that is not there any more, what was not read is lost. */
  tables(): Readonly<Record<string, string>>;
  close(): void;
}

interface Opened {
  /** The namespace's inode: one made anew under the same name is another. */
  readonly number: number;
  readonly counts: FlowCounts;
}

const flowTables = tables.filter(({ name }) => !name.includes("/flags"));
const flagTables = tables.filter(({ name }) => name.includes("/flags"));
/** TCP's own bits, and those that records have: ACK beside SYN only. */
const [FIN, SYN, RST, ACK] = [1, 2, 4, 16];

/**
 * Starts with nothing open; `lastTables` are those of an earlier reader. The thread that calls it must have no need of the
 * namespace it is in.
 */
export function openFlowReader(realm: string, lastTables: Readonly<Record<string, string>> = {}): FlowReader {
  const readFrom = new Map(Object.entries(lastTables));
  const opened = new Map<string, Opened>();
  const active = new Set<string>();
  let before: ReadonlyMap<string, { readonly world: World; readonly network: Network }> = new Map();

  const countsOf = (vpc: string): FlowCounts | undefined => {
    const name = routerNamespace(realm, vpc);
    const number = namespaceNumber(name);
    const known = opened.get(vpc);
    if (known && known.number === number) return known.counts;
    known?.counts.close();
    opened.delete(vpc);
    if (number === undefined) return undefined;
    const fd = openNamespace(name);
    try {
      enterNamespace(fd);
      const counts = new FlowCounts();
      opened.set(vpc, { number, counts });
      return counts;
    } finally {
      closeSync(fd);
    }
  };

  /** Whether what was counted since the last reading may be in a table that has been replaced. */
  const isReplaced = (vpc: string, counts: FlowCounts): boolean => {
    const last = readFrom.get(vpc);
    const handle = counts.handle();
    if (handle !== undefined) readFrom.set(vpc, `${opened.get(vpc)?.number}/${handle}`);
    return last !== undefined && last !== readFrom.get(vpc);
  };

  return {
    note(world) {
      const unknown = countedIn(world).filter((id) => !readFrom.has(id));
      for (const id of unknown) {
        const counts = countsOf(id);
        if (counts) isReplaced(id, counts);
      }
      return unknown.some((id) => readFrom.has(id));
    },
    read(world, start, end, tell) {
      const sites = new Map([...lower(world)].flatMap(([id, network]) => (network.counted ? [[id, { world, network }] as const] : [])));
      const window = { start: Math.floor(start / 1000), end: Math.floor(end / 1000) };
      const told = new Set<string>();
      const say = (each: Told) => {
        told.add(toldKey(each));
        tell(each);
      };
      const skipped = new Set<string>();
      let [flows, missed] = [0, 0];
      for (const id of new Set([...sites.keys(), ...before.keys()])) {
        const counts = countsOf(id);
        const site = sites.get(id) ?? before.get(id);
        if (!counts || !site) continue;
        const last = before.get(id);
        if (isReplaced(id, counts)) skipped.add(id);
        for (const observed of observations(counts, start, end)) {
          flows++;
          const known = endBy(site.network, observed.device) || !last ? site : last;
          for (const each of recordsOf(known, observed, window)) say(each);
        }
        const lost = counts.tally(overflow.accepted) + counts.tally(overflow.refused);
        if (lost + counts.torn() > 0) skipped.add(id);
        missed += lost;
      }
      for (const key of told) active.add(key);
      const silent = active.size > 0 ? idleOf(world, window, { active, told }) : [];
      const unknown = skipped.size > 0 ? skippedIn(world, window, skipped) : [];
      for (const each of unknown) told.add(toldKey(each));
      for (const each of [...unknown, ...silent.filter((one) => !told.has(toldKey(one)))]) tell(each);
      before = sites;
      for (const id of readFrom.keys()) if (!sites.has(id)) readFrom.delete(id);
      return { flows, missed };
    },
    tables: () => Object.fromEntries(readFrom),
    close() {
      for (const { counts } of opened.values()) counts.close();
      opened.clear();
    },
  };
}

/** The VPCs whose flows are counted. */
export const countedIn = (world: World): string[] => [...lower(world)].flatMap(([id, network]) => (network.counted ? [id] : []));

/** What a network counted, each flow with the flags its packets had. Times in milliseconds since 1970. */
export function* observations(counts: FlowCounts, start: number, end: number): Generator<Observed> {
  const flags = new Map<string, number>();
  const noteFlags = (from: readonly Table[]) => {
    for (const table of from) {
      for (const reading of counts.read(table)) {
        const key = flowKey(table, reading);
        flags.set(key, (flags.get(key) ?? 0) | recorded(reading.flags));
      }
    }
  };
  noteFlags(flagTables);
  for (const table of flowTables) {
    for (const reading of counts.read(table)) yield observedOf(table, reading, flags.get(flowKey(table, reading)) ?? 0, start, end);
  }
}

const flowKey = ({ fate, protocol }: Table, { source, destination, sourcePort, destinationPort }: Reading): string =>
  protocol === 6 ? `${fate} ${formatIp(source)} ${sourcePort} ${formatIp(destination)} ${destinationPort}` : "";

/** FIN 1, SYN 2, RST 4; SYN with ACK 18. */
const recorded = (flags: number): number => (flags & (FIN | SYN | RST)) | (flags & SYN && flags & ACK ? ACK : 0);

function observedOf(table: Table, reading: Reading, tcpFlags: number, start: number, end: number): Observed {
  const { by, idle, flags: _, ...flow } = reading;
  const refused = table.fate === "refused";
  const gate = refused ? gates[(by >>> gateShift) - 1] : undefined;
  const last = Math.max(start, end - idle);
  return {
    ...flow,
    device: refused ? by & (2 ** gateShift - 1) : by,
    ...(gate !== undefined && { gate }),
    tcpFlags,
    first: flow.packets === 1 ? last : start,
    last,
  };
}
