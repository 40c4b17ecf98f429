import { hostNamespace } from "../../src/compile/names.ts";
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { TestContext } from "node:test";
import { writeFacts } from "../../src/cli/state.ts";
import type { Guest } from "../../src/host/guest.ts";
import type { RunningGuest } from "../../src/host/guests.ts";
import { openGuests } from "../../src/io/guests.ts";
import { alive, childrenOf, startOf } from "../../src/io/process.ts";
import { isRefusal } from "../../src/values/refuse.ts";
import { webClient, webServer } from "../web.ts";

const realm = `test${process.pid}`;
const state = mkdtempSync(join(tmpdir(), "bailey-guests-"));
const guests = openGuests(state, realm);
const cli = join(import.meta.dirname, "../../src/cli/main.ts");
const started = startOf(process.pid) ?? 0;
const place = { endpoint: "https://127.0.0.1:1", caBundle: "/nowhere", region: "us-east-1", account: "123456789012" };
writeFacts(state, { ...place, realm, dataplane: "kernel", pid: process.pid, started });
after(() => rmSync(state, { recursive: true, force: true }));

let count = 0;

/** An instance that is ready to start, with its network namespace; both are gone when the test ends. */
function guestWith(t: TestContext, userData: string): Guest {
  const id = `i-${(++count).toString().padStart(17, "0")}`;
  const netns = hostNamespace(realm, id);
  execFileSync("ip", ["netns", "add", netns]);
  t.after(async () => {
    await guests.stop(id, 0);
    execFileSync("ip", ["netns", "delete", netns]);
  });
  return {
    id,
    netns,
    boot: "2026-01-02T03:04:05.678Z",
    hostname: `ip-10-9-0-${count}`,
    resolvConf: "nameserver 10.9.0.2\nsearch ec2.internal\n",
    hosts: `127.0.0.1 localhost\n10.9.0.${count} ip-10-9-0-${count}\n`,
    userData: Buffer.from(userData),
  };
}

async function run(t: TestContext, userData = ""): Promise<Guest & { running: RunningGuest }> {
  const guest = guestWith(t, userData);
  const running = await guests.start(guest);
  assert.ok(!isRefusal(running), isRefusal(running) ? running.message : "");
  return { ...guest, running };
}

const execArgs = (id: string, words: readonly string[]): string[] => [cli, "exec", "--state", state, id, "--", ...words];

function exec(id: string, ...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, execArgs(id, words), { encoding: "utf8", input: "" });
  return { status, stdout, stderr };
}

const sh = (id: string, script: string): string => exec(id, "sh", "-c", script).stdout.trim();
const consoleOf = (id: string): string => Buffer.from(guests.console(id)).toString();

/** Polls: what is waited for happens in other processes. */
async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`not within 5 s: ${what}`);
}

test("an instance has names, processes and temporary files of its own", async (t) => {
  const hostFile = join(state, "only-on-the-host");
  writeFileSync(hostFile, "");
  const etc = ["hostname", "hosts", "resolv.conf"].map((name) => `/etc/${name}`).filter((path) => existsSync(path));
  const before = etc.map((path) => readFileSync(path, "utf8"));
  const guest = await run(t);
  assert.equal(sh(guest.id, "hostname"), guest.hostname);
  assert.equal(sh(guest.id, "cat /etc/hostname"), guest.hostname);
  assert.equal(exec(guest.id, "cat", "/etc/resolv.conf").stdout, guest.resolvConf);
  assert.equal(exec(guest.id, "cat", "/etc/hosts").stdout, guest.hosts);
  assert.match(sh(guest.id, "tr '\\0' ' ' </proc/1/cmdline"), /guest-init\.sh/);
  assert.doesNotMatch(sh(guest.id, "echo /proc/[0-9]*"), new RegExp(`/proc/${process.pid}\\b`));
  assert.equal(sh(guest.id, "ls -A /tmp"), "");
  assert.equal(sh(guest.id, "ls -A /run"), "bailey\nlock");
  assert.equal(sh(guest.id, `ls ${hostFile} 2>/dev/null`), "");
  assert.match(sh(guest.id, "ip -oneline link show lo"), /,UP/);
  assert.equal(sh(guest.id, "ls /sys/class/net"), "lo");
  assert.deepEqual(etc.map((path) => readFileSync(path, "utf8")), before);
});

test("a script given as user data serves in the instance's network, and nowhere else", async (t) => {
  const guest = await run(t, webServer("127.0.0.1", 18080));
  const [get, ...words] = webClient("127.0.0.1", 18080);
  await eventually("the instance answers", () => exec(guest.id, get, ...words).stdout === `hello from ${guest.hostname}\n`);
  assert.equal(spawnSync(get, words).status, 1, "the host must not reach it");
});

