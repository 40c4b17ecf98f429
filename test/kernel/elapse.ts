/** Time for a namespace's connections without waiting for it: each is brought nearer to the end of its idle time. */
import { AF_NETLINK, closeFd, recv, send, SOCK_RAW_CLOEXEC, socket } from "../../src/io/libc.ts";
import { attributesOf, messageBytes, messagesOf } from "../../src/io/netlink-message.ts";
import { inside } from "./lab.ts";

const NETLINK_NETFILTER = 12;
/** Messages of the connection table: subsystem 1, and what is asked of it. */
const MAKE = 1 << 8;
const LIST = (1 << 8) | 1;
const REQUEST = 1;
const ACKNOWLEDGE = 4;
const DUMP = 0x300;
const ERROR = 2;
const DONE = 3;
const NESTED = 0x8000;
const CTA = { original: 1, timeout: 7 } as const;

interface Entry {
  /** nfgenmsg: family, version, resource. */
  readonly header: Buffer;
  readonly original: Buffer;
  /** Seconds left. */
  readonly left: number;
}

/** Lets so many seconds pass for all connections of a namespace's ordinary zone. */
export function elapse(namespace: string, seconds: number): void {
  inside(namespace, () => {
    const fd = socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_NETFILTER);
    try {
      for (const entry of entries(fd)) shorten(fd, entry, seconds);
    } finally {
      closeFd(fd);
    }
  });
}

function* received(fd: number) {
  const buffer = Buffer.alloc(65_536);
  for (;;) {
    const length = recv(fd, buffer, buffer.length, 0);
    yield* messagesOf(Buffer.from(buffer.subarray(0, length)));
  }
}

function entries(fd: number): Entry[] {
  const request = messageBytes(LIST, REQUEST | DUMP, 1, Buffer.alloc(4), []);
  send(fd, request, request.length, 0);
  const found: Entry[] = [];
  for (const { type, body } of received(fd)) {
    if (type === DONE) break;
    const attributes = attributesOf(body.subarray(4));
    const [original, timeout] = [attributes.get(CTA.original), attributes.get(CTA.timeout)];
    if (original && timeout) found.push({ header: body.subarray(0, 4), original, left: timeout.readUInt32BE(0) });
  }
  return found;
}

function shorten(fd: number, { header, original, left }: Entry, seconds: number): void {
  const timeout = Buffer.alloc(4);
  timeout.writeUInt32BE(Math.max(0, left - seconds));
  const request = messageBytes(MAKE, REQUEST | ACKNOWLEDGE, 2, header, [[CTA.original | NESTED, original], [CTA.timeout, timeout]]);
  send(fd, request, request.length, 0);
  for (const { type, body } of received(fd)) {
    if (type !== ERROR) continue;
    const errno = body.readInt32LE(0);
    if (errno !== 0) throw new Error(`the connection keeps its time: errno ${-errno}`);
    return;
  }
}
