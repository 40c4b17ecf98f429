/** Terraform's AWS provider: applied, a plan finds nothing to do; destroyed, nothing is left. */
import "../kernel/own-machine.ts";
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { canUseKernel } from "../kernel/lab.ts";
import { bailey, type Region, startRegion } from "../region-process.ts";

const run = promisify(execFile);
const program = ["terraform", "tofu"].find((each) => spawnSync(each, ["version"]).status === 0);
/** A folder of providers as `terraform providers mirror` makes it: hashicorp/aws is far too large to be fetched for a test. */
const plugins = process.env["BAILEY_TERRAFORM_PLUGINS"];
const skip = !program ? "there is no terraform" : !plugins ? "BAILEY_TERRAFORM_PLUGINS names no folder with hashicorp/aws" : false;

let region: Region;
let environment: string;
let folder: string;

before(async () => {
  if (skip !== false) return;
  region = await startRegion(canUseKernel ? "kernel" : "none");
  environment = bailey(region.state, "env").stdout;
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "bailey-terraform-"));
  fs.cpSync(path.join(import.meta.dirname, "terraform"), folder, { recursive: true });
});
after(async () => {
  await region?.close();
  for (const each of region ? [region.state, folder] : []) fs.rmSync(each, { recursive: true, force: true });
});

/** Fails with what Terraform says when it does not end well. */
async function terraform(...args: string[]): Promise<void> {
  const told = await run("sh", ["-c", 'eval "$0"; exec "$@"', environment, program ?? "", ...args, "-no-color"], {
    cwd: folder,
    env: { ...process.env, CHECKPOINT_DISABLE: "1", TF_CLI_CONFIG_FILE: "/dev/null" },
    maxBuffer: 64 << 20,
  }).catch((error: Error & { readonly stdout?: string; readonly stderr?: string }) => error);
  if (told instanceof Error) assert.fail(`terraform ${args.join(" ")}: ${told.stdout?.slice(-4000)} ${told.stderr}`);
}

test("a configuration is applied, a plan finds nothing to do, and all of it is destroyed", { skip }, async () => {
  const before = await present();
  await terraform("init", `-plugin-dir=${plugins ?? ""}`);
  await terraform("apply", "-auto-approve", "-parallelism=20");
  // Its exit code is 2 when there is something to do.
  await terraform("plan", "-detailed-exitcode");
  assert.notDeepEqual(await present(), before);
  await terraform("destroy", "-auto-approve", "-parallelism=20");
  assert.deepEqual(await present(), before);
});

/** The ids of networks and of what is not in any. */
async function present(): Promise<string[]> {
  const answers = await Promise.all(["DescribeVpcs", "DescribeAddresses", "DescribeManagedPrefixLists", "DescribeDhcpOptions", "DescribeFlowLogs"].map((action) => region.call(action)));
  return answers.flatMap((text) => text.match(/\b(?:vpc|eipalloc|pl|dopt|fl)-[0-9a-f]+\b/g) ?? []).toSorted();
}
