/** Records against the interfaces' own counters: every packet in one record of each side, none in two, under load and change. */
import "./own-machine.ts";
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { authorizeSecurityGroupIngress } from "../../src/api/ec2/authorize-security-group.ts";
import { createFlowLogs } from "../../src/api/ec2/create-flow-logs.ts";
import { createNetworkAclEntry, deleteNetworkAclEntry } from "../../src/api/ec2/network-acl-entry.ts";
import { revokeSecurityGroupIngress } from "../../src/api/ec2/revoke-security-group.ts";
import { hostNamespace, routerNamespace } from "../../src/compile/names.ts";
import { openFlowCapture } from "../../src/io/flow-capture.ts";
import { readProgress, writeProgress } from "../../src/io/flow-progress.ts";
import { closeFd, send } from "../../src/io/libc.ts";
import { segmentsIn } from "../../src/io/flow-segments.ts";
import { lower } from "../../src/policy/lower.ts";
import { type Defer, withEndings } from "../endings.ts";
import { frameBytes } from "./frame.ts";
import { openRecords } from "./flow-records.ts";
import { canUseKernel, inside, routerMac } from "./lab.ts";
import { type Live, openLive } from "./live.ts";
import { parsePacket } from "./packet-text.ts";
import { entryOf, type Host, permission, Site } from "./site.ts";
import { openPacketSocket } from "./wire.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };
const ethernet = 14;

interface Sum {
  packets: number;
  bytes: number;
}
const nothing = (): Sum => ({ packets: 0, bytes: 0 });
const add = (to: Sum, { packets, bytes }: Sum): void => {
  to.packets += packets;
  to.bytes += bytes;
};

/** Three hosts in two subnets of both families; a group and a list admit some of what is sent and refuse the rest. */
function busySite() {
  const site = new Site();
  const vpc = site.vpc("10.0.0.0/16", true);
  const [left, right] = [site.subnet(vpc, "10.0.0.0/24", site.ipv6(vpc, 1)), site.subnet(vpc, "10.0.1.0/24", site.ipv6(vpc, 2))];
  const six = (number: number, end: string) => site.ipv6(vpc, number).replace("::/64", `::${end}`);
  const into = ["tcp 80 0.0.0.0/0", "udp 53 0.0.0.0/0", "icmp any 0.0.0.0/0", "tcp 80 ::/0", "udp 53 ::/0"];
  const web = site.group(vpc, "web", into, ["-1 any 0.0.0.0/0", "-1 any ::/0"]);
  const list = site.acl(right, ["deny tcp 25 0.0.0.0/0", "allow -1 any 0.0.0.0/0", "allow -1 any ::/0"], ["allow -1 any 0.0.0.0/0", "allow -1 any ::/0"]);
  const host = (subnet: string, address: string, ipv6: string) => site.host({ subnet, addresses: [address], ipv6, groups: [web] });
  const hosts = { a: host(left, "10.0.0.10", six(1, "10")), b: host(left, "10.0.0.11", six(1, "11")), c: host(right, "10.0.1.10", six(2, "10")) };
  const LogFormat = ["interface-id", "flow-direction", "action", "packets", "bytes", "log-status"].map((name) => `\${${name}}`).join(" ");
  site.region.does(createFlowLogs, { ResourceIds: [vpc], ResourceType: "VPC", TrafficType: "ALL", LogDestinationType: "s3", LogDestination: "arn:aws:s3:::local", LogFormat });
  return { site, vpc, web, list, hosts, six };
}
type Busy = ReturnType<typeof busySite>;

/** From now on nothing but what the test sends is on the way. */
async function hush({ kernel, realm }: Live, { vpc, hosts }: Busy): Promise<void> {
  const commands = "add table inet hush; add chain inet hush out { type filter hook output priority 0; policy drop; }";
  const namespaces = [routerNamespace(realm, vpc), ...Object.values(hosts).map(({ instance }) => hostNamespace(realm, instance))];
  await kernel.run(namespaces.map((namespace) => ({ op: "nft", namespace, commands })));
}

