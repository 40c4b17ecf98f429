import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { sign } from "../../src/cli/sign.ts";
import { readCredentials, runningFacts } from "../../src/cli/state.ts";
import { findAnchor } from "../../src/io/anchor.ts";
import { signal } from "../../src/io/process.ts";
import { isRefusal } from "../../src/values/refuse.ts";
import { element, post } from "../region-process.ts";
import { webClient, webServer } from "../web.ts";

/** Nobody's number: a user without a name, a home or any privilege. */
const uid = "54321";
const realm = `rootless${process.pid}`;
const id = "i-0cccccccccccccccc";
const source = join(import.meta.dirname, "../../src");
const state = mkdtempSync(join(tmpdir(), "bailey-rootless-"));
chownSync(state, Number(uid), Number(uid));
after(() => {
  const anchor = findAnchor(state);
  if (anchor) signal(anchor, "SIGKILL");
  rmSync(state, { recursive: true, force: true });
});

const user = [`--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", "--"];
const asUser = (...words: string[]) => spawnSync("setpriv", [...user, ...words], { encoding: "utf8" });

/** Runs a module as the user; what it prints, or an error with what it complained about. */
function runAsUser(script: string, before: readonly string[] = []): string {
  const { status, stdout, stderr } = asUser(...before, process.execPath, "--input-type=module", "--eval", script);
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

/** Why this can't be tried here, if it can't. */
function obstacle(): string | false {
  if (asUser(process.execPath, "--eval", `require("fs").readdirSync("${source}")`).status !== 0) {
    return "another user can't read this checkout";
  }
  const unshare = asUser("unshare", "--user", "--map-root-user", "--mount", "--net", "true");
  return unshare.status === 0 ? false : "this system gives users no namespaces";
}

test("a user without privileges runs instances in a namespace of their own", { skip: obstacle() }, () => {
  const open = `
    import { entering, openAnchor } from "${source}/io/anchor.ts";
    const anchor = await openAnchor("${state}");
    console.log(JSON.stringify(entering(anchor)));`;
  const enter: string[] = JSON.parse(runAsUser(open));
  assert.deepEqual(JSON.parse(runAsUser(open)), enter, "the anchor is found again");

  const started = runAsUser(
    `
    import { execFileSync } from "node:child_process";
    import { openGuests } from "${source}/io/guests.ts";
    import { writeFacts } from "${source}/cli/state.ts";
    // ip goes back to where it came from, and the host's own network namespace is closed to this user.
    execFileSync("unshare", ["--net", "ip", "netns", "add", "${realm}"]);
    const about = { hostname: "ip-10-8-7-6", resolvConf: "nameserver 10.8.0.2\\n", hosts: "10.8.7.6 me\\n" };
    const guests = openGuests("${state}", "${realm}");
    const guest = await guests.start({ ...about, id: "${id}", netns: "${realm}", userData: new Uint8Array() });
    const place = { endpoint: "", caBundle: "", region: "", account: "", dataplane: "", pid: 1, started: 1 };
    writeFacts("${state}", { ...place, realm: "${realm}" });
    console.log(JSON.stringify(guest));`,
    enter,
  );
  assert.match(started, /"pid":\d+/);

  const exec = ["exec", "--state", state, id, "--", "sh", "-c"];
  const inside = asUser(process.execPath, join(source, "cli/main.ts"), ...exec, "hostname; id -u; cat /etc/resolv.conf; exit 6");
  assert.deepEqual(inside.stdout.split("\n"), ["ip-10-8-7-6", "0", "nameserver 10.8.0.2", ""]);
  assert.equal(inside.status, 6, inside.stderr);

  const left = runAsUser(
    `
    import { openGuests } from "${source}/io/guests.ts";
    const guests = openGuests("${state}", "${realm}");
    await guests.stop("${id}", 5000);
    console.log((await guests.observe()).size);`,
    enter,
  );
  assert.equal(left, "0");
});

test("a user's region is in force, and instances reach each other by public addresses", { skip: obstacle() }, async (t) => {
  const home = join(state, "region");
  const bailey = (command: string, ...args: string[]) => asUser(process.execPath, join(source, "cli/main.ts"), command, "--state", home, ...args);
  const said: string[] = [];
  const up = spawn("setpriv", [...user, process.execPath, join(source, "cli/main.ts"), "up", "--state", home, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "ignore", "pipe"] });
  up.stderr.on("data", (bytes: Buffer) => said.push(String(bytes)));
  const ended = new Promise((resolve) => up.once("exit", resolve));
  t.after(async () => {
    bailey("down", "--wipe");
    await ended;
  });
  while (isRefusal(runningFacts(home)) && up.exitCode === null) await sleep(10);
  const [facts, credentials] = [runningFacts(home), readCredentials(home)];
  if (isRefusal(facts) || isRefusal(credentials)) return assert.fail(`it does not run: ${said.join("")}`);
  const url = new URL(facts.endpoint);
  const agent = new Agent({ ca: readFileSync(facts.caBundle) });
  const call = (Action: string, parameters: Readonly<Record<string, string>>) => {
    const body = new URLSearchParams({ Action, Version: "2016-11-15", ...parameters }).toString();
    const scope = { region: facts.region, service: "ec2" };
    return post(url, agent, sign({ method: "POST", host: url.host, path: "/", body }, credentials, scope, Date.now()), body);
  };
  await call("AuthorizeSecurityGroupIngress", { GroupName: "default", IpProtocol: "tcp", FromPort: "80", ToPort: "80", CidrIp: "203.0.113.0/24" });
  const image = element(await call("DescribeImages", {}), "imageId");
  const UserData = Buffer.from(webServer("0.0.0.0", 80)).toString("base64");
  const launch = async () => element(await call("RunInstances", { ImageId: image, MinCount: "1", MaxCount: "1", UserData }), "instanceId");
  const [one, two] = [await launch(), await launch()];
  for (const id of [one, two]) while (!(await call("DescribeInstances", { "InstanceId.1": id })).includes("<name>running</name>")) await sleep(20);
  const address = element(await call("DescribeInstances", { "InstanceId.1": two }), "ipAddress");
  assert.match(address, /^203\.0\.113\./);
  const fetch = () => bailey("exec", one, "--", ...webClient(address)).stdout.trim();
  for (let tries = 0; tries < 20 && fetch() === ""; tries++) await sleep(100);
  assert.match(fetch(), /^hello from ip-172-31-/);
  assert.equal(bailey("status").status, 0);
});
