import assert from "node:assert/strict";
import { test } from "node:test";
import { ec2Operations } from "../../../src/api/ec2/catalog.ts";
import { emptyDescribes } from "../../../src/api/ec2/empty.ts";
import { coverage } from "../../../src/api/ec2/families.ts";
import { notDone } from "../../../src/api/ec2/not-done.ts";
import { standingOf } from "../../../src/api/ec2/standing.ts";
import { coverageText } from "../../../src/cli/coverage.ts";
import { loadModel } from "../../../src/io/shapes.ts";

test("every served operation has a standing, and no other", () => {
  assert.deepEqual([...standingOf.keys()].toSorted(), [...ec2Operations.keys()].toSorted());
  for (const { name } of emptyDescribes) assert.equal(standingOf.get(name), "kept", name);
});

test("whatever makes or turns on something that is kept says what is not done; nothing enforced does", () => {
  const makes = /^(?:Accept|Associate|Attach|Create|Enable|Import|ModifyVpcBlock|Start)/;
  for (const [name, standing] of standingOf) {
    if (standing === "enforced") assert.ok(!notDone.has(name), name);
    else if (makes.test(name)) assert.ok(notDone.has(name), `${name} is kept: say in not-done.ts what does not follow`);
  }
  for (const name of notDone.keys()) assert.equal(standingOf.get(name), "kept", name);
});

test("all of Amazon's operations are in one family each", () => {
  const { actions } = loadModel("ec2");
  const families = coverage(actions);
  const listed = families.flatMap(({ enforced, kept, unsupported }) => [...enforced, ...kept, ...unsupported]);
  assert.deepEqual(listed.toSorted(), [...actions].toSorted());
  const of = (action: string) => families.find(({ enforced, kept, unsupported }) => [...enforced, ...kept, ...unsupported].includes(action))?.family;
  const cases = {
    AttachVpnGateway: "VPN",
    CreateNatGateway: "NAT gateways",
    CreateTransitGatewayPrefixListReference: "Transit gateways",
    DescribeVpcs: "VPCs",
    DescribeSecurityGroupRules: "Security groups",
    ModifySubnetAttribute: "Subnets",
    ReplaceRoute: "Route tables",
    RunInstances: "Instances",
  };
  for (const [action, family] of Object.entries(cases)) assert.equal(of(action), family, action);
});

test("bailey status --api: counts, then names of what is served of a family", () => {
  const text = coverageText([
    { family: "Gates", enforced: ["OpenGate", "ShutGate"], kept: ["PaintGate"], unsupported: [] },
    { family: "Walls", enforced: [], kept: [], unsupported: ["BuildWall"] },
  ]);
  assert.equal(
    text,
    [
      "FAMILY  ENFORCED  KEPT  UNSUPPORTED",
      "Gates   2         1     0",
      "Walls   0         0     1",
      "all     2         1     1",
      "",
      "Gates",
      "  enforced: OpenGate ShutGate",
      "  kept: PaintGate",
      "",
    ].join("\n"),
  );
});
