/** What records say of the interfaces that saw a flow. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createFlowLogs } from "../../../src/api/ec2/create-flow-logs.ts";
import { createTags } from "../../../src/api/ec2/tags.ts";
import { compileLine, parseFormat } from "../../../src/flow/format.ts";
import { recordsOf } from "../../../src/flow/observe.ts";
import { lower } from "../../../src/policy/lower.ts";
import { ipOf } from "../../../src/values/ip.ts";
import { isRefusal } from "../../../src/values/refuse.ts";
import { Site } from "../../kernel/site.ts";

/** What each interface tells of a flow, in a flow log's own format. */
function told(site: Site, vpc: string, eni: string, flow: { readonly source: string; readonly destination: string }): string[] {
  const network = lower(site.world).get(vpc) ?? assert.fail();
  const device = [...network.interfaces.values(), ...network.peerings.values()].find(({ id }) => id === eni)?.index ?? assert.fail();
  const five = { source: ipOf(flow.source), destination: ipOf(flow.destination), sourcePort: 4000, destinationPort: 53, protocol: 17, tcpFlags: 0 };
  const observed = { ...five, device, packets: 3, bytes: 180, first: 1000, last: 2000 };
  return [...recordsOf({ world: site.world, network }, observed, { start: 0, end: 60 })].map(({ log, record }) => {
    const format = parseFormat(log.format);
    return isRefusal(format) ? assert.fail(format.message) : compileLine(format)(record);
  });
}

const formatOf = (fields: readonly string[]): string => fields.map((name) => `\${${name}}`).join(" ");

test("the tags a flow log asks for are those of the interface that tells, and of its instance, as they are now", () => {
  const site = new Site();
  const vpc = site.vpc("10.0.0.0/16");
  const subnet = site.subnet(vpc, "10.0.0.0/24");
  const [a, b] = [site.host({ subnet, addresses: ["10.0.0.10"] }), site.host({ subnet, addresses: ["10.0.0.11"] })];
  const tag = (Resources: string[], Key: string, Value: string) => site.region.does(createTags, { Resources, Tags: [{ Key, Value }] });
  tag([a.eni], "role", "front");
  tag([a.instance], "team", "red & blue");
  tag([a.instance, b.instance], "cost", "42");
  tag([b.instance], "role", "nobody asks");
  const fields = ["interface-tag", "interface-tag-2", "instance-tag", "instance-tag-2", "asg-tag"];
  site.region.does(createFlowLogs, {
    ResourceType: "VPC", ResourceIds: [vpc], TrafficType: "ALL", LogFormat: formatOf(fields),
    TagFieldSpecifications: [
      { ResourceType: "network-interface", TagKeys: ["role"] },
      { ResourceType: "instance", TagKeys: ["team", "cost"] },
      { ResourceType: "auto-scaling-group", TagKeys: ["cost"] },
    ],
  });
  assert.deepEqual(told(site, vpc, a.eni, { source: "10.0.0.10", destination: "10.0.0.11" }), ["front - red%20%26%20blue 42 -", "- - - 42 -"]);
});

test("beyond a peering the next hop is the interface that has the address", () => {
  const site = new Site();
  const [near, far] = [site.vpc("10.1.0.0/16"), site.vpc("10.2.0.0/16")];
  const [left, right] = [site.subnet(near, "10.1.1.0/24"), site.subnet(far, "10.2.1.0/24")];
  const pcx = site.peer(near, far);
  site.table(near, [`10.2.0.0/16 ${pcx}`], left);
  site.table(far, [`10.1.0.0/16 ${pcx}`], right);
  const [a, b] = [site.host({ subnet: left, addresses: ["10.1.1.5"] }), site.host({ subnet: right, addresses: ["10.2.1.5"] })];
  const LogFormat = formatOf(["interface-id", "flow-direction", "traffic-path", "next-hop-interface-id", "next-hop-subnet-id", "next-hop-vpc-id"]);
  for (const vpc of [near, far]) site.region.does(createFlowLogs, { ResourceType: "VPC", ResourceIds: [vpc], TrafficType: "ALL", LogFormat });
  assert.deepEqual(told(site, near, a.eni, { source: "10.1.1.5", destination: "10.2.1.5" }), [`${a.eni} egress 4 ${b.eni} ${right} ${far}`]);
  assert.deepEqual(told(site, far, pcx, { source: "10.1.1.5", destination: "10.2.1.5" }), [`${b.eni} ingress - ${a.eni} ${left} ${near}`]);
  assert.deepEqual(told(site, near, a.eni, { source: "10.1.1.5", destination: "10.2.1.77" }), [`${a.eni} egress 4 - - -`]);
});
