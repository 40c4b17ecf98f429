/** Mistakes of structure, with real packets: each test also plants the mistake, and sees the packet it lets through. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Step } from "../../src/apply/kernel.ts";
import type { Network } from "../../src/policy/network.ts";
import { parsePacket, site } from "../cases/case.ts";
import { openIn } from "../network.ts";
import { ownerOf } from "../voices.ts";
import { canUseKernel, type Lab, openLab } from "./lab.ts";

const skip = canUseKernel ? false : "network namespaces and nftables need root";

async function withLab(network: Network, what: (lab: Lab) => Promise<void>, rewrite?: (steps: Step[]) => Step[]): Promise<void> {
  const lab = await openLab(network, rewrite);
  try {
    await what(lab);
  } finally {
    await lab.close();
  }
}

async function crosses(lab: Lab, network: Network, packet: string, hoped: boolean): Promise<boolean> {
  const sent = parsePacket(packet);
  return lab.crosses({ from: ownerOf(network, sent.source), to: ownerOf(network, sent.destination), sent, hoped });
}

const closed = site({ groups: [["sg-none", []]], a: ["sg-none"] });
const unwanted = "tcp 203.0.113.1:50000 > 10.0.0.5:22";

test("the rules are out of reach of an instance's own root", { skip }, async () => {
  await withLab(closed, async (lab) => {
    await lab.kernel.run([{ op: "nft", namespace: lab.hosts, commands: "flush ruleset" }]);
    assert.equal(await crosses(lab, closed, unwanted, false), false);
  });
  const inside = (steps: Step[]): Step[] =>
    steps.map((step) => (step.op === "nft" ? { ...step, namespace: step.namespace.replace(/vpc-lab$/, "hosts") } : step));
  await withLab(closed, async (lab) => assert.equal(await crosses(lab, closed, unwanted, true), true, "planted: rules in the instance's namespace"), inside);
});

test("a list holds for an interface that comes later", { skip }, async () => {
  const whole = site({ groups: [["sg-all", openIn]], a: ["sg-all"], listA: [["100 deny tcp 22 0.0.0.0/0", "110 allow -1 any 0.0.0.0/0"], []] });
  const later = new Map([...whole.interfaces].filter(([id]) => id !== "eni-a"));
  const before: Network = { ...whole, interfaces: later };
  const other = "tcp 203.0.113.1:50001 > 10.0.0.5:23";
  await withLab(before, async (lab) => {
    await lab.apply(whole);
    assert.equal(await crosses(lab, whole, unwanted, false), false);
    assert.equal(await crosses(lab, whole, other, true), true, "what the list allows");
  });
  const listless = (steps: Step[]): Step[] =>
    steps.map((step) => (step.op === "nft" ? { ...step, commands: step.commands.replace('"da" : goto subnet-a/in', '"da" : goto arrive') } : step));
  await withLab(before, async (lab) => {
    await lab.apply(whole);
    assert.equal(await crosses(lab, whole, unwanted, true), true, "planted: an interface its list does not know");
  }, listless);
});

test("a connection made before the rules does not outlive them", { skip }, async () => {
  const early = "add table inet early; add chain inet early pass { type filter hook forward priority 0; }; add rule inet early pass ct state new accept";
  const opened = "udp 203.0.113.1:50002 > 10.0.0.5:514";
  const answered = "udp 10.0.0.5:514 > 203.0.113.1:50002";
  await withLab(closed, async (lab) => {
    const nft = (commands: string) => lab.kernel.run([{ op: "nft", namespace: lab.router, commands }]);
    await nft(early);
    await lab.unload();
    for (const packet of [opened, answered, opened]) assert.equal(await crosses(lab, closed, packet, true), true, "no rules yet");
    await lab.apply(closed);
    await nft("delete table inet early");
    assert.equal(await crosses(lab, closed, opened, false), false);
    await nft("insert rule inet bailey forward ct state established accept");
    assert.equal(await crosses(lab, closed, opened, true), true, "planted: established is enough, and the connection was there");
  });
});

test("an interface the rules do not know is dropped", { skip }, async () => {
  const whole = site({ groups: [["sg-all", openIn]], a: ["sg-all"] });
  const known: Network = { ...whole, interfaces: new Map([...whole.interfaces].filter(([id]) => id !== "eni-a")) };
  let linksOnly = false;
  await withLab(known, async (lab) => {
    linksOnly = true;
    await lab.apply(whole);
    assert.equal(await crosses(lab, whole, "udp 10.0.0.5:50003 > 203.0.113.1:53", false), false);
    assert.equal(await crosses(lab, whole, "udp 203.0.113.1:50003 > 10.0.0.5:53", false), false);
    assert.equal(await crosses(lab, whole, "udp 203.0.113.1:50003 > 10.0.1.5:53", true), true, "the others");
  }, (steps) => (linksOnly ? steps.filter(({ op }) => op !== "nft") : steps));
});
