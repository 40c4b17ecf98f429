/** Bound sockets as bare descriptors, for other threads to serve: a descriptor is the whole process's. */
import { formatIp, ipOf, type Ip } from "../values/ip.ts";
import { bind, closeFd, setsockopt, socket, SystemError } from "./libc.ts";

export interface SocketAddress {
  readonly type: "udp" | "tcp";
  /** Either family. It need not be on any device yet. */
  readonly address: string;
  readonly port: number;
  /** Hears only what comes in by this device; several such sockets may share an address. */
  readonly device?: string;
}

export interface OpenedSocket extends SocketAddress {
  /** Bound, not listening. Whoever gets it closes it. */
  readonly fd: number;
}

/** Opens sockets in network namespaces, for a thread that can't go there itself. */
export interface SocketOpener {
  /** The sockets of families this machine has; rejects, with none left open, when one can't be had. */
  sockets(namespace: string, wanted: readonly SocketAddress[]): Promise<readonly OpenedSocket[]>;
}

const AF_INET = 2;
const AF_INET6 = 10;
const types = { tcp: 1, udp: 2 } as const;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_BINDTODEVICE = 25;
const IPPROTO_IP = 0;
const IPPROTO_IPV6 = 41;
const IP_FREEBIND = 15;
const IPV6_V6ONLY = 26;
const IPV6_FREEBIND = 78;

const on = Buffer.from(Int32Array.of(1).buffer);

/** Opens the sockets in the calling thread's network namespace. All or none, but for families this machine lacks. */
export function openSockets(wanted: readonly SocketAddress[]): OpenedSocket[] {
  const opened: OpenedSocket[] = [];
  try {
    for (const each of wanted) {
      const fd = openSocket(each);
      if (fd !== undefined) opened.push({ ...each, fd });
    }
    return opened;
  } catch (error) {
    for (const { fd } of opened) closeFd(fd);
    throw error;
  }
}

function openSocket({ type, address, port, device }: SocketAddress): number | undefined {
  const ip = ipOf(address);
  const fd = socketOf(ip, types[type]);
  if (fd === undefined) return undefined;
  try {
    // Of two datagram sockets at one address only the last would hear: that must be a failure, unless devices tell them apart.
    if (type === "tcp" || device !== undefined) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, on, on.length);
    if (ip.family === 4) setsockopt(fd, IPPROTO_IP, IP_FREEBIND, on, on.length);
    else for (const option of [IPV6_V6ONLY, IPV6_FREEBIND]) setsockopt(fd, IPPROTO_IPV6, option, on, on.length);
    if (device !== undefined) setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${device}\0`), device.length + 1);
    const name = socketName(ip, port);
    bind(fd, name, name.length);
    return fd;
  } catch (error) {
    closeFd(fd);
    throw new Error(`${type} ${formatIp(ip)} port ${port}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function socketOf(ip: Ip, type: number): number | undefined {
  try {
    return socket(ip.family === 4 ? AF_INET : AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  } catch (error) {
    if (error instanceof SystemError && error.code === "EAFNOSUPPORT") return undefined;
    throw error;
  }
}

/** struct sockaddr_in or sockaddr_in6. */
function socketName(ip: Ip, port: number): Buffer {
  const [length, at, bytes] = ip.family === 4 ? [16, 4, 4] : [28, 8, 16];
  const name = Buffer.alloc(length);
  name.writeUInt16LE(ip.family === 4 ? AF_INET : AF_INET6, 0);
  name.writeUInt16BE(port, 2);
  name.write(ip.bits.toString(16).padStart(bytes * 2, "0"), at, "hex");
  return name;
}
