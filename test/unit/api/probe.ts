/** What the tests of bad input share: the operations, what they say of an input, and the places in it. */
import assert from "node:assert/strict";
import type { UnsuccessfulItem } from "@aws-sdk/client-ec2";
import { ec2Operations } from "../../../src/api/ec2/catalog.ts";
import { errors } from "../../../src/api/errors.ts";
import type { Parameter } from "../../../src/api/wire/form.ts";
import { decodeQuery } from "../../../src/api/wire/query.ts";
import type { Member, Shape, Structure } from "../../../src/api/wire/shape.ts";
import type { Fields } from "../../../src/api/wire/scalar.ts";
import { loadModel } from "../../../src/io/shapes.ts";
import type { World } from "../../../src/model/world.ts";
import { isRefusal, refuse } from "../../../src/values/refuse.ts";
import type { Refusal } from "../../../src/values/refuse.ts";
import { plain } from "./good-input.ts";
import { call, run, world } from "./stock.ts";
import type { Input, Json } from "./stock.ts";

const model = loadModel("ec2");

export interface Served {
  readonly action: string;
  readonly shape: Structure;
}

export const served: readonly Served[] = [...ec2Operations.keys()].flatMap((action) => {
  const { input } = model.operation(action) ?? assert.fail(action);
  return input ? [{ action, shape: input }] : [];
});

export const operation = (action: string) => ec2Operations.get(action) ?? assert.fail(action);

/**
 * The refusal of the input, as it comes in a request; undefined when the operation takes it. What is refused leaves the
 * world as it is, as there is nothing a refusal could say of changes; and what is unsuccessful must have no changes.
 */
export function refusalOf({ action, shape }: Served, input: Input, at: World = world): Refusal | undefined {
  const decoded = decodeQuery("ec2Query", shape, parameterOf(input, shape), operation(action).answersFor);
  const done = isRefusal(decoded) ? decoded : run(at, call, operation(action), decoded);
  const outcome = isRefusal(done) ? done : unsuccessful(action, done);
  if (outcome === undefined) return undefined;
  assert.ok(errors.has(outcome.refused), `${action} refuses with ${outcome.refused}, which is not in the table`);
  return outcome;
}

/** The first error of a call that answers for each item of a list. */
function unsuccessful(action: string, { output, changes = [] }: { readonly output: object; readonly changes?: readonly unknown[] }): Refusal | undefined {
  if (!("Unsuccessful" in output)) return undefined;
  const [first] = output.Unsuccessful as readonly UnsuccessfulItem[];
  if (!first) return undefined;
  assert.deepEqual(changes, [], `${action} changes the world for what it says was unsuccessful`);
  return refuse(first.Error?.Code ?? assert.fail(action), first.Error?.Message ?? "");
}

/** A good input, as it comes out of a request. */
export function decodedInput({ action, shape }: Served, input: Input): Fields {
  const decoded = decodeQuery("ec2Query", shape, parameterOf(input, shape), operation(action).answersFor);
  return isRefusal(decoded) ? assert.fail(`${action}: ${decoded.message}`) : decoded;
}

/** A request's parameters, as if they had been read from a form. */
export function parameterOf(value: Json, shape: Shape): Parameter {
  if (isArray(value)) {
    const element = shape.kind === "list" ? shape.element : shape;
    return { below: new Map(value.map((each, index) => [String(index + 1), parameterOf(each, element)])) };
  }
  if (typeof value !== "object") return { value: String(value) };
  const members = shape.kind === "structure" ? shape.members : [];
  return { below: new Map(members.flatMap(({ name, key, shape: below }) => (name in value ? [[key, parameterOf(value[name] ?? "", below)]] : []))) };
}

const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);

/** The probes that went wrong, less the exceptions there are reasons for; an exception that is none any more goes wrong too. */
export function assertNone(wrong: ReadonlyMap<string, string>, exceptions: Readonly<Record<string, string>>): void {
  const excepted = Object.keys(exceptions);
  const covers = (exception: string, probe: string): boolean => probe === exception || /^[ .]/.test(probe.startsWith(exception) ? probe.slice(exception.length) : "");
  const unexpected = [...wrong].filter(([probe]) => !excepted.some((exception) => covers(exception, probe))).map((each) => each.join(": "));
  const stale = excepted.filter((exception) => ![...wrong.keys()].some((probe) => covers(exception, probe)));
  assert.deepEqual({ unexpected, stale }, { unexpected: [], stale: [] });
}

/** An identifier of the same kind, of nothing. */
export const unknownLike = (id: string): string => `${id.slice(0, id.lastIndexOf("-"))}-0fffffffffffffff1`;

export interface Leaf {
  readonly path: readonly string[];
  readonly kind: Shape["kind"];
  /** Its key in the structure it is in, where that can't be without it. */
  readonly requiredAs: string | undefined;
  /** The input of so much as leads to the leaf. */
  readonly with: (value: Json) => Input;
  /** The same, but for the leaf itself. */
  readonly without: () => Input;
}

/** The scalars of an input, those in its structures and lists included; what a structure contains of itself is left out. */
export function leaves(action: string, members: readonly Member[], above: readonly string[] = []): readonly Leaf[] {
  return members.flatMap(({ name, key, required, shape: given }): readonly Leaf[] => {
    if (above.includes(name)) return [];
    const inList = given.kind === "list";
    const shape = inList ? given.element : given;
    const path = [...above, name];
    const wrap = (value: Json): Input => ({ [name]: inList ? [value] : value });
    if (shape.kind !== "structure") {
      return [{ path, kind: shape.kind, requiredAs: required ? key : undefined, with: wrap, without: () => ({}) }];
    }
    const around = structureOf(plain(action, shape, name));
    return leaves(action, shape.members, path).map((leaf) => {
      const [child = ""] = leaf.path.slice(path.length);
      const { [child]: _, ...others } = around;
      return {
        ...leaf,
        with: (value: Json) => wrap({ ...around, ...leaf.with(value) }),
        without: () => wrap({ ...others, ...leaf.without() }),
      };
    });
  });
}

const structureOf = (value: Json): Input => (typeof value === "object" && !isArray(value) ? value : {});
