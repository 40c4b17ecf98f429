/** Connections that were idle too long are forgotten: what comes then is judged as new. The numbers are those of the list of Amazon's verdicts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stepText } from "../agreement.ts";
import { parsePacket } from "../cases/case.ts";
import { defaultIdle, type Idle, type Network } from "../../src/policy/network.ts";
import { acl, allowAll, group, network } from "../network.ts";
import { Connections, ownerOf } from "../voices.ts";
import { elapse } from "./elapse.ts";
import { canUseKernel, openLab } from "./lab.ts";

const skip = canUseKernel ? false : "network namespaces and nftables need root";

/** The instance may send these things and get nothing but replies; who replies may do nothing else. */
const site = (idle?: Idle): Network =>
  network({
    subnets: { "subnet-a": "acl-a" },
    acls: [acl("acl-a", allowAll)],
    groups: [
      group("sg-asks", [], ["tcp 443 10.0.0.0/8", "udp 53 10.0.0.0/8", "icmp 8 10.0.0.0/8", "47 any 10.0.0.0/8", "50 any 10.0.0.0/8"]),
      group("sg-replies", ["-1 any 10.0.0.5/32"], []),
    ],
    interfaces: [
      { id: "eni-a", subnet: "subnet-a", groups: ["sg-asks"], addresses: ["10.0.0.5"], ...(idle && { idle }) },
      { id: "eni-b", subnet: "subnet-a", groups: ["sg-replies"], addresses: ["10.0.0.6"], ...(idle && { idle }) },
    ],
  });

const tcp = ["tcp 10.0.0.5:40000 > 10.0.0.6:443 syn", "tcp 10.0.0.6:443 > 10.0.0.5:40000 syn+ack", "tcp 10.0.0.5:40000 > 10.0.0.6:443 ack"];
const data = "tcp 10.0.0.6:443 > 10.0.0.5:40000 ack";
const udp = ["udp 10.0.0.5:40000 > 10.0.0.6:53"];
const answer = "udp 10.0.0.6:53 > 10.0.0.5:40000";

interface Elapsed {
  readonly name: string;
  readonly idle?: Idle;
  /** What opens the connection. */
  readonly opened: readonly string[];
  /** Admitted after `lives` seconds without a packet, refused after `ends`, as nothing but its connection admits it. */
  readonly reply: string;
  readonly lives: number;
  readonly ends: number;
}

const cases: readonly Elapsed[] = [
  { name: "73: a datagram's reply within 30 seconds", opened: udp, reply: answer, lives: 20, ends: 40 },
  { name: "73: or within what both ends say", idle: { ...defaultIdle, udp: 60 }, opened: udp, reply: answer, lives: 50, ends: 70 },
  { name: "74: TCP for a minute, where both ends say so", idle: { ...defaultIdle, tcp: 60 }, opened: tcp, reply: data, lives: 50, ends: 61 },
  { name: "74: or for five days", opened: tcp, reply: data, lives: 431_000, ends: 433_000 },
  { name: "14, 15: GRE for 600 seconds", opened: ["47 10.0.0.5 > 10.0.0.6"], reply: "47 10.0.0.6 > 10.0.0.5", lives: 590, ends: 601 },
  { name: "14, 15: ESP for 600 seconds", opened: ["50 10.0.0.5 > 10.0.0.6"], reply: "50 10.0.0.6 > 10.0.0.5", lives: 590, ends: 601 },
];

for (const { name, idle, opened, reply, lives, ends } of cases) {
  test(`idle, case ${name}`, { skip }, async () => {
    const of = site(idle);
    const lab = await openLab(of);
    try {
      const crosses = (said: string, hoped: boolean) => {
        const sent = parsePacket(said);
        return lab.crosses({ from: ownerOf(of, sent.source), to: ownerOf(of, sent.destination), sent, hoped });
      };
      const open = async () => {
        lab.forget();
        for (const each of opened) assert.equal(await crosses(each, true), true, each);
      };
      await open();
      elapse(lab.router, lives);
      assert.equal(await crosses(reply, true), true, `after ${lives} s`);
      await open();
      elapse(lab.router, ends);
      assert.equal(await crosses(reply, false), false, `after ${ends} s`);
    } finally {
      await lab.close();
    }
  });

  test(`idle, case ${name}: the judge, with the connection and without`, () => {
    const of = site(idle);
    const send = (judge: Connections, said: string) => {
      const sent = parsePacket(said);
      return judge.send(ownerOf(of, sent.source), sent);
    };
    const remembers = new Connections(of);
    for (const each of opened) assert.equal(send(remembers, each).verdict, "accept", each);
    assert.equal(send(remembers, reply).verdict, "accept");
    const { verdict, trace } = send(new Connections(of), reply);
    assert.deepEqual([verdict, stepText(trace.at(-1) ?? assert.fail())], ["drop", "groups out no rule matches"]);
  });
}
