import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { activationService } from "../../../src/io/activation-service.ts";
import type { Router } from "../../../src/io/router-services.ts";
import { openSockets, type SocketAddress } from "../../../src/io/sockets.ts";
import type { NetworkInterface } from "../../../src/model/resource.ts";
import { emptyWorld } from "../../../src/model/world.ts";

/** Addresses of this host that are this process's own. */
const place = (host: number): string => `127.${92 + host}.${(process.pid >> 8) & 255}.${process.pid & 255}`;
const [client, stranger] = [place(1), place(2)] as const;

/** The service at an address of this host in the place of Amazon's; what it asked for. */
async function serving(t: TestContext, activation?: { host: string; port: number }): Promise<SocketAddress[]> {
  const asked: SocketAddress[] = [];
  const router: Router = {
    vpc: "vpc-1",
    settings: { packetsPerSecond: 0, upstream: [], tokenSecret: "", ...(activation && { activation }) },
    world: () => emptyWorld,
    asker: (address) => (address === client ? ({ id: "eni-1" } as NetworkInterface) : undefined),
    sockets: (wanted) => {
      asked.push(...wanted);
      return Promise.resolve(openSockets(wanted.slice(0, 1).map((each) => ({ ...each, address: place(0) }))));
    },
    log: (line) => assert.fail(line),
  };
  const service = await activationService.open(router);
  t.after(() => service.close());
  return asked;
}

/** A server that says what it heard backwards, once its client has said all. */
async function farServer(t: TestContext): Promise<{ host: string; port: number }> {
  const server = net.createServer({ allowHalfOpen: true }, async (socket) => {
    const chunks: Buffer[] = await socket.toArray();
    socket.end(Buffer.concat(chunks).reverse());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => server.close());
  const at = server.address();
  return { host: "127.0.0.1", port: typeof at === "object" && at ? at.port : 0 };
}

const call = (from: string): net.Socket => net.connect({ host: place(0), port: 1688, localAddress: from, allowHalfOpen: true });

/** What comes back for some words; undefined when the connection is refused or reset. */
async function exchange(socket: net.Socket, words: string): Promise<string | undefined> {
  try {
    const answer: string[] = await socket.setEncoding("utf8").end(words).toArray();
    return answer.join("");
  } catch {
    return undefined;
  }
}

test("an interface's connection is passed on both ways", async (t) => {
  const asked = await serving(t, await farServer(t));
  assert.deepEqual(asked.map(({ type, address, port }) => `${type} ${address} ${port}`), ["tcp 169.254.169.250 1688", "tcp 169.254.169.251 1688", "tcp fd00:ec2::250 1688"]);
  assert.equal(await exchange(call(client), "activate"), "etavitca");
});

test("nobody's is not, nor a fifth of one interface", async (t) => {
  await serving(t, await farServer(t));
  assert.equal(await exchange(call(stranger), "activate"), undefined);
  const held = Array.from({ length: 4 }, () => call(client));
  t.after(() => held.forEach((socket) => socket.destroy()));
  await Promise.all(held.map((socket) => once(socket, "connect")));
  assert.equal(await exchange(call(client), "activate"), undefined);
});

test("without a server nothing listens; with one that is away the connection ends", async (t) => {
  assert.deepEqual(await serving(t), []);
  assert.equal(await exchange(call(client), "activate"), undefined);
  await serving(t, { host: "127.0.0.1", port: 1 });
  assert.ok(!(await exchange(call(client), "activate")));
});
