/**
 * Lets what comes by our device in the machine's namespace go on to wherever the machine itself can send it, and answers
 * come back. Forwarding is switched on for our device and for those that default routes lead to; one that did not forward
 * before goes on forwarding nothing else, and is put back at the end. The kernel holds all there is to remember: the
 * table's set of devices.
 *
 * Every call acts on the calling thread's present namespace, which must be the machine's.
 */
import fs from "node:fs";
import type { Beyond } from "../apply/kernel.ts";
import { beyondTable, deleteBeyondTable, hasBeyondTable, isPlainDevice, listBeyondTable, listTables, parseBeyondTable } from "../compile/beyond.ts";
import type { Nft } from "./nftables.ts";
import type { Rtnetlink } from "./rtnetlink.ts";

interface Machine {
  readonly nft: Nft;
  readonly route: Rtnetlink;
}

/** What there is of the way beyond; undefined where nothing is. */
export function observeBeyond({ nft, route }: Machine, device: string): Beyond | undefined {
  const table = readTable(nft, device);
  if (!table) return undefined;
  const outward = outwardDevices(route);
  const { ours, switched } = table;
  const guarded = isRouter() ? switched.length === 0 : switched.every((each) => outward.includes(each));
  return { device, whole: ours && guarded && [device, ...outward].every(forwards) };
}

/** Opens the way beyond, or makes it what it should be. The table comes first, so that nothing else is ever forwarded. */
export function openBeyond({ nft, route }: Machine, device: string): void {
  const before = switchedBefore({ nft, route }, device);
  const outward = outwardDevices(route);
  const switched = isRouter() ? [] : outward.filter((each) => !forwards(each) || before.includes(each));
  nft.run(beyondTable(device, switched));
  for (const each of [device, ...outward]) setForwarding(each, true);
  if (!isRouter()) for (const each of before) if (!outward.includes(each)) setForwarding(each, false);
}

/** Closes it, and puts back what was switched on. Before the table goes, nothing is forwarded for us any more. */
export function closeBeyond({ nft, route }: Machine, device: string): void {
  const before = switchedBefore({ nft, route }, device);
  if (!isRouter()) for (const each of [device, ...before]) setForwarding(each, false);
  if (readTable(nft, device)) nft.run(deleteBeyondTable(device));
}

/** The devices that forward for our sake alone: by the table, or, when somebody flushed it, by our own device's word. */
function switchedBefore({ nft, route }: Machine, device: string): readonly string[] {
  const table = readTable(nft, device);
  if (table) return table.switched;
  return !isRouter() && forwards(device) ? outwardDevices(route).filter(forwards) : [];
}

const readTable = (nft: Nft, device: string) =>
  hasBeyondTable(nft.run(listTables), device) ? parseBeyondTable(nft.run(listBeyondTable(device)), device) : undefined;

const outwardDevices = (route: Rtnetlink): string[] =>
  route.defaultDevices().filter((name) => isPlainDevice(name) && !name.startsWith("bailey-"));

const settingOf = (device: string): string => `/proc/sys/net/ipv4/conf/${device}/forwarding`;

/** Whether the machine is a router anyway: somebody switched forwarding on for all its devices. */
const isRouter = (): boolean => forwards("all");

const forwards = (device: string): boolean => fs.existsSync(settingOf(device)) && fs.readFileSync(settingOf(device), "utf8").trim() === "1";

/** A device that is gone has no setting. */
function setForwarding(device: string, on: boolean): void {
  if (fs.existsSync(settingOf(device)) && forwards(device) !== on) fs.writeFileSync(settingOf(device), on ? "1" : "0");
}
