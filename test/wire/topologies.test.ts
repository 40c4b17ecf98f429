/**
 * The documented topologies with real connections: from every host to every host, from and to the internet, at every
 * port, against what Amazon does and what explain says. Who answers tells whom it saw, so translation is seen too.
 */
import "../kernel/own-machine.ts";
import assert from "node:assert/strict";
import { execFile, type ChildProcess, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { call } from "../../src/cli/call.ts";
import { canUseKernel } from "../kernel/lab.ts";
import { bailey, type Region, startRegion } from "../region-process.ts";
import { asker, witness } from "../web.ts";
import { builder, type Hosts, internet, ports } from "./documented.ts";

const skip = !canUseKernel ? "needs root" : spawnSync("aws", ["--version"]).status !== 0 ? "there is no aws command" : false;
const options = { skip };
const run = promisify(execFile);
const launcher = path.join(import.meta.dirname, "../../bailey");
/** Seconds in which what is not answered is taken as dropped. */
const patience = 1.2;

let region: Region;
let hosts: Hosts;
let outside: ChildProcess;
/** By asker, then by place: what was said. */
const said = new Map<string, ReadonlyMap<string, string>>();

/**
 * What connects, and whom it sees there; nothing else does. `NAME` stands for its private address, `NAME*` for its public
 * one, and `internet` for what is outside.
 */
const amazon: Readonly<Record<string, readonly string[]>> = {
  "a public subnet": [
    "internet > web*:80 sees internet",
    "web > internet:22 sees web*",
    "web > internet:80 sees web*",
    "web > web*:80 sees web*",
    "web > plain:22 sees web",
    "web > plain:80 sees web",
    "plain > web:22 sees plain",
    "plain > web:80 sees plain",
  ],
  "public and private subnets, with a NAT gateway and a bastion": [
    "internet > shop*:80 sees internet",
    "internet > bastion*:22 sees internet",
    "shop > internet:22 sees shop*",
    "shop > internet:80 sees shop*",
    "shop > shop*:80 sees shop*",
    "shop > app:80 sees shop",
    "bastion > internet:22 sees bastion*",
    "bastion > internet:80 sees bastion*",
    "bastion > shop:80 sees bastion",
    "bastion > shop*:80 sees bastion*",
    "bastion > app:22 sees bastion",
    "app > shop:80 sees app",
    "app > shop*:80 sees nat*",
    "app > internet:22 sees nat*",
    "app > internet:80 sees nat*",
  ],
  "an appliance on the gateway's route table": [
    "internet > appliance*:22 sees internet",
    "internet > appliance*:80 sees internet",
    "internet > server*:80 sees internet",
    "appliance > internet:22 sees appliance*",
    "appliance > internet:80 sees appliance*",
    "appliance > appliance*:22 sees appliance*",
    "appliance > appliance*:80 sees appliance*",
    "appliance > server:22 sees appliance",
    "appliance > server:80 sees appliance",
    "appliance > server*:80 sees appliance*",
    // To its own gateway and back: as the appliance forwards it, and the gateway's table leads it.
    "server > appliance*:22 sees server*",
    "server > appliance*:80 sees server*",
    "server > server*:80 sees server*",
    "server > internet:22 sees server*",
    "server > internet:80 sees server*",
    "server > appliance:22 sees server",
    "server > appliance:80 sees server",
  ],
};

before(async () => {
  if (skip !== false) return;
  region = await startRegion("kernel");
  const build = builder(bailey(region.state, "env").stdout, region.state);
  const built = await Promise.all([build.publicSubnet(), build.withNatGatewayAndBastion(), build.withAppliance()]);
  hosts = Object.assign({}, ...built) as Hosts;
  outside = spawn("perl", ["-e", witness("internet", ports)], { stdio: "ignore" });
  await Promise.all(askers().map((name) => listens(name)));
  await Promise.all(
    askers().map(async (name) => {
      const { stdout } = await inside(name, asker(patience, [...places(name).keys()]));
      said.set(name, new Map(stdout.split("\n").map((line) => [line.split(" ", 1)[0] ?? "", line.replace(/^\S+ /, "")])));
    }),
  );
});
after(async () => {
  outside?.kill("SIGKILL");
  await region?.close();
  if (region) fs.rmSync(region.state, { recursive: true, force: true });
});

/** Everybody who can ask: the instances, and the internet. */
const askers = (): string[] => ["internet", ...Object.entries(hosts).flatMap(([name, { instance }]) => (instance === "" ? [] : [name]))];

/** Runs a command at a host, or at the machine. */
const inside = (name: string, [program, ...words]: readonly [string, ...string[]]) =>
  name === "internet" ? run(program, words) : run(launcher, ["exec", "--state", region.state, hosts[name]?.instance ?? "", "--", program, ...words]);

async function listens(name: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { stdout } = await inside(name, asker(1, ports.map((port) => `127.0.0.1:${port}`))).catch(() => ({ stdout: "" }));
    if (stdout.split(" saw ").length > ports.length) return;
    await sleep(100);
  }
  assert.fail(`${name} does not listen`);
}