/** What comes to a network's devices, and what leaves by them, since it was opened: IP packets by interface. */
function openCounters({ realm }: Live, { site, vpc }: Busy) {
  const router = routerNamespace(realm, vpc);
  const devices = [...(lower(site.world).get(vpc)?.interfaces.values() ?? [])];
  const now = () => {
    const text = inside(router, () => readFileSync("/proc/thread-self/net/dev", "utf8"));
    return new Map(
      devices.map(({ id, device }) => {
        const numbers = (text.split("\n").find((line) => line.trim().startsWith(`${device}:`)) ?? "").split(":")[1]?.trim().split(/\s+/).map(Number) ?? [];
        const [bytes = 0, packets = 0] = numbers;
        const [sentBytes = 0, sentPackets = 0] = numbers.slice(8);
        return [id, { egress: { packets, bytes: bytes - ethernet * packets }, ingress: { packets: sentPackets, bytes: sentBytes - ethernet * sentPackets } }];
      }),
    );
  };
  const first = now();
  return () =>
    Object.fromEntries(
      [...now()].flatMap(([id, after]) =>
        (["egress", "ingress"] as const).map((way) => {
          const before = first.get(id)?.[way] ?? nothing();
          return [`${id} ${way}`, { packets: after[way].packets - before.packets, bytes: after[way].bytes - before.bytes }];
        }),
      ),
    );
}

/** Frames of every sort, each with a sender's socket. */
function load(defer: Defer, realm: string, { site, hosts, six }: Busy) {
  const between = (from: readonly [string, string], to: readonly [string, string]) => [
    ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((at) => [
      `tcp ${from[0]}:${4000 + at}  > ${to[0]}:80 S`, `tcp ${from[0]}:${4000 + at} > ${to[0]}:80 A`, `tcp ${from[0]}:${4000 + at} > ${to[0]}:25 S`,
      `udp ${from[0]}:${4000 + at} > ${to[0]}:53`, `udp ${from[0]}:${4000 + at} > ${to[0]}:54`, `icmp ${from[0]} > ${to[0]} 8/0 #${at}`,
      `tcp [${from[1]}]:${4000 + at} > [${to[1]}]:80 S`, `udp [${from[1]}]:${4000 + at} > [${to[1]}]:53`, `udp [${from[1]}]:${4000 + at} > [${to[1]}]:54`, `icmp6 ${from[1]} > ${to[1]} 128/0 #${at}`,
    ]),
    `tcp 10.0.0.99:4000 > ${to[0]}:80 S`, `proto47 ${from[0]} > ${to[0]}`,
  ].map((text) => text.replace("  ", " "));
  const ends = { a: ["10.0.0.10", six(1, "10")], b: ["10.0.0.11", six(1, "11")], c: ["10.0.1.10", six(2, "10")] } as const;
  const pairs = [["a", "c"], ["b", "c"], ["c", "a"], ["a", "b"]] as const;
  const sockets = new Map(
    Object.entries(hosts).map(([name, { instance }]) => {
      const fd = openPacketSocket(hostNamespace(realm, instance), "eth0", false);
      defer(() => void closeFd(fd));
      return [name, fd];
    }),
  );
  const mac = ({ instance }: Host) => site.interfaceOf(instance).mac;
  return pairs.flatMap(([from, to]) =>
    between(ends[from], ends[to]).map((text, at) => {
      const frame = frameBytes({ ...parsePacket(text), tag: at, padding: at % 97 }, mac(hosts[from]), routerMac);
      return () => send(sockets.get(from), frame, frame.length, 0);
    }),
  );
}

/** Adds up what records say, by interface and direction; refused packets that came for an interface stand apart, as they never reach its device. */
function sumsOf(lines: readonly string[], into: Record<string, Sum> = {}): Record<string, Sum> {
  for (const line of lines) {
    const [eni, way, action, packets, bytes, status] = line.split(" ");
    if (status !== "OK") continue;
    const key = way === "ingress" && action === "REJECT" ? "refused on arrival" : `${eni} ${way}`;
    add((into[key] ??= nothing()), { packets: Number(packets), bytes: Number(bytes) });
  }
  return into;
}

const statuses = (lines: readonly string[]) => new Set(lines.map((line) => line.split(" ").at(-1)));