test("user data without #! is the shell's; what is no script is left alone; the console says how it went", async (t) => {
  const plain = await run(t, "echo $((6 * 7)) in $HOME\nexit 3\n");
  await eventually("the shell's end", () => consoleOf(plain.id).includes("ended with exit code 3"));
  assert.match(consoleOf(plain.id), /^42 in \/root$/m);
  const cloud = await run(t, "#cloud-config\nruncmd: [touch /tmp/ran]\n");
  await eventually("the remark", () => consoleOf(cloud.id).includes("only scripts are run"));
  assert.equal(sh(cloud.id, "ls /tmp"), "");
});

test("user data sees no environment of the host's", async (t) => {
  const guest = await run(t, "env\n");
  await eventually("the end", () => consoleOf(guest.id).includes("ended with exit code 0"));
  const names = consoleOf(guest.id).matchAll(/^([A-Z_]+)=/gm).map(([, name]) => name);
  assert.deepEqual(new Set(names), new Set(["HOME", "LANG", "PATH", "PWD"]));
});

test("the console keeps the newest 64 KiB, and little more on disk", async (t) => {
  const guest = await run(t, "seq -f 'line %.0f' 400000\n");
  await eventually("the end", () => consoleOf(guest.id).includes("ended with exit code 0"));
  const text = consoleOf(guest.id);
  assert.equal(text.length, 64 * 1024);
  const numbers = [...text.matchAll(/^line (\d+)$/gm)].map(([, digits]) => Number(digits));
  assert.equal(numbers.at(-1), 400_000);
  assert.ok(numbers.every((number, at) => at === 0 || number === (numbers[at - 1] ?? 0) + 1), "a line is missing");
  const directory = join(state, "instances", guest.id);
  const logs = readdirSync(directory).filter((name) => name.startsWith("console"));
  const bytes = logs.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  assert.ok(bytes < 2 * 1024 * 1024, `${bytes} bytes of console`);
});

