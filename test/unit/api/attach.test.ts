/** attach and detach as the API decides them: what is asked, what it makes of the world, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attach, type FoundNetwork } from "../../../src/api/bailey/attach.ts";
import { type AttachRequest, readAttach } from "../../../src/api/bailey/attach-request.ts";
import { attachmentHandlers, type OpenedNetwork } from "../../../src/api/bailey/attachments.ts";
import { detach, readDetach } from "../../../src/api/bailey/detach.ts";
import { attachNetworkInterface } from "../../../src/api/ec2/attach-network-interface.ts";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { describeImages } from "../../../src/api/ec2/describe-images.ts";
import { attachedImage, hostImage } from "../../../src/api/ec2/images.ts";
import { rebootInstances, startInstances, stopInstances, terminateInstances } from "../../../src/api/ec2/instance-state.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { applyChanges, find, listed, need } from "../../../src/model/world.ts";
import { isRefusal, type Refusal, refuse } from "../../../src/values/refuse.ts";
import { Region } from "../ec2/region.ts";

const messageOf = (value: unknown): string => (isRefusal(value) ? `${value.refused}: ${value.message}` : "not refused");
const given = { subnet: "subnet-1", kind: "process", name: "4242", pid: 4242 };

for (const [input, read] of [
  [given, { subnet: "subnet-1", groups: [], kind: "process", name: "4242", whereabouts: { pid: 4242 }, device: "eth0" }],
  [
    { subnet: "subnet-2", groups: ["sg-1"], kind: "container", name: "web", by: "cni pods", path: "/run/netns/a", address: "10.0.1.9", label: "shop", device: "net1" },
    { subnet: "subnet-2", groups: ["sg-1"], kind: "container", name: "web", by: "cni pods", whereabouts: { path: "/run/netns/a" }, address: "10.0.1.9", label: "shop", device: "net1" },
  ],
  [{ ...given, kind: "container", started: 77 }, { subnet: "subnet-1", groups: [], kind: "container", name: "4242", whereabouts: { pid: 4242, started: 77 }, device: "eth0" }],
  [
    { subnet: "subnet-1", kind: "tap", name: "tap7", mac: "02:54:00:00:00:07" },
    { subnet: "subnet-1", groups: [], kind: "tap", name: "tap7", whereabouts: { tap: "tap7" }, device: "tap7", mac: "02:54:00:00:00:07" },
  ],
] as const) {
  test(`attach reads ${JSON.stringify(input)}`, () => assert.deepEqual(readAttach(input), read));
}

for (const [input, message] of [
  ["text", /^MissingParameter: .*parameter subnet$/],
  [{ ...given, colour: "blue" }, /^UnknownParameter: The parameter colour/],
  [{ ...given, groups: ["sg-1", 2] }, /^InvalidParameterValue: .*groups is not a list of strings/],
  [{ ...given, kind: "planet" }, /^InvalidParameterValue: Value \(planet\)/],
  [{ ...given, path: "/run/netns/a" }, /^InvalidParameterCombination: Either path or pid/],
  [{ subnet: "subnet-1", kind: "namespace", name: "/a" }, /^InvalidParameterCombination: Either path or pid/],
  [{ subnet: "subnet-1", kind: "namespace", name: "a", path: "a" }, /^InvalidParameterValue: .*not an absolute path/],
  [{ subnet: "subnet-1", kind: "namespace", name: "a", path: "/a\0b" }, /^InvalidParameterValue: .*not an absolute path/],
  [{ ...given, pid: 0 }, /^InvalidParameterValue: .*no process id/],
  [{ ...given, pid: 1.5 }, /^InvalidParameterValue: .*no process id/],
  [{ subnet: "subnet-1", kind: "tap", name: "lo" }, /^InvalidParameterValue: .*not the name of a tap/],
  [{ subnet: "subnet-1", kind: "tap", name: "bailey-bridge" }, /^InvalidParameterValue: .*not the name of a tap/],
  [{ subnet: "subnet-1", kind: "tap", name: "tap0", mac: "01:00:5e:00:00:01" }, /^InvalidParameterValue: .*no unicast hardware address/],
  [{ ...given, mac: "02:00:00:00:00:01" }, /^InvalidParameterCombination: Only a tap's/],
  [{ ...given, device: "lo" }, /^InvalidParameterValue: Value \(lo\) for parameter device/],
  [{ ...given, device: "sixteen-letters-" }, /^InvalidParameterValue: Value \(sixteen-letters-\)/],
  [{ ...given, device: "a/b" }, /^InvalidParameterValue: Value \(a\/b\)/],
] as const) {
  test(`attach refuses ${JSON.stringify(input)}`, () => assert.match(messageOf(readAttach(input)), message));
}

for (const [input, message] of [
  [{}, /^InvalidParameterCombination/],
  [{ instance: "i-1", kind: "process", name: "1" }, /^InvalidParameterCombination/],
  [{ kind: "process" }, /^InvalidParameterCombination/],
  [{ instance: 7 }, /^InvalidParameterValue/],
] as const) {
  test(`detach refuses ${JSON.stringify(input)}`, () => assert.match(messageOf(readDetach(input)), message));
}

const found: FoundNetwork = { network: "4:100", process: { pid: 4242, started: 99 }, devices: ["lo", "eth1"] };

/** A region in which process 4242 is attached. */
function setting(more: Partial<AttachRequest> = {}) {
  const region = new Region();
  const { vpc, subnet } = region.network();
  const group = region.group(vpc, "web");
  const request: AttachRequest = {
    subnet,
    groups: [group],
    kind: "process",
    name: "4242",
    whereabouts: { pid: 4242 },
    address: "10.0.1.77",
    label: "shop",
    device: "eth0",
    ...more,
  };
  const does = (what = request, network = found) => {
    const outcome = attach(region.world, what, network, region.call);
    if (isRefusal(outcome)) return assert.fail(messageOf(outcome));
    region.lives((world) => applyChanges(world, outcome.changes ?? []));
    return outcome.output;
  };
  return { region, vpc, subnet, group, request, does };
}

