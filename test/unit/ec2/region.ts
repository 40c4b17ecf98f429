import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { detachInternetGateway } from "../../../src/api/ec2/attach-internet-gateway.ts";
import { createSecurityGroup } from "../../../src/api/ec2/create-security-group.ts";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { prepare } from "../../../src/api/ec2/default-vpc.ts";
import { deleteSubnet } from "../../../src/api/ec2/delete-subnet.ts";
import { deleteVpc } from "../../../src/api/ec2/delete-vpc.ts";
import { deleteInternetGateway } from "../../../src/api/ec2/internet-gateway.ts";
import type { Action, Call, Input, Operation, Output } from "../../../src/api/operation.ts";
import { subnetBlocks } from "../../../src/api/ec2/blocks.ts";
import { standardQuotas } from "../../../src/api/limits.ts";
import type { Quotas } from "../../../src/api/limits.ts";
import { encodeOutput } from "../../../src/api/wire/codec.ts";
import { sshKeys } from "../../../src/io/ssh-keys.ts";
import { loadModel } from "../../../src/io/shapes.ts";
import type { Scope } from "../../../src/model/birth.ts";
import { standardPublicPool } from "../../../src/model/public-address.ts";
import { isStale, vpcsOfGroup } from "../../../src/model/security-group.ts";
import { blocksOf } from "../../../src/model/vpc.ts";
import { applyChanges, emptyWorld, everywhere, list, listed, need } from "../../../src/model/world.ts";
import type { World } from "../../../src/model/world.ts";
import { holds, ipOf, overlaps } from "../../../src/values/ip.ts";
import { mintId } from "../../../src/values/id.ts";
import { isRefusal } from "../../../src/values/refuse.ts";
import { assertNatGateways, assertPrefixes, assertPublicAddresses } from "./sound-addresses.ts";
import { assertKept, hasNoGroups } from "./sound-kept.ts";
import { assertRoutes } from "./sound-routes.ts";

const model = loadModel("ec2");

interface Setting {
  readonly account?: string;
  readonly region?: string;
  readonly quotas?: Partial<Quotas>;
  readonly publicPool?: string;
}

/** A region of one account to call operations in: identifiers and time are counted, so every run is the same. */
export class Region {
  world: World = emptyWorld;
  readonly call: Call;
  #count = 0;
  #seconds = 0;

