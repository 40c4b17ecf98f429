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
test("a type says all that Terraform's AWS provider takes it for missing without", () => {
  const region = new Region();
  const all = region.does(describeInstanceTypes, {}).InstanceTypes ?? [];
  for (const type of all) {
    for (const part of ["EbsInfo", "NetworkInfo", "PlacementGroupInfo", "ProcessorInfo", "VCpuInfo"] as const) assert.ok(type[part], part);
  }
  const having = (name: string, value: string) =>
    region.does(describeInstanceTypes, { Filters: [{ Name: `ebs-info.${name}`, Values: [value] }] }).InstanceTypes?.length;
  for (const name of ["ebs-optimized-support", "encryption-support", "nvme-support"]) {
    assert.deepEqual([having(name, "unsupported"), having(name, "supported")], [all.length, 0], name);
  }
});
