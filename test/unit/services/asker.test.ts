import assert from "node:assert/strict";
import { test } from "node:test";
import { applyChanges, emptyWorld, everything, need, put } from "../../../src/model/world.ts";
import { resolverAddresses } from "../../../src/services/addresses.ts";
import { openAllowance } from "../../../src/services/allowance.ts";
import { interfaceWith } from "../../../src/services/asker.ts";
import { changeKey, servedChanges, wholeReplica } from "../../../src/services/replica.ts";
import { dnsWorld, instanceAddress } from "./dns-world.ts";

const { world, vpcs, ipv6 } = dnsWorld();

test("an address names the interface of its VPC that has it", () => {
  const eni = interfaceWith(world, vpcs.home, instanceAddress);
  assert.ok(eni?.addresses.includes(instanceAddress));
  assert.equal(interfaceWith(world, vpcs.home, ipv6), eni);
  for (const [vpc, address] of [[vpcs.peer, instanceAddress], [vpcs.home, "10.0.1.99"], [vpcs.home, "not an address"]] as const) {
    assert.equal(interfaceWith(world, vpc, address), undefined);
  }
});

test("blocks delegated to an interface are its own addresses", () => {
  const eni = interfaceWith(world, vpcs.home, instanceAddress) ?? assert.fail("nobody");
  const wide = applyChanges(world, [put({ ...eni, prefixes: ["10.0.1.64/28"], ipv6Prefixes: ["2001:db8:1:2:3::/80"] })]);
  for (const [address, found] of [["10.0.1.64", true], ["10.0.1.79", true], ["10.0.1.80", false], ["2001:db8:1:2:3:ff::1", true], ["2001:db8:1:2:4::1", false]] as const) {
    assert.equal(interfaceWith(wide, vpcs.home, address)?.id === eni.id, found, address);
  }
});

test("an asker has its second's worth at once, and then what time brings", () => {
  const allowance = openAllowance(4);
  const [one, other] = [{}, {}];
  const taken = (asker: object, now: number) => Array.from({ length: 6 }, () => allowance.take(asker, now)).filter((each) => each).length;
  assert.deepEqual([taken(one, 1000), taken(one, 1000), taken(other, 1000)], [4, 0, 4]);
  assert.deepEqual([taken(one, 1249), taken(one, 1250), taken(one, 1750), taken(one, 60_000)], [0, 1, 2, 4]);
});

test("a replica answers as the world does, and is told no more than it needs", () => {
  const replica = applyChanges(emptyWorld, wholeReplica(world));
  assert.deepEqual(interfaceWith(replica, vpcs.home, instanceAddress), interfaceWith(world, vpcs.home, instanceAddress));
  const kinds = new Set(everything(replica).map(({ kind }) => kind));
  assert.ok(kinds.has("elastic-ip") && kinds.has("vpc-peering-connection"));
  assert.ok(!kinds.has("security-group-rule") && !kinds.has("network-acl"));
  const changes = everything(world).map(put);
  assert.deepEqual(new Set(servedChanges(changes).map(changeKey)), new Set(wholeReplica(world).map(changeKey)));
  const [instance] = everything(world).filter(({ kind }) => kind === "instance");
  assert.equal(instance && changeKey({ delete: instance }), instance && changeKey(put(instance)));
});

test("a resolver is at its VPC's first address plus two", () => {
  assert.deepEqual(resolverAddresses(need(world, "vpc", vpcs.peer)), ["10.1.0.2", "169.254.169.253", "fd00:ec2::253"]);
});
