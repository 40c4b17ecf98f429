/** Every served operation of EC2 with every kind of bad input its shape admits: a new one is covered the day it is added. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findables, malformed, missing } from "../../../src/api/ec2/lookup.ts";
import type { Findable } from "../../../src/api/ec2/lookup.ts";
import { acceptedNumbers, acceptedWords, identifierCodes, noGoodInput, plainly, takenIdentifiers } from "./bad-input-exceptions.ts";
import { isEnumeration } from "./enumerations.ts";
import type { Refusal } from "../../../src/values/refuse.ts";
import { goodInput, isUnknownId, kindNamed } from "./good-input.ts";
import { assertNone, leaves, operation, refusalOf, served, unknownLike } from "./probe.ts";
import type { Leaf } from "./probe.ts";
import { foreign, own } from "./stock.ts";

test("a good input is taken", () => {
  const refused = served.flatMap((each) => {
    const refusal = refusalOf(each, goodInput(each.action, each.shape));
    return refusal ? [[each.action, `${refusal.refused}: ${refusal.message}`] as const] : [];
  });
  assertNone(new Map(refused), noGoodInput);
});

test("each required member missing", () => {
  for (const each of served) {
    const { action, shape } = each;
    const good = goodInput(action, shape);
    for (const { name, key, required } of shape.members) {
      if (!required) continue;
      const { [name]: _, ...rest } = good;
      const refusal = refusalOf(each, rest);
      if (operation(action).answersFor?.includes(name)) assert.ok(refusal, `${action} takes an input without ${name}`);
      else assert.deepEqual(refusal, { refused: "MissingParameter", message: `The request must contain the parameter ${key}` });
    }
  }
});

test("each required member of a part missing", () => {
  let probed = 0;
  for (const each of served) {
    for (const { path, requiredAs, without } of leaves(each.action, each.shape.members)) {
      if (path.length === 1 || requiredAs === undefined) continue;
      const refusal = refusalOf(each, { ...goodInput(each.action, each.shape, path[0]), ...without() });
      const label = `${each.action}.${path.join(".")}: ${refusal?.message}`;
      assert.equal(refusal?.refused, "MissingParameter", label);
      assert.match(refusal.message, new RegExp(`\\b${requiredAs}$`), label);
      probed++;
    }
  }
  assert.ok(probed > 20, `${probed} probes`);
});

test("each identifier ill-formed, unknown, of the wrong kind, of another account", () => {
  const strange = served.flatMap(({ action, shape }) =>
    leaves(action, shape.members).flatMap(({ path, kind }) => (kind === "string" && isUnknownId(action, path) ? [`${action}.${path.join(".")}`] : [])),
  );
  assert.deepEqual(strange, [], "members that look like identifiers, and nobody said of what");
  const wrong = new Map<string, string>();
  for (const each of served) {
    for (const leaf of leaves(each.action, each.shape.members)) {
      const kind = leaf.kind === "string" ? kindNamed(each.action, leaf.path) : undefined;
      if (kind === undefined) continue;
      const member = leaf.path.join(".");
      for (const [what, text, codes] of badIds(kind, codesOf(each.action, member, kind))) {
        const refusal = refusalOf(each, { ...goodInput(each.action, each.shape, leaf.path[0]), ...leaf.with(text) });
        const answered = refusal && (codes.includes(refusal.refused) || isUnserved(refusal, leaf.path));
        if (!answered) wrong.set(`${each.action}.${member} ${what}`, `${refusal?.refused}, not ${codes.join(" or ")}`);
      }
    }
  }
  assertNone(wrong, takenIdentifiers);
});

/** Whether a part of the path is refused as such, whatever it holds. */
const isUnserved = ({ message }: Refusal, path: readonly string[]): boolean => path.some((part) => message === `The parameter ${part} is not supported.`);