test("what is attached is an instance that runs, of an image of its own, behind an interface with its groups", () => {
  const { region, subnet, group, does } = setting();
  const answer = does();
  assert.deepEqual(answer, {
    instance: answer.instance,
    interface: answer.interface,
    device: "eth0",
    mac: need(region.world, "network-interface", answer.interface).mac,
    mtu: 9001,
    addresses: [{ address: "10.0.1.77/24", gateway: "10.0.1.1" }],
    dns: { nameservers: ["10.0.0.2"], search: ["ec2.internal"] },
  });
  const { state, image, tags, attached } = need(region.world, "instance", answer.instance);
  assert.deepEqual([state, image, tags], ["running", attachedImage(region.call), { Name: "shop" }]);
  assert.deepEqual(attached, { kind: "process", name: "4242", network: "4:100", process: { pid: 4242, started: 99 } });
  const eni = need(region.world, "network-interface", answer.interface);
  assert.deepEqual([eni.subnet, eni.groups, eni.description], [subnet, [group], "Attached process 4242"]);
  assert.deepEqual([eni.attachment?.device, eni.attachment?.deleteOnTermination], ["eth0", true]);
});

for (const { what, more, network, message } of [
  { what: "a device that is there", more: { device: "eth1" }, message: /^IncorrectState: .*has a device 'eth1' already/ },
  { what: "a subnet that is not", more: { subnet: "subnet-0123456789abcdef0" }, message: /^InvalidSubnetID.NotFound/ },
  { what: "a group that is not", more: { groups: ["sg-0123456789abcdef0"] }, message: /^InvalidGroup.NotFound/ },
  { what: "an address outside", more: { address: "10.9.9.9" }, message: /^InvalidParameterValue/ },
] as { what: string; more: Partial<AttachRequest>; network?: FoundNetwork; message: RegExp }[]) {
  test(`${what} is refused`, () => {
    const { region, request } = setting();
    assert.match(messageOf(attach(region.world, { ...request, ...more }, network ?? found, region.call)), message);
  });
}

test("it can be terminated, and nothing else of an instance's life is its own", () => {
  const { region, subnet, does } = setting();
  const { instance } = does();
  for (const [operation, word] of [[stopInstances, "stopped"], [startInstances, "started"], [rebootInstances, "rebooted"]] as const) {
    assert.match(region.refuses(operation, { InstanceIds: [instance] }), new RegExp(`^UnsupportedOperation: .*but not ${word}\\.$`));
  }
  const second = region.does(createNetworkInterface, { SubnetId: subnet }).NetworkInterface?.NetworkInterfaceId ?? "";
  const attachment = { InstanceId: instance, NetworkInterfaceId: second, DeviceIndex: 1 };
  assert.match(region.refuses(attachNetworkInterface, attachment), /^UnsupportedOperation/);
  region.does(terminateInstances, { InstanceIds: [instance] });
  assert.equal(find(region.world, "instance", instance)?.state, "shutting-down");
});

test("its image is shown where it is asked for, and launches nothing", () => {
  const region = new Region();
  const ImageIds = [attachedImage(region.call)];
  const shown = (input: object) => region.does(describeImages, input).Images?.map(({ Name, State }) => `${Name} ${State}`);
  assert.deepEqual(shown({}), ["bailey-host available"]);
  assert.deepEqual(shown({ ImageIds }), ["bailey-attached disabled"]);
  assert.deepEqual(shown({ IncludeDisabled: true })?.toSorted(), ["bailey-attached disabled", "bailey-host available"]);
  assert.match(region.refuses(runInstances, { ImageId: ImageIds[0], MinCount: 1, MaxCount: 1 }), /^InvalidAMIID.Unavailable/);
});

