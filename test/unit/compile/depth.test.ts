/** nft refuses a ruleset in which some walk is more than 16 chains deep: here are the networks that have the longest. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createFlowLogs } from "../../../src/api/ec2/create-flow-logs.ts";
import { createTags } from "../../../src/api/ec2/tags.ts";
import { withGeneration } from "../../../src/compile/generation.ts";
import type { Action, Ruleset } from "../../../src/compile/rule.ts";
import { compile } from "../../../src/compile/ruleset.ts";
import { allowanceTag } from "../../../src/model/network-interface.ts";
import { need } from "../../../src/model/world.ts";
import { lowerVpc } from "../../../src/policy/lower.ts";
import { Site } from "../../kernel/site.ts";
import { gatewayIn } from "../ec2/routed-site.ts";

/** The longest walk from a hook, chain by chain. */
function longestWalk(ruleset: Ruleset): readonly string[] {
  const parts = [...ruleset.values()].flatMap((section) => [...section.values()]);
  const chains = new Map(parts.flatMap((part) => part.chains.map((chain) => [chain.name, chain] as const)));
  const targets = Map.groupBy(parts.flatMap(({ elements }) => elements), ({ set }) => set);
  const walks = new Map<string, readonly string[]>();
  const next = (action: Action): string[] => {
    if ("goto" in action) return [action.goto];
    if ("jump" in action) return [action.jump];
    return "dispatch" in action ? (targets.get(action.map) ?? []).flatMap(({ chain }) => chain ?? []) : [];
  };
  const from = (name: string): readonly string[] => {
    const known = walks.get(name);
    if (known) return known;
    const further = new Set(chains.get(name)?.rules.flatMap((rule) => rule.do.flatMap(next)));
    const walk = [name, ...[...further].map(from).reduce((a, b) => (b.length > a.length ? b : a), [])];
    walks.set(name, walk);
    return walk;
  };
  return [...chains.values()].filter(({ hook }) => hook).map(({ name }) => from(name)).reduce((a, b) => (b.length > a.length ? b : a), []);
}

/** Subnets behind lists that are looked up, which lead to a NAT, a peer, the internet, and one another through an appliance. */
function site(): { readonly made: Site; readonly vpc: string; readonly eni: string } {
  const made = new Site();
  const vpc = made.vpc("10.1.0.0/16");
  const [front, back] = [made.subnet(vpc, "10.1.1.0/24"), made.subnet(vpc, "10.1.2.0/24")];
  const ports = Array.from({ length: 12 }, (_, at) => `allow tcp ${1000 + at * 10} 10.0.0.0/8`);
  for (const subnet of [front, back]) made.acl(subnet, ports, ports);
  const all = ["-1 any 0.0.0.0/0"];
  const groups = [made.group(vpc, "open", all, all)];
  const internet = gatewayIn(made.region, vpc);
  const box = made.host({ subnet: front, addresses: ["10.1.1.5"], groups, appliance: true });
  const { eni } = made.host({ subnet: back, addresses: ["10.1.2.5"], groups, public: true });
  const pcx = made.peer(vpc, made.vpc("10.2.0.0/16"));
  const nat = made.nat(front, ["10.1.1.9"]);
  made.table(vpc, [`0.0.0.0/0 ${internet}`, `10.2.0.0/16 ${pcx}`], front);
  made.table(vpc, [`0.0.0.0/0 ${nat.id}`, `10.1.1.0/24 ${box.eni}`, `10.2.0.0/16 ${pcx}`], back);
  made.table(vpc, [`10.1.2.0/24 ${box.eni}`], internet);
  return { made, vpc, eni };
}

test("no walk is deeper than nft follows, in a network that has everything", () => {
  const { made, vpc, eni } = site();
  made.region.does(createTags, { Resources: [eni], Tags: [{ Key: allowanceTag, Value: "10" }] });
  made.region.does(createFlowLogs, { ResourceType: "VPC", ResourceIds: [vpc], TrafficType: "ALL", LogDestinationType: "s3", LogDestination: "arn:aws:s3:::local" });
  const network = lowerVpc(made.world, need(made.world, "vpc", vpc));
  assert.ok(network.counted);
  const walk = longestWalk(withGeneration(compile(network), 1));
  assert.ok(walk.length <= 16, `${walk.length}: ${walk.join(" ")}`);
});
