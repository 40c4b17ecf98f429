/**
 * Writes src/api/shapes/<service>.json: Amazon's own model of each service we speak, read from the run-time schemas of
 * its SDK and reduced to what the codec needs. Run with `npm run freeze` after an update of the SDK packages.
 * The form is described where it is read, in src/api/wire/shape.ts.
 */
import { writeFileSync } from "node:fs";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as ec2 from "@aws-sdk/client-ec2";
import * as iam from "@aws-sdk/client-iam";
import * as sts from "@aws-sdk/client-sts";
import type { FrozenMember, FrozenModel, FrozenRef, FrozenShape, Protocol } from "../src/api/wire/shape.ts";

interface Service {
  readonly file: string;
  readonly sdk: object;
  readonly protocol: Protocol;
  readonly version: string;
  /** The xmlns of responses, or the prefix of X-Amz-Target. */
  readonly namespace: string;
}

const services: readonly Service[] = [
  {
    file: "ec2",
    sdk: ec2,
    protocol: "ec2Query",
    version: "2016-11-15",
    namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
  },
  {
    file: "sts",
    sdk: sts,
    protocol: "awsQuery",
    version: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
  },
  {
    file: "iam",
    sdk: iam,
    protocol: "awsQuery",
    version: "2010-05-08",
    namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
  },
  { file: "logs", sdk: logs, protocol: "awsJson1_1", version: "2014-03-28", namespace: "Logs_20140328" },
];

/** The first element of a schema tuple says what it is. */
const tags = { simple: 0, list: 1, map: 2, structure: 3, union: 4, error: -3, operation: 9 } as const;
/** A number stands for a simple type; the two high bits say "list of" and "map to". */
const simpleTypes: Readonly<Record<number, FrozenRef>> = { 0: "s", 1: "n", 2: "b", 4: "t", 21: "x" };
const listOf = 64;
const mapTo = 128;
/** Traits are a bit set or an object; this bit is the idempotency token. */
const tokenBit = 4;

interface Traits {
  readonly xmlName?: string;
  readonly ec2QueryName?: string;
  readonly idempotencyToken: boolean;
}

const knownTraits = new Set(["xmlName", "ec2QueryName", "idempotencyToken"]);

function readTraits(traits: unknown): Traits {
  if (typeof traits === "number") return { idempotencyToken: (traits & tokenBit) !== 0 };
  const given = (traits ?? {}) as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(given)) if (!knownTraits.has(name)) throw new Error(`the codec knows no trait ${name}`);
  const { xmlName, ec2QueryName, idempotencyToken } = given;
  return {
    ...(typeof xmlName === "string" && { xmlName }),
    ...(typeof ec2QueryName === "string" && { ec2QueryName }),
    idempotencyToken: Boolean(idempotencyToken),
  };
}

/** A reference to a schema is the schema, a function giving it, or a pair of one of these and the member's traits. */
function readRef(ref: unknown): { readonly schema: unknown; readonly traits: Traits } {
  const target: unknown = typeof ref === "function" ? ref() : ref;
  if (!Array.isArray(target) || target.length > 2) return { schema: target, traits: readTraits(0) };
  return { schema: readRef(target[0]).schema, traits: readTraits(target[1]) };
}

class Freezer {
  readonly shapes: FrozenShape[] = [];
  readonly service: Service;
  readonly #places = new Map<unknown, number>();
  readonly #lists = new Map<string, number>();

  constructor(service: Service) {
    this.service = service;
  }

  ref(schema: unknown): FrozenRef {
    if (schema === "unit") return null;
    if (typeof schema === "number") return this.#simple(schema);
    if (!Array.isArray(schema)) throw new Error(`not a schema: ${String(schema)}`);
    switch (schema[0]) {
      case tags.simple:
        return this.ref(schema[4]);
      case tags.list:
        return this.#list(schema[4]);
      case tags.map:
        return this.#intern(["map", this.ref(readRef(schema[5]).schema)]);
      case tags.structure:
      case tags.union:
      case tags.error:
        return this.#structure(schema);
      default:
        throw new Error(`the codec knows no schema of type ${String(schema[0])}`);
    }
  }

  #simple(schema: number): FrozenRef {
    if (schema & mapTo) return this.#intern(["map", this.ref(schema & ~mapTo)]);
    if (schema & listOf) return this.#list(schema & ~listOf);
    const type = simpleTypes[schema];
    if (type === undefined) throw new Error(`the codec knows no simple type ${schema}`);
    return type;
  }

  #list(element: unknown): FrozenRef {
    const { schema, traits } = readRef(element);
    return this.#intern(["list", this.ref(schema), traits.xmlName ?? "member"]);
  }

  /** Lists and maps have no name that matters, so equal ones are one shape. */
  #intern(shape: FrozenShape): number {
    const text = JSON.stringify(shape);
    const place = this.#lists.get(text) ?? this.shapes.push(shape) - 1;
    this.#lists.set(text, place);
    return place;
  }

  #structure(schema: readonly unknown[]): number {
    const known = this.#places.get(schema);
    if (known !== undefined) return known;
    // The place is taken before the members are read, since a structure may hold itself.
    const place = this.shapes.push(["structure", 0, []]) - 1;
    this.#places.set(schema, place);
    const [, , , , names, refs, required = 0] = schema as [0, 0, 0, 0, string[], unknown[], number?];
    const members = names.map((name, index) => this.#member(name, refs[index]));
    const token = names.find((_, index) => readRef(refs[index]).traits.idempotencyToken);
    this.shapes[place] = ["structure", required, members, ...(token === undefined ? ([] as const) : ([token] as const))];
    return place;
  }

  #member(name: string, ref: unknown): FrozenMember {
    const { schema, traits } = readRef(ref);
    const element = traits.xmlName ?? name;
    const isEc2 = this.service.protocol === "ec2Query";
    const key = isEc2 ? (traits.ec2QueryName ?? element.charAt(0).toUpperCase() + element.slice(1)) : element;
    const target = this.ref(schema);
    if (element !== key) return [name, target, key, element];
    return key === name ? [name, target] : [name, target, key];
  }
}

function freeze(service: Service): FrozenModel {
  const freezer = new Freezer(service);
  const operations: Record<string, readonly [FrozenRef, FrozenRef]> = {};
  for (const schema of Object.values(service.sdk) as unknown[]) {
    if (!Array.isArray(schema) || schema[0] !== tags.operation) continue;
    operations[String(schema[2])] = [freezer.ref(readRef(schema[4]).schema), freezer.ref(readRef(schema[5]).schema)];
  }
  const { protocol, version, namespace } = service;
  return { protocol, version, namespace, operations, shapes: freezer.shapes };
}

for (const service of services) {
  const model = freeze(service);
  const text = `${JSON.stringify(model)}\n`;
  writeFileSync(new URL(`../src/api/shapes/${service.file}.json`, import.meta.url), text);
  console.log(
    `${service.file}: ${Object.keys(model.operations).length} operations, ${model.shapes.length} shapes, ${text.length} bytes`,
  );
}