/** What one side's interfaces count together. */
function total(counters: Readonly<Record<string, Sum>>, way: string): Sum {
  const sum = nothing();
  for (const [key, each] of Object.entries(counters)) if (key.endsWith(way)) add(sum, each);
  return sum;
}

test("a million packets are in the records as the interfaces counted them, while rules change and counts are read", options, () =>
  withEndings(async (defer) => {
    const busy = busySite();
    const { site, web, list } = busy;
    const live = await openLive(defer);
    await live.reach(site.world);
    await hush(live, busy);
    const counters = openCounters(live, busy);
    const records = openRecords(defer, live.realm);
    const shots = load(defer, live.realm, busy);
    const lines: string[] = [];
    let [sent, sending] = [0, true];
    const others = Promise.all([
      (async () => {
        for (let at = 0; sending; at++) {
          const rule = { GroupId: web, IpPermissions: [permission("udp 54 10.0.0.0/16")] };
          if (at % 2 === 0) site.region.does(authorizeSecurityGroupIngress, rule);
          else site.region.does(revokeSecurityGroupIngress, rule);
          const entry = entryOf(list, false, "deny udp 53 10.0.0.11/32", -1);
          if (at % 2 === 0) site.region.does(createNetworkAclEntry, entry);
          else site.region.does(deleteNetworkAclEntry, { NetworkAclId: list, Egress: false, RuleNumber: entry.RuleNumber });
          await live.reach(site.world);
        }
      })(),
      (async () => {
        while (sending) lines.push(...(await records.read(site.world)));
      })(),
    ]);
    while (sent < 1_000_000) {
      for (const shot of shots) shot();
      sent += shots.length;
      await turn();
    }
    sending = false;
    await others;
    lines.push(...(await records.read(site.world)));
    const counted = counters();
    const { "refused on arrival": refused = nothing(), ...sums } = sumsOf(lines);
    assert.deepEqual(sums, counted);
    assert.equal(statuses(lines).has("SKIPDATA"), false);
    // Whatever an interface sent and was not refused there came to another, or was refused by that.
    const left = sumsOf(lines.filter((line) => line.includes(" egress ACCEPT ")));
    const arrived = total(counted, " ingress");
    assert.equal(total(left, " egress").packets, arrived.packets + refused.packets);
    assert.ok(refused.packets > 100_000 && arrived.packets > 100_000, "both are told");
    assert.equal(total(counted, " egress").packets, sent);
    assert.deepEqual(sumsOf(await records.read(site.world)), {}, "nothing is told twice");
  }),
);

test("packets that find no room to be counted are said, interface by interface", options, () =>
  withEndings(async (defer) => {
    const busy = busySite();
    // A table of so few flows is full at once.
    const live = await openLive(defer, (steps, run) =>
      run(steps.map((step) => (step.op === "nft" ? { ...step, commands: step.commands.replaceAll(/size \d+;/g, "size 4;") } : step))),
    );
    await live.reach(busy.site.world);
    const records = openRecords(defer, live.realm);
    for (const shot of load(defer, live.realm, busy)) shot();
    const { a, b, c } = busy.hosts;
    const lines = await records.read(busy.site.world);
    const told = (status: string) => lines.filter((line) => line.endsWith(status)).map((line) => line.split(" ")[0] ?? "");
    assert.deepEqual(told("SKIPDATA").sort(), [a.eni, b.eni, c.eni].sort());
    assert.ok(told("OK").length >= 4, "what found room is told");
    assert.deepEqual(told("SKIPDATA").length + told("OK").length, lines.length);
    const again = await records.read(busy.site.world);
    assert.deepEqual([...statuses(again)], ["NODATA"], "once is enough");
  }),
);

