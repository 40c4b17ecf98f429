/**
 * The cases by which AWS's own clients are tested, the other way round: what a client writes is read to what it meant,
 * and what is written for a result is what a client reads it from. The table (test/cases/protocols.json) is made from
 * botocore's tests/unit/protocols (Amazon.com, Inc. or its affiliates; Apache-2.0): each model in our frozen form, each case with what it is about only.
 * Cases `without` something are about what no operation of ours has.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { encodeError, encodeOutput, readCall } from "../../../src/api/wire/codec.ts";
import { type FrozenModel, type Model, readModel, type Shape } from "../../../src/api/wire/shape.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

/** JSON as botocore has it: times are seconds, blobs are text. */
type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };

interface Case {
  readonly id: string;
  /** What the case needs and we do not have; `partly`: members that need it are left out. */
  readonly without?: string;
  readonly partly?: string;
  readonly body?: string;
  readonly params?: Json;
  readonly action?: string;
  readonly result?: Json;
  readonly code?: string;
  readonly message?: string;
  readonly status?: number;
}

interface Protocol {
  readonly model: FrozenModel;
  readonly input: readonly Case[];
  readonly output: readonly Case[];
}

const text = fs.readFileSync(new URL("../../cases/protocols.json", import.meta.url), "utf8");
const protocols = JSON.parse(text) as { readonly ec2: Protocol; readonly query: Protocol };

/** Numbers of services we have are finite, and whole but for a few. */
const refusedNumbers = /^(?:Ec2|Aws)QuerySupports\w+FloatInputs$|^Ec2SimpleInputParamsFloat$/;
const absent = ["attributes", "compressed", "entries of other names", "flattened", "members of an error", "timestamps not in ISO 8601"];
const anything: Shape = { kind: "structure", members: [], byKey: new Map(), token: undefined };

/** The value as handlers have it. */
function valueOf(shape: Shape, json: Json | undefined): unknown {
  switch (shape.kind) {
    case "structure": {
      const fields = json as { readonly [name: string]: Json };
      return Object.fromEntries(shape.members.filter(({ name }) => fields[name] !== undefined).map((member) => [member.name, valueOf(member.shape, fields[member.name])]));
    }
    case "list":
      return (json as readonly Json[]).map((item) => valueOf(shape.element, item));
    case "map":
      return Object.fromEntries(Object.entries(json as object).map(([key, item]) => [key, valueOf(shape.value, item as Json)]));
    case "timestamp":
      return new Date(Number(json) * 1000);
    case "blob":
      return new Uint8Array(Buffer.from(json as string));
    case "number":
      return Number(json);
    default:
      return json;
  }
}

interface Element {
  readonly name: string;
  readonly children: Element[];
  text: string;
}

/** A document's elements. Attributes and comments say nothing here. */
function parseXml(xml: string): Element {
  const root: Element = { name: "", children: [], text: "" };
  const open = [root];
  for (const [, comment, end, name = "", single, piece] of xml.matchAll(/(<!--.*?-->|<\?.*?\?>)|<(\/?)([\w:]+)[^>]*?(\/?)>|([^<]+)/gs)) {
    if (comment !== undefined) continue;
    if (piece !== undefined) (open.at(-1) ?? root).text += piece;
    else if (end === "/") open.pop();
    else {
      const element: Element = { name, children: [], text: "" };
      open.at(-1)?.children.push(element);
      if (single !== "/") open.push(element);
    }
  }
  return root.children[0] ?? root;
}

const entities: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&#13;": "\r", "&#xD;": "\r", "&#10;": "\n", "&#xA;": "\n", "&#x85;": "\u0085", "&#x2028;": "\u2028" };

/** What a client reads from an element, by the model. */
function read(shape: Shape, element: Element): unknown {
  const content = element.text.replace(/&[#\w]+;/g, (entity) => entities[entity] ?? entity);
  const child = (name: string) => element.children.find((each) => each.name === name);
  switch (shape.kind) {
    case "structure":
      return Object.fromEntries(shape.members.flatMap((member) => {
        const found = child(member.element);
        return found ? [[member.name, read(member.shape, found)]] : [];
      }));
    case "list":
      return element.children.filter(({ name }) => name === shape.elementName).map((each) => read(shape.element, each));
    case "map":
      return Object.fromEntries(element.children.map(({ children: [key, value] }) => [key?.text, value && read(shape.value, value)]));
    case "number":
      return Number(content);
    case "boolean":
      return content === "true";
    case "timestamp":
      return new Date(content);
    case "blob":
      return new Uint8Array(Buffer.from(content, "base64"));
    default:
      return content;
  }
}

/** What a client reads from an operation's answer. */
function readAnswer(model: Model, action: string, xml: string): unknown {
  const document = parseXml(xml);
  assert.equal(document.name, `${action}Response`);
  const shape = model.operation(action)?.output ?? anything;
  const wrapped = model.protocol === "awsQuery" ? document.children.find(({ name }) => name === `${action}Result`) : document;
  return wrapped ? read(shape, wrapped) : {};
}

const decodeText = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

for (const [name, protocol] of Object.entries(protocols)) {
  const model = readModel(protocol.model);
  const { input, output } = protocol as Protocol;
  const covered = (cases: readonly Case[]) => cases.filter(({ without }) => without === undefined);

  test(`${name}: the cases are all there, and what is left out has a reason we know`, () => {
    const all = name === "ec2" ? 29 : 38;
    assert.deepEqual([input.length, output.length], [all, all]);
    const reasons = [...input, ...output].flatMap(({ without, partly }) => without ?? partly ?? []);
    assert.deepEqual(reasons.filter((reason) => !absent.includes(reason)), []);
    assert.ok(reasons.length <= 18, `${reasons.length} are left out`);
  });

  for (const { id, body = "", params } of covered(input)) {
    test(`${name} input ${id}`, () => {
      const bytes = Buffer.from(body);
      const call = readCall(model, { query: "", contentType: "application/x-www-form-urlencoded", target: undefined, body: bytes });
      assert.ok(!isRefusal(call), JSON.stringify(call));
      const operation = model.operation(call.action);
      assert.ok(operation);
      const decoded = call.decode(operation);
      if (refusedNumbers.test(id)) {
        assert.match(isRefusal(decoded) ? decoded.refused : "", /^(?:InvalidParameterValue|ValidationError)$/);
        return;
      }
      const shape = operation.input ?? anything;
      const expected = Object.entries(valueOf(shape, params) as object);
      // What is empty and not written is absent.
      const written = expected.filter(([, value]) => body.endsWith("=") || !["[]", "{}"].includes(JSON.stringify(value)));
      assert.deepEqual(decoded, Object.fromEntries(written));
    });
  }

  for (const { id, action = "", result, body, code, message = "", status = 0 } of covered(output)) {
    test(`${name} output ${id}`, () => {
      if (code !== undefined) {
        const xml = decodeText(encodeError(model, { code, message, status }, "foo-id").body);
        assert.deepEqual(parseXml(xml), parseXml(body ?? ""));
        return;
      }
      const operation = model.operation(action);
      assert.ok(operation);
      const expected = valueOf(operation.output ?? anything, result) as object;
      if (body !== undefined) assert.deepEqual(readAnswer(model, action, body), expected, "the test reads the case's own document otherwise");
      assert.deepEqual(readAnswer(model, action, decodeText(encodeOutput(model, operation, expected, "requestid").body)), expected);
    });
  }
}
