import assert from "node:assert/strict";
import { test } from "node:test";
import { adjustQuotas, standardQuotas } from "../../../src/api/limits.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

test("quotas are replaced one by one", () => {
  assert.deepEqual(adjustQuotas({}), standardQuotas);
  assert.deepEqual(adjustQuotas({ vpcs: 7, rulesPerGroup: 62, groupsPerInterface: 16 }), {
    ...standardQuotas,
    vpcs: 7,
    rulesPerGroup: 62,
    groupsPerInterface: 16,
  });
});

test("quotas that Amazon would not grant refuse", () => {
  const cases: [Readonly<Record<string, number>>, RegExp][] = [
    [{ vpc: 1 }, /^There is no quota vpc; there are vpcs, /],
    [{ toString: 1 }, /^There is no quota toString; /],
    [{ vpcs: 0 }, /^vpcs must be a whole number above 0, not 0$/],
    [{ vpcs: 2.5 }, /^vpcs must be a whole number above 0, not 2.5$/],
    [{ vpcs: Number.NaN }, /^vpcs must be a whole number above 0, not NaN$/],
    [{ groupsPerInterface: 17, rulesPerGroup: 1 }, /^groupsPerInterface can be 16 at most, not 17$/],
    [{ routesPerTable: 1001 }, /^routesPerTable can be 1000 at most, not 1001$/],
    [{ entriesPerAcl: 41 }, /^entriesPerAcl can be 40 at most, not 41$/],
    [{ rulesPerGroup: 201 }, /^rulesPerGroup times groupsPerInterface can be 1000 at most$/],
    [{ rulesPerGroup: 63, groupsPerInterface: 16 }, /^rulesPerGroup times groupsPerInterface can be 1000 at most$/],
  ];
  for (const [given, expected] of cases) {
    const outcome = adjustQuotas(given);
    assert.match(isRefusal(outcome) ? outcome.message : "granted", expected);
  }
});
