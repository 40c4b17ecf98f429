/** The connection-tracking allowance of an interface, with real packets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Step } from "../../src/apply/kernel.ts";
import { allowanceChain, allowancePart } from "../../src/compile/allowance.ts";
import { listAllowances, parseRefused, partText } from "../../src/compile/nft.ts";
import type { Network } from "../../src/policy/network.ts";
import { parsePacket } from "../cases/case.ts";
import { acl, allowAll, group, network, openIn } from "../network.ts";
import { ownerOf } from "../voices.ts";
import { canUseKernel, type Lab, openLab } from "./lab.ts";

const skip = canUseKernel ? false : "network namespaces and nftables need root";

/** `eni-a` and `eni-b` track their connections, `eni-open` tracks none of TCP and UDP. */
const ours = network({
  subnets: { "subnet-a": "acl-a" },
  acls: [acl("acl-a", allowAll)],
  groups: [group("sg-tracked", ["-1 any 10.0.0.0/8"], ["-1 any 10.0.0.0/8"]), group("sg-open", openIn)],
  interfaces: [
    { id: "eni-a", subnet: "subnet-a", groups: ["sg-tracked"], addresses: ["10.0.0.5"], allowance: 3 },
    { id: "eni-b", subnet: "subnet-a", groups: ["sg-tracked"], addresses: ["10.0.0.6"] },
    { id: "eni-open", subnet: "subnet-a", groups: ["sg-open"], addresses: ["10.0.0.7"], allowance: 1 },
  ],
});

/** Puts the part in force where the ruleset does not have it. */
const wired = (steps: Step[]): Step[] =>
  steps.map((step) => {
    if (step.op !== "nft" || step.commands.includes(`jump ${allowanceChain}`)) return step;
    const part = partText(allowancePart([...ours.interfaces.values()])).join("\n");
    const entry = /^add rule inet bailey admit ct state new jump idle/m;
    return { ...step, commands: step.commands.replace(entry, `${part}\nadd rule inet bailey admit ct state new jump ${allowanceChain}\n$&`) };
  });

async function withLab(network: Network, what: (crosses: (packet: string, hoped: boolean) => Promise<boolean>, lab: Lab) => Promise<void>) {
  const lab = await openLab(network, wired);
  try {
    const crosses = (packet: string, hoped: boolean) => {
      const sent = parsePacket(packet);
      return lab.crosses({ from: ownerOf(network, sent.source), to: ownerOf(network, sent.destination), sent, hoped });
    };
    await what(crosses, lab);
  } finally {
    await lab.close();
  }
}

const out = (port: number) => `udp 10.0.0.5:${port} > 10.0.0.6:53`;
const into = (port: number) => `udp 10.0.0.6:${port} > 10.0.0.5:53`;

test("an interface tracks no more connections than its allowance, those it opens and those it gets", { skip }, async () => {
  await withLab(ours, async (crosses, lab) => {
    assert.equal(await crosses(out(5001), true), true);
    assert.equal(await crosses(out(5002), true), true);
    assert.equal(await crosses(into(5003), true), true);
    assert.equal(await crosses(out(5004), false), false, "out: no room");
    assert.equal(await crosses(into(5005), false), false, "in: no room");
    assert.equal(await crosses(out(5001), true), true, "what is tracked goes on");
    assert.equal(await crosses("udp 10.0.0.6:53 > 10.0.0.5:5001", true), true, "and is answered");
    const refused = parseRefused(await lab.kernel.query(lab.router, listAllowances));
    assert.deepEqual(Object.fromEntries(refused), { "eni-a": 2, "eni-open": 0 });
    lab.forget();
    assert.equal(await crosses(out(5006), true), true, "connections that are over make room");
  });
});

test("connections that an interface does not track are not counted at it", { skip }, async () => {
  await withLab(ours, async (crosses) => {
    for (const port of [6001, 6002, 6003]) assert.equal(await crosses(`udp 10.0.0.7:${port} > 10.0.0.6:53`, true), true, `untracked ${port}`);
    for (const port of [6004, 6005, 6006]) assert.equal(await crosses(`udp 10.0.0.6:${port} > 10.0.0.7:53`, true), true, `untracked ${port}`);
    assert.equal(await crosses("icmp 10.0.0.7 > 10.0.0.6 8/0", true), true, "ICMP is always tracked");
    assert.equal(await crosses("icmp 10.0.0.6 > 10.0.0.7 8/0", false), false, "no room for another");
  });
});

test("refused connections in numbers leave no mark", { skip }, async () => {
  await withLab(ours, async (crosses, lab) => {
    for (const port of [7001, 7002, 7003]) assert.equal(await crosses(out(port), true), true);
    const [from, to] = [ours.interfaces.get("eni-a"), ours.interfaces.get("eni-b")];
    if (!from || !to) throw new Error("no interfaces");
    const flood = Array.from({ length: 3000 }, (_, at) => ({ from, to, sent: parsePacket(out(10_000 + at)) }));
    assert.ok((await lab.crossAll(flood)).every((crossed) => !crossed));
    lab.forget();
    assert.equal(await crosses(out(20_000), true), true);
  });
});
