import assert from "node:assert/strict";
import { test } from "node:test";
import { describeInstances } from "../../../src/api/ec2/describe-instances.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { getInstanceMetadataDefaults, modifyInstanceMetadataDefaults } from "../../../src/api/ec2/metadata-defaults.ts";
import { modifyInstanceMetadataOptions } from "../../../src/api/ec2/metadata-options.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { createTags } from "../../../src/api/ec2/tags.ts";
import type { Input } from "../../../src/api/operation.ts";
import { Region } from "./region.ts";

function setting() {
  const region = new Region();
  const { subnet } = region.network();
  const base = { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, SubnetId: subnet };
  const run = (input: Partial<Input<"RunInstances">> = {}) => region.does(runInstances, { ...base, ...input }).Instances?.[0];
  const refused = (input: Partial<Input<"RunInstances">>) => region.refuses(runInstances, { ...base, ...input });
  return { region, run, refused };
}

const ofImage = {
  State: "applied",
  HttpTokens: "required",
  HttpPutResponseHopLimit: 2,
  HttpEndpoint: "enabled",
  HttpProtocolIpv6: "disabled",
  InstanceMetadataTags: "disabled",
};

test("a launch has what it asks for, else what the account prefers, else what the image has", () => {
  const { region, run } = setting();
  assert.deepEqual(run()?.MetadataOptions, ofImage);
  region.does(modifyInstanceMetadataDefaults, { HttpPutResponseHopLimit: 5, InstanceMetadataTags: "enabled", HttpTokens: "optional" });
  assert.deepEqual(run()?.MetadataOptions, { ...ofImage, HttpPutResponseHopLimit: 5, InstanceMetadataTags: "enabled", HttpTokens: "optional" });
  const asked = { HttpTokens: "required", HttpPutResponseHopLimit: 64, HttpEndpoint: "disabled", HttpProtocolIpv6: "enabled", InstanceMetadataTags: "disabled" } as const;
  assert.deepEqual(run({ MetadataOptions: asked })?.MetadataOptions, { State: "applied", ...asked });
});

test("what is modified changes, the rest stays, and describing shows it", () => {
  const { region, run } = setting();
  const id = run()?.InstanceId ?? "";
  const changed = region.does(modifyInstanceMetadataOptions, { InstanceId: id, HttpTokens: "optional", HttpPutResponseHopLimit: 3 });
  const expected = { ...ofImage, HttpTokens: "optional", HttpPutResponseHopLimit: 3 };
  assert.deepEqual(changed, { InstanceId: id, InstanceMetadataOptions: expected });
  region.does(modifyInstanceMetadataOptions, { InstanceId: id, HttpEndpoint: "disabled" });
  const filter = { Name: "metadata-options.http-endpoint", Values: ["disabled"] };
  const [shown] = region.does(describeInstances, { Filters: [filter] }).Reservations ?? [];
  assert.deepEqual(shown?.Instances?.map(({ MetadataOptions }) => MetadataOptions), [{ ...expected, HttpEndpoint: "disabled" }]);
});

test("defaults: only what is preferred is shown, and no preference takes it back", () => {
  const { region } = setting();
  const defaults = () => region.does(getInstanceMetadataDefaults, {}).AccountLevel ?? {};
  const said = () => Object.fromEntries(Object.entries(defaults()).filter(([, value]) => value !== undefined));
  assert.deepEqual(said(), { ManagedBy: "account" });
  region.does(modifyInstanceMetadataDefaults, { HttpTokens: "required", HttpTokensEnforced: "enabled", HttpEndpoint: "disabled" });
  region.does(modifyInstanceMetadataDefaults, { HttpPutResponseHopLimit: 7, InstanceMetadataTags: "disabled" });
  const all = { HttpTokens: "required", HttpTokensEnforced: "enabled", HttpEndpoint: "disabled", HttpPutResponseHopLimit: 7, InstanceMetadataTags: "disabled" };
  assert.deepEqual(said(), { ...all, ManagedBy: "account" });
  region.does(modifyInstanceMetadataDefaults, { HttpEndpoint: "no-preference", HttpPutResponseHopLimit: -1, HttpTokensEnforced: "no-preference" });
  assert.deepEqual(said(), { HttpTokens: "required", InstanceMetadataTags: "disabled", ManagedBy: "account" });
});

