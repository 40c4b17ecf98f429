/** What is said of interfaces that have no records: that nothing flowed, or that what flowed is not known. */
import type { FlowRecord } from "./record.ts";
import { everywhere, listed, type World } from "../model/world.ts";
import { logsCovering, recordOf, type Told } from "./observe.ts";

/** Unix seconds. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** What names a flow log and an interface together. */
export const toldKey = ({ log, record }: Told): string => `${log.id} ${record.interface}`;

/** SKIPDATA of every interface of the VPCs, for each flow log that covers it. */
export const skippedIn = (world: World, window: Window, vpcs: ReadonlySet<string>): Told[] =>
  covered(world).flatMap((told) => (vpcs.has(told.vpc) ? [sayOf(world, told, window, "SKIPDATA")] : []));

/** NODATA of every interface that had records once and has none now, as keys (`toldKey`). */
export const idleOf = (world: World, window: Window, { active, told }: Readonly<Record<"active" | "told", ReadonlySet<string>>>): Told[] =>
  covered(world)
    .map((each) => sayOf(world, each, window, "NODATA"))
    .filter((each) => active.has(toldKey(each)) && !told.has(toldKey(each)));

type Covered = ReturnType<typeof covered>[number];

const covered = (world: World) =>
  everywhere(world, "vpc").flatMap(({ id: vpc }) =>
    [...listed(world, "interfacesOfVpc", vpc).values()].flatMap((resource) => logsCovering(world, resource).map((log) => ({ vpc, resource, log }))),
  );

const sayOf = (world: World, { resource, log }: Covered, window: Window, status: FlowRecord["status"]): Told => ({
  log,
  record: { ...recordOf(world, resource, window), status },
});
