/** A VPC's resolver on its sockets. */
import net from "node:net";
import type { NetworkInterface } from "../model/resource.ts";
import { find } from "../model/world.ts";
import { resolverAddresses } from "../services/addresses.ts";
import { answerDns, limitOf, type Transport } from "../services/dns.ts";
import { type Query, writeAnswer } from "../services/dns/message.ts";
import { writeReply } from "../services/dns/relay.ts";
import { framed, type Upstream } from "./dns-upstream.ts";
import { type Router, serveConnections, serveDatagrams, type ServiceKind } from "./router-services.ts";

const port = 53;
/** Connections at one address: of one interface, and in all. */
const most = { each: 16, all: 256 };
/** An idle connection is closed after so many milliseconds. */
const idleMs = 10_000;
/** Questions of one connection that are answered at the same time. */
const abreast = 16;
/** No question is as long. */
const longestQuestion = 4096;

export const dnsService = (upstream: Upstream | undefined): ServiceKind => ({
  name: "dns",
  open: async (router) => {
    const vpc = find(router.world(), "vpc", router.vpc);
    const addresses = vpc ? resolverAddresses(vpc) : [];
    const answer = answering(router, upstream);
    const datagrams = await serveDatagrams(router, port, addresses, (message, from, reply) => {
      const asker = router.asker(from.address);
      const answered = asker && answer(message, asker, "udp");
      if (answered instanceof Promise) void answered.then(reply);
      else if (answered) reply(answered);
    });
    try {
      const connections = await serveConnections(router, port, addresses, () => listener(router, answer));
      return {
        close: () => {
          datagrams.close();
          connections.close();
        },
      };
    } catch (error) {
      datagrams.close();
      throw error;
    }
  },
});

/** The answer to a message, later when others have to be asked; undefined: none. */
type Answering = (message: Buffer, asker: NetworkInterface, transport: Transport) => Buffer | Promise<Buffer> | undefined;

function answering(router: Router, upstream: Upstream | undefined): Answering {
  const askOthers = async (query: Query, asker: NetworkInterface, limit: number): Promise<Buffer> => {
    if (!upstream || !query.recursionDesired) return writeAnswer(query, "REFUSED", limit);
    const found = await upstream.ask(query, asker);
    return found ? writeReply(query, found.reply, found.age, limit) : writeAnswer(query, "SERVFAIL", limit);
  };
  return (message, asker, transport) => {
    const vpc = find(router.world(), "vpc", router.vpc);
    const verdict = vpc && answerDns(router.world(), vpc, message, transport);
    if (!verdict) return undefined;
    return "answer" in verdict ? verdict.answer : askOthers(verdict.elsewhere, asker, limitOf(verdict.elsewhere, transport));
  };
}

/** DNS over TCP (RFC 7766): any number of questions on a connection, each after its length. */
function listener(router: Router, answer: Answering): net.Server {
  const open = new Map<string, number>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const asker = router.asker(socket.remoteAddress ?? "");
    const held = asker && (open.get(asker.id) ?? 0);
    if (!asker || held === undefined || held >= most.each) {
      socket.destroy();
      return;
    }
    open.set(asker.id, held + 1);
    socket.on("close", () => {
      const left = (open.get(asker.id) ?? 1) - 1;
      if (left > 0) open.set(asker.id, left);
      else open.delete(asker.id);
    });
    converse(socket, router, answer);
  });
  server.maxConnections = most.all;
  return server;
}

function converse(socket: net.Socket, router: Router, answer: Answering): void {
  let received = Buffer.alloc(0);
  let underWay = 0;
  let ended = false;

  const done = (answered: Buffer | undefined) => {
    underWay--;
    if (answered && !socket.destroyed) socket.write(framed(answered));
    next();
  };
  const next = () => {
    while (!socket.destroyed && underWay < abreast && !socket.writableNeedDrain && received.length >= 2) {
      const length = received.readUInt16BE(0);
      if (length <= longestQuestion && received.length < length + 2) break;
      const message = received.subarray(2, length + 2);
      received = received.subarray(length + 2);
      const asker = length > longestQuestion ? undefined : router.asker(socket.remoteAddress ?? "");
      if (!asker) {
        socket.destroy();
        return;
      }
      underWay++;
      const answered = answer(message, asker, "tcp");
      if (answered instanceof Promise) void answered.then(done);
      else {
        underWay--;
        if (answered) socket.write(framed(answered));
      }
    }
    if (underWay >= abreast || socket.writableNeedDrain) socket.pause();
    else socket.resume();
    if (ended && underWay === 0) socket.end();
  };
  socket.setTimeout(idleMs, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("drain", next);
  socket.on("end", () => {
    ended = true;
    next();
  });
  socket.on("data", (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    next();
  });
}
