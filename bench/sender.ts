/** Sends small UDP packets out of a namespace as fast as one core can, and counts what comes out at another. */
import fs from "node:fs";
import koffi from "koffi";
import { CLONE_NEWNET, closeFd, setns, socket } from "../src/io/libc.ts";
import { Rtnetlink } from "../src/io/rtnetlink.ts";
import type { Ip } from "../src/values/ip.ts";
import { frameBytes } from "../test/kernel/frame.ts";

const libc = koffi.load("libc.so.6");
const bind = libc.func("int bind(int fd, const uint8_t *address, uint32_t length)");
const setsockopt = libc.func("int setsockopt(int fd, int level, int name, const int *value, uint32_t length)");
koffi.struct("iovec", { base: "void *", length: "size_t" });
const messageHeader = koffi.struct("mmsghdr", {
  name: "void *",
  nameLength: "uint32_t",
  iov: "iovec *",
  iovLength: "size_t",
  control: "void *",
  controlLength: "size_t",
  flags: "int",
  length: "uint32_t",
});
const sendmmsg = libc.func("int sendmmsg(int fd, void *messages, unsigned int count, int flags)");

const AF_PACKET = 17;
const SOCK_RAW = 3 | 0o2000000;
const SOL_PACKET = 263;
const PACKET_QDISC_BYPASS = 20;
const batch = 250;

export interface Load {
  readonly source: Ip;
  readonly destination: Ip;
  readonly mac: string;
  readonly routerMac: string;
  /** Source ports in turn. */
  readonly flows: number;
  readonly seconds: number;
}

function enter(namespace: string): () => void {
  const home = fs.openSync("/proc/thread-self/ns/net", "r");
  const there = fs.openSync(`/run/netns/${namespace}`, "r");
  setns(there, CLONE_NEWNET);
  fs.closeSync(there);
  return () => {
    setns(home, CLONE_NEWNET);
    fs.closeSync(home);
  };
}

export class Sender {
  readonly #fd: number;
  readonly #receiver: string;
  readonly #device: string;

  constructor(from: string, to: string, device: string) {
    this.#receiver = to;
    this.#device = device;
    const leave = enter(from);
    try {
      const route = new Rtnetlink();
      const index = route.links().find(({ name }) => name === device)?.index ?? 0;
      route.close();
      this.#fd = socket(AF_PACKET, SOCK_RAW, 0);
      const address = Buffer.alloc(20);
      address.writeUInt16LE(AF_PACKET, 0);
      address.writeInt32LE(index, 4);
      bind(this.#fd, address, 20);
      setsockopt(this.#fd, SOL_PACKET, PACKET_QDISC_BYPASS, [1], 4);
    } finally {
      leave();
    }
  }

  /** Packets received each second while sending. */
  run(load: Load): number {
    const { messages } = this.#prepare(load);
    const pass = () => {
      for (const each of messages) sendmmsg(this.#fd, each, batch, 0);
    };
    pass();
    const before = this.#received();
    const begun = process.hrtime.bigint();
    const end = begun + BigInt(Math.round(load.seconds * 1e9));
    while (process.hrtime.bigint() < end) pass();
    const elapsed = Number(process.hrtime.bigint() - begun) / 1e9;
    return (this.#received() - before) / elapsed;
  }

  /** Message vectors over frames that stay where they are: built once, so that the loop is the kernel's work alone. */
  #prepare(load: Load): { messages: unknown[]; keep: Buffer[] } {
    const keep: Buffer[] = [];
    const count = Math.max(load.flows, batch);
    const headers = Array.from({ length: count }, (_, at) => {
      const frame = frameBytes(
        { source: load.source, destination: load.destination, protocol: 17, sourcePort: 10_000 + (at % load.flows), value: 7000, tag: at },
        load.mac,
        load.routerMac,
      );
      keep.push(frame);
      const memory: unknown = koffi.alloc("uint8_t", frame.length);
      koffi.encode(memory, koffi.array("uint8_t", frame.length), [...frame]);
      const iov: unknown = koffi.alloc("iovec", 1);
      koffi.encode(iov, "iovec", { base: memory, length: frame.length });
      return { name: null, nameLength: 0, iov, iovLength: 1, control: null, controlLength: 0, flags: 0, length: 0 };
    });
    const messages: unknown[] = [];
    for (let at = 0; at + batch <= headers.length; at += batch) {
      const memory: unknown = koffi.alloc(messageHeader, batch);
      koffi.encode(memory, koffi.array(messageHeader, batch), headers.slice(at, at + batch));
      messages.push(memory);
    }
    return { messages, keep };
  }

  #received(): number {
    const leave = enter(this.#receiver);
    try {
      const line = fs.readFileSync("/proc/thread-self/net/dev", "utf8").split("\n").find((each) => each.includes(`${this.#device}:`));
      return Number(line?.split(":")[1]?.trim().split(/\s+/)[1] ?? 0);
    } finally {
      leave();
    }
  }

  close(): void {
    closeFd(this.#fd);
  }
}
