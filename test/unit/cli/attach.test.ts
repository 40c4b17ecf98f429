import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { attachedText } from "../../../src/cli/attach.ts";
import { perform, printed } from "../../../src/cli/cni/plugin.ts";
import { readConfiguration } from "../../../src/cli/cni/request.ts";
import { expected, resultOf } from "../../../src/cli/cni/result.ts";
import { isFailure } from "../../../src/cli/cni/failure.ts";
import { parse } from "../../../src/cli/command.ts";
import { whereaboutsOf, workloadOf } from "../../../src/cli/workload.ts";
import { startOf } from "../../../src/io/process.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

for (const [given, workload, whereabouts] of [
  [{}, undefined, undefined],
  [{ netns: "/run/netns/blue" }, { kind: "namespace", name: "/run/netns/blue" }, { path: "/run/netns/blue" }],
  [{ pid: "4242" }, { kind: "process", name: "4242" }, { pid: 4242 }],
  [{ tap: "tap0" }, { kind: "tap", name: "tap0" }, {}],
  [{ container: "web" }, { kind: "container", name: "web" }, undefined],
] as const) {
  test(`a workload from ${JSON.stringify(given)}`, () => {
    assert.deepEqual(workloadOf(given), workload);
    if (workload && whereabouts) assert.deepEqual(whereaboutsOf(workload), whereabouts);
  });
}

for (const [given, message] of [
  [{ netns: "/a", pid: "1" }, "--netns and --pid: only one can be said"],
  [{ netns: "blue" }, "--netns is an absolute path, not 'blue'"],
  [{ pid: "0" }, "--pid is a process id, not '0'"],
  [{ pid: "self" }, "--pid is a process id, not 'self'"],
  [{ container: "" }, "--container needs a value"],
] as const) {
  test(`no workload from ${JSON.stringify(given)}`, () => {
    const refused = workloadOf(given);
    assert.equal(isRefusal(refused) && refused.message, message);
  });
}

test("a container's process is what an engine that knows it says, while it runs", () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "bailey-engines-"));
  const before = process.env["PATH"];
  const engine = (name: string, script: string) => fs.writeFileSync(path.join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const web = { kind: "container", name: "web" } as const;
  const messageOf = (): string => {
    const refused = whereaboutsOf(web);
    return isRefusal(refused) ? refused.message : "not refused";
  };
  try {
    process.env["PATH"] = directory;
    assert.equal(messageOf(), "the container web is not found (none of podman, docker, nerdctl is here)");
    engine("podman", "echo 'Error: no such object: web' >&2; exit 125");
    engine("docker", "echo 0");
    assert.equal(messageOf(), "the container web is not found (podman: Error: no such object: web; docker: it does not run)");
    engine("nerdctl", `[ "$*" = "inspect --format {{.State.Pid}} -- web" ] && echo ${process.pid}`);
    assert.deepEqual(whereaboutsOf(web), { pid: process.pid, started: startOf(process.pid) });
  } finally {
    process.env["PATH"] = before;
    fs.rmSync(directory, { recursive: true });
  }
});

test("a flag that is a list is all that was said", () => {
  const flags = { group: { type: "list", about: "" }, name: { type: "string", about: "" } } as const;
  const { values } = { values: {}, ...parse({ flags, positionals: 0 }, ["--group", "sg-1", "--name", "a", "--group=sg-2"]) };
  assert.deepEqual(values, { group: ["sg-1", "sg-2"], name: "a" });
});

const made = {
  instance: "i-1",
  interface: "eni-1",
  device: "eth3",
  mac: "02:00:00:00:00:07",
  mtu: 9001,
  addresses: [
    { address: "10.0.1.9/24", gateway: "10.0.1.1" },
    { address: "2001:db8::9/128", gateway: "fe80:ec2::1" },
  ],
  dns: { nameservers: ["10.0.0.2"], search: ["ec2.internal"] },
};

test("attach says what it is called and where it is reached", () => {
  assert.equal(attachedText(made), "i-1 10.0.1.9 2001:db8::9 (eni-1, eth3, 02:00:00:00:00:07)\n");
});

const good = { cniVersion: "1.1.0", name: "pods", type: "bailey", subnet: "subnet-1", groups: ["sg-1"] };
const environment = { CNI_COMMAND: "ADD", CNI_CONTAINERID: "c1", CNI_NETNS: "/run/netns/c1", CNI_IFNAME: "eth0" };

