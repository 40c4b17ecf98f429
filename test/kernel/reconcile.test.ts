/** The kernel converges on the world from wherever it is, touches nothing that is not ours, and fails closed. */
import { machine, namespacePrefix, routerNamespace } from "../../src/compile/names.ts";
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { desire } from "../../src/apply/desired.ts";
import type { Kernel, ObservedNamespace, Step } from "../../src/apply/kernel.ts";
import { startLoop } from "../../src/apply/loop.ts";
import { authorizeSecurityGroupIngress } from "../../src/api/ec2/authorize-security-group.ts";
import { createNetworkAclEntry } from "../../src/api/ec2/network-acl-entry.ts";
import { modifyNetworkInterfaceAttribute } from "../../src/api/ec2/network-interface-attribute.ts";
import { attachNetworkInterface } from "../../src/api/ec2/attach-network-interface.ts";
import { createNetworkInterface } from "../../src/api/ec2/create-network-interface.ts";
import { createSubnet } from "../../src/api/ec2/create-subnet.ts";
import { runInstances } from "../../src/api/ec2/run-instances.ts";
import { hostImage } from "../../src/api/ec2/images.ts";
import { openKernel } from "../../src/io/kernel.ts";
import { started, terminated } from "../../src/model/instance.ts";
import { applyChanges, everywhere, put, type World } from "../../src/model/world.ts";
import { cidrOf } from "../../src/values/ip.ts";
import { Region } from "../unit/ec2/region.ts";
import { canUseKernel } from "./lab.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };
const realms: string[] = [];
let serial = 0;

function newRealm(): string {
  const realm = `r${process.pid.toString(16)}x${(serial++).toString(16)}`;
  realms.push(realm);
  return realm;
}

after(async () => {
  if (!canUseKernel) return;
  const kernel = openKernel();
  for (const realm of realms) {
    const names = [...(await kernel.observe(namespacePrefix(realm))).keys()];
    await kernel.run(names.map((namespace): Step => ({ op: "namespace.delete", namespace })));
  }
  await kernel.close();
});

const ip = (...args: string[]): string => execFileSync("ip", args, { encoding: "utf8" });

/** Whether a connection gets an answer: nothing listens there, so the answer is a reset. */
function reaches(from: string, to: string): boolean {
  const script = `const s = require("net").connect(9, "${to}");
    s.on("error", (e) => process.exit(e.code === "ECONNREFUSED" ? 0 : 1)); setTimeout(() => process.exit(1), 1800);`;
  return spawnSync("ip", ["netns", "exec", from, process.execPath, "-e", script]).status === 0;
}

/** A life of a region: worlds one after the other, each by a call or two. */
function worlds(): { region: Region; vpc: string; worlds: World[] } {
  const region = new Region();
  const all: World[] = [];
  const keep = () => all.push(region.world);
  const { vpc, subnet } = region.network();
  const [web, data] = [region.group(vpc, "web"), region.group(vpc, "data")];
  const launch = (group: string, address: string) => {
    const input = { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, SubnetId: subnet, SecurityGroupIds: [group] };
    return region.does(runInstances, { ...input, PrivateIpAddress: address }).Instances?.[0];
  };
  const first = launch(web, "10.0.1.10");
  keep();
  const second = launch(data, "10.0.1.20");
  for (const instance of everywhere(region.world, "instance")) {
    region.lives((world) => applyChanges(world, [put(started(instance, "2026-01-01T00:00:00.000Z"))]));
  }
  keep();
  const permission = (port: number) => ({ IpProtocol: "tcp", FromPort: port, ToPort: port });
  region.does(authorizeSecurityGroupIngress, {
    GroupId: data,
    IpPermissions: [{ ...permission(5432), UserIdGroupPairs: [{ GroupId: web }] }, { ...permission(22), IpRanges: [{ CidrIp: "10.0.0.0/8" }] }],
  });
  keep();
  const acl = everywhere(region.world, "network-acl").find((each) => each.vpc === vpc)?.id ?? "";
  region.does(createNetworkAclEntry, {
    NetworkAclId: acl, RuleNumber: 90, Protocol: "6", RuleAction: "deny", Egress: false, CidrBlock: "192.0.2.0/24", PortRange: { From: 1, To: 99 },
  });
  keep();
  const eni = first?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "";
  region.does(modifyNetworkInterfaceAttribute, { NetworkInterfaceId: eni, Groups: [web, data] });
  region.does(modifyNetworkInterfaceAttribute, { NetworkInterfaceId: eni, SourceDestCheck: { Value: false } });
  keep();
  const other = region.does(createSubnet, { VpcId: vpc, CidrBlock: "10.0.2.0/24" }).Subnet?.SubnetId;
  const further = region.does(createNetworkInterface, { SubnetId: other, Groups: [web], PrivateIpAddress: "10.0.2.10" }).NetworkInterface;
  region.does(attachNetworkInterface, { NetworkInterfaceId: further?.NetworkInterfaceId, InstanceId: first?.InstanceId, DeviceIndex: 1 });
  keep();
  const gone = everywhere(region.world, "instance").find(({ id }) => id === second?.InstanceId);
  if (gone) region.lives((world) => applyChanges(world, terminated(world, gone, "2026-01-02T00:00:00.000Z")));
  keep();
  return { region, vpc, worlds: all };
}

