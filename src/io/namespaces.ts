/** Network namespaces by name, as iproute2 keeps them: a bind mount in /run/netns. All calls act on the calling thread. */
import fs from "node:fs";
import { standIn } from "../compile/names.ts";
import { CLONE_NEWNET, MNT_DETACH, mount, MS_BIND, setns, SystemError, umount, unshare } from "./libc.ts";

const directory = "/run/netns";
export const pathOf = (name: string): string => `${directory}/${name}`;

export const namespacesWith = (prefix: string): string[] =>
  fs.existsSync(directory) ? fs.readdirSync(directory).filter((name) => name.startsWith(prefix)) : [];

/** Opens a namespace; the caller closes the descriptor. */
export const openNamespace = (name: string): number => fs.openSync(pathOf(name), "r");

/** Opens the machine's: the one this process is in, whichever its threads have gone to, or what stands for it. */
export const openMachineNamespace = (): number => fs.openSync(isNamespace(standIn) ? pathOf(standIn) : "/proc/self/ns/net", "r");

/** Moves the calling thread into the namespace behind the descriptor. */
export const enterNamespace = (fd: number): void => {
  setns(fd, CLONE_NEWNET);
};

/** Settings of a namespace, and those its new devices inherit. */
const settings: Record<"router" | "host" | "bridge", Readonly<Record<string, string>>> = {
  router: {
    "net/ipv4/ip_forward": "1",
    "net/ipv6/conf/all/forwarding": "1",
    "net/ipv4/conf/default/proxy_arp": "1",
    // The source check is the ruleset's; with tables of its own the kernel would look each source up a second time.
    "net/ipv4/conf/default/accept_local": "1",
    "net/ipv4/conf/all/rp_filter": "0",
    "net/ipv4/conf/default/rp_filter": "0",
    "net/ipv4/conf/all/send_redirects": "0",
    "net/ipv4/conf/default/send_redirects": "0",
    "net/ipv4/conf/all/accept_redirects": "0",
    "net/ipv6/conf/default/accept_ra": "0",
    "net/ipv6/conf/default/accept_dad": "0",
    "net/ipv6/conf/default/addr_gen_mode": "1",
    "net/netfilter/nf_conntrack_tcp_loose": "1",
    "net/netfilter/nf_conntrack_tcp_be_liberal": "1",
    "net/netfilter/nf_conntrack_tcp_timeout_established": "432000",
    // A connection that was closed is forgotten: what comes late is no part of it.
    "net/netfilter/nf_conntrack_tcp_timeout_time_wait": "1",
    "net/netfilter/nf_conntrack_tcp_timeout_close": "1",
    "net/netfilter/nf_conntrack_udp_timeout": "30",
    "net/netfilter/nf_conntrack_udp_timeout_stream": "180",
    // Every protocol without ports: the kernel treats GRE apart.
    "net/netfilter/nf_conntrack_generic_timeout": "600",
    "net/netfilter/nf_conntrack_gre_timeout": "600",
    "net/netfilter/nf_conntrack_gre_timeout_stream": "600",
  },
  host: {
    "net/ipv6/conf/default/accept_ra": "0",
    "net/ipv6/conf/default/accept_dad": "0",
  },
  // Nobody is at home in one: it passes frames on.
  bridge: {
    "net/ipv6/conf/all/disable_ipv6": "1",
    "net/ipv6/conf/default/disable_ipv6": "1",
  },
};

/** Makes a namespace and leaves the thread in it. Its name appears only when it is whole. */
export function makeNamespace(name: string, role: keyof typeof settings, prepare: () => void): void {
  unshare(CLONE_NEWNET);
  for (const [key, value] of Object.entries(settings[role])) setSysctl(key, value);
  prepare();
  bind("/proc/thread-self/ns/net", name);
}

/** Gives the namespace behind a descriptor, whoever made it, a name here; it is there at least as long as the name. */
export const giveNamespace = (name: string, fd: number): void => bind(`/proc/self/fd/${fd}`, name);

function bind(source: string, name: string): void {
  fs.mkdirSync(directory, { recursive: true });
  const path = pathOf(name);
  fs.closeSync(fs.openSync(path, "a", 0o444));
  try {
    mount(source, path, "none", MS_BIND, null);
  } catch (error) {
    fs.unlinkSync(path);
    throw error;
  }
}

/**
 * A router's end answers ARP for others at once: the kernel would wait up to 0.8 s, and has no default to inherit here.
 * The thread must be in the device's namespace.
 */
export const answerAtOnce = (device: string): void => setSysctl(`net/ipv4/neigh/${device}/proxy_delay`, "0");

/** A setting this kernel does not have (IPv6 disabled at boot, say) is left alone. */
function setSysctl(key: string, value: string): void {
  try {
    fs.writeFileSync(`/proc/sys/${key}`, value);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}

/** Takes the name away; the namespace itself goes when nothing is in it any more. */
export function removeNamespace(name: string): void {
  try {
    umount(pathOf(name), MNT_DETACH);
  } catch (error) {
    if (!(error instanceof SystemError && ["EINVAL", "ENOENT"].includes(error.code))) throw error;
  }
  fs.rmSync(pathOf(name), { force: true });
}

/** Whether the name stands for a namespace, not for a file a crash left before the mount. */
export const isNamespace = (name: string): boolean => namespaceNumber(name) !== undefined;

/** What tells the namespace of that name from an earlier one of the same name; undefined when there is none. */
export function namespaceNumber(name: string): number | undefined {
  const found = fs.statSync(pathOf(name), { throwIfNoEntry: false });
  return found !== undefined && found.dev !== fs.statSync(directory).dev ? found.ino : undefined;
}
