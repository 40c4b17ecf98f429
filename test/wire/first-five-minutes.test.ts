/** README's first five minutes, with the unmodified `aws` command and real packets. */
import "../kernel/own-machine.ts";
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bailey, type Region, startRegion } from "../region-process.ts";
import { canUseKernel } from "../kernel/lab.ts";
import { webClient, webServer } from "../web.ts";

const skip = !canUseKernel ? "needs root" : spawnSync("aws", ["--version"]).status !== 0 ? "there is no aws command" : false;
let region: Region;
/** What a user evals, so that it is tested too: for an old AWS CLI it defines a function. */
let environment: string;
const ids: Record<string, string> = {};

before(async () => {
  if (skip !== false) return;
  region = await startRegion("kernel");
  environment = bailey(region.state, "env").stdout;
});
after(async () => {
  await region?.close();
  if (region) fs.rmSync(region.state, { recursive: true, force: true });
});

/** An `aws ec2` command in a shell that has evaluated `bailey env`. */
const shell = (...args: string[]): [string, string[], { encoding: "utf8" }] => [
  "sh",
  ["-c", 'eval "$0"; AWS_PAGER= aws ec2 "$@"', environment, ...args],
  { encoding: "utf8" },
];

/** The answer's text at a JMESPath query; fails with what the command says when it fails. */
function aws(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(...shell(...args, "--output", "text"));
  assert.equal(status, 0, `aws ec2 ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

function refusal(...args: string[]): string {
  const { status, stderr } = spawnSync(...shell(...args));
  assert.notEqual(status, 0, args.join(" "));
  return stderr.trim();
}

/** What a web client in the instance read, or undefined when nothing came in time. */
function fetch(from: string, address: string, port = 80): string | undefined {
  const { code, stdout } = bailey(region.state, "exec", from, "--", ...webClient(address, port));
  assert.ok([0, 1, 124].includes(code), `exec: ${code}`);
  return code === 0 ? stdout.trim() : undefined;
}

async function eventually(what: () => string | undefined): Promise<string | undefined> {
  for (let tries = 0; tries < 20; tries++) {
    const found = what();
    if (found !== undefined) return found;
    await sleep(200);
  }
  return undefined;
}

interface Explanation {
  readonly verdict: string;
  readonly decided: { readonly gate: string; readonly because: string };
}
const explain = (from: string, to: string, port: number): Explanation =>
  JSON.parse(bailey(region.state, "explain", "--from", from, "--to", to, "--protocol", "tcp", "--port", String(port), "--json").stdout) as Explanation;

const options = { skip };

test("a VPC with two subnets and two instances", options, async () => {
  const file = path.join(region.state, "serve.sh");
  fs.writeFileSync(file, webServer("0.0.0.0", 80));
  ids.vpc = aws("create-vpc", "--cidr-block", "10.0.0.0/16", "--query", "Vpc.VpcId");
  for (const [name, block] of [["a", "10.0.1.0/24"], ["b", "10.0.2.0/24"]] as const) {
    ids[name] = aws("create-subnet", "--vpc-id", ids.vpc, "--cidr-block", block, "--query", "Subnet.SubnetId");
  }
  for (const name of ["web", "client"]) {
    ids[name] = aws("create-security-group", "--group-name", name, "--description", `the ${name}`, "--vpc-id", ids.vpc, "--query", "GroupId");
  }
  const image = aws("describe-images", "--owners", "self", "amazon", "--query", "Images[0].ImageId");
  const run = (subnet: string, address: string, group: string, ...more: string[]) =>
    aws("run-instances", "--image-id", image, "--subnet-id", subnet, "--private-ip-address", address, "--security-group-ids", group, ...more, "--query", "Instances[0].InstanceId");
  ids.server = run(ids["b"] ?? "", "10.0.2.10", ids["web"] ?? "", "--user-data", `file://${file}`);
  ids.user = run(ids["a"] ?? "", "10.0.1.10", ids["client"] ?? "");
  aws("wait", "instance-running", "--instance-ids", ids.server, ids.user);
  assert.equal(aws("describe-instances", "--instance-ids", ids.server, "--query", "Reservations[0].Instances[0].[State.Name,PrivateIpAddress]"), "running\t10.0.2.10");
});

test("nothing gets in until a rule says so, and then at once", options, async () => {
  const { user = "", server = "", web = "" } = ids;
  await sleep(500);
  assert.equal(fetch(user, "10.0.2.10"), undefined);
  assert.deepEqual(explain(user, server, 80).decided, {
    ...explain(user, server, 80).decided,
    gate: "groups in",
    because: "no rule matches",
  });
  ids.rule = aws("authorize-security-group-ingress", "--group-id", web, "--protocol", "tcp", "--port", "80", "--cidr", "10.0.1.0/24", "--query", "SecurityGroupRules[0].SecurityGroupRuleId");
  assert.equal(await eventually(() => fetch(user, "10.0.2.10")), "hello from ip-10-0-2-10");
  const explained = explain(user, server, 80);
  assert.equal(explained.verdict, "ACCEPT");
  assert.equal(explained.decided.because, ids.rule);
  assert.equal(explain(user, server, 81).verdict, "REJECT");
});

