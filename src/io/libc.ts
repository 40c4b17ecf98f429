/** The C library's calls we need, through koffi. Errors are thrown with the call's name and errno. */
import koffi from "koffi";

const libc = koffi.load("libc.so.6");

export const CLONE_NEWNET = 0x40000000;
export const MS_BIND = 4096;
export const MNT_DETACH = 2;
export const AF_NETLINK = 16;
export const SOCK_RAW_CLOEXEC = 3 | 0o2000000;

const calls = {
  setns: libc.func("int setns(int fd, int nstype)"),
  unshare: libc.func("int unshare(int flags)"),
  mount: libc.func("int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)"),
  umount2: libc.func("int umount2(const char *target, int flags)"),
  socket: libc.func("int socket(int domain, int type, int protocol)"),
  bind: libc.func("int bind(int fd, const uint8_t *address, uint32_t length)"),
  setsockopt: libc.func("int setsockopt(int fd, int level, int name, const uint8_t *value, uint32_t length)"),
  clock_gettime: libc.func("int clock_gettime(int clock, _Out_ int64_t *time)"),
  ioctl: libc.func("int ioctl(int fd, unsigned long request)"),
  close: libc.func("int close(int fd)"),
  send: libc.func("int64_t send(int fd, const uint8_t *buffer, size_t length, int flags)"),
  recv: libc.func("int64_t recv(int fd, _Out_ uint8_t *buffer, size_t length, int flags)"),
} as const;

type Calls = typeof calls;

/** A failed system call: `errno` is the number, `code` its name, such as EEXIST. */
export class SystemError extends Error {
  readonly errno: number;
  readonly code: string;
  constructor(call: string, errno: number) {
    const code = Object.entries(koffi.os.errno).find(([, value]) => value === errno)?.[0] ?? String(errno);
    super(`${call}: ${code}`);
    this.name = "SystemError";
    this.errno = errno;
    this.code = code;
  }
}

function checked<K extends keyof Calls>(name: K): (...args: unknown[]) => number {
  return (...args) => {
    const result = Number(calls[name](...args));
    if (result < 0) throw new SystemError(name, koffi.errno());
    return result;
  };
}

export const setns = checked("setns");
export const unshare = checked("unshare");
export const mount = checked("mount");
export const umount = checked("umount2");
export const socket = checked("socket");
export const bind = checked("bind");
export const setsockopt = checked("setsockopt");
/** Requests without an argument only. */
export const ioctl = checked("ioctl");
export const closeFd = checked("close");
export const send = checked("send");
export const recv = checked("recv");

const getTime = checked("clock_gettime");
const CLOCK_REALTIME = 0;
const time = new BigInt64Array(2);

/** The system's clock, which others may set: nanoseconds since 1970. */
export function systemTime(): bigint {
  getTime(CLOCK_REALTIME, time);
  const [seconds = 0n, nanoseconds = 0n] = time;
  return seconds * 1_000_000_000n + nanoseconds;
}
