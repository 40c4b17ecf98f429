/** How far a connection's packets travel. */
import type net from "node:net";
import { setsockopt } from "./libc.ts";

const options = {
  IPv4: { level: 0, name: 2 },
  IPv6: { level: 41, name: 16 },
} as const;

/** From here on, no packet of the connection travels more than so many hops. Throws when that can't be had. */
export function limitHops(socket: net.Socket, hops: number): void {
  const { level, name } = options[socket.remoteFamily === "IPv6" ? "IPv6" : "IPv4"];
  const value = Buffer.from(Int32Array.of(hops).buffer);
  setsockopt(descriptorOf(socket), level, name, value, value.length);
}

/** Node keeps it to itself, and has no other way to this option. */
function descriptorOf(socket: net.Socket): number {
  const handle: unknown = Reflect.get(socket, "_handle");
  const fd: unknown = typeof handle === "object" && handle !== null ? Reflect.get(handle, "fd") : undefined;
  if (typeof fd !== "number" || fd < 0) throw new Error("the connection has no descriptor");
  return fd;
}
