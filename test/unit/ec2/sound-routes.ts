import assert from "node:assert/strict";
import { everywhere, need } from "../../../src/model/world.ts";
import type { World } from "../../../src/model/world.ts";

const gatewayOf = (world: World, id: string) =>
  id.startsWith("vgw-") ? need(world, "vpn-gateway", id) : need(world, "internet-gateway", id);

/** What holds of route tables and internet gateways in every world. */
export function assertRoutes(world: World): void {
  const routed = new Set<string>();
  for (const table of everywhere(world, "route-table")) {
    const vpc = need(world, "vpc", table.vpc);
    assert.equal(table.mainAssociation !== undefined, vpc.mainRouteTable === table.id, `main table of ${vpc.id}`);
    const destinations = table.routes.map(({ destination }) => destination);
    assert.equal(new Set(destinations).size, destinations.length, `destinations of ${table.id}`);
    const local = table.routes.filter(({ origin }) => origin === "CreateRouteTable").map(({ destination }) => destination);
    assert.deepEqual(local.toSorted(), [...vpc.cidrs, ...vpc.ipv6Cidrs].map(({ cidr }) => cidr).toSorted());
    for (const list of destinations.filter((destination) => destination.startsWith("pl-"))) need(world, "prefix-list", list);
    for (const { subnet, gateway } of table.associations) {
      const place = subnet ? need(world, "subnet", subnet) : gatewayOf(world, gateway ?? "");
      assert.equal(place.vpc, table.vpc);
      assert.ok(!routed.has(place.id), `${place.id} is in two tables`);
      routed.add(place.id);
      assert.ok(!gateway || table.mainAssociation === undefined);
    }
  }
  const attached = everywhere(world, "internet-gateway").flatMap(({ vpc }) => vpc ?? []);
  assert.equal(new Set(attached).size, attached.length, "internet gateways of a VPC");
}
