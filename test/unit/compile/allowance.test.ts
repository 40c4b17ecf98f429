import assert from "node:assert/strict";
import { test } from "node:test";
import { allowancePart } from "../../../src/compile/allowance.ts";
import { deleteElements, parseRefused, partText } from "../../../src/compile/nft.ts";
import { acl, allowAll, group, network, openIn } from "../../network.ts";

const interfaces = (...allowances: readonly (number | undefined)[]) => [
  ...network({
    subnets: { "subnet-a": "acl-a" },
    acls: [acl("acl-a", allowAll)],
    groups: [group("sg-1", openIn)],
    interfaces: allowances.map((allowance, at) => ({
      id: `eni-${at + 1}`,
      subnet: "subnet-a",
      groups: ["sg-1"],
      addresses: [`10.0.0.${at + 5}`],
      ...(allowance !== undefined && { allowance }),
    })),
  }).interfaces.values(),
];

test("interfaces without an allowance cost nothing but an empty chain", () => {
  assert.deepEqual(partText(allowancePart(interfaces(undefined, undefined))), ["add chain inet bailey allowance"]);
});

test("each allowance is an element of its own, looked up at the end that tracks the connection", () => {
  const part = allowancePart(interfaces(7, undefined, 0));
  assert.deepEqual(partText(part), [
    "add set inet bailey allowance { type iface_index; ct count over 1; counter; }",
    "add chain inet bailey allowance",
    'add element inet bailey allowance { 100 ct count over 7 counter comment "eni-1" }',
    'add element inet bailey allowance { 102 ct count over 0 counter comment "eni-3" }',
    "add rule inet bailey allowance meta mark and 0x4 == 0x4 iif @allowance drop",
    "add rule inet bailey allowance meta mark and 0x8 == 0x8 oif @allowance drop",
  ]);
  assert.equal(deleteElements("allowance", part.elements.slice(0, 1)), "delete element inet bailey allowance { 100 }");
});

test("what was refused is read from the listing", () => {
  const listing = `table inet bailey {
	set allowance {
		type iface_index
		ct count over 1 counter
		elements = { "eni0a1" ct count over 7 counter packets 12 bytes 720 comment "eni-1",
			     102 ct count over 9 counter packets 0 bytes 0 comment "eni-3" }
	}
}`;
  assert.deepEqual(Object.fromEntries(parseRefused(listing)), { "eni-1": 12, "eni-3": 0 });
});