  constructor({ account = "111122223333", region = "us-east-1", quotas = {}, publicPool = standardPublicPool }: Setting = {}) {
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
      quotas: { ...standardQuotas, ...quotas },
      publicPool,
      digest: (text) => createHash("sha256").update(text).digest("hex"),
      keys: sshKeys,
    };
    this.world = applyChanges(this.world, prepare(this.world, this.call, this.call) ?? []);
  }

  /** What another account, or the same one in another region, calls with. */
  from({ account, region }: Scope): Call {
    return Object.create(this.call, { account: { value: account }, region: { value: region } }) as Call;
  }

  /** What the operation answers; its changes are made. Fails when it refuses, or answers what can't be encoded. */
  does<A extends Action>(operation: Operation<A>, input: Input<A>, scope: Scope = this.call): Output<A> {
    this.#seconds++;
    const outcome = operation.run(this.world, input, this.from(scope));
    if (isRefusal(outcome)) return assert.fail(`${operation.name}: ${outcome.refused}: ${outcome.message}`);
    this.world = applyChanges(this.world, outcome.changes ?? []);
    assertSound(this.world);
    const shape = model.operation(operation.name) ?? assert.fail(operation.name);
    assert.ok(encodeOutput(model, shape, outcome.output, "request").body.length > 0);
    return outcome.output;
  }

  /** The code and message the operation refuses with. Fails when it does not refuse. */
  refuses<A extends Action>(operation: Operation<A>, input: Input<A>, scope: Scope = this.call): string {
    const outcome = operation.run(this.world, input, this.from(scope));
    return isRefusal(outcome) ? `${outcome.refused}: ${outcome.message}` : assert.fail(`${operation.name} did not refuse`);
  }

  /** Lets the host's part happen: changes the world without a call. */
  lives(change: (world: World) => World): void {
    this.#seconds++;
    this.world = change(this.world);
    assertSound(this.world);
  }

  /** Time passes. */
  waits(seconds: number): void {
    this.#seconds += seconds;
  }

  /** A VPC with a subnet of it. */
  network(cidr = "10.0.0.0/16", subnet = "10.0.1.0/24"): { vpc: string; subnet: string } {
    const vpc = this.does(createVpc, { CidrBlock: cidr }).Vpc?.VpcId ?? "";
    const made = this.does(createSubnet, { VpcId: vpc, CidrBlock: subnet }).Subnet?.SubnetId ?? "";
    return { vpc, subnet: made };
  }

  /** The default VPC goes, with its subnets and its internet gateway. Nothing else may be in it. */
  losesDefaultVpc(): void {
    const [vpc] = list(this.world, this.call, "vpc").filter(({ isDefault }) => isDefault);
    const VpcId = vpc?.id ?? "";
    for (const { id: InternetGatewayId } of listed(this.world, "internetGatewaysOfVpc", VpcId).values()) {
      this.does(detachInternetGateway, { InternetGatewayId, VpcId });
      this.does(deleteInternetGateway, { InternetGatewayId });
    }
    for (const SubnetId of listed(this.world, "subnetsOfVpc", VpcId).keys()) this.does(deleteSubnet, { SubnetId });
    this.does(deleteVpc, { VpcId });
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
    assert.equal(eni.groups.length === 0, hasNoGroups(world, eni), `groups of ${eni.id}`);
    assert.equal(new Set(eni.groups).size, eni.groups.length, `groups of ${eni.id}`);
    for (const group of eni.groups) assert.ok(vpcsOfGroup(world, need(world, "security-group", group)).includes(eni.vpc));
    for (const text of [...eni.addresses, ...eni.ipv6Addresses]) {
      assert.ok(subnetBlocks(subnet).some((block) => holds(block, ipOf(text))), `${text} in ${subnet.id}`);
      assert.ok(!held.has(`${eni.vpc} ${text}`), `${text} is held twice`);
      held.add(`${eni.vpc} ${text}`);
    }
    if (eni.attachment) assert.notEqual(need(world, "instance", eni.attachment.instance).state, "terminated");
  }
  assertPrefixes(world);
  assertPublicAddresses(world);
  assertNatGateways(world);
  for (const rule of everywhere(world, "security-group-rule")) {
    need(world, "security-group", rule.group);
    if (rule.peer.type === "prefix-list") need(world, "prefix-list", rule.peer.list);
    if (rule.peer.type === "group" && !isStale(world, rule)) need(world, "security-group", rule.peer.group);
  }
  for (const { group, vpc } of everywhere(world, "security-group-vpc-association")) {
    assert.notEqual(need(world, "security-group", group).vpc, need(world, "vpc", vpc).id);
  }
  for (const { entries, maxEntries } of everywhere(world, "prefix-list")) {
    assert.ok(entries.length <= maxEntries);
    assert.equal(new Set(entries.map((entry) => entry.cidr)).size, entries.length);
  }
  for (const { list, version } of everywhere(world, "prefix-list-version")) {
    assert.ok(version < need(world, "prefix-list", list).version);
  }
  const recorded = { VPC: "vpc", Subnet: "subnet", NetworkInterface: "network-interface" } as const;
  for (const { resourceType, resourceId } of everywhere(world, "flow-log")) need(world, recorded[resourceType], resourceId);
  assertRoutes(world);
  assertKept(world);
  const peerings = everywhere(world, "vpc-peering-connection");
  assert.equal(new Set(peerings.map(({ number }) => number)).size, peerings.length, "numbers of peerings");
  for (const { state, requester, accepter, number } of peerings) {
    assert.ok(number >= 2 ** 24);
    if (state !== "active") continue;
    const [one, other] = [requester, accepter].map((side) => blocksOf(need(world, "vpc", side.vpc)));
    assert.ok(one?.every((a) => other?.every((b) => !overlaps(a, b))), `blocks of ${requester.vpc} and ${accepter.vpc}`);
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
