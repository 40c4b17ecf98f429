import type { Id } from "../values/id.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import { living } from "./gone.ts";
import type { Departing } from "./gone.ts";
import type { Owned } from "./resource.ts";
import { makeTransitRouteTable } from "./transit-route-table.ts";
import { listed, put } from "./world.ts";
import type { Change, World } from "./world.ts";

/** What a transit gateway is told to do. It does none of it. */
export interface TransitGatewayOptions {
  /** Its autonomous system number, out of a private range. */
  readonly asn: number;
  readonly cidrs: readonly string[];
  readonly autoAccept: boolean;
  readonly associatesByDefault: boolean;
  readonly propagatesByDefault: boolean;
  readonly vpnEcmp: boolean;
  readonly dns: boolean;
  readonly groupReferencing: boolean;
  readonly multicast: boolean;
}

/** A router between VPCs, VPNs and other transit gateways. */
export interface TransitGateway extends Owned, Departing, TransitGatewayOptions {
  readonly kind: "transit-gateway";
  readonly id: Id<"transit-gateway">;
  readonly description: string;
  /** The table new attachments are associated with, and the one they propagate to, while that is so by default. */
  readonly associationTable?: Id<"transit-gateway-route-table">;
  readonly propagationTable?: Id<"transit-gateway-route-table">;
}

/** A gateway, with a route table where attachments are to have one by default. */
export function makeTransitGateway(
  birth: Birth,
  options: TransitGatewayOptions,
  { description, tags }: { readonly description: string; readonly tags: Tags },
): { gateway: TransitGateway; changes: Change[] } {
  const id = birth.mint("transit-gateway");
  const { associatesByDefault, propagatesByDefault } = options;
  const table = associatesByDefault || propagatesByDefault ? makeTransitRouteTable(birth, id, {}) : undefined;
  const gateway: TransitGateway = {
    ...owned(birth, tags),
    kind: "transit-gateway",
    id,
    description,
    ...options,
    ...(table && associatesByDefault && { associationTable: table.id }),
    ...(table && propagatesByDefault && { propagationTable: table.id }),
  };
  return { gateway, changes: [put(gateway), ...(table ? [put(table)] : [])] };
}

/** The gateway's tables and attachments that are not deleted. */
export const tablesOf = (world: World, gateway: string) => living(listed(world, "tablesOfTransitGateway", gateway).values());
export const attachmentsOf = (world: World, gateway: string) => living(listed(world, "attachmentsOfTransitGateway", gateway).values());

/** A gateway goes together with its route tables. */
export const deleteTransitGateway = (world: World, gateway: TransitGateway, now: string): Change[] => [
  ...tablesOf(world, gateway.id).map((table) => put({ ...table, deleted: now })),
  put({ ...gateway, deleted: now }),
];