interface Running {
  readonly steps: Step[];
  reach(world: World): Promise<void>;
  end(): Promise<void>;
}

/** A control plane without memory, started on a kernel that may break. */
function start(kernel: Kernel, realm: string, sabotage: (step: Step) => void = () => undefined): Running {
  let world: World | undefined;
  const steps: Step[] = [];
  let begun: ReturnType<typeof startLoop> | undefined;
  const watched: Kernel = {
    ...kernel,
    async run(all) {
      for (const step of all) {
        sabotage(step);
        steps.push(step);
        await kernel.run([step]);
      }
    },
  };
  return {
    steps,
    async reach(wanted) {
      world = wanted;
      begun ??= startLoop({ kernel: watched, realm, internet: { pool: cidrOf("203.0.113.0/24"), beyond: false }, world: () => world ?? wanted, sleep: () => Promise.resolve(), log: () => undefined });
      assert.equal(await begun.settle(wanted.revision), undefined);
    },
    end: async () => begun?.stop(),
  };
}

/** Equal, or the first lines that differ. */
function assertSame(actual: string, expected: string, message: string): void {
  if (actual === expected) return;
  const [a, b] = [actual.split("\n"), expected.split("\n")];
  const at = a.findIndex((line, index) => line !== b[index]);
  assert.fail(`${message}: line ${at}:\n${a[at] ?? "(end)"}\nshould be\n${b[at] ?? "(end)"}`);
}

/** All that the kernel holds of a realm, in one canonical text: what reads back must be the same whatever the path. */
async function readBack(kernel: Kernel, realm: string): Promise<string> {
  const observed = await kernel.observe(namespacePrefix(realm));
  const lines: string[] = [];
  for (const [namespace, state] of [...observed].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = namespace.replace(realm, "REALM");
    for (const part of ["links", "addresses", "routes", "neighbours", "rules"] as const) {
      for (const key of [...state[part].keys()].sort()) lines.push(`${name} ${part} ${key}`);
    }
    const peers = [...state.links.values()].map(({ device, peer }) => `${name} peer ${device} ${peer.device} ${peer.mac}`);
    lines.push(...peers.sort());
    if (state.marker) lines.push(`${name} intended ${state.marker.fingerprint}`, ...numbered(await rules(kernel, namespace), state));
  }
  return lines.join("\n");
}

/** nft shows a device's name for its number when the device was there at its last look, so both are shown as numbers. */
function numbered(lines: readonly string[], { links }: ObservedNamespace): string[] {
  const pattern = new RegExp(`"(${[...links.keys()].join("|")})"`, "g");
  return lines.map((line) => line.replace(pattern, (_, device: string) => String(links.get(device)?.index)));
}

/** The ruleset as the kernel lists it, without the generation, sorted where nftables keeps no order. */
async function rules(kernel: Kernel, namespace: string): Promise<string[]> {
  const text = (await kernel.query(namespace, "list table inet bailey"))
    .replace(/elements = \{([^}]*)\}/g, (_, body: string) => `elements = ${body.split(",").map((each) => each.trim()).sort().join(", ")}`)
    .replace(/ct mark [^a-z]*0x[0-9a-f]+(?:\/\d+)?/g, "ct mark GENERATION")
    .replace(/0x[0-9a-f]{8}(?:\/\d+)?/g, "MARK")
    .replace(/chain intended\/\S+/, "chain intended")
    .replace(/\n\}\s*$/, "\n");
  return text.split(/\n(?=\t(?:chain|set|map|ct timeout) )/).map((block) => block.replace(/\s+/g, " ").trim()).sort();
}

test("any world after any other leaves the kernel as if it were the first", options, async () => {
  const { worlds: all } = worlds();
  const kernel = openKernel();
  try {
    const fresh = new Map<World, string>();
    for (const world of all) {
      const realm = newRealm();
      const control = start(kernel, realm);
      await control.reach(world);
      await control.end();
      fresh.set(world, (await readBack(kernel, realm)).replaceAll(realm, "REALM"));
    }
    const realm = newRealm();
    const control = start(kernel, realm);
    // Forwards, backwards, and with jumps; a revision may only grow, so each visit gets its own.
    const path = [...all, ...all.toReversed(), ...all.map((_, at) => all[(at * 4) % all.length]), all[0], all[5], all[2]];
    for (const [at, world] of path.entries()) {
      if (!world) continue;
      await control.reach({ ...world, revision: 1000 + at });
      const seen = (await readBack(kernel, realm)).replaceAll(realm, "REALM");
      assertSame(seen, fresh.get(world) ?? "", `after ${at} moves`);
    }
    await control.end();
  } finally {
    await kernel.close();
  }
});

