/**
 * Random worlds of two VPCs with all that routes can lead to, in force on the kernel: each packet, and each answer, comes
 * out where the judge's whole journey says, and under the addresses it says.
 */
import "./own-machine.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Journey, type Leg, travel } from "../../src/policy/journey.ts";
import { publicOf } from "../../src/policy/judge.ts";
import { lower } from "../../src/policy/lower.ts";
import { isInterface } from "../../src/policy/network.ts";
import { owns, wayOf } from "../../src/policy/route.ts";
import type { World } from "../../src/model/world.ts";
import { formatIp, type Ip } from "../../src/values/ip.ts";
import { hasPorts } from "../../src/values/protocol.ts";
import { within } from "../../src/values/ports.ts";
import { withEndings } from "../endings.ts";
import { Random, seed } from "../random.ts";
import { nobody, openCrossings, outside, outside6 } from "./crossings.ts";
import { canUseKernel } from "./lab.ts";
import { answerTo, parsePacket } from "./packet-text.ts";
import { randomSite, type RandomSite } from "./random-site.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };
const worlds = Number(process.env["BAILEY_WORLDS"] ?? 8);
const packetsEach = 160;

interface Shot {
  readonly from: string;
  readonly packet: string;
}

/** What should become of a packet: the end where it comes out, and how it looks there; ports a NAT chose are `*`. */
interface Fate {
  readonly seen: string;
  readonly journey: Journey;
  /** It came to an appliance, which nothing makes send it on. */
  readonly stops: boolean;
}

function shotsOf(random: Random, { hosts, natIps }: RandomSite): Shot[] {
  const names = Object.keys(hosts);
  const publicIps = [...Object.values(hosts).flatMap(({ publicIp }) => publicIp || []), ...natIps, "203.0.113.250"];
  return Array.from({ length: packetsEach }, (_, at): Shot => {
    const from = random.chance(0.15) ? "internet" : random.pick(names);
    const family = random.chance(0.7) ? 4 : 6;
    const own = (name: string): string => (family === 4 ? (hosts[name]?.address ?? "") : (hosts[name]?.address6 ?? ""));
    const machine = family === 4 ? outside : outside6;
    const source = from === "internet" ? machine : own(from);
    const others = names.filter((name) => name !== from).map(own);
    const destination =
      from === "internet"
        ? random.pick(family === 4 ? publicIps : names.map(own))
        : random.chance(0.25) ? machine : random.pick([...others, ...others, ...(family === 4 ? publicIps : [])]);
    const port = random.pick([22, 53, 80, 443, 444, 8080]);
    const [a, b] = [source, destination].map((ip) => (family === 4 ? ip : `[${ip}]`));
    const name = random.pick(["tcp", "udp", "tcp", "icmp"]);
    if (name === "icmp") return { from, packet: family === 4 ? `icmp ${source} > ${destination} 8/0 #${1000 + at}` : `icmp6 ${source} > ${destination} 128/0 #${1000 + at}` };
    return { from, packet: `${name} ${a}:${40_000 + at} > ${b}:${port}${name === "tcp" ? " S" : ""}` };
  });
}

/** As the packet is at the end of a leg. */
function sourceAt({ packet, nat, to }: Leg): Ip {
  const [given] = nat?.addresses ?? [];
  if (!to || isInterface(to) || to.kind === "peering") return given?.private ?? packet.source;
  return given?.public ?? publicOf(to, packet.source) ?? packet.source;
}

function fateOf(world: World, site: RandomSite, { from, packet }: Shot): Fate {
  const sent = parsePacket(packet);
  const start = from === "internet" ? ("internet" as const) : { network: site.hosts[from]?.vpc ?? "", interface: site.hosts[from]?.eni ?? "" };
  const journey = travel(lower(world), { from: start, ...sent, ...(hasPorts(sent.protocol) && { sourcePort: sent.sourcePort ?? 0 }) });
  const translated = journey.there.some(({ nat }) => nat);
  const arriving = (end: string, leg: Leg): string => {
    const ip = (address: Ip): string => (hasPorts(sent.protocol) && address.family === 6 ? `[${formatIp(address)}]` : formatIp(address));
    const [source, destination] = [sourceAt(leg), leg.packet.destination].map(ip);
    const [name] = packet.split(" ");
    if (hasPorts(sent.protocol)) return `${end}: ${name} ${source}:${translated ? "*" : sent.sourcePort} > ${destination}:${sent.value}${packet.endsWith(" S") ? " S" : ""}`;
    return `${end}: ${name} ${source} > ${destination} ${sent.value >> 8}/0 #${translated ? "*" : sent.identifier}`;
  };
  for (const leg of journey.there) {
    if (leg.judgement.verdict === "drop" || !leg.to) return { seen: nobody, journey, stops: false };
    const { to } = leg;
    if (!isInterface(to)) continue;
    const [name = ""] = Object.entries(site.hosts).find(([, { eni }]) => eni === to.id) ?? [];
    return { seen: arriving(name, leg), journey, stops: !owns(to, leg.packet.destination) };
  }
  const last = journey.there.at(-1);
  const reached = journey.beyond && last && [outside, outside6].includes(formatIp(last.packet.destination));
  return { seen: reached ? arriving("internet", last) : nobody, journey, stops: false };
}

