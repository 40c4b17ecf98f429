/** The wire between a host and its router, at the host's end: whole frames in and out, past the host's own stack. */
import koffi from "koffi";
import { closeFd, socket } from "../../src/io/libc.ts";
import { Rtnetlink } from "../../src/io/rtnetlink.ts";
import { tagOf } from "./frame.ts";
import { inside } from "./lab.ts";

const libc = koffi.load("libc.so.6");
const bind = libc.func("int bind(int fd, const uint8_t *address, uint32_t length)");
const setsockopt = libc.func("int setsockopt(int fd, int level, int name, const int *value, uint32_t length)");
const send = libc.func("int64_t send(int fd, const uint8_t *buffer, size_t length, int flags)");
const recv = libc.func("int64_t recv(int fd, _Out_ uint8_t *buffer, size_t length, int flags)");

const AF_PACKET = 17;
const SOCK_RAW = 3 | 0o2000000;
const ETH_P_ALL = 0x0003;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const SOL_PACKET = 263;
const PACKET_QDISC_BYPASS = 20;
const PACKET_IGNORE_OUTGOING = 23;
const MSG_DONTWAIT = 0x40;

/** Room for what arrives between two looks: a full buffer would make what passed look dropped. */
const receiveBytes = 16 << 20;

/** A packet socket on a device of a namespace, by default the one this thread is in. `hears`: it receives, too. */
export function openPacketSocket(namespace: string | undefined, device: string, hears: boolean): number {
  const open = () => {
    const route = new Rtnetlink();
    const index = route.links().find(({ name }) => name === device)?.index;
    route.close();
    if (index === undefined) throw new Error(`no ${device} in ${namespace ?? "this namespace"}`);
    const fd = socket(AF_PACKET, SOCK_RAW, 0);
    const address = Buffer.alloc(20);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeUInt16BE(hears ? ETH_P_ALL : 0, 2);
    address.writeInt32LE(index, 4);
    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, [1], 4);
    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, [1], 4);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, [receiveBytes], 4);
    if (bind(fd, address, 20) !== 0) throw new Error(`bind: ${koffi.errno()}`);
    return fd;
  };
  return namespace === undefined ? open() : inside(namespace, open);
}

export class Wire {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(16_384);

  constructor(namespace: string | undefined, device = "eth0") {
    this.#fd = openPacketSocket(namespace, device, true);
  }

  send(frame: Buffer): void {
    if (Number(send(this.#fd, frame, frame.length, 0)) !== frame.length) throw new Error(`send: ${koffi.errno()}`);
  }

  /** The frames that came in since the last call, each to be read before the next. */
  *frames(): Generator<Buffer> {
    for (;;) {
      const length = Number(recv(this.#fd, this.#buffer, this.#buffer.length, MSG_DONTWAIT));
      if (length < 0) return;
      yield this.#buffer.subarray(0, length);
    }
  }

  /** Tags of the frames that came in since the last call. */
  *arrived(): Generator<number> {
    for (const frame of this.frames()) {
      const tag = tagOf(frame);
      if (tag !== undefined) yield tag;
    }
  }

  close(): void {
    closeFd(this.#fd);
  }
}