test("killed before any step, the next start converges", options, async () => {
  const { worlds: all } = worlds();
  const [from, to] = [all[1], all[4]];
  assert.ok(from && to);
  const kernel = openKernel();
  const changed = { ...to, revision: from.revision + 100 };
  try {
    const reference = newRealm();
    const control = start(kernel, reference);
    await control.reach(changed);
    await control.end();
    const expected = (await readBack(kernel, reference)).replaceAll(reference, "REALM");
    for (const begin of [undefined, from]) {
      let kills = 0;
      for (let step = 0; ; step++) {
        const realm = newRealm();
        if (begin) {
          const before = start(kernel, realm);
          await before.reach(begin);
          await before.end();
        }
        let left = step;
        const killed = start(kernel, realm, () => {
          if (left-- <= 0) throw new Error("killed");
        });
        const refused = await killed.reach(changed).then(
          () => false,
          () => true,
        );
        await killed.end();
        if (!refused) break;
        kills++;
        const next = start(kernel, realm);
        await next.reach(changed);
        await next.end();
        assertSame((await readBack(kernel, realm)).replaceAll(realm, "REALM"), expected, `killed before step ${step}`);
        await kernel.run([...(await kernel.observe(namespacePrefix(realm))).keys()].map((namespace): Step => ({ op: "namespace.delete", namespace })));
      }
      assert.ok(kills > 0, "no step was ever killed");
    }
  } finally {
    await kernel.close();
  }
});

test("a new control plane adopts what is in force: it changes nothing", options, async () => {
  const { worlds: all } = worlds();
  const world = all[4];
  assert.ok(world);
  const kernel = openKernel();
  try {
    const realm = newRealm();
    const first = start(kernel, realm);
    await first.reach(world);
    await first.end();
    const second = start(kernel, realm);
    await second.reach({ ...world, revision: world.revision + 7 });
    await second.end();
    assert.deepEqual(second.steps.map(({ op }) => op), []);
  } finally {
    await kernel.close();
  }
});

test("what a stranger changed in our namespace is put right, and what is not ours is left alone", options, async () => {
  const { worlds: all, vpc } = worlds();
  const world = all[3];
  assert.ok(world);
  const kernel = openKernel();
  const stranger = `stranger-${process.pid}`;
  try {
    const realm = newRealm();
    const router = routerNamespace(realm, vpc);
    ip("netns", "add", stranger);
    ip("-n", stranger, "link", "add", "keep", "type", "veth", "peer", "name", "other");
    const first = start(kernel, realm);
    await first.reach(world);
    await first.end();
    const wanted = await readBack(kernel, realm);

    const [device] = [...((await kernel.observe(namespacePrefix(realm))).get(router)?.links.keys() ?? [])];
    assert.ok(device);
    ip("-n", router, "link", "delete", device);
    ip("netns", "exec", router, "nft", "delete table inet bailey");
    ip("netns", "exec", router, "nft", "add table inet theirs");
    ip("netns", "add", `${namespacePrefix(realm)}i-0123456789abcdef0`);
    ip("-n", router, "route", "add", "203.0.113.0/24", "dev", "lo");

    const second = start(kernel, realm);
    await second.reach({ ...world, revision: world.revision + 1 });
    await second.end();
    assertSame(await readBack(kernel, realm), wanted, "put right");
    assert.match(await kernel.query(router, "list tables"), /theirs/);
    assert.match(ip("-n", router, "route"), /203\.0\.113\.0\/24/);
    assert.match(ip("-n", stranger, "link"), /keep/);
    assert.doesNotMatch(ip("netns", "list"), new RegExp(`${namespacePrefix(realm)}i-0123456789abcdef0`));
  } finally {
    spawnSync("ip", ["netns", "delete", stranger]);
    await kernel.close();
  }
});

