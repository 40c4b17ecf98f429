/** Fragments are judged as the packet they belong to, whatever order they come in; a part alone is nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { acl, allowAll, group, ip, network } from "../network.ts";
import { canUseKernel, openLab } from "./lab.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };

const world = network({
  subnets: { "subnet-1": "acl-1" },
  acls: [acl("acl-1", allowAll)],
  groups: [group("sg-1", ["udp 5000 10.0.1.0/24", "udp 5000 2001:db8::/64"])],
  interfaces: [
    { id: "eni-a", subnet: "subnet-1", groups: ["sg-1"], addresses: ["10.0.1.10", "2001:db8::10"] },
    { id: "eni-b", subnet: "subnet-1", groups: ["sg-1"], addresses: ["10.0.1.20", "2001:db8::20"] },
  ],
});

const sizes = { cut: 1280, padding: 1400 };
const cases: readonly (readonly [name: string, port: number, send: readonly (0 | 1)[], arrives: boolean])[] = [
  ["both, to an open port", 5000, [0, 1], true],
  ["both, the second first", 5000, [1, 0], true],
  ["both, to a closed port", 5001, [0, 1], false],
  ["both, the second first, to a closed port", 5001, [1, 0], false],
  ["the second alone, which names no port", 5000, [1], false],
  ["the first alone, to an open port", 5000, [0], false],
];

test("fragments are judged as the packet they belong to", options, async () => {
  const lab = await openLab(world);
  try {
    const [from, to] = [world.interfaces.get("eni-a"), world.interfaces.get("eni-b")];
    assert.ok(from && to);
    let sourcePort = 41_000;
    for (const [source, destination] of [["10.0.1.10", "10.0.1.20"], ["2001:db8::10", "2001:db8::20"]] as const) {
      for (const [name, value, send, arrives] of cases) {
        const sent = { source: ip(source), destination: ip(destination), protocol: 17, sourcePort: sourcePort++, value };
        const got = await lab.crosses({ from, to, sent, hoped: arrives, fragments: { ...sizes, send } });
        assert.equal(got, arrives, `${name} (${source})`);
      }
    }
  } finally {
    await lab.close();
  }
});
