import assert from "node:assert/strict";
import { test } from "node:test";
import { describeInstanceTypes } from "../../../src/api/ec2/describe-instance-types.ts";
import { Region } from "./region.ts";

test("which instance types are of a current generation, and which are burstable", () => {
  const region = new Region();
  const types = region.does(describeInstanceTypes, {}).InstanceTypes ?? [];
  const shown = new Map(types.map((type) => [String(type.InstanceType), [type.CurrentGeneration, type.BurstablePerformanceSupported]]));
  const cases: [string, boolean, boolean][] = [
    ["t1.micro", false, false],
    ["t2.micro", true, true],
    ["t3a.nano", true, true],
    ["m1.small", false, false],
    ["m4.large", false, false],
    ["m5.large", true, false],
    ["c4.large", false, false],
    ["c5.large", true, false],
  ];
  for (const [name, current, burstable] of cases) assert.deepEqual(shown.get(name), [current, burstable], name);
});
