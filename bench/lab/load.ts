/** What is sent through a site's router, as fast as one core can; and how much of it arrived. */
import { spawn, spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { ip } from "../../test/network.ts";
import { tell } from "../report.ts";
import { Sender } from "../sender.ts";
import { client, routerMac, server, type Site } from "./site.ts";

/** Packets of 64 bytes that came out at the server each second. */
export function udpRate(site: Site, flows: number, seconds: number, to: string = server.address): number {
  const sender = new Sender(site.client, site.server, "eth0");
  try {
    return sender.run({ source: ip(client.address), destination: ip(to), mac: client.mac, routerMac, flows, seconds });
  } finally {
    sender.close();
  }
}

/** Whether there is an iperf3; says so where there is none. */
export function canMeasureTcp(): boolean {
  if (spawnSync("iperf3", ["--version"]).status === 0) return true;
  tell("iperf3 is not installed: no TCP rows (apt-get install iperf3)");
  return false;
}

/** Gb each second of one connection; iperf3 knows whole seconds only, and takes none for ever. */
export async function tcpRate(site: Site, seconds: number, to: string = server.address): Promise<number> {
  const listener = spawn("ip", ["netns", "exec", site.server, "iperf3", "-s", "-1", "-B", to], { stdio: "ignore" });
  await sleep(300);
  const result = spawnSync("ip", ["netns", "exec", site.client, "iperf3", "-c", to, "-t", String(Math.max(1, Math.round(seconds))), "-J"], { encoding: "utf8" });
  listener.kill();
  const parsed = JSON.parse(result.stdout) as { end?: { sum_received?: { bits_per_second: number } }; error?: string };
  if (!parsed.end?.sum_received) throw new Error(`iperf3: ${parsed.error ?? result.stderr}`);
  return parsed.end.sum_received.bits_per_second / 1e9;
}