/** The address a name stands for. */
function addressOf(name: string): string {
  if (name === "internet") return internet;
  const host = hosts[name.replace("*", "")] ?? assert.fail(name);
  return name.endsWith("*") ? host.publicIp : host.address;
}

/** All a host tries to reach, by place, with the place's name: private addresses mean something inside only. */
function places(from: string): Map<string, string> {
  const names = Object.entries(hosts).flatMap(([name, { publicIp }]) => [...(from === "internet" ? [] : [name]), ...(publicIp === "" ? [] : [`${name}*`])]);
  const others = [...names, ...(from === "internet" ? [] : ["internet"])].filter((name) => name !== from);
  return new Map(others.flatMap((name) => ports.map((port) => [`${addressOf(name)}:${port}`, `${name}:${port}`] as const)));
}

/** What connects, in the table's words. */
function seen(): string[] {
  const nameOf = new Map(["internet", ...Object.entries(hosts).flatMap(([name, { publicIp }]) => [name, ...(publicIp === "" ? [] : [`${name}*`])])].map((name) => [addressOf(name), name]));
  return [...said].flatMap(([from, answers]) =>
    [...places(from)].flatMap(([place, name]) => {
      const [who, address] = (answers.get(place) ?? "").split(" saw ");
      if (address === undefined) return [];
      return [`${from} > ${name} sees ${nameOf.get(address) ?? address}${name.startsWith(who ?? "") ? "" : `, answered by ${who}`}`];
    }),
  );
}

/** The topology a line of the table belongs to; that of both ends, or none. */
function isWithin(line: string, topology: readonly string[]): boolean {
  const names = new Set(topology.flatMap((each) => endsIn(each)));
  return endsIn(line).every((name) => names.has(name));
}
const endsIn = (line: string): string[] => (/^(\S+) > ([a-z]+)/.exec(line) ?? []).slice(1).filter((name) => name !== "internet");

for (const [topology, lines] of Object.entries(amazon)) {
  test(`${topology}: who reaches whom, and is seen as whom`, options, () => {
    assert.deepEqual(seen().filter((line) => isWithin(line, lines)).sort(), [...lines].sort());
  });
}

test("from one topology to another there is only the internet", options, () => {
  const across = seen().filter((line) => !Object.values(amazon).some((lines) => isWithin(line, lines)));
  const open = ["web*:80", "shop*:80", "appliance*:22", "appliance*:80", "server*:80"];
  const known: Readonly<Record<string, string>> = { app: "nat*" };
  const [publicOnes, kin] = [["web", "shop", "app", "bastion", "appliance", "server"], Object.values(amazon).map((lines) => new Set(lines.flatMap(endsIn)))];
  const expected = publicOnes.flatMap((from) =>
    open.filter((place) => !kin.some((names) => names.has(from) && names.has(place.split("*")[0] ?? ""))).map((place) => `${from} > ${place} sees ${known[from] ?? `${from}*`}`),
  );
  assert.deepEqual(across.sort(), expected.sort());
});

test("explain says of every pair what is so", options, async () => {
  const connected = new Set(seen().map((line) => line.replace(/ sees .*/, "")));
  const wrong: string[] = [];
  for (const from of askers()) {
    await Promise.all(
      [...places(from)].map(async ([place, name]) => {
        const [to, port] = place.split(":");
        const question = { from: from === "internet" ? internet : (hosts[from]?.instance ?? ""), to, protocol: "tcp", port: Number(port) };
        const { verdict } = (await call(region.state, "POST", "/_bailey/explain", question)) as { verdict?: string };
        if (verdict !== (connected.has(`${from} > ${name}`) ? "ACCEPT" : "REJECT")) wrong.push(`${from} > ${name}: ${verdict}`);
      }),
    );
  }
  assert.deepEqual(wrong, []);
});

test("the appliance stands in the way: when it forwards no more, what is behind it is out of reach", options, async () => {
  await inside("appliance", ["sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward"]);
  const { stdout } = await inside("internet", asker(patience, [`${addressOf("server*")}:80`, `${addressOf("appliance*")}:80`]));
  assert.equal(stdout.trim(), `${addressOf("appliance*")}:80 appliance saw ${internet}`);
});
