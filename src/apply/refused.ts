/** What allowances of tracked connections have refused, as the kernel counts it. */
import { routerNamespace } from "../compile/names.ts";
import { listAllowances, parseRefused } from "../compile/nft.ts";
import { allowanceOf } from "../model/network-interface.ts";
import { everywhere, type World } from "../model/world.ts";
import type { Kernel } from "./kernel.ts";

/** Packets refused for want of room, by interface. A network that is not in force yet has counted none. */
export async function refusedPackets(kernel: Pick<Kernel, "query">, realm: string, world: World): Promise<ReadonlyMap<string, number>> {
  const limited = everywhere(world, "network-interface").filter((eni) => allowanceOf(eni) !== undefined);
  const networks = [...new Set(limited.map(({ vpc }) => vpc))];
  const listings = await Promise.all(networks.map((vpc) => kernel.query(routerNamespace(realm, vpc), listAllowances).catch(() => "")));
  return new Map(listings.flatMap((listing) => [...parseRefused(listing)]));
}
