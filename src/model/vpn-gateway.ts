import type { Id } from "../values/id.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { Departing } from "./gone.ts";
import type { Owned, RouteTable, Vpc } from "./resource.ts";
import { listed, put } from "./world.ts";
import type { Change, World } from "./world.ts";

/** A VPC's end of its VPNs. */
export interface VpnGateway extends Owned, Departing {
  readonly kind: "vpn-gateway";
  readonly id: Id<"vpn-gateway">;
  /** Its autonomous system number, out of a private range. */
  readonly asn: number;
  /** As it was asked for. */
  readonly zone?: string;
  /** The VPC it is attached to; one gateway at most for each. */
  readonly vpc?: Id<"vpc">;
  /** The VPC it was attached to last, while it is attached to none. */
  readonly detached?: Id<"vpc">;
}

export interface VpnGatewayPlan {
  readonly asn: number;
  readonly zone: string | undefined;
  readonly tags: Tags;
}

/** A gateway, attached to nothing. */
export const makeVpnGateway = (birth: Birth, { asn, zone, tags }: VpnGatewayPlan): VpnGateway => ({
  ...owned(birth, tags),
  kind: "vpn-gateway",
  id: birth.mint("vpn-gateway"),
  asn,
  ...(zone !== undefined && { zone }),
});

export function attachVpnGateway(gateway: VpnGateway, vpc: Vpc): VpnGateway {
  const { detached: _, ...present } = gateway;
  return { ...present, vpc: vpc.id };
}

/** The gateway is free for another VPC, and tables no longer learn from it. Routes to it stay, as blackholes. */
export function detachVpnGateway(world: World, { vpc, ...gateway }: VpnGateway): Change[] {
  const tables = vpc === undefined ? [] : [...listed(world, "routeTablesOfVpc", vpc).values()];
  return [
    put({ ...gateway, ...(vpc !== undefined && { detached: vpc }) }),
    ...tables.filter((table) => learnsFrom(table, gateway.id)).map((table) => put(forgetRoutesOf(table, gateway.id))),
  ];
}

/** Whether the table takes over the routes a gateway learns. */
export const learnsFrom = ({ propagating = [] }: RouteTable, gateway: string): boolean =>
  propagating.some((id) => id === gateway);

export const learnRoutesOf = (table: RouteTable, gateway: VpnGateway): RouteTable => ({
  ...table,
  propagating: [...(table.propagating ?? []), gateway.id],
});

export const forgetRoutesOf = (table: RouteTable, gateway: string): RouteTable => ({
  ...table,
  propagating: (table.propagating ?? []).filter((id) => id !== gateway),
});
