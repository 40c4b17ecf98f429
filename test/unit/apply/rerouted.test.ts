/** What a change of ways does to packets meanwhile: from before the first old route goes, all are judged and none remembered. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Desired } from "../../../src/apply/desired.ts";
import type { Step } from "../../../src/apply/kernel.ts";
import { plan } from "../../../src/apply/loop.ts";
import { routerWays } from "../../../src/apply/uplinks.ts";
import type { Network } from "../../../src/policy/network.ts";
import { internet, nat, peer, routed } from "../../routed.ts";

const router = "router";
const desired = (network: Network): Desired => ({
  namespaces: new Map([[router, routerWays(network, "abc")]]),
  networks: new Map([[router, network]]),
});

/** The steps from one network in force to another, in words. */
function between(from: Network, to: Network): string[] {
  const first = plan({ namespaces: new Map(), rulesets: new Map() }, desired(from), 1);
  const { steps } = plan({ namespaces: desired(from).namespaces, rulesets: first.rulesets }, desired(to), 2);
  return steps.map((step: Step) => {
    if (step.op !== "nft") return step.op;
    if (step.commands.includes("add chain inet bailey intended/0000000000000000/0")) return "suspend";
    return step.commands.includes("add chain inet bailey intended/") ? "in force" : "policy";
  });
}

const a = { "198.51.100.0/24": peer };
for (const { name, from, to } of [
  { name: "of the main table", from: routed({ ...a, "10.7.0.0/16": peer }, a), to: routed({ "10.7.0.0/16": peer, "198.51.100.0/24": internet }, { "198.51.100.0/24": nat }) },
  { name: "of domains", from: routed(a, { "0.0.0.0/0": internet }), to: routed({ "0.0.0.0/0": peer }, { "0.0.0.0/0": internet }) },
  { name: "from domains to the main table", from: routed(a, { "0.0.0.0/0": internet }), to: routed({}, { "0.0.0.0/0": internet }) },
]) {
  test(`ways ${name} change`, () => {
    const steps = between(from, to);
    const [first, last] = [steps[0], steps.at(-1)];
    assert.deepEqual([first, last], ["suspend", "in force"], steps.join(", "));
    assert.ok(steps.includes("route.delete") && steps.includes("policy"), steps.join(", "));
  });
}

test("a change of policy alone suspends nothing", () => {
  const from = routed(a, { "198.51.100.0/24": peer });
  const to = { ...from, interfaces: new Map([...from.interfaces].slice(1)) };
  assert.deepEqual(between(from, to), ["in force"]);
});
