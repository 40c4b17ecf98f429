/** Sends small UDP packets out of a namespace as fast as one core can, and counts what comes out at another. */
import fs from "node:fs";
import koffi from "koffi";
import { closeFd } from "../src/io/libc.ts";
import type { Ip } from "../src/values/ip.ts";
import { frameBytes } from "../test/kernel/frame.ts";
import { inside } from "../test/kernel/lab.ts";
import { openPacketSocket } from "../test/kernel/wire.ts";

const libc = koffi.load("libc.so.6");
koffi.struct("iovec", { base: "void *", length: "size_t" });
koffi.struct("msghdr", {
  name: "void *",
  nameLength: "uint32_t",
  iov: "iovec *",
  iovLength: "size_t",
  control: "void *",
  controlLength: "size_t",
  flags: "int",
});
const messageHeader = koffi.struct("mmsghdr", { header: "msghdr", length: "uint32_t" });
const sendmmsg = libc.func("int sendmmsg(int fd, void *messages, unsigned int count, int flags)");

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

export class Sender {
  readonly #fd: number;
  readonly #receiver: string;
  readonly #device: string;

  constructor(from: string, to: string, device: string) {
    this.#receiver = to;
    this.#device = device;
    this.#fd = openPacketSocket(from, device, false);
  }

  /** Packets received each second while sending. */
  run(load: Load): number {
    const { messages } = this.#prepare(load);
    const pass = () => {
      for (const each of messages) {
        if (Number(sendmmsg(this.#fd, each, batch, 0)) !== batch) throw new Error(`sendmmsg: errno ${koffi.errno()}`);
      }
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
      return { header: { name: null, nameLength: 0, iov, iovLength: 1, control: null, controlLength: 0, flags: 0 }, length: 0 };
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
    const counters = inside(this.#receiver, () => fs.readFileSync("/proc/thread-self/net/dev", "utf8"));
    const line = counters.split("\n").find((each) => each.includes(`${this.#device}:`));
    return Number(line?.split(":")[1]?.trim().split(/\s+/)[1] ?? 0);
  }

  close(): void {
    closeFd(this.#fd);
  }
}
