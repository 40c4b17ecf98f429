import assert from "node:assert/strict";
import { test } from "node:test";
import { attach } from "../../../src/api/bailey/attach.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { hostNamespace } from "../../../src/compile/names.ts";
import { departures, unusable } from "../../../src/host/departures.ts";
import { applyChanges, type Change, need } from "../../../src/model/world.ts";
import { isRefusal } from "../../../src/values/refuse.ts";
import { Region } from "../ec2/region.ts";

/** An instance, and two that are attached. */
function setting() {
  const region = new Region();
  const { subnet } = region.network();
  const launched = region.does(runInstances, { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, SubnetId: subnet });
  const ids = ["11", "22"].map((name) => {
    const request = { subnet, groups: [], kind: "process", name, whereabouts: { pid: Number(name) }, device: "eth0" } as const;
    const outcome = attach(region.world, request, { network: `4:${name}`, devices: [] }, region.call);
    if (isRefusal(outcome)) return assert.fail(outcome.message);
    region.lives((world) => applyChanges(world, outcome.changes ?? []));
    return outcome.output.instance;
  });
  const [one = "", two = ""] = ids;
  const after = (changes: readonly Change[]) => {
    region.lives((world) => applyChanges(world, changes));
    return [launched.Instances?.[0]?.InstanceId ?? "", one, two].map((id) => {
      const { state, stateReason } = need(region.world, "instance", id);
      return `${state}${stateReason ? ` ${stateReason.code}: ${stateReason.message.split(": ").slice(2).join(": ")}` : ""}`;
    });
  };
  return { region, one, two, after };
}

test("what is gone is terminated, with the reason; what is there, and what is ours, stays", () => {
  const { region, one, after } = setting();
  const changes = departures(region.world, ({ id }) => (id === one ? "process 11 has ended" : undefined), region.call.now);
  assert.deepEqual(after(changes), ["pending", "terminated Client.InstanceInitiatedShutdown: process 11 has ended", "running"]);
  assert.deepEqual(departures(region.world, ({ id }) => (id === one ? "still" : undefined), region.call.now), [], "once");
});

test("a network that cannot be made what it should be is given up, and no other", () => {
  const { region, two, after } = setting();
  assert.deepEqual(unusable(region.world, "abc", hostNamespace("other", two), "no", region.call.now), [], "another realm's");
  const changes = unusable(region.world, "abc", hostNamespace("abc", two), "the device is taken", region.call.now);
  assert.deepEqual(after(changes), ["pending", "running", "terminated Client.InstanceInitiatedShutdown: the device is taken"]);
});
