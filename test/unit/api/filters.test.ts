/** Every operation that filters: all names that Amazon documents are read, others refused, and values mean what they mean. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusal } from "../../../src/values/refuse.ts";
import { documentedFilters } from "./documented-filters.ts";
import { goodInput } from "./good-input.ts";
import { decodedInput, operation, refusalOf, served } from "./probe.ts";
import type { Served } from "./probe.ts";
import { call, own, run, world } from "./stock.ts";
import type { Input } from "./stock.ts";

interface Filtered extends Served {
  /** The member that holds the filters, and those that are documented. */
  readonly member: string;
  readonly names: readonly string[];
}

const filtered: readonly Filtered[] = served.flatMap((each) => {
  const member = each.shape.members.find(({ name }) => name === "Filters" || name === "Filter")?.name;
  return member === undefined ? [] : [{ ...each, member, names: documentedFilters(each.action, member) }];
});

/** Their documentation names no filter, so any passes. */
const undocumented = ["DescribeIpamPools", "DescribeIpams"];

/** Filters whose values must have a form, and one that has it. */
const formed: Readonly<Record<string, string>> = {
  "DescribeSecurityGroupRules.group-id": own.get("security-group") ?? assert.fail(),
  "SearchTransitGatewayRoutes.route-search.exact-match": "10.0.0.0/8",
  "SearchTransitGatewayRoutes.route-search.longest-prefix-match": "10.0.0.0/8",
  "SearchTransitGatewayRoutes.route-search.subnet-of-match": "10.0.0.0/8",
  "SearchTransitGatewayRoutes.route-search.supernet-of-match": "10.0.0.0/8",
};

/** Each filter by its name, with what it is to match. */
type Wanted = Readonly<Record<string, readonly string[]>>;

const inputOf = ({ action, shape, member }: Filtered, wanted: Wanted): Input => ({
  ...goodInput(action, shape),
  [member]: Object.entries(wanted).map(([Name, Values]) => ({ Name: Name.replace(/:$/, ":made-by"), Values })),
});

/** What the operation shows, each as text. */
function shown(each: Filtered, wanted: Wanted): readonly string[] {
  const input = inputOf(each, wanted);
  const done = run(world, call, operation(each.action), decodedInput(each, input));
  if (isRefusal(done)) return assert.fail(`${each.action} ${JSON.stringify(wanted)}: ${done.refused}: ${done.message}`);
  const list = Object.values(done.output).find((value): value is readonly object[] => Array.isArray(value)) ?? [];
  return list.flatMap((one) => ("Instances" in one && Array.isArray(one.Instances) ? one.Instances : [one])).map((one) => JSON.stringify(one));
}

test("every documented filter is read, and no other", () => {
  assert.deepEqual(filtered.filter(({ names }) => names.length === 0).map(({ action }) => action), undocumented);
  const wrong: string[] = [];
  let read = 0;
  for (const each of filtered) {
    for (const name of each.names) {
      const refusal = refusalOf(each, inputOf(each, { [name]: [formed[`${each.action}.${name}`] ?? "x"] }));
      if (refusal) wrong.push(`${each.action} ${name}: ${refusal.message}`);
      else read++;
    }
    if (each.names.length === 0) continue;
    for (const name of ["no-such-thing", "", "Tag:made-by"]) {
      const refusal = refusalOf(each, inputOf(each, { [name]: ["x"] }));
      if (refusal?.refused !== "InvalidParameterValue" || refusal.message !== `The filter '${name}' is invalid`) {
        wrong.push(`${each.action} ${name}: ${refusal?.message ?? "taken"}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(read > 750, `${read} filters`);
});

test("a filter passes what has any of its values, and what passes all filters is shown", () => {
  let passing = 0;
  for (const each of filtered) {
    const all = shown(each, {});
    const patterned = each.names.filter((name) => formed[`${each.action}.${name}`] === undefined);
    const having = new Map(patterned.map((name) => [name, shown(each, { [name]: ["*"] })]));
    for (const [name, some] of having) {
      const label = `${each.action} ${name}`;
      assert.deepEqual(all.filter((one) => some.includes(one)), some, `${label}: no subset in order`);
      assert.deepEqual(shown(each, { [name]: ["no such value", "*"] }), some, `${label}: any of the values`);
      for (const nothing of ["no such value", "\\*", "x*no such end", "\\?", "no such start?"]) {
        assert.deepEqual(shown(each, { [name]: [nothing] }), [], `${label} ${nothing}`);
      }
      assert.deepEqual(shown(each, { [name]: ["*", "**", "?*"] }), some, `${label}: twice`);
      if (some.length > 0) passing++;
    }
    const [first, second] = [...having].filter(([name, some]) => name !== "tag-key" && some.length > 0);
    if (!first || !second) continue;
    const both = { [first[0]]: ["*"], [second[0]]: ["*"] };
    assert.deepEqual(shown(each, both), first[1].filter((one) => second[1].includes(one)), `${each.action}: both filters`);
    assert.deepEqual(shown(each, { ...both, [second[0]]: ["no such value"] }), [], `${each.action}: one that nothing passes`);
  }
  assert.ok(passing > 350, `${passing} filters that something passes`);
});

/** `vpc-id` is "VpcId". */
const memberNamed = (filter: string): string => filter.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());

/** Whether a text is made of the two, with at most one character between them. */
const isLike = (text: string, start: string, end: string): boolean =>
  text.startsWith(start) && text.endsWith(end) && [0, 1].includes(text.length - start.length - end.length);

test("a filter named like what is shown looks at that", () => {
  let looked = 0;
  for (const each of filtered) {
    const all = shown(each, {});
    for (const name of each.names) {
      const valueOf = (text: string): unknown => (JSON.parse(text) as Readonly<Record<string, unknown>>)[memberNamed(name)];
      const value = all.map(valueOf).find((one) => typeof one === "string" || typeof one === "boolean" || typeof one === "number");
      if (value === undefined || value === "") continue;
      const text = String(value as string | number | boolean).replaceAll(/[\\*?]/g, "\\$&");
      const same = all.filter((one) => valueOf(one) === value);
      assert.deepEqual(shown(each, { [name]: [text] }), same, `${each.action} ${name}=${text}`);
      if (!(`${each.action}.${name}` in formed)) {
        const orOneMore = all.filter((one) => isLike(String(valueOf(one) as string), String(value as string), ""));
        assert.deepEqual(shown(each, { [name]: [`${text}?`] }), orOneMore, `${each.action} ${name}=${text}?`);
      }
      if (!text.includes("\\") && text.length > 2 && !(`${each.action}.${name}` in formed)) {
        const [start, end] = [text.slice(0, 1), text.slice(2)];
        const matching = all.filter((one) => isLike(String(valueOf(one) as string), start, end));
        assert.deepEqual(shown(each, { [name]: [`${start}?${end}`] }), matching, `${each.action} ${name}=${start}?${end}`);
      }
      looked++;
    }
  }
  assert.ok(looked > 150, `${looked} filters`);
});
