import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createSecurityGroup } from "../../../src/api/ec2/create-security-group.ts";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { prepare } from "../../../src/api/ec2/default-vpc.ts";
import type { Action, Call, Input, Operation, Output } from "../../../src/api/operation.ts";
import { subnetBlocks } from "../../../src/api/ec2/blocks.ts";
import { ipOf } from "../../../src/model/subnet.ts";
import { applyChanges, emptyWorld, everywhere, need } from "../../../src/model/world.ts";
import type { World } from "../../../src/model/world.ts";
import { holds } from "../../../src/values/ip.ts";
import { mintId } from "../../../src/values/id.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

/** A region of one account to call operations in: identifiers and time are counted, so every run is the same. */
export class Region {
  world: World = emptyWorld;
  readonly call: Call;
  #count = 0;
  #seconds = 0;

  constructor({ account = "111122223333", region = "us-east-1" } = {}) {
    const next = (digits: number): string => (++this.#count).toString(16).padStart(digits, "0");
    const now = (): string => new Date(Date.UTC(2026, 0, 1) + this.#seconds * 1000).toISOString();
    this.call = {
      account,
      region,
      get now() {
        return now();
      },
      mint: (kind) => mintId(kind, next(17)),
      random: (count) => next(count * 2),
      digest: (text) => createHash("sha256").update(text).digest("hex"),
    };
    this.world = applyChanges(this.world, prepare(this.world, this.call, this.call) ?? []);
  }

  /** What the operation answers; its changes are made. Fails when it refuses. */
  does<A extends Action>(operation: Operation<A>, input: Input<A>): Output<A> {
    this.#seconds++;
    const outcome = operation.run(this.world, input, this.call);
    if (isRefusal(outcome)) return assert.fail(`${operation.name}: ${outcome.refused}: ${outcome.message}`);
    this.world = applyChanges(this.world, outcome.changes ?? []);
    assertSound(this.world);
    return outcome.output;
  }

  /** The code and message the operation refuses with. Fails when it does not refuse. */
  refuses<A extends Action>(operation: Operation<A>, input: Input<A>): string {
    const outcome = operation.run(this.world, input, this.call);
    return isRefusal(outcome) ? `${outcome.refused}: ${outcome.message}` : assert.fail(`${operation.name} did not refuse`);
  }

  /** Lets the host's part happen: changes the world without a call. */
  lives(change: (world: World) => World): void {
    this.#seconds++;
    this.world = change(this.world);
    assertSound(this.world);
  }

  /** A VPC with a subnet of it. */
  network(cidr = "10.0.0.0/16", subnet = "10.0.1.0/24"): { vpc: string; subnet: string } {
    const vpc = this.does(createVpc, { CidrBlock: cidr }).Vpc?.VpcId ?? "";
    const made = this.does(createSubnet, { VpcId: vpc, CidrBlock: subnet }).Subnet?.SubnetId ?? "";
    return { vpc, subnet: made };
  }

  /** A group of a VPC. */
  group(vpc: string, name: string): string {
    return this.does(createSecurityGroup, { VpcId: vpc, GroupName: name, Description: `for ${name}` }).GroupId ?? "";
  }
}

/** What holds in every world, whatever was called: all that is named exists and fits together. */
export function assertSound(world: World): void {
  const held = new Set<string>();
  for (const eni of everywhere(world, "network-interface")) {
    const subnet = need(world, "subnet", eni.subnet);
    assert.equal(eni.vpc, subnet.vpc);
    assert.match(eni.mac, /^02(?::[0-9a-f]{2}){5}$/);
    assert.ok(eni.groups.length > 0 && new Set(eni.groups).size === eni.groups.length, `groups of ${eni.id}`);
    for (const group of eni.groups) assert.equal(need(world, "security-group", group).vpc, eni.vpc);
    for (const text of [...eni.addresses, ...eni.ipv6Addresses]) {
      assert.ok(subnetBlocks(subnet).some((block) => holds(block, ipOf(text))), `${text} in ${subnet.id}`);
      assert.ok(!held.has(`${eni.vpc} ${text}`), `${text} is held twice`);
      held.add(`${eni.vpc} ${text}`);
    }
    if (eni.attachment) assert.notEqual(need(world, "instance", eni.attachment.instance).state, "terminated");
  }
  for (const rule of everywhere(world, "security-group-rule")) {
    const group = need(world, "security-group", rule.group);
    if (rule.peer.type === "group") assert.equal(need(world, "security-group", rule.peer.group).vpc, group.vpc);
  }
  for (const subnet of everywhere(world, "subnet")) {
    need(world, "vpc", subnet.vpc);
    assert.equal(need(world, "network-acl", subnet.acl).vpc, subnet.vpc);
  }
  for (const { id, entries } of everywhere(world, "network-acl")) {
    const keys = entries.map((entry) => (entry.egress ? 0 : 65536) + entry.number);
    assert.deepEqual(keys, keys.toSorted((a, b) => a - b), `order of ${id}`);
    assert.equal(new Set(keys).size, keys.length, `numbers of ${id}`);
  }
}
