import assert from "node:assert/strict";
import { test } from "node:test";
import { is } from "immutable";
import type { ClientToken, SecurityGroup } from "../../../src/model/resource.ts";
import { applyChanges, emptyWorld, everything, find, list, listed, nameKey, put, remove, tableIn, tableOf, type World, worldOf } from "../../../src/model/world.ts";
import { mintId } from "../../../src/values/id.ts";
import { Random, seed } from "../../random.ts";

const born = { tags: {}, created: "2026-01-02T03:04:05.678Z" };
const owners = [
  { account: "111111111111", region: "eu-north-1" },
  { account: "111111111111", region: "us-west-2" },
  { account: "222222222222", region: "eu-north-1" },
] as const;
type Owner = (typeof owners)[number];

const tokenOf = (owner: Owner, at: number): ClientToken => ({ ...born, ...owner, kind: "client-token", id: `token-${at}`, digest: "d", output: String(at) });
const groupOf = (owner: Owner, at: number, name: string): SecurityGroup => ({
  ...born,
  ...owner,
  kind: "security-group",
  id: mintId("security-group", String(at).padStart(17, "0")),
  vpc: mintId("vpc", String(at % 2).padStart(17, "0")),
  name,
  description: "d",
});

/** A world after many random changes among few resources, whose owners and names change too. */
function randomWorld(random: Random, changes: number, owned: readonly Owner[]): World {
  let world = emptyWorld;
  for (let left = changes; left > 0; left--) {
    const at = random.below(12);
    const resource = random.chance(0.5) ? tokenOf(random.pick(owned), at) : groupOf(random.pick(owned), at, `Name ${random.below(4)}`);
    world = applyChanges(world, [random.chance(0.6) ? put(resource) : remove(resource)]);
  }
  return world;
}

for (const [name, owned] of [["one scope", owners.slice(0, 1)], ["several scopes", owners]] as const) {
  test(`a world of ${name} made step by step, and the same made at once, list what they hold`, () => {
    const random = new Random(seed);
    for (let round = 0; round < 40; round++) {
      const world = randomWorld(random, round, owned);
      const atOnce = worldOf(everything(world), world.revision);
      assert.ok(is(atOnce.tables, world.tables) && is(atOnce.scopes, world.scopes) && is(atOnce.buckets, world.buckets), `BAILEY_SEED=${seed}, round ${round}`);
      const all = everything(world);
      for (const kind of ["client-token", "security-group"] as const) {
        const ofKind = all.filter((resource) => resource.kind === kind);
        assert.equal(tableOf(world, kind).size, ofKind.length);
        assert.ok(ofKind.every((resource) => find(world, kind, resource.id) === resource));
        for (const owner of owners) {
          const expected = ofKind.filter(({ account, region }) => account === owner.account && region === owner.region);
          assert.deepEqual(new Set(list(world, owner, kind)), new Set(expected));
          assert.equal(tableIn(world, owner, kind).size, expected.length);
        }
      }
      for (const group of all.filter((resource) => resource.kind === "security-group")) {
        assert.equal(listed(world, "groupsOfName", nameKey(group.vpc, group.name.toUpperCase())).get(group.id), group);
      }
    }
  });
}

test("what belongs to one scope only is held once", () => {
  const [mine, other] = [owners[0], owners[1]];
  const alone = applyChanges(emptyWorld, [put(tokenOf(mine, 1)), put(tokenOf(mine, 2))]);
  assert.equal(tableIn(alone, mine, "client-token"), tableOf(alone, "client-token"));
  const both = applyChanges(alone, [put(tokenOf(other, 3))]);
  assert.deepEqual([tableIn(both, mine, "client-token").size, tableIn(both, other, "client-token").size, tableOf(both, "client-token").size], [2, 1, 3]);
});
