/** What the services thread gives to each service of one VPC's router, and wants of it. */
import dgram from "node:dgram";
import type net from "node:net";
import type { NetworkInterface } from "../model/resource.ts";
import type { World } from "../model/world.ts";
import type { OpenedSocket, SocketAddress } from "./sockets.ts";

export interface ServiceSettings {
  /** What one interface may ask of all services together. */
  readonly packetsPerSecond: number;
  /** Name servers, as address or address:port, that are asked for names which are not ours; none: such names are refused. */
  readonly upstream: readonly string[];
  /** What metadata tokens are proved with, in hex. */
  readonly tokenSecret: string;
  /** Whom requests for activation are passed on to; absent: they are refused. */
  readonly activation?: { readonly host: string; readonly port: number };
}

export interface Router {
  readonly vpc: string;
  readonly settings: ServiceSettings;
  /** The newest world the thread was told of: only its served part. */
  world(): World;
  /** The interface that has a packet's source address, at the price of one packet; undefined: answer nothing. */
  asker(address: string): NetworkInterface | undefined;
  /** Sockets inside the router's namespace, bound. */
  sockets(wanted: readonly SocketAddress[]): Promise<readonly OpenedSocket[]>;
  log(line: string): void;
}

/** A service that answers in one router's namespace. */
export interface Service {
  /** Called after each change that came into force, and every second: devices may have come or gone. */
  look?(): Promise<void>;
  close(): void;
}

export interface ServiceKind {
  readonly name: string;
  open(router: Router): Promise<Service>;
}

/** Answers that wait for the device beyond this are dropped, as the network would. */
const sendQueueBytes = 1 << 20;

export type Receive = (message: Buffer, from: dgram.RemoteInfo, reply: (answer: Uint8Array) => void) => void;

/** Serves datagrams at the addresses; what `receive` throws is a bug, and costs that datagram only. */
export async function serveDatagrams(router: Router, port: number, addresses: readonly string[], receive: Receive): Promise<Service> {
  const opened = await router.sockets(addresses.map((address) => ({ type: "udp", address, port })));
  const sockets = opened.map(({ fd, address }) => adoptDatagrams(fd, address, receive, router.log));
  return {
    close: () => {
      for (const socket of sockets) socket.close();
    },
  };
}

/** A bound datagram socket on the event loop. */
export function adoptDatagrams(fd: number, address: string, receive: Receive, log: Router["log"]): dgram.Socket {
  const family = address.includes(":") ? 6 : 4;
  const socket = dgram.createSocket({
    type: `udp${family}`,
    // Only addresses are ever sent to.
    lookup: (host, _, found) => found(null, host, family),
  });
  socket.on("error", (error) => log(`udp ${address}: ${error.message}`));
  socket.on("message", (message, from) => {
    const reply = (answer: Uint8Array) => {
      if (socket.getSendQueueSize() < sendQueueBytes) socket.send(answer, from.port, from.address, lost);
    };
    try {
      receive(message, from, reply);
    } catch (error) {
      log(`udp ${address}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  });
  socket.bind({ fd });
  return socket;
}

/** An answer that can't be sent is lost, like other packets. */
const lost = (): void => undefined;

/** Listens with a server of `make`'s at each of the addresses. */
export async function serveConnections(
  router: Router,
  port: number,
  addresses: readonly string[],
  make: () => net.Server,
): Promise<Service> {
  const opened = await router.sockets(addresses.map((address) => ({ type: "tcp", address, port })));
  const open = new Set<net.Socket>();
  const servers = opened.map(({ fd, address }) => {
    const server = make();
    server.on("connection", (socket) => {
      open.add(socket);
      socket.on("close", () => open.delete(socket));
    });
    server.on("error", (error) => router.log(`tcp ${address}: ${error.message}`));
    return server.listen({ fd });
  });
  return {
    close: () => {
      for (const server of servers) server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