test("a tap's machine keeps its hardware address, which no other interface has", () => {
  const { region, request, does } = setting({ kind: "tap", name: "tap7", whereabouts: { tap: "tap7" }, device: "tap7", mac: "02:54:00:00:00:07" });
  const answer = does(request, { devices: [] });
  assert.deepEqual([answer.mac, answer.device], ["02:54:00:00:00:07", "tap7"]);
  assert.equal(need(region.world, "network-interface", answer.interface).mac, "02:54:00:00:00:07");
  const again = attach(region.world, { ...request, name: "tap8", address: "10.0.1.78" }, { devices: [] }, region.call);
  assert.match(messageOf(again), /^IncorrectState: Another network interface has the hardware address/);
});

for (const by of ["its instance", "what was attached", "device too"]) {
  test(`detached by ${by}, it is terminated at once, and its interface gone`, () => {
    const { region, subnet, does } = setting();
    const { instance, interface: eni } = does();
    const requests = {
      "its instance": { instance },
      "what was attached": { kind: "process", name: "4242" },
      "device too": { kind: "process", name: "4242", device: "eth0" },
    };
    const outcome = detach(region.world, requests[by as keyof typeof requests], region.call);
    if (isRefusal(outcome)) return assert.fail(messageOf(outcome));
    region.lives((world) => applyChanges(world, outcome.changes ?? []));
    const gone = need(region.world, "instance", instance);
    assert.deepEqual([gone.state, gone.stateReason?.code], ["terminated", "Client.UserInitiatedShutdown"]);
    assert.equal(find(region.world, "network-interface", eni), undefined);
    assert.equal(listed(region.world, "interfacesOfSubnet", subnet).size, 0);
    assert.deepEqual(detach(region.world, { instance }, region.call), { output: { instance } }, "again is no error");
  });
}

test("detach refuses what is not attached, launched instances, and what names two", () => {
  const { region, subnet, request, does } = setting();
  const launched = region.does(runInstances, { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, SubnetId: subnet });
  does();
  does({ ...request, address: "10.0.1.78", device: "net1" }, { ...found, network: "4:101" });
  for (const [asked, message] of [
    [{ instance: launched.Instances?.[0]?.InstanceId ?? "" }, /^IncorrectState: .*was launched, not attached/],
    [{ instance: "i-0123456789abcdef0" }, /^InvalidInstanceID.NotFound/],
    [{ kind: "process", name: "4243" }, /^InvalidInstanceID.NotFound: No process '4243' is attached/],
    [{ kind: "container", name: "4242" }, /^InvalidInstanceID.NotFound/],
    [{ kind: "process", name: "4242", device: "eth7" }, /^InvalidInstanceID.NotFound/],
    [{ kind: "process", name: "4242" }, /^IncorrectState: .*attached more than once/],
  ] as const) {
    assert.match(messageOf(detach(region.world, asked, region.call)), message);
  }
});

/** The control calls over a host whose one network answers as told; what happened, in order. */
function calls(given_: Refusal | undefined, unsettled?: Refusal) {
  const { region, request } = setting();
  const story: string[] = [];
  const opened: OpenedNetwork = {
    found,
    give: (instance) => {
      story.push(`give ${find(region.world, "instance", instance) ? "late" : "before it is committed"}`);
      return given_;
    },
    close: () => story.push("close"),
  };
  const handlers = new Map(
    attachmentHandlers({
      networks: { open: () => Promise.resolve(opened) },
      world: () => region.world,
      commit: (changes) => {
        story.push("commit");
        region.lives((world) => applyChanges(world, changes));
        return region.world;
      },
      settle: () => Promise.resolve(unsettled),
      callOf: () => region.call,
    }),
  );
  const caller = { account: region.call.account, region: region.call.region, service: "bailey", accessKeyId: "A", principal: "p" };
  const { subnet, kind, name } = request;
  const ask = (what: string, input: object) => handlers.get(what)?.(input, caller) ?? assert.fail(what);
  return { story, attach: () => ask("attach", { subnet, kind, name, pid: 4242 }), detach: () => ask("detach", { kind, name }) };
}

test("the network is given before the commit, in one turn, and closed whatever happens", async () => {
  const well = calls(undefined);
  assert.ok(!isRefusal(await well.attach()));
  assert.ok(!isRefusal(await well.detach()));
  assert.deepEqual(well.story, ["give before it is committed", "commit", "close", "commit"]);
  const quicker = calls(refuse("IncorrectState", "another was quicker"));
  assert.equal(messageOf(await quicker.attach()), "IncorrectState: another was quicker");
  assert.deepEqual(quicker.story, ["give before it is committed", "close"]);
  const late = calls(undefined, refuse("Unavailable", "not in force yet"));
  assert.equal(messageOf(await late.attach()), "Unavailable: not in force yet");
});