test("cni: ADD in a chain adds to what was made before", () => {
  const before = { interfaces: [{ name: "br0" }], ips: [{ address: "192.0.2.1/24", interface: 0 }], routes: [{ dst: "192.0.2.0/24" }], dns: { domain: "before" } };
  const configuration = readConfiguration(JSON.stringify({ ...good, cniVersion: "0.4.0", prevResult: before }));
  if (isFailure(configuration)) return assert.fail(configuration.msg);
  const result = resultOf(configuration, "/run/netns/c1", made);
  assert.deepEqual(result, {
    cniVersion: "0.4.0",
    interfaces: [{ name: "br0" }, { name: "eth3", mac: "02:00:00:00:00:07", sandbox: "/run/netns/c1" }],
    ips: [
      { address: "192.0.2.1/24", interface: 0 },
      { version: "4", interface: 1, address: "10.0.1.9/24", gateway: "10.0.1.1" },
      { version: "6", interface: 1, address: "2001:db8::9/128", gateway: "fe80:ec2::1" },
    ],
    routes: [{ dst: "192.0.2.0/24" }, { dst: "0.0.0.0/0", gw: "10.0.1.1" }, { dst: "::/0", gw: "fe80:ec2::1" }],
    dns: { nameservers: ["10.0.0.2"], search: ["ec2.internal"], domain: "before" },
  });
  assert.deepEqual(expected(result, "/run/netns/c1", "eth3"), { mac: "02:00:00:00:00:07", addresses: ["10.0.1.9/24", "2001:db8::9/128"] });
  assert.deepEqual(expected(result, "/run/netns/c1", "eth4"), { mac: undefined, addresses: [] });
});

for (const [about, more, address] of [
  ["the capability", { runtimeConfig: { ips: ["10.0.1.7/24"] }, args: { cni: { ips: ["10.0.1.8"] } } }, "10.0.1.7"],
  ["the convention", { args: { cni: { ips: ["10.0.1.8"] } } }, "10.0.1.8"],
  ["nobody", {}, undefined],
] as const) {
  test(`cni: an address asked for by ${about}`, () => {
    const configuration = readConfiguration(JSON.stringify({ ...good, ...more }));
    assert.equal(isFailure(configuration) ? configuration.msg : configuration.address, address);
  });
}

for (const [about, command, input, code, msg] of [
  ["no command", "", good, 4, /CNI_COMMAND/],
  ["an unknown command", "constructor", good, 4, /CNI_COMMAND/],
  ["no JSON", "ADD", "{", 6, /not JSON/],
  ["no object", "ADD", [], 6, /not a JSON object/],
  ["no version, which means 0.1.0", "ADD", { name: "pods" }, 1, /0\.1\.0 is not supported/],
  ["a version to come", "ADD", { ...good, cniVersion: "2.0.0" }, 1, /2\.0\.0 is not supported/],
  ["no name", "ADD", { ...good, name: undefined }, 7, /^name/],
  ["no subnet", "ADD", { ...good, subnet: undefined }, 7, /^subnet/],
  ["groups that are none", "ADD", { ...good, groups: "sg-1" }, 7, /^groups/],
  ["a relative state", "ADD", { ...good, state: "here" }, 7, /^state/],
  ["addresses from elsewhere", "ADD", { ...good, ipam: { type: "host-local" } }, 2, /ipam \{"type":"host-local"\}/],
  ["two addresses", "ADD", { ...good, runtimeConfig: { ips: ["10.0.1.7", "10.0.1.8"] } }, 7, /one address/],
  ["CHECK before there was one", "CHECK", { ...good, cniVersion: "0.3.1" }, 1, /no CHECK/],
  ["CHECK of nothing", "CHECK", good, 7, /prevResult/],
] as const) {
  test(`cni: refuses ${about}`, async () => {
    const text = typeof input === "string" ? input : JSON.stringify(input);
    const { text: said, code: exit } = printed(await perform({ ...environment, CNI_COMMAND: command }, text), text);
    const answer = JSON.parse(said) as { code: number; msg: string; cniVersion: string };
    assert.deepEqual([exit, answer.code], [1, code]);
    assert.match(answer.msg, msg);
  });
}

for (const [name, value] of [["CNI_CONTAINERID", "-c"], ["CNI_IFNAME", "a/b"], ["CNI_NETNS", "netns"], ["CNI_NETNS", undefined]] as const) {
  test(`cni: refuses ${name}=${value}`, async () => {
    const answer = await perform({ ...environment, [name]: value }, JSON.stringify(good));
    assert.deepEqual(isFailure(answer) && [answer.code, answer.msg], [4, `Missing or invalid: ${name}`]);
  });
}

test("cni: VERSION answers any version, and none", async () => {
  const supportedVersions = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];
  for (const [input, cniVersion] of [['{"cniVersion":"0.2.0"}', "0.2.0"], ["", "1.1.0"]] as const) {
    assert.deepEqual(await perform({ CNI_COMMAND: "VERSION" }, input), { cniVersion, supportedVersions });
  }
});
