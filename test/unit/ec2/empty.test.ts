import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyDescribes } from "../../../src/api/ec2/empty.ts";
import type { ServedCall } from "../../../src/api/perform.ts";
import { encodeOutput } from "../../../src/api/wire/codec.ts";
import { loadModel } from "../../../src/io/shapes.ts";
import { emptyWorld } from "../../../src/model/world.ts";
import { isRefusal } from "../../../src/values/refuse.ts";
import { Region } from "./region.ts";

const model = loadModel("ec2");
const { call: seen } = new Region();
const call: ServedCall = {
  ...seen,
  caller: { account: seen.account, region: seen.region, principal: "arn:aws:iam::111122223333:root", accessKeyId: "AKIA", service: "ec2" },
};

const answer = (name: string, input: object) =>
  emptyDescribes.find((one) => one.name === name)?.run(emptyWorld, input, call) ?? assert.fail(name);

test("there is none of each: its lists are there, and empty", () => {
  for (const { name, run } of emptyDescribes) {
    const outcome = run(emptyWorld, { Filters: [{ Name: "tag:Name", Values: ["*"] }], MaxResults: 5 }, call);
    if (isRefusal(outcome)) assert.fail(`${name}: ${outcome.message}`);
    assert.deepEqual(Object.keys(outcome), ["output"], name);
    assert.ok(Object.keys(outcome.output).length > 0, name);
    for (const list of Object.values(outcome.output)) assert.deepEqual(list, [], name);
    const shape = model.operation(name) ?? assert.fail(name);
    const text = new TextDecoder().decode(encodeOutput(model, shape, outcome.output, "request").body);
    assert.equal([...text.matchAll(/<\w+\/>/g)].length, Object.keys(outcome.output).length, text);
  }
});

test("what is asked for by name does not exist", () => {
  const cases: [string, object, string][] = [
    ["DescribePlacementGroups", { GroupNames: ["mine", "yours"] }, "InvalidPlacementGroup.Unknown: 'mine' does not exist"],
    ["DescribeHosts", { HostIds: ["h-00000000"] }, "InvalidHostID.NotFound: 'h-00000000' does not exist"],
    ["DescribeHosts", { HostIds: ["h-00000000"], MaxResults: 5 }, "InvalidParameterCombination: The parameter HostIds cannot be used with the parameter MaxResults"],
    ["DescribeHosts", { Filter: [{ Name: "vpc-id", Values: ["*"] }] }, "InvalidParameterValue: The filter 'vpc-id' is invalid"],
    ["DescribeVpcEndpointConnectionNotifications", { ConnectionNotificationId: "vpce-nfn-00000000" }, "InvalidConnectionNotification: 'vpce-nfn-00000000' does not exist"],
    ["DescribeVolumes", { Filters: [{ Name: "host-id", Values: ["*"] }] }, "InvalidParameterValue: The filter 'host-id' is invalid"],
  ];
  for (const [name, input, expected] of cases) {
    const outcome = answer(name, input);
    assert.equal(isRefusal(outcome) && `${outcome.refused}: ${outcome.message}`, expected);
  }
});