/** Kinds of which there is a second one in stock, and what they are. */
const seconds: Readonly<Record<string, Findable>> = {
  "attached-interface": "network-interface",
  "other-subnet": "subnet",
  peer: "vpc",
  "routed-attachment": "transit-gateway-attachment",
  "routed-prefix-list": "prefix-list",
  "spare-customer-gateway": "customer-gateway",
  "spare-mirror-filter": "traffic-mirror-filter",
  "spare-mirror-target": "traffic-mirror-target",
  "spare-transit-gateway": "transit-gateway",
  "spare-vpn-gateway": "vpn-gateway",
  "transit-peering": "transit-gateway-attachment",
};

function codesOf(action: string, member: string, kind: string): readonly [malformed: string, missing: string] {
  const special = identifierCodes[`${action}.${member}`] ?? identifierCodes[kind];
  if (special) return special;
  const findable = findables.find((one) => one === (seconds[kind] ?? kind)) ?? assert.fail(`${kind} has no codes`);
  return [malformed(findable, "").refused, missing(findable, [""]).refused];
}

/** Wrong identifiers of a kind, and the codes that answer them. */
function badIds(kind: string, [bad, none]: readonly [string, string]): readonly (readonly [what: string, text: string, codes: readonly string[]])[] {
  const id = own.get(kind) ?? assert.fail(`there is no ${kind} in stock`);
  const prefix = id.slice(0, id.lastIndexOf("-"));
  const another = own.get(prefix === "vpc" ? "subnet" : "vpc") ?? assert.fail();
  return [
    ["ill-formed", `${prefix}-xyz`, [bad]],
    ["unknown", unknownLike(id), [none]],
    ["of the wrong kind", another, [bad, none]],
    ["of another account", foreign.get(kind) ?? assert.fail(kind), [none]],
  ];
}

/** Puts bad values in the scalars of every operation's input: each must be refused for the value, or for where it is. */
function probe(badValues: (action: string, leaf: Leaf) => readonly (string | number)[]): ReadonlyMap<string, string> {
  const wrong = new Map<string, string>();
  for (const each of served) {
    for (const leaf of leaves(each.action, each.shape.members)) {
      for (const bad of badValues(each.action, leaf)) {
        const refusal = refusalOf(each, { ...goodInput(each.action, each.shape, leaf.path[0]), ...leaf.with(bad) });
        const answered = refusal && (refusal.message.includes(String(bad)) || plainly.has(refusal.refused));
        if (!answered) wrong.set(`${each.action}.${leaf.path.join(".")} ${String(bad)}`, refusal ? `${refusal.refused}: ${refusal.message}` : "taken");
      }
    }
  }
  return wrong;
}

test("each enumeration wrong", () => {
  const wrong = probe((action, { path }) => (isEnumeration(action, path) ? ["bogus"] : []));
  assertNone(wrong, acceptedWords);
});

test("numbers out of range", () => {
  const wrong = probe((_, { kind }) => (kind === "number" ? [-5, 2 ** 40, 1.5] : []));
  assertNone(wrong, acceptedNumbers);
});

/** By kind of scalar, texts that are none. */
const strangeTexts: Readonly<Record<Leaf["kind"], readonly string[]>> = {
  string: [],
  number: ["many", "0x10", ""],
  boolean: ["perhaps", "2", ""],
  timestamp: ["yesterday", "2026-13-40"],
  blob: ["*"],
  list: [],
  map: [],
  structure: [],
};

test("text where numbers, booleans, times and bytes are due", () => {
  for (const each of served) {
    for (const leaf of leaves(each.action, each.shape.members)) {
      for (const text of strangeTexts[leaf.kind]) {
        const refusal = refusalOf(each, { ...goodInput(each.action, each.shape, leaf.path[0]), ...leaf.with(text) });
        const expected = refusal?.refused === "InvalidParameterValue" && refusal.message.startsWith(`Value (${text}) for parameter `);
        assert.ok(expected, `${each.action}.${leaf.path.join(".")} '${text}': ${refusal?.refused}: ${refusal?.message}`);
      }
    }
  }
});