test("where tokens are enforced, no launch and no change goes without", () => {
  const { region, run, refused } = setting();
  const before = run({ MetadataOptions: { HttpTokens: "optional" } });
  assert.match(region.refuses(modifyInstanceMetadataDefaults, { HttpTokensEnforced: "enabled" }), /^InvalidParameterCombination: /);
  region.does(modifyInstanceMetadataDefaults, { HttpTokens: "required", HttpTokensEnforced: "enabled" });
  assert.match(refused({ MetadataOptions: { HttpTokens: "optional" } }), /^UnsupportedOperation: You can't launch instances with IMDSv1/);
  assert.equal(run()?.MetadataOptions?.HttpTokens, "required");
  const id = before?.InstanceId ?? "";
  assert.match(region.refuses(modifyInstanceMetadataOptions, { InstanceId: id, HttpTokens: "optional" }), /^UnsupportedOperation: /);
  region.does(modifyInstanceMetadataOptions, { InstanceId: id, HttpPutResponseHopLimit: 9 });
});

test("tags that no path can name are refused where an instance shows its tags", () => {
  const { region, run, refused } = setting();
  const named = (Key: string) => ({ TagSpecifications: [{ ResourceType: "instance" as const, Tags: [{ Key, Value: "1" }] }] });
  const showing = { MetadataOptions: { InstanceMetadataTags: "enabled" as const } };
  for (const key of ["two words", "a/b", ".", "..", "_index", "ü"]) {
    assert.match(refused({ ...named(key), ...showing }), /^InvalidParameterValue: '.*' is not a valid tag key\. Tag keys must match pattern/);
  }
  const id = run({ ...named("aA0-_+=,.@:"), ...showing })?.InstanceId ?? "";
  assert.match(region.refuses(createTags, { Resources: [id], Tags: [{ Key: "a b" }] }), /^InvalidParameterValue: 'a b' is not/);
  const hidden = run(named("a b"))?.InstanceId ?? "";
  assert.match(region.refuses(modifyInstanceMetadataOptions, { InstanceId: hidden, InstanceMetadataTags: "enabled" }), /'a b' is not/);
});

test("refusals", () => {
  const { region, run, refused } = setting();
  const id = run()?.InstanceId ?? "";
  const modify = (input: object) => region.refuses(modifyInstanceMetadataOptions, { InstanceId: id, ...input });
  for (const [given, parameter] of [
    [{ HttpTokens: "maybe" }, "maybe) for parameter HttpTokens"],
    [{ HttpEndpoint: "on" }, "on) for parameter HttpEndpoint"],
    [{ HttpProtocolIpv6: "yes" }, "yes) for parameter HttpProtocolIpv6"],
    [{ InstanceMetadataTags: "" }, ") for parameter InstanceMetadataTags"],
    [{ HttpPutResponseHopLimit: 0 }, "0) for parameter HttpPutResponseHopLimit"],
    [{ HttpPutResponseHopLimit: 65 }, "65) for parameter HttpPutResponseHopLimit"],
  ] as const) {
    const expected = `InvalidParameterValue: Value (${parameter} is invalid.`;
    assert.equal(modify(given), expected);
    assert.equal(refused({ MetadataOptions: given as object }), expected);
  }
  assert.equal(modify({}), "InvalidParameterCombination: The request must contain at least one metadata option to modify");
  assert.match(modify({ InstanceId: "i-0123456789abcdef0", HttpTokens: "required" }), /^InvalidInstanceID\.NotFound: /);
  assert.match(region.refuses(modifyInstanceMetadataDefaults, { HttpPutResponseHopLimit: -2 }), /^InvalidParameterValue: Value \(-2\)/);
  assert.match(region.refuses(modifyInstanceMetadataDefaults, { HttpPutResponseHopLimit: 0 }), /^InvalidParameterValue: Value \(0\)/);
});
