/** Sends questions out of a namespace as fast as one core can, so many under way at a time, and counts the answers. */
import koffi from "koffi";
import { closeFd, recv, send, socket, SystemError } from "../../src/io/libc.ts";
import { inside } from "../../test/kernel/lab.ts";

const libc = koffi.load("libc.so.6");
const connect = libc.func("int connect(int fd, const uint8_t *address, uint32_t length)");

const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const MSG_DONTWAIT = 0x40;
/** What has not come by then, in nanoseconds, was lost. */
const patience = 100_000_000n;

export interface Errand {
  readonly namespace: string;
  readonly to: string;
  readonly port: number;
  readonly questions: readonly Buffer[];
  readonly underWay: number;
  readonly seconds: number;
}

/** Answers each second. Throws when one is not as long as it should be, or none comes. */
export function answerRate({ namespace, to, port, questions, underWay, seconds }: Errand, isAnswer: (answer: Buffer) => boolean): number {
  const fd = inside(namespace, () => {
    const made = socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0);
    const address = Buffer.alloc(16);
    address.writeUInt16LE(AF_INET, 0);
    address.writeUInt16BE(port, 2);
    Buffer.from(to.split(".").map(Number)).copy(address, 4);
    if (Number(connect(made, address, address.length)) !== 0) throw new Error(`connect: errno ${koffi.errno()}`);
    return made;
  });
  const buffer = Buffer.alloc(2048);
  let [sent, came, last] = [0, 0, process.hrtime.bigint()];
  const begun = last;
  const end = begun + BigInt(Math.round(seconds * 1e9));
  let lost = 0;
  try {
    for (let now = begun; now < end; now = process.hrtime.bigint()) {
      for (; sent - lost - came < underWay; sent++) send(fd, questions[sent % questions.length], questions[sent % questions.length]?.length, 0);
      const length = receive(fd, buffer);
      if (length !== undefined) {
        if (!isAnswer(buffer.subarray(0, length))) throw new Error(`no answer: ${buffer.toString("hex", 0, length)}`);
        came++;
        last = now;
      } else if (now - last > patience) {
        lost = sent - came;
        last = now;
      }
    }
  } finally {
    closeFd(fd);
  }
  if (came === 0) throw new Error("nothing was answered");
  return (came * 1e9) / Number(process.hrtime.bigint() - begun);
}

function receive(fd: number, buffer: Buffer): number | undefined {
  try {
    return recv(fd, buffer, buffer.length, MSG_DONTWAIT);
  } catch (error) {
    if (error instanceof SystemError && error.code === "EAGAIN") return undefined;
    throw error;
  }
}
