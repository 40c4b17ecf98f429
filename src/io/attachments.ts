/** The networks others made, and Bailey gives an interface: found, given to an instance, and watched from then on. */
import fs from "node:fs";
import type { Whereabouts } from "../api/bailey/attach-request.ts";
import type { HostNetworks, OpenedNetwork } from "../api/bailey/attachments.ts";
import { hostNamespace } from "../compile/names.ts";
import type { Attached, Instance } from "../model/resource.ts";
import { isRefusal, type Refusal, refuse } from "../values/refuse.ts";
import { CLONE_NEWNET, ioctl } from "./libc.ts";
import { giveNamespace, namespacesWith, pathOf } from "./namespaces.ts";
import { alive, startOf } from "./process.ts";

const O_PATH = 0o10000000;
/** What the file system of namespaces calls itself. */
const NSFS_MAGIC = 0x6e736673;
const NS_GET_NSTYPE = 0xb703;
/** All namespaces that are ours begin so, whatever the realm. */
const ours = "bailey-";

export interface Device {
  readonly name: string;
  /** Such as veth or tap. */
  readonly kind: string;
}

/** Asks the kernel which devices are in the network namespace behind a descriptor. */
export interface DeviceLister {
  devices(fd: number): Promise<Device[]>;
}

export interface Attachments extends HostNetworks {
  /** Why what was attached as the instance is gone; undefined while it is there. */
  whyGone(instance: Instance): string | undefined;
}

export function openAttachments(realm: string, kernel: DeviceLister): Attachments {
  return {
    open: async (where) => {
      if ("tap" in where) return openTap(kernel, where.tap);
      const found = find(where);
      if (isRefusal(found)) return found;
      const devices = await kernel.devices(found.fd).catch((error: unknown) => {
        fs.closeSync(found.fd);
        return cannotUse(error);
      });
      if (isRefusal(devices)) return devices;
      const { fd, ...facts } = found;
      return opened(realm, fd, { ...facts, devices: devices.map(({ name }) => name) });
    },
    whyGone: ({ id, attached }) => attached && (whyGone(attached) ?? whyLost(hostNamespace(realm, id), attached)),
  };
}

/** Where there is no data plane, there is nothing to put a network behind. */
export const absentAttachments: Attachments = {
  open: () => Promise.resolve(refuse("UnsupportedOperation", "This region has no data plane: nothing can be attached.")),
  whyGone: () => undefined,
};

type Found = Pick<Attached, "path" | "process"> & { readonly network: string; readonly fd: number };

/** Opens the network namespace, wherever it is; the caller closes it. */
function find(where: Exclude<Whereabouts, { tap: string }>): Found | Refusal {
  const process_ = "pid" in where ? processOf(where) : undefined;
  if (isRefusal(process_)) return process_;
  const path = "path" in where ? where.path : `/proc/${where.pid}/ns/net`;
  const fd = openNetwork(path);
  if (isRefusal(fd)) return fd;
  const network = networkOf(fs.fstatSync(fd));
  const wrong = process_ && !alive(process_) ? noProcess(process_.pid) : refuseNetwork(network);
  if (!wrong) return { network, fd, ...(process_ ? { process: process_ } : { path }) };
  fs.closeSync(fd);
  return wrong;
}

/** The data plane takes the tap from the host when it is committed, and gives up what it was for when it cannot. */
async function openTap(kernel: DeviceLister, tap: string): Promise<OpenedNetwork | Refusal> {
  const host = fs.openSync("/proc/self/ns/net", "r");
  try {
    const devices = await kernel.devices(host);
    if (devices.some(({ name, kind }) => name === tap && kind === "tap")) {
      return { found: { devices: [] }, give: () => undefined, close: () => undefined };
    }
    return refuse("InvalidParameterValue", `There is no tap ${tap} on the host of the region.`);
  } catch (error) {
    return cannotUse(error);
  } finally {
    fs.closeSync(host);
  }
}

const noProcess = (pid: number): Refusal => refuse("InvalidParameterValue", `There is no process ${pid} on the host of the region.`);

function processOf({ pid, started }: Extract<Whereabouts, { pid: number }>): Required<Attached>["process"] | Refusal {
  const found = startOf(pid);
  return found === undefined || (started !== undefined && started !== found) ? noProcess(pid) : { pid, started: found };
}

/** Looks before it opens: to open a device or a pipe is to do something to it. */
function openNetwork(path: string): number | Refusal {
  let place: number | undefined;
  try {
    place = fs.openSync(path, O_PATH);
    const link = `/proc/self/fd/${place}`;
    if (fs.statfsSync(link).type !== NSFS_MAGIC) return noNetwork(path);
    const fd = fs.openSync(link, "r");
    if (ioctl(fd, NS_GET_NSTYPE) === CLONE_NEWNET) return fd;
    fs.closeSync(fd);
    return noNetwork(path);
  } catch (error) {
    return refuse("InvalidParameterValue", `${path} cannot be opened: ${messageOf(error)}`);
  } finally {
    if (place !== undefined) fs.closeSync(place);
  }
}

const noNetwork = (path: string): Refusal => refuse("InvalidParameterValue", `${path} is no network namespace.`);
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const cannotUse = (error: unknown): Refusal =>
  refuse("UnsupportedOperation", `The network cannot be entered: ${messageOf(error)}. A region that does not run as root reaches only its own.`);

/** Tells a namespace from every other that is there at the same time. */
const networkOf = ({ dev, ino }: { readonly dev: number; readonly ino: number }): string => `${dev}:${ino}`;

function networkAt(path: string): string | undefined {
  try {
    return networkOf(fs.statSync(path));
  } catch {
    return undefined;
  }
}

function refuseNetwork(network: string): Refusal | undefined {
  if (["/proc/self/ns/net", "/proc/1/ns/net"].some((path) => networkAt(path) === network)) {
    return refuse("InvalidParameterValue", "The network of the host itself cannot be attached.");
  }
  const holder = namespacesWith(ours).find((name) => networkAt(pathOf(name)) === network);
  return holder === undefined ? undefined : refuse("IncorrectState", `This network has an interface of Bailey's already: ${holder}.`);
}

function opened(realm: string, fd: number, found: OpenedNetwork["found"] & { readonly network: string }): OpenedNetwork {
  return {
    found,
    give: (instance) => {
      // Another call may have been quicker while the devices were listed.
      const taken = refuseNetwork(found.network);
      if (!taken) giveNamespace(hostNamespace(realm, instance), fd);
      return taken;
    },
    close: () => fs.closeSync(fd),
  };
}

function whyGone({ kind, name, path, process: process_, network }: Attached): string | undefined {
  if (process_ && !alive(process_)) return `process ${process_.pid}${kind === "container" ? ` of container ${name}` : ""} has ended`;
  return path !== undefined && networkAt(path) !== network ? `${path} no longer leads to the network` : undefined;
}

/** What we held is gone after a restart of the host, or when somebody unmounted it. A tap is looked after by the data plane. */
const whyLost = (held: string, { network }: Attached): string | undefined =>
  network === undefined || networkAt(pathOf(held)) === network ? undefined : `the network is no longer held as ${held}`;