test("an interface the policy does not know is dropped, and VPCs do not reach each other", options, async () => {
  const { region, worlds: all, vpc } = worlds();
  const kernel = openKernel();
  try {
    const realm = newRealm();
    const other = region.network("10.9.0.0/16", "10.9.1.0/24");
    const open = region.group(other.vpc, "open");
    region.does(authorizeSecurityGroupIngress, { GroupId: open, IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }] });
    const input = { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, SecurityGroupIds: [open] };
    for (const address of ["10.9.1.10", "10.9.1.20"]) region.does(runInstances, { ...input, SubnetId: other.subnet, PrivateIpAddress: address });
    assert.ok(all.length > 0);
    const control = start(kernel, realm);
    await control.reach(region.world);
    await control.end();
    const router = routerNamespace(realm, other.vpc);
    const hosts = everywhere(region.world, "instance").filter(({ vpc: of }) => of === other.vpc).map(({ id }) => `${namespacePrefix(realm)}${id}`);
    const [a = "", b = ""] = hosts;
    const addressOf = (host: string): string => /inet (10\.9\.1\.\d+)/.exec(ip("-n", host, "-4", "address"))?.[1] ?? "";
    assert.ok(reaches(a, addressOf(b)), "the two that may, reach each other");

    ip("netns", "add", `${namespacePrefix(realm)}rogue`);
    ip("-n", router, "link", "add", "rogue", "type", "veth", "peer", "name", "eth0", "netns", `${namespacePrefix(realm)}rogue`);
    ip("-n", router, "link", "set", "rogue", "up");
    ip("-n", router, "route", "add", "10.9.1.66/32", "dev", "rogue");
    const rogue = ["-n", `${namespacePrefix(realm)}rogue`];
    ip(...rogue, "link", "set", "eth0", "up");
    ip(...rogue, "address", "add", "10.9.1.66/24", "dev", "eth0");
    assert.equal(reaches(`${namespacePrefix(realm)}rogue`, addressOf(b)), false, "from an unknown interface");
    assert.equal(reaches(b, "10.9.1.66"), false, "to an unknown interface");

    const elsewhere = everywhere(region.world, "instance").find(({ vpc: of, state }) => of === vpc && state === "running");
    assert.ok(elsewhere);
    assert.equal(reaches(`${namespacePrefix(realm)}${elsewhere.id}`, addressOf(b)), false, "from another VPC");
  } finally {
    await kernel.close();
  }
});

test("a further interface is reached from everywhere, and answers by itself", options, async () => {
  const region = new Region();
  const { vpc, subnet } = region.network();
  const other = region.does(createSubnet, { VpcId: vpc, CidrBlock: "10.0.2.0/24" }).Subnet?.SubnetId;
  const open = region.group(vpc, "open");
  region.does(authorizeSecurityGroupIngress, { GroupId: open, IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "10.0.0.0/16" }] }] });
  const input = { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, SecurityGroupIds: [open] };
  const [two] = region.does(runInstances, { ...input, SubnetId: subnet, PrivateIpAddress: "10.0.1.10" }).Instances ?? [];
  const [asker] = region.does(runInstances, { ...input, SubnetId: subnet, PrivateIpAddress: "10.0.1.20" }).Instances ?? [];
  const [neighbour] = region.does(runInstances, { ...input, SubnetId: other, PrivateIpAddress: "10.0.2.20" }).Instances ?? [];
  const further = region.does(createNetworkInterface, { SubnetId: other, Groups: [open], PrivateIpAddress: "10.0.2.10" }).NetworkInterface;
  // An attachment needs a running instance.
  for (const instance of everywhere(region.world, "instance")) {
    region.lives((world) => applyChanges(world, [put(started(instance, "2026-01-01T00:00:00.000Z"))]));
  }
  region.does(attachNetworkInterface, { NetworkInterfaceId: further?.NetworkInterfaceId, InstanceId: two?.InstanceId, DeviceIndex: 1 });
  const kernel = openKernel();
  try {
    const realm = newRealm();
    const control = start(kernel, realm);
    await control.reach(region.world);
    await control.end();
    const host = (instance: { InstanceId?: string | undefined } | undefined) => `${namespacePrefix(realm)}${instance?.InstanceId}`;
    for (const address of ["10.0.1.10", "10.0.2.10"]) assert.ok(reaches(host(asker), address), address);
    assert.ok(reaches(host(two), "10.0.1.20"), "the other way");
    // Its answers leave by the interface that was asked, though the other one is in the asker's own subnet.
    assert.ok(reaches(host(neighbour), "10.0.1.10"), "the first interface, from the second one's subnet");
    assert.ok(reaches(host(neighbour), "10.0.2.10"), "the second interface, from its own subnet");
  } finally {
    await kernel.close();
  }
});

test("observing is by name: another realm's namespaces are not seen", options, async () => {
  const kernel = openKernel();
  try {
    const [mine, theirs] = [newRealm(), newRealm()];
    await kernel.run([{ op: "namespace.add", namespace: `${namespacePrefix(theirs)}i-1`, role: "host" }]);
    const seen: ReadonlyMap<string, ObservedNamespace> = await kernel.observe(namespacePrefix(mine));
    assert.deepEqual([...seen.keys()], [machine]);
    assert.deepEqual([...desire(new Region().world, mine, { pool: cidrOf("203.0.113.0/24"), beyond: false }).namespaces.keys()], []);
  } finally {
    await kernel.close();
  }
});
