/** Resources that stay describable for a while after they are deleted. */
import type { ResourceOf } from "./resource.ts";
import { everywhere, remove } from "./world.ts";
import type { Change, World } from "./world.ts";

/** When a resource was deleted, ISO 8601, where it is shown for an hour more. */
export interface Departing {
  readonly deleted?: string;
}

const lingering = [
  "carrier-gateway",
  "customer-gateway",
  "transit-gateway",
  "transit-gateway-attachment",
  "transit-gateway-route-table",
  "vpc-block-public-access-exclusion",
  "vpc-endpoint",
  "vpc-endpoint-service",
  "vpn-connection",
  "vpn-gateway",
] as const;

export type Lingering = (typeof lingering)[number];

const rememberedFor = 3600_000;

export const isGone = ({ deleted }: Departing): boolean => deleted !== undefined;

/** Those of them that are not deleted. */
export const living = <R extends Departing>(resources: Iterable<R>): R[] => [...resources].filter((one) => !isGone(one));

/** Removes what was deleted more than an hour before `now`. */
export const forgettableGone = (world: World, now: string): Change[] =>
  lingering
    .flatMap((kind): ResourceOf<Lingering>[] => everywhere(world, kind))
    .filter(({ deleted }) => deleted !== undefined && Date.parse(now) - Date.parse(deleted) > rememberedFor)
    .map(remove);
