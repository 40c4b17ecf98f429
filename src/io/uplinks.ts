/** What regions hold on the machine they share. */
import { networkInterfaces } from "node:os";
import { isUplink, uplinkDevice } from "../compile/names.ts";
import { type Cidr, formatIp, hostCidr, type Ip } from "../values/ip.ts";
import { Rtnetlink } from "./rtnetlink.ts";

/** A prefix that leads to a region, or the machine's own address among its public ones, and the region's device. */
export interface Held {
  readonly device: string;
  readonly prefix: Cidr;
}

/** Whether an address is the machine's own. */
export const isMachines = (ip: Ip): boolean =>
  Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === formatIp(ip)));

/** What other realms hold in the calling thread's namespace, whether their control planes run or not. */
export function heldByOthers(realm: string): Held[] {
  const route = new Rtnetlink();
  try {
    const all = [
      ...route.addresses().map(({ device, ip }) => ({ device, prefix: hostCidr(ip) })),
      ...route.routes().map(({ device = "", destination }) => ({ device, prefix: destination })),
    ];
    return all.filter(({ device }) => isUplink(device) && device !== uplinkDevice(realm));
  } finally {
    route.close();
  }
}
