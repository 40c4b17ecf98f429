/** Of several things wrong with a call, which is answered: who calls, what is called, its parameters, what they name, its state. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ec2Operations } from "../../../src/api/ec2/catalog.ts";
import type { Parameter } from "../../../src/api/wire/form.ts";
import { decodeQuery } from "../../../src/api/wire/query.ts";
import { loadModel } from "../../../src/io/shapes.ts";
import { sshKeys } from "../../../src/io/ssh-keys.ts";
import { applyChanges } from "../../../src/model/world.ts";
import { isRefusal } from "../../../src/values/refuse.ts";
import { lateValues, noGoodInput } from "./bad-input-exceptions.ts";
import { isEnumeration } from "./enumerations.ts";
import { goodInput, kindOfMember } from "./good-input.ts";
import { assertNone, leaves, operation, parameterOf, refusalOf, served, unknownLike } from "./probe.ts";
import type { Served } from "./probe.ts";
import { codeOf, signed, startRegion } from "./region.ts";
import { call, own, run, world } from "./stock.ts";
import type { Input } from "./stock.ts";

/** The input with one thing after another that it names replaced by what there isn't. */
function missingThings({ action, shape }: Served, input: Input): readonly Input[] {
  return shape.members.flatMap((member) => {
    const kind = kindOfMember(action, member);
    if (kind === undefined || !(member.name in input)) return [];
    const unknown = unknownLike(own.get(kind) ?? assert.fail(kind));
    return [{ ...input, [member.name]: member.shape.kind === "list" ? [unknown] : unknown }];
  });
}

test("a bad value before what there isn't", () => {
  const late = new Map<string, string>();
  for (const each of served) {
    for (const leaf of leaves(each.action, each.shape.members)) {
      const bad = isEnumeration(each.action, leaf.path) ? "bogus" : leaf.kind === "number" ? -5 : undefined;
      if (bad === undefined) continue;
      const input = { ...goodInput(each.action, each.shape, leaf.path[0]), ...leaf.with(bad) };
      const refusal = refusalOf(each, input);
      if (!refusal) continue;
      for (const both of missingThings(each, input)) {
        const answered = refusalOf(each, { ...both, ...leaf.with(bad) });
        if (answered?.message !== refusal.message) late.set(`${each.action}.${leaf.path.join(".")}`, `${answered?.refused}: ${answered?.message}`);
      }
    }
  }
  assertNone(late, lateValues);
});

test("what there isn't before the state of what there is", () => {
  let probed = 0;
  for (const each of served) {
    const good = goodInput(each.action, each.shape);
    const decoded = decodeQuery("ec2Query", each.shape, parameterOf(good, each.shape), operation(each.action).answersFor);
    const done = isRefusal(decoded) ? decoded : run(world, call, operation(each.action), decoded);
    const after = isRefusal(done) ? world : applyChanges(world, done.changes ?? []);
    if (!refusalOf(each, good, after)) continue;
    for (const input of missingThings(each, good)) {
      const [before, now] = [refusalOf(each, input), refusalOf(each, input, after)];
      assert.equal(now?.refused, before?.refused, `${each.action} ${JSON.stringify(input)}: ${now?.message}`);
      probed++;
    }
  }
  assert.ok(probed > 100, `${probed} probes`);
});

/** A request's body. */
function formOf(action: string, parameters: Parameter, more = ""): string {
  const pairs = (node: Parameter, path: string): string[] => [
    ...(node.value === undefined ? [] : [`${path}=${encodeURIComponent(node.value)}`]),
    ...[...(node.below ?? [])].flatMap(([key, below]) => pairs(below, path === "" ? key : `${path}.${key}`)),
  ];
  return [`Action=${action}`, "Version=2016-11-15", ...pairs(parameters, ""), more].filter((part) => part !== "").join("&");
}

const principal = `arn:aws:iam::${call.account}`;
const root = { accessKeyId: "AKIAROOTROOTROOTROOT", secretAccessKey: "root" };
const user = { accessKeyId: "AKIAUSERUSERUSERUSER", secretAccessKey: "user" };

test("who calls before the parameters, those before what may be called, and that before what is named; the world stays", async () => {
  const region = startRegion({
    services: new Map([["ec2", { model: () => loadModel("ec2"), operations: ec2Operations }]]),
    world: () => world,
    keys: sshKeys,
    commit: () => assert.fail("the world changes"),
  });
  region.now = Date.parse(call.now);
  region.keys.set(root.accessKeyId, { secret: "root", account: call.account, principal: `${principal}:root` });
  region.keys.set(user.accessKeyId, { secret: "user", account: call.account, principal: `${principal}:user/eve` });
  const answer = async (body: string, credentials = root) =>
    codeOf(await region.serve(await signed({ body }, { credentials, region: call.region, at: region.now })));

  for (const each of served) {
    const { action, shape } = each;
    const good = goodInput(action, shape);
    const wrong = missingThings(each, good)[0] ?? good;
    const form = formOf(action, parameterOf(wrong, shape));
    const bogus = `${form}&Bogus=1`;
    assert.equal(await answer(bogus, { ...root, secretAccessKey: "no" }), "AuthFailure", action);
    assert.equal(await answer(bogus, user), "UnknownParameter", action);
    assert.equal(await answer(form, user), "UnauthorizedOperation", action);
    const answered = await answer(form);
    if (wrong !== good && answered !== undefined) assert.equal(answered, refusalOf(each, wrong)?.refused, action);
    const dry = formOf(action, parameterOf(good, shape), "DryRun=true");
    if (shape.byKey.has("DryRun") && !(action in noGoodInput)) assert.equal(await answer(dry), "DryRunOperation", action);
  }
});