test("of thousands of flows none is missing, in whatever message of the kernel it comes", options, () =>
  withEndings(async (defer) => {
    const busy = busySite();
    const live = await openLive(defer);
    await live.reach(busy.site.world);
    await hush(live, busy);
    const records = openRecords(defer, live.realm);
    const { a } = busy.hosts;
    const [fd, mac] = [openPacketSocket(hostNamespace(live.realm, a.instance), "eth0", false), busy.site.interfaceOf(a.instance).mac];
    defer(() => void closeFd(fd));
    const shots = Array.from({ length: 3000 }, (_, at): readonly string[] => {
      const [four, six] = [`10.0.${100 + (at >> 8)}.${at & 255}`, `2001:db8:77::${at.toString(16)}`];
      const [to, to6] = ["10.0.1.10", busy.six(2, "10")];
      return [`udp ${four}:4000 > ${to}:53`, `tcp ${four}:4000 > ${to}:80 S`, `proto47 ${four} > ${to}`, `udp [${six}]:4000 > [${to6}]:53`, `tcp [${six}]:4000 > [${to6}]:80 S`, `proto47 ${six} > ${to6}`];
    }).flat();
    for (const text of shots) {
      const frame = frameBytes({ ...parsePacket(text), tag: 0 }, mac, routerMac);
      send(fd, frame, frame.length, 0);
    }
    const lines = await records.read(busy.site.world);
    assert.equal(lines.length, shots.length, "each is a flow of its own");
    assert.deepEqual(sumsOf(lines)[`${a.eni} egress`]?.packets, shots.length);
    assert.deepEqual([...statuses(lines)], ["OK"]);
  }),
);

/** A directory and a capture of what is on a realm's kernel; returns the lines that were spooled until it closed. */
async function captured(state: string, { realm }: Live, { site }: Busy, meanwhile: () => Promise<void> | void = () => undefined): Promise<string[]> {
  const spool = join(state, "spool");
  const logged: string[] = [];
  const capture = openFlowCapture({ realm, spool, limit: 1e9, world: () => site.world, log: (line) => logged.push(line) });
  await meanwhile();
  await capture.close();
  assert.ok(logged.every((line) => line.includes("SKIPDATA")), logged.join("\n"));
  const lines = segmentsIn(spool).flatMap(({ path }) => readFileSync(path, "utf8").trim().split("\n"));
  rmSync(spool, { recursive: true, force: true });
  // The spool puts the interface and the time before each record.
  return lines.map((line) => line.split(" ").slice(3).join(" "));
}

test("what a process that died may have lost is said by the next; what it had not read is told", options, () =>
  withEndings(async (defer) => {
    const busy = busySite();
    const { site, vpc, hosts } = busy;
    const live = await openLive(defer);
    await live.reach(site.world);
    await hush(live, busy);
    const state = mkdtempSync(join(tmpdir(), "bailey-flow-"));
    defer(() => rmSync(state, { recursive: true }));
    const shots = load(defer, live.realm, busy);
    const fire = () => shots.forEach((shot) => shot());
    const packets = (lines: readonly string[]) => total(sumsOf(lines), " egress").packets;
    const all = { packets: shots.length, statuses: ["OK"] };
    const seen = (lines: readonly string[]) => ({ packets: packets(lines), statuses: [...statuses(lines)].filter((status) => status !== "NODATA").toSorted((one, other) => String(one).localeCompare(String(other))) });
    const before = await captured(state, live, busy);
    assert.equal(packets(before), 0);
    assert.ok(statuses(before).has("SKIPDATA"), "counted, and nobody knows who read it");
    assert.deepEqual(seen(await captured(state, live, busy, fire)), all);
    fire();
    assert.deepEqual(seen(await captured(state, live, busy)), all, "counted while no process ran");
    const path = join(state, "flow-progress");
    const left = readProgress(path) ?? assert.fail("no progress");
    assert.equal(left.underWay, false);

    fire();
    writeProgress(path, { ...left, underWay: true });
    const after = await captured(state, live, busy);
    assert.deepEqual(seen(after), { packets: shots.length, statuses: ["OK", "SKIPDATA"] }, "died while it read");
    assert.equal(after.filter((line) => line.endsWith("SKIPDATA")).length, Object.keys(hosts).length);

    writeProgress(path, { ...left, since: left.since - 200_000 });
    assert.deepEqual(seen(await captured(state, live, busy)), { packets: 0, statuses: ["SKIPDATA"] }, "longer away than the kernel remembers");

    await live.loseMarker(vpc);
    await live.again();
    fire();
    assert.deepEqual(seen(await captured(state, live, busy)), { packets: shots.length, statuses: ["OK", "SKIPDATA"] }, "the table was made anew");
    assert.deepEqual(seen(await captured(state, live, busy)), { packets: 0, statuses: [] }, "and once is enough");
  }),
);
