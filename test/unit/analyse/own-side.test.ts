import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, replyTo, type Step, untracked } from "../../../src/policy/judge.ts";
import type { Observed } from "../../../src/analyse/observed.ts";
import { judgeOwnSide } from "../../../src/analyse/own-side.ts";
import { hasPorts, hasTypes } from "../../../src/values/protocol.ts";
import { stepText } from "../../agreement.ts";
import { acl, allowAll, group, ip, network, openIn } from "../../network.ts";
import { seed } from "../../random.ts";
import { randomPackets } from "./worlds.ts";

const beyond = "the other end";
const texts = (steps: readonly Step[], gates: readonly Step["gate"][]): string[] =>
  steps.filter(({ gate }) => gates.includes(gate)).map(stepText);
const leaving = ["source check", "groups out", "acl out"] as const;
const arriving = ["acl in", "destination check", "groups in"] as const;

test(`each end's own side is what the whole walk says there (seed ${seed})`, () => {
  const seen = { there: 0, arrived: 0, back: 0 };
  for (const { network: at, from, to, packet, random } of randomPackets(seed, 60, 60)) {
    // Of ICMP only pings are told from records.
    if (hasTypes(packet.protocol)) continue;
    const client = hasPorts(packet.protocol) ? random.between(1, 65535) : 0;
    const there = judge(at, { from, to, packet, reply: false, tracked: untracked });
    const flow = { source: packet.source, destination: packet.destination, protocol: packet.protocol, port: packet.value, clientPort: client, reply: false };
    const out: Observed = { ...flow, direction: "egress" };
    const into: Observed = { ...flow, direction: "ingress" };
    assert.deepEqual(texts(judgeOwnSide({ network: at, at: from, grouped: true }, out, false).steps, leaving), texts(there.trace, leaving));
    seen.there++;
    const reached = there.trace.some(({ gate }) => gate === "groups in");
    // The list of the receiver's subnet is reached, or the walk is inside the subnet.
    if (!reached) continue;
    seen.arrived++;
    assert.deepEqual(texts(judgeOwnSide({ network: at, at: to, grouped: true }, into, false).steps, arriving), texts(there.trace, arriving));
    if (there.verdict === "drop") continue;
    seen.back++;
    const back = judge(at, { from: to, to: from, packet: replyTo(packet, client), reply: true, tracked: there.tracked });
    const answer = { ...flow, source: packet.destination, destination: packet.source, reply: true };
    const sent = judgeOwnSide({ network: at, at: to, grouped: true }, { ...answer, direction: "egress" }, false);
    assert.deepEqual(texts(sent.steps, leaving), texts(back.trace, leaving));
    if (!back.trace.some(({ gate }) => gate === "groups in")) continue;
    const got = judgeOwnSide({ network: at, at: from, grouped: true }, { ...answer, direction: "ingress" }, false);
    assert.deepEqual(texts(got.steps, arriving), texts(back.trace, arriving));
    assert.ok(!JSON.stringify(got.steps).includes(beyond));
  }
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 100, `${what}: ${count}`);
});

const lab = network({
  subnets: { "subnet-1": "acl-1", "subnet-2": "acl-2" },
  acls: [acl("acl-1", allowAll), acl("acl-2", ["100 allow tcp 5432 0.0.0.0/0"], ["100 allow tcp 50000-65535 10.0.1.0/24"])],
  groups: [group("sg-db", ["tcp 5432 10.0.0.0/16"], []), group("sg-open", openIn)],
  interfaces: [{ id: "eni-db", subnet: "subnet-2", groups: ["sg-db"], addresses: ["10.0.2.10"] }],
});
const db = { network: lab, at: lab.interfaces.get("eni-db") ?? assert.fail(), grouped: true };
const asked: Observed = {
  direction: "ingress", source: ip("10.0.1.5"), destination: ip("10.0.2.10"), protocol: 6, port: 5432, clientPort: 43210, reply: false,
};

for (const [name, observed, admitted, verdict, steps] of [
  ["a question that a rule admits, of somebody who is gone", asked, false, "accept",
    ["acl in acl-2:100:ingress", "destination check own address", "groups in sgr-sg-db-in-0"]],
  ["its answer, at a port that the list forgot", { ...asked, direction: "egress", source: asked.destination, destination: asked.source, reply: true }, false,
    "drop", ["source check own address", "groups out tracked connection", "acl out no rule matches"]],
  ["an answer taken for a question, though it was admitted",
    { ...asked, direction: "egress", source: asked.destination, destination: asked.source, port: 55555, clientPort: 5432 }, true,
    "accept", ["source check own address", "groups out tracked connection", "acl out acl-2:100:egress"]],
  ["a refused one is not looked at from the other side", { ...asked, port: 43210, clientPort: 5432, source: ip("10.0.1.6") }, false,
    "drop", ["acl in no rule matches"]],
] as const) {
  test(`own side: ${name}`, () => {
    const own = judgeOwnSide(db, observed, admitted);
    assert.deepEqual([own.verdict, own.steps.map(stepText)], [verdict, steps]);
  });
}

test("own side: a neighbour in the subnet meets no list, and a NAT's interface no groups", () => {
  const subnet = lab.subnets.get("subnet-2") ?? assert.fail();
  const near = { ...lab, subnets: new Map(lab.subnets).set("subnet-2", { ...subnet, cidrs: [{ family: 4, base: ip("10.0.2.0").bits, length: 24 } as const] }) };
  const neighbour: Observed = { ...asked, source: ip("10.0.2.99"), port: 22 };
  assert.deepEqual(judgeOwnSide({ ...db, network: near }, neighbour, false).steps.map(stepText), ["destination check own address", "groups in no rule matches"]);
  const nat = { ...db.at, groups: [], checked: false };
  assert.deepEqual(judgeOwnSide({ network: lab, at: nat, grouped: false }, { ...asked, port: 80 }, false).steps.map(stepText), ["acl in no rule matches"]);
  assert.equal(judgeOwnSide({ network: lab, at: nat, grouped: false }, asked, false).verdict, "accept");
});