test("processes whose parents are gone are reaped", async (t) => {
  const guest = await run(t);
  sh(guest.id, "for i in 1 2 3 4 5; do (sleep 0.02 & exec true) ; done");
  const zombies = () => sh(guest.id, "cat /proc/[0-9]*/stat 2>/dev/null | grep -c ') Z '");
  await eventually("no sleeper is left", () => !sh(guest.id, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").includes("sleep 0.02"));
  await eventually("no zombie is left", () => zombies() === "0");
});

test("however often it is started, it runs once", async (t) => {
  const guest = guestWith(t, "");
  const starts = await Promise.all([guests.start(guest), openGuests(state, realm).start(guest), guests.start(guest)]);
  const again = await guests.start(guest);
  for (const running of starts) assert.deepEqual(running, again);
  const inits = execFileSync("ps", ["-ww", "-eo", "args"], { encoding: "utf8" }).split("\n").filter((line) => line.includes(guest.id));
  assert.equal(inits.filter((line) => line.startsWith("unshare")).length, 1);
});

test("it survives the process that started it, and holds nothing of it", async (t) => {
  const guest = guestWith(t, "");
  const { userData: _, ...plain } = guest;
  const script = `
    import { openGuests } from ${JSON.stringify(join(import.meta.dirname, "../../src/io/guests.ts"))};
    const guest = { ...${JSON.stringify(plain)}, userData: new Uint8Array() };
    await openGuests(${JSON.stringify(state)}, ${JSON.stringify(realm)}).start(guest);
    process.kill(process.pid, "SIGKILL");`;
  const starter = spawnSync(process.execPath, ["--input-type=module", "--eval", script]);
  assert.equal(starter.signal, "SIGKILL");
  const running = (await guests.observe()).get(guest.id);
  assert.ok(running && alive(running));
  assert.equal(sh(guest.id, "hostname"), guest.hostname);
  const held = readdirSync(`/proc/${running.pid}/fd`).map((fd) => readlinkSync(`/proc/${running.pid}/fd/${fd}`));
  const own = [/^\/dev\/null$/, /^pipe:/, /guest-init\.sh$/, /\/lock$/];
  assert.deepEqual(held.filter((target) => !own.some((pattern) => pattern.test(target))), []);
});

test("stopping lets processes end by themselves, and ends those that don't", async (t) => {
  const polite = await run(t, "trap 'sleep 0.2; echo goodbye; exit' TERM\necho set\nwhile :; do sleep 0.01; done\n");
  const deaf = await run(t, "trap '' TERM\necho set\nwhile :; do sleep 0.01; done\n");
  for (const { id } of [polite, deaf]) await eventually("the trap", () => consoleOf(id).includes("set\n"));
  await guests.stop(polite.id, 60_000);
  await eventually("its last words", () => /^goodbye$/m.test(consoleOf(polite.id)));
  const inside = childrenOf(deaf.running.pid).map((pid) => ({ pid, started: startOf(pid) ?? 0 }));
  assert.ok(inside.length >= 2);
  await guests.stop(deaf.id, 200);
  assert.deepEqual([...(await guests.observe()).keys()], []);
  await eventually("nothing of it is left", () => !inside.some(alive));
});

test("an instance starts again after a stop, and its user data runs again", async (t) => {
  const guest = await run(t, "echo booted\n");
  await eventually("a boot", () => consoleOf(guest.id).match(/^booted$/gm)?.length === 1);
  await guests.stop(guest.id, 5_000);
  const again = await guests.start(guest);
  assert.notDeepEqual(again, guest.running);
  await eventually("another boot", () => consoleOf(guest.id).match(/^booted$/gm)?.length === 2);
  await guests.stop(guest.id, 5_000);
  await guests.remove(guest.id);
  assert.equal(consoleOf(guest.id), "");
});

test("exec keeps the exit code, and the program's environment is small", async (t) => {
  const { id } = await run(t);
  for (const [script, status] of [["exit 0", 0], ["exit 7", 7], ["kill -TERM $$", 143], ["kill -KILL $$", 137]] as const) {
    assert.equal(exec(id, "sh", "-c", script).status, status, script);
  }
  assert.equal(exec(id, "/no/such/program").status, 127);
  assert.deepEqual(exec(id, "echo", "a  b", "--json", "$HOME"), { status: 0, stdout: "a  b --json $HOME\n", stderr: "" });
  const names = exec(id, "env").stdout.matchAll(/^([A-Z_]+)=/gm).map(([, name]) => name);
  const allowed = ["HOME", "LANG", "OLDPWD", "PATH", "PWD", "TERM"];
  assert.deepEqual([...names].filter((name) => !allowed.includes(name ?? "")), []);
});

test("exec passes stdin and the terminal through", async (t) => {
  const { id } = await run(t);
  const words = execArgs(id, ["cat"]);
  assert.equal(spawnSync(process.execPath, words, { encoding: "utf8", input: "from stdin" }).stdout, "from stdin");
  const line = [process.execPath, ...execArgs(id, ["sh", "-c", "tty; exit 5"])].map((word) => `'${word}'`).join(" ");
  const terminal = spawnSync("script", ["--quiet", "--return", "--command", line, "/dev/null"], { encoding: "utf8" });
  assert.match(terminal.stdout, /^\/dev\/pts\/\d+\r?$/m);
  assert.equal(terminal.status, 5);
});

test("a signal sent to exec reaches the program", async (t) => {
  const { id } = await run(t);
  const words = execArgs(id, ["sh", "-c", "trap 'exit 9' TERM; echo set; while :; do sleep 0.01; done"]);
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "ignore"] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  t.after(() => child.kill("SIGKILL"));
  child.kill("SIGTERM");
  assert.equal(await new Promise((resolve) => child.once("exit", resolve)), 9);
});

test("exec says which instances run when it is asked for another", async (t) => {
  const { id } = await run(t);
  const answer = exec("i-0fedcba9876543210", "true");
  assert.equal(answer.status, 1);
  assert.match(answer.stderr, new RegExp(`i-0fedcba9876543210 is not running here; running: .*${id}`));
});

test("no process inside can pass for another instance", async (t) => {
  const { id } = await run(t);
  const forged = `${realm}/i-0aaaaaaaaaaaaaaaa`;
  sh(id, `env BAILEY_INSTANCE=${forged} unshare --pid --fork --mount-proc sleep 1000 >/dev/null 2>&1 &`);
  await eventually("the forgery runs", () => sh(id, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").includes("sleep 1000"));
  assert.deepEqual([...(await guests.observe()).keys()], [id]);
  assert.equal((await guests.observe()).get(id)?.boot, "2026-01-02T03:04:05.678Z");
});

test("an instance holds no network namespace but its own", async (t) => {
  const other = `${realm}-other`;
  execFileSync("ip", ["netns", "add", other]);
  execFileSync("ip", ["link", "add", `bt${process.pid}`, "type", "veth", "peer", "name", "eth0", "netns", other]);
  const link = `/sys/class/net/bt${process.pid}`;
  await run(t);
  assert.ok(existsSync(link));
  execFileSync("ip", ["netns", "delete", other]);
  await eventually("the other namespace is gone, and its veth with it", () => !existsSync(link));
});

test("without its network namespace an instance is refused, and nothing of it runs", async () => {
  const id = "i-0bbbbbbbbbbbbbbbb";
  const rest = { boot: "first", hostname: "ip-10-9-9-9", resolvConf: "", hosts: "", userData: new Uint8Array() };
  const answer = await guests.start({ ...rest, id, netns: hostNamespace(realm, id) });
  assert.ok(isRefusal(answer));
  assert.match(answer.message, /i-0bbbbbbbbbbbbbbbb did not start: .*netns/);
  assert.equal((await guests.observe()).has(id), false);
});
