/** Asks other name servers, from the host's own network. */
import { randomInt } from "node:crypto";
import dgram from "node:dgram";
import net from "node:net";
import { openCache } from "../services/dns/cache.ts";
import type { Query } from "../services/dns/message.ts";
import { readReply, relayed, relayKey, type Reply } from "../services/dns/relay.ts";

export interface Upstream {
  /** The reply and its age in seconds; undefined when no server gives one in time, or the asker has too many questions open. */
  ask(query: Query, asker: object): Promise<{ readonly reply: Reply; readonly age: number } | undefined>;
}

/** Milliseconds a server has for its reply; clients ask again after five seconds. */
const patience = 1500;
const attempts = 3;
const cached = { replies: 10_000, octets: 16 << 20 };
/** Questions under way: in all, and of one asker. */
const most = { all: 512, each: 64 };

/** Resolver of the servers, address or address:port. With none, nothing is ever asked. */
export function openUpstream(servers: readonly string[]): Upstream | undefined {
  if (servers.length === 0) return undefined;
  const cache = openCache(cached);
  const open = new Map<string, Promise<Reply | undefined>>();
  const asking = new WeakMap<object, number>();

  const pursue = (key: string, query: Query): Promise<Reply | undefined> => {
    const found = exchange(servers, query)
      .then((reply) => {
        if (reply) cache.put(key, reply, performance.now());
        return reply;
      })
      .finally(() => open.delete(key));
    open.set(key, found);
    return found;
  };
  return {
    async ask(query, asker) {
      const key = relayKey(query);
      const known = cache.get(key, performance.now());
      if (known) return known;
      const own = asking.get(asker) ?? 0;
      const same = open.get(key);
      if (own >= most.each || (!same && open.size >= most.all)) return undefined;
      asking.set(asker, own + 1);
      // The same question, asked by several at once, is passed on once.
      const reply = await (same ?? pursue(key, query)).finally(() => asking.set(asker, (asking.get(asker) ?? 1) - 1));
      return reply && { reply, age: 0 };
    },
  };
}

/** Asks the servers in turn until one has something to say. */
async function exchange(servers: readonly string[], query: Query): Promise<Reply | undefined> {
  let last: Reply | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const server = placeOf(servers[attempt % servers.length] ?? "");
    const first = await askDatagram(server, query);
    const reply = first?.truncated ? ((await askConnection(server, query)) ?? first) : first;
    if (reply && reply.rcode !== "SERVFAIL" && reply.rcode !== "REFUSED") return reply;
    last = reply ?? last;
  }
  return last;
}

interface Place {
  readonly address: string;
  readonly port: number;
}

function placeOf(server: string): Place {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(server) ?? [];
  return { address: bracketed ?? plain ?? server, port: Number(port ?? 53) };
}

/** From a port of its own, so that who can't see the question has both to guess, port and identifier. */
function askDatagram({ address, port }: Place, query: Query): Promise<Reply | undefined> {
  return new Promise((resolve) => {
    const id = randomInt(0x10000);
    const socket = dgram.createSocket(net.isIPv6(address) ? "udp6" : "udp4");
    const finish = (reply?: Reply) => {
      clearTimeout(timer);
      socket.removeAllListeners().on("error", () => undefined);
      socket.close();
      resolve(reply);
    };
    const timer = setTimeout(finish, patience);
    socket.on("error", () => finish());
    socket.on("message", (message) => {
      const reply = readReply(query, id, message);
      if (reply) finish(reply);
    });
    socket.connect(port, address, () => socket.send(relayed(query, id), (error) => error && finish()));
  });
}

function askConnection({ address, port }: Place, query: Query): Promise<Reply | undefined> {
  return new Promise((resolve) => {
    const id = randomInt(0x10000);
    const socket = net.connect(port, address);
    let received = Buffer.alloc(0);
    const finish = (reply?: Reply) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reply);
    };
    const timer = setTimeout(finish, patience);
    socket.on("error", () => finish());
    socket.on("close", () => finish());
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      const length = received.length < 2 ? undefined : received.readUInt16BE(0);
      if (length !== undefined && received.length >= length + 2) finish(readReply(query, id, received.subarray(2, length + 2)));
    });
    socket.write(framed(relayed(query, id)));
  });
}

/** A message as it goes over TCP: its length first. */
export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(message.length + 2);
  frame.writeUInt16BE(message.length, 0);
  frame.set(message, 2);
  return frame;
}
