/** The loop that makes instances run: from whatever runs and whatever the world says, to both saying the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { rebootInstances, stopInstances, terminateInstances } from "../../../src/api/ec2/instance-state.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { bootOf } from "../../../src/host/guest.ts";
import type { Guests, RunningGuest } from "../../../src/host/guests.ts";
import { startInstances } from "../../../src/host/instances.ts";
import { applyChanges, everywhere, find, need, put } from "../../../src/model/world.ts";
import { type Refusal, refuse } from "../../../src/values/refuse.ts";
import { Region } from "../ec2/region.ts";

interface Host {
  readonly region: Region;
  readonly id: string;
  readonly running: Map<string, RunningGuest>;
  readonly story: string[];
  /** What starting and settling answer next; taken from the front. */
  readonly startsRefused: Refusal[];
  readonly unsettled: Refusal[];
  state(): string;
  /** Lets the loop run until nothing is to be done. */
  settles(): Promise<void>;
}

function host(): Host {
  const region = new Region();
  const { subnet } = region.network();
  const made = region.does(runInstances, { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, SubnetId: subnet });
  const id = made.Instances?.[0]?.InstanceId ?? "";
  const running = new Map<string, RunningGuest>();
  const story: string[] = [];
  const startsRefused: Refusal[] = [];
  const unsettled: Refusal[] = [];
  const guests: Guests = {
    observe: () => Promise.resolve(new Map(running)),
    start(guest) {
      const refused = startsRefused.shift();
      story.push(refused ? `refused ${guest.id}` : `start ${guest.id}`);
      const made = { pid: 1000 + story.length, started: story.length, boot: guest.boot };
      if (!refused) running.set(guest.id, made);
      return Promise.resolve(refused ?? made);
    },
    stop(which) {
      story.push(`stop ${which}`);
      running.delete(which);
      return Promise.resolve();
    },
    remove(which) {
      story.push(`remove ${which}`);
      return Promise.resolve();
    },
    console: () => new Uint8Array(),
  };
  const loop = () =>
    startInstances({
      guests,
      realm: "abc",
      world: () => region.world,
      commit: (make) => region.lives((world) => applyChanges(world, [...make(world)])),
      settle: () => Promise.resolve(unsettled.shift()),
      now: () => region.call.now,
      sleep: () => Promise.resolve(),
      log: (line) => story.push(`log ${line.replace(id, "ID")}`),
    });
  return {
    region,
    id,
    running,
    story,
    startsRefused,
    unsettled,
    state: () => find(region.world, "instance", id)?.state ?? "gone",
    async settles() {
      const begun = loop();
      for (let turns = 0; turns < 50; turns++) await new Promise(setImmediate);
      await begun.stop();
    },
  };
}

test("a pending instance is started, and then runs", async () => {
  const at = host();
  await at.settles();
  assert.equal(at.state(), "running");
  assert.deepEqual(at.story, [`start ${at.id}`]);
});

test("one that runs already is taken over, not started again", async () => {
  const at = host();
  await at.settles();
  at.story.length = 0;
  await at.settles();
  assert.deepEqual([at.state(), at.story], ["running", []]);
});

test("one that died is started again", async () => {
  const at = host();
  await at.settles();
  at.running.clear();
  at.story.length = 0;
  await at.settles();
  assert.deepEqual([at.state(), at.story], ["running", [`start ${at.id}`]]);
});

test("a reboot ends this start and begins another", async () => {
  const at = host();
  await at.settles();
  at.story.length = 0;
  at.region.does(rebootInstances, { InstanceIds: [at.id] });
  await at.settles();
  assert.deepEqual(at.story, [`stop ${at.id}`, `start ${at.id}`]);
  const instance = find(at.region.world, "instance", at.id);
  assert.equal(at.running.get(at.id)?.boot, instance && bootOf(instance));
});

test("one that others run is left alone, until it is to end", async () => {
  const at = host();
  const attached = { kind: "process", name: "77", network: "4:1", process: { pid: 77, started: 5 } } as const;
  at.region.lives((world) => applyChanges(world, [put({ ...need(world, "instance", at.id), state: "running", attached })]));
  await at.settles();
  assert.deepEqual([at.state(), at.story], ["running", []]);
  at.region.does(terminateInstances, { InstanceIds: [at.id] });
  await at.settles();
  assert.equal(at.state(), "terminated");
  assert.ok(!at.story.includes(`start ${at.id}`));
});

test("stopped, it keeps its interface; terminated, it does not", async () => {
  const at = host();
  await at.settles();
  at.region.does(stopInstances, { InstanceIds: [at.id] });
  await at.settles();
  assert.equal(at.state(), "stopped");
  assert.equal(everywhere(at.region.world, "network-interface").length, 1);
  at.region.does(terminateInstances, { InstanceIds: [at.id] });
  await at.settles();
  assert.equal(at.state(), "terminated");
  assert.equal(everywhere(at.region.world, "network-interface").length, 0);
  assert.deepEqual(at.story.slice(-1), [`remove ${at.id}`]);
});

test("what cannot be started is terminated, with the reason", async () => {
  const at = host();
  at.startsRefused.push(refuse("InternalError", "no room"));
  await at.settles();
  assert.equal(at.state(), "terminated");
  assert.equal(find(at.region.world, "instance", at.id)?.stateReason?.message, "Server.InternalError: no room");
});

test("while its network is not in force it waits, and is not given up", async () => {
  const at = host();
  at.unsettled.push(refuse("Unavailable", "not yet"), refuse("Unavailable", "still not"));
  await at.settles();
  assert.equal(at.state(), "running");
  assert.deepEqual(at.story, ["log ID does not start yet: not yet", "log ID does not start yet: still not", `start ${at.id}`]);
});

test("a running instance that cannot be started again is tried again, not terminated", async () => {
  const at = host();
  await at.settles();
  at.running.clear();
  at.story.length = 0;
  at.startsRefused.push(refuse("InternalError", "no room"));
  await at.settles();
  assert.deepEqual([at.state(), at.story], ["running", [`refused ${at.id}`, "log ID does not start yet: no room", `start ${at.id}`]]);
});

test("what runs and should not is ended", async () => {
  const at = host();
  await at.settles();
  at.running.set("i-0fffffffffffffff0", { pid: 7, started: 9, boot: "then" });
  at.story.length = 0;
  await at.settles();
  assert.deepEqual(at.story, ["stop i-0fffffffffffffff0"]);
});
