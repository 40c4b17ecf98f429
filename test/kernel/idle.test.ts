/** How long a connection may be idle, read from the kernel's own table: the shorter time of its two ends. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import type { Idle, Interface, Network } from "../../src/policy/network.ts";
import { acl, allowAll, group, ip, network } from "../network.ts";
import { ACK, SYN } from "./frame.ts";
import { canUseKernel, inside, type Lab, openLab } from "./lab.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };

const ends: Readonly<Record<string, Idle | undefined>> = {
  plain: undefined,
  brief: { tcp: 60, udp: 30, udpStream: 61 },
  other: { tcp: 350, udp: 45, udpStream: 120 },
  patient: { tcp: 400_000, udp: 60, udpStream: 180 },
};
const addresses: Readonly<Record<string, string>> = { plain: "10.0.1.10", brief: "10.0.1.20", other: "10.0.1.30", patient: "10.0.1.40" };

const world = (idle: Readonly<Record<string, Idle | undefined>>): Network =>
  network({
    subnets: { "subnet-1": "acl-1" },
    acls: [acl("acl-1", allowAll)],
    // Not open to the world, so that connections are tracked.
    groups: [group("sg-1", ["tcp any 10.0.0.0/16", "udp any 10.0.0.0/16"], ["tcp any 10.0.0.0/16", "udp any 10.0.0.0/16"])],
    interfaces: Object.entries(addresses).map(([name, address]) => {
      const own = idle[name];
      return { id: `eni-${name}`, subnet: "subnet-1", groups: ["sg-1"], addresses: [address], ...(own && { idle: own }) };
    }),
  });

/** Seconds left for the connection with those ports. */
function secondsLeft(lab: Lab, sourcePort: number, port: number): number {
  const table = inside(lab.router, () => fs.readFileSync("/proc/thread-self/net/nf_conntrack", "utf8"));
  const line = table.split("\n").find((each) => each.includes(`sport=${sourcePort} dport=${port} `));
  return Number(line?.trim().split(/\s+/)[4] ?? Number.NaN);
}

const end = (of: Network, name: string): Interface => of.interfaces.get(`eni-${name}`) ?? assert.fail(name);

const cases: readonly (readonly [from: string, to: string, Idle])[] = [
  ["plain", "plain", { tcp: 432_000, udp: 30, udpStream: 180 }],
  ["brief", "plain", { tcp: 60, udp: 30, udpStream: 61 }],
  ["plain", "brief", { tcp: 60, udp: 30, udpStream: 61 }],
  ["other", "brief", { tcp: 60, udp: 30, udpStream: 61 }],
  ["other", "patient", { tcp: 350, udp: 45, udpStream: 120 }],
  ["patient", "other", { tcp: 350, udp: 45, udpStream: 120 }],
  ["patient", "plain", { tcp: 400_000, udp: 30, udpStream: 180 }],
  ["patient", "patient", { tcp: 400_000, udp: 60, udpStream: 180 }],
];

test("each connection has the shorter time of its two ends", options, async (t) => {
  if (!fs.existsSync("/proc/net/nf_conntrack")) return t.skip("this kernel shows no connection table in /proc");
  const of = world(ends);
  const lab = await openLab(of);
  try {
    for (const [at, [fromName, toName, wanted]] of cases.entries()) {
      const [from, to] = [end(of, fromName), end(of, toName)];
      const [source, destination] = [ip(addresses[fromName] ?? ""), ip(addresses[toName] ?? "")];
      if (from === to) continue;
      const [sourcePort, value] = [41_000 + at, 5000 + at];
      const there = { source, destination, sourcePort, value };
      const back = { source: destination, destination: source, sourcePort: value, value: sourcePort };
      const label = `${fromName} to ${toName}`;
      assert.ok(await lab.crosses({ from: from, to: to, sent: { ...there, protocol: 6, flags: SYN } }), label);
      assert.ok(await lab.crosses({ from: to, to: from, sent: { ...back, protocol: 6, flags: SYN | ACK } }), label);
      assert.ok(await lab.crosses({ from: from, to: to, sent: { ...there, protocol: 6, flags: ACK } }), label);
      assertNear(secondsLeft(lab, sourcePort, value), wanted.tcp, `${label}, TCP`);
      lab.forget();
      assert.ok(await lab.crosses({ from: from, to: to, sent: { ...there, protocol: 17 } }), label);
      assertNear(secondsLeft(lab, sourcePort, value), wanted.udp, `${label}, UDP one way`);
    }
  } finally {
    await lab.close();
  }
});

test("a time that changes holds for connections that begin afterwards", options, async (t) => {
  if (!fs.existsSync("/proc/net/nf_conntrack")) return t.skip("this kernel shows no connection table in /proc");
  const lab = await openLab(world({}));
  try {
    for (const [at, tcp] of [432_000, 60, 350, 432_000].entries()) {
      const of = world({ plain: { tcp, udp: 30, udpStream: 180 } });
      await lab.apply(of);
      const there = { source: ip("10.0.1.10"), destination: ip("10.0.1.20"), sourcePort: 42_000 + at, value: 6000 };
      const back = { source: there.destination, destination: there.source, sourcePort: 6000, value: 42_000 + at };
      const [from, to] = [end(of, "plain"), end(of, "brief")];
      for (const [a, b, packet, flags] of [[from, to, there, SYN], [to, from, back, SYN | ACK], [from, to, there, ACK]] as const) {
        assert.ok(await lab.crosses({ from: a, to: b, sent: { ...packet, protocol: 6, flags } }));
      }
      assertNear(secondsLeft(lab, 42_000 + at, 6000), tcp, String(tcp));
    }
  } finally {
    await lab.close();
  }
});

function assertNear(seconds: number, wanted: number, label: string): void {
  assert.ok(seconds <= wanted && seconds > wanted - 10, `${label}: ${seconds} s left, not about ${wanted}`);
}
