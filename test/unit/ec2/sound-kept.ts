import assert from "node:assert/strict";
import type { NetworkInterface } from "../../../src/model/resource.ts";
import { interfacesOfEndpoint } from "../../../src/model/vpc-endpoint.ts";
import { everywhere, listed, need } from "../../../src/model/world.ts";
import type { World } from "../../../src/model/world.ts";

/** Interfaces of gateways are in no group, and those of load balancers' endpoints. */
export const hasNoGroups = (world: World, { natGateway, managedBy }: NetworkInterface): boolean =>
  natGateway !== undefined ||
  (managedBy !== undefined && (managedBy.startsWith("tgw-") || need(world, "vpc-endpoint", managedBy).type !== "Interface"));

/** What holds in every world of what is kept: all that is named exists and fits together. */
export function assertKept(world: World): void {
  for (const { id, vpc, deleted } of everywhere(world, "vpn-gateway")) {
    if (vpc !== undefined) assert.equal(listed(world, "vpnGatewaysOfVpc", need(world, "vpc", vpc).id).size, 1, `VPN gateways of ${vpc}`);
    assert.ok(deleted === undefined || vpc === undefined, `${id} is deleted and attached`);
  }
  for (const { id, customerGateway, gateway, deleted } of everywhere(world, "vpn-connection")) {
    if (deleted !== undefined) continue;
    assert.equal(need(world, "customer-gateway", customerGateway).deleted, undefined, `customer's end of ${id}`);
    if (gateway === undefined) continue;
    const end = gateway.startsWith("tgw-") ? need(world, "transit-gateway", gateway) : need(world, "vpn-gateway", gateway);
    assert.equal(end.deleted, undefined, `Amazon's end of ${id}`);
  }
  for (const { vpc, propagating = [] } of everywhere(world, "route-table")) {
    for (const gateway of propagating) assert.equal(need(world, "vpn-gateway", gateway).vpc, vpc);
  }
  assertTransit(world);
  assertEndpoints(world);
  for (const { subnet } of everywhere(world, "subnet-cidr-reservation")) need(world, "subnet", subnet);
  for (const one of everywhere(world, "network-interface-permission")) need(world, "network-interface", one.interface);
  for (const { resource, deleted } of everywhere(world, "vpc-block-public-access-exclusion")) {
    if (deleted === undefined) need(world, resource.startsWith("vpc-") ? "vpc" : "subnet", resource);
  }
  for (const session of everywhere(world, "traffic-mirror-session")) {
    need(world, "network-interface", session.interface);
    need(world, "traffic-mirror-target", session.target);
    need(world, "traffic-mirror-filter", session.filter);
  }
  for (const { filter } of everywhere(world, "traffic-mirror-filter-rule")) need(world, "traffic-mirror-filter", filter);
}

function assertEndpoints(world: World): void {
  const wanted = new Set<string>();
  for (const endpoint of everywhere(world, "vpc-endpoint")) {
    const { id, vpc, subnets, type, deleted } = endpoint;
    if (deleted !== undefined) continue;
    const zones = subnets.map((subnet) => need(world, "subnet", subnet).zone);
    assert.equal(new Set(zones).size, zones.length, `zones of ${id}`);
    for (const subnet of subnets) {
      assert.equal(need(world, "subnet", subnet).vpc, vpc);
      wanted.add(`${id} ${subnet}`);
    }
    for (const eni of interfacesOfEndpoint(world, endpoint)) assert.deepEqual(eni.groups, endpoint.groups, `groups of ${eni.id}`);
    if (type === "Gateway") assert.equal(subnets.length, 0);
  }
  const interfaces = everywhere(world, "network-interface").filter(({ managedBy }) => managedBy?.startsWith("vpce-"));
  assert.deepEqual(interfaces.map(({ managedBy = "", subnet }) => `${managedBy} ${subnet}`).toSorted(), [...wanted].toSorted());
  for (const { id, routes } of everywhere(world, "route-table")) {
    for (const { target } of routes) {
      if (target.type !== "vpc-endpoint") continue;
      assert.equal(need(world, "vpc-endpoint", target.id).deleted, undefined, `${target.id} in ${id}`);
    }
  }
}

function assertTransit(world: World): void {
  const associated = new Set<string>();
  for (const { gateway, associations, propagations, deleted } of everywhere(world, "transit-gateway-route-table")) {
    if (deleted !== undefined) continue;
    assert.equal(need(world, "transit-gateway", gateway).deleted, undefined);
    for (const id of [...associations, ...propagations]) {
      const attachment = need(world, "transit-gateway-attachment", id);
      assert.equal(attachment.deleted, undefined, `${id} is deleted and in a table`);
      const ends = [attachment.gateway, ...(attachment.to.type === "peering" ? [attachment.to.gateway] : [])];
      assert.ok(ends.some((end) => end === gateway), `${id} in a table of ${gateway}`);
    }
    for (const id of associations) {
      assert.ok(!associated.has(`${gateway} ${id}`), `${id} is in two tables of ${gateway}`);
      associated.add(`${gateway} ${id}`);
    }
  }
  const wanted = new Set<string>();
  for (const { id, to, deleted } of everywhere(world, "transit-gateway-attachment")) {
    if (deleted !== undefined || to.type !== "vpc") continue;
    for (const subnet of to.subnets) {
      assert.equal(need(world, "subnet", subnet).vpc, to.vpc);
      wanted.add(`${id} ${subnet}`);
    }
  }
  const interfaces = everywhere(world, "network-interface").filter(({ managedBy }) => managedBy?.startsWith("tgw-attach-"));
  assert.deepEqual(interfaces.map(({ managedBy = "", subnet }) => `${managedBy} ${subnet}`).toSorted(), [...wanted].toSorted());
}
