/** Who makes what is kept is told so, every time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ec2Operations } from "../../../src/api/ec2/catalog.ts";
import { notDone } from "../../../src/api/ec2/not-done.ts";
import { loadModel } from "../../../src/io/shapes.ts";
import { everywhere } from "../../../src/model/world.ts";
import { signed, startRegion } from "./region.ts";

void test("what is made and not acted on is in the log; what changes nothing, or is refused, is not", async () => {
  const region = startRegion({ services: new Map([["ec2", { model: () => loadModel("ec2"), operations: ec2Operations, notDone }]]) });
  const call = async (query: string) => {
    await region.serve(await signed({ body: `Version=2016-11-15&${query}` }));
    const { action, status, kept } = region.log.at(-1) ?? assert.fail("no entry");
    return [action, status, kept];
  };
  const gateway = "Action=CreateCustomerGateway&Type=ipsec.1&IpAddress=198.51.100.7";
  const said = notDone.get("CreateCustomerGateway");
  assert.deepEqual(await call(`${gateway}&DryRun=true`), ["ec2:CreateCustomerGateway", 412, undefined]);
  const made = await call(gateway);
  const [{ id } = { id: "" }] = everywhere(region.world(), "customer-gateway");
  assert.deepEqual(made, ["ec2:CreateCustomerGateway", 200, { id, notDone: said }]);
  assert.deepEqual(await call(gateway), ["ec2:CreateCustomerGateway", 200, undefined]);
  assert.deepEqual(await call("Action=CreateCustomerGateway&Type=ipsec.1"), ["ec2:CreateCustomerGateway", 400, undefined]);
  assert.deepEqual(await call("Action=AllocateAddress"), ["ec2:AllocateAddress", 200, undefined]);
  assert.deepEqual(await call(`Action=DeleteCustomerGateway&CustomerGatewayId=${id}`), ["ec2:DeleteCustomerGateway", 200, undefined]);
});