/** Whether the answer is led to an appliance that did not see the question: it ends there. */
function isLedAside({ journey }: Fate): boolean {
  const last = journey.back?.at(-1);
  if (last?.judgement.verdict !== "drop") return false;
  const { to } = wayOf(last.network, last.from, last.packet.destination, true);
  return to !== undefined && isInterface(to) && !to.checked;
}

/** What should become of the answer to what was seen. */
function answerFate({ from, packet }: Shot, { journey, seen }: Fate, came: string): string {
  const sent = parsePacket(came.slice(came.indexOf(": ") + 2));
  const { refusedPorts } = journey;
  const translated = seen.includes("*");
  const port = translated ? (sent.sourcePort ?? 0) : undefined;
  const refused = journey.verdict === "drop" && (!refusedPorts || port === undefined || refusedPorts.some((range) => within(range, port)));
  return refused ? nobody : `${from}: ${answerTo(packet)}`;
}

const matches = (seen: string, expected: string): boolean =>
  new RegExp(`^${expected.replace(/[.()[\]/]/g, "\\$&").replaceAll("*", "\\d+")}$`).test(seen);

test("in random worlds with gateways, NATs, peerings and appliances, packets and answers come out where the judge says", options, async () => {
  const random = new Random(seed);
  const tally = { packets: 0, arrived: 0, translated: 0, peered: 0, beyond: 0, answers: 0, answered: 0 };
  for (let at = 0; at < worlds; at++) {
    await withEndings(async (defer) => {
      const site = randomSite(random);
      const crossings = await openCrossings(defer, site.site);
      await crossings.reach(site.hosts);
      const shots = shotsOf(random, site);
      const fates = shots.map((shot) => fateOf(site.site.world, site, shot));
      const came = await crossings.volley(shots);
      const says = (what: string, { from, packet }: Shot, expected: string, seen: string, { journey }: Fate): string =>
        `BAILEY_SEED=${seed}, world ${at}: ${what} of ${from} sends ${packet}\n  expected ${expected}\n  seen     ${seen}\n  ${site.text.join("\n  ")}\n  ${[...journey.there, ...(journey.back ?? [])].map(({ judgement }) => JSON.stringify(judgement.trace.at(-1))).join("\n  ")}`;
      const wrong: string[] = [];
      const answers: { readonly shot: Shot; readonly fate: Fate; readonly came: string }[] = [];
      for (const [index, shot] of shots.entries()) {
        const [fate, seen = nobody] = [fates[index], came[index]];
        // Whose routes lead to itself gets its own packets back, or not.
        if (!fate || fate.seen.startsWith(`${shot.from}:`)) continue;
        tally.packets++;
        if (!matches(seen, fate.seen)) wrong.push(says("what", shot, fate.seen, seen, fate));
        else if (seen !== nobody) {
          tally.arrived++;
          if (fate.journey.there.some(({ nat }) => nat)) tally.translated++;
          if (fate.journey.there.length > 1) tally.peered++;
          if (fate.journey.beyond) tally.beyond++;
          if (!fate.stops && !isLedAside(fate)) answers.push({ shot, fate, came: seen });
        }
      }
      assert.deepEqual(wrong.slice(0, 3), []);
      const replies = answers.map(({ came: seen }) => ({ from: seen.slice(0, seen.indexOf(":")), packet: answerTo(seen.slice(seen.indexOf(": ") + 2)) }));
      const back = await crossings.volley(replies);
      for (const [index, { shot, fate, came: seen }] of answers.entries()) {
        const [expected, answer = nobody] = [answerFate(shot, fate, seen), back[index]];
        tally.answers++;
        if (!matches(answer, expected)) wrong.push(says("the answer", shot, expected, answer, fate));
        else if (answer !== nobody) tally.answered++;
      }
      assert.deepEqual(wrong.slice(0, 3), []);
    });
  }
  assert.ok(tally.arrived > 20 && tally.arrived < tally.packets && tally.translated > 0 && tally.peered > 0 && tally.beyond > 0 && tally.answered > 20, JSON.stringify(tally));
});
