/**
 * A virtual machine's tap behind our end of a link: both are ports of a bridge, in a namespace of ours. The tap is the
 * host's own before and after; whoever runs the machine keeps it open, and does not notice where it is.
 */
import type { Rtnetlink } from "./rtnetlink.ts";

const bridge = "bailey-bridge";

/** A namespace: a socket in it, and what a device is moved there by. */
interface Side {
  readonly route: Rtnetlink;
  readonly fd: number;
}

/** Takes the tap from the host, unless it is here already, and joins it to the port. */
export function joinTap(here: Side, host: Side, tap: string, port: string, mtu: number): void {
  here.route.deleteLink(bridge);
  if (!here.route.links().some(({ name }) => name === tap)) {
    const found = host.route.links().find(({ name }) => name === tap);
    if (found?.kind !== "tap") throw new Error(`there is no tap ${tap} on the host`);
    host.route.move(tap, here.fd);
  }
  here.route.addBridge(bridge);
  for (const device of [tap, port]) {
    here.route.setMtu(device, mtu);
    here.route.setMaster(device, bridge);
    here.route.setUp(device);
  }
  here.route.setUp(bridge);
}

/** The tap that is joined in the namespace; undefined when none is, or not wholly. */
export function joinedTap(route: Rtnetlink): string | undefined {
  const links = route.links();
  const master = links.find(({ name }) => name === bridge);
  const ports = master?.up ? links.filter((link) => link.master === master.index && link.up) : [];
  return ports.length === 2 ? ports.find(({ kind }) => kind === "tap")?.name : undefined;
}

/** Gives a tap that is here back to the host: it would go with the namespace. */
export function returnTaps(here: Side, openHost: () => Side): void {
  const links = here.route.links();
  if (!links.some(({ name }) => name === bridge)) return;
  for (const { name } of links.filter(({ kind }) => kind === "tap")) {
    const host = openHost();
    here.route.setMtu(name, usualMtu);
    here.route.move(name, host.fd);
    host.route.setUp(name);
  }
}

/** What a tap has when it is made. */
const usualMtu = 1500;
