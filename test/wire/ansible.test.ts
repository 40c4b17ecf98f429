/** Debian's Ansible and its AWS collections: a network made, found as it was meant, deleted, and found gone. */
import "../kernel/own-machine.ts";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { canUseKernel } from "../kernel/lab.ts";
import { bailey, type Region, startRegion } from "../region-process.ts";

const skip = spawnSync("ansible-doc", ["-l", "community.aws"]).stdout?.includes("ec2_vpc_nacl")
  ? false
  : "there is no ansible-playbook with amazon.aws and community.aws (Debian: apt-get install ansible)";
let region: Region;
let environment: string;

before(async () => {
  if (skip !== false) return;
  region = await startRegion(canUseKernel ? "kernel" : "none");
  environment = bailey(region.state, "env").stdout;
});
after(async () => {
  await region?.close();
  if (region) fs.rmSync(region.state, { recursive: true, force: true });
});

/** What a playbook's recap counts: tasks by how they ended. Fails with what Ansible says when a task fails. */
function play(book: string): { readonly changed: string[]; readonly ok: number } {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", 'eval "$0"; ansible-playbook "$1"', environment, path.join(import.meta.dirname, "ansible", book)], {
    encoding: "utf8",
    env: { ...process.env, ANSIBLE_STDOUT_CALLBACK: "json", ANSIBLE_HOME: path.join(region.state, "ansible"), ANSIBLE_LOCALHOST_WARNING: "0" },
    maxBuffer: 64 << 20,
  });
  assert.equal(status, 0, `${book}: ${stdout.slice(-6000)} ${stderr}`);
  const told = JSON.parse(stdout.slice(stdout.indexOf("{"))) as {
    readonly plays: readonly { readonly tasks: readonly { readonly task: { readonly name: string }; readonly hosts: Readonly<Record<string, { readonly changed?: boolean }>> }[] }[];
    readonly stats: Readonly<Record<string, { readonly ok: number }>>;
  };
  const tasks = told.plays.flatMap((each) => each.tasks);
  return {
    changed: tasks.filter(({ hosts }) => hosts["localhost"]?.changed).map(({ task }) => task.name),
    ok: told.stats["localhost"]?.ok ?? 0,
  };
}

test("a site is made, and a second run changes nothing", { skip }, () => {
  const made = play("site.yml");
  assert.equal(made.changed.length, 20);
  const again = play("site.yml");
  assert.deepEqual(again.changed, []);
  assert.equal(again.ok, made.ok);
});

test("it is deleted, and a second run changes nothing", { skip }, () => {
  const deleted = play("gone.yml");
  assert.equal(deleted.changed.length, 15);
  assert.deepEqual(play("gone.yml").changed, []);
});