test("a rule that is revoked lets nothing new in", options, () => {
  const { user = "", web = "" } = ids;
  aws("revoke-security-group-ingress", "--group-id", web, "--protocol", "tcp", "--port", "80", "--cidr", "10.0.1.0/24");
  assert.equal(fetch(user, "10.0.2.10"), undefined);
});

test("a reference to a group admits its members", options, () => {
  const { user = "", server = "", web = "", client = "" } = ids;
  aws("authorize-security-group-ingress", "--group-id", web, "--protocol", "tcp", "--port", "80", "--source-group", client);
  assert.equal(fetch(user, "10.0.2.10"), "hello from ip-10-0-2-10");
  assert.equal(explain(user, server, 80).verdict, "ACCEPT");
});

test("a network ACL that forgets the ephemeral ports breaks the reply, and explain says which entry", options, () => {
  const { user = "", server = "", b = "" } = ids;
  const acl = aws("describe-network-acls", "--filters", `Name=association.subnet-id,Values=${b}`, "--query", "NetworkAcls[0].NetworkAclId");
  const entry = ["--network-acl-id", acl, "--rule-number", "50", "--egress"];
  aws("create-network-acl-entry", ...entry, "--protocol", "tcp", "--port-range", "From=32768,To=60999", "--rule-action", "deny", "--cidr-block", "10.0.1.0/24");
  assert.equal(fetch(user, "10.0.2.10"), undefined);
  assert.equal(explain(user, server, 80).decided.because, `${acl}:50:egress`);
  aws("delete-network-acl-entry", ...entry);
  assert.equal(fetch(user, "10.0.2.10"), "hello from ip-10-0-2-10");
});

test("killed with -9, the kernel goes on filtering, instances go on running, and the next start adopts them", options, async () => {
  const { user = "", server = "", web = "", client = "" } = ids;
  process.kill(region.pid, "SIGKILL");
  await sleep(200);
  assert.equal(fetch(user, "10.0.2.10"), "hello from ip-10-0-2-10");
  assert.equal(fetch(user, "10.0.2.10", 81), undefined);
  const boots = () => bailey(region.state, "exec", server, "--", "cat", "/proc/1/stat").stdout.split(" ")[21];
  const before = boots();
  region = await startRegion("kernel", region.state);
  environment = bailey(region.state, "env").stdout;
  assert.equal(boots(), before, "the instance was not started again");
  assert.equal(fetch(user, "10.0.2.10"), "hello from ip-10-0-2-10");
  aws("revoke-security-group-ingress", "--group-id", web, "--protocol", "tcp", "--port", "80", "--source-group", client);
  assert.equal(fetch(user, "10.0.2.10"), undefined);
});

test("exec keeps the exit code, and console output can be read", options, () => {
  const { server = "" } = ids;
  assert.equal(bailey(region.state, "exec", server, "--", "sh", "-c", "exit 42").code, 42);
  assert.match(aws("get-console-output", "--instance-id", server, "--query", "Output"), /ip-10-0-2-10/);
});

test("what holds a resource is named", options, () => {
  assert.match(refusal("delete-subnet", "--subnet-id", ids["b"] ?? ""), /\(DependencyViolation\).*subnet-[0-9a-f]{17}/);
  assert.match(refusal("delete-security-group", "--group-id", ids["web"] ?? ""), /DependencyViolation/);
  assert.match(refusal("describe-vpcs", "--vpc-ids", "vpc-00000000000000000"), /InvalidVpcID\.NotFound/);
});

test("reboot, stop, start, terminate", options, async () => {
  const { user = "", server = "" } = ids;
  bailey(region.state, "exec", user, "--", "touch", "/tmp/before-the-reboot");
  aws("reboot-instances", "--instance-ids", user);
  const rebooted = await eventually(() => (bailey(region.state, "exec", user, "--", "test", "!", "-e", "/tmp/before-the-reboot").code === 0 ? "yes" : undefined));
  assert.equal(rebooted, "yes");
  aws("stop-instances", "--instance-ids", user);
  aws("wait", "instance-stopped", "--instance-ids", user);
  assert.notEqual(bailey(region.state, "exec", user, "--", "true").code, 0);
  aws("start-instances", "--instance-ids", user);
  aws("wait", "instance-running", "--instance-ids", user);
  assert.equal(bailey(region.state, "exec", user, "--", "hostname").stdout.trim(), "ip-10-0-1-10");
  aws("terminate-instances", "--instance-ids", user, server);
  aws("wait", "instance-terminated", "--instance-ids", user, server);
  assert.equal(aws("describe-network-interfaces", "--query", "NetworkInterfaces[].NetworkInterfaceId"), "");
});

test("down removes every kernel object", options, () => {
  const { realm } = JSON.parse(fs.readFileSync(path.join(region.state, "endpoint.json"), "utf8")) as { realm: string };
  assert.equal(bailey(region.state, "down").code, 0);
  assert.doesNotMatch(execFileSync("ip", ["netns", "list"], { encoding: "utf8" }), new RegExp(`bailey-${realm}-`));
});
