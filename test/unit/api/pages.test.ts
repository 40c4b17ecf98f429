/** Every operation that answers in pages: how large they may be, what tokens are good for, and what they don't go with. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Resource } from "../../../src/model/resource.ts";
import { applyChanges, everything, put, remove } from "../../../src/model/world.ts";
import type { World } from "../../../src/model/world.ts";
import { idPrefixes, mintId } from "../../../src/values/id.ts";
import type { IdKind } from "../../../src/values/id.ts";
import { isRefusal } from "../../../src/values/refuse.ts";
import { commentOn } from "./declarations.ts";
import { goodInput, kindOfMember } from "./good-input.ts";
import { decodedInput, operation, refusalOf, served } from "./probe.ts";
import type { Served } from "./probe.ts";
import { call, own, run, world } from "./stock.ts";
import type { Input, Json } from "./stock.ts";

const paged = served.filter(({ shape }) => ["MaxResults", "NextToken"].every((name) => shape.byKey.has(name)));

const isKept = (kind: string): kind is IdKind => kind in idPrefixes;

/** Copies of the caller's resources under other identifiers; nothing refers to them. `copies` tells one lot from another. */
function copiesOf(copies: string, count: number, created: string): Resource[] {
  return everything(world).flatMap((resource) => {
    const { kind, account, region } = resource;
    if (!isKept(kind) || account !== call.account || region !== call.region) return [];
    // A resource of the same kind, as its identifier is.
    return Array.from({ length: count }, (_, index) => {
      const id = mintId(kind, `${copies}${index.toString(16).padStart(2, "0")}${resource.id.slice(-13)}`);
      return { ...resource, id, created, tags: { lot: copies } } as Resource;
    });
  });
}

const crowded = applyChanges(world, copiesOf("a", 12, call.now).map(put));

interface Page {
  readonly items: readonly string[];
  readonly next: string | undefined;
}

function pageOf(each: Served, at: World, asked: Input): Page {
  const done = run(at, call, operation(each.action), decodedInput(each, { ...goodInput(each.action, each.shape), ...asked }));
  if (isRefusal(done)) return assert.fail(`${each.action} ${JSON.stringify(asked)}: ${done.refused}: ${done.message}`);
  const list = Object.values(done.output).find((value): value is readonly object[] => Array.isArray(value)) ?? [];
  const items = list.flatMap((one) => ("Instances" in one && Array.isArray(one.Instances) ? one.Instances : [one]));
  const next = "NextToken" in done.output && typeof done.output.NextToken === "string" ? done.output.NextToken : undefined;
  return { items: items.map((one) => JSON.stringify(one)), next };
}

/** What is shown of an item that does not depend on others: its own words. */
const nameOf = (item: string): string => JSON.stringify(Object.values(JSON.parse(item) as object).filter((value) => typeof value === "string"));

const sizeRefused = (each: Served, size: Json) => refusalOf(each, { ...goodInput(each.action, each.shape), MaxResults: size });

/** The smallest page that may be asked for: 1 or 5. */
const smallest = (each: Served): number => (sizeRefused(each, 1) ? 5 : 1);

test("a page is of a size within the bounds", () => {
  for (const each of paged) {
    const least = smallest(each);
    for (const size of [-1, 0, least - 1, 1001, 2 ** 31 - 1]) {
      const refusal = sizeRefused(each, size);
      assert.equal(refusal?.refused, "InvalidParameterValue", `${each.action} ${size}`);
      assert.ok(refusal.message.includes(`( ${size} )`), `${each.action}: ${refusal.message}`);
    }
    for (const size of [least, 100]) assert.equal(sizeRefused(each, size), undefined, `${each.action} ${size}`);
  }
});

test("a token that is none is refused, and an empty one is the first page", () => {
  for (const each of paged) {
    const good = goodInput(each.action, each.shape);
    for (const NextToken of ["bogus", Buffer.from("bogus").toString("base64"), Buffer.from("bogus\nbogus").toString("base64")]) {
      assert.equal(refusalOf(each, { ...good, NextToken })?.refused, "InvalidNextToken", `${each.action} ${NextToken}`);
    }
    assert.deepEqual(pageOf(each, world, { NextToken: "" }), pageOf(each, world, {}), each.action);
  }
});

test("pages together are everything once, whatever is made or deleted meanwhile", () => {
  const walked: string[] = [];
  const made = copiesOf("b", 2, "2026-01-02T00:00:00.000Z");
  for (const each of paged) {
    const MaxResults = smallest(each);
    const all = pageOf(each, crowded, {});
    assert.equal(all.next, undefined, each.action);
    const first = pageOf(each, crowded, { MaxResults });
    if (first.next === undefined) continue;
    walked.push(each.action);
    assert.equal(first.items.length, MaxResults, each.action);
    const second = pageOf(each, crowded, { MaxResults, NextToken: first.next });
    assert.deepEqual(pageOf(each, crowded, { MaxResults, NextToken: first.next }), second, `${each.action}: the same token again`);

    const seen = [...first.items];
    for (let next: string | undefined = first.next; next !== undefined; ) {
      const page = pageOf(each, crowded, { MaxResults, NextToken: next });
      assert.ok(page.items.length > 0 && page.items.length <= MaxResults, `${each.action}: a page of ${page.items.length}`);
      seen.push(...page.items);
      next = page.next;
    }
    assert.deepEqual(seen, all.items, each.action);

    const shownFirst = copiesOf("a", 12, call.now).filter(({ id }) => first.items.some((item) => item.includes(`"${id}"`)));
    const rest = pageOf(each, applyChanges(crowded, shownFirst.map(remove)), { MaxResults, NextToken: first.next });
    assert.deepEqual(rest.items, second.items, `${each.action}: after what was shown is gone`);
    const later = applyChanges(crowded, made.map(put));
    const after = pageOf(each, later, { NextToken: first.next }).items.map(nameOf);
    assert.deepEqual(all.items.slice(MaxResults).map(nameOf).filter((item) => !after.includes(item)), [], `${each.action}: after more was made`);
    assert.deepEqual(first.items.map(nameOf).filter((item) => after.includes(item)), [], `${each.action}: nothing twice`);
  }
  assert.ok(walked.length >= 45, `${walked.length} operations of ${paged.length}`);
});

/** Identifiers that don't go with MaxResults though the declarations don't say so: Amazon refuses them all the same. */
const alone = [
  "DescribeNetworkInterfacePermissions.NetworkInterfacePermissionIds",
  "DescribeSubnets.SubnetIds",
  "DescribeVpcPeeringConnections.VpcPeeringConnectionIds",
  "DescribeVpcs.VpcIds",
];

test("identifiers and MaxResults together are refused where Amazon does", () => {
  const refused: string[] = [];
  const documented: string[] = [];
  for (const each of paged) {
    for (const member of each.shape.members) {
      const kind = kindOfMember(each.action, member);
      if (kind === undefined || member.shape.kind !== "list") continue;
      const input = { ...goodInput(each.action, each.shape, member.name), [member.name]: [own.get(kind) ?? assert.fail(kind)] };
      const probe = `${each.action}.${member.name}`;
      if (refusalOf(each, { ...input, MaxResults: 100 })?.refused === "InvalidParameterCombination") refused.push(probe);
      if (/(?:cannot|can't) specify this parameter and/.test(commentOn(`${each.action}Request`, "MaxResults"))) documented.push(probe);
    }
  }
  assert.deepEqual(refused.toSorted(), [...documented, ...alone].toSorted());
});
