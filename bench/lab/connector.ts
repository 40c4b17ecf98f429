/**
 * New TCP connections, one after another: connect, one byte, close. One thread plays both ends with blocking calls: what
 * it sends is forwarded and answered before a call returns, so the next call never waits, and nearly all of the time is
 * the kernel's.
 */
import fs from "node:fs";
import koffi from "koffi";
import { closeFd, socket } from "../../src/io/libc.ts";
import { inside } from "../../test/kernel/lab.ts";
import { server, type Site } from "./site.ts";

const libc = koffi.load("libc.so.6");
const bind = libc.func("int bind(int fd, const uint8_t *address, uint32_t length)");
const listen = libc.func("int listen(int fd, int backlog)");
const connect = libc.func("int connect(int fd, const uint8_t *address, uint32_t length)");
const accept = libc.func("int accept4(int fd, void *address, void *length, int flags)");
const send = libc.func("int64_t send(int fd, const uint8_t *buffer, size_t length, int flags)");
const recv = libc.func("int64_t recv(int fd, _Out_ uint8_t *buffer, size_t length, int flags)");
const setsockopt = libc.func("int setsockopt(int fd, int level, int name, const int *value, uint32_t length)");

const AF_INET = 2;
const SOCK_STREAM_CLOEXEC = 1 | 0o2000000;
const SOL_SOCKET = 1;
const SO_LINGER = 13;

/** How a connection ends: both sides close it, or the client resets it, which is fewer packets. */
export type Ending = "close" | "reset";

/** In turn, so that no connection has the addresses and ports of one that connection tracking still remembers. */
const serverPorts = Array.from({ length: 32 }, (_, at) => 7000 + at);

function addressOf(ip: string, port: number): Buffer {
  const address = Buffer.alloc(16);
  address.writeUInt16LE(AF_INET, 0);
  address.writeUInt16BE(port, 2);
  Buffer.from(ip.split(".").map(Number)).copy(address, 4);
  return address;
}

function check(call: string, result: unknown): number {
  if (Number(result) < 0) throw new Error(`${call}: errno ${koffi.errno()}`);
  return Number(result);
}

/** Connections each second through a site, over `seconds`. */
export function connectionRate(site: Site, ending: Ending, seconds: number): number {
  const listeners = inside(site.server, () => serverPorts.map(openListener));
  try {
    return inside(site.client, () => {
      fs.writeFileSync("/proc/sys/net/ipv4/ip_local_port_range", "10000 65000");
      // What the rules refuse by mistake should fail soon.
      fs.writeFileSync("/proc/sys/net/ipv4/tcp_syn_retries", "1");
      // Whoever closes first waits for a minute: in all of a bench's runs they are many, and each is small.
      fs.writeFileSync("/proc/sys/net/ipv4/tcp_max_tw_buckets", "400000");
      return countConnections(listeners, ending, seconds);
    });
  } finally {
    for (const { fd } of listeners) closeFd(fd);
  }
}

interface Listener {
  readonly fd: number;
  readonly address: Buffer;
}

function openListener(port: number): Listener {
  const fd = socket(AF_INET, SOCK_STREAM_CLOEXEC, 0);
  const address = addressOf(server.address, port);
  check("bind", bind(fd, address, address.length));
  check("listen", listen(fd, 64));
  return { fd, address };
}

function countConnections(listeners: readonly Listener[], ending: Ending, seconds: number): number {
  let made = 0;
  const byte = Buffer.alloc(1);
  const begun = performance.now();
  const end = begun + seconds * 1000;
  while (performance.now() < end) {
    for (const { fd: listener, address } of listeners) {
      const near = socket(AF_INET, SOCK_STREAM_CLOEXEC, 0);
      if (ending === "reset") setsockopt(near, SOL_SOCKET, SO_LINGER, [1, 0], 8);
      check("connect", connect(near, address, address.length));
      check("send", send(near, byte, 1, 0));
      const far = check("accept", accept(listener, null, null, 0));
      check("recv", recv(far, byte, 1, 0));
      closeFd(near);
      closeFd(far);
      made++;
    }
  }
  return (made / (performance.now() - begun)) * 1000;
}
