import type { Id } from "../values/id.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { Departing } from "./gone.ts";
import type { Owned } from "./resource.ts";
import type { TransitAttachment } from "./transit-attachment.ts";
import { find, listed, put } from "./world.ts";
import type { Change, World } from "./world.ts";

export interface TransitRoute {
  /** A prefix of either family, or the id of a prefix list. One static route for each destination of a table. */
  readonly destination: string;
  /** Absent in a blackhole. */
  readonly attachment?: Id<"transit-gateway-attachment">;
}

/** By which a transit gateway routes what comes from the attachments that are associated with it. */
export interface TransitRouteTable extends Owned, Departing {
  readonly kind: "transit-gateway-route-table";
  readonly id: Id<"transit-gateway-route-table">;
  readonly gateway: Id<"transit-gateway">;
  /** An attachment is associated with one table of a gateway at most. */
  readonly associations: readonly Id<"transit-gateway-attachment">[];
  /** The attachments whose own routes it has, too. */
  readonly propagations: readonly Id<"transit-gateway-attachment">[];
  /** The static ones. */
  readonly routes: readonly TransitRoute[];
}

export const makeTransitRouteTable = (birth: Birth, gateway: TransitRouteTable["gateway"], tags: Tags): TransitRouteTable => ({
  ...owned(birth, tags),
  kind: "transit-gateway-route-table",
  id: birth.mint("transit-gateway-route-table"),
  gateway,
  associations: [],
  propagations: [],
  routes: [],
});

/** The table of a gateway that an attachment is associated with. */
export const tableAssociated = (world: World, gateway: string, attachment: string): TransitRouteTable | undefined =>
  listed(world, "tablesOfTransitAttachment", attachment).find(
    (table) => table.gateway === gateway && table.associations.some((id) => id === attachment),
  );

/** Routes as a table has them: static ones, then what attachments propagate and no static route has taken. */
export interface EffectiveRoute extends TransitRoute {
  readonly propagated: boolean;
}

export function effectiveRoutes(world: World, table: TransitRouteTable): EffectiveRoute[] {
  const taken = new Set(table.routes.map(({ destination }) => destination));
  const propagated: EffectiveRoute[] = [];
  for (const id of table.propagations) {
    const attachment = find(world, "transit-gateway-attachment", id);
    for (const destination of attachment ? destinationsOf(world, attachment) : []) {
      if (taken.has(destination)) continue;
      taken.add(destination);
      propagated.push({ destination, attachment: id, propagated: true });
    }
  }
  return [...table.routes.map((route) => ({ ...route, propagated: false })), ...propagated];
}

/** What an attachment propagates: the blocks of its VPC, or the static routes of its VPN. Peerings propagate nothing. */
function destinationsOf(world: World, { to }: TransitAttachment): readonly string[] {
  if (to.type === "vpn") return find(world, "vpn-connection", to.connection)?.routes ?? [];
  const vpc = to.type === "vpc" ? find(world, "vpc", to.vpc) : undefined;
  return vpc ? [...vpc.cidrs, ...(to.type === "vpc" && to.ipv6 ? vpc.ipv6Cidrs : [])].map(({ cidr }) => cidr) : [];
}

/** An attachment goes: no table is associated with it or has its routes. Static routes to it stay, as blackholes. */
export const forgetAttachment = (world: World, attachment: string): Change[] =>
  [...listed(world, "tablesOfTransitAttachment", attachment).values()].map((table) =>
    put({
      ...table,
      associations: table.associations.filter((id) => id !== attachment),
      propagations: table.propagations.filter((id) => id !== attachment),
    }),
  );
