/** A packet that comes after its connection was closed is no part of it: it passes only if a rule admits it by itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { acl, allowAll, group, ip, network } from "../network.ts";
import { ACK, FIN, RST, SYN } from "./frame.ts";
import { canUseKernel, openLab } from "./lab.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };

/** The client may reach the server's port 22 and nothing else; replies need their connection. */
const world = network({
  subnets: { "subnet-1": "acl-1" },
  acls: [acl("acl-1", allowAll)],
  groups: [group("sg-client", [], ["tcp 22 10.0.1.0/24"]), group("sg-server", ["tcp 22 10.0.1.0/24"], [])],
  interfaces: [
    { id: "eni-client", subnet: "subnet-1", groups: ["sg-client"], addresses: ["10.0.1.10"] },
    { id: "eni-server", subnet: "subnet-1", groups: ["sg-server"], addresses: ["10.0.1.20"] },
  ],
});

type Said = readonly [who: "client" | "server", flags: number];
const handshake: readonly Said[] = [["client", SYN], ["server", SYN | ACK], ["client", ACK]];
const endings: Readonly<Record<string, readonly Said[]>> = {
  "both sides finish": [["client", FIN | ACK], ["server", FIN | ACK], ["client", ACK]],
  "the client resets": [["client", RST]],
  "the server resets": [["server", RST | ACK]],
};

for (const [at, [name, ending]] of Object.entries(endings).entries()) {
  test(`late after the end: ${name}`, options, async () => {
    const lab = await openLab(world);
    try {
      const [client, server] = [world.interfaces.get("eni-client"), world.interfaces.get("eni-server")];
      assert.ok(client && server);
      const sourcePort = 45_000 + at;
      const there = { source: ip("10.0.1.10"), destination: ip("10.0.1.20"), protocol: 6, sourcePort, value: 22 };
      const back = { source: there.destination, destination: there.source, protocol: 6, sourcePort: 22, value: sourcePort };
      const say = ([who, flags]: Said) =>
        who === "client"
          ? lab.crosses({ from: client, to: server, sent: { ...there, flags } })
          : lab.crosses({ from: server, to: client, sent: { ...back, flags } });
      for (const said of handshake) assert.ok(await say(said), `${said[0]} ${said[1]}`);
      assert.ok(await say(["server", ACK]), "data of the open connection");
      for (const said of ending) assert.ok(await say(said), `${said[0]} ${said[1]}`);
      await sleep(2_500);
      assert.equal(await say(["server", ACK]), false, "the server's late segment, which no rule admits");
      assert.equal(await say(["client", ACK]), true, "the client's, which a rule admits by itself");
    } finally {
      await lab.close();
    }
  });
}
