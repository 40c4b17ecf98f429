/** What crosses an interface without source/destination check is judged on every leg, and each leg remembers its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Interface } from "../../src/policy/network.ts";
import type { Sent } from "../conntrack.ts";
import { acl, allowAll, cidr, group, ip, network } from "../network.ts";
import { ACK, SYN } from "./frame.ts";
import { canUseKernel, openLab } from "./lab.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };

/** A client and a server that may only call out; 198.51.100.0/24 is behind the appliance, which lets all pass. */
const world = (appliance: readonly string[], server: readonly string[] = []) =>
  network({
    subnets: { "subnet-1": "acl-1", "subnet-2": "acl-1" },
    acls: [acl("acl-1", allowAll)],
    groups: [group("sg-caller", [], ["tcp 443 0.0.0.0/0"]), group("sg-server", server, []), group("sg-appliance", appliance, ["-1 any 198.51.100.0/24", "-1 any 10.0.0.0/8"])],
    interfaces: [
      { id: "eni-client", subnet: "subnet-1", groups: ["sg-caller"], addresses: ["10.0.1.10"] },
      { id: "eni-server", subnet: "subnet-1", groups: ["sg-caller", "sg-server"], addresses: ["10.0.1.20"] },
      { id: "eni-appliance", subnet: "subnet-2", groups: ["sg-appliance"], addresses: ["10.0.2.30"], checked: false },
    ],
  });

test("each leg through an appliance has its own memory", options, async () => {
  const open = world(["tcp 443 10.0.0.0/8"]);
  const lab = await openLab(open);
  try {
    await lab.kernel.run([
      { op: "route.add", namespace: lab.router, route: { destination: cidr("198.51.100.0/24"), device: "dappliance", via: ip("10.0.2.30"), metric: 0 } },
    ]);
    const of = (name: string): Interface => open.interfaces.get(`eni-${name}`) ?? assert.fail(name);
    const [client, server, appliance] = [of("client"), of("server"), of("appliance")];
    const call = { source: ip("10.0.1.10"), destination: ip("198.51.100.7"), protocol: 6, sourcePort: 40_001, value: 443 };
    const answer = { source: call.destination, destination: call.source, protocol: 6, sourcePort: 443, value: 40_001 };
    const crosses = (from: Interface, to: Interface, sent: Sent) => lab.crosses({ from, to, sent });

    assert.equal(await crosses(appliance, client, { ...answer, flags: ACK }), false, "nothing comes in that nobody asked for");
    assert.equal(await crosses(client, appliance, { ...call, flags: SYN }), true, "the call reaches the appliance");
    assert.equal(await crosses(appliance, client, { ...answer, flags: SYN | ACK }), true, "its answer is of that leg");
    assert.equal(await crosses(client, appliance, { ...call, flags: ACK }), true);

    // The same addresses and ports on another leg: towards the server, in the client's name.
    assert.equal(
      await crosses(appliance, server, { ...call, destination: ip("10.0.1.20"), flags: ACK }),
      false,
      "another leg does not share it",
    );
    assert.equal(await crosses(server, appliance, { ...call, source: ip("10.0.1.20"), flags: SYN }), true, "the server's own call");

    // The appliance's rule goes: the tracked leg lives on, a new call does not begin.
    await lab.apply(world([]));
    assert.equal(await crosses(client, appliance, { ...call, flags: ACK }), true, "tracked");
    assert.equal(await crosses(appliance, client, { ...answer, flags: ACK }), true, "tracked, back");
    assert.equal(await crosses(client, appliance, { ...call, sourcePort: 40_002, flags: SYN }), false, "a new one");
  } finally {
    await lab.close();
  }
});

test("what an appliance sends in another's name is not of that other's connection", options, async () => {
  const open = world([], ["tcp 443 10.0.1.10/32"]);
  const lab = await openLab(open);
  try {
    const of = (name: string): Interface => open.interfaces.get(`eni-${name}`) ?? assert.fail(name);
    const call = { source: ip("10.0.1.10"), destination: ip("10.0.1.20"), protocol: 6, sourcePort: 40_003, value: 443 };
    const answer = { source: call.destination, destination: call.source, protocol: 6, sourcePort: 443, value: 40_003 };
    const direct = (flags: number) => lab.crosses({ from: of("client"), to: of("server"), sent: { ...call, flags } });
    assert.ok(await direct(SYN));
    assert.ok(await lab.crosses({ from: of("server"), to: of("client"), sent: { ...answer, flags: SYN | ACK } }));
    await lab.apply(world([]));
    assert.equal(await direct(ACK), true, "tracked: the rule is gone, the connection is not");
    const copied = await lab.crosses({ from: of("appliance"), to: of("server"), sent: { ...call, flags: ACK } });
    assert.equal(copied, false, "the same addresses and ports from the appliance");
    assert.equal(await direct(ACK), true);
  } finally {
    await lab.close();
  }
});
