import assert from "node:assert/strict";
import { test } from "node:test";
import { delta, whole } from "../../../src/apply/delta.ts";
import { createFlowLogs } from "../../../src/api/ec2/create-flow-logs.ts";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { createRouteTable } from "../../../src/api/ec2/create-route-table.ts";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { associateRouteTable } from "../../../src/api/ec2/route-table-association.ts";
import { createRoute } from "../../../src/api/ec2/route.ts";
import { fingerprintOf, withGeneration } from "../../../src/compile/generation.ts";
import { compile } from "../../../src/compile/ruleset.ts";
import type { NetworkInterface } from "../../../src/model/resource.ts";
import { applyChanges, type Change, emptyWorld, everywhere, need, put, remove, type World } from "../../../src/model/world.ts";
import { lowerVpc } from "../../../src/policy/lower.ts";
import { mintId } from "../../../src/values/id.ts";
import { Random, seed } from "../../random.ts";
import { Tables } from "../../reader.ts";
import { Region } from "../ec2/region.ts";

/** A VPC with two subnets, one with a table that leads to an appliance. */
function setting() {
  const region = new Region();
  const { vpc, subnet } = region.network();
  const groups = ["web", "data", "admin"].map((name) => region.group(vpc, name));
  const inner = region.does(createSubnet, { VpcId: vpc, CidrBlock: "10.0.2.0/24" }).Subnet?.SubnetId ?? assert.fail();
  const make = (SubnetId: string, group = 0) =>
    region.does(createNetworkInterface, { SubnetId, Groups: groups.slice(group, group + 1) }).NetworkInterface?.NetworkInterfaceId ?? assert.fail();
  const [appliance] = [make(subnet, 2), make(subnet, 0), make(inner, 1)];
  const RouteTableId = region.does(createRouteTable, { VpcId: vpc }).RouteTable?.RouteTableId ?? assert.fail();
  region.does(createRoute, { RouteTableId, DestinationCidrBlock: "192.0.2.0/24", NetworkInterfaceId: appliance });
  region.does(associateRouteTable, { RouteTableId, SubnetId: inner });
  return { region, vpc };
}

/** The interface otherwise, in one of the ways that matter to packets. */
function otherwise(random: Random, each: NetworkInterface, groups: NetworkInterface["groups"]): NetworkInterface {
  const block = `10.0.${each.number % 200}.${16 * random.between(1, 14)}/28`;
  return random.pick<NetworkInterface>([
    { ...each, groups: random.sample(groups, random.between(1, 3)) },
    { ...each, sourceDestCheck: !each.sourceDestCheck },
    { ...each, connectionTracking: { udp: random.pick([30, 45, 60]) } },
    { ...each, prefixes: random.chance(0.5) ? [block] : [] },
    { ...each, addresses: [...each.addresses.slice(0, 1), ...(random.chance(0.5) ? [`10.0.7.${random.between(1, 250)}`] : [])] },
  ]);
}

function step(random: Random, world: World, at: number): Change[] {
  const all = everywhere(world, "network-interface");
  const one = random.pick(all);
  const groups = everywhere(world, "security-group").filter((each) => each.vpc === one.vpc).map(({ id }) => id);
  if (random.chance(0.3)) {
    const fresh = mintId("network-interface", (0xabc000 + at).toString(16).padStart(17, "0"));
    return [put({ ...one, id: fresh, number: 300 + at, mac: `06:00:00:00:0${at >> 8}:${(at & 255).toString(16).padStart(2, "0")}`, subnet: random.pick(everywhere(world, "subnet").filter(({ vpc }) => vpc === one.vpc)).id, addresses: [`10.0.9.${at % 250}`] })];
  }
  return random.chance(0.25) && all.length > 2 ? [remove(one)] : [put(otherwise(random, one, groups))];
}

/** The same world with no past. */
const reborn = (world: World): World =>
  ({ ...applyChanges(emptyWorld, [...world.tables.values()].flatMap((table) => [...table.values()].map(put))), revision: world.revision });

test("a network that came of others, change by change, is compiled as from scratch", () => {
  const { region, vpc } = setting();
  const random = new Random(seed);
  const logged = applyChanges(region.world, []);
  region.does(createFlowLogs, { ResourceType: "VPC", ResourceIds: [vpc], TrafficType: "ALL", LogDestinationType: "s3", LogDestination: "arn:aws:s3:::flows" });
  for (const start of [logged, region.world]) {
    const compiled = (world: World) => compile(lowerVpc(world, need(world, "vpc", vpc)));
    const tables = new Tables();
    let [world, from] = [start, withGeneration(compiled(start), 1)];
    tables.run(whole(from).join("\n"));
    for (let at = 2; at < 120; at++) {
      world = applyChanges(world, step(random, world, at));
      if (random.chance(0.4)) continue;
      const [parts, scratch] = [compiled(world), compiled(reborn(world))];
      const says = `BAILEY_SEED=${seed}, step ${at}`;
      assert.equal(fingerprintOf(parts), fingerprintOf(scratch), says);
      const to = withGeneration(parts, at);
      tables.run(delta(from, to).flat().join("\n"));
      const fresh = new Tables();
      fresh.run(whole(withGeneration(scratch, at)).join("\n"));
      assert.equal(tables.text(), fresh.text(), says);
      from = to;
    }
  }
});
